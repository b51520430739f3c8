// From byte streams with start codes (MPEG-TS, SRT) to samples as ISO BMFF stores them, for H.264
// and HEVC. Owned by the demuxer of one elementary stream; lives on its loop.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"
#include "media/types.h"

namespace media {

/// One access unit, converted.
struct AnnexBUnit {
  /// NAL units with 4-byte lengths; parameter sets, access unit delimiters, fillers and ends of
  /// sequence are left out. Empty if nothing else was there.
  base::Slice data;
  /// H.264: an IDR picture or a recovery point SEI. A picture that is merely intra does not count:
  /// a transport stream has nothing else that would vouch for it. HEVC: an IRAP picture.
  bool keyframe = false;
  /// The parameter sets differ from before: AnnexBReader::track() is new from this unit on.
  bool track_changed = false;
};

class AnnexBReader {
 public:
  /// `codec` is kH264 or kHevc (CHECK).
  explicit AnnexBReader(Codec codec);

  /// Converts one access unit. Parameter sets are remembered by id (at most 32 SPS, 256 PPS, 16
  /// VPS of at most 4 KiB each). Fails (kMalformed, kLimit) for sets that cannot be; the set is
  /// dropped then and the next unit may be read.
  base::Expected<AnnexBUnit> read(base::ByteSpan access_unit);

  /// What the sets say, with id 0; nothing until all kinds have come.
  const std::optional<Track>& track() const { return track_; }

 private:
  using Sets = std::map<std::uint32_t, base::Bytes>;

  base::Expected<void> remember(base::ByteSpan nal, Sets& sets, std::uint32_t id);
  base::Expected<void> remember_h264(base::ByteSpan nal);
  base::Expected<void> remember_hevc(base::ByteSpan nal);
  base::Expected<void> update_track();

  Codec codec_;
  Sets vps_, sps_, pps_;
  bool sets_changed_ = false;
  std::optional<Track> track_;
};

}  // namespace media
