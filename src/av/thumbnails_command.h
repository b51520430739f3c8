// `rostrum-av thumbnails`: answers each PictureRequest on standard input with a Picture on standard
// output (media/pipe), one after the other, until its input ends or its parent is gone.
#pragma once

#include <string_view>

namespace av {

/// Returns the exit code: 0 when the input ended.
int run_thumbnails();

extern const std::string_view kThumbnailsUsage;

}  // namespace av
