// `rostrum-av measure [--seconds N] [--encoder NAME] [--preset NAME]`: what making renditions costs
// on this machine. It makes renditions of 480, 360 and 160 lines of a moving picture of 1280x720 at
// 30 a second, as `transcode` does it, for about N seconds of CPU time (1 if not told), and prints
// one line of JSON:
//
//   {"encoder":"libx264","preset":"veryfast","decode":0.0031,"encode":0.0105,"cores":2}
//
//   decode   cores that decoding H.264 takes for each megapixel a second of the SOURCE
//   encode   cores that scaling and encoding take for each megapixel a second of the RENDITIONS
//   cores    that this process may use
//
// where megapixels a second are width * height * pictures a second / 1,000,000. So a ladder costs
//
//   decode * mp/s of the source + encode * sum of mp/s of the renditions      (cores)
//
// and the one that was measured about 27.6 * decode + 20.5 * encode. CPU time, not wall time: it
// holds on a machine that is busy. For encoders in hardware `encode` is what the CPU does for them.
// If the encoder cannot be opened the line is {"error":"sentence"} and the exit code 1.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "av/rendition_encoder.h"
#include "base/error.h"

namespace av {

struct MeasureOptions {
  int seconds = 1;  // of CPU time, 1 to 60
  EncoderChoice encoder;
};

/// Parses what follows `measure`.
base::Expected<MeasureOptions> parse_measure_options(std::span<const std::string_view> words);

struct Cost {
  double decode = 0;  // cores for each megapixel a second
  double encode = 0;
};
base::Expected<Cost> measure_cost(const MeasureOptions& options);

/// Prints the line and returns the exit code.
int run_measure(const MeasureOptions& options);

extern const std::string_view kMeasureUsage;

}  // namespace av
