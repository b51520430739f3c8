#include "live/rendition_budget.h"

#include <algorithm>
#include <cmath>

#include "live/metrics.h"

namespace live {
namespace {

// libx264 veryfast on a machine of today.
constexpr RenditionCost kEstimate{0.003, 0.02};
constexpr double kUsualRate = 30;
// Sound costs little, but not nothing.
constexpr double kSound = 0.01;
constexpr double kFraction = 1e9;

double megapixels(double width, double height, double rate) {
  return width * height * (rate > 0 ? rate : kUsualRate) / 1e6;
}

}  // namespace

double default_rendition_cores(unsigned machine_cores) {
  return std::max(0.6, static_cast<double>(machine_cores) - 1);
}

RenditionBudget::RenditionBudget(const RenditionSettings& settings, unsigned machine_cores)
    : settings_(settings) {
  const double cores = settings.cores > 0 ? settings.cores : default_rendition_cores(machine_cores);
  cores_.set_capacity(std::llround(cores * 1000));
  decode_.set(std::llround(kEstimate.decode * kFraction));
  encode_.set(std::llround(kEstimate.encode * kFraction));
}

void RenditionBudget::set_cost(RenditionCost cost) {
  decode_.set(std::llround(cost.decode * kFraction));
  encode_.set(std::llround(cost.encode * kFraction));
  measured_.set(1);
}

std::int64_t RenditionBudget::cost_of(const media::VideoFormat& source,
                                      std::span<const PlannedRendition> renditions) const {
  double cores = 0;
  bool pictures = false;
  for (const PlannedRendition& rendition : renditions) {
    if (rendition.audio_bitrate > 0) cores += kSound;
    if (rendition.width == 0) continue;
    pictures = true;
    cores += megapixels(rendition.width, rendition.height, rendition.frame_rate) *
             static_cast<double>(encode_.value()) / kFraction;
  }
  if (pictures) {
    cores += megapixels(source.width, source.height, source.frame_rate) *
             static_cast<double>(decode_.value()) / kFraction;
  }
  return static_cast<std::int64_t>(std::ceil(cores * 1000));
}

bool RenditionBudget::Share::change(std::int64_t amount, std::int64_t renditions,
                                    std::int64_t shed) {
  if (amount > amount_ && !budget_.cores_.try_take(amount - amount_)) return false;
  if (amount < amount_) budget_.cores_.give_back(amount_ - amount);
  if ((renditions > 0) != (renditions_ > 0)) budget_.channels_.add(renditions > 0 ? 1 : -1);
  budget_.running_.add(renditions - renditions_);
  budget_.shed_.add(shed - shed_);
  rendition_gauge().add(renditions - renditions_);
  shed_rendition_gauge().add(shed - shed_);
  amount_ = amount;
  renditions_ = renditions;
  shed_ = shed;
  return true;
}

void RenditionBudget::Share::give_back() {
  (void)change(0, 0, 0);  // less is always possible
}

RenditionLoad RenditionBudget::load() const {
  RenditionLoad load;
  load.enabled = settings_.mode != RenditionSettings::Mode::kOff && !settings_.helper.empty();
  load.measured = is_measured();
  load.encoder = settings_.encoder;
  load.preset = settings_.preset;
  load.cores = static_cast<double>(cores_.capacity()) / 1000;
  load.used = static_cast<double>(cores_.used()) / 1000;
  load.channels = static_cast<std::uint32_t>(channels_.value());
  load.running = static_cast<std::uint32_t>(running_.value());
  load.shed = static_cast<std::uint32_t>(shed_.value());
  return load;
}

}  // namespace live
