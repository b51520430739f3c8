// `rostrum loadtest publish`: arguments, workers, report.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "io/files.h"
#include "io/loop.h"
#include "io/system.h"
#include "io/timer.h"
#include "io/tls.h"
#include "server/loadtest.h"
#include "server/loadtest_arguments.h"
#include "server/loadtest_publisher.h"
#include "server/loadtest_report.h"
#include "server/loadtest_run.h"

namespace server::loadtest {
namespace {

struct Plan {
  Target target;
  std::vector<std::string> streams;  // secrets
  std::unique_ptr<io::TlsContext> tls;
  SyntheticSource source;
  Spread spread;
  base::Duration duration{};
  unsigned loops = 1;
};

// The publishers of one loop.
class Worker {
 public:
  using Figures = PublishFigures;

  Worker(io::Loop& loop, const Plan& plan) : timer_(loop) {
    for (std::size_t i = loop.index(); i < plan.streams.size(); i += plan.loops) {
      starts_.push_back(plan.spread.start_of(i));
      publishers_.push_back(std::make_unique<LoadPublisher>(loop, plan.target, plan.streams[i],
                                                            plan.tls.get(), plan.source, figures_));
    }
  }

  void start() {
    began_ = io::Loop::precise_now();
    start_due();
  }
  void finish() {
    timer_.cancel();
    for (const auto& publisher : publishers_) publisher->finish();
  }
  void close() { publishers_.clear(); }
  const PublishFigures& figures() const { return figures_; }

 private:
  void start_due() {
    const base::MonotonicTime now = io::Loop::precise_now();
    while (next_ < publishers_.size() && began_ + starts_[next_] <= now) {
      publishers_[next_++]->start();
    }
    if (next_ < publishers_.size()) {
      timer_.start_at(began_ + starts_[next_], [this] { start_due(); });
    }
  }

  PublishFigures figures_;
  std::vector<base::Duration> starts_;
  std::vector<std::unique_ptr<LoadPublisher>> publishers_;
  std::size_t next_ = 0;
  base::MonotonicTime began_{};
  io::Timer timer_;
};

base::Expected<Plan> make_plan(const PublishOptions& options) {
  auto target = parse_target(options.url);
  if (!target) return base::fail(target.error());
  if (!target->scheme.starts_with("rtmp")) {
    return base::fail(base::ErrorCode::kInvalid, "publishers need an rtmp or rtmps address");
  }
  const std::size_t slash = target->path.rfind('/');
  if (slash == 0 || slash + 1 == target->path.size()) {
    return base::fail(base::ErrorCode::kInvalid,
                      "the address must end with an application and a stream key: /app/KEY{n}");
  }
  const auto bitrate = parse_bitrate(options.bitrate);
  if (!bitrate) return base::fail(bitrate.error());
  const auto duration = parse_duration(options.duration);
  if (!duration) return base::fail(duration.error());
  if (auto room = check_room(options.count, 1); !room) return base::fail(room.error());
  Plan plan{.target = std::move(*target),
            .streams = {},
            .tls = nullptr,
            .source = SyntheticSource({.bitrate = *bitrate, .fps = options.fps}),
            .spread = {options.count, options.start_rate},
            .duration = {},
            .loops = loop_count(options.loops, options.count)};
  plan.duration = plan.spread.start_of(options.count) + *duration;
  const std::string pattern = plan.target.path.substr(slash + 1);
  std::vector<std::string> keys;
  if (!options.keys_file.empty()) {
    auto text = io::read_file(options.keys_file, 16 << 20);
    if (!text) return base::fail(text.error());
    keys = parse_list(base::as_text(*text));
    if (keys.size() < options.count) {
      return base::fail(base::ErrorCode::kInvalid,
                        fmt::format("{} publishers need as many keys, the file has {}",
                                    options.count, keys.size()));
    }
  }
  for (std::uint32_t i = 0; i < options.count; ++i) {
    plan.streams.push_back(keys.empty() ? expand_pattern(pattern, std::uint64_t{i} + 1)
                                        : expand_pattern(pattern, keys[i]));
  }
  if (plan.target.is_secure()) {
    auto tls = io::TlsContext::client({.verify = options.verify_tls});
    if (!tls) return base::fail(tls.error());
    plan.tls = std::move(*tls);
  }
  return plan;
}

void print_second(std::chrono::seconds elapsed, const PublishFigures& now, std::uint64_t& before) {
  fmt::print(
      "{:>5} s  {:>6} publishing  {:>4} refused  {:>4} dropped  {:>8.2f} Mbit/s  "
      "late p99 {:.1f} ms\n",
      elapsed.count(), now.publishing, now.refused.total(), now.dropped.total(),
      static_cast<double>(now.bytes - before) * 8 / 1e6, now.lateness.percentile_ms(0.99));
  (void)std::fflush(stdout);
  before = now.bytes;
}

}  // namespace

int run_publish(const PublishOptions& options) {
  const auto plan = make_plan(options);
  if (!plan) {
    fmt::print(stderr, "rostrum loadtest publish: {}\n", plan.error().message);
    return 2;
  }
  std::uint64_t before = 0;
  const PublishFigures total = Run<Worker>::run(
      plan->loops, plan->duration,
      [&](io::Loop& loop) { return std::make_unique<Worker>(loop, *plan); },
      [&](std::chrono::seconds elapsed, const PublishFigures& figures) {
        if (!options.json) print_second(elapsed, figures, before);
      });
  Report report;
  report.add("publishers", std::uint64_t{options.count});
  report.add("connected", total.connected);
  report.add("finished", total.finished);
  report.add("refused", total.refused);
  report.add("dropped", total.dropped);
  report.add("bytes", total.bytes);
  report.add("pictures", total.pictures);
  report.add("lateness", total.lateness);
  report.add("cpu_ms", own_cpu_ms());
  report.print(options.json);
  return total.refused.total() + total.dropped.total() == 0 ? 0 : 1;
}

}  // namespace server::loadtest
