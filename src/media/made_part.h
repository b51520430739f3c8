// Finished media of a broadcast, as its viewers get it, handed on to whoever keeps it: what an
// engine that packages gives to one that records, without either knowing the other.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/slice.h"
#include "base/time.h"
#include "media/types.h"

namespace media {

/// How parts are muxed.
enum class PartContainer : std::uint8_t { kMpegTs, kFmp4 };

/// One quality of a broadcast while its tracks stay the same. Immutable.
struct RenditionInfo {
  /// As playlists and paths name it: "720p30", "audio_only"; unique in its broadcast.
  std::string name;
  /// True for what came from the publisher as it is.
  bool is_source = false;
  PartContainer container = PartContainer::kMpegTs;
  std::vector<Track> tracks;  // the leading one first
  std::uint32_t width = 0;    // pixels, 0 without pictures
  std::uint32_t height = 0;
  double frame_rate = 0;        // 0: not known
  std::uint32_t bandwidth = 0;  // bit/s, the peak as far as it is known now
  base::Slice init;             // initialization segment; empty for MPEG-TS
};

/// What a part holds. Immutable; safe from every thread.
class PartMedia {
 public:
  virtual ~PartMedia() = default;
  /// The muxed bytes, made once, whoever asks first. Parts of one segment put behind each other
  /// are that segment.
  virtual base::Slice bytes() const = 0;
  /// A list for each track of RenditionInfo::tracks, on the stream's timeline.
  virtual std::span<const std::vector<Sample>> samples() const = 0;
};

/// A part of one rendition. Parts of a rendition come in order.
struct MadePart {
  std::shared_ptr<const RenditionInfo> rendition;
  std::uint64_t segment = 0;   // its number; the same media has the same in every rendition
  std::uint32_t index = 0;     // in its segment
  bool independent = false;    // begins with a keyframe (every part without pictures)
  bool discontinuity = false;  // the first part of a segment that stands behind one
  base::WallTime date;         // program date-time of its first sample
  Ticks start = 0;             // 90 kHz, stream time
  Ticks duration = 0;          // 90 kHz
  std::shared_ptr<const PartMedia> media;
};

/// Takes the parts of one broadcast. Made, used and destroyed on the broadcast's own thread;
/// nothing here may block it. Destroyed when the broadcast is over.
class PartSink {
 public:
  virtual ~PartSink() = default;
  virtual void on_part(const MadePart& part) = 0;
  /// The broadcast ended by itself or was ended; without this its maker was destroyed.
  virtual void on_end() = 0;
};

}  // namespace media
