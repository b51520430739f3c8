#include "av/picture.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace av {
namespace {

TEST(Picture, FillStaysInsideItsArea) {
  Picture picture(16, 8);
  picture.fill({4, 2, 6, 4}, {200, 10, 20});
  EXPECT_EQ(std::ranges::count(picture.y, 200), 24);
  EXPECT_EQ(std::ranges::count(picture.u, 10), 6);
  EXPECT_EQ(std::ranges::count(picture.v, 20), 6);
  EXPECT_EQ(picture.y[picture.at(4, 2)], 200);
  EXPECT_EQ(picture.y[picture.at(9, 5)], 200);
  EXPECT_EQ(picture.y[picture.at(10, 5)], 16);
  EXPECT_EQ(picture.y[picture.at(3, 2)], 16);
}

TEST(Picture, FillIsClippedAtEveryEdge) {
  for (const Rect area : {Rect{-5, -5, 100, 100}, Rect{-5, 0, 4, 4}, Rect{16, 0, 4, 4},
                          Rect{0, 8, 4, 4}, Rect{12, 6, 9, 9}, Rect{2, 2, -4, 3}}) {
    Picture picture(16, 8);
    picture.fill(area, {200, 10, 20});
    const int width = std::max(0, std::min(area.x + area.width, 16) - std::max(area.x, 0));
    const int height = std::max(0, std::min(area.y + area.height, 8) - std::max(area.y, 0));
    EXPECT_EQ(std::ranges::count(picture.y, 200), width * height);
  }
}

TEST(Picture, ColoursOfBt709) {
  const Colour white = from_rgb(255, 255, 255);
  EXPECT_EQ(white.y, 235);
  EXPECT_EQ(white.u, 128);
  EXPECT_EQ(white.v, 128);
  const Colour red = from_rgb(255, 0, 0);
  EXPECT_EQ(red.y, 63);
  EXPECT_EQ(red.u, 102);
  EXPECT_EQ(red.v, 240);
  const Colour black = from_rgb(0, 0, 0);
  EXPECT_EQ(black.y, 16);
}

}  // namespace
}  // namespace av
