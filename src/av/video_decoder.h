// Decodes the pictures of one track in the order in which they are shown. It begins at a keyframe,
// and begins again at the next one behind an error. One thread; belongs to a Transcoder.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <set>

#include "av/libav.h"
#include "base/error.h"
#include "media/types.h"

namespace av {

/// What a decoded picture is, beside its pixels.
struct PictureInfo {
  media::Ticks pts = 0;       // of its sample
  media::Ticks duration = 0;  // of its sample; 0 if that did not say
  bool keyframe = false;      // its sample was one
};

class VideoDecoder {
 public:
  /// `frame` is valid during the call and must not be written to, but may be referred to for
  /// longer. An error ends decoding and is passed on.
  using Sink = std::function<base::Expected<void>(const AVFrame& frame, const PictureInfo& info)>;

  static base::Expected<VideoDecoder> create(const media::Track& track);

  /// Decodes a sample; pictures that are complete come out at once. kMalformed: the sample is
  /// broken, nothing comes until the next keyframe. Other errors are the sink's.
  base::Expected<void> decode(const media::Sample& sample, const Sink& sink);
  /// Pictures that were held back for their order; afterwards only a keyframe can follow.
  base::Expected<void> flush(const Sink& sink);

 private:
  explicit VideoDecoder(CodecContextPtr context);

  base::Expected<void> take(const Sink& sink);
  void begin_again();

  CodecContextPtr context_;
  FramePtr frame_;
  PacketPtr packet_;
  bool waits_ = true;  // for a keyframe
  // Pictures that are shown before the keyframe that decoding began with lack their references.
  media::Ticks first_ = std::numeric_limits<media::Ticks>::min();
  std::set<media::Ticks> keyframes_;  // that have not come out; few
};

}  // namespace av
