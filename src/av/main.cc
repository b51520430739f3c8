// rostrum-av: decodes, draws and encodes outside the server, so that a crash in a codec costs one
// rendition and never the server. One subcommand a file.
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "av/measure_command.h"
#include "av/picture_command.h"
#include "av/testcard_command.h"
#include "av/thumbnails_command.h"
#include "av/transcode_command.h"

namespace {

int testcard(std::span<const std::string_view> words) {
  auto options = av::parse_testcard_options(words);
  if (!options) {
    (void)std::fprintf(stderr, "rostrum-av testcard: %s\n", options.error().message.c_str());
    return 2;
  }
  return av::run_testcard(*std::move(options));
}

int measure(std::span<const std::string_view> words) {
  const auto options = av::parse_measure_options(words);
  if (!options) {
    (void)std::fprintf(stderr, "rostrum-av measure: %s\n", options.error().message.c_str());
    return 2;
  }
  return av::run_measure(*options);
}

int picture(std::span<const std::string_view> words) {
  const auto form = av::parse_picture_options(words);
  if (!form) {
    (void)std::fprintf(stderr, "rostrum-av picture: %s\n", form.error().message.c_str());
    return 2;
  }
  return av::run_picture(*form);
}

std::string usage() {
  return "usage: " + std::string(av::kTestcardUsage) + "\n" + std::string(av::kMeasureUsage) +
         std::string(av::kTranscodeUsage) + std::string(av::kThumbnailsUsage) +
         std::string(av::kPictureUsage);
}

}  // namespace

int main(int count, char** words) {
  std::vector<std::string_view> arguments;
  for (int i = 1; i < count; ++i) arguments.emplace_back(words[i]);
  const std::string_view command = arguments.empty() ? "" : arguments.front();
  if (command == "--help") {
    (void)std::fputs(usage().c_str(), stdout);
    return 0;
  }
  if (command == "testcard") return testcard(std::span(arguments).subspan(1));
  if (command == "measure") return measure(std::span(arguments).subspan(1));
  if (command == "picture") return picture(std::span(arguments).subspan(1));
  if (command == "thumbnails" && arguments.size() == 1) return av::run_thumbnails();
  if (command == "transcode" && arguments.size() == 1) return av::run_transcode();
  (void)std::fputs(usage().c_str(), stderr);
  return 2;
}
