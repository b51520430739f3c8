// Boxes of the ISO base media file format (ISO/IEC 14496-12 section 4.2): a 32-bit size that counts
// itself, a type of four characters, a body. A FullBox adds a version and 24 bits of flags.
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace media::fmp4 {

inline constexpr std::size_t kBoxHeaderSize = 8;
inline constexpr std::size_t kFullBoxHeaderSize = 12;

/// Opens a box in `writer` and, when it goes out of scope, writes the size that the box has come
/// to. Nest them as the boxes nest.
class Box {
 public:
  /// `type` has four characters.
  Box(base::ByteWriter& writer, std::string_view type) : writer_(writer), start_(writer.size()) {
    writer.u32(0);
    writer.text(type);
  }
  Box(base::ByteWriter& writer, std::string_view type, std::uint8_t version, std::uint32_t flags)
      : Box(writer, type) {
    writer.u8(version);
    writer.u24(flags);
  }
  ~Box() { writer_.patch_u32(start_, static_cast<std::uint32_t>(writer_.size() - start_)); }
  Box(const Box&) = delete;
  Box& operator=(const Box&) = delete;

 private:
  base::ByteWriter& writer_;
  std::size_t start_;
};

}  // namespace media::fmp4
