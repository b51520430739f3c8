#include "control/event_bus.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <limits>
#include <optional>
#include <random>

#include "base/crypto.h"
#include "base/log.h"
#include "base/metrics.h"
#include "control/event_dispatcher.h"
#include "control/event_feed.h"
#include "control/loop_sql.h"
#include "control/webhook.h"
#include "io/loop.h"
#include "io/sql_workers.h"
#include "io/timer.h"

namespace control {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kLookAfter{10};
constexpr int kCleanUpEvery = 30;  // rounds of looking after

/// RFC 9562 section 5.4.
std::string random_uuid() {
  base::Bytes octets = base::random_octets(16);
  octets[6] = static_cast<std::uint8_t>((octets[6] & 0x0F) | 0x40);
  octets[8] = static_cast<std::uint8_t>((octets[8] & 0x3F) | 0x80);
  const std::string hex = base::to_hex(octets);
  const std::string_view all = hex;
  return fmt::format("{}-{}-{}-{}-{}", all.substr(0, 8), all.substr(8, 4), all.substr(12, 4),
                     all.substr(16, 4), all.substr(20));
}

class Bus final : public EventBus {
 public:
  Bus(io::Loop& loop, io::SqlWorkers& sql, const SecretBox& box, Home home,
      ConfiguredRules configured, EventBusOptions options)
      : loop_(loop),
        workers_(sql),
        home_(std::move(home)),
        options_(std::move(options)),
        configured_(std::move(configured)),
        matching_(configured_),
        dispatcher_(loop, sql, box, configured_, dispatcher_options()),
        feed_(loop, sql),
        timer_(loop),
        sql_(loop, sql) {}

  base::Expected<void> record(io::SqlConnection& sql, const Event& event) override;
  void wake() override {
    on_loop([](Bus& bus) {
      bus.dispatcher_.look();
      bus.feed_.look();
    });
  }
  const ConfiguredRules& configured() const override { return configured_; }
  void start() override {
    dispatcher_.start();
    look_after();
  }
  void stop() override {
    timer_.cancel();
    dispatcher_.stop();
  }
  bool is_busy() const override { return dispatcher_.is_busy(); }
  std::uint64_t subscribe(Control::EventLine subscriber) override {
    const std::uint64_t token = tokens_.take_next();
    on_loop([token, subscriber = std::move(subscriber)](Bus& bus) mutable {
      bus.feed_.add(token, std::move(subscriber));
    });
    return token;
  }
  void unsubscribe(std::uint64_t token) override {
    on_loop([token](Bus& bus) { bus.feed_.remove(token); });
  }
  void read_after(std::uint64_t after, std::size_t limit, Notices done) override;

 private:
  EventDispatcher::Options dispatcher_options() {
    if (!options_.now) options_.now = &io::Loop::wall_now;
    if (!options_.random) {
      options_.random = [generator = std::mt19937(std::random_device()())]() mutable {
        return std::uniform_real_distribution<double>()(generator);
      };
    }
    return {.now = options_.now,
            .random = options_.random,
            .http = {.trusted = options_.trusted_certificates, .max_idle_per_server = 16},
            .nats = options_.make_nats ? options_.make_nats(loop_) : make_nats_sender(loop_)};
  }

  template <class Do>
  void on_loop(Do action) {
    loop_.post([weak = std::weak_ptr<Bus*>(self_), action = std::move(action)]() mutable {
      if (const auto alive = weak.lock()) action(**alive);
    });
  }

  void look_after();
  void clean_up();

  io::Loop& loop_;
  io::SqlWorkers& workers_;
  const Home home_;
  EventBusOptions options_;
  const ConfiguredRules configured_;
  MatchingRules matching_;  // on the writer's thread only
  base::Counter tokens_;
  EventDispatcher dispatcher_;
  EventFeed feed_;
  io::Timer timer_;
  int rounds_ = 0;
  base::Gauge& backlog_ =
      base::metrics().gauge("rostrum_event_backlog", "Deliveries of events that wait");
  const std::shared_ptr<Bus*> self_ = std::make_shared<Bus*>(this);
  LoopSql sql_;  // last: its end waits for what refers to the others
};

base::Expected<void> Bus::record(io::SqlConnection& sql, const Event& event) {
  const base::WallTime now = options_.now();
  NewEvent kept{.id = random_uuid(),
                .resource = event.resource,
                .detail_type = event.detail_type,
                .envelope = {},
                .recorded_at = now};
  json::array resources;
  if (!event.resource.empty()) resources.emplace_back(event.resource);
  const json::object envelope{{"version", "0"},
                              {"id", kept.id},
                              {"detail-type", event.detail_type},
                              {"source", event.source},
                              {"account", home_.account},
                              {"time", base::to_rfc3339(event.time)},
                              {"region", home_.region},
                              {"resources", std::move(resources)},
                              {"detail", event.detail}};
  kept.envelope = json::serialize(envelope);
  auto sequence = event_store::append(sql, kept);
  if (!sequence) return base::fail(std::move(sequence.error()));
  auto matches = matching_.match(sql, envelope);
  if (!matches) return base::fail(std::move(matches.error()));
  for (MatchingRules::Match& match : *matches) {
    const LaneKey lane{std::move(match.rule), std::move(match.target), event.resource};
    auto queued = event_store::queue(sql, lane, *sequence, now);
    if (!queued) return queued;
  }
  return {};
}

void Bus::read_after(std::uint64_t after, std::size_t limit, Notices done) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  auto kept = std::make_shared<Notices>(std::move(done));  // it is needed if the read is refused
  const bool taken = workers_.read([after = static_cast<std::int64_t>(std::min(after, kMost)),
                                    limit, kept](io::SqlConnection& sql) {
    auto events = event_store::following(sql, after, static_cast<std::int64_t>(limit));
    if (!events) {
      (*kept)(base::fail(std::move(events.error())));
      return;
    }
    std::vector<EventNotice> notices;
    for (KeptEvent& event : *events) {
      notices.push_back(
          {.sequence = static_cast<std::uint64_t>(event.sequence),
           .channel_arn = std::move(event.resource),
           .detail_type = std::move(event.detail_type),
           .envelope = std::make_shared<const std::string>(std::move(event.envelope))});
    }
    (*kept)(std::move(notices));
  });
  if (!taken) (*kept)(base::fail(base::ErrorCode::kLimit, "too much waits for the database"));
}

void Bus::look_after() {
  (void)sql_.read([](io::SqlConnection& sql) { return event_store::backlog(sql); },
                  [this](base::Expected<std::int64_t> count) {
                    if (count) backlog_.set(*count);
                  });
  dispatcher_.look();
  if (rounds_++ % kCleanUpEvery == 0) clean_up();
  timer_.start(kLookAfter, [this] { look_after(); });
}

void Bus::clean_up() {
  auto more = std::make_shared<bool>(false);  // written by the writer, read after its end
  sql_.write(
      [retention = options_.retention, now = options_.now(),
       more](io::SqlConnection& sql) -> base::Expected<void> {
        auto step = event_store::clean_up(sql, retention, now);
        if (!step) return base::fail(std::move(step.error()));
        *more = *step;
        return {};
      },
      [this, more](base::Expected<void> done) {
        if (!done) {
          base::log_error("old events cannot be deleted", {{"reason", done.error().message}});
        } else if (*more && timer_.is_running()) {
          clean_up();
        }
      });
}

}  // namespace

base::Expected<std::unique_ptr<EventBus>> EventBus::create(io::Loop& loop, io::SqlWorkers& sql,
                                                           const SecretBox& box, Home home,
                                                           std::vector<RuleSettings> rules,
                                                           EventBusOptions options) {
  auto configured = ConfiguredRules::create(rules);
  if (!configured) return base::fail(std::move(configured.error()));
  return std::make_unique<Bus>(loop, sql, box, std::move(home), std::move(*configured),
                               std::move(options));
}

}  // namespace control
