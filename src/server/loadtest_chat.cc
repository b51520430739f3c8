// `rostrum loadtest chat`: arguments, workers, report.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <vector>

#include "io/loop.h"
#include "io/system.h"
#include "io/timer.h"
#include "io/tls.h"
#include "server/loadtest.h"
#include "server/loadtest_arguments.h"
#include "server/loadtest_member.h"
#include "server/loadtest_report.h"
#include "server/loadtest_rooms.h"
#include "server/loadtest_run.h"

namespace server::loadtest {
namespace {

using std::chrono::seconds;

/// A connection may make ten requests a second; a sender keeps well below.
constexpr double kMostOfOneSender = 8;
/// Ports on 127.0.0.1 that making tokens has used up for a minute, and places that each member
/// takes, so that several tests within a minute find free ports, too.
constexpr std::uint64_t kPortsOfCalls = 20'000;
constexpr std::uint64_t kPortsOfMember = 4;
/// Between the last start and the first message.
constexpr seconds kSettling{1};

struct Plan {
  Target target;
  std::unique_ptr<io::TlsContext> tls;
  const std::vector<std::string>* tokens = nullptr;
  std::uint32_t rooms = 1;
  std::uint32_t senders = 0;  // in each room
  base::Duration interval{};  // of one sender
  std::size_t size = 0;
  Spread spread;
  base::Duration duration{};
  unsigned loops = 1;

  base::Duration quiet() const { return spread.start_of(spread.count) + kSettling; }
};

// The members of one loop.
class Worker {
 public:
  using Figures = ChatFigures;

  Worker(io::Loop& loop, const Plan& plan)
      : plan_(plan), newest_(plan.rooms, NewestStamps(plan.senders)), timer_(loop) {
    for (std::uint32_t i = loop.index(); i < plan.spread.count; i += plan.loops) {
      const std::uint32_t in_room = i / plan.rooms;
      LoadMember::Options options{.target = &plan.target,
                                  .tls = plan.tls.get(),
                                  .token = (*plan.tokens)[i],
                                  .source = std::nullopt,
                                  .senders = plan.senders,
                                  .number = std::nullopt,
                                  .interval = plan.interval,
                                  .size = plan.size};
      if (in_room < plan.senders) options.number = in_room;
      if (const auto from = source_address(plan.target, kPortsOfCalls + i * kPortsOfMember)) {
        if (auto address = io::Address::parse(*from, 0)) options.source = *address;
      }
      starts_.push_back(plan.spread.start_of(i));
      members_.push_back(
          std::make_unique<LoadMember>(loop, options, figures_, newest_[i % plan.rooms]));
    }
  }

  void start() {
    began_ = io::Loop::precise_now();
    start_due();
  }
  void finish() {
    timer_.cancel();
    ended_ = true;
    for (const auto& member : members_) member->stop_sending();
  }
  void close() { members_.clear(); }
  ChatFigures figures() const {
    ChatFigures figures = figures_;
    if (ended_) {
      for (const auto& member : members_) figures.missing += member->missing();
    }
    return figures;
  }

 private:
  void start_due() {
    const base::MonotonicTime now = io::Loop::precise_now();
    while (next_ < members_.size() && began_ + starts_[next_] <= now) {
      members_[next_++]->start(began_, began_ + plan_.quiet());
    }
    if (next_ < members_.size()) {
      timer_.start_at(began_ + starts_[next_], [this] { start_due(); });
    }
  }

  const Plan& plan_;
  ChatFigures figures_;
  std::vector<NewestStamps> newest_;  // by room
  std::vector<base::Duration> starts_;
  std::vector<std::unique_ptr<LoadMember>> members_;
  std::size_t next_ = 0;
  bool ended_ = false;
  base::MonotonicTime began_{};
  io::Timer timer_;
};

// The server's CPU time while the rooms talk, and what was delivered in it.
class ServerMeter {
 public:
  ServerMeter(std::uint32_t process, base::Duration from) : process_(process), from_(from) {}

  void look(seconds elapsed, std::uint64_t deliveries) {
    if (process_ == 0 || elapsed < from_) return;
    const auto cpu = io::cpu_time_of(process_);
    if (!cpu) return;
    const Sample sample{*cpu, deliveries};
    if (!first_) first_ = sample;
    last_ = sample;
  }
  void report(Report& report) const {
    if (!first_ || last_.deliveries == first_->deliveries) return;
    const double spent = std::chrono::duration<double, std::micro>(last_.cpu - first_->cpu).count();
    const auto count = static_cast<double>(last_.deliveries - first_->deliveries);
    report.add("server_cpu_us", spent / count);
    report.add("deliveries_a_cpu_second", spent > 0 ? count / spent * 1e6 : 0);
  }

 private:
  struct Sample {
    std::chrono::nanoseconds cpu{};
    std::uint64_t deliveries = 0;
  };
  const std::uint32_t process_;
  const base::Duration from_;
  std::optional<Sample> first_;
  Sample last_;
};

/// http://host and ws://host are the same place.
base::Expected<Target> websocket_target(const ChatOptions& options) {
  std::string url = options.websocket_url.empty() ? options.url : options.websocket_url;
  if (url.starts_with("ws")) url.replace(0, 2, "http");
  auto target = parse_target(url);
  if (!target) return target;
  if (!target->scheme.starts_with("http")) {
    return base::fail(base::ErrorCode::kInvalid, "chat needs a ws or wss address");
  }
  return target;
}

base::Expected<Plan> make_plan(const ChatOptions& options) {
  auto target = websocket_target(options);
  if (!target) return base::fail(std::move(target.error()));
  const auto duration = parse_duration(options.duration);
  if (!duration) return base::fail(duration.error());
  if (options.access_key_id.empty() || options.secret_access_key.empty()) {
    return base::fail(base::ErrorCode::kInvalid,
                      "an access key is needed: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  }
  if (!options.room.empty() && options.rooms != 1) {
    return base::fail(base::ErrorCode::kInvalid, "one room is named, so there are no more");
  }
  if (auto room = check_room(options.count, 1); !room) return base::fail(room.error());
  Plan plan;
  plan.target = std::move(*target);
  plan.rooms = options.rooms;
  plan.size = options.size;
  plan.spread = {options.count, options.start_rate};
  plan.duration = plan.quiet() + *duration;
  plan.loops = loop_count(options.loops, options.count);
  if (options.rate > 0) {
    plan.senders = options.senders > 0
                       ? options.senders
                       : static_cast<std::uint32_t>(std::ceil(options.rate / kMostOfOneSender));
    if (std::uint64_t{plan.senders} * plan.rooms > options.count) {
      return base::fail(base::ErrorCode::kInvalid,
                        fmt::format("{} senders in each of {} rooms need more than {} members",
                                    plan.senders, plan.rooms, options.count));
    }
    plan.interval = std::chrono::nanoseconds(
        static_cast<std::int64_t>(1e9 * static_cast<double>(plan.senders) / options.rate));
  }
  if (plan.target.is_secure()) {
    auto tls = io::TlsContext::client({.alpn = {"http/1.1"}, .verify = options.verify_tls});
    if (!tls) return base::fail(std::move(tls.error()));
    plan.tls = std::move(*tls);
  }
  return plan;
}

void print_second(seconds elapsed, const ChatFigures& now, ChatFigures& before) {
  fmt::print(
      "{:>5} s  {:>6} members  {:>6} joins/s  {:>6} sent/s  {:>8} deliveries/s  p99 {:.1f} ms  "
      "{:>4} failures\n",
      elapsed.count(), now.open, now.joined - before.joined, now.sent - before.sent,
      now.deliveries - before.deliveries, now.latency.percentile_ms(0.99), now.failures.total());
  (void)std::fflush(stdout);
  before = now;
}

Report report_of(const ChatOptions& options, const ChatFigures& total, const ServerMeter& meter) {
  Report report;
  const auto share = [](std::uint64_t part, std::uint64_t of) {
    return of > 0 ? static_cast<double>(part) / static_cast<double>(of) : 0;
  };
  const double joining = std::chrono::duration<double>(total.last_join).count();
  report.add("members", std::uint64_t{options.count});
  report.add("joined", total.joined);
  report.add("open", static_cast<std::uint64_t>(std::max<std::int64_t>(0, total.open)));
  report.add("joins_a_second", joining > 0 ? static_cast<double>(total.joined) / joining : 0);
  report.add("join", total.join);
  report.add("sent", total.sent);
  report.add("deliveries", total.deliveries);
  report.add("message_octets", share(total.octets, total.deliveries));
  report.add("deliveries_a_read", share(total.deliveries, total.reads));
  report.add("missing", total.missing);
  report.add("repeated", total.repeated);
  report.add("latency", total.latency);
  report.add("failures", total.failures);
  meter.report(report);
  report.add("cpu_ms", own_cpu_ms());
  return report;
}

}  // namespace

int run_chat(const ChatOptions& options) {
  const auto refuse = [](const base::Error& reason) {
    fmt::print(stderr, "rostrum loadtest chat: {}\n", reason.message);
    return 2;
  };
  auto plan = make_plan(options);
  if (!plan) return refuse(plan.error());
  if (options.server_process != 0) {
    if (const auto cpu = io::cpu_time_of(options.server_process); !cpu) return refuse(cpu.error());
  }
  const auto rooms = LoadRooms::create({.access = {.endpoint = options.url,
                                                   .access_key_id = options.access_key_id,
                                                   .secret_access_key = options.secret_access_key,
                                                   .region = options.region,
                                                   .insecure = !options.verify_tls},
                                        .room = options.room,
                                        .rooms = options.rooms,
                                        .rate = options.rate,
                                        .members = options.count},
                                       [&](std::size_t tokens) {
                                         if (!options.json) fmt::print("{} tokens\n", tokens);
                                       });
  if (!rooms) return refuse(rooms.error());
  plan->tokens = &rooms->tokens();
  ServerMeter meter(options.server_process, plan->quiet());
  ChatFigures before;
  const ChatFigures total = Run<Worker>::run(
      plan->loops, plan->duration,
      [&](io::Loop& loop) { return std::make_unique<Worker>(loop, *plan); },
      [&](seconds elapsed, const ChatFigures& figures) {
        meter.look(elapsed, figures.deliveries);
        if (!options.json) print_second(elapsed, figures, before);
      });
  report_of(options, total, meter).print(options.json);
  const bool good = total.failures.total() == 0 && total.missing == 0 && total.repeated == 0 &&
                    total.joined == options.count;
  return good ? 0 : 1;
}

}  // namespace server::loadtest
