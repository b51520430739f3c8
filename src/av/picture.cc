#include "av/picture.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace av {
namespace {

Rect clipped(Rect area, int width, int height) {
  const int left = std::clamp(area.x, 0, width);
  const int top = std::clamp(area.y, 0, height);
  const int right = std::clamp(area.x + area.width, left, width);
  const int bottom = std::clamp(area.y + area.height, top, height);
  return {left, top, right - left, bottom - top};
}

void fill_plane(std::vector<std::uint8_t>& plane, int stride, Rect area, std::uint8_t value) {
  for (int row = area.y; row < area.y + area.height; ++row) {
    const auto begin = plane.begin() + static_cast<std::ptrdiff_t>(row) * stride + area.x;
    std::fill(begin, begin + area.width, value);
  }
}

std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::lround(value));
}

}  // namespace

Colour from_rgb(int red, int green, int blue) {
  // ITU-R BT.709-6, 3.2 and 3.4, for 8 bits.
  const double luma = (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
  return {to_byte(16 + 219 * luma), to_byte(128 + 224 * (blue / 255.0 - luma) / 1.8556),
          to_byte(128 + 224 * (red / 255.0 - luma) / 1.5748)};
}

Picture::Picture(int w, int h) : width(w), height(h) {
  CHECK(w > 0 && h > 0 && w % 2 == 0 && h % 2 == 0);
  const auto pixels = static_cast<std::size_t>(w) * static_cast<std::size_t>(h);
  y.assign(pixels, kBlack.y);
  u.assign(pixels / 4, kBlack.u);
  v.assign(pixels / 4, kBlack.v);
}

void Picture::fill(Rect area, Colour colour) {
  const Rect inside = clipped(area, width, height);
  fill_plane(y, width, inside, colour.y);
  const int left = inside.x / 2;
  const int top = inside.y / 2;
  const Rect chroma = {left, top, (inside.x + inside.width + 1) / 2 - left,
                       (inside.y + inside.height + 1) / 2 - top};
  fill_plane(u, width / 2, chroma, colour.u);
  fill_plane(v, width / 2, chroma, colour.v);
}

void Picture::fill_luma(Rect area, std::uint8_t value) {
  fill_plane(y, width, clipped(area, width, height), value);
}

}  // namespace av
