#include "av/scenery.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include "base/check.h"

namespace av {
namespace {

constexpr int kMargin = 96;  // how far the camera pans

// A wave of triangles: there and back.
int swing(int step, int span) {
  const int place = step % (2 * span);
  return place < span ? place : 2 * span - place;
}

}  // namespace

// Numbers of a linear congruential generator; only the upper bits are good.
std::uint32_t Scenery::random() {
  state_ = state_ * 1'664'525U + 1'013'904'223U;
  return state_ >> 8;
}

std::uint8_t Scenery::noisy(int value) {
  const int noise = static_cast<int>(random() % 5) - 2;
  return static_cast<std::uint8_t>(std::clamp(value + noise, 16, 235));
}

Scenery::Scenery(int width, int height) : width_(width + kMargin), height_(height + kMargin) {
  const auto size = static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
  std::vector<int> sum(size, 0);
  // Random values on grids of growing fineness, with smaller and smaller weight, and smooth
  // between.
  for (int cell = 128, weight = 44; cell >= 4; cell /= 2, weight = weight * 5 / 8) {
    const int columns = width_ / cell + 2;
    const int rows = height_ / cell + 2;
    std::vector<int> values(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
    for (int& value : values) value = static_cast<int>(random() % 256) - 128;
    for (int y = 0; y < height_; ++y) {
      for (int x = 0; x < width_; ++x) {
        const auto at = [&](int dx, int dy) {
          return values[static_cast<std::size_t>(y / cell + dy) *
                            static_cast<std::size_t>(columns) +
                        static_cast<std::size_t>(x / cell + dx)];
        };
        const int fx = x % cell;
        const int fy = y % cell;
        const int top = at(0, 0) * (cell - fx) + at(1, 0) * fx;
        const int bottom = at(0, 1) * (cell - fx) + at(1, 1) * fx;
        const int value = (top * (cell - fy) + bottom * fy) / (cell * cell);
        sum[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
            static_cast<std::size_t>(x)] += value * weight / 64;
      }
    }
  }
  ground_.resize(size);
  std::ranges::transform(sum, ground_.begin(), [](int value) {
    return static_cast<std::uint8_t>(std::clamp(value + 120, 16, 235));
  });
}

void Scenery::draw(int picture, Picture& out) {
  CHECK(out.width + kMargin == width_ && out.height + kMargin == height_);
  const int left = swing(picture, kMargin);
  const int top = swing(picture / 3, kMargin);
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      const auto from = static_cast<std::size_t>(y + top) * static_cast<std::size_t>(width_) +
                        static_cast<std::size_t>(x + left);
      out.y[out.at(x, y)] = noisy(ground_[from]);
    }
  }
  // Things that cross the picture, each at its own pace.
  for (int i = 0; i < 6; ++i) {
    const int size = out.height / 8;
    const int x = swing(picture * (i + 2) + i * 211, out.width - size);
    const int y = out.height * (i + 1) / 8;
    for (int row = 0; row < size; ++row) {
      for (int column = 0; column < size; ++column) {
        const int shade = 40 + 28 * i + (row * column) % 23;
        out.y[out.at(x + column, y + row)] = noisy(shade);
      }
    }
  }
}

}  // namespace av
