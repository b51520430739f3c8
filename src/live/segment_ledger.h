// Where the segments of a stream's main picture begin and end: written by its packager, read by
// those of the renditions that are made of it, so that the same media has the same number, the same
// dates and the same breaks in all of them. Owned by a Stream; on its home loop.
//
// Times are 90 kHz stream time, moved by the distance from decoding to presentation of the source's
// keyframes: renditions decode in the order of presentation.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "base/time.h"
#include "live/window.h"

namespace live {

class SegmentLedger {
 public:
  struct Entry {
    std::uint64_t msn = 0;
    std::uint64_t discontinuity_sequence = 0;
    bool discontinuity = false;
    base::WallTime date;
    media::Ticks told_start = 0;  // as playlists tell it
    media::Ticks told_end = 0;
    /// Of its first picture; nothing as long as it has none.
    std::optional<media::Ticks> first;
    media::Ticks last_start = 0;  // of its last picture
    media::Ticks last_end = 0;    // as far as its encoder says
    bool closed = false;          // what is said of its end is final
    std::vector<std::shared_ptr<const DateRange>> ranges;
  };

  // Writing; decoding times of the source.
  void open(const Segment& segment, media::Ticks told_start);
  /// From decoding to presentation of the source's keyframes, from the next segment on.
  void set_composition(media::Ticks composition) { composition_ = composition; }
  /// A picture of this length was added to the open segment `msn`.
  void reach(media::Ticks dts, media::Ticks length, std::uint64_t msn);
  /// The pictures of a part that was closed end here.
  void end_pictures(media::Ticks end);
  void set_ranges(const std::vector<std::shared_ptr<const DateRange>>& ranges);
  void close(const Segment& segment, media::Ticks told_end);

  // Reading.
  const Entry* find(std::uint64_t msn) const;
  /// The newest one that begins at `time` or before it; null if that is not known (any more).
  const Entry* at(media::Ticks time) const;
  /// Times that differ by less are the same: less than half of one of the source's pictures.
  media::Ticks tolerance() const { return tolerance_; }
  /// Of the segment that was opened last; 0 if there was none.
  std::uint64_t newest_msn() const { return entries_.empty() ? 0 : entries_.back().msn; }
  /// Where the source's newest picture stands.
  media::Ticks reached() const { return reached_; }

 private:
  static constexpr std::size_t kKept = 64;

  std::deque<Entry> entries_;  // numbers without holes
  media::Ticks composition_ = 0;
  media::Ticks reached_ = 0;
  media::Ticks tolerance_ = 0;
};

}  // namespace live
