#include "chat/filter/fold.h"

#include <algorithm>
#include <array>
#include <optional>

#include "chat/code_points.h"
#include "chat/filter/fold_table.h"

namespace chat {
namespace {

struct Range {
  char32_t first, last;
};

// Format characters, selectors, marks above and below letters, fillers, skin tones. Sorted.
constexpr std::array kHidden{
    Range{0x00ad, 0x00ad},   Range{0x0300, 0x036f},   Range{0x0483, 0x0489}, Range{0x0591, 0x05bd},
    Range{0x05bf, 0x05bf},   Range{0x05c1, 0x05c2},   Range{0x05c4, 0x05c5}, Range{0x05c7, 0x05c7},
    Range{0x0610, 0x061a},   Range{0x061c, 0x061c},   Range{0x0640, 0x0640}, Range{0x064b, 0x065f},
    Range{0x0670, 0x0670},   Range{0x06d6, 0x06dc},   Range{0x06df, 0x06e4}, Range{0x06e7, 0x06e8},
    Range{0x06ea, 0x06ed},   Range{0x115f, 0x1160},   Range{0x17b4, 0x17b5}, Range{0x180b, 0x180f},
    Range{0x1ab0, 0x1aff},   Range{0x1dc0, 0x1dff},   Range{0x200b, 0x200f}, Range{0x202a, 0x202e},
    Range{0x2060, 0x206f},   Range{0x20d0, 0x20ff},   Range{0x3164, 0x3164}, Range{0xfe00, 0xfe0f},
    Range{0xfe20, 0xfe2f},   Range{0xfeff, 0xfeff},   Range{0xffa0, 0xffa0}, Range{0xfff9, 0xfffb},
    Range{0x1f3fb, 0x1f3ff}, Range{0xe0000, 0xe0fff},
};

// Scripts whose words are not told apart by spaces, and pictures. Sorted.
constexpr std::array kAlone{
    Range{0x0e00, 0x0fff}, Range{0x1000, 0x109f}, Range{0x1100, 0x11ff},   Range{0x1780, 0x17ff},
    Range{0x231a, 0x23ff}, Range{0x25a0, 0x27bf}, Range{0x2e80, 0x2fdf},   Range{0x3005, 0x3007},
    Range{0x3041, 0x30fa}, Range{0x30fc, 0x4dbf}, Range{0x4e00, 0xa4cf},   Range{0xac00, 0xd7ff},
    Range{0xf900, 0xfaff}, Range{0xff66, 0xff9f}, Range{0x1f000, 0x1faff}, Range{0x20000, 0x3ffff},
};

// Punctuation and symbols beyond ASCII, where they are many. Sorted.
constexpr std::array kBetween{
    Range{0x0080, 0x00bf}, Range{0x00d7, 0x00d7}, Range{0x00f7, 0x00f7}, Range{0x02c2, 0x02df},
    Range{0x037e, 0x037e}, Range{0x0387, 0x0387}, Range{0x055a, 0x055f}, Range{0x0589, 0x058a},
    Range{0x05be, 0x05be}, Range{0x05c0, 0x05c0}, Range{0x05c3, 0x05c3}, Range{0x05f3, 0x05f4},
    Range{0x0600, 0x060f}, Range{0x061b, 0x061f}, Range{0x066a, 0x066d}, Range{0x06d4, 0x06d4},
    Range{0x0964, 0x0965}, Range{0x1680, 0x1680}, Range{0x2000, 0x2bff}, Range{0x2e00, 0x2e7f},
    Range{0x3000, 0x303f}, Range{0x30fb, 0x30fb}, Range{0xe000, 0xf8ff}, Range{0xfe10, 0xfe1f},
    Range{0xfe30, 0xfe6f}, Range{0xff00, 0xff65}, Range{0xffe0, 0xffff},
};

template <std::size_t kSize>
bool is_in(const std::array<Range, kSize>& ranges, char32_t c) {
  const auto after = std::ranges::upper_bound(ranges, c, {}, &Range::first);
  return after != ranges.begin() && c <= std::prev(after)->last;
}

bool is_ascii_letter(char32_t c) {
  return c >= U'a' && c <= U'z';
}
bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}

/// 0: not in the table.
char32_t by_table(char32_t c, char32_t first, std::u32string_view table) {
  if (c < first || c - first >= table.size() || table[c - first] == U' ') return 0;
  return table[c - first];
}

/// Letters that are two; after the table, so mostly small ones.
std::optional<Folded> as_two(char32_t c) {
  const auto two = [](char32_t first, char32_t second) {
    return Folded{LetterKind::kLetter, first, second};
  };
  switch (c) {
    case U'Æ':
    case U'æ':
      return two(U'a', U'e');
    case U'Œ':
    case U'œ':
      return two(U'o', U'e');
    case U'Þ':
    case U'þ':
      return two(U't', U'h');
    case U'ß':
    case U'ẞ':
      return two(U's', U's');
    case U'Ĳ':
    case U'ĳ':
      return two(U'i', U'j');
    case 0xfb00:
      return two(U'f', U'f');
    case 0xfb01:
      return two(U'f', U'i');
    case 0xfb02:
      return two(U'f', U'l');
    case 0xfb05:
    case 0xfb06:
      return two(U's', U't');
    default:
      break;
  }
  if (c >= 0x1c4 && c <= 0x1cc) {
    return two(c <= 0x1c6 ? U'd' : c <= 0x1c9 ? U'l' : U'n', c <= 0x1c6 ? U'z' : U'j');
  }
  if (c >= 0x1f1 && c <= 0x1f3) return two(U'd', U'z');
  return std::nullopt;
}

/// Alphabets of 26 in another dress.
std::optional<Folded> as_dressed(char32_t c) {
  const auto letter = [](char32_t at) { return Folded{LetterKind::kLetter, U'a' + at % 26, 0}; };
  const auto digit = [](char32_t at) { return Folded{LetterKind::kLetter, U'0' + at % 10, 0}; };
  if (c == 0xa730) return Folded{LetterKind::kLetter, U'f', 0};  // small capital
  if (c >= 0x2460 && c <= 0x2468) return digit(c - 0x2460 + 1);
  if (c >= 0x249c && c <= 0x24b5) return letter(c - 0x249c);
  if (c >= 0x24b6 && c <= 0x24e9) return letter(c - 0x24b6);
  if (c == 0x24ea) return digit(0);
  if (c >= 0x1d400 && c <= 0x1d6a3) return letter(c - 0x1d400);
  if (c >= 0x1d7ce && c <= 0x1d7ff) return digit(c - 0x1d7ce);
  if (c >= 0x1f110 && c <= 0x1f129) return letter(c - 0x1f110);
  if (c >= 0x1f130 && c <= 0x1f149) return letter(c - 0x1f130);
  if (c >= 0x1f150 && c <= 0x1f169) return letter(c - 0x1f150);
  if (c >= 0x1f170 && c <= 0x1f189) return letter(c - 0x1f170);
  if (c >= 0x1f1e6 && c <= 0x1f1ff) return letter(c - 0x1f1e6);
  return std::nullopt;
}

Folded fold_ascii(char32_t c) {
  if (c >= U'A' && c <= U'Z') return {LetterKind::kLetter, c + 32, 0};
  const bool is_word = is_ascii_letter(c) || is_digit(c);
  return {is_word ? LetterKind::kLetter : LetterKind::kNone, c, 0};
}

}  // namespace

Folded fold(char32_t c) {
  if (c < 0x80) return fold_ascii(c);
  if (c >= 0xff01 && c <= 0xff5e) return fold_ascii(c - 0xff01 + 0x21);
  if (c == 0x2019 || c == 0x2bc || c == 0x2032) return {LetterKind::kNone, U'\'', 0};
  if (is_in(kHidden, c)) return {LetterKind::kHidden, 0, 0};
  char32_t letter = c;
  bool is_known = false;
  for (const auto& [first, table] :
       {std::pair{char32_t{0xa0}, kFoldLatin}, std::pair{char32_t{0x370}, kFoldGreekCyrillic},
        std::pair{char32_t{0x1d00}, kFoldAdditional},
        std::pair{char32_t{0x2070}, kFoldLetterlike}}) {
    if (const char32_t to = by_table(c, first, table)) {
      letter = to;
      is_known = true;
    }
  }
  if (const auto two = as_two(letter)) return *two;
  if (is_known) return {LetterKind::kLetter, letter, 0};
  if (const auto dressed = as_dressed(c)) return *dressed;
  if (is_in(kAlone, c)) return {LetterKind::kAlone, c, 0};
  if (c == kNotUtf8 || is_in(kBetween, c)) return {LetterKind::kNone, c, 0};
  return {LetterKind::kLetter, c, 0};
}

char32_t letter_for_symbol(char32_t c) {
  switch (c) {
    case U'0':
      return U'o';
    case U'1':
    case U'!':
      return U'i';
    case U'3':
      return U'e';
    case U'4':
    case U'@':
      return U'a';
    case U'5':
    case U'$':
      return U's';
    case U'7':
      return U't';
    default:
      return 0;
  }
}

}  // namespace chat
