// Gives back the samples of an MPEG-TS that Muxer wrote, or of a stretch of one that begins between
// two of its parts. Unlike a Demuxer it is told the tracks: no tables and no parameter sets have to
// come first, so every sample comes, whatever the stretch begins with. Sizes are those of
// carried_size(). Bytes that were written by somebody else do no harm, but may give anything.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/slice.h"
#include "media/types.h"

namespace media::mpegts {

class SampleReader {
 public:
  struct Read {
    std::size_t track = 0;  // index into the tracks given
    base::Slice data;       // as media::Sample has it
  };

  /// `tracks` as Muxer::create() had them; those that ts_can_carry() refuses stay silent.
  explicit SampleReader(std::span<const Track> tracks);
  ~SampleReader();
  SampleReader(SampleReader&&) noexcept;
  SampleReader& operator=(SampleReader&&) noexcept;

  /// Data in pieces of any size. Samples are appended to `out`, in the order of each track.
  void push(base::ByteSpan data, std::vector<Read>& out);
  /// The stretch has ended: gives what is complete only because nothing follows.
  void flush(std::vector<Read>& out);

 private:
  struct Stream;

  void on_packet(base::ByteSpan packet, std::vector<Read>& out);

  std::vector<Stream> streams_;
  base::Bytes carry_;  // the beginning of a packet
};

}  // namespace media::mpegts
