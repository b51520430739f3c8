#include "av/picture_head.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace av {
namespace {

using base::ByteReader;
using base::ErrorCode;
using base::fail;

using Size = std::optional<PictureHead>;

bool begins_with(base::ByteSpan octets, std::string_view text) {
  return base::as_text(octets).starts_with(text);
}

// ISO/IEC 10918-1 B.1.1.3: segments one behind the other until a frame header (SOF) tells the size.
// Its markers are C0 to CF but for DHT, JPG and DAC.
Size jpeg_size(ByteReader reader) {
  reader.skip(2);  // SOI
  while (reader.ok() && reader.remaining() > 0) {
    if (reader.u8() != 0xFF) return std::nullopt;
    std::uint8_t marker = reader.u8();
    while (reader.ok() && marker == 0xFF) marker = reader.u8();  // fill octets
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) continue;
    if (marker == 0xD9 || marker == 0xDA) return std::nullopt;
    const std::uint16_t length = reader.u16();
    if (length < 2) return std::nullopt;
    ByteReader segment(reader.bytes(length - std::size_t{2}));
    const bool is_frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (!is_frame) continue;
    segment.skip(1);  // precision
    PictureHead head{.format = PictureHead::Format::kJpeg};
    head.height = segment.u16();
    head.width = segment.u16();
    if (!reader.ok() || !segment.ok()) return std::nullopt;
    return head;
  }
  return std::nullopt;
}

// PNG specification 11.2.2: IHDR comes first.
Size png_size(ByteReader reader) {
  reader.skip(8);
  const std::uint32_t length = reader.u32();
  const std::string_view type = reader.text(4);
  if (length != 13 || type != "IHDR") return std::nullopt;
  PictureHead head{.format = PictureHead::Format::kPng};
  head.width = reader.u32();
  head.height = reader.u32();
  if (!reader.ok()) return std::nullopt;
  return head;
}

std::uint32_t little_endian(ByteReader& reader, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value |= std::uint32_t{reader.u8()} << (8 * i);
  return value;
}

// RFC 9649 section 2: the first chunk is a whole picture (VP8, VP8L) or tells of the canvas (VP8X).
Size webp_size(ByteReader reader) {
  reader.skip(12);
  const std::string_view chunk = reader.text(4);
  reader.skip(4);  // its length: the decoder's business
  PictureHead head{.format = PictureHead::Format::kWebp};
  if (chunk == "VP8X") {
    reader.skip(4);
    head.width = little_endian(reader, 3) + 1;
    head.height = little_endian(reader, 3) + 1;
  } else if (chunk == "VP8L") {
    if (reader.u8() != 0x2F) return std::nullopt;
    const std::uint32_t bits = little_endian(reader, 4);
    head.width = (bits & 0x3FFF) + 1;
    head.height = ((bits >> 14) & 0x3FFF) + 1;
  } else if (chunk == "VP8 ") {
    reader.skip(3);
    if (reader.u24() != 0x9D012A) return std::nullopt;  // RFC 6386 section 9.1
    head.width = little_endian(reader, 2) & 0x3FFF;
    head.height = little_endian(reader, 2) & 0x3FFF;
  }
  if (!reader.ok()) return std::nullopt;
  return head;
}

}  // namespace

base::Expected<PictureHead> read_picture_head(base::ByteSpan octets) {
  Size size;
  if (begins_with(octets, "\xFF\xD8\xFF")) {
    size = jpeg_size(ByteReader(octets));
  } else if (begins_with(octets, "\x89PNG\r\n\x1A\n")) {
    size = png_size(ByteReader(octets));
  } else if (begins_with(octets, "RIFF") && octets.size() >= 12 &&
             begins_with(octets.subspan(8), "WEBP")) {
    size = webp_size(ByteReader(octets));
  } else {
    return fail(ErrorCode::kUnsupported, "the file is neither JPEG nor PNG nor WebP");
  }
  if (!size || size->width == 0 || size->height == 0) {
    return fail(ErrorCode::kMalformed, "the file does not tell the size of its picture");
  }
  return *size;
}

}  // namespace av
