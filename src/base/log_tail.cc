#include "base/log_tail.h"

#include <algorithm>

namespace base {
namespace {

constexpr std::size_t kLines = 2000;

// Never in the middle of a character.
std::string cut(std::string_view text, std::size_t longest) {
  if (text.size() <= longest) return std::string(text);
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end));
}

}  // namespace

void LogTail::add(WallTime time, LogLevel level, std::string_view text) {
  LogLine line{.sequence = 0, .time = time, .level = level, .text = cut(text, kLongestLine)};
  state_.with([&](State& state) {
    line.sequence = ++state.last;
    state.lines.push_back(std::move(line));
    if (state.lines.size() > capacity_) state.lines.pop_front();
  });
}

LogTail::Page LogTail::read(std::uint64_t after, LogLevel level, std::size_t limit) const {
  return state_.with([&](const State& state) {
    Page page;
    // Whoever comes with a number of an earlier run of the program begins anew.
    page.last = after > state.last ? 0 : after;
    const auto first = std::ranges::upper_bound(state.lines, page.last, {}, &LogLine::sequence);
    for (auto at = first; at != state.lines.end(); ++at) {
      if (at->level >= level) {
        if (page.lines.size() == limit) return page;
        page.lines.push_back(*at);
      }
      page.last = at->sequence;
    }
    return page;
  });
}

LogTail::Page LogTail::newest(LogLevel level, std::size_t limit) const {
  return state_.with([&](const State& state) {
    Page page;
    page.last = state.last;
    for (auto at = state.lines.rbegin(); at != state.lines.rend(); ++at) {
      if (page.lines.size() == limit) break;
      if (at->level >= level) page.lines.push_back(*at);
    }
    std::ranges::reverse(page.lines);
    return page;
  });
}

LogTail& log_tail() {
  static LogTail tail(kLines);
  return tail;
}

}  // namespace base
