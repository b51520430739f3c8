// A filter pattern and a line of a log, separated by a line break: compiling ends within its
// bounds, matching is the same twice, and every line contains itself.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/check.h"
#include "control/log_pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = base::as_text({data, size});
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view line = input.substr(std::min(end + 1, input.size()));
  const auto pattern = control::LogPattern::compile(input.substr(0, end));
  if (pattern) {
    CHECK(pattern->matches(line) == pattern->matches(line));
  } else {
    CHECK(!pattern.error().message.empty());
  }
  if (line.find_first_of("\"\\") == std::string_view::npos) {
    const auto itself = control::LogPattern::compile("\"" + std::string(line) + "\"");
    if (itself) CHECK(itself->matches(line));
  }
  return 0;
}
