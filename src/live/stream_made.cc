// The renditions that are made of a Stream's source: what they are made of, and what comes back.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "live/quality.h"
#include "live/stream.h"

namespace live {
namespace {

constexpr TrackKey kMainVideo{media::TrackKind::kVideo, 0};

}  // namespace

void Stream::reserve_names(const std::set<std::string>& names) {
  if (tap_ != nullptr) tap_->reserve(names);
}

void Stream::offer(const std::vector<FollowerPlan>& plans, bool hides_source) {
  followers_.offer(plans, next_place());
  hides_source_ = hides_source;
  multivariant_.reset();
}

void Stream::set_made_track(TrackKey key, const media::Track& track) {
  followers_.set_track(key, track);
  multivariant_.reset();
}

bool Stream::add_made(TrackKey key, const media::Sample& sample) {
  return !finished_ && followers_.add(key, sample);
}

void Stream::feed_tracks(const media::Track& video, const media::Track* audio) {
  followers_.set_source_audio(audio != nullptr ? std::optional(*audio) : std::nullopt);
  if (feed_ == nullptr) return;
  for (const media::Track* track : {&video, audio}) {
    if (track == nullptr) continue;
    media::Track told = *track;
    told.id = 0;
    feed_->on_source_track(told);
  }
}

void Stream::feed_sample(media::TrackKind kind, const media::Sample& sample) {
  if (kind == media::TrackKind::kAudio && started()) followers_.add_source_audio(sample);
  if (feed_ != nullptr) feed_->on_source_sample(kind, sample);
}

void Stream::feed(SourceFeed* feed) {
  feed_ = feed;
  if (feed == nullptr || renditions_.empty() || main().tracks() == nullptr) return;
  const auto& tracks = main().tracks()->tracks();
  for (const media::Track& track : tracks) {
    media::Track told = track;
    told.id = 0;
    feed->on_source_track(told);
  }
  const auto samples = main().open_samples();
  for (const auto& [index, sample] : samples) {
    if (tracks[index].kind() == media::TrackKind::kAudio) followers_.seed_source_audio(sample);
  }
  for (const auto& [index, sample] : samples) {
    feed->on_source_sample(tracks[index].kind(), sample);
  }
}

std::uint32_t Stream::source_bitrate() const {
  for (const auto& rendition : renditions_) {
    if (rendition->leading != kMainVideo) continue;
    if (rendition->duration > media::kVideoTimescale) {
      const double seconds = static_cast<double>(rendition->duration) / media::kVideoTimescale;
      return static_cast<std::uint32_t>(static_cast<double>(rendition->bytes) * 8 / seconds);
    }
    return assumed_bitrate(tracks_.at(kMainVideo));
  }
  return 0;
}

}  // namespace live
