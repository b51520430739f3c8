#include "control/event_dispatcher.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/metrics.h"
#include "io/loop.h"

namespace control {
namespace {

using Next = LaneResult::Next;

// Deliveries read at once for a lane, and how long they may go on before what came of them is
// written down: after a crash they are made again.
constexpr std::int64_t kBatch = 8;
constexpr std::chrono::seconds kWriteDownAfter{1};
// Due lanes looked at besides those under way, which are due until their end is written down.
constexpr std::size_t kLook = 64;
constexpr std::chrono::seconds kAfterFailure{1};  // of the database
// Clocks are set now and then: nothing waits longer than this for another look.
constexpr std::chrono::minutes kLongestSleep{1};

struct Counters {
  base::Counter& delivered = base::metrics().counter("rostrum_events_delivered_total",
                                                     "Deliveries of events that were accepted");
  base::Counter& failed = base::metrics().counter("rostrum_event_attempts_failed_total",
                                                  "Attempts to deliver an event that failed");
  base::Counter& dead = base::metrics().counter("rostrum_events_dead_total",
                                                "Deliveries of events that were given up");
  base::Histogram& delay = base::metrics().histogram(
      "rostrum_event_delivery_seconds", "From an event to its acceptance by a target",
      {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 60, 3600});
};

Counters& counters() {
  static Counters instance;
  return instance;
}

}  // namespace

/// A lane that is being tried.
struct EventDispatcher::Active {
  Active(io::Loop& loop, Lane from) : lane(std::move(from)), retry_timer(loop) {}

  Lane lane;
  std::uint64_t number = 0;  // answers for an earlier one of the same key are not meant
  EventTarget target;
  std::vector<Delivery> deliveries;
  std::size_t next = 0;
  std::int64_t delivered_up_to = 0;
  bool is_orphan = false;  // its target has gone
  base::MonotonicTime began{};
  std::unique_ptr<HttpClient::PendingRequest> request;
  std::optional<LaneResult> result;  // while it is being written
  io::Timer retry_timer;             // of the writing

  const Delivery& current() const { return deliveries[next]; }
};

/// What a look at the database gave.
struct EventDispatcher::Found {
  struct Ready {
    Lane lane;
    std::optional<EventTarget> target;  // nothing: there is none any more
    std::string broken;                 // why the target cannot be used
    std::vector<Delivery> deliveries;
  };
  std::vector<Ready> ready;
  bool more = false;
  std::optional<base::WallTime> next_due;
  base::Expected<void> result;
};

EventDispatcher::EventDispatcher(io::Loop& loop, io::SqlWorkers& sql, const SecretBox& box,
                                 const ConfiguredRules& configured, Options options)
    : loop_(loop),
      box_(box),
      configured_(configured),
      options_(std::move(options)),
      http_(loop, options_.http),
      due_timer_(loop),
      sql_(loop, sql) {}

EventDispatcher::~EventDispatcher() = default;

void EventDispatcher::start() {
  running_ = true;
  look();
}

void EventDispatcher::stop() {
  running_ = false;
  due_timer_.cancel();
  for (const auto& [key, lane] : lanes_) {
    if (lane->result || lane->delivered_up_to == 0) continue;
    const LaneResult result{.key = key, .delivered_up_to = lane->delivered_up_to};
    sql_.write([result, now = options_.now()](io::SqlConnection& sql) -> base::Expected<void> {
      auto applied = event_store::apply(sql, result, now);
      if (!applied) return base::fail(std::move(applied.error()));
      return {};
    });
  }
  lanes_.clear();
}

void EventDispatcher::look_later(base::Duration after) {
  due_timer_.start(std::clamp<base::Duration>(after, std::chrono::milliseconds(1), kLongestSleep),
                   [this] { look(); });
}

void EventDispatcher::look() {
  if (!running_) return;
  if (looking_) {
    look_again_ = true;
    return;
  }
  if (lanes_.size() >= kMaxLanes) return;  // the end of one of them looks again
  std::vector<LaneKey> busy;
  busy.reserve(lanes_.size());
  for (const auto& [key, lane] : lanes_) busy.push_back(key);
  looking_ = sql_.read(
      [&box = box_, &configured = configured_, now = options_.now(), busy = std::move(busy)](
          io::SqlConnection& sql) { return find_due(sql, box, configured, now, busy); },
      [this](Found found) { on_found(std::move(found)); });
  if (!looking_) look_later(kAfterFailure);
}

// On a reader's thread. `busy` is in order.
EventDispatcher::Found EventDispatcher::find_due(io::SqlConnection& sql, const SecretBox& box,
                                                 const ConfiguredRules& configured,
                                                 base::WallTime now,
                                                 const std::vector<LaneKey>& busy) {
  Found out;
  std::map<TargetName, std::size_t> in_use;
  for (const LaneKey& key : busy) ++in_use[{key.rule, key.target}];
  std::map<TargetName, Found::Ready> targets;  // without lane and deliveries
  std::size_t room = kMaxLanes - busy.size();

  const auto add = [&](std::vector<Lane> lanes) -> base::Expected<void> {
    for (Lane& lane : lanes) {
      if (std::ranges::binary_search(busy, lane.key)) continue;
      const TargetName name{lane.key.rule, lane.key.target};
      if (in_use[name] >= kMaxLanesOfTarget) continue;
      if (room == 0) {
        out.more = true;
        return {};
      }
      auto known = targets.find(name);
      if (known == targets.end()) {
        Found::Ready ready;
        auto target = load_event_target(sql, box, configured, name.first, name.second);
        if (target) {
          ready.target = std::move(*target);
        } else if (sql.is_failed() || target.error().code != base::ErrorCode::kMalformed) {
          return base::fail(std::move(target.error()));
        } else {
          ready.broken = target.error().message;
        }
        known = targets.emplace(name, std::move(ready)).first;
      }
      auto deliveries = event_store::first_of(sql, lane.key, kBatch);
      if (!deliveries) return base::fail(std::move(deliveries.error()));
      Found::Ready ready = known->second;
      ready.lane = std::move(lane);
      ready.deliveries = std::move(*deliveries);
      out.ready.push_back(std::move(ready));
      ++in_use[name];
      --room;
    }
    return {};
  };

  const auto look = [&]() -> base::Expected<void> {
    if (auto begun = sql.begin(false); !begun) return begun;
    const std::size_t most = busy.size() + kLook;
    auto lanes = event_store::due_lanes(sql, now, static_cast<std::int64_t>(most));
    if (!lanes) return base::fail(std::move(lanes.error()));
    if (lanes->size() < most) {
      if (auto added = add(std::move(*lanes)); !added) return added;
    } else {
      // So much waits that one target might hide the others: each gets its share.
      auto waiting = event_store::waiting_targets(sql);
      if (!waiting) return base::fail(std::move(waiting.error()));
      for (const LaneKey& target : *waiting) {
        auto some = event_store::due_lanes_of(sql, target.rule, target.target, now,
                                              2 * std::int64_t{kMaxLanesOfTarget});
        if (!some) return base::fail(std::move(some.error()));
        if (auto added = add(std::move(*some)); !added) return added;
      }
    }
    auto next = event_store::next_due(sql, now);
    if (!next) return base::fail(std::move(next.error()));
    out.next_due = *next;
    return {};
  };
  out.result = look();
  sql.rollback();
  return out;
}

void EventDispatcher::on_found(Found found) {
  looking_ = false;
  if (!running_) return;
  if (!found.result) {
    base::log_error("events cannot be delivered now", {{"reason", found.result.error().message}});
    look_later(kAfterFailure);
    return;
  }
  for (Found::Ready& ready : found.ready) {
    const LaneKey key = ready.lane.key;
    auto made = std::make_unique<Active>(loop_, std::move(ready.lane));
    Active& lane = *lanes_.emplace(key, std::move(made)).first->second;
    lane.number = next_number_++;
    lane.began = loop_.now();
    lane.deliveries = std::move(ready.deliveries);
    lane.is_orphan = !ready.target && ready.broken.empty();
    if (lane.is_orphan || lane.deliveries.empty()) {
      finish(lane, {});
    } else if (!ready.broken.empty()) {
      on_outcome(lane, {DeliveryOutcome::Kind::kRetry, ready.broken, {}});
    } else {
      lane.target = std::move(*ready.target);
      try_next(lane);
    }
  }
  if (found.next_due) {
    look_later(*found.next_due - options_.now());
  } else {
    due_timer_.cancel();
  }
  if (std::exchange(look_again_, false) || found.more) look();
}

void EventDispatcher::try_next(Active& lane) {
  const Delivery& delivery = lane.current();
  if (lane.target.kind == EventTarget::Kind::kWebhook) {
    lane.request = http_.send(webhook_request(lane.target, delivery, options_.now()),
                              [this, &lane](base::Expected<HttpClient::Answer> answer) {
                                on_outcome(lane, outcome_of(answer));
                              });
    return;
  }
  const auto told = [this, key = lane.lane.key, number = lane.number,
                     place = lane.next](base::Expected<void> result) {
    const auto found = lanes_.find(key);
    if (found == lanes_.end() || found->second->number != number || found->second->next != place ||
        found->second->result) {
      return;
    }
    DeliveryOutcome outcome;
    if (!result) outcome = {DeliveryOutcome::Kind::kRetry, result.error().message, {}};
    on_outcome(*found->second, std::move(outcome));
  };
  if (options_.nats == nullptr) {
    loop_.post([told, gone = std::weak_ptr(alive_)] {
      if (gone.lock() == nullptr) return;
      told(base::fail(base::ErrorCode::kUnsupported, "this server cannot reach NATS"));
    });
    return;
  }
  const LaneKey& key = lane.lane.key;
  options_.nats->publish(
      lane.target.url, nats_subject(lane.target.subject, delivery.detail_type, key.channel),
      delivery.envelope, fmt::format("{}/{}/{}", delivery.event_id, key.rule, key.target), told);
}

// May be the last thing that happens to the lane.
void EventDispatcher::on_outcome(Active& lane, DeliveryOutcome outcome) {
  const Delivery& delivery = lane.current();
  const base::WallTime now = options_.now();
  lane.request.reset();
  if (outcome.kind == DeliveryOutcome::Kind::kDelivered) {
    counters().delivered.add();
    counters().delay.observe(std::chrono::duration<double>(now - delivery.queued_at).count());
    lane.delivered_up_to = delivery.id;
    lane.lane.attempts = 0;
    ++lane.next;
    if (lane.next < lane.deliveries.size() && loop_.now() - lane.began < kWriteDownAfter) {
      try_next(lane);
    } else {
      finish(lane, {});
    }
    return;
  }
  counters().failed.add();
  LaneResult result{.failed = delivery.id, .attempts = lane.lane.attempts + 1};
  result.reason = outcome.reason.substr(0, 500);
  const base::WallTime last_attempt = delivery.queued_at + kPatience;
  if (outcome.kind == DeliveryOutcome::Kind::kRejected) {
    result.next = Next::kDead;
  } else if (now >= last_attempt) {
    result.next = Next::kDead;
    result.give_up_at = now - kPatience;
  } else {
    result.next = Next::kRetry;
    const base::Duration pause =
        std::max(retry_pause(result.attempts, options_.random()), outcome.wait);
    result.next_at =
        std::min(now + std::chrono::ceil<std::chrono::microseconds>(pause), last_attempt);
  }
  base::log_debug("event not delivered", {{"rule", lane.lane.key.rule},
                                          {"target", lane.lane.key.target},
                                          {"attempts", result.attempts},
                                          {"reason", result.reason}});
  finish(lane, std::move(result));
}

void EventDispatcher::finish(Active& lane, LaneResult result) {
  result.key = lane.lane.key;
  result.delivered_up_to = lane.delivered_up_to;
  lane.result = std::move(result);
  write_down(lane);
}

void EventDispatcher::write_down(Active& lane) {
  auto dead = std::make_shared<std::int64_t>(0);  // written by the writer, read after its end
  sql_.write(
      [result = *lane.result, dead, now = options_.now(), is_orphan = lane.is_orphan, &box = box_,
       &configured = configured_](io::SqlConnection& sql) -> base::Expected<void> {
        if (is_orphan) {
          const LaneKey& key = result.key;
          auto target = load_event_target(sql, box, configured, key.rule, key.target);
          if (!target) return base::fail(std::move(target.error()));
          return *target ? base::Expected<void>() : event_store::drop_lane(sql, key);
        }
        auto applied = event_store::apply(sql, result, now);
        if (!applied) return base::fail(std::move(applied.error()));
        *dead = *applied;
        return {};
      },
      [this, key = lane.lane.key, number = lane.number, dead](base::Expected<void> written) {
        const auto found = lanes_.find(key);
        if (found == lanes_.end() || found->second->number != number) return;  // stopped meanwhile
        Active& active = *found->second;
        if (!written) {
          // Not tried again before it is known what has been delivered.
          base::log_error("what became of events cannot be written",
                          {{"reason", written.error().message}});
          active.retry_timer.start(kAfterFailure, [this, &active] { write_down(active); });
          return;
        }
        if (*dead > 0) {
          counters().dead.add(static_cast<std::uint64_t>(*dead));
          base::log_warn("events given up", {{"rule", key.rule},
                                             {"target", key.target},
                                             {"count", *dead},
                                             {"reason", active.result->reason}});
        }
        lanes_.erase(found);
        look();
      });
}

}  // namespace control
