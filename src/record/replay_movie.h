// A rendition of a recording as one progressive MP4 file. MoviePlanner reads the lists of samples,
// segment by segment, and makes the file's head and the place of every segment's samples in it;
// MovieReader takes these samples out of a segment's file as it is read. Pure: whoever uses them
// brings the octets, and may do that on a thread of its own.
//
// Behind the head stand, part by part, the samples of each track: the order of fMP4 fragments.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/slice.h"
#include "media/fmp4/payload_reader.h"
#include "media/mp4/movie.h"
#include "media/mpegts/sample_reader.h"
#include "record/catalog.h"

namespace record {

/// Times from the recording's beginning, 90 kHz.
struct MovieRange {
  media::Ticks start = 0;
  media::Ticks end = std::numeric_limits<media::Ticks>::max();
};

/// The share of one segment.
struct MovieSegment {
  std::size_t index = 0;     // in CatalogRendition::segments
  std::uint64_t offset = 0;  // of its samples behind the head
  std::uint64_t size = 0;
  /// Parts that the file has of it.
  std::size_t first_part = 0;
  std::size_t end_part = 0;
};

/// Immutable once made.
struct MoviePlan {
  base::Slice head;
  std::uint64_t size = 0;  // of the whole file
  std::vector<MovieSegment> segments;
};

class MoviePlanner {
 public:
  /// The whole head stays below this.
  static constexpr std::size_t kMaxHead = std::size_t{64} << 20;

  /// `rendition` outlives the planner. kNotFound: nothing lies in the range. kUnsupported: no index
  /// was kept, or the tracks change in a way that a file cannot show.
  static base::Expected<MoviePlanner> create(const CatalogRendition& rendition, MovieRange range,
                                             base::WallTime created);

  /// The segments whose samples are wanted next: one behind the other in the samples' file.
  std::size_t begin_index() const { return next_; }
  std::size_t end_index() const { return end_; }
  /// The next segment's list. kMalformed; kUnsupported: too much for one file.
  base::Expected<void> add(base::ByteSpan samples);
  /// When all have been added. kNotFound as above.
  base::Expected<MoviePlan> finish();

 private:
  explicit MoviePlanner(const CatalogRendition& rendition) : rendition_(rendition) {}

  void begin_stretch(const PartTables& tables, const CatalogGeneration& generation);
  base::Expected<void> add_part(const PartTables& tables, const CatalogSegment& segment);
  bool choose_parts(const std::vector<PartTables>& parts, const CatalogSegment& segment,
                    MovieSegment& share) const;
  std::uint32_t description_of(std::size_t track, const media::Track& config);

  const CatalogRendition& rendition_;
  MovieRange range_;
  std::size_t first_ = 0;
  std::size_t next_ = 0;
  std::size_t end_ = 0;
  media::mp4::Movie movie_;
  MoviePlan plan_;
  std::uint64_t payload_ = 0;
  // What lies between discontinuities is put where the stretch before it ended, 90 kHz.
  bool stretch_begins_ = true;
  media::Ticks shift_ = 0;
  media::Ticks latest_end_ = 0;
  std::vector<media::Ticks> last_durations_;
};

/// Takes the samples of one segment out of its file.
class MovieReader {
 public:
  /// `samples` is the segment's list. kMalformed.
  static base::Expected<MovieReader> create(const CatalogGeneration& generation,
                                            base::ByteSpan samples, const MovieSegment& share);

  /// The file's octets from its beginning, in pieces of any size; what the movie has of them is
  /// appended to `out`. kMalformed if they are not what the list says.
  base::Expected<void> push(const base::Slice& data, std::vector<base::Slice>& out);
  /// The file has ended. kMalformed if something is missing.
  base::Expected<void> finish(std::vector<base::Slice>& out);

 private:
  explicit MovieReader(const CatalogGeneration& generation);

  base::Expected<void> drain(std::vector<base::Slice>& out);
  void put(const base::Slice& data, std::vector<base::Slice>& out);

  std::vector<PartTables> parts_;
  std::size_t part_ = 0;    // the next to be put
  std::uint64_t skip_ = 0;  // octets of samples in front of the movie's share
  std::uint64_t left_ = 0;  // octets of the share that are still to come
  std::optional<media::mpegts::SampleReader> ts_;
  media::fmp4::PayloadReader fmp4_;
  std::vector<std::deque<base::Slice>> waiting_;  // MPEG-TS: by track
};

}  // namespace record
