#include "av/font.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace av {
namespace {

std::string rows_of(char character) {
  std::string rows;
  for (int row = 0; row < kGlyphHeight; ++row) {
    for (int column = 0; column < kGlyphWidth; ++column) {
      rows += glyph_pixel(character, column, row) ? '#' : '.';
    }
    rows += '\n';
  }
  return rows;
}

TEST(Font, GlyphsLookAsTheyShould) {
  EXPECT_EQ(rows_of('R'), "####.\n#...#\n#...#\n####.\n#.#..\n#..#.\n#...#\n");
  EXPECT_EQ(rows_of('7'), "#####\n....#\n...#.\n..#..\n.#...\n.#...\n.#...\n");
  EXPECT_EQ(rows_of('r'), rows_of('R'));
}

TEST(Font, AllCharactersDiffer) {
  const std::string all = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ :.-/?";
  std::set<std::string> seen;
  for (const char character : all) EXPECT_TRUE(seen.insert(rows_of(character)).second) << character;
}

TEST(Font, DrawsScaledAndReplacesOlderText) {
  Picture picture(64, 32);
  draw_text(picture, 3, 5, 2, "88", 200, 20);
  draw_text(picture, 3, 5, 2, "1.", 200, 20);
  EXPECT_EQ(text_width("1.", 2), 22);
  EXPECT_EQ(text_width("", 2), 0);
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 64; ++x) {
      const int column = (x - 3) / 2;
      const int row = (y - 5) / 2;
      int expected = 16;
      if (x >= 3 && x < 25 && y >= 5 && y < 19) {
        const char character = column < kGlyphAdvance ? '1' : '.';
        const int in_cell = column % kGlyphAdvance;
        expected = in_cell < kGlyphWidth && glyph_pixel(character, in_cell, row) ? 200 : 20;
      }
      ASSERT_EQ(picture.y[picture.at(x, y)], expected) << x << ' ' << y;
    }
  }
}

}  // namespace
}  // namespace av
