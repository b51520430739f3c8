// Delivers what waits: looks for lanes that are due, tries their first deliveries in order, writes
// down what came of it. Holds only what is being tried: a backlog stays in the database. On its
// loop; what it does at once is bounded for each target and in all.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "control/event_rules.h"
#include "control/event_store.h"
#include "control/http_client.h"
#include "control/loop_sql.h"
#include "control/webhook.h"
#include "io/timer.h"

namespace control {

class SecretBox;

class EventDispatcher {
 public:
  struct Options {
    /// UTC; from any thread.
    std::function<base::WallTime()> now;
    /// From 0 to 1.
    std::function<double()> random;
    HttpClient::Options http = {};
    /// Null: NATS targets cannot be reached.
    std::unique_ptr<NatsSender> nats = {};
  };
  static constexpr std::chrono::hours kPatience{24};
  /// Lanes tried at the same time.
  static constexpr std::size_t kMaxLanes = 256;
  static constexpr std::size_t kMaxLanesOfTarget = 16;

  /// All references outlive it.
  EventDispatcher(io::Loop& loop, io::SqlWorkers& sql, const SecretBox& box,
                  const ConfiguredRules& configured, Options options);
  ~EventDispatcher();
  EventDispatcher(const EventDispatcher&) = delete;
  EventDispatcher& operator=(const EventDispatcher&) = delete;

  void start();
  /// Looks for lanes that are due.
  void look();
  /// Gives up what is under way, which is tried again after the next start, and writes down what
  /// was delivered.
  void stop();
  /// Something is being looked for, tried or written down.
  bool is_busy() const { return looking_ || !lanes_.empty(); }

 private:
  struct Active;
  struct Found;
  using TargetName = std::pair<std::string, std::string>;  // rule, target

  static Found find_due(io::SqlConnection& sql, const SecretBox& box,
                        const ConfiguredRules& configured, base::WallTime now,
                        const std::vector<LaneKey>& busy);
  void on_found(Found found);
  void try_next(Active& lane);
  void on_outcome(Active& lane, DeliveryOutcome outcome);
  void finish(Active& lane, LaneResult result);
  void write_down(Active& lane);
  void look_later(base::Duration after);

  io::Loop& loop_;
  const SecretBox& box_;
  const ConfiguredRules& configured_;
  Options options_;
  HttpClient http_;
  io::Timer due_timer_;
  std::map<LaneKey, std::unique_ptr<Active>> lanes_;
  std::uint64_t next_number_ = 1;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  bool running_ = false;
  bool looking_ = false;
  bool look_again_ = false;
  LoopSql sql_;  // last: its end waits for what refers to the others
};

}  // namespace control
