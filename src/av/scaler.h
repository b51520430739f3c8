// Makes a picture of any size and format into one of a fixed size and format, in BT.709 or whatever
// matrix it came with, limited range. One thread; keeps one picture and uses it again.
#pragma once

#include "av/libav.h"
#include "base/error.h"

namespace av {

/// What a scaled picture is like. `pixel_format` is an AVPixelFormat of 8 bits, 4:2:0.
struct ScaledForm {
  int width = 0;
  int height = 0;
  int pixel_format = 0;
  /// JPEG's colours: full range, the matrix of BT.601. Otherwise limited range, matrix as it came.
  bool jpeg = false;
};

class Scaler {
 public:
  explicit Scaler(const ScaledForm& form) : form_(form), frame_(new_frame()) {}

  /// The result is valid until the next call, or as long as a reference to it. Only pixels and
  /// colour are told in it.
  base::Expected<const AVFrame*> scale(const AVFrame& picture);

 private:
  struct Input {
    int width = 0;
    int height = 0;
    int pixel_format = -1;
    int matrix = 0;
    bool full_range = false;
    bool operator==(const Input&) const = default;
  };

  base::Expected<void> prepare(const Input& input);

  ScaledForm form_;
  Input input_;
  SwsPtr context_;
  FramePtr frame_;
};

/// True for pictures that are in full range, however they say it.
bool is_full_range(const AVFrame& picture);

}  // namespace av
