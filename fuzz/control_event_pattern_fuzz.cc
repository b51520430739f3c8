// A pattern and an event, separated by a line break: compiling ends within its bounds, matching is
// the same twice, and an event always matches the pattern that repeats one of its values.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/check.h"
#include "control/event_pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = base::as_text({data, size});
  const std::size_t end = std::min(input.find('\n'), input.size());
  const auto pattern = control::EventPattern::compile(input.substr(0, end));
  if (!pattern) CHECK(!pattern.error().message.empty());
  boost::system::error_code failure;
  const boost::json::value event =
      boost::json::parse(input.substr(std::min(end + 1, input.size())), failure);
  if (failure || !event.is_object()) return 0;
  if (pattern) CHECK(pattern->matches(event.get_object()) == pattern->matches(event.get_object()));
  for (const auto& member : event.get_object()) {
    // Fractions are not always written as they are read.
    if (member.value().is_structured() || member.value().is_double() || member.key() == "$or") {
      continue;
    }
    const boost::json::object same{{member.key(), boost::json::array{member.value()}}};
    const auto compiled = control::EventPattern::compile(boost::json::serialize(same));
    if (compiled) CHECK(compiled->matches(event.get_object()));
  }
  return 0;
}
