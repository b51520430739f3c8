// How a Packager cuts a rendition that is made of the source: where the source was cut. The source
// is always ahead, by what decoding and encoding take.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "live/packager.h"

namespace live {

bool Packager::takes_sound(std::uint64_t msn) const {
  if (!started_ || ended_) return false;
  if (open_segment_ != nullptr) return msn <= open_segment_->msn;
  // Behind a break a picture comes first.
  const SegmentLedger::Entry* next = follow_->find(next_msn_);
  return next != nullptr && !next->discontinuity && msn <= next_msn_;
}

std::optional<std::uint64_t> Packager::segment_ended_by(const media::Sample& sample) const {
  if (open_segment_ == nullptr) return std::nullopt;
  const media::Ticks start = to_stream(sample.dts, 0);
  const media::Ticks frame = std::max<media::Ticks>(1, to_stream(sample.duration, 0));
  const SegmentLedger::Entry* entry = follow_->at(start);
  const bool later = entry != nullptr && entry->msn > open_segment_->msn;
  return later || follower_ends(start, start + frame) ? open_msn() : std::nullopt;
}

bool Packager::settle() {
  if (open_.part != nullptr) {
    if (open_.frames == 0) open_.end = told_end_ + frame_target_;
    close_part(Follows::kNewSegment);
    return true;
  }
  if (open_segment_ == nullptr) return false;
  close_segment();
  return true;
}

// Whether the source's segment that is open here has nothing behind this. Only the last picture
// says so for sure: durations are guesses of an encoder whose rate varies.
bool Packager::follower_ends(media::Ticks start, media::Ticks end) const {
  const SegmentLedger::Entry* entry = follow_->find(open_segment_->msn);
  if (entry == nullptr || !entry->closed) return false;
  return has_video() ? start + follow_->tolerance() >= entry->last_start
                     : end + follow_->tolerance() >= entry->last_end;
}

// Finds out how long the part has to be, and returns whether its segment ends with it.
bool Packager::close_following(Follows follows, Part& part) const {
  const bool cut = follows == Follows::kNewSegment || follower_ends(open_.last_start, open_.end);
  const SegmentLedger::Entry* entry = follow_->find(open_segment_->msn);
  if (entry != nullptr) open_segment_->ranges = entry->ranges;
  if (cut && entry != nullptr && entry->closed) {
    part.duration = std::clamp<media::Ticks>(entry->told_end - told_end_, 1, times_.part_target);
  }
  return cut;
}

void Packager::open_following(const SegmentLedger::Entry& entry) {
  if (next_tracks_ != nullptr) tracks_ = std::exchange(next_tracks_, nullptr);
  open_segment_ = std::make_shared<Segment>();
  open_segment_->msn = entry.msn;
  open_segment_->discontinuity = entry.discontinuity;
  open_segment_->discontinuity_sequence = entry.discontinuity_sequence;
  open_segment_->tracks = tracks_;
  open_segment_->date = entry.date;
  open_segment_->ranges = entry.ranges;
  next_msn_ = entry.msn + 1;
  discontinuity_sequence_ = entry.discontinuity_sequence;
  segment_start_ = told_end_ = entry.told_start;
  clock_ = {entry.told_start, entry.date};
}

// Whether this leading sample can be the first of all, or the first after a hole.
bool Packager::place_following(const SegmentLedger::Entry& entry, const media::Sample& sample) {
  const media::Ticks start = to_stream(sample.dts, 0);
  const media::Ticks frame = std::max<media::Ticks>(1, to_stream(sample.duration, 0));
  const media::Ticks late = has_video() ? follow_->tolerance() : frame;
  if (!sample.keyframe || start > *entry.first + late) return false;
  if (!segments_.empty() && entry.msn != next_msn_) {
    if (entry.msn < next_msn_) return false;
    // Numbers may not have holes: what was before is no longer offered.
    segments_.clear();
    window_bytes_ = 0;
    window_.reset();
  }
  next_msn_ = entry.msn;
  started_ = true;
  frames_since_key_ = 0;
  group_stable_ = false;
  return true;
}

bool Packager::add_following(const media::Sample& sample) {
  if (!times_fixed_) fix_times(sample);
  const media::Ticks start = to_stream(sample.dts, 0);
  const media::Ticks frame = std::max<media::Ticks>(1, to_stream(sample.duration, 0));
  const bool video = has_video();
  const SegmentLedger::Entry* entry = follow_->at(start);
  if (entry == nullptr) return false;
  bool completed = false;
  // The source leaves out what comes between a break and the next keyframe.
  const bool left_out = video && entry->closed && start > entry->last_start + follow_->tolerance();
  if (started_ && open_segment_ != nullptr && (left_out || entry->msn > open_segment_->msn)) {
    completed = settle();
  }
  if (left_out) return completed;
  if (started_ && open_segment_ == nullptr && entry->msn != next_msn_) {
    // Late for a segment that was closed without it, or something is missing.
    if (entry->msn < next_msn_) return completed;
    started_ = false;
  }
  if (!started_ && !place_following(*entry, sample)) return completed;
  if (open_segment_ != nullptr && entry->msn < open_segment_->msn) return completed;
  if (open_segment_ == nullptr && entry->discontinuity && !sample.keyframe) return completed;
  if (video && sample.keyframe) learn_group(start);
  if (open_.frames > 0 &&
      (close_waits_ || start + frame - told_end_ > times_.part_target + frame / 8)) {
    open_.end = std::max(open_.end, std::min(start, told_end_ + times_.part_target));
    close_part(Follows::kWhateverFits);
    completed = true;
  }
  if (open_segment_ == nullptr && follow_->find(next_msn_) == nullptr) return completed;
  ++frames_since_key_;
  if (open_.part == nullptr) open_part(start);
  if (open_.frames == 0) {
    open_.part->start = start;
    open_.part->independent = sample.keyframe || !video;
  }
  append(0, sample);
  open_.last_start = start;
  open_.end = start + frame;
  ++open_.frames;
  const bool ends = follower_ends(open_.last_start, open_.end);
  if (!ends && open_.end - told_end_ + frame / 2 < frame_target_) return completed;
  // Whether its segment ends here may only be known when the source has its next picture; or, where
  // pictures of the source are left out, when the next one that is kept has come.
  const SegmentLedger::Entry* own = follow_->find(open_segment_->msn);
  const media::Ticks nearly = open_.end - follow_->tolerance();
  const bool open_end =
      own != nullptr && (own->closed ? open_.end + follow_->tolerance() >= own->last_end
                                     : follow_->reached() < nearly);
  if (!ends && open_end && (!video || own->closed || wants_cut(open_.end - segment_start_))) {
    close_waits_ = true;
    return completed;
  }
  close_part(Follows::kWhateverFits);
  return true;
}

}  // namespace live
