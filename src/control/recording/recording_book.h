// What the recorder tells, written down: rows of recordings, the events of the service, and the
// events of stream sessions. Called on the recorder's thread; writes on the writer's thread, in
// order for each recording.
//
// A recording's end is told behind the end of its last stream: it waits for that, though not long.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/time.h"
#include "io/sql.h"
#include "record/record.h"

namespace io {
class Loop;
class SqlWorkers;
class Timer;
}  // namespace io

namespace control {

class EventBus;

class RecordingBook {
 public:
  /// `loop` is control's own; all outlive it.
  RecordingBook(io::SqlWorkers& sql, EventBus& events, io::Loop& loop);
  ~RecordingBook();

  /// From any thread.
  void on_notice(const record::Notice& notice, base::WallTime now);

  /// What goes on is known better here than from its row: from any thread.
  std::optional<record::Facts> find_open(const std::string& recording) const;
  /// The channel's recording, or window back, that goes on and has media.
  std::optional<record::Facts> find_open_of(const base::ChannelId& channel) const;
  /// Seconds recorded of each channel since the last call.
  std::map<std::string, double> take_recorded_seconds();

  /// Recordings of which nobody has heard for long, and that the recorder does not know, have
  /// failed. On a writer, from time to time.
  base::Expected<void> give_up_lost(io::SqlConnection& sql, base::WallTime now);

  // On control's loop.
  void start();
  /// From now on nothing waits.
  void stop();

 private:
  struct Letter;
  struct Open {
    record::Facts facts;
    base::Duration counted{};
  };
  struct State {
    std::map<std::string, Open, std::less<>> open;
    std::map<std::string, double> recorded;
    bool waits = false;  // between start and stop
  };

  void keep_figures(const record::Notice& notice);
  void write(std::shared_ptr<const Letter> letter, int attempt);
  void write_later(std::shared_ptr<const Letter> letter, int attempt);
  void send_waiting();

  io::SqlWorkers& sql_;
  EventBus& events_;
  io::Loop& loop_;
  base::Guarded<State> state_;
  // On the loop.
  std::vector<std::pair<std::shared_ptr<const Letter>, int>> waiting_;
  std::unique_ptr<io::Timer> timer_;
};

/// Writes one notice down, and its event: inside a transaction on the writer's thread. True if
/// events are to be delivered.
base::Expected<bool> write_notice(io::SqlConnection& sql, EventBus& events,
                                  const record::Notice& notice, base::WallTime now);

}  // namespace control
