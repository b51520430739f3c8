#include "live/ingest_meter.h"

#include <algorithm>
#include <cmath>

namespace live {
namespace {

constexpr double kShortest = 0.5;  // seconds

}  // namespace

bool IngestMeter::add(const Amount& amount, base::MonotonicTime now) {
  const std::int64_t second = second_of(now);
  const bool rolls = second != last_;
  if (rolls) {
    if (first_ < 0) {
      first_ = last_ = second;
      began_ = now;
    }
    // Whatever the slots of the seconds between held is older than all that is asked for.
    for (std::int64_t s = std::max(last_ + 1, second - kSeconds); s <= second; ++s) slot(s) = {};
    last_ = std::max(last_, second);
  }
  slot(second) += amount;
  return rolls;
}

// Of the seconds in [from, to).
IngestMeter::Amount IngestMeter::sum(std::int64_t from, std::int64_t to) const {
  Amount sum;
  for (std::int64_t s = std::max(from, last_ - kSeconds); s < std::min(to, last_ + 1); ++s) {
    if (s >= first_) sum += slots_[static_cast<std::size_t>(s % (kSeconds + 1))];
  }
  return sum;
}

std::optional<IngestMeter::Rates> IngestMeter::rates(base::MonotonicTime now, int seconds) const {
  const std::int64_t second = second_of(now);
  if (first_ < 0 || second <= first_) return std::nullopt;
  const std::int64_t from = std::max(first_, second - seconds);
  const auto begin = std::max(began_, base::MonotonicTime(std::chrono::seconds(from)));
  const double length =
      std::chrono::duration<double>(base::MonotonicTime(std::chrono::seconds(second)) - begin)
          .count();
  // Of less than that a single keyframe would be taken for a bitrate.
  if (length < kShortest) return std::nullopt;
  const Amount amount = sum(from, second);
  const auto bits = [&](std::uint64_t bytes) {
    return static_cast<std::uint64_t>(std::llround(static_cast<double>(bytes) * 8 / length));
  };
  return Rates{bits(amount.video_bytes), bits(amount.audio_bytes), amount.pictures / length};
}

std::optional<std::int64_t> IngestMeter::media(int seconds, base::MonotonicTime now) const {
  const std::int64_t second = second_of(now);
  if (first_ < 0 || second - seconds <= first_) return std::nullopt;
  return sum(second - seconds, second).media;
}

bool IngestMeter::is_full(base::MonotonicTime now) const {
  if (first_ < 0) return false;
  const bool partial = began_ > base::MonotonicTime(std::chrono::seconds(first_));
  return second_of(now) - first_ >= kSeconds + (partial ? 1 : 0);
}

}  // namespace live
