// Who makes thumbnails: the helper program (record/thumbnailer.h), or a test.
#pragma once

#include <functional>

#include "base/error.h"
#include "media/pipe/messages.h"
#include "media/types.h"

namespace record {

class PictureMaker {
 public:
  using Done = std::move_only_function<void(base::Expected<media::pipe::Picture>)>;

  virtual ~PictureMaker() = default;
  /// A JPEG of this keyframe, fitted into the size. `done` is called once on the recorder's loop,
  /// not from inside, or destroyed without that when the maker ends. kLimit: too many wait.
  virtual void make(media::Track track, media::Sample sample, std::uint32_t max_width,
                    std::uint32_t max_height, Done done) = 0;
};

}  // namespace record
