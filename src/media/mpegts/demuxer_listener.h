// What a transport stream demuxer asks the world to take.
#pragma once

#include <cstdint>
#include <string>

#include "media/types.h"

namespace media::mpegts {

/// Called from within Demuxer::push() and flush(); must not call back into the demuxer.
class DemuxerListener {
 public:
  virtual ~DemuxerListener() = default;
  /// A program map has come: how many streams of each kind will announce themselves, in time.
  virtual void on_program(std::size_t videos, std::size_t audios) = 0;
  /// A stream's configuration is known, or has changed. Track ids count from 0 for each kind.
  virtual void on_track(const Track& track) = 0;
  /// A sample of an announced track. Unlike anywhere else dts and pts are in 90 kHz for audio too,
  /// and as they are in the stream: modulo 2^33. No duration.
  virtual void on_sample(const Track& track, Sample sample) = 0;
  /// The value of a PRIV or TXXX frame. `pts` as for samples.
  virtual void on_text(Ticks pts, TimedText text) = 0;
  /// A stream that we do not carry, once for each kind: a phrase for log lines and refusals.
  virtual void on_unsupported(const std::string& what) = 0;
};

}  // namespace media::mpegts
