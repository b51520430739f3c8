// Files of single pictures. Any thread; blocks for the encoding.
#pragma once

#include "av/libav.h"
#include "base/error.h"
#include "base/slice.h"

namespace av {

/// A JPEG, of a picture in 4:2:0 with JPEG's colours (av::Scaler). The quality is close to what
/// others call 80.
base::Expected<base::Slice> encode_jpeg(const AVFrame& picture);
/// A PNG, of a picture in AV_PIX_FMT_RGBA.
base::Expected<base::Slice> encode_png(const AVFrame& picture);

}  // namespace av
