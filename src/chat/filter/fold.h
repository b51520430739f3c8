// Text as the built-in review compares it: without regard to case and accents, and without what
// cannot be seen. No ICU: case and accents of Latin, Greek, Cyrillic and Armenian letters, and the
// look-alikes of Latin letters that keyboards for "fancy text" offer (full-width, mathematical,
// circled, squared, small capitals, superscripts, regional indicators). Other scripts have no case
// and are compared as they are, without vowel points of Hebrew and Arabic.
#pragma once

#include <cstdint>

namespace chat {

enum class LetterKind : std::uint8_t {
  kNone,    // punctuation and space: between words
  kHidden,  // nothing to see: format characters, selectors, combining marks
  kLetter,  // letters and digits, words of several
  /// A word by itself: scripts written without spaces (Han, kana, Thai, ...), Hangul, whose words
  /// take endings, and emoji.
  kAlone,
};

/// A code point compared: one or two code points (`second` 0: one). Hidden ones have none;
/// punctuation stands for itself, in ASCII if it is a wide form.
struct Folded {
  LetterKind kind = LetterKind::kNone;
  char32_t first = 0;
  char32_t second = 0;
};
Folded fold(char32_t c);

/// Letters and digits that can stand for a Latin one put in its place ("sh1t", "a$$"); 0: none.
char32_t letter_for_symbol(char32_t c);

}  // namespace chat
