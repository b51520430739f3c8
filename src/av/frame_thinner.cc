#include "av/frame_thinner.h"

#include <algorithm>
#include <cmath>

namespace av {
namespace {

constexpr double kFastest = 300;
constexpr std::int64_t kLeastMeasured = 10;  // pictures
constexpr media::Ticks kLongest = 10 * media::kVideoTimescale;

}  // namespace

void FrameThinner::set_source_rate(double frame_rate) {
  if (frame_rate >= 1 && frame_rate <= kFastest) source_rate_ = frame_rate;
}

// A source that is hardly faster is left as it is: every second picture of 31 would be 15.
bool FrameThinner::thins() const {
  if (max_frame_rate_ == 0) return false;
  return source_rate_ == 0 || source_rate_ > max_frame_rate_ * 1.25;
}

double FrameThinner::frame_rate() const {
  if (!thins() || source_rate_ == 0) return source_rate_;
  return source_rate_ / std::ceil(source_rate_ / max_frame_rate_ - 0.1);
}

void FrameThinner::learn(const PictureInfo& picture) {
  if (last_ && picture.pts > *last_ && picture.pts - *last_ < kLongest) {
    spacing_ = picture.pts - *last_;
  } else if (picture.duration > 0 && picture.duration < kLongest) {
    spacing_ = picture.duration;
  }
  last_ = picture.pts;
  if (!picture.keyframe) {
    ++group_pictures_;
    return;
  }
  if (group_start_ && picture.pts > *group_start_ && group_pictures_ >= kLeastMeasured) {
    set_source_rate(static_cast<double>(group_pictures_) * media::kVideoTimescale /
                    static_cast<double>(picture.pts - *group_start_));
  }
  group_start_ = picture.pts;
  group_pictures_ = 1;
}

bool FrameThinner::keeps(const PictureInfo& picture) {
  learn(picture);
  const bool thinned = thins();
  if (thinned && !picture.keyframe && last_kept_ && picture.pts > *last_kept_) {
    // Pictures of 60 a second that jitter by a quarter of their distance still alternate.
    if ((picture.pts - *last_kept_) * 5 < target() * 4) return false;
  }
  last_kept_ = picture.pts;
  const media::Ticks one = picture.duration > 0 ? picture.duration : spacing_;
  if (one <= 0) {
    const double rate = frame_rate();
    duration_ = std::llround(media::kVideoTimescale / (rate > 0 ? rate : 30));
  } else if (thinned) {
    const media::Ticks least = target() * 4 / 5;
    duration_ = one * std::max<media::Ticks>(1, (least + one - 1) / one);
  } else {
    duration_ = one;
  }
  return true;
}

}  // namespace av
