#include "live/ingest_meter.h"

#include <algorithm>

namespace live {

bool IngestMeter::add(const Amount& amount, base::MonotonicTime now) {
  const std::int64_t second = second_of(now);
  const bool rolls = second != last_;
  if (rolls) {
    if (first_ < 0) first_ = last_ = second;
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

IngestMeter::Rates IngestMeter::rates(base::MonotonicTime now) const {
  const std::int64_t second = second_of(now);
  if (first_ < 0 || second <= first_) return {};
  const std::int64_t from = std::max(first_, second - kSeconds);
  const Amount amount = sum(from, second);
  const auto length = static_cast<std::uint64_t>(second - from);
  return {amount.video_bytes * 8 / length, amount.audio_bytes * 8 / length,
          static_cast<double>(amount.pictures) / static_cast<double>(length)};
}

std::optional<std::int64_t> IngestMeter::media(int seconds, base::MonotonicTime now) const {
  const std::int64_t second = second_of(now);
  if (first_ < 0 || second - seconds <= first_) return std::nullopt;
  return sum(second - seconds, second).media;
}

bool IngestMeter::is_full(base::MonotonicTime now) const {
  return first_ >= 0 && second_of(now) - first_ >= kSeconds;
}

}  // namespace live
