#include "live/ad_break.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "io/loop.h"

namespace live {
namespace {

// The slate's samples are added in steps of this length.
constexpr base::Duration kStep = std::chrono::milliseconds(50);
// A slate that ends may be so far ahead of the clock.
constexpr base::Duration kAhead = std::chrono::milliseconds(200);
constexpr std::string_view kLive = "live";

std::shared_ptr<const DateRange> source(base::WallTime start, std::string_view name) {
  return std::make_shared<const DateRange>(
      DateRange{DateRange::Kind::kSource, start, {}, std::string(name)});
}

}  // namespace

AdBreak::AdBreak(io::Loop& loop, AdBreakHost& host, Stream& stream,
                 std::shared_ptr<const Slate> slate, std::string id, std::chrono::seconds duration)
    : loop_(loop),
      host_(host),
      stream_(stream),
      slate_(std::move(slate)),
      id_(std::move(id)),
      duration_(duration),
      timer_(loop) {
  const Packager::Edge edge = stream_.edge();
  starts_at_ = edge.expected_end;
  first_msn_ = edge.open ? edge.msn + 1 : edge.msn;
  if (edge.open) stream_.add_range(source(edge.date, kLive));
}

void AdBreak::before(TrackKey track, const media::Sample& sample) {
  if (phase_ == Phase::kAnnounced && slate_ != nullptr && stream_.begins_segment(track, sample)) {
    cover();
  }
}

void AdBreak::advance() {
  if (phase_ == Phase::kAnnounced) {
    const Packager::Edge edge = stream_.edge();
    if (edge.msn < first_msn_) return;
    if (slate_ == nullptr && edge.open) {
      mark_start(edge.date);
      ends_at_ = loop_.now() + duration_;
      timer_.start(duration_, [this] { on_time_up(); });
    } else if (slate_ != nullptr && !edge.open) {
      cover();
    }
  } else if (phase_ == Phase::kMarkingEnd) {
    mark_end();
  }
}

void AdBreak::cover() {
  const media::Ticks start = host_.hide_publisher();
  stream_.cover(slate_->video(), slate_->audio(), {start, io::Loop::wall_now()});
  ends_at_ = loop_.now() + duration_;
  player_.emplace(slate_, start, loop_.now());
  phase_ = Phase::kRunning;
  play();
  // Its first picture has opened the segment.
  const Packager::Edge edge = stream_.edge();
  CHECK(edge.open);
  mark_start(edge.date);
  host_.publish();
}

void AdBreak::mark_start(base::WallTime date) {
  phase_ = Phase::kRunning;
  starts_at_ = date;
  std::vector<std::shared_ptr<const DateRange>> ranges;
  if (slate_ != nullptr) ranges.push_back(source(date, id_));
  ranges.push_back(
      std::make_shared<const DateRange>(DateRange{DateRange::Kind::kAd, date, duration_, id_}));
  stream_.hold_ranges(ranges);
}

// The slate ends with a segment; without one the end is where it was announced, and is told with
// the segment that it lies in.
void AdBreak::mark_end() {
  const Packager::Edge edge = stream_.edge();
  const base::WallTime announced =
      starts_at_ + std::chrono::duration_cast<std::chrono::microseconds>(duration_);
  if (!edge.open || (slate_ == nullptr && edge.expected_end <= announced)) return;
  stream_.add_range(source(slate_ != nullptr ? edge.date : announced, kLive));
  phase_ = Phase::kDone;
}

void AdBreak::play() {
  const base::MonotonicTime now = loop_.now();
  bool completed = false;
  while (const auto due = player_->next(now)) {
    completed = stream_.add_cover(due->kind, due->sample) || completed;
  }
  if (completed) host_.publish();
  if (phase_ == Phase::kRunning && now >= ends_at_) {
    on_time_up();
    if (!covers()) return;
  }
  timer_.start(kStep, [this] { play(); });
}

void AdBreak::on_time_up() {
  if (slate_ == nullptr) {
    stream_.hold_ranges({});
    phase_ = Phase::kMarkingEnd;
    advance();
    return;
  }
  phase_ = Phase::kReturning;
  host_.on_slate_over();
}

base::Duration AdBreak::remaining() const {
  return phase_ == Phase::kAnnounced
             ? base::Duration::zero()
             : std::max<base::Duration>(ends_at_ - loop_.now(), base::Duration::zero());
}

media::Ticks AdBreak::uncover() {
  CHECK(player_.has_value());
  // A part that viewers wait for gets a picture and its sound, a moment before their time.
  bool picture = false;
  bool sound = false;
  while (stream_.owes_part() && !(picture && sound)) {
    const auto next = player_->next(loop_.now() + kAhead);
    if (!next) break;
    (next->kind == media::TrackKind::kVideo ? picture : sound) = true;
    (void)stream_.add_cover(next->kind, next->sample);
  }
  const media::Ticks end = player_->end();
  player_.reset();
  timer_.cancel();
  stream_.hold_ranges({});
  phase_ = Phase::kMarkingEnd;
  return end;
}

}  // namespace live
