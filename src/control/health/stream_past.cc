#include "control/health/stream_past.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace control {
namespace {

// A quarter of a minute of health says what is usual.
constexpr std::size_t kEnough = 3;

double median(std::span<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

bool is_healthy(const PastFigure& figure) {
  return figure.measured && figure.health == live::Health::kHealthy;
}

}  // namespace

void StreamPast::add(const live::StreamStatus& status, base::WallTime now) {
  if (count_ > 0) {
    const base::WallTime last = at(count_ - 1).at;
    if (now < last) {
      *this = {};  // the clock was set back
    } else if (now - last < kApart) {
      return;
    }
  }
  PastFigure& figure = ring_[(first_ + count_) % kFigures];
  if (count_ < kFigures) {
    ++count_;
  } else {
    first_ = (first_ + 1) % kFigures;
  }
  figure = {.at = now,
            .measured = status.measured && status.live,
            .health = status.health,
            .video_bitrate = static_cast<double>(status.video_bitrate),
            .frame_rate = status.frame_rate,
            .repairs = status.repairs,
            .dropped = status.dropped.total(),
            .encoder = status.encoder_figures.value_or(live::EncoderFigures{})};
  if (is_healthy(figure)) learn();
}

void StreamPast::learn() {
  std::array<double, kFigures> bitrates{};
  std::array<double, kFigures> rates{};
  std::size_t known = 0;
  double sum = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    if (!is_healthy(at(i))) continue;
    bitrates[known] = at(i).video_bitrate;
    rates[known] = at(i).frame_rate;
    sum += bitrates[known++];
  }
  if (known < kEnough) return;
  const double mean = sum / static_cast<double>(known);
  double squares = 0;
  for (std::size_t i = 0; i < known; ++i) squares += (bitrates[i] - mean) * (bitrates[i] - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(known));
  usual_ = Usual{.video_bitrate = median(std::span(bitrates).first(known)),
                 .frame_rate = median(std::span(rates).first(known)),
                 .variation = mean > 0 ? deviation / mean : 0,
                 .figures = known};
}

const PastFigure* StreamPast::since(base::WallTime now, base::Duration age) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (now - at(i).at <= age) return &at(i);
  }
  return nullptr;
}

}  // namespace control
