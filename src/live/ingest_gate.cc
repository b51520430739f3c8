#include "live/ingest_gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace live {
namespace {

// Audio alone for this long: there will be no video.
constexpr double kAudioOnlySeconds = 5;
// Video alone for this long: the encoder sends no audio, or it will have to join later.
constexpr double kVideoOnlySeconds = 0.3;
constexpr std::size_t kMaxHeldBytes = 16 << 20;
constexpr std::size_t kMaxHeldSamples = 4000;

bool is_video(TrackKey key) {
  return key.kind == media::TrackKind::kVideo;
}

}  // namespace

base::Expected<void> IngestGate::add(TrackKey key, const media::Sample& sample,
                                     base::WallTime now) {
  TrackState& track = tracks_[key];
  // Pictures before the first keyframe cannot be shown.
  if (is_video(key) && track.frames == 0 && !sample.keyframe) {
    if (++undecodable_ > kMaxHeldSamples) {
      return base::fail(base::ErrorCode::kUnsupported,
                        "no keyframe among the first 4000 pictures; set a keyframe interval of 2 "
                        "seconds in the encoder");
    }
    return {};
  }
  if (track.frames == 0) {
    track.first = sample.dts;
    if (is_video(key) && first_arrival_ == base::WallTime{}) first_arrival_ = now;
  } else if (track.frames == 1) {
    track.second = sample.dts;
  }
  track.last = sample.dts;
  ++track.frames;
  const bool has_video = std::any_of(tracks_.begin(), tracks_.end(),
                                     [](const auto& entry) { return is_video(entry.first); });
  if (!is_video(key) && !has_video && seconds(track.last - track.first) > kAudioOnlySeconds) {
    return base::fail(base::ErrorCode::kUnsupported,
                      "audio without video is not accepted; add a video track");
  }
  held_bytes_ += sample.data.size();
  held_.push_back({key, sample});
  if (held_bytes_ > kMaxHeldBytes || held_.size() > kMaxHeldSamples) {
    return base::fail(base::ErrorCode::kLimit,
                      fmt::format("{} samples came before anything could be played", held_.size()));
  }
  return {};
}

bool IngestGate::is_open() const {
  bool has_audio = false;
  bool video_ready = false;
  double longest = 0;
  for (const auto& [key, track] : tracks_) {
    if (!is_video(key)) {
      has_audio = true;
      continue;
    }
    if (track.frames < 2) continue;
    video_ready = true;
    longest = std::max(longest, seconds(track.last - track.first));
  }
  return video_ready && (has_audio || !may_have_audio_ || longest >= kVideoOnlySeconds);
}

std::vector<GatedSample> IngestGate::take() {
  const auto picture = std::find_if(held_.begin(), held_.end(),
                                    [](const GatedSample& held) { return is_video(held.track); });
  if (picture != held_.end()) std::rotate(held_.begin(), picture, picture + 1);
  return std::exchange(held_, {});
}

media::Ticks IngestGate::frame_interval(TrackKey key) const {
  const auto found = tracks_.find(key);
  if (found == tracks_.end() || found->second.frames < 2) return 0;
  const media::Ticks step = found->second.second - found->second.first;
  return step > 0 && seconds(step) < 1 ? step : 0;
}

}  // namespace live
