#include "media/flv/amf0.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace media::amf0 {

using base::ErrorCode;
using base::Expected;

namespace {

// Type markers, section 2.1.
constexpr std::uint8_t kMarkerNumber = 0x00;
constexpr std::uint8_t kMarkerBoolean = 0x01;
constexpr std::uint8_t kMarkerString = 0x02;
constexpr std::uint8_t kMarkerObject = 0x03;
constexpr std::uint8_t kMarkerMovieClip = 0x04;
constexpr std::uint8_t kMarkerNull = 0x05;
constexpr std::uint8_t kMarkerUndefined = 0x06;
constexpr std::uint8_t kMarkerReference = 0x07;
constexpr std::uint8_t kMarkerEcmaArray = 0x08;
constexpr std::uint8_t kMarkerObjectEnd = 0x09;
constexpr std::uint8_t kMarkerStrictArray = 0x0A;
constexpr std::uint8_t kMarkerDate = 0x0B;
constexpr std::uint8_t kMarkerLongString = 0x0C;
constexpr std::uint8_t kMarkerUnsupported = 0x0D;
constexpr std::uint8_t kMarkerRecordSet = 0x0E;
constexpr std::uint8_t kMarkerXml = 0x0F;
constexpr std::uint8_t kMarkerTypedObject = 0x10;
constexpr std::uint8_t kMarkerAmf3 = 0x11;

constexpr std::size_t kMaxShortString = 0xFFFF;

class Parser {
 public:
  explicit Parser(base::ByteReader& reader) : reader_(reader) {}

  Expected<Value> value(unsigned depth) {
    if (depth > kMaxDepth) {
      return base::fail(ErrorCode::kLimit,
                        fmt::format("AMF0 values are nested deeper than {}", kMaxDepth));
    }
    if (++values_ > kMaxValues) {
      return base::fail(ErrorCode::kLimit,
                        fmt::format("AMF0 message has more than {} values", kMaxValues));
    }
    const std::uint8_t marker = reader_.u8();
    if (!reader_.ok()) return truncated();
    switch (marker) {
      case kMarkerNumber:
        return scalar(Value::number(reader_.f64()));
      case kMarkerBoolean:
        return scalar(Value::boolean(reader_.u8() != 0));
      case kMarkerString:
        return scalar(Value::string(reader_.text(reader_.u16())));
      case kMarkerLongString:
      case kMarkerXml:
        return scalar(Value::string(reader_.text(reader_.u32())));
      case kMarkerNull:
        return Value::null();
      case kMarkerUndefined:
      case kMarkerUnsupported:
        return Value();
      case kMarkerDate: {
        const double milliseconds = reader_.f64();
        reader_.skip(2);  // a time zone that the format reserves
        return scalar(Value::date(milliseconds));
      }
      case kMarkerObject:
        return properties(Value::object(), depth);
      case kMarkerEcmaArray:
        reader_.skip(4);  // a count that encoders often get wrong; the end marker decides
        return properties(Value::ecma_array(), depth);
      case kMarkerTypedObject:
        return properties(Value::typed_object(reader_.text(reader_.u16())), depth);
      case kMarkerStrictArray:
        return elements(depth);
      case kMarkerMovieClip:
      case kMarkerReference:
      case kMarkerRecordSet:
      case kMarkerAmf3:
        return base::fail(ErrorCode::kUnsupported,
                          fmt::format("AMF0 type {:#04x} is not supported", marker));
      default:
        return base::fail(ErrorCode::kMalformed,
                          fmt::format("AMF0 type {:#04x} at byte {} does not exist", marker,
                                      reader_.position() - 1));
    }
  }

 private:
  static std::unexpected<base::Error> truncated() {
    return base::fail(ErrorCode::kMalformed, "AMF0 message ends inside a value");
  }

  Expected<Value> scalar(Value value) {
    if (!reader_.ok()) return truncated();
    return value;
  }

  Expected<Value> properties(Value into, unsigned depth) {
    while (true) {
      const std::string_view name = reader_.text(reader_.u16());
      if (!reader_.ok()) return truncated();
      if (name.empty() && reader_.remaining() > 0 && reader_.peek() == kMarkerObjectEnd) {
        reader_.skip(1);
        return into;
      }
      auto property = value(depth + 1);
      if (!property) return property;
      into.add(name, *std::move(property));
    }
  }

  Expected<Value> elements(unsigned depth) {
    const std::uint32_t count = reader_.u32();
    // Every element takes at least its marker.
    if (!reader_.ok() || count > reader_.remaining()) return truncated();
    std::vector<Value> all;
    for (std::uint32_t i = 0; i < count; ++i) {
      auto element = value(depth + 1);
      if (!element) return element;
      all.push_back(*std::move(element));
    }
    return Value::strict_array(std::move(all));
  }

  base::ByteReader& reader_;
  std::size_t values_ = 0;
};

void write_short_text(base::ByteWriter& out, std::string_view text) {
  const std::string_view cut = text.substr(0, kMaxShortString);
  out.u16(static_cast<std::uint16_t>(cut.size()));
  out.text(cut);
}

void write_properties(base::ByteWriter& out, const Value& value) {
  for (const Property& property : value.properties()) {
    write_short_text(out, property.name);
    write(out, property.value);
  }
  out.u16(0);
  out.u8(kMarkerObjectEnd);
}

}  // namespace

Value::Value(Type type) : type_(type) {}

Value Value::number(double value) {
  Value out(Type::kNumber);
  out.number_ = value;
  return out;
}

Value Value::boolean(bool value) {
  Value out(Type::kBoolean);
  out.number_ = value ? 1 : 0;
  return out;
}

Value Value::string(std::string_view value) {
  Value out(Type::kString);
  out.text_ = value;
  return out;
}

Value Value::null() {
  return Value(Type::kNull);
}

Value Value::object() {
  return object(std::vector<Property>());
}

Value Value::object(std::vector<Property> properties) {
  Value out(Type::kObject);
  out.properties_ = std::move(properties);
  return out;
}

Value Value::ecma_array() {
  return ecma_array(std::vector<Property>());
}

Value Value::ecma_array(std::vector<Property> properties) {
  Value out(Type::kEcmaArray);
  out.properties_ = std::move(properties);
  return out;
}

Value Value::typed_object(std::string_view class_name) {
  return typed_object(class_name, std::vector<Property>());
}

Value Value::typed_object(std::string_view class_name, std::vector<Property> properties) {
  Value out(Type::kTypedObject);
  out.text_ = class_name;
  out.properties_ = std::move(properties);
  return out;
}

Value Value::strict_array() {
  return strict_array(std::vector<Value>());
}

Value Value::strict_array(std::vector<Value> elements) {
  Value out(Type::kStrictArray);
  out.elements_ = std::move(elements);
  return out;
}

Value Value::date(double milliseconds) {
  Value out(Type::kDate);
  out.number_ = milliseconds;
  return out;
}

bool Value::has_properties() const {
  return type_ == Type::kObject || type_ == Type::kEcmaArray || type_ == Type::kTypedObject;
}

std::optional<double> Value::as_number() const {
  if (type_ != Type::kNumber) return std::nullopt;
  return number_;
}

std::optional<bool> Value::as_boolean() const {
  if (type_ != Type::kBoolean) return std::nullopt;
  return number_ != 0;
}

std::optional<std::string_view> Value::as_string() const {
  if (type_ != Type::kString) return std::nullopt;
  return text_;
}

std::optional<double> Value::as_date() const {
  if (type_ != Type::kDate) return std::nullopt;
  return number_;
}

std::string_view Value::class_name() const {
  return type_ == Type::kTypedObject ? std::string_view(text_) : std::string_view();
}

const Value* Value::find(std::string_view name) const {
  const auto found = std::ranges::find(properties_, name, &Property::name);
  return found == properties_.end() ? nullptr : &found->value;
}

std::optional<double> Value::number_at(std::string_view name) const {
  const Value* value = find(name);
  return value == nullptr ? std::nullopt : value->as_number();
}

std::optional<bool> Value::boolean_at(std::string_view name) const {
  const Value* value = find(name);
  return value == nullptr ? std::nullopt : value->as_boolean();
}

std::optional<std::string_view> Value::string_at(std::string_view name) const {
  const Value* value = find(name);
  return value == nullptr ? std::nullopt : value->as_string();
}

Value& Value::add(std::string_view name, Value value) {
  CHECK(has_properties());
  properties_.push_back({.name = std::string(name), .value = std::move(value)});
  return *this;
}

bool Value::operator==(const Value& other) const {
  return type_ == other.type_ && number_ == other.number_ && text_ == other.text_ &&
         properties_ == other.properties_ && elements_ == other.elements_;
}

Expected<std::vector<Value>> parse_all(base::ByteSpan message) {
  base::ByteReader reader(message);
  Parser parser(reader);
  std::vector<Value> values;
  while (reader.remaining() > 0) {
    auto value = parser.value(0);
    if (!value) return base::fail(std::move(value).error());
    values.push_back(*std::move(value));
  }
  return values;
}

Expected<Value> parse_one(base::ByteReader& reader) {
  return Parser(reader).value(0);
}

void write(base::ByteWriter& out, const Value& value) {
  switch (value.type()) {
    case Type::kNumber:
      out.u8(kMarkerNumber);
      out.f64(*value.as_number());
      return;
    case Type::kBoolean:
      out.u8(kMarkerBoolean);
      out.u8(*value.as_boolean() ? 1 : 0);
      return;
    case Type::kString: {
      const std::string_view text = *value.as_string();
      if (text.size() <= kMaxShortString) {
        out.u8(kMarkerString);
        write_short_text(out, text);
      } else {
        out.u8(kMarkerLongString);
        out.u32(static_cast<std::uint32_t>(text.size()));
        out.text(text);
      }
      return;
    }
    case Type::kObject:
      out.u8(kMarkerObject);
      return write_properties(out, value);
    case Type::kNull:
      return out.u8(kMarkerNull);
    case Type::kUndefined:
      return out.u8(kMarkerUndefined);
    case Type::kEcmaArray:
      out.u8(kMarkerEcmaArray);
      out.u32(static_cast<std::uint32_t>(value.properties().size()));
      return write_properties(out, value);
    case Type::kStrictArray:
      out.u8(kMarkerStrictArray);
      out.u32(static_cast<std::uint32_t>(value.elements().size()));
      for (const Value& element : value.elements()) write(out, element);
      return;
    case Type::kDate:
      out.u8(kMarkerDate);
      out.f64(*value.as_date());
      return out.u16(0);
    case Type::kTypedObject:
      out.u8(kMarkerTypedObject);
      write_short_text(out, value.class_name());
      return write_properties(out, value);
  }
}

base::Bytes write_all(const std::vector<Value>& values) {
  base::ByteWriter out;
  for (const Value& value : values) write(out, value);
  return out.take();
}

}  // namespace media::amf0
