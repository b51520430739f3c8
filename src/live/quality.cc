#include "live/quality.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace live {
namespace {

constexpr std::uint32_t kDefaultVideoBitrate = 3'000'000;
constexpr std::uint32_t kDefaultAudioBitrate = 128'000;

}  // namespace

std::string quality_name(std::uint32_t width, std::uint32_t height, double frame_rate) {
  const std::uint32_t lines = std::min(width, height);
  const long rate = std::lround(frame_rate);
  return rate > 0 ? fmt::format("{}p{}", lines, rate) : fmt::format("{}p", lines);
}

std::string quality_name(const media::Track& track) {
  if (track.kind() == media::TrackKind::kAudio) return "audio_only";
  return quality_name(track.video.width, track.video.height, track.video.frame_rate);
}

std::uint32_t assumed_bitrate(const media::Track& track) {
  if (track.announced_bitrate > 0) return track.announced_bitrate;
  return track.kind() == media::TrackKind::kVideo ? kDefaultVideoBitrate : kDefaultAudioBitrate;
}

}  // namespace live
