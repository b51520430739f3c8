#include "live/packager.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "media/id3.h"

namespace live {
namespace {

constexpr media::Ticks kScale = media::kVideoTimescale;
// A segment may be rounded to the target duration: it must stay below half a second more.
constexpr media::Ticks kSegmentSlack = kScale * 45 / 100;
// Sound may run ahead of the pictures by this much; when it does so for longer, the pictures are
// missing and parts are made without them.
constexpr media::Ticks kMaxSoundLead = 2 * kScale;
// No part but the last of a segment may be shorter than this share of the longest (RFC 8216bis
// section 4.4.4.9 asks for 85 %).
constexpr media::Ticks kLeastPartPercent = 86;
constexpr std::size_t kMaxLimits = 64;
// Segments that left the playlist stay available for clients that read an older playlist.
constexpr media::Ticks kUnlistedKept = 4 * kScale;

}  // namespace

base::WallTime ProgramClock::date_of(media::Ticks time) const {
  return date + std::chrono::microseconds((time - anchor) * 100 / 9);
}

Packager::Packager(std::string rendition, PackagingSettings settings, Place first)
    : rendition_(std::move(rendition)),
      settings_(settings),
      next_msn_(first.msn),
      discontinuity_sequence_(first.discontinuity_sequence) {
  times_.target_duration = static_cast<std::uint32_t>(
      std::max(1.0, std::ceil(std::chrono::duration<double>(settings.segment).count() - 0.001)));
  times_.listed = settings.window;
  times_.latency = settings.latency;
}

bool Packager::has_video() const {
  return tracks_->tracks().front().kind() == media::TrackKind::kVideo;
}

media::Ticks Packager::to_stream(media::Ticks time, std::size_t index) const {
  return media::rescale(time, tracks_->tracks()[index].timescale, kScale);
}

bool Packager::set_tracks(std::shared_ptr<const TrackSet> tracks, const ProgramClock& clock) {
  const bool first = tracks_ == nullptr;
  if (follow_ != nullptr && !first) {
    next_tracks_ = std::move(tracks);
    return false;
  }
  const bool completed = first ? false : break_here(clock);
  clock_ = clock;
  tracks_ = std::move(tracks);
  return completed;
}

// PART-TARGET: as many whole frames as come nearest to the wanted duration. It may never change,
// and no part may be longer.
void Packager::fix_times(const media::Sample& first) {
  const media::Ticks wanted = to_ticks(settings_.part);
  media::Ticks frame = to_stream(first.duration, 0);
  if (frame <= 0 || frame > kScale) frame = kScale / 30;
  const media::Ticks frames = std::max<media::Ticks>(1, (wanted + frame / 2) / frame);
  frame_target_ = frames * frame;
  // Up to the next millisecond, and one more for clocks that count milliseconds.
  times_.part_target = (frame_target_ + 89) / 90 * 90;
  if (times_.part_target != frame_target_ || frame % 10 != 0) times_.part_target += 90;
  times_fixed_ = true;
}

// Whether a keyframe at this distance from the segment's start should begin the next segment: it is
// nearer to the wanted length than the next keyframe would be, or that one would come too late.
bool Packager::wants_cut(media::Ticks elapsed) const {
  const media::Ticks target = to_ticks(settings_.segment);
  // The first group is as long as it has become.
  const media::Ticks group = group_length_ > 0 ? group_length_ : elapsed;
  if (elapsed > 0 && elapsed + group > longest_segment()) return true;
  return group_stable_ ? elapsed + group_length_ / 2 >= target : elapsed * 10 >= target * 9;
}

media::Ticks Packager::longest_segment() const {
  return times_.target_duration * kScale + kSegmentSlack;
}

// The group of pictures is over with the frame that was added last, if it is like those before it.
bool Packager::expects_keyframe() const {
  return group_stable_ && frames_since_key_ == group_frames_;
}

void Packager::learn_group(media::Ticks start) {
  if (frames_since_key_ > 0) {
    group_stable_ = frames_since_key_ == group_frames_;
    group_frames_ = frames_since_key_;
    group_length_ = start - group_start_;
  }
  frames_since_key_ = 0;
  group_start_ = start;
}

bool Packager::add(std::size_t index, const media::Sample& sample) {
  CHECK(tracks_ != nullptr && index < tracks_->tracks().size());
  if (ended_) return false;
  if (follow_ != nullptr && is_leading(index)) return add_following(sample);
  return is_leading(index) ? add_leading(sample) : add_beside(index, sample);
}

// Sound beside pictures goes into the part that is open when it arrives.
bool Packager::add_beside(std::size_t index, const media::Sample& sample) {
  if (!started_) return false;
  append(index, sample);
  if (follow_ != nullptr) return false;
  const media::Ticks end = to_stream(sample.dts + sample.duration, index);
  if (end - told_end_ <= kMaxSoundLead + times_.part_target) return false;
  open_.end = told_end_ + frame_target_;
  close_part(Follows::kWhateverFits);
  return true;
}

bool Packager::add_leading(const media::Sample& sample) {
  if (!started_ && !sample.keyframe) return false;
  if (!times_fixed_) fix_times(sample);
  const media::Ticks start = to_stream(sample.dts, 0);
  const media::Ticks frame = std::max<media::Ticks>(1, to_stream(sample.duration, 0));
  const bool video = has_video();
  bool completed = false;
  if (video && sample.keyframe) learn_group(start);
  if (open_.frames > 0) {
    if (video && sample.keyframe && wants_cut(start - segment_start_)) {
      close_part(Follows::kNewSegment);
      completed = true;
    } else if (close_waits_ || start + frame - told_end_ > times_.part_target + frame / 8) {
      // It waited for this frame, or the frame comes later than its predecessor had announced.
      open_.end = std::max(open_.end, std::min(start, told_end_ + times_.part_target));
      close_part(Follows::kWhateverFits);
      completed = true;
    }
  }
  ++frames_since_key_;
  if (lead_ != nullptr && sample.keyframe) lead_->set_composition(to_stream(sample.pts, 0) - start);
  if (open_.part == nullptr) open_part(start);
  if (lead_ != nullptr) lead_->reach(start, frame, open_segment_->msn);
  if (open_.frames == 0) {
    open_.part->start = start;
    open_.part->independent = sample.keyframe || !video;
  }
  append(0, sample);
  open_.end = start + frame;
  ++open_.frames;
  if (!is_full(frame)) return completed;
  const media::Ticks elapsed = open_.end - segment_start_;
  if (video && !group_stable_ && wants_cut(elapsed) &&
      elapsed + frame_target_ <= longest_segment()) {
    close_waits_ = true;
    return completed;
  }
  close_part(Follows::kWhateverFits);
  return true;
}

// True if nothing may be added to the open part: another frame of this length would not fit, or the
// segment is expected to end here. Half a frame of tolerance.
bool Packager::is_full(media::Ticks frame) const {
  if (open_.end - told_end_ + frame / 2 >= frame_target_) return true;
  if (has_video()) return expects_keyframe() && wants_cut(open_.end - segment_start_);
  return reaches_limit(open_.end + frame / 2);
}

bool Packager::reaches_limit(media::Ticks end) const {
  return std::any_of(limits_.begin(), limits_.end(), [&](const SegmentEnd& limit) {
    return limit.msn >= open_segment_->msn && limit.time <= end;
  });
}

// Whether the next part begins a new segment, if the present one ends at `end`.
bool Packager::cuts_at(media::Ticks end) const {
  const media::Ticks elapsed = end - segment_start_;
  if (elapsed + times_.part_target > longest_segment()) return true;
  return has_video() ? expects_keyframe() && wants_cut(elapsed) : reaches_limit(end);
}

media::Ticks Packager::open_start() const {
  return open_.part != nullptr ? open_.part->start : told_end_;
}

void Packager::open_segment(media::Ticks start) {
  if (follow_ != nullptr) {
    const SegmentLedger::Entry* entry = follow_->find(next_msn_);
    CHECK(entry != nullptr);
    return open_following(*entry);
  }
  open_segment_ = std::make_shared<Segment>();
  open_segment_->msn = next_msn_++;
  open_segment_->discontinuity = discontinuity_pending_;
  if (discontinuity_pending_) ++discontinuity_sequence_;
  discontinuity_pending_ = false;
  open_segment_->discontinuity_sequence = discontinuity_sequence_;
  open_segment_->tracks = tracks_;
  // A cut that was announced in time starts where the last part was said to end.
  const bool continues = started_ && !open_segment_->discontinuity;
  segment_start_ = continues ? told_end_ : start;
  if (!continues) {
    told_end_ = start;
    // What was told before the break may reach a little further than its media did.
    clock_.date += std::max(date_end_ - clock_.date_of(start), std::chrono::microseconds(0));
  }
  open_segment_->date = clock_.date_of(segment_start_);
  open_segment_->ranges = std::exchange(next_ranges_, {});
  std::ranges::copy(held_ranges_, std::back_inserter(open_segment_->ranges));
  if (lead_ != nullptr) lead_->open(*open_segment_, segment_start_);
}

void Packager::open_part(media::Ticks start) {
  if (open_segment_ == nullptr) open_segment(start);
  started_ = true;
  open_ = OpenPart{};
  open_.part = std::make_shared<Part>();
  open_.part->msn = open_segment_->msn;
  open_.part->index = static_cast<std::uint32_t>(open_segment_->parts.size());
  open_.part->start = start;
  open_.part->tracks = tracks_;
  open_.part->samples.resize(tracks_->tracks().size());
  last_counts_.resize(open_.part->samples.size());
  for (std::size_t i = 0; i < last_counts_.size(); ++i) {
    // One part is like the one before: its samples are allocated at once.
    open_.part->samples[i].reserve(last_counts_[i] + last_counts_[i] / 8);
  }
  if (open_.part->index == 0) open_.part->segment_tag = segment_tag(open_segment_->date, start);
}

void Packager::append(std::size_t index, const media::Sample& sample) {
  if (open_.part == nullptr) open_part(told_end_);
  open_.part->samples[index].push_back(sample);
  open_.bytes += sample.data.size();
}

// Where frames come unevenly a part is told a little longer or shorter than it is, and the next one
// makes up for it: the rules for durations hold always, and their sum stays true.
void Packager::close_part(Follows follows) {
  std::shared_ptr<Part> part = std::move(open_.part);
  CHECK(part != nullptr);
  const media::Ticks longest = times_.part_target;
  part->duration = std::clamp<media::Ticks>(open_.end - told_end_, 1, longest);
  // As long as it has to be unless it is the last; that may decide whether it is.
  const media::Ticks least = std::max(part->duration, longest * kLeastPartPercent / 100);
  const bool cut = follow_ != nullptr
                       ? close_following(follows, *part)
                       : follows == Follows::kNewSegment || cuts_at(told_end_ + part->duration) ||
                             cuts_at(told_end_ + least);
  if (!cut) part->duration = least;
  const base::WallTime date = clock_.date_of(told_end_);
  told_end_ += part->duration;
  while (!cues_.empty() && cues_.front().time < told_end_) {
    part->cues.push_back(std::move(cues_.front()));
    part->cues.back().time = std::max(part->cues.back().time, part->start);
    cues_.pop_front();
  }
  part->continuity = continuity_;
  if (part->tracks->fits(Container::kTs)) continuity_ = part->continuity_after();
  window_bytes_ += open_.bytes;
  if (lead_ != nullptr && open_.frames > 0) lead_->end_pictures(open_.end);
  open_segment_->duration += part->duration;
  open_segment_->parts.push_back(std::move(part));
  if (listener_ != nullptr) {
    listener_->on_part({rendition_, follow_ == nullptr, open_segment_->parts.back(),
                        open_segment_->discontinuity, date});
  }
  open_ = OpenPart{};
  close_waits_ = false;
  window_.reset();
  if (cut) close_segment();
}

void Packager::close_segment() {
  CHECK(open_segment_ != nullptr && !open_segment_->parts.empty());
  open_segment_->complete = true;
  if (lead_ != nullptr) lead_->close(*open_segment_, told_end_);
  date_end_ = clock_.date_of(told_end_);
  segment_ends_.push_back({open_segment_->msn, told_end_});
  std::erase_if(limits_, [&](const SegmentEnd& limit) { return limit.msn <= open_segment_->msn; });
  segments_.push_back(std::move(open_segment_));
  open_segment_ = nullptr;
  window_.reset();
  trim();
}

// Drops segments that nobody can ask for any more.
void Packager::trim() {
  media::Ticks kept = 0;
  for (const auto& segment : segments_) kept += segment->duration;
  const media::Ticks wanted = to_ticks(settings_.window) + kUnlistedKept;
  while (segments_.size() > 3 && kept - segments_.front()->duration >= wanted) {
    kept -= segments_.front()->duration;
    for (const auto& part : segments_.front()->parts) {
      for (const auto& samples : part->samples) {
        for (const auto& sample : samples) window_bytes_ -= sample.data.size();
      }
    }
    segments_.pop_front();
  }
}

bool Packager::add_cue(const Cue& cue) {
  if (cues_.size() >= kMaxWaitingCues) return false;
  Cue placed = cue;
  placed.time = std::max(cue.time, open_start());
  const auto behind =
      std::upper_bound(cues_.begin(), cues_.end(), placed.time,
                       [](media::Ticks time, const Cue& c) { return time < c.time; });
  cues_.insert(behind, std::move(placed));
  return true;
}

void Packager::add_range(std::shared_ptr<const DateRange> range) {
  auto& ranges = open_segment_ != nullptr ? open_segment_->ranges : next_ranges_;
  const bool told = std::ranges::any_of(ranges, [&](const auto& other) {
    return other->kind == range->kind && other->start == range->start;
  });
  if (!told) ranges.push_back(std::move(range));
  if (lead_ != nullptr && open_segment_ != nullptr) lead_->set_ranges(open_segment_->ranges);
}

void Packager::hold_ranges(std::vector<std::shared_ptr<const DateRange>> ranges) {
  held_ranges_ = std::move(ranges);
  if (open_segment_ == nullptr) return;
  std::ranges::copy(held_ranges_, std::back_inserter(open_segment_->ranges));
  if (lead_ != nullptr) lead_->set_ranges(open_segment_->ranges);
}

void Packager::end_segment(SegmentEnd end) {
  if (limits_.size() >= kMaxLimits) limits_.pop_front();
  limits_.push_back(end);
}

bool Packager::break_here(const ProgramClock& clock) {
  const bool completed = open_.part != nullptr;
  if (completed) {
    // Sound alone: its part was promised.
    if (open_.frames == 0) open_.end = told_end_ + frame_target_;
    close_part(Follows::kNewSegment);
  } else if (open_segment_ != nullptr) {
    close_segment();
  }
  clock_ = clock;
  discontinuity_pending_ = discontinuity_pending_ || started_;
  started_ = false;
  frames_since_key_ = 0;
  group_frames_ = 0;
  group_length_ = 0;
  group_stable_ = false;
  return completed;
}

void Packager::finish() {
  (void)break_here(clock_);
  ended_ = true;
  window_.reset();
}

// The first cue of every segment: players of the IVS family take latency and their anchor for
// later cues from it.
base::Slice Packager::segment_tag(base::WallTime date, media::Ticks start) const {
  const auto epoch_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(date.time_since_epoch()).count();
  return base::Slice::take(media::write_id3_text(
      "segmentmetadata",
      fmt::format(
          R"({{"cmd":"ld_lat_data","transc_r":{0},"transc_s":{0},"stream_offset":{1:.3f}}})",
          epoch_ms, static_cast<double>(start) / kScale)));
}

}  // namespace live
