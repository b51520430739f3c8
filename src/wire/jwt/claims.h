// The claims of a token (RFC 7519 section 4): a JSON object of a few members, read by name and
// type. An immutable value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace wire::jwt {

struct JsonLimits {
  std::size_t max_members = 64;  // of the outermost object
  std::size_t max_depth = 8;     // of nested objects and arrays, the outermost included
};

class Claims {
 public:
  enum class Kind : std::uint8_t { kAbsent, kNull, kBool, kNumber, kString, kArray, kObject };

  /// Parses one JSON object (RFC 8259, nothing more lenient). kMalformed for anything else and for
  /// a repeated member, kLimit beyond the limits.
  static base::Expected<Claims> parse(std::string_view json, const JsonLimits& limits = {});

  Claims() = default;
  std::size_t size() const { return members_.size(); }
  bool has(std::string_view name) const { return find(name) != nullptr; }
  Kind kind(std::string_view name) const;

  /// Nothing if the claim is absent or of another type. The view lives as long as the Claims.
  std::optional<std::string_view> string(std::string_view name) const;
  std::optional<bool> boolean(std::string_view name) const;
  /// A whole number exactly, however it is written ("5", "5.0", "5e0"); nothing for fractions,
  /// for what int64 cannot hold, and for fractional or exponential forms beyond 2^53.
  std::optional<std::int64_t> integer(std::string_view name) const;
  /// A NumericDate (RFC 7519 section 2): any number, rounded down, and brought to the nearest
  /// int64 if it is beyond. Such a value may not be safe to add to: compare only.
  std::optional<std::int64_t> numeric_date(std::string_view name) const;
  /// The claim's value as compact JSON text, whatever its type; nothing if it is absent. For
  /// objects: parse it again as Claims.
  std::optional<std::string_view> json(std::string_view name) const;

 private:
  struct Member {
    std::string name;
    Kind kind = Kind::kNull;
    bool is_exact = false;     // integer holds the number
    std::int64_t integer = 0;  // numbers: rounded down and clamped
    bool boolean = false;
    std::string string;
    std::string json;
  };
  const Member* find(std::string_view name) const;

  std::vector<Member> members_;
};

}  // namespace wire::jwt
