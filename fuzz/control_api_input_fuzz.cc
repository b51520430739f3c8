// The body of a request, behind the name of its operation and a line break: whatever it holds,
// validation ends with success or with a sentence, and gives the same answer twice.
#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/check.h"
#include "control/validation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = base::as_text({data, size});
  const std::size_t end = std::min(input.find('\n'), input.size());
  const control::Operation* operation = control::find_operation(input.substr(0, end));
  if (operation == nullptr) return 0;
  boost::system::error_code failed;
  boost::json::parse_options options;
  options.max_depth = 16;
  const boost::json::value body =
      boost::json::parse(input.substr(std::min(end + 1, input.size())), failed, {}, options);
  if (failed || !body.is_object()) return 0;
  const auto first = control::validate(*operation->input, body.get_object());
  const auto second = control::validate(*operation->input, body.get_object());
  CHECK(first.has_value() == second.has_value());
  if (!first) CHECK(!first.error().message.empty());
  return 0;
}
