// `rostrum-av picture [--cover WIDTHxHEIGHT] [--most EDGE]`: reads a picture that somebody uploaded
// from standard input and writes it anew to standard output: one line
//
//   image/jpeg 256 256
//
// (media type, width, height), then the file. A process of its own for each picture, with little
// memory and time, since what it reads may have been made to break decoders. Exit codes:
//
//   0 done   2 wrong arguments   3 neither JPEG nor PNG nor WebP   4 broken   5 too large
//   1 anything else, as signals are
#pragma once

#include <span>
#include <string_view>

#include "av/picture_remaker.h"
#include "base/error.h"

namespace av {

/// Parses what follows `picture`. Edges are 1 to 4096.
base::Expected<PictureForm> parse_picture_options(std::span<const std::string_view> words);

/// Returns the exit code.
int run_picture(const PictureForm& form);

extern const std::string_view kPictureUsage;

}  // namespace av
