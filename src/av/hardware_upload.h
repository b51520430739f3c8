// Brings pictures to encoders that only take them in the memory of a graphics device (VA-API).
// One thread; belongs to a RenditionEncoder.
#pragma once

#include <optional>

#include "av/libav.h"
#include "base/error.h"

namespace av {

class HardwareUpload {
 public:
  /// Opens the first device that suits the encoder and tells `encoder`, which is not open yet, to
  /// take its pictures from there. Fails (kUnsupported) where there is no such device.
  static base::Expected<HardwareUpload> create(AVCodecContext& encoder);

  /// A copy of the picture (NV12, the encoder's size) on the device.
  base::Expected<FramePtr> upload(const AVFrame& picture);

 private:
  explicit HardwareUpload(FramePtr pool) : pool_(std::move(pool)) {}

  FramePtr pool_;  // holds nothing but the reference to the device's frames
};

}  // namespace av
