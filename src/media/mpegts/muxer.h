// The MPEG-TS view of a part (ISO/IEC 13818-1; RFC 8216 section 3.2). Parts are muxed on demand and
// in any order, yet their continuity counters have to run on: so the counters at a part's end can
// be computed from its sizes alone, with count(), and mux() starts wherever it is told to.
//
// Timestamps are the stream's, in 90 kHz, plus kTimestampOffset, modulo 2^33.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"
#include "media/mpegts/framing.h"
#include "media/mpegts/packet.h"
#include "media/mpegts/packet_writer.h"
#include "media/track_samples.h"

namespace media::mpegts {

/// H.264, HEVC, AAC and MP3: what players read in MPEG-TS.
bool ts_can_carry(Codec codec);

inline constexpr std::size_t kMaxTracks = 12;

/// PID of the metadata stream; track n of a muxer has kFirstTrackPid + n.
inline constexpr std::uint16_t kPmtPid = 0x1000;
inline constexpr std::uint16_t kFirstTrackPid = 0x0100;
inline constexpr std::uint16_t kMetadataPid = 0x0200;

/// Added to every PTS and DTS, so that neither a composition offset below zero nor the clock
/// reference, which runs kClockLead ahead of the DTS, makes a negative time near the beginning.
inline constexpr Ticks kTimestampOffset = 90'000;
inline constexpr Ticks kClockLead = 45'000;

/// Largest ID3 tag that a PES packet can hold. Cues with larger ones are left out.
inline constexpr std::size_t kMaxTagSize = 65'527;

/// The next continuity counter of every PID. A value; all zero at the start of a stream.
struct Continuity {
  std::uint8_t pat = 0;
  std::uint8_t pmt = 0;
  std::uint8_t metadata = 0;
  std::array<std::uint8_t, kMaxTracks> tracks{};
  bool operator==(const Continuity&) const = default;
};

enum class Tables { kOmit, kWrite };

struct Part {
  /// The muxer's tracks, in its order, with their samples of this part. No dts is negative.
  std::span<const TrackSamples> tracks = {};
  /// In order of time. Each becomes a PES packet of its own in front of the first sample that is
  /// decoded at its time or later.
  std::span<const Id3Cue> cues = {};
  /// PAT and PMT, first of all: a segment has to begin with them, a part that players ask for by
  /// itself should.
  Tables tables = Tables::kOmit;
  /// An ID3 tag for the first presentation time of the part, in front of every sample. Players of
  /// the IVS family place the first tag of a segment at the segment's start whatever its PTS says,
  /// and the others relative to it: so each segment begins with one. Empty for none.
  base::Slice segment_tag = {};
};

struct MuxedPart {
  base::Bytes bytes;  // whole transport packets
  Continuity end;
};

/// Made once for the tracks of a rendition, then immutable.
///
/// Video: one PES packet a sample, with access unit delimiter, start codes, and the parameter sets
/// of the track's configuration in front of keyframes that bring none themselves. AAC gets ADTS
/// headers. Audio samples that follow each other without a gap share a PES packet, up to its size,
/// and up to 90 ms where audio carries the clock. The clock (PCR) is on the first video track, or
/// on the first track if there is none: with every picture, and every 90 ms in longer ones.
class Muxer {
 public:
  /// kUnsupported for codecs that ts_can_carry() refuses and configurations that ADTS cannot
  /// express; kLimit above kMaxTracks; kMalformed for broken configurations; kInvalid for none.
  static base::Expected<Muxer> create(std::span<const Track> tracks);

  MuxedPart mux(const Part& part, const Continuity& start) const;
  /// What mux() would return as `end`, without muxing and without allocating.
  Continuity count(const Part& part, const Continuity& start) const;

 private:
  struct Stream {
    Codec codec = Codec::kH264;
    std::uint32_t timescale = kVideoTimescale;
    Ticks frame_duration = 0;  // audio: in the time scale, 0 if it varies
    std::uint16_t pid = 0;
    std::uint8_t stream_id = 0;
    base::Bytes parameter_sets;  // video: with start codes
    AdtsTemplate adts;           // AAC
    TrackKind kind() const { return kind_of(codec); }
  };

  /// One PES packet that is to be written.
  struct PesPlan {
    std::size_t stream = 0;
    std::span<const Sample> samples;  // one, or several of audio
    std::size_t payload_size = 0;     // 0: nothing in it can be carried
    bool add_parameter_sets = false;
    FirstPacket first;
    std::size_t header_size = 0;
    std::size_t extra_clocks = 0;  // packets with a clock reference after it
  };

  class Counter;
  class Writer;

  Muxer() = default;
  /// Tells `sink` what the part consists of, in the order of the bytes: counting and writing follow
  /// the same walk and so cannot disagree.
  template <class Sink>
  void walk(const Part& part, Sink& sink) const;
  PesPlan plan(std::size_t stream, std::span<const Sample> rest) const;
  void plan_video(const Sample& sample, PesPlan& plan) const;
  void plan_audio(std::span<const Sample> rest, PesPlan& plan) const;

  base::Bytes pat_;
  base::Bytes pmt_;
  std::vector<Stream> streams_;
  std::size_t clock_stream_ = 0;
};

}  // namespace media::mpegts
