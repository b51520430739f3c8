#include "server/path_for_log.h"

#include <algorithm>

#include "live/live.h"
#include "record/record.h"

namespace server {
namespace {

constexpr std::size_t kMost = 200;

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace

std::string path_for_log(std::string_view path) {
  std::string shown;
  if (path.starts_with(live::kPlaybackPrefix)) {
    std::string_view rest = path.substr(live::kPlaybackPrefix.size());
    if (const auto shelf = record::kReplayPrefix.substr(live::kPlaybackPrefix.size());
        rest.starts_with(shelf)) {
      // <recording>/<session>/...
      const std::size_t recording = rest.find('/', shelf.size());
      if (recording != rest.npos) {
        const std::string_view session = rest.substr(recording + 1);
        const std::size_t end = std::min(session.find('/'), session.size());
        shown.append(live::kPlaybackPrefix).append(rest.substr(0, recording + 1));
        shown += session.substr(0, end) == live::ViewGrant::kOpenSession ? '-' : '*';
        path = session.substr(end);
      }
    } else if (rest.starts_with("s/")) {
      rest.remove_prefix(2);
      const std::size_t end = std::min(rest.find('/'), rest.size());
      shown.append(live::kPlaybackPrefix).append("s/");
      shown += rest.substr(0, end) == live::ViewGrant::kOpenSession ? '-' : '*';
      path = rest.substr(end);
    }
  }
  std::size_t room = kMost - shown.size();
  if (path.size() <= room) return shown.append(path);
  while (room > 0 && continues_character(path[room])) --room;
  return shown.append(path.substr(0, room)).append("...");
}

}  // namespace server
