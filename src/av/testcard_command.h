// `rostrum-av testcard`: publishes the moving test card in real time until it is told to stop.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "av/encoder.h"
#include "base/error.h"
#include "base/time.h"

namespace av {

struct TestcardOptions {
  /// Empty: the first line of standard input is the URL, and the end of standard input ends the
  /// program. This way the key is in no process list and the child never outlives its parent.
  std::string url;
  VideoSettings video;
  std::optional<base::Duration> duration;
};

/// Parses what follows `testcard`. No error repeats the URL.
base::Expected<TestcardOptions> parse_testcard_options(std::span<const std::string_view> words);

/// Runs until the duration is over, SIGTERM or SIGINT comes, or the parent is gone; reconnects with
/// growing pauses when the server goes away. Returns the exit code.
int run_testcard(TestcardOptions options);

extern const std::string_view kTestcardUsage;

}  // namespace av
