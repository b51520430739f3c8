#include "live/slate_player.h"

#include <algorithm>

namespace live {
namespace {

// Further behind than this the clip does not catch up: its loop was not running.
constexpr base::Duration kMaxBehind = std::chrono::seconds(2);

base::Duration duration_of(media::Ticks ticks) {
  return std::chrono::nanoseconds(ticks * 100'000 / 9);
}

}  // namespace

std::optional<SlatePlayer::Due> SlatePlayer::next(base::MonotonicTime now) {
  const Slate::Entry& entry = slate_->entries()[next_];
  const base::MonotonicTime due = began_ + duration_of(played_ + entry.at);
  if (due > now) return std::nullopt;
  if (now - due > kMaxBehind) began_ += now - due;
  const bool video = entry.kind == media::TrackKind::kVideo;
  const media::Track& track = video ? slate_->video() : slate_->audio();
  const media::Ticks offset = media::rescale(start_, media::kVideoTimescale, track.timescale);
  Due given{entry.kind, entry.sample};
  given.sample.dts += offset;
  given.sample.pts += offset;
  end_ = std::max(
      end_, start_ + entry.at +
                media::rescale(entry.sample.duration, track.timescale, media::kVideoTimescale));
  if (++next_ == slate_->entries().size()) {
    next_ = 0;
    played_ += slate_->length();
    start_ += slate_->length();
  }
  return given;
}

}  // namespace live
