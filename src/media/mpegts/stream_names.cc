#include "media/mpegts/stream_names.h"

#include <fmt/format.h>

namespace media::mpegts {
namespace {

std::string_view type_name(std::uint8_t type) {
  switch (type) {
    case 0x01:
      return "MPEG-1 video";
    case 0x02:
      return "MPEG-2 video";
    case 0x05:
      return "private sections";
    case 0x06:
      return "private data";
    case 0x10:
      return "MPEG-4 Part 2 video";
    case 0x11:
      return "AAC in LATM";
    case 0x1C:
      return "AAC without ADTS";
    case 0x20:
      return "H.264 multiview";
    case 0x21:
      return "JPEG 2000 video";
    case 0x2D:
      return "MPEG-H audio";
    case 0x33:
      return "VVC video";
    case 0x81:
      return "AC-3";
    case 0x82:
      return "DTS";
    case 0x86:
      return "SCTE 35 cues";
    case 0x87:
      return "E-AC-3";
    case 0xDB:
      return "encrypted H.264";
    case 0xCF:
      return "encrypted AAC";
    case 0xEA:
      return "VC-1 video";
    default:
      return "unknown stream";
  }
}

}  // namespace

bool is_video(StreamType type) {
  return type == StreamType::kH264 || type == StreamType::kHevc;
}

bool is_audio(StreamType type) {
  return type == StreamType::kAdtsAac || type == StreamType::kMpeg1Audio ||
         type == StreamType::kMpeg2Audio;
}

std::string stream_name(const ElementaryStream& stream) {
  const auto type = static_cast<std::uint8_t>(stream.type);
  std::string registration;
  for (int shift = 24; stream.registration != 0 && shift >= 0; shift -= 8) {
    const auto character = static_cast<char>(stream.registration >> shift & 0x7F);
    registration.push_back(character < ' ' || character == '\x7F' ? '?' : character);
  }
  if (!registration.empty()) registration = " '" + registration + "'";
  return fmt::format("{}{} (stream type 0x{:02X})", type_name(type), registration, type);
}

}  // namespace media::mpegts
