// The moving test card: colour bars, grid and circle that never change, and on top a running UTC
// clock, a frame counter, a mark that sweeps once a second, a flash at the start of each second and
// the machine-readable stamp. Only what changed is drawn again.
#pragma once

#include <cstdint>

#include "av/picture.h"
#include "base/time.h"

namespace av {

class TestCard {
 public:
  /// Draws all that stands still. At least 480x270, even.
  TestCard(int width, int height);

  /// Draws the moving parts for a frame shown at `time`. `flash` lights the lamps beside the name.
  void update(base::WallTime time, std::uint64_t frame, bool flash);
  const Picture& picture() const { return picture_; }

 private:
  struct Layout {
    int unit;     // a 36th of the height, rounded to even: the card's grid
    Rect plaque;  // dark ground of name and clock
    int name_scale;
    int clock_scale;
    int small_scale;
    Rect track;  // where the mark sweeps
    Rect lamps[2];
  };
  static Layout make_layout(int width, int height);

  void draw_grid();
  void draw_bars();
  void draw_circle();
  void draw_plaque();
  int centred(int width) const { return (picture_.width - width) / 2; }

  Picture picture_;
  Layout layout_;
};

}  // namespace av
