// The last minute of a broadcast, and what was usual when it was healthy, from which is told what
// has changed. A value of some 1,500 octets; belongs to the HealthBoard.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "live/live.h"

namespace control {

/// What explanations need of one moment.
struct PastFigure {
  base::WallTime at{};
  bool measured = false;
  live::Health health = live::Health::kUnknown;
  double video_bitrate = 0;
  double frame_rate = 0;
  live::TimelineRepairs repairs;
  std::uint64_t dropped = 0;
  live::EncoderFigures encoder;
};

class StreamPast {
 public:
  static constexpr std::size_t kFigures = 13;  // five seconds apart
  static constexpr base::Duration kApart = std::chrono::seconds(4);

  /// Figures that come sooner after those before than kApart are passed over.
  void add(const live::StreamStatus& status, base::WallTime now);

  /// What was usual in the last minute that ended healthy; nothing if there was too little of it.
  struct Usual {
    double video_bitrate = 0;
    double frame_rate = 0;
    /// Standard deviation of the bitrate in parts of it.
    double variation = 0;
    std::size_t figures = 0;
  };
  const std::optional<Usual>& usual() const { return usual_; }
  /// The oldest figure that is not older than `age`; null if there is none.
  const PastFigure* since(base::WallTime now, base::Duration age) const;

 private:
  const PastFigure& at(std::size_t i) const { return ring_[(first_ + i) % kFigures]; }

  void learn();

  std::array<PastFigure, kFigures> ring_{};
  std::optional<Usual> usual_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace control
