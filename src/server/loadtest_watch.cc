// `rostrum loadtest watch`: arguments, workers, report.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "io/loop.h"
#include "io/timer.h"
#include "io/tls.h"
#include "server/loadtest.h"
#include "server/loadtest_arguments.h"
#include "server/loadtest_report.h"
#include "server/loadtest_run.h"
#include "server/loadtest_viewer.h"

namespace server::loadtest {
namespace {

constexpr std::uint32_t kDefaultSample = 100;

struct Plan {
  Target target;
  std::vector<std::string> paths;  // one a channel
  std::unique_ptr<io::TlsContext> tls;
  WatchMode mode = WatchMode::kLowLatency;
  bool hints = false;
  std::uint32_t sample = 0;
  Spread spread;
  base::Duration duration{};
  unsigned loops = 1;
};

// The viewers of one loop.
class Worker {
 public:
  using Figures = WatchFigures;

  Worker(io::Loop& loop, const Plan& plan) : caches_(plan.paths.size()), timer_(loop) {
    const std::uint32_t stride = std::max(1U, plan.spread.count / plan.sample);
    const std::uint64_t connections = plan.mode == WatchMode::kPark ? 1 : 2;
    for (std::uint32_t i = loop.index(); i < plan.spread.count; i += plan.loops) {
      const std::size_t channel = i % plan.paths.size();
      ViewerOptions options{.target = &plan.target,
                            .tls = plan.tls.get(),
                            .path = plan.paths[channel],
                            .mode = plan.mode,
                            .hints = plan.hints,
                            .reads_stamps = i % stride == 0,
                            .source = std::nullopt};
      if (const auto from = source_address(plan.target, i * connections)) {
        if (auto address = io::Address::parse(*from, 0)) options.source = *address;
      }
      starts_.push_back(plan.spread.start_of(i));
      viewers_.push_back(
          std::make_unique<LoadViewer>(loop, std::move(options), caches_[channel], figures_));
    }
  }

  void start() {
    began_ = io::Loop::precise_now();
    start_due();
  }
  void finish() {
    timer_.cancel();
    finished_ = figures_;  // leaving is not counted
    for (const auto& viewer : viewers_) viewer->close();
  }
  void close() { viewers_.clear(); }
  const WatchFigures& figures() const { return finished_ ? *finished_ : figures_; }

 private:
  void start_due() {
    const base::MonotonicTime now = io::Loop::precise_now();
    while (next_ < viewers_.size() && began_ + starts_[next_] <= now) viewers_[next_++]->start();
    if (next_ < viewers_.size()) {
      timer_.start_at(began_ + starts_[next_], [this] { start_due(); });
    }
  }

  WatchFigures figures_;
  std::optional<WatchFigures> finished_;
  std::vector<PlaylistCache> caches_;
  std::vector<base::Duration> starts_;
  std::vector<std::unique_ptr<LoadViewer>> viewers_;
  std::size_t next_ = 0;
  base::MonotonicTime began_{};
  io::Timer timer_;
};

base::Expected<Plan> make_plan(const WatchOptions& options) {
  auto target = parse_target(options.url);
  if (!target) return base::fail(target.error());
  if (!target->scheme.starts_with("http")) {
    return base::fail(base::ErrorCode::kInvalid, "viewers need an http or https address");
  }
  const auto duration = parse_duration(options.duration);
  if (!duration) return base::fail(duration.error());
  const std::uint64_t each = options.park ? 1 : 2;
  if (auto room = check_room(options.count, each); !room) return base::fail(room.error());
  Plan plan;
  plan.target = std::move(*target);
  for (std::uint32_t i = 1; i <= options.channels; ++i) {
    std::string path = expand_pattern(plan.target.path, std::uint64_t{i});
    if (!options.container.empty()) {
      path += (path.find('?') == std::string::npos ? "?container=" : "&container=");
      path += options.container;
    }
    plan.paths.push_back(std::move(path));
  }
  plan.mode = options.park              ? WatchMode::kPark
              : options.mode == "plain" ? WatchMode::kPlain
                                        : WatchMode::kLowLatency;
  plan.hints = options.hints;
  plan.sample = options.sample > 0 ? options.sample : kDefaultSample;
  plan.spread = {options.count, options.start_rate};
  plan.duration = plan.spread.start_of(options.count) + *duration;
  plan.loops = loop_count(options.loops, options.count);
  if (plan.target.is_secure()) {
    auto tls = io::TlsContext::client({.alpn = {"http/1.1"}, .verify = options.verify_tls});
    if (!tls) return base::fail(tls.error());
    plan.tls = std::move(*tls);
  }
  return plan;
}

void print_second(std::chrono::seconds elapsed, const WatchFigures& now, WatchFigures& before) {
  fmt::print(
      "{:>5} s  {:>6} playing  {:>6} parked  {:>7} requests/s  {:>8.2f} Mbit/s  "
      "{:>4} failures  {:>4} late\n",
      elapsed.count(), now.playing, now.parked, now.requests - before.requests,
      static_cast<double>(now.bytes - before.bytes) * 8 / 1e6, now.failures.total(), now.late);
  (void)std::fflush(stdout);
  before = now;
}

}  // namespace

int run_watch(const WatchOptions& options) {
  const auto plan = make_plan(options);
  if (!plan) {
    fmt::print(stderr, "rostrum loadtest watch: {}\n", plan.error().message);
    return 2;
  }
  WatchFigures before;
  const WatchFigures total = Run<Worker>::run(
      plan->loops, plan->duration,
      [&](io::Loop& loop) { return std::make_unique<Worker>(loop, *plan); },
      [&](std::chrono::seconds elapsed, const WatchFigures& figures) {
        if (!options.json) print_second(elapsed, figures, before);
      });
  Report report;
  report.add("viewers", std::uint64_t{options.count});
  if (options.park) {
    report.add("parked", static_cast<std::uint64_t>(std::max<std::int64_t>(0, total.parked)));
    report.add("expired", total.expired);
  } else {
    report.add("playing", total.playing);
    report.add("pieces", total.pieces);
    report.add("late", total.late);
    report.add("join", total.join);
    report.add("frame", total.frame);
    report.add("media", total.media);
  }
  report.add("requests", total.requests);
  report.add("bytes", total.bytes);
  report.add("failures", total.failures);
  report.add("playlist", total.playlist);
  report.add("cpu_ms", own_cpu_ms());
  report.print(options.json);
  return total.failures.total() == 0 ? 0 : 1;
}

}  // namespace server::loadtest
