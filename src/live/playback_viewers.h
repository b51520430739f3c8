// Who watches a channel on one loop, and how the loops' views of that are put together. Viewers are
// told apart by a hash: a viewer whose connections are on several loops is one viewer.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "live/live.h"

namespace live {

/// Names a viewer for counting: its session, or for open channels its address and program.
std::uint64_t viewer_hash(std::string_view session, std::string_view remote_address,
                          std::string_view user_agent);

/// What one loop tells of a channel's viewers: all of them, or every 2^coarseness-th by hash, so
/// that the same viewer is told by every loop or by none.
struct ViewerSample {
  struct Viewer {
    std::uint64_t hash = 0;
    CountryCode country{};
  };
  std::size_t total = 0;
  unsigned coarseness = 0;
  std::vector<Viewer> viewers;
};

struct ViewerCount {
  std::uint32_t viewers = 0;
  std::vector<std::pair<CountryCode, std::uint32_t>> by_country;  // their sum is `viewers`
};

/// The viewers of a channel on all loops. Exact up to ViewerTable::kSampled viewers a loop,
/// estimated beyond.
ViewerCount merge(std::vector<ViewerSample> samples);

/// The viewers that one loop keeps over all channels.
struct ViewerBudget {
  static constexpr std::size_t kMost = 1'000'000;
  std::size_t used = 0;
};

/// The viewers of one channel on one loop. Owned by its view, which the loop owns.
class ViewerTable {
 public:
  /// Beyond this viewers are not counted.
  static constexpr std::size_t kMost = 200'000;
  static constexpr std::size_t kSampled = 16'384;
  /// How long somebody who asks for nothing still counts.
  static constexpr base::Duration kKept = std::chrono::seconds(15);

  explicit ViewerTable(ViewerBudget& budget) : budget_(budget) {}
  ~ViewerTable() { budget_.used -= viewers_.size(); }
  ViewerTable(const ViewerTable&) = delete;
  ViewerTable& operator=(const ViewerTable&) = delete;

  /// It asked for something; `admission` is asked for the country if it is new.
  void seen(std::uint64_t viewer, base::MonotonicTime now, std::string_view remote_address,
            ViewAdmission& admission);
  void forget_gone(base::MonotonicTime now);
  ViewerSample sample(base::MonotonicTime now) const;

 private:
  struct Entry {
    base::MonotonicTime last_seen{};
    CountryCode country{};
  };
  ViewerBudget& budget_;
  std::unordered_map<std::uint64_t, Entry> viewers_;  // by hash
};

}  // namespace live
