// A moving picture that is about as hard to encode as a street scene: a textured ground over which
// the camera pans, things that move by themselves, and the noise of a sensor. The same each time. A
// plain value for measurements.
#pragma once

#include <cstdint>
#include <vector>

#include "av/picture.h"

namespace av {

class Scenery {
 public:
  Scenery(int width, int height);

  /// Draws picture number `picture`; pans there and back.
  void draw(int picture, Picture& out);

 private:
  std::uint32_t random();
  std::uint8_t noisy(int value);

  int width_;  // of the ground: larger than the picture
  int height_;
  std::vector<std::uint8_t> ground_;
  std::uint32_t state_ = 1;
};

}  // namespace av
