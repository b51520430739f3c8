// Where recorded segments begin: whole segments of the live stream are put behind each other until
// they are long enough, at the same places in every rendition; and where each part stands on the
// recording's timeline, on which gaps of the broadcast do not exist. One for each broadcast; pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/time.h"
#include "media/made_part.h"

namespace record {

class Cutter {
 public:
  /// `begins_at`: where the broadcast begins on the recording's timeline, 90 kHz.
  Cutter(base::Duration segment, media::Ticks begins_at);

  struct Place {
    bool new_segment = false;
    bool new_piece = false;
    bool discontinuity = false;
    media::Ticks position = 0;  // 90 kHz
  };
  /// Parts of each rendition in order. `new_tracks`: its configuration is another one than before.
  /// Nothing for parts before the first that a reader could begin with.
  std::optional<Place> place(std::size_t rendition, const media::MadePart& part, bool new_tracks);

 private:
  /// A point at which the stream's timeline is tied to the recording's.
  struct Tie {
    std::uint64_t segment = 0;
    media::Ticks position = 0;
    media::Ticks start = 0;
  };
  struct Rendition {
    bool begun = false;
    media::Ticks end = 0;            // position behind its last part
    media::Ticks segment_start = 0;  // position of its open segment
  };

  media::Ticks position_of(const Rendition& rendition, const media::MadePart& part);
  bool cuts(const media::MadePart& part, const Rendition& rendition, media::Ticks position) const;

  const media::Ticks target_;
  const media::Ticks begins_at_;
  std::deque<Tie> ties_;
  std::deque<std::uint64_t> cuts_;  // live segments with which recorded ones begin, the last ones
  media::Ticks last_cut_ = 0;       // position
  std::vector<Rendition> renditions_;
};

}  // namespace record
