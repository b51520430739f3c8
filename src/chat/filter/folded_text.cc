#include "chat/filter/folded_text.h"

#include <cstddef>

#include "chat/code_points.h"
#include "chat/filter/fold.h"

namespace chat {
namespace {

bool is_ascii_letter(char32_t c) {
  return c >= U'a' && c <= U'z';
}
bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}

/// The Latin letter that a Greek or Cyrillic one looks like; 0: none.
char32_t latin_twin(char32_t c) {
  constexpr std::u32string_view kForeign = U"авеікмнорстухјѕԁԛԝґһӏαβεηικνορτυχγω";
  constexpr std::u32string_view kLatin = U"abeikmhopctyxjsdqwrhlabenikvoptuxyw";
  static_assert(kForeign.size() == kLatin.size());
  const std::size_t at = kForeign.find(c);
  return at == std::u32string_view::npos ? 0 : kLatin[at];
}

/// A word with Latin letters and letters that only look so is meant to be read as Latin.
void make_latin(std::u32string& letters, std::size_t begin) {
  bool has_latin = false;
  bool has_foreign = false;
  for (std::size_t i = begin; i < letters.size(); ++i) {
    has_latin |= is_ascii_letter(letters[i]);
    has_foreign |= letters[i] >= 0x370 && letters[i] < 0x530;
  }
  if (!has_latin || !has_foreign) return;
  for (std::size_t i = begin; i < letters.size(); ++i) {
    if (const char32_t twin = latin_twin(letters[i])) letters[i] = twin;
  }
}

bool is_space(char32_t c) {
  return c <= U' ' || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
         c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

/// Fills a FoldedText from left to right.
class Splitter {
 public:
  explicit Splitter(FoldedText& out) : out_(out) {}

  void add(const Folded& folded) {
    switch (folded.kind) {
      case LetterKind::kHidden:
        return;
      case LetterKind::kLetter:
        add_letter(folded.first);
        if (folded.second != 0) add_letter(folded.second);
        return;
      case LetterKind::kAlone:
        end_chunk();
        out_.letters.push_back(folded.first);
        out_.words.push_back({.begin = here() - 1, .end = here(), .alone = true});
        word_begin_ = here();
        return;
      case LetterKind::kNone:
        break;
    }
    if (folded.first == U'\'') return;
    end_word();
    if (is_space(folded.first)) {
      end_chunk();
      return;
    }
    out_.all.push_back(folded.first);
    has_symbol_ |= folded.first == U'@' || folded.first == U'$' || folded.first == U'!';
  }
  void end() { end_chunk(); }

 private:
  std::uint32_t here() const { return static_cast<std::uint32_t>(out_.letters.size()); }

  void add_letter(char32_t c) {
    std::u32string& letters = out_.letters;
    const std::size_t length = letters.size() - word_begin_;
    if (length >= 2 && !is_digit(c) && letters[letters.size() - 1] == c &&
        letters[letters.size() - 2] == c) {
      is_stretched_ = true;
      return;
    }
    letters.push_back(c);
    out_.all.push_back(c);
    has_digit_ |= is_digit(c);
  }
  void end_word() {
    if (here() == word_begin_) return;
    make_latin(out_.letters, word_begin_);
    out_.words.push_back({.begin = word_begin_,
                          .end = here(),
                          .has_digit = has_digit_,
                          .is_stretched = is_stretched_});
    word_begin_ = here();
    chunk_is_stretched_ |= is_stretched_;
    is_stretched_ = false;
    has_digit_ = false;
    ++chunk_words_;
  }
  void end_chunk() {
    end_word();
    const auto end = static_cast<std::uint32_t>(out_.all.size());
    if (end == chunk_begin_) return;
    out_.chunks.push_back({.begin = chunk_begin_,
                           .end = end,
                           .words = chunk_words_,
                           .has_symbol = has_symbol_,
                           .is_stretched = chunk_is_stretched_});
    chunk_is_stretched_ = false;
    chunk_begin_ = end;
    chunk_words_ = 0;
    has_symbol_ = false;
  }

  FoldedText& out_;
  std::uint32_t word_begin_ = 0;
  std::uint32_t chunk_begin_ = 0;
  std::uint32_t chunk_words_ = 0;
  bool has_digit_ = false;
  bool has_symbol_ = false;
  bool is_stretched_ = false;
  bool chunk_is_stretched_ = false;
};

}  // namespace

void FoldedText::assign(std::string_view text) {
  letters.clear();
  words.clear();
  all.clear();
  chunks.clear();
  Splitter splitter(*this);
  while (!text.empty()) splitter.add(fold(take_code_point(text)));
  splitter.end();
}

}  // namespace chat
