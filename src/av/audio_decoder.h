// Decodes the sound of one track. One thread; belongs to a Transcoder, shared by all outputs that
// are made of the track.
#pragma once

#include <cstdint>
#include <functional>

#include "av/libav.h"
#include "base/error.h"
#include "media/types.h"

namespace av {

class AudioDecoder {
 public:
  /// `pts` is in the track's time scale, of the frame's first sample. The frame is valid during the
  /// call. An error is passed on.
  using Sink = std::function<base::Expected<void>(const AVFrame& frame, media::Ticks pts)>;

  static base::Expected<AudioDecoder> create(const media::Track& track);

  /// kMalformed: the sample is broken; the next one may be good.
  base::Expected<void> decode(const media::Sample& sample, const Sink& sink);

 private:
  explicit AudioDecoder(CodecContextPtr context);

  CodecContextPtr context_;
  FramePtr frame_;
  PacketPtr packet_;
};

}  // namespace av
