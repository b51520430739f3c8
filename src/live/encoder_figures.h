// Adds up what an encoder tells of itself inside its pictures: counts since its last report become
// totals. Owned by a Publisher, on its loop; costs nothing for pictures that are no keyframes.
#pragma once

#include <optional>

#include "live/live.h"
#include "media/types.h"

namespace live {

class EncoderTally {
 public:
  /// A keyframe of the main video track. Encoders put their reports before or behind the slices of
  /// keyframes only.
  void on_keyframe(media::Codec codec, base::ByteSpan sample);
  /// Nothing if the encoder has told nothing.
  const std::optional<EncoderFigures>& figures() const { return figures_; }

 private:
  std::optional<EncoderFigures> figures_;
};

}  // namespace live
