// What the renditions of all channels may cost, and what they cost: one for the engine, used by
// all loops.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "base/budget.h"
#include "base/metrics.h"
#include "live/ladder.h"
#include "live/live.h"

namespace live {

/// Cores that are taken for each megapixel a second (width x height x pictures a second / 10^6).
struct RenditionCost {
  double decode = 0;  // of the source's
  double encode = 0;  // of the renditions'
};

class RenditionBudget {
 public:
  /// Estimates until something was measured.
  explicit RenditionBudget(const RenditionSettings& settings, unsigned machine_cores);

  void set_cost(RenditionCost cost);
  bool is_measured() const { return measured_.value() != 0; }

  /// In thousandths of a core.
  std::int64_t cost_of(const media::VideoFormat& source,
                       std::span<const PlannedRendition> renditions) const;

  /// A channel's share; gives it back at the end.
  class Share {
   public:
    explicit Share(RenditionBudget& budget) : budget_(budget) {}
    ~Share() { give_back(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    /// Takes so much instead of what it had, for so many renditions; false if there is not enough:
    /// then it has what it had.
    bool change(std::int64_t amount, std::int64_t renditions, std::int64_t shed);
    void give_back();

   private:
    RenditionBudget& budget_;
    std::int64_t amount_ = 0;
    std::int64_t renditions_ = 0;
    std::int64_t shed_ = 0;
  };

  RenditionLoad load() const;

 private:
  const RenditionSettings& settings_;
  base::Budget cores_;  // thousandths
  base::Gauge decode_;  // 10^-9 cores
  base::Gauge encode_;
  base::Gauge measured_;
  base::Gauge channels_;
  base::Gauge running_;
  base::Gauge shed_;
};

/// What renditions may cost on a machine of so many cores if nobody has said: one core less than
/// there are, but at least 0.6 of one.
double default_rendition_cores(unsigned machine_cores);

}  // namespace live
