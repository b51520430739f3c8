#include "server/ctl_text.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <span>

#include "base/utf8.h"

namespace server::ctl {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Unicode 15: combining marks and other characters without a width of their own, by block.
constexpr Range kNarrowest[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a},   {0x064b, 0x065f},
    {0x06d6, 0x06dc}, {0x0900, 0x0902}, {0x0941, 0x0948}, {0x0e31, 0x0e31},   {0x0e34, 0x0e3a},
    {0x0e47, 0x0e4e}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200d},   {0x20d0, 0x20ff},
    {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0x1f3fb, 0x1f3ff}, {0xe0100, 0xe01ef}};
// East Asian wide and full-width, and pictures.
constexpr Range kWide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},   {0x25fd, 0x25fe},
    {0x2614, 0x2615},   {0x2648, 0x2653},   {0x26bd, 0x26be},   {0x2705, 0x2705},
    {0x270a, 0x270b},   {0x2728, 0x2728},   {0x274c, 0x274c},   {0x2753, 0x2755},
    {0x2795, 0x2797},   {0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},   {0x2e80, 0x303e},
    {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0xa4cf},   {0xa960, 0xa97f},
    {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},
    {0xffe0, 0xffe6},   {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f7e0, 0x1f7eb},
    {0x1f900, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd}};

bool is_in(std::span<const Range> ranges, std::uint32_t point) {
  const auto found = std::ranges::lower_bound(ranges, point, {}, &Range::last);
  return found != ranges.end() && found->first <= point;
}

/// The code point of a well-formed sequence.
std::uint32_t point_of(std::string_view sequence) {
  constexpr std::array<std::uint32_t, 5> kFirstBits = {0, 0x7f, 0x1f, 0x0f, 0x07};
  std::uint32_t point = static_cast<unsigned char>(sequence[0]) & kFirstBits.at(sequence.size());
  for (const char c : sequence.substr(1)) {
    point = (point << 6U) | (static_cast<unsigned char>(c) & 0x3fU);
  }
  return point;
}

/// Takes one character, or one octet that is none, off the front.
std::string_view next_character(std::string_view& text) {
  const std::string_view character =
      text.substr(0, std::max<std::size_t>(1, base::utf8_length(text)));
  text.remove_prefix(character.size());
  return character;
}

std::size_t width_of(std::string_view character) {
  if (base::utf8_length(character) == 0) return 1;
  const std::uint32_t point = point_of(character);
  if (point < 0x300) return 1;
  if (is_in(kNarrowest, point)) return 0;
  return is_in(kWide, point) ? 2 : 1;
}

bool steers(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x061c || point == 0x200e ||
         point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
         (point >= 0x2066 && point <= 0x2069);
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) width += width_of(next_character(text));
  return width;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view character = next_character(text);
    if (base::utf8_length(character) == 0) {
      out += "\xef\xbf\xbd";
      continue;
    }
    const std::uint32_t point = point_of(character);
    if (point == '\n') {
      out += "\\n";
    } else if (point == '\t') {
      out += "\\t";
    } else if (steers(point)) {
      out += fmt::format("\\u{{{:x}}}", point);
    } else {
      out += character;
    }
  }
  return out;
}

std::string fit(std::string_view text, std::size_t width, Keep keep) {
  const std::size_t whole = display_width(text);
  if (whole <= width) return std::string(text);
  constexpr std::string_view kEllipsis = "\xe2\x80\xa6";
  const std::size_t room = width - 1;
  if (keep == Keep::kBeginning) {
    std::string out;
    std::size_t used = 0;
    while (!text.empty()) {
      const std::string_view character = next_character(text);
      used += width_of(character);
      if (used > room) break;
      out += character;
    }
    return out.append(kEllipsis);
  }
  std::size_t rest = whole;
  while (rest > room) rest -= width_of(next_character(text));
  // A mark without a width belongs to what stood before it.
  for (std::string_view peek = text; !peek.empty() && width_of(next_character(peek)) == 0;) {
    text = peek;
  }
  return std::string(kEllipsis).append(text);
}

std::size_t terminal_width() {
  winsize size{};
  if (::isatty(STDOUT_FILENO) == 0) return 0;
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

bool shows_progress() {
  return ::isatty(STDERR_FILENO) != 0;
}

}  // namespace server::ctl
