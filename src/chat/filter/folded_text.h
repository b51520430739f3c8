// A text taken apart into words, folded (fold.h), for the rules that compare words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chat {

/// Used for one message after the other, so that in the end nothing is allocated.
struct FoldedText {
  struct Word {
    std::uint32_t begin = 0;  // in `letters`
    std::uint32_t end = 0;
    bool alone = false;
    bool has_digit = false;
    bool is_stretched = false;  // had three or more of a letter in a row
  };
  /// What stands between two spaces (or words that stand alone).
  struct Chunk {
    std::uint32_t begin = 0;  // in `all`
    std::uint32_t end = 0;
    std::uint32_t words = 0;
    bool has_symbol = false;  // @ $ !
    bool is_stretched = false;
  };
  /// The letters of all words, without anything between. Runs of more than two of the same letter
  /// are cut to two, those of digits are not; words in mixed alphabets are all Latin.
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

}  // namespace chat
