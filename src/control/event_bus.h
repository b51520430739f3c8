// Events on their way out: kept with the change that caused them, then delivered to the targets of
// the rules that match, in order for each channel, at least once, over restarts.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "control/arn.h"
#include "control/control.h"
#include "control/event_rules.h"
#include "control/event_store.h"

namespace io {
class Loop;
class SqlConnection;
class SqlWorkers;
}  // namespace io

namespace control {

class NatsSender;
class SecretBox;

struct Event {
  std::string detail_type;  // "IVS Stream State Change"
  std::string resource;     // ARN of the channel; empty for limits of the whole account
  base::WallTime time{};
  boost::json::object detail;
  std::string source = "aws.ivs";  // or "rostrum": what the service does not have
};

struct EventBusOptions {
  event_store::Retention retention = {};
  /// UTC, from any thread; null: the system's clock.
  std::function<base::WallTime()> now = {};
  /// From 0 to 1, on the loop; null: the system's randomness.
  std::function<double()> random = {};
  /// Certificates that webhooks may have besides the system's authorities, in PEM.
  std::string trusted_certificates = {};
  /// Null: by io::NatsPublisher.
  std::function<std::unique_ptr<NatsSender>(io::Loop&)> make_nats = {};
};

class EventBus {
 public:
  /// Deliveries run on `loop`, which outlives it, as `sql` and `box` do. Rules of the configuration
  /// are checked here: kInvalid names the one that is wrong. The tables must be there
  /// (migrate_event_tables).
  static base::Expected<std::unique_ptr<EventBus>> create(io::Loop& loop, io::SqlWorkers& sql,
                                                          const SecretBox& box, Home home,
                                                          std::vector<RuleSettings> rules,
                                                          EventBusOptions options = {});
  virtual ~EventBus() = default;

  /// Inside a transaction on the writer's thread: keeps the event, and a delivery for each target
  /// of each rule that matches. Call wake() once it is committed.
  virtual base::Expected<void> record(io::SqlConnection& sql, const Event& event) = 0;
  /// From any thread: looks for new deliveries now.
  virtual void wake() = 0;
  /// From any thread: rules or targets have changed.
  virtual void rules_changed() { wake(); }
  virtual const ConfiguredRules& configured() const = 0;
  /// Begins to deliver, with what an earlier run left undone. On its loop.
  virtual void start() = 0;
  /// Ends deliveries under way (they are made again after the next start). On its loop.
  virtual void stop() = 0;
  /// Whether something is being delivered, or looked for. On its loop.
  virtual bool is_busy() const = 0;

  // As in Control.
  virtual std::uint64_t subscribe(Control::EventLine subscriber) = 0;
  virtual void unsubscribe(std::uint64_t token) = 0;
  using Notices = std::move_only_function<void(base::Expected<std::vector<EventNotice>>)>;
  virtual void read_after(std::uint64_t after, std::size_t limit, Notices done) = 0;
};

}  // namespace control
