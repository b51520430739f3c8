#include "live/stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "live/quality.h"
#include "media/id3.h"

namespace live {
namespace {

constexpr TrackKey kMainVideo{media::TrackKind::kVideo, 0};

// A cue that claims to belong further ahead is put here.
constexpr media::Ticks kMaxCueDelay = 10 * media::kVideoTimescale;

}  // namespace

const std::shared_ptr<const Window>* ChannelSnapshot::find(std::string_view rendition) const {
  for (const auto& window : windows) {
    if (window->rendition == rendition) return &window;
  }
  return nullptr;
}

Stream::Stream(Settings settings, Packager::Place first, base::WallTime started_at)
    : settings_(std::move(settings)),
      id_(base::random_stream_id()),
      first_(first),
      started_at_(started_at),
      followers_({settings_.packaging, &ledger_, [this] { return generation_++; }}),
      generation_(first.msn) {}

Stream::Rendition& Stream::rendition(const std::string& name, TrackKey leading,
                                     std::optional<TrackKey> audio) {
  for (const auto& existing : renditions_) {
    if (existing->packager.rendition() == name) {
      existing->leading = leading;
      existing->audio = audio;
      return *existing;
    }
  }
  Rendition& made = *renditions_.emplace_back(std::make_unique<Rendition>(
      Rendition{Packager(name, settings_.packaging, next_place()), leading, audio}));
  made.packager.set_listener(tap_.get());
  if (leading == kMainVideo) made.packager.lead(ledger_);
  return made;
}

void Stream::record(std::unique_ptr<media::PartSink> sink) {
  CHECK(renditions_.empty());
  tap_ = std::make_unique<PartTap>(std::move(sink), settings_.default_container);
  followers_.set_listener(tap_.get());
}

void Stream::set_tracks(std::map<TrackKey, media::Track> tracks, const ProgramClock& clock) {
  // A takeover goes on where the other publisher was: then the dates do, too.
  if (!started()) clock_ = later(clock);
  const auto first_audio = std::find_if(tracks.begin(), tracks.end(), [](const auto& entry) {
    return entry.first.kind == media::TrackKind::kAudio;
  });
  const std::optional<TrackKey> main_audio =
      first_audio == tracks.end() ? std::nullopt : std::optional(first_audio->first);
  const std::uint64_t generation = generation_++;
  const auto put = [&](const std::string& name, TrackKey leading, std::optional<TrackKey> audio) {
    std::vector<media::Track> members{tracks.at(leading)};
    if (audio) members.push_back(tracks.at(*audio));
    Rendition& made = rendition(name, leading, audio);
    const auto& before = made.packager.tracks();
    if (before != nullptr && before->tracks() == members) {
      // The same decoders go on; a break, if there was one, has been made already.
      made.packager.set_clock(later(clock));
      return;
    }
    (void)made.packager.set_tracks(std::make_shared<const TrackSet>(generation, std::move(members)),
                                   clock);
    if (leading == kMainVideo) clock_ = later(clock);
  };
  for (const auto& [key, track] : tracks) {
    if (key.kind == media::TrackKind::kVideo) put(fmt::format("v{}", key.id), key, main_audio);
  }
  if (main_audio) put("audio", *main_audio, std::nullopt);
  for (const auto& [key, track] : tracks) {
    if (key.kind == media::TrackKind::kAudio && key != main_audio) {
      put(fmt::format("audio{}", key.id), key, std::nullopt);
    }
  }
  tracks_ = std::move(tracks);
  main_audio_ = main_audio;
  covered_ = false;
  const media::Track* sound = main_audio ? &tracks_.at(*main_audio) : nullptr;
  if (const auto video = tracks_.find(kMainVideo); video != tracks_.end()) {
    feed_tracks(video->second, sound);
  }
  if (tap_ != nullptr) tap_->set_tracks(tracks_);
  multivariant_.reset();
}

bool Stream::add(TrackKey key, const media::Sample& sample) {
  bool completed = false;
  for (const auto& rendition : renditions_) {
    const bool leads = rendition->leading == key;
    if (!leads && rendition->audio != key) continue;
    // Renditions without video begin where the video began.
    if (leads && key.kind == media::TrackKind::kAudio && !started()) continue;
    completed = rendition->packager.add(leads ? 0 : 1, sample) || completed;
    rendition->bytes += sample.data.size();
    if (leads) {
      rendition->duration +=
          media::rescale(sample.duration, rendition->packager.tracks()->tracks()[0].timescale,
                         media::kVideoTimescale);
    }
  }
  if (completed) follow_segments();
  if (key == kMainVideo || key == main_audio_) feed_sample(key.kind, sample);
  return completed;
}

// Renditions without video end their segments where the main one has ended its own.
void Stream::follow_segments() {
  for (const auto& rendition : renditions_) {
    const auto ends = rendition->packager.take_segment_ends();
    if (rendition->leading != kMainVideo || ends.empty()) continue;
    for (const auto& follower : renditions_) {
      if (follower->leading.kind == media::TrackKind::kAudio) {
        for (const Packager::SegmentEnd& end : ends) follower->packager.end_segment(end);
      }
    }
  }
}

void Stream::cover(const media::Track& video, const media::Track& audio,
                   const ProgramClock& clock) {
  clock_ = later(clock);
  for (const auto& rendition : renditions_) {
    const bool pictures = rendition->leading.kind == media::TrackKind::kVideo;
    std::vector<media::Track> members{pictures ? video : audio};
    if (rendition->audio) members.push_back(audio);
    (void)rendition->packager.set_tracks(
        std::make_shared<const TrackSet>(generation_, std::move(members)), clock_);
  }
  ++generation_;
  covered_ = true;
  feed_tracks(video, main_audio_ ? &audio : nullptr);
}

bool Stream::add_cover(media::TrackKind kind, const media::Sample& sample) {
  bool completed = false;
  for (const auto& rendition : renditions_) {
    const bool leads = rendition->leading.kind == kind;
    if (!leads && !(rendition->audio && kind == media::TrackKind::kAudio)) continue;
    if (leads && kind == media::TrackKind::kAudio && !started()) continue;
    completed = rendition->packager.add(leads ? 0 : 1, sample) || completed;
  }
  if (completed) follow_segments();
  if (kind == media::TrackKind::kVideo || main_audio_) feed_sample(kind, sample);
  return completed;
}

bool Stream::begins_segment(TrackKey track, const media::Sample& sample) const {
  return track == kMainVideo && main().begins_segment(sample);
}

bool Stream::owes_part() const {
  return std::ranges::any_of(renditions_,
                             [](const auto& rendition) { return rendition->packager.owes_part(); });
}

void Stream::add_range(const std::shared_ptr<const DateRange>& range) {
  for (const auto& rendition : renditions_) rendition->packager.add_range(range);
}

void Stream::hold_ranges(const std::vector<std::shared_ptr<const DateRange>>& ranges) {
  for (const auto& rendition : renditions_) rendition->packager.hold_ranges(ranges);
}

const Packager& Stream::main() const {
  const auto found = std::ranges::find_if(
      renditions_, [](const auto& rendition) { return rendition->leading == kMainVideo; });
  return found != renditions_.end() ? (*found)->packager : renditions_.front()->packager;
}

base::Expected<void> Stream::add_text(const media::TimedText& text, media::Ticks wanted) {
  Cue cue;
  cue.text = text;
  cue.time = wanted;
  media::Ticks earliest = 0;
  for (const auto& rendition : renditions_) {
    const Packager& packager = rendition->packager;
    if (packager.waiting_cues() >= Packager::kMaxWaitingCues) {
      return base::fail(base::ErrorCode::kLimit, "too much timed metadata at once");
    }
    if (packager.started()) earliest = std::max(earliest, packager.open_start());
  }
  cue.time = std::clamp(cue.time, earliest, earliest + kMaxCueDelay);
  cue.id = (first_.msn << 16) + next_cue_++;
  cue.date = clock_.date_of(cue.time);
  const std::string_view owner = text.origin == media::TimedText::Origin::kApi
                                     ? "metadata.live-video.net"
                                     : "inband.metadata.live-video.net";
  cue.id3 = base::Slice::take(media::write_id3_private(owner, text.payload));
  for (const auto& rendition : renditions_) (void)rendition->packager.add_cue(cue);
  followers_.add_cue(cue);
  return {};
}

void Stream::break_here(const ProgramClock& clock) {
  clock_ = later(clock);
  for (const auto& rendition : renditions_) (void)rendition->packager.break_here(clock_);
}

// Dates never go back, even if the encoder's clock was ahead of the one on our wall.
ProgramClock Stream::later(ProgramClock clock) const {
  if (!renditions_.empty()) clock.date = std::max(clock.date, clock_.date_of(clock.anchor));
  return clock;
}

void Stream::finish() {
  finished_ = true;
  for (const auto& rendition : renditions_) {
    rendition->packager.finish();
    rendition->packager.set_listener(nullptr);
  }
  feed_ = nullptr;
  followers_.finish();
  followers_.set_listener(nullptr);
  if (tap_ != nullptr) std::exchange(tap_, nullptr)->on_end();
}

Packager::Place Stream::next_place() const {
  Packager::Place place = first_;
  for (const auto& rendition : renditions_) {
    const Packager::Place other = rendition->packager.next_place();
    place.msn = std::max(place.msn, other.msn);
    place.discontinuity_sequence =
        std::max(place.discontinuity_sequence, other.discontinuity_sequence);
  }
  return place;
}

bool Stream::started() const {
  return std::any_of(renditions_.begin(), renditions_.end(), [](const auto& rendition) {
    return rendition->leading.kind == media::TrackKind::kVideo && rendition->packager.started();
  });
}

bool Stream::playable() const {
  return std::any_of(renditions_.begin(), renditions_.end(), [](const auto& rendition) {
    return rendition->packager.report().last_part.has_value();
  });
}

std::size_t Stream::window_bytes() const {
  // Renditions share their samples; audio is counted once with the first.
  std::size_t bytes = 0;
  for (const auto& rendition : renditions_) {
    if (rendition->leading.kind == media::TrackKind::kVideo) {
      bytes += rendition->packager.window_bytes();
    }
  }
  bytes += followers_.window_bytes();
  return bytes;
}

}  // namespace live
