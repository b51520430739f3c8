// An immutable run of bytes with shared ownership: one allocation may carry many slices, on any
// loop at once. This is how media travels from a publisher's socket to every viewer.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace base {

class Slice {
 public:
  /// An empty slice that owns nothing.
  Slice() = default;

  /// Takes the vector over without copying its bytes.
  static Slice take(Bytes bytes);
  /// Takes the string over without copying its characters.
  static Slice take(std::string text);
  /// Allocates and copies.
  static Slice copy_of(ByteSpan bytes);
  /// Refers to bytes that live for the whole program (embedded files, literals); owns nothing.
  static Slice unowned(ByteSpan bytes) { return Slice(nullptr, bytes); }
  static Slice unowned(std::string_view text) { return Slice(nullptr, as_bytes(text)); }
  /// Refers to `bytes`, which `owner` keeps alive.
  Slice(std::shared_ptr<const void> owner, ByteSpan bytes)
      : owner_(std::move(owner)), bytes_(bytes) {}

  ByteSpan span() const { return bytes_; }
  const std::uint8_t* data() const { return bytes_.data(); }
  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  std::string_view text() const { return as_text(bytes_); }

  /// A part of this slice with the same owner. `offset + length` must not exceed size().
  Slice sub(std::size_t offset, std::size_t length) const {
    return Slice(owner_, bytes_.subspan(offset, length));
  }
  Slice sub(std::size_t offset) const { return Slice(owner_, bytes_.subspan(offset)); }

 private:
  std::shared_ptr<const void> owner_;  // immutable data that crosses loops
  ByteSpan bytes_;
};

}  // namespace base
