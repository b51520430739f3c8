// A picture in planar YUV 4:2:0, 8 bits, BT.709 limited range: what the card is drawn on and what
// encoders take. A plain value; owned by whoever draws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace av {

struct Colour {
  std::uint8_t y = 16;
  std::uint8_t u = 128;
  std::uint8_t v = 128;
};

inline constexpr Colour kBlack{16, 128, 128};
inline constexpr Colour kWhite{235, 128, 128};

/// Colour of 8-bit RGB in BT.709 limited range.
Colour from_rgb(int red, int green, int blue);

struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

struct Picture {
  /// Black. Width and height must be even and positive.
  Picture(int width, int height);

  /// Sets every pixel of `area` that lies inside the picture. Chroma is set for each 2x2 block that
  /// the area touches, so areas with colour should have even edges.
  void fill(Rect area, Colour colour);
  /// Sets the luma only, for grey on grey: half the work.
  void fill_luma(Rect area, std::uint8_t value);

  std::size_t at(int x, int y_position) const {
    return static_cast<std::size_t>(y_position) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(x);
  }

  int width;
  int height;
  std::vector<std::uint8_t> y;  // width * height
  std::vector<std::uint8_t> u;  // width / 2 * height / 2
  std::vector<std::uint8_t> v;
};

}  // namespace av
