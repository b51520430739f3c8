#include "live/followers.h"

#include <algorithm>
#include <utility>

namespace live {
namespace {

constexpr media::Ticks kScale = media::kVideoTimescale;
// After so much of it the bitrate of a rendition is what was measured.
constexpr media::Ticks kMeasured = 4 * kScale;
constexpr std::size_t kMostMarks = 1024;
// Pictures of the same time may be off by roundings.
constexpr media::Ticks kNear = kScale / 200;

}  // namespace

Followers::Followers(Source source) : source_(std::move(source)) {}

void Followers::offer(const std::vector<FollowerPlan>& plans, Packager::Place next) {
  std::vector<std::unique_ptr<Follower>> before = std::exchange(followers_, {});
  for (const FollowerPlan& plan : plans) {
    const auto same = std::ranges::find_if(
        before, [&](const auto& other) { return other && other->plan.name == plan.name; });
    if (same != before.end()) {
      Follower& follower = *followers_.emplace_back(std::move(*same));
      follower.plan = plan;
      continue;
    }
    Follower& follower = *followers_.emplace_back(
        std::make_unique<Follower>(Follower{plan, Packager(plan.name, source_.packaging, next)}));
    follower.packager.follow(*source_.ledger);
    follower.packager.set_listener(listener_);
  }
}

bool Followers::has(const std::string& name) const {
  return std::ranges::any_of(followers_,
                             [&](const auto& other) { return other->plan.name == name; });
}

void Followers::set_source_audio(std::optional<media::Track> track) {
  if (track == source_audio_) return;
  source_audio_ = std::move(track);
  marks_.clear();
  for (const auto& follower : followers_) {
    if (follower->plan.own_audio || !follower->plan.audio) continue;
    follower->held.clear();
    set_tracks(*follower);
  }
}

void Followers::set_track(TrackKey key, const media::Track& track) {
  for (const auto& follower : followers_) {
    if (follower->plan.leading == key) {
      follower->leading = track;
    } else if (follower->plan.own_audio && follower->plan.audio == key) {
      follower->audio = track;
    } else {
      continue;
    }
    set_tracks(*follower);
  }
}

// Once all that it needs is known.
void Followers::set_tracks(Follower& follower) {
  if (!follower.leading) return;
  std::vector<media::Track> members{*follower.leading};
  if (follower.plan.audio) {
    const auto& audio = follower.plan.own_audio ? follower.audio : source_audio_;
    if (!audio) return;
    members.push_back(*audio);
  }
  const auto& before = follower.packager.tracks();
  if (before != nullptr && before->tracks() == members) return;
  (void)follower.packager.set_tracks(
      std::make_shared<const TrackSet>(source_.next_generation(), std::move(members)), {});
}

bool Followers::add(TrackKey key, const media::Sample& sample) {
  bool completed = false;
  for (const auto& follower : followers_) {
    if (follower->plan.leading == key) {
      completed = lead(*follower, sample) || completed;
    } else if (follower->plan.own_audio && follower->plan.audio == key && follower->audio) {
      const media::Ticks time = media::rescale(sample.dts, follower->audio->timescale, kScale);
      hold(*follower, place_of(time), sample);
    }
  }
  return completed;
}

bool Followers::lead(Follower& follower, const media::Sample& sample) {
  if (follower.packager.tracks() == nullptr) return false;
  const std::uint32_t scale = follower.leading->timescale;
  const media::Ticks start = media::rescale(sample.dts, scale, kScale);
  // One that takes another helper's place may repeat what was there.
  if (follower.last_start && start <= *follower.last_start) return false;
  follower.last_start = start;
  follower.bytes += sample.data.size();
  follower.duration += media::rescale(sample.duration, scale, kScale);
  release_before(follower, sample);
  const bool began = follower.packager.started();
  const bool completed = follower.packager.add(0, sample);
  if (!began && follower.packager.started()) {
    const std::uint64_t first = follower.packager.open_msn().value_or(0);
    std::erase_if(follower.held, [&](const Held& held) { return held.place.msn < first; });
  }
  release(follower);
  return completed;
}

void Followers::add_source_audio(const media::Sample& sample) {
  if (!source_audio_) return;
  const SoundPlace place{source_.ledger->reached(), source_.ledger->newest_msn()};
  marks_.push_back({media::rescale(sample.dts, source_audio_->timescale, kScale), place});
  if (marks_.size() > kMostMarks) marks_.pop_front();
  for (const auto& follower : followers_) {
    if (!follower->plan.own_audio && follower->plan.audio) hold(*follower, place, sample);
  }
}

void Followers::seed_source_audio(const media::Sample& sample) {
  if (!source_audio_) return;
  const media::Ticks time = media::rescale(sample.dts, source_audio_->timescale, kScale);
  for (const auto& follower : followers_) {
    if (follower->plan.own_audio || !follower->plan.audio || follower->last_start) continue;
    hold(*follower, place_of(time), sample);
  }
}

// Where the source has sound of this time.
Followers::SoundPlace Followers::place_of(media::Ticks sound) const {
  const auto later = std::ranges::upper_bound(marks_, sound, {}, &Mark::time);
  return later == marks_.begin() ? SoundPlace{} : std::prev(later)->place;
}

void Followers::hold(Follower& follower, SoundPlace place, const media::Sample& sample) {
  // Whoever gets no pictures for so long is about to be given up.
  if (follower.held.size() >= kMostHeld) follower.held.pop_front();
  follower.held.push_back({place, sample});
  release(follower);
}

void Followers::add_sound(Follower& follower) {
  const media::Sample& sample = follower.held.front().sample;
  follower.bytes += sample.data.size();
  (void)follower.packager.add(1, sample);
  follower.held.pop_front();
}

// A picture that is the last of its segment, or belongs to the next one, closes a segment: the
// sound that is in this segment of the source has to be in before.
void Followers::release_before(Follower& follower, const media::Sample& sample) {
  const auto ends = follower.packager.segment_ended_by(sample);
  while (ends && !follower.held.empty() && follower.held.front().place.msn <= *ends) {
    add_sound(follower);
  }
}

void Followers::release(Follower& follower) {
  if (!follower.last_start) return;
  while (!follower.held.empty() &&
         follower.held.front().place.after <= *follower.last_start + kNear) {
    if (!follower.packager.started()) {
      // It begins later than this.
      follower.held.pop_front();
      continue;
    }
    if (!follower.packager.takes_sound(follower.held.front().place.msn)) break;
    add_sound(follower);
  }
}

void Followers::add_cue(const Cue& cue) {
  for (const auto& follower : followers_) (void)follower->packager.add_cue(cue);
}

void Followers::settle() {
  for (const auto& follower : followers_) (void)follower->packager.settle();
}

void Followers::finish() {
  for (const auto& follower : followers_) follower->packager.finish();
}

void Followers::set_listener(PartListener* listener) {
  listener_ = listener;
  for (const auto& follower : followers_) follower->packager.set_listener(listener);
}

std::vector<Variant> Followers::variants() const {
  std::vector<Variant> variants;
  for (const auto& follower : followers_) {
    const FollowerPlan& plan = follower->plan;
    Variant variant;
    variant.rendition = plan.name;
    variant.uri = plan.name;
    variant.width = plan.width;
    variant.height = plan.height;
    variant.frame_rate = plan.frame_rate;
    variant.codecs = plan.codecs;
    std::uint32_t bitrate = plan.bitrate;
    if (const auto& tracks = follower->packager.tracks()) {
      variant.codecs.clear();
      for (const media::Track& track : tracks->tracks()) {
        variant.codecs.push_back(track.codec_string);
      }
    }
    if (follower->duration > kMeasured) {
      const double seconds = static_cast<double>(follower->duration) / kScale;
      variant.average_bandwidth =
          static_cast<std::uint32_t>(static_cast<double>(follower->bytes) * 8 / seconds * 1.05);
      bitrate = std::max(bitrate, variant.average_bandwidth);
    }
    variant.bandwidth = bitrate + bitrate / 10;
    variants.push_back(std::move(variant));
  }
  return variants;
}

std::vector<RenditionReport> Followers::reports() const {
  std::vector<RenditionReport> reports;
  for (const auto& follower : followers_) reports.push_back(follower->packager.report());
  return reports;
}

std::shared_ptr<const Window> Followers::window(std::size_t index,
                                                std::vector<RenditionReport> reports) {
  return followers_[index]->packager.snapshot(std::move(reports));
}

std::size_t Followers::window_bytes() const {
  std::size_t bytes = 0;
  for (const auto& follower : followers_) bytes += follower->packager.window_bytes();
  return bytes;
}

std::optional<media::Ticks> Followers::reached(const std::string& name) const {
  for (const auto& follower : followers_) {
    if (follower->plan.name == name) return follower->last_start;
  }
  return std::nullopt;
}

}  // namespace live
