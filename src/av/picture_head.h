// What the first octets of an uploaded picture say: which format it has, by its content, and how
// large it is. Read before anything is decoded, so that no picture takes more memory than allowed.
// Pure; any thread.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"

namespace av {

struct PictureHead {
  enum class Format : std::uint8_t { kJpeg, kPng, kWebp } format = Format::kJpeg;
  std::uint32_t width = 0;  // as it is stored: before any turning
  std::uint32_t height = 0;

  std::uint64_t pixels() const { return std::uint64_t{width} * height; }
};

/// kUnsupported for what is none of these formats, kMalformed for what begins like one and does not
/// say its size. Both sizes are positive.
base::Expected<PictureHead> read_picture_head(base::ByteSpan octets);

}  // namespace av
