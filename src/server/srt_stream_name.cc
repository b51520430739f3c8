#include "server/srt_stream_name.h"

#include <algorithm>
#include <charconv>

namespace server {
namespace {

constexpr std::string_view kAccessControl = "#!::";
constexpr std::string_view kEscapedAccessControl = "%23!::";

}  // namespace

SrtStreamName parse_srt_stream_id(std::string_view text) {
  SrtStreamName name;
  if (text.starts_with(kAccessControl)) {
    text.remove_prefix(kAccessControl.size());
  } else if (text.starts_with(kEscapedAccessControl)) {
    text.remove_prefix(kEscapedAccessControl.size());
  } else {
    name.key = text;
    name.is_valid = !text.empty();
    return name;
  }
  while (!text.empty()) {
    const std::string_view entry = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), entry.size() + 1));
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view value = entry.substr(equals + 1);
    if (entry.substr(0, equals) == "u" || entry.substr(0, equals) == "r") {
      // The user is the key; a resource stands in where an encoder can only name that.
      if (name.key.empty() || entry.front() == 'u') name.key = value;
    } else if (entry.substr(0, equals) == "priority") {
      const auto [end, error] =
          std::from_chars(value.data(), value.data() + value.size(), name.priority);
      name.is_valid = error == std::errc() && end == value.data() + value.size() &&
                      name.priority > 0 && name.priority <= 2'147'483'647;
    }
  }
  name.is_valid = name.is_valid && !name.key.empty();
  return name;
}

}  // namespace server
