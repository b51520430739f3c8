// Tells subscribers every event once it is committed, in order. Reads the database only while
// somebody listens. On its loop.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "control/control.h"
#include "control/loop_sql.h"

namespace control {

class EventFeed {
 public:
  EventFeed(io::Loop& loop, io::SqlWorkers& sql) : sql_(loop, sql) {}

  void add(std::uint64_t token, Control::EventLine subscriber);
  void remove(std::uint64_t token) { subscribers_.erase(token); }
  /// Something was committed.
  void look();

 private:
  struct Subscriber {
    Control::EventLine call;
    bool knows_start = false;
  };

  void on_start(std::int64_t sequence);
  void look_again();

  std::map<std::uint64_t, Subscriber> subscribers_;
  std::optional<std::int64_t> told_;  // the last event that subscribers know; nothing: not known
  bool reading_ = false;
  bool again_ = false;
  LoopSql sql_;  // last: its end waits for what refers to the others
};

}  // namespace control
