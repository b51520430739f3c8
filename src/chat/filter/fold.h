// Text as the built-in review compares it: without regard to case and accents, and without what
// cannot be seen. No ICU: case and accents of Latin, Greek, Cyrillic and Armenian letters, and the
// look-alikes of Latin letters that keyboards for "fancy text" offer (full-width, mathematical,
// circled, squared, small capitals, superscripts, regional indicators). Other scripts have no case
// and are compared as they are, without vowel points of Hebrew and Arabic.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

/// A text taken apart into words. Used again and again, so that nothing is allocated in the end.
struct FoldedText {
  struct Word {
    std::uint32_t begin = 0;  // in `letters`
    std::uint32_t end = 0;
    std::uint32_t chunk = 0;  // words of one chunk have no space between them
    bool alone = false;
    bool has_digit = false;
    bool is_stretched = false;  // had three or more of a letter in a row
  };
  struct Chunk {
    std::uint32_t begin = 0;  // in `all`
    std::uint32_t end = 0;
    std::uint32_t words = 0;
    bool has_symbol = false;  // @ $ !
    bool is_stretched = false;
  };
  /// The letters of all words, without anything between. Runs of more than two of the same letter
  /// are cut to two; words in mixed alphabets are all Latin.
  std::u32string letters;
  std::vector<Word> words;
  /// Everything folded that is not a space or alone, for words written with symbols.
  std::u32string all;
  std::vector<Chunk> chunks;

  /// Apostrophes inside words do not count: don't is dont.
  void assign(std::string_view text);
  std::u32string_view of(const Word& word) const {
    return std::u32string_view(letters).substr(word.begin, word.end - word.begin);
  }
  std::u32string_view of(const Chunk& chunk) const {
    return std::u32string_view(all).substr(chunk.begin, chunk.end - chunk.begin);
  }
};

/// Letters and digits that can stand for a Latin one put in its place ("sh1t", "a$$"); nullopt-like
/// 0 for punctuation that stands for nothing.
char32_t letter_for_symbol(char32_t c);

}  // namespace chat
