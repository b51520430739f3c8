// What happens to streams, written down: sessions with their events, and the events that others are
// told. Called on the channels' home loops; writes on the writer's thread, in order.
#pragma once

#include <string>

#include "control/event_bus.h"
#include "control/live_board.h"
#include "control/platform.h"
#include "live/live.h"

namespace control {

class StreamRecorder final : public live::StreamEvents {
 public:
  explicit StreamRecorder(Platform& platform) : platform_(platform) {}

  void on_event(const live::StreamEvent& event) override;

  /// A limit of the whole account ("Concurrent Viewers", "viewers"). From any thread.
  void on_account_limit(std::string name, std::string unit, std::int64_t limit,
                        std::int64_t exceeded_by, base::WallTime at);
  /// Ends the sessions that a crash left open, at the time they were last seen. Before the loops
  /// run.
  base::Expected<void> end_orphans(io::SqlConnection& sql);
  /// From time to time: notes that the open sessions are still there, and forgets old ones.
  void look_after(base::WallTime now);

 private:
  Platform& platform_;
};

/// `ingestConfiguration` and `ingestConfigurations` of a session, from what the encoder announced.
boost::json::object ingest_object(const live::StreamStatus& status);

}  // namespace control
