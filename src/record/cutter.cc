#include "record/cutter.h"

#include <algorithm>

namespace record {
namespace {

constexpr std::size_t kMaxTies = 64;
constexpr std::size_t kMaxCuts = 64;
// Without keyframes segments are cut all the same when they are so many times too long.
constexpr media::Ticks kLongest = 6;

}  // namespace

Cutter::Cutter(base::Duration segment, media::Ticks begins_at)
    : target_(std::max<media::Ticks>(
          1, std::chrono::duration_cast<std::chrono::microseconds>(segment).count() * 9 / 100)),
      begins_at_(begins_at) {}

media::Ticks Cutter::position_of(const Rendition& rendition, const media::MadePart& part) {
  const bool breaks = part.discontinuity && part.index == 0;
  if (ties_.empty()) {
    ties_.push_back({.segment = part.segment, .position = begins_at_, .start = part.start});
  } else if (breaks && part.segment > ties_.back().segment) {
    // The first rendition that gets there says where that is.
    ties_.push_back({.segment = part.segment,
                     .position = rendition.begun ? rendition.end : ties_.back().position,
                     .start = part.start});
    if (ties_.size() > kMaxTies) ties_.pop_front();
  }
  const Tie* tie = &ties_.front();
  for (const Tie& one : ties_) {
    if (one.segment <= part.segment) tie = &one;
  }
  const media::Ticks position = tie->position + (part.start - tie->start);
  return std::max(position, rendition.begun ? rendition.end : begins_at_);
}

bool Cutter::cuts(const media::MadePart& part, const Rendition& rendition,
                  media::Ticks position) const {
  if (part.index != 0) return false;
  if (position - rendition.segment_start >= kLongest * target_) return true;
  if (!part.independent) return false;
  if (std::ranges::find(cuts_, part.segment) != cuts_.end()) return true;
  const bool leads = cuts_.empty() || part.segment > cuts_.back();
  return leads && position - last_cut_ >= target_ * 9 / 10;
}

std::optional<Cutter::Place> Cutter::place(std::size_t rendition, const media::MadePart& part,
                                           bool new_tracks) {
  if (rendition >= renditions_.size()) renditions_.resize(rendition + 1);
  Rendition& state = renditions_[rendition];
  if (!state.begun && !part.independent) return std::nullopt;
  Place place;
  place.position = position_of(state, part);
  place.discontinuity = part.discontinuity && part.index == 0;
  const bool cut = place.discontinuity || cuts(part, state, place.position);
  place.new_segment = cut || !state.begun || new_tracks;
  place.new_piece = place.new_segment || (part.index == 0 && part.independent);
  if (place.new_segment) state.segment_start = place.position;
  // A rendition that only begins, or whose tracks change, does so for itself.
  if (cuts_.empty() || (cut && part.segment > cuts_.back())) {
    cuts_.push_back(part.segment);
    if (cuts_.size() > kMaxCuts) cuts_.pop_front();
    last_cut_ = place.position;
  }
  state.begun = true;
  state.end = place.position + part.duration;
  return place;
}

}  // namespace record
