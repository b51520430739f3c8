// One fragment of a fragmented MP4 (a CMAF chunk): moof and mdat, with what may go in front of
// them. Pure functions over samples that are on the stream's timeline already. ISO/IEC 14496-12
// section 8.8; emsg: ISO/IEC 23009-1 section 5.10.3.3; ID3 in emsg: AOM "Carriage of ID3 Timed
// Metadata".
#pragma once

#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/time.h"
#include "media/track_samples.h"

namespace media::fmp4 {

enum class SegmentType { kOmit, kWrite };

struct Fragment {
  /// mfhd sequence_number: grows by one from fragment to fragment of a rendition.
  std::uint32_t sequence_number = 0;
  /// The tracks of the initialisation segment, in its order; one without samples gets no traf. At
  /// least one track has samples. No dts is negative.
  std::span<const TrackSamples> tracks = {};
  /// Every cue is written twice: as emsg version 0 of scheme urn:twitch:id3 (players of the IVS
  /// family; its time counts from the fragment's earliest presentation time) and as version 1 of
  /// scheme https://aomedia.org/emsg/ID3 (hls.js, Shaka, media3, Safari), with the same id.
  std::span<const Id3Cue> cues = {};
  /// styp belongs in front of the first fragment of a segment.
  SegmentType segment_type = SegmentType::kOmit;
  /// When the first sample of the first track reached us: written as prft.
  std::optional<base::WallTime> producer_time = {};
};

/// One allocation, one pass; payloads are copied once. A sample's duration in the file is the
/// distance to the next dts of its track, the last one's is Sample::duration: so no error adds up.
/// Samples together stay below 4 GiB.
base::Bytes write_fragment(const Fragment& fragment);

}  // namespace media::fmp4
