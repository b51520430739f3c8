#include "chat/emoji.h"

#include <array>

#include "chat/code_points.h"

namespace chat {
namespace {

struct Range {
  char32_t first, last;
};
// The blocks and single characters with Emoji=Yes beside ASCII; regional indicators and skin tones
// are treated apart.
constexpr std::array kEmoji{
    Range{0xa9, 0xa9},       Range{0xae, 0xae},       Range{0x203c, 0x203c}, Range{0x2049, 0x2049},
    Range{0x2122, 0x2122},   Range{0x2139, 0x2139},   Range{0x2194, 0x21aa}, Range{0x231a, 0x23ff},
    Range{0x24c2, 0x24c2},   Range{0x25aa, 0x27bf},   Range{0x2934, 0x2935}, Range{0x2b05, 0x2b55},
    Range{0x3030, 0x3030},   Range{0x303d, 0x303d},   Range{0x3297, 0x3297}, Range{0x3299, 0x3299},
    Range{0x1f000, 0x1f1e5}, Range{0x1f200, 0x1faff},
};
constexpr char32_t kJoiner = 0x200d;
constexpr char32_t kTextSelector = 0xfe0e;
constexpr char32_t kEmojiSelector = 0xfe0f;
constexpr char32_t kKeycap = 0x20e3;
constexpr char32_t kEndOfTags = 0xe007f;

bool is_emoji(char32_t c) {
  for (const Range& range : kEmoji) {
    if (c >= range.first && c <= range.last) return true;
  }
  return false;
}
bool is_regional(char32_t c) {
  return c >= 0x1f1e6 && c <= 0x1f1ff;
}
bool is_tone(char32_t c) {
  return c >= 0x1f3fb && c <= 0x1f3ff;
}
bool is_tag(char32_t c) {
  return c >= 0xe0020 && c <= 0xe007e;
}
bool is_keycap_base(char32_t c) {
  return (c >= U'0' && c <= U'9') || c == U'#' || c == U'*';
}

/// Takes the code points of a text one by one; 0 behind its end.
class Walk {
 public:
  explicit Walk(std::string_view text) : rest_(text) { next(); }
  char32_t now() const { return now_; }
  bool at_end() const { return ended_; }
  void next() {
    ended_ = rest_.empty();
    now_ = ended_ ? 0 : take_code_point(rest_);
  }
  bool take(char32_t c) {
    if (ended_ || now_ != c) return false;
    next();
    return true;
  }

 private:
  std::string_view rest_;
  char32_t now_ = 0;
  bool ended_ = false;
};

bool take_element(Walk& walk) {
  if (is_regional(walk.now())) {
    walk.next();
    if (!is_regional(walk.now())) return false;
    walk.next();
    return true;
  }
  if (is_keycap_base(walk.now())) {
    walk.next();
    (void)walk.take(kEmojiSelector);  // optional
    return walk.take(kKeycap);
  }
  if (!is_emoji(walk.now())) return false;
  walk.next();
  if (is_tone(walk.now()) || walk.now() == kEmojiSelector || walk.now() == kTextSelector) {
    walk.next();
  }
  if (!is_tag(walk.now())) return true;
  while (is_tag(walk.now())) walk.next();
  return walk.take(kEndOfTags);
}

}  // namespace

bool is_one_emoji(std::string_view text) {
  Walk walk(text);
  do {
    if (!take_element(walk)) return false;
  } while (walk.take(kJoiner));
  return walk.at_end();
}

}  // namespace chat
