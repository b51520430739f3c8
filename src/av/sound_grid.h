// Puts decoded sound onto a grid of AAC frames that is fixed to the stream's timeline: frame n
// holds the samples from n x 1024 on. Holes become silence, overlaps are left out, and what is off
// by less than can be heard is not touched, but measured against the timeline each time, so that it
// never adds up. Two grids that are filled from different moments on are in step. A pure value;
// belongs to an AudioConverter.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/error.h"

namespace av {

class SoundGrid {
 public:
  static constexpr std::size_t kFrame = 1024;
  static constexpr std::size_t kMostChannels = 2;
  /// One plane a channel, all of one length.
  using Planes = std::array<std::span<const float>, kMostChannels>;
  /// Takes a whole frame; `position` is that of its first sample. An error is passed on.
  using Sink = std::function<base::Expected<void>(const Planes& frame, std::int64_t position)>;

  SoundGrid(std::size_t channels, std::uint32_t sample_rate);

  /// The position in the timeline, in samples, at which `add` goes on.
  std::int64_t next() const { return next_; }
  bool started() const { return started_; }

  /// Goes to `position`, where the sound that comes next belongs: with silence over a hole of up to
  /// a second, by leaving a longer one, or by leaving out of what comes next as many samples as
  /// lie before next(). Does nothing for less than 10 ms.
  base::Expected<void> move_to(std::int64_t position, const Sink& sink);
  /// Adds samples; those that overlap with what was there are left out.
  base::Expected<void> add(const Planes& samples, const Sink& sink);
  /// Fills the frame that has begun with silence and gives it out.
  base::Expected<void> finish(const Sink& sink);

 private:
  void start_at(std::int64_t position);
  base::Expected<void> append(const Planes& samples, std::size_t offset, std::size_t count,
                              const Sink& sink);
  base::Expected<void> silence(std::int64_t count, const Sink& sink);
  base::Expected<void> give_full(const Sink& sink);

  std::size_t channels_;
  std::int64_t sample_rate_;
  bool started_ = false;
  std::int64_t next_ = 0;
  std::int64_t overlap_ = 0;                             // samples to be left out of what comes
  std::array<std::vector<float>, kMostChannels> frame_;  // the one that has begun
};

}  // namespace av
