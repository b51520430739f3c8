// `rostrum-av transcode`: makes renditions of the broadcast that comes through standard input, as
// messages of media/pipe, and writes them to standard output. Sentences for the log go to standard
// error. It ends when its input ends, with everything that is still inside, or when its parent is
// gone.
#pragma once

#include <string_view>

namespace av {

/// Returns the exit code: 0 when the input ended, 1 after a Failure.
int run_transcode();

extern const std::string_view kTranscodeUsage;

}  // namespace av
