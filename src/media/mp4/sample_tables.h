// The sample tables of one track of an MP4 file (ISO/IEC 14496-12 section 8.6 and 8.7), added up
// sample by sample: what repeats is kept once, so that hours of media cost a few octets a sample.
// A value; no loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "media/types.h"

namespace media::mp4 {

class SampleTables {
 public:
  /// More samples are refused by add(): the tables of a track stay below 64 MiB.
  static constexpr std::size_t kMaxSamples = 8'000'000;

  explicit SampleTables(std::uint32_t timescale) : timescale_(timescale) {}

  /// The samples that follow stand behind each other, from `offset` in the media data on, and are
  /// of description `description` (from 0).
  void begin_chunk(std::uint64_t offset, std::uint32_t description);
  /// In decoding order; a chunk has begun. Times are in the time scale, on any timeline. A dts
  /// before the last one is taken for the same. False if there are too many: nothing was added.
  [[nodiscard]] bool add(Ticks dts, Ticks pts, std::uint32_t size, bool sync);
  /// How long the last sample lasts; without this as long as the one before it.
  void end(Ticks last_duration);

  std::uint32_t timescale() const { return timescale_; }
  std::size_t samples() const { return sizes_.size(); }
  /// Of all samples together.
  std::uint64_t octets() const { return octets_; }
  /// On the timeline of add(); 0 without samples.
  Ticks first_dts() const { return first_dts_; }
  Ticks first_pts() const { return first_pts_; }
  /// Decoding time of all samples, in the time scale.
  Ticks duration() const { return duration_; }
  /// Octets that write() appends at most.
  std::size_t written_size() const;

  /// stts, ctts, stss, stsc, stsz and co64. Offsets are written as they are; the positions of
  /// their values in `w` go to `offsets`, for shift_offsets().
  struct OffsetTable {
    std::size_t position = 0;  // of the first one in the writer
    const SampleTables* tables = nullptr;
  };
  OffsetTable write(base::ByteWriter& w) const;
  /// Writes the offsets anew, each larger by `by`.
  static void shift_offsets(base::ByteWriter& w, const OffsetTable& table, std::uint64_t by);

 private:
  struct Run {
    std::uint32_t count = 0;
    std::uint32_t value = 0;  // composition offsets: as two's complement
  };
  struct Chunk {
    std::uint64_t offset = 0;
    std::uint32_t samples = 0;
    std::uint32_t description = 0;
  };
  static void extend(std::vector<Run>& runs, std::uint32_t value);

  std::uint32_t timescale_;
  std::vector<std::uint32_t> sizes_;
  std::vector<Run> durations_;        // of all samples but the last, until end()
  std::vector<Run> compositions_;     // pts - dts
  std::vector<std::uint32_t> syncs_;  // numbers of sync samples, from 1
  std::vector<Chunk> chunks_;         // the last may be empty
  std::uint64_t octets_ = 0;
  Ticks first_dts_ = 0;
  Ticks first_pts_ = 0;
  Ticks last_dts_ = 0;  // as it stands in the file
  Ticks duration_ = 0;
  bool ended_ = false;
  bool has_negative_ = false;
};

}  // namespace media::mp4
