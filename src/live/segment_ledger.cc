#include "live/segment_ledger.h"

#include <algorithm>
#include <utility>

namespace live {
namespace {

// Renditions keep the source's times; roundings are all that can come between.
constexpr media::Ticks kTolerance = media::kVideoTimescale / 200;

}  // namespace

void SegmentLedger::open(const Segment& segment, media::Ticks told_start) {
  if (!entries_.empty() && segment.msn != entries_.back().msn + 1) entries_.clear();
  if (entries_.size() >= kKept) entries_.pop_front();
  Entry entry;
  entry.msn = segment.msn;
  entry.discontinuity_sequence = segment.discontinuity_sequence;
  entry.discontinuity = segment.discontinuity;
  entry.date = segment.date;
  entry.told_start = told_start + composition_;
  entry.ranges = segment.ranges;
  entries_.push_back(std::move(entry));
}

void SegmentLedger::reach(media::Ticks dts, media::Ticks length, std::uint64_t msn) {
  tolerance_ = std::min(length / 2, kTolerance);
  reached_ = dts + composition_;
  if (entries_.empty() || entries_.back().msn != msn) return;
  if (!entries_.back().first) entries_.back().first = reached_;
  entries_.back().last_start = reached_;
}

void SegmentLedger::end_pictures(media::Ticks end) {
  if (!entries_.empty()) entries_.back().last_end = end + composition_;
}

void SegmentLedger::set_ranges(const std::vector<std::shared_ptr<const DateRange>>& ranges) {
  if (!entries_.empty()) entries_.back().ranges = ranges;
}

void SegmentLedger::close(const Segment& segment, media::Ticks told_end) {
  if (entries_.empty() || entries_.back().msn != segment.msn) return;
  entries_.back().told_end = told_end + composition_;
  entries_.back().closed = true;
}

const SegmentLedger::Entry* SegmentLedger::find(std::uint64_t msn) const {
  if (entries_.empty() || msn < entries_.front().msn) return nullptr;
  const std::uint64_t index = msn - entries_.front().msn;
  return index < entries_.size() ? &entries_[index] : nullptr;
}

const SegmentLedger::Entry* SegmentLedger::at(media::Ticks time) const {
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (entry->first && *entry->first <= time + tolerance_) return &*entry;
  }
  return nullptr;
}

}  // namespace live
