// Transport streams to be read as slates. Test code only.
#pragma once

#include <memory>

#include "base/bytes.h"
#include "live/slate.h"

namespace live::testing {

struct SlateFile {
  double seconds = 3;
  double rate = 25;
  double gop = 1;
  bool video = true;
  bool audio = true;
  media::Codec audio_codec = media::Codec::kAac;
  double audio_seconds = 0;  // as long as the video
  bool keyframe_first = true;
  double hole_at = 0;  // five seconds of pictures are missing here
};

base::Bytes write_slate(const SlateFile& file);
std::shared_ptr<const Slate> make_slate(const SlateFile& file = {});
/// Whether a sample comes from such a file.
bool is_of_slate(const media::Sample& sample);

}  // namespace live::testing
