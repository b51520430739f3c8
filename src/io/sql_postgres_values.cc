#include "io/sql_postgres_values.h"

#include <bit>
#include <charconv>
#include <string>

#include "base/check.h"

namespace io {
namespace {

// Numbers of types that never change (pg_type.dat of PostgreSQL).
constexpr PostgresType kBool = 16;
constexpr PostgresType kBytea = 17;
constexpr PostgresType kInt8 = 20;
constexpr PostgresType kInt2 = 21;
constexpr PostgresType kInt4 = 23;
constexpr PostgresType kText = 25;
constexpr PostgresType kOid = 26;
constexpr PostgresType kFloat4 = 700;
constexpr PostgresType kFloat8 = 701;
constexpr PostgresType kNumeric = 1700;

PostgresType type_of(const SqlValue& value) {
  static constexpr std::array kTypes = {kUnknownPostgresType, kInt8, kFloat8, kText, kBytea};
  return kTypes.at(value.index());
}

base::ByteSpan big_endian(std::uint64_t value, std::array<std::uint8_t, 8>& memory) {
  for (std::size_t i = 0; i < memory.size(); ++i) {
    memory[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  }
  return memory;
}

base::ByteSpan octets_of(const SqlValue& value, std::array<std::uint8_t, 8>& memory) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    return big_endian(static_cast<std::uint64_t>(*whole), memory);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return big_endian(std::bit_cast<std::uint64_t>(*real), memory);
  }
  if (const auto* text = std::get_if<std::string>(&value)) return base::as_bytes(*text);
  if (const auto* octets = std::get_if<base::Bytes>(&value)) return *octets;
  return {};
}

template <class Number>
SqlValue number_of(std::string_view text) {
  Number value{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  CHECK(parsed.ec != std::errc::invalid_argument);  // out of range: infinity or zero
  return value;
}

// The form `\x0a1b`.
base::Bytes from_hex(std::string_view text) {
  const auto digit = [](char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  };
  CHECK(text.starts_with("\\x") && text.size() % 2 == 0);
  base::Bytes out;
  out.reserve(text.size() / 2 - 1);
  for (std::size_t i = 2; i < text.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(digit(text[i]) << 4 | digit(text[i + 1])));
  }
  return out;
}

}  // namespace

PostgresParameters::PostgresParameters(std::span<const SqlValue> values)
    : numbers_(values.size()), formats_(values.size(), 1) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool null = std::holds_alternative<std::monostate>(values[i]);
    const std::string_view octets = base::as_text(octets_of(values[i], numbers_[i]));
    // No pointer means NULL.
    pointers_.push_back(null ? nullptr : octets.empty() ? "" : octets.data());
    lengths_.push_back(static_cast<int>(octets.size()));
    types_.push_back(type_of(values[i]));
  }
}

SqlValue postgres_value(PostgresType type, std::string_view text) {
  switch (type) {
    case kBool:
      return std::int64_t{text == "t" ? 1 : 0};
    case kInt2:
    case kInt4:
    case kInt8:
    case kOid:
      return number_of<std::int64_t>(text);
    case kFloat4:
    case kFloat8:
      return number_of<double>(text);
    case kNumeric:  // what sums of BIGINT are
      if (text.find_first_not_of("-0123456789") == std::string_view::npos && text.size() < 19) {
        return number_of<std::int64_t>(text);
      }
      return number_of<double>(text);
    case kBytea:
      return from_hex(text);
    default:
      return std::string(text);
  }
}

}  // namespace io
