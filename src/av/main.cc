// rostrum-av: decodes, draws and encodes outside the server, so that a crash in a codec costs one
// rendition and never the server. One subcommand a file.
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "av/testcard_command.h"

int main(int count, char** words) {
  std::vector<std::string_view> arguments;
  for (int i = 1; i < count; ++i) arguments.emplace_back(words[i]);
  const std::string usage = "usage: " + std::string(av::kTestcardUsage) + "\n";
  if (!arguments.empty() && arguments.front() == "--help") {
    (void)std::fputs(usage.c_str(), stdout);
    return 0;
  }
  if (arguments.empty() || arguments.front() != "testcard") {
    (void)std::fputs(usage.c_str(), stderr);
    return 2;
  }
  auto options = av::parse_testcard_options(std::span(arguments).subspan(1));
  if (!options) {
    (void)std::fprintf(stderr, "rostrum-av testcard: %s\n", options.error().message.c_str());
    return 2;
  }
  return av::run_testcard(*std::move(options));
}
