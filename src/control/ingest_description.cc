// What an encoder sends, in the words of the API.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <charconv>
#include <cmath>

#include "control/stream_recorder.h"

namespace control {
namespace {

namespace json = boost::json;

struct Avc {
  std::string profile;
  std::string level;
};

// "avc1.64001F": profile, constraints and level in hexadecimal (RFC 6381 section 3.3).
Avc avc_of(std::string_view codec) {
  Avc avc;
  if (!codec.starts_with("avc1.") || codec.size() != 11) return avc;
  const auto octet = [&](std::size_t at) {
    unsigned value = 0;
    std::from_chars(codec.data() + at, codec.data() + at + 2, value, 16);
    return value;
  };
  switch (octet(5)) {
    case 66:
      avc.profile = "Baseline";
      break;
    case 77:
      avc.profile = "Main";
      break;
    case 88:
      avc.profile = "Extended";
      break;
    case 100:
      avc.profile = "High";
      break;
    default:
      avc.profile = fmt::format("{}", octet(5));
  }
  const unsigned level = octet(9);
  avc.level = level % 10 == 0 ? fmt::format("{}", level / 10)
                              : fmt::format("{}.{}", level / 10, level % 10);
  return avc;
}

json::object video_object(const live::TrackStatus& track, const live::EncoderInfo& encoder,
                          std::size_t number) {
  const Avc avc = avc_of(track.codec);
  const double rate = track.frame_rate > 0 ? track.frame_rate : encoder.frame_rate;
  json::object video{{"codec", track.codec},
                     {"encoder", encoder.name},
                     {"videoWidth", track.width},
                     {"videoHeight", track.height},
                     {"targetFramerate", std::llround(rate)},
                     {"targetBitrate", number == 0 ? encoder.video_bitrate : 0U},
                     {"track", fmt::format("Track{}", number)}};
  if (!avc.profile.empty()) {
    video["avcProfile"] = avc.profile;
    video["avcLevel"] = avc.level;
    video["profile"] = avc.profile;
    video["level"] = avc.level;
  }
  return video;
}

json::object audio_object(const live::TrackStatus& track, const live::EncoderInfo& encoder,
                          std::size_t number) {
  return {{"codec", track.codec},
          {"targetBitrate", number == 0 ? encoder.audio_bitrate : 0U},
          {"sampleRate", track.sample_rate},
          {"channels", track.channels},
          {"track", fmt::format("Track{}", number)}};
}

}  // namespace

json::object ingest_object(const live::StreamStatus& status) {
  json::array videos;
  json::array audios;
  for (const live::TrackStatus& track : status.tracks) {
    if (track.height > 0) {
      videos.emplace_back(video_object(track, status.encoder, videos.size()));
    } else {
      audios.emplace_back(audio_object(track, status.encoder, audios.size()));
    }
  }
  // The older member knows one track of each kind.
  json::object first;
  if (!videos.empty()) first["video"] = videos.front();
  if (!audios.empty()) first["audio"] = audios.front();
  return {{"ingestConfiguration", std::move(first)},
          {"ingestConfigurations", json::object{{"videoConfigurations", std::move(videos)},
                                                {"audioConfigurations", std::move(audios)}}}};
}

}  // namespace control
