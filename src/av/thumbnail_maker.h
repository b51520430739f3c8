// Makes small JPEGs of keyframes. One thread; keeps the decoders that it used last open.
#pragma once

#include <deque>
#include <optional>

#include "av/libav.h"
#include "base/error.h"
#include "media/pipe/messages.h"

namespace av {

class ThumbnailMaker {
 public:
  /// A JPEG of quality 80 or so that fits into what is asked for, with square pixels, in the shape
  /// of the picture, never larger than it; or the reason why there is none. What is asked in one
  /// request has no effect on others.
  media::pipe::Picture make(const media::pipe::PictureRequest& request);

 private:
  struct Kept {
    media::Track track;
    CodecContextPtr decoder;
  };

  base::Expected<AVCodecContext*> decoder_for(const media::Track& track);
  base::Expected<FramePtr> decode(const media::pipe::PictureRequest& request);

  std::deque<Kept> decoders_;  // the last used first
};

/// The size of a picture of `width` x `height` that is made to fit; nothing for sizes of zero.
struct ThumbnailSize {
  int width = 0;
  int height = 0;
  bool operator==(const ThumbnailSize&) const = default;
};
std::optional<ThumbnailSize> fit(ThumbnailSize picture, ThumbnailSize room);

}  // namespace av
