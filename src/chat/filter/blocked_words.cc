#include "chat/filter/blocked_words.h"

#include <algorithm>
#include <array>

#include "chat/filter/fold.h"

namespace chat {
namespace {

/// Doubled letters of a stretched word that are tried as one and as two.
constexpr std::size_t kMaxDoubled = 4;
/// What is longer is not looked at as one divided word. An entry of 100 characters is not.
constexpr std::size_t kMaxChunk = 200;
/// Single letters around a spelled word that may belong to something else ("you are a s h i t").
constexpr std::size_t kStray = 2;
constexpr std::size_t kMinSpelled = 3;

bool is_letter(char32_t c) {
  return fold(c).kind == LetterKind::kLetter;
}
bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}

/// A short text on the stack.
class Letters {
 public:
  void push_back(char32_t c) {
    if (size_ < kMaxChunk) letters_.at(size_++) = c;
  }
  std::u32string_view view() const { return {letters_.data(), size_}; }

 private:
  std::array<char32_t, kMaxChunk> letters_;
  std::size_t size_ = 0;
};

/// `word` with some doubled letters once: of the first kMaxDoubled those whose bit is set in
/// `choice`, of the others all.
Letters with_single_letters(std::u32string_view word, std::size_t choice) {
  Letters form;
  std::size_t doubled = 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (i > 0 && word[i] == word[i - 1]) {
      const std::size_t at = doubled++;
      if (at >= kMaxDoubled || (choice >> at & 1) != 0) continue;
    }
    form.push_back(word[i]);
  }
  return form;
}

/// Whether `test` is true for `word`, or, if it is stretched, for one with some letters once.
template <class Test>
bool any_form(std::u32string_view word, bool is_stretched, const Test& test) {
  if (test(word)) return true;
  if (!is_stretched || word.size() > kMaxChunk) return false;
  std::size_t doubled = 0;
  for (std::size_t i = 1; i < word.size(); ++i) doubled += word[i] == word[i - 1] ? 1 : 0;
  const std::size_t choices = std::size_t{1} << std::min(doubled, kMaxDoubled);
  for (std::size_t choice = 0; choice < choices; ++choice) {
    if (test(with_single_letters(word, choice).view())) return true;
  }
  return false;
}

/// `chunk` with letters for the symbols that can stand for one, and without the others. Empty if
/// nothing stands in place of a letter, or if it may as well be a number.
Letters read_symbols(std::u32string_view chunk, char32_t one) {
  // What stands before or behind a word is more often punctuation.
  while (!chunk.empty() && chunk.back() == U'!') chunk.remove_suffix(1);
  while (!chunk.empty() && chunk.front() == U'!') chunk.remove_prefix(1);
  Letters out;
  bool has_letter = false;
  bool has_digit = false;
  std::size_t symbols = 0;
  for (const char32_t c : chunk) {
    const char32_t meant = c == U'1' ? one : letter_for_symbol(c);
    if (meant != 0) {
      ++symbols;
      has_digit |= is_digit(c);
      out.push_back(meant);
    } else if (is_letter(c)) {
      has_letter |= !is_digit(c);
      out.push_back(c);
    }
  }
  const bool is_word = has_letter || (!has_digit && symbols >= kMinSpelled);
  return is_word && symbols > 0 ? out : Letters();
}

}  // namespace

BlockedWords::BlockedWords(const std::vector<std::string>& words) {
  FoldedText folded;
  for (const std::string& word : words) {
    folded.assign(word);
    if (!folded.words.empty()) add(folded);
  }
}

bool BlockedWords::has_letters(std::string_view word) {
  FoldedText folded;
  folded.assign(word);
  return !folded.words.empty();
}

void BlockedWords::add(const FoldedText& entry) {
  // An entry that is written with symbols means the word, not its single letters: "a$$".
  if (entry.chunks.size() == 1 && entry.chunks.front().has_symbol &&
      entry.chunks.front().words == entry.words.size()) {
    const Letters meant = read_symbols(entry.of(entry.chunks.front()), U'i');
    if (!meant.view().empty()) {
      ends_[child_or_new(kRoot, meant.view())] = true;
      return;
    }
  }
  Node node = kRoot;
  for (const auto& word : entry.words) node = child_or_new(node, entry.of(word));
  ends_[node] = true;
}

BlockedWords::Node BlockedWords::child_or_new(Node node, std::u32string_view word) {
  const auto number = static_cast<std::uint32_t>(numbers_.size());
  const std::uint64_t at = numbers_.try_emplace(std::u32string(word), number).first->second;
  const auto [edge, is_new] =
      edges_.try_emplace(std::uint64_t{node} << 32 | at, static_cast<Node>(ends_.size()));
  if (is_new) ends_.push_back(false);
  return edge->second;
}

BlockedWords::Node BlockedWords::child(Node node, std::u32string_view word) const {
  const auto number = numbers_.find(word);
  if (number == numbers_.end()) return kRoot;
  const auto edge = edges_.find(std::uint64_t{node} << 32 | number->second);
  return edge == edges_.end() ? kRoot : edge->second;
}

bool BlockedWords::is_blocked(std::u32string_view word, bool is_stretched) const {
  return any_form(word, is_stretched, [&](std::u32string_view form) {
    const Node node = child(kRoot, form);
    return node != kRoot && ends_[node];
  });
}

bool BlockedWords::is_blocked_with_symbols(std::u32string_view word, bool is_stretched) const {
  if (word.size() > kMaxChunk) return false;
  const Letters meant = read_symbols(word, U'i');
  if (meant.view().empty()) return false;
  if (is_blocked(meant.view(), is_stretched)) return true;
  return word.contains(U'1') && is_blocked(read_symbols(word, U'l').view(), is_stretched);
}

/// A phrase that begins with the word `first`. Where a word goes on in several forms the longest
/// counts, so that the work is bounded by the text.
bool BlockedWords::match_from(const FoldedText& text, std::size_t first) const {
  Node node = kRoot;
  for (std::size_t i = first; i < text.words.size(); ++i) {
    const auto& word = text.words[i];
    Node next = kRoot;
    any_form(text.of(word), word.is_stretched, [&](std::u32string_view form) {
      next = child(node, form);
      return next != kRoot;
    });
    if (next == kRoot) return false;
    if (ends_[next]) return true;
    node = next;
  }
  return false;
}

bool BlockedWords::match_chunk(const FoldedText& text, const FoldedText::Chunk& chunk) const {
  const std::u32string_view all = text.of(chunk);
  if (all.size() > kMaxChunk) return false;
  if (chunk.has_symbol && is_blocked_with_symbols(all, chunk.is_stretched)) return true;
  if (chunk.words < 2) return false;
  Letters joined;
  for (const char32_t c : all) {
    if (is_letter(c)) joined.push_back(c);
  }
  return is_blocked(joined.view(), chunk.is_stretched);
}

bool BlockedWords::match_spelled(const FoldedText& text) const {
  const auto is_single = [&](std::size_t i) {
    const auto& word = text.words[i];
    return word.end - word.begin == 1 && !word.alone && !word.has_digit;
  };
  for (std::size_t first = 0; first < text.words.size(); ++first) {
    if (!is_single(first)) continue;
    std::size_t end = first + 1;
    while (end < text.words.size() && is_single(end)) ++end;
    // Single letters stand behind one another in `letters`.
    const std::u32string_view run =
        std::u32string_view(text.letters).substr(text.words[first].begin, end - first);
    for (std::size_t head = 0; head <= kStray; ++head) {
      for (std::size_t tail = 0; tail <= kStray; ++tail) {
        if (run.size() < head + tail + kMinSpelled) continue;
        if (is_blocked(run.substr(head, run.size() - head - tail), false)) return true;
      }
    }
    first = end;
  }
  return false;
}

bool BlockedWords::match(const FoldedText& text) const {
  if (empty()) return false;
  for (std::size_t i = 0; i < text.words.size(); ++i) {
    const auto& word = text.words[i];
    if (match_from(text, i)) return true;
    // Another form than the one with which a phrase could go on.
    if (word.is_stretched && is_blocked(text.of(word), true)) return true;
    if (word.has_digit && is_blocked_with_symbols(text.of(word), word.is_stretched)) return true;
  }
  return std::ranges::any_of(text.chunks,
                             [&](const auto& chunk) { return match_chunk(text, chunk); }) ||
         match_spelled(text);
}

}  // namespace chat
