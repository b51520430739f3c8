// The beginning of a progressive MP4 file: ftyp, moov with complete sample tables, and the head of
// mdat. The samples follow, in the order and at the places that the tables say. Pure functions.
// ISO/IEC 14496-12.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "media/mp4/sample_tables.h"
#include "media/types.h"

namespace media::mp4 {

struct MovieTrack {
  /// The decoder configurations that the track's chunks name; all of one kind, at least one.
  std::vector<Track> descriptions;
  /// Ended, with at least one sample.
  SampleTables tables;
};

struct Movie {
  /// Their timelines are one: first_pts() of all of them lie where they belong to each other. An
  /// edit list shows each track from its first picture or sound on, so that nothing is shifted.
  std::vector<MovieTrack> tracks;
  base::WallTime created{};
};

/// Offsets of chunks count from the first octet behind what this writes; their end is the sum of
/// all octets of all tracks.
base::Bytes write_movie_head(const Movie& movie);

}  // namespace media::mp4
