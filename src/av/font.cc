#include "av/font.h"

#include <array>
#include <cstdint>

#include "base/check.h"

namespace av {
namespace {

// Seven rows from the top, the leftmost pixel in bit 4.
using Glyph = std::array<std::uint8_t, kGlyphHeight>;

constexpr std::array<Glyph, 10> kDigits = {{
    {14, 17, 19, 21, 25, 17, 14},
    {4, 12, 4, 4, 4, 4, 14},
    {14, 17, 1, 6, 8, 16, 31},
    {30, 1, 1, 14, 1, 1, 30},
    {2, 6, 10, 18, 31, 2, 2},
    {31, 16, 30, 1, 1, 17, 14},
    {6, 8, 16, 30, 17, 17, 14},
    {31, 1, 2, 4, 8, 8, 8},
    {14, 17, 17, 14, 17, 17, 14},
    {14, 17, 17, 15, 1, 2, 12},
}};

constexpr std::array<Glyph, 26> kLetters = {{
    {14, 17, 17, 31, 17, 17, 17},  // A
    {30, 17, 17, 30, 17, 17, 30},  // B
    {14, 17, 16, 16, 16, 17, 14},  // C
    {28, 18, 17, 17, 17, 18, 28},  // D
    {31, 16, 16, 30, 16, 16, 31},  // E
    {31, 16, 16, 30, 16, 16, 16},  // F
    {14, 17, 16, 23, 17, 17, 15},  // G
    {17, 17, 17, 31, 17, 17, 17},  // H
    {14, 4, 4, 4, 4, 4, 14},       // I
    {7, 2, 2, 2, 2, 18, 12},       // J
    {17, 18, 20, 24, 20, 18, 17},  // K
    {16, 16, 16, 16, 16, 16, 31},  // L
    {17, 27, 21, 21, 17, 17, 17},  // M
    {17, 25, 25, 21, 19, 19, 17},  // N
    {14, 17, 17, 17, 17, 17, 14},  // O
    {30, 17, 17, 30, 16, 16, 16},  // P
    {14, 17, 17, 17, 21, 18, 13},  // Q
    {30, 17, 17, 30, 20, 18, 17},  // R
    {15, 16, 16, 14, 1, 1, 30},    // S
    {31, 4, 4, 4, 4, 4, 4},        // T
    {17, 17, 17, 17, 17, 17, 14},  // U
    {17, 17, 17, 17, 17, 10, 4},   // V
    {17, 17, 17, 21, 21, 27, 17},  // W
    {17, 17, 10, 4, 10, 17, 17},   // X
    {17, 17, 10, 4, 4, 4, 4},      // Y
    {31, 1, 2, 4, 8, 16, 31},      // Z
}};

constexpr Glyph kSpace = {0, 0, 0, 0, 0, 0, 0};
constexpr Glyph kColon = {0, 12, 12, 0, 12, 12, 0};
constexpr Glyph kPoint = {0, 0, 0, 0, 0, 12, 12};
constexpr Glyph kHyphen = {0, 0, 0, 31, 0, 0, 0};
constexpr Glyph kSlash = {1, 1, 2, 4, 8, 16, 16};
constexpr Glyph kBox = {31, 17, 17, 17, 17, 17, 31};

const Glyph& glyph(char character) {
  if (character >= '0' && character <= '9')
    return kDigits[static_cast<std::size_t>(character - '0')];
  if (character >= 'A' && character <= 'Z') {
    return kLetters[static_cast<std::size_t>(character - 'A')];
  }
  if (character >= 'a' && character <= 'z') {
    return kLetters[static_cast<std::size_t>(character - 'a')];
  }
  switch (character) {
    case ' ':
      return kSpace;
    case ':':
      return kColon;
    case '.':
      return kPoint;
    case '-':
      return kHyphen;
    case '/':
      return kSlash;
    default:
      return kBox;
  }
}

}  // namespace

bool glyph_pixel(char character, int column, int row) {
  CHECK(column >= 0 && column < kGlyphWidth && row >= 0 && row < kGlyphHeight);
  return (glyph(character)[static_cast<std::size_t>(row)] >> (kGlyphWidth - 1 - column) & 1) != 0;
}

int text_width(std::string_view text, int scale) {
  if (text.empty()) return 0;
  return (static_cast<int>(text.size()) * kGlyphAdvance - (kGlyphAdvance - kGlyphWidth)) * scale;
}

void draw_text(Picture& picture, int x, int y, int scale, std::string_view text, std::uint8_t ink,
               std::uint8_t ground) {
  picture.fill_luma({x, y, text_width(text, scale), kGlyphHeight * scale}, ground);
  for (const char character : text) {
    for (int row = 0; row < kGlyphHeight; ++row) {
      // Runs of set pixels are one fill.
      for (int column = 0; column < kGlyphWidth; ++column) {
        if (!glyph_pixel(character, column, row)) continue;
        const int begin = column;
        while (column + 1 < kGlyphWidth && glyph_pixel(character, column + 1, row)) ++column;
        picture.fill_luma({x + begin * scale, y + row * scale, (column - begin + 1) * scale, scale},
                          ink);
      }
    }
    x += kGlyphAdvance * scale;
  }
}

}  // namespace av
