// A built-in pixel font of 5x7 cells: digits, capital letters and the marks that dates and
// addresses need. Drawn in luma only, on a grey ground.
#pragma once

#include <string_view>

#include "av/picture.h"

namespace av {

inline constexpr int kGlyphWidth = 5;
inline constexpr int kGlyphHeight = 7;
inline constexpr int kGlyphAdvance = 6;  // with the gap to the next one

/// True if the pixel (column 0..4, row 0..6) of `character` is set. Small letters are drawn as
/// capitals, unknown characters as a box.
bool glyph_pixel(char character, int column, int row);

/// Pixels that `text` takes at `scale`, without the gap after the last character.
int text_width(std::string_view text, int scale);

/// Draws with the upper left corner at (x, y); paints the cells' ground too, so that text drawn
/// over older text of the same length replaces it.
void draw_text(Picture& picture, int x, int y, int scale, std::string_view text, std::uint8_t ink,
               std::uint8_t ground);

}  // namespace av
