// Decides which pictures a rendition of a lower frame rate keeps: by their times, so that nothing
// drifts, and beginning anew at every keyframe, so that keyframes are always kept and two helpers
// that begin at the same keyframe decide alike. A pure value; used by a Transcoder.
#pragma once

#include <cstdint>
#include <optional>

#include "av/video_decoder.h"
#include "media/types.h"

namespace av {

class FrameThinner {
 public:
  /// At most about `max_frame_rate` pictures a second are kept; 0: all of them.
  explicit FrameThinner(std::uint32_t max_frame_rate) : max_frame_rate_(max_frame_rate) {}

  /// Tells what the source says of its rate, 0 if nothing. The rate that is measured counts more.
  void set_source_rate(double frame_rate);

  /// Asked for each picture in the order in which they are shown.
  bool keeps(const PictureInfo& picture);

  /// How long the picture that was kept last is shown, as far as can be known before the next one.
  media::Ticks duration() const { return duration_; }
  /// The expected rate of what is kept; 0 if unknown.
  double frame_rate() const;

 private:
  media::Ticks target() const { return media::kVideoTimescale / max_frame_rate_; }
  bool thins() const;
  void learn(const PictureInfo& picture);

  std::uint32_t max_frame_rate_;
  double source_rate_ = 0;                   // pictures a second
  std::optional<media::Ticks> group_start_;  // of the group of pictures that is measured
  std::int64_t group_pictures_ = 0;
  std::optional<media::Ticks> last_;  // picture of the source
  std::optional<media::Ticks> last_kept_;
  media::Ticks spacing_ = 0;  // of the last two pictures of the source
  media::Ticks duration_ = 0;
};

}  // namespace av
