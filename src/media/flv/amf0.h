// AMF0 values (Action Message Format 0, Adobe 2007): FLV script data and RTMP commands.
// Plain values; strings are bytes as they came, not checked for UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace media::amf0 {

enum class Type {
  kNumber,
  kBoolean,
  kString,  // short, long and XML document: the writer chooses by length
  kObject,
  kNull,
  kUndefined,  // also what AMF0 calls "unsupported"
  kEcmaArray,  // an object with another marker
  kStrictArray,
  kDate,         // milliseconds since 1970 in UTC
  kTypedObject,  // an object with a class name
};

/// Objects, arrays and what they hold may be nested this deep; more is kLimit.
inline constexpr unsigned kMaxDepth = 16;
/// Values in one message, nested ones counted; more is kLimit.
inline constexpr std::size_t kMaxValues = 4096;

struct Property;

class Value {
 public:
  /// Undefined.
  Value() = default;

  static Value number(double value);
  static Value boolean(bool value);
  static Value string(std::string_view value);
  static Value null();
  static Value object();
  static Value object(std::vector<Property> properties);
  static Value ecma_array();
  static Value ecma_array(std::vector<Property> properties);
  static Value typed_object(std::string_view class_name);
  static Value typed_object(std::string_view class_name, std::vector<Property> properties);
  static Value strict_array();
  static Value strict_array(std::vector<Value> elements);
  static Value date(double milliseconds);

  Type type() const { return type_; }
  /// Object, ECMA array or typed object.
  bool has_properties() const;

  /// The value if it is of that type.
  std::optional<double> as_number() const;
  std::optional<bool> as_boolean() const;
  /// Views this value.
  std::optional<std::string_view> as_string() const;
  /// Milliseconds since 1970 of a date.
  std::optional<double> as_date() const;
  std::string_view class_name() const;

  /// Empty for types that have none. Order is that of the message.
  const std::vector<Property>& properties() const { return properties_; }
  const std::vector<Value>& elements() const { return elements_; }

  /// The first property of that name, or nullptr. Lives as long as this value is unchanged.
  const Value* find(std::string_view name) const;
  /// The property of that name if there is one of that type.
  std::optional<double> number_at(std::string_view name) const;
  std::optional<bool> boolean_at(std::string_view name) const;
  std::optional<std::string_view> string_at(std::string_view name) const;

  /// Adds a property at the end; only where has_properties() (CHECK). Returns *this to chain.
  Value& add(std::string_view name, Value value);

  bool operator==(const Value& other) const;

 private:
  explicit Value(Type type);

  Type type_ = Type::kUndefined;
  double number_ = 0;  // number, boolean, date
  std::string text_;   // string, class name
  std::vector<Property> properties_;
  std::vector<Value> elements_;
};

struct Property {
  std::string name;
  Value value;
  bool operator==(const Property&) const = default;
};

/// Parses all values of a message, as in commands and script data. kMalformed where bytes end early
/// or a marker is none; kUnsupported for references, movie clips, record sets and AMF3; kLimit.
base::Expected<std::vector<Value>> parse_all(base::ByteSpan message);

/// Parses one value from `reader`, which then stands behind it (or has failed).
base::Expected<Value> parse_one(base::ByteReader& reader);

/// Appends `value`. Names and class names are cut at 65,535 bytes; depth is the caller's concern.
void write(base::ByteWriter& out, const Value& value);
base::Bytes write_all(const std::vector<Value>& values);

/// Compact JSON. Dates become numbers, undefined becomes null, as do numbers JSON cannot say.
std::string to_json(const Value& value);

}  // namespace media::amf0
