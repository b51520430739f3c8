// What is live now, for the workers: filled from the engine's events and from the figures that are
// taken every five seconds. Safe from every thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/ids.h"
#include "base/time.h"
#include "live/live.h"

namespace control {

struct LiveStream {
  base::ChannelId channel;
  base::StreamId stream;
  base::WallTime started_at{};
  /// Something can be played: Stream Start was told.
  bool is_playable = false;
  live::Health health = live::Health::kUnknown;
  std::int64_t viewers = 0;
};

class LiveBoard {
 public:
  void on_event(const live::StreamEvent& event);
  void on_figures(const std::vector<live::StreamStatus>& streams);

  std::optional<LiveStream> find(const base::ChannelId& channel) const;
  /// A broadcast is on, playable or not: its channel must not change.
  bool is_busy(const base::ChannelId& channel) const;
  /// In the order of their channels' ids.
  std::vector<LiveStream> all() const;
  std::size_t streams() const;
  std::int64_t viewers() const;

 private:
  base::Guarded<std::map<std::string, LiveStream>> streams_;
};

}  // namespace control
