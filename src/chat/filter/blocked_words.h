// Whether a text has a word, or words in a row, of a list. Built once, then only read. What a text
// costs does not depend on how many words are blocked.
//
// Words are whole words, compared as FoldedText has them. Besides as it stands, a word of a text is
// found
//  - stretched: three or more of a letter in a row count as one or as two ("shiiiit");
//  - with digits and @ $ ! in place of letters, unless it may be a number ("sh1t", "a$$");
//  - divided, but without spaces ("s-h-i-t", "sh.it"), if what stands between spaces is the word;
//  - spelled, at least three single letters in a row ("s h i t").
// Not found: one letter doubled or left out, other spellings, endings that are not listed. All of
// these would catch too many innocent words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chat/filter/folded_text.h"

namespace chat {

class BlockedWords {
 public:
  BlockedWords() = default;
  /// Entries for which has_letters() is false are passed over.
  explicit BlockedWords(const std::vector<std::string>& words);

  /// Whether there is anything to find: a letter, a digit or a picture.
  static bool has_letters(std::string_view word);

  bool empty() const { return edges_.empty(); }
  bool match(const FoldedText& text) const;

 private:
  using Node = std::uint32_t;
  static constexpr Node kRoot = 0;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::u32string_view text) const {
      return std::hash<std::u32string_view>{}(text);
    }
  };

  void add(const FoldedText& entry);
  Node child_or_new(Node node, std::u32string_view word);
  /// kRoot: none.
  Node child(Node node, std::u32string_view word) const;
  bool is_blocked(std::u32string_view word, bool is_stretched) const;
  bool is_blocked_with_symbols(std::u32string_view word, bool is_stretched) const;
  bool match_from(const FoldedText& text, std::size_t first) const;
  bool match_chunk(const FoldedText& text, const FoldedText::Chunk& chunk) const;
  bool match_spelled(const FoldedText& text) const;

  // A tree of words, so that phrases share their beginnings: words have numbers, edges are pairs of
  // a node and a word.
  std::unordered_map<std::u32string, std::uint32_t, Hash, std::equal_to<>> numbers_;
  std::unordered_map<std::uint64_t, Node> edges_;
  std::vector<bool> ends_{false};  // by node: an entry ends here
};

}  // namespace chat
