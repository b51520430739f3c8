#include "media/types.h"

#include <algorithm>

namespace media {

std::string_view to_string(Codec codec) {
  switch (codec) {
    case Codec::kH264:
      return "h264";
    case Codec::kHevc:
      return "hevc";
    case Codec::kAv1:
      return "av1";
    case Codec::kVp9:
      return "vp9";
    case Codec::kAac:
      return "aac";
    case Codec::kMp3:
      return "mp3";
    case Codec::kOpus:
      return "opus";
    case Codec::kFlac:
      return "flac";
  }
  return "unknown";
}

TrackKind kind_of(Codec codec) {
  switch (codec) {
    case Codec::kH264:
    case Codec::kHevc:
    case Codec::kAv1:
    case Codec::kVp9:
      return TrackKind::kVideo;
    case Codec::kAac:
    case Codec::kMp3:
    case Codec::kOpus:
    case Codec::kFlac:
      return TrackKind::kAudio;
  }
  return TrackKind::kVideo;
}

bool Track::operator==(const Track& other) const {
  return id == other.id && codec == other.codec && timescale == other.timescale &&
         std::ranges::equal(config.span(), other.config.span()) &&
         codec_string == other.codec_string && video == other.video && audio == other.audio &&
         announced_bitrate == other.announced_bitrate;
}

Ticks rescale(Ticks value, std::uint32_t from, std::uint32_t to) {
  if (from == to) return value;
  const auto wide = static_cast<__int128>(value) * to;
  const __int128 half = from / 2;
  return static_cast<Ticks>((wide >= 0 ? wide + half : wide - half) / from);
}

}  // namespace media
