// Byte views, a reader that cannot run past its end, and a growing writer. Numbers are big-endian
// unless the name says otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace base {

using ByteSpan = std::span<const std::uint8_t>;
using Bytes = std::vector<std::uint8_t>;

/// Views text as bytes. The view lives as long as the text.
ByteSpan as_bytes(std::string_view text);
/// Views bytes as text. The view lives as long as the bytes.
std::string_view as_text(ByteSpan bytes);

/// Reads from a span. After the first read past the end every read yields zero or an empty span
/// and ok() is false for good: parse a whole structure, then test once.
class ByteReader {
 public:
  explicit ByteReader(ByteSpan data) : data_(data) {}

  bool ok() const { return ok_; }
  /// Bytes not read yet (0 after a failure).
  std::size_t remaining() const { return data_.size() - position_; }
  /// Bytes read so far.
  std::size_t position() const { return position_; }
  /// True when everything was read and nothing failed.
  bool at_end() const { return ok_ && position_ == data_.size(); }

  std::uint8_t u8() { return static_cast<std::uint8_t>(big_endian(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(big_endian(2)); }
  std::uint32_t u24() { return static_cast<std::uint32_t>(big_endian(3)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(big_endian(4)); }
  std::uint64_t u64() { return big_endian(8); }
  std::uint32_t u32_little_endian();
  /// IEEE 754 double, big-endian.
  double f64();
  /// A view of the next `count` bytes; empty and failed if fewer remain.
  ByteSpan bytes(std::size_t count);
  /// Text of `count` bytes, not checked for UTF-8.
  std::string_view text(std::size_t count) { return as_text(bytes(count)); }
  /// Everything that is left.
  ByteSpan rest() { return bytes(remaining()); }
  void skip(std::size_t count) { (void)bytes(count); }
  /// A look at the next byte without taking it; 0 at the end.
  std::uint8_t peek() const { return position_ < data_.size() ? data_[position_] : 0; }
  /// Marks the reader as failed, for callers that find a bad value.
  void set_failed();

 private:
  std::uint64_t big_endian(std::size_t count);

  ByteSpan data_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

/// Appends to a byte vector that it owns.
class ByteWriter {
 public:
  ByteWriter() = default;
  explicit ByteWriter(std::size_t reserve) { out_.reserve(reserve); }
  /// Goes on at the end of `initial`.
  explicit ByteWriter(Bytes initial) : out_(std::move(initial)) {}

  void u8(std::uint8_t value) { out_.push_back(value); }
  void u16(std::uint16_t value) { big_endian(value, 2); }
  void u24(std::uint32_t value) { big_endian(value, 3); }
  void u32(std::uint32_t value) { big_endian(value, 4); }
  void u64(std::uint64_t value) { big_endian(value, 8); }
  void u32_little_endian(std::uint32_t value);
  void f64(double value);
  void bytes(ByteSpan data) { out_.insert(out_.end(), data.begin(), data.end()); }
  void text(std::string_view value) { bytes(as_bytes(value)); }
  void zeros(std::size_t count) { out_.resize(out_.size() + count); }

  std::size_t size() const { return out_.size(); }
  /// Overwrites four bytes written earlier; `offset + 4` must not exceed size().
  void patch_u32(std::size_t offset, std::uint32_t value);
  ByteSpan span() const { return out_; }
  Bytes take() { return std::move(out_); }

 private:
  void big_endian(std::uint64_t value, std::size_t count);

  Bytes out_;
};

/// Lower-case hexadecimal.
std::string to_hex(ByteSpan data);

}  // namespace base
