#include "av/sound_grid.h"

#include <algorithm>
#include <cstdlib>

#include "base/check.h"

namespace av {
namespace {

std::int64_t floor_to_frame(std::int64_t position) {
  const auto frame = static_cast<std::int64_t>(SoundGrid::kFrame);
  const std::int64_t rest = position % frame;
  return position - (rest < 0 ? rest + frame : rest);
}

}  // namespace

SoundGrid::SoundGrid(std::size_t channels, std::uint32_t sample_rate)
    : channels_(channels), sample_rate_(sample_rate) {
  CHECK(channels >= 1 && channels <= kMostChannels && sample_rate > 0);
}

void SoundGrid::start_at(std::int64_t position) {
  started_ = true;
  overlap_ = 0;
  next_ = position;
  const auto lead = static_cast<std::size_t>(position - floor_to_frame(position));
  for (std::size_t i = 0; i < channels_; ++i) frame_[i].assign(lead, 0.0F);
}

base::Expected<void> SoundGrid::move_to(std::int64_t position, const Sink& sink) {
  constexpr std::int64_t kSlackParts = 100;  // of a second
  if (!started_) {
    start_at(position);
    return {};
  }
  const std::int64_t off = position - (next_ - overlap_);
  if (std::abs(off) < sample_rate_ / kSlackParts) return {};
  if (std::abs(position - next_) > sample_rate_) {
    auto finished = finish(sink);
    start_at(position);
    return finished;
  }
  overlap_ = std::max<std::int64_t>(0, next_ - position);
  return silence(position - next_, sink);
}

base::Expected<void> SoundGrid::add(const Planes& samples, const Sink& sink) {
  CHECK(started_);
  const std::size_t size = samples[0].size();
  const auto skipped =
      static_cast<std::size_t>(std::min(overlap_, static_cast<std::int64_t>(size)));
  overlap_ -= static_cast<std::int64_t>(skipped);
  return append(samples, skipped, size - skipped, sink);
}

base::Expected<void> SoundGrid::append(const Planes& samples, std::size_t offset, std::size_t count,
                                       const Sink& sink) {
  while (count > 0) {
    const std::size_t taken = std::min(count, kFrame - frame_[0].size());
    for (std::size_t i = 0; i < channels_; ++i) {
      const auto part = samples[i].subspan(offset, taken);
      frame_[i].insert(frame_[i].end(), part.begin(), part.end());
    }
    offset += taken;
    count -= taken;
    next_ += static_cast<std::int64_t>(taken);
    if (auto given = give_full(sink); !given) return given;
  }
  return {};
}

base::Expected<void> SoundGrid::silence(std::int64_t count, const Sink& sink) {
  while (count > 0) {
    const std::size_t room = kFrame - frame_[0].size();
    const auto taken = std::min(count, static_cast<std::int64_t>(room));
    for (std::size_t i = 0; i < channels_; ++i) {
      frame_[i].resize(frame_[i].size() + static_cast<std::size_t>(taken), 0.0F);
    }
    count -= taken;
    next_ += taken;
    if (auto given = give_full(sink); !given) return given;
  }
  return {};
}

base::Expected<void> SoundGrid::give_full(const Sink& sink) {
  if (frame_[0].size() < kFrame) return {};
  Planes planes;
  for (std::size_t i = 0; i < channels_; ++i) planes[i] = frame_[i];
  auto given = sink(planes, next_ - static_cast<std::int64_t>(kFrame));
  for (auto& channel : frame_) channel.clear();
  return given;
}

base::Expected<void> SoundGrid::finish(const Sink& sink) {
  if (!started_ || frame_[0].empty()) return {};
  return silence(static_cast<std::int64_t>(kFrame - frame_[0].size()), sink);
}

}  // namespace av
