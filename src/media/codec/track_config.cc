#include "media/codec/track_config.h"

#include "base/check.h"
#include "media/codec/aac.h"
#include "media/codec/av1.h"
#include "media/codec/flac.h"
#include "media/codec/h264.h"
#include "media/codec/hevc.h"
#include "media/codec/opus.h"
#include "media/codec/vp9.h"

namespace media {

base::Expected<Track> make_track(Codec codec, const base::Slice& config) {
  switch (codec) {
    case Codec::kH264:
      return h264::make_track(config);
    case Codec::kHevc:
      return hevc::make_track(config);
    case Codec::kAv1:
      return av1::make_track(config);
    case Codec::kVp9:
      return vp9::make_track(config);
    case Codec::kAac:
      return aac::make_track(config);
    case Codec::kOpus:
      return opus::make_track(config);
    case Codec::kFlac:
      return flac::make_track(config);
    case Codec::kMp3:
      break;
  }
  base::check_failed(__FILE__, __LINE__, "MP3 has no decoder configuration");
}

}  // namespace media
