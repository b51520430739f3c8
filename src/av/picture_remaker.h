// Pictures that people upload, made anew: decoded, turned the way they were meant, cut and scaled,
// encoded. What comes out has nothing of the file but its pixels: no metadata, no trailing octets,
// nothing that another reader could take for something else. Any thread.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"

namespace av {

struct PictureForm {
  /// Scaled to cover these and cut to them, around the middle. 0: kept, but never more than
  /// `max_edge` on the longer side.
  int width = 0;
  int height = 0;
  int max_edge = 2048;
};

struct RemadePicture {
  base::Slice octets;
  bool is_png = false;  // if any of it can be seen through; otherwise JPEG
  int width = 0;
  int height = 0;
};

/// Most pixels of a picture that is read.
inline constexpr std::uint64_t kMostPixels = 40'000'000;

/// Reads JPEG, PNG and WebP (not moving). kUnsupported for other formats, kLimit for more than
/// kMostPixels, kMalformed for what cannot be decoded.
base::Expected<RemadePicture> remake_picture(base::ByteSpan file, const PictureForm& form);

}  // namespace av
