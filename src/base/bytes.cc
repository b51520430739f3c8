#include "base/bytes.h"

#include <bit>

#include "base/check.h"

namespace base {

ByteSpan as_bytes(std::string_view text) {
  // The one place, with as_text, where characters and octets change names.
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view as_text(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::uint64_t ByteReader::big_endian(std::size_t count) {
  if (remaining() < count) {
    set_failed();
    return 0;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = (value << 8) | data_[position_ + i];
  position_ += count;
  return value;
}

std::uint32_t ByteReader::u32_little_endian() {
  return std::byteswap(u32());
}

double ByteReader::f64() {
  return std::bit_cast<double>(u64());
}

ByteSpan ByteReader::bytes(std::size_t count) {
  if (remaining() < count) {
    set_failed();
    return {};
  }
  const ByteSpan view = data_.subspan(position_, count);
  position_ += count;
  return view;
}

void ByteReader::set_failed() {
  ok_ = false;
  position_ = data_.size();
}

void ByteWriter::big_endian(std::uint64_t value, std::size_t count) {
  const std::size_t start = out_.size();
  out_.resize(start + count);
  for (std::size_t i = 0; i < count; ++i) {
    out_[start + i] = static_cast<std::uint8_t>(value >> (8 * (count - 1 - i)));
  }
}

void ByteWriter::u32_little_endian(std::uint32_t value) {
  u32(std::byteswap(value));
}

void ByteWriter::f64(double value) {
  u64(std::bit_cast<std::uint64_t>(value));
}

void ByteWriter::patch_u32(std::size_t offset, std::uint32_t value) {
  CHECK(offset + 4 <= out_.size());
  for (std::size_t i = 0; i < 4; ++i) {
    out_[offset + i] = static_cast<std::uint8_t>(value >> (8 * (3 - i)));
  }
}

std::string to_hex(ByteSpan data) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(data.size() * 2);
  for (const std::uint8_t byte : data) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

}  // namespace base
