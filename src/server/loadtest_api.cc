// `rostrum loadtest api`: arguments, workers, report.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "io/files.h"
#include "io/loop.h"
#include "io/system.h"
#include "io/tls.h"
#include "server/ctl_words.h"
#include "server/loadtest.h"
#include "server/loadtest_arguments.h"
#include "server/loadtest_caller.h"
#include "server/loadtest_report.h"
#include "server/loadtest_run.h"

namespace server::loadtest {
namespace {

constexpr std::size_t kMaxValuesFile = std::size_t{64} << 20;

struct Plan {
  Target target;
  wire::aws::Credentials credentials;
  CallPattern pattern;
  std::string region;
  std::unique_ptr<io::TlsContext> tls;
  std::uint32_t connections = 1;
  std::uint64_t requests = 0;
  base::Duration duration{};
  unsigned loops = 1;
};

// The callers of one loop.
class Worker {
 public:
  using Figures = CallFigures;

  Worker(io::Loop& loop, const Plan& plan) {
    for (std::uint32_t i = loop.index(); i < plan.connections; i += plan.loops) {
      LoadCaller::Options options{.target = &plan.target,
                                  .tls = plan.tls.get(),
                                  .pattern = &plan.pattern,
                                  .credentials = &plan.credentials,
                                  .region = plan.region,
                                  .source = std::nullopt,
                                  .first = std::uint64_t{i} + 1,
                                  .stride = plan.connections,
                                  .last = plan.requests};
      if (const auto from = source_address(plan.target, i)) {
        if (auto address = io::Address::parse(*from, 0)) options.source = *address;
      }
      callers_.push_back(std::make_unique<LoadCaller>(loop, options, figures_));
    }
  }

  void start() {
    const base::MonotonicTime began = io::Loop::precise_now();
    for (const auto& caller : callers_) caller->start(began);
  }
  void finish() {
    finished_ = figures_;  // leaving is not counted
    for (const auto& caller : callers_) caller->close();
  }
  void close() { callers_.clear(); }
  const CallFigures& figures() const { return finished_ ? *finished_ : figures_; }

 private:
  CallFigures figures_;
  std::optional<CallFigures> finished_;
  std::vector<std::unique_ptr<LoadCaller>> callers_;
};

base::Expected<Plan> make_plan(const ApiOptions& options) {
  auto target = parse_target(options.url);
  if (!target) return base::fail(target.error());
  if (!target->scheme.starts_with("http")) {
    return base::fail(base::ErrorCode::kInvalid, "the API needs an http or https address");
  }
  const control::Operation* operation = ctl::find_operation(options.operation);
  if (operation == nullptr) {
    return base::fail(base::ErrorCode::kInvalid,
                      fmt::format("there is no operation {}", options.operation));
  }
  if (options.access_key_id.empty() || options.secret_access_key.empty()) {
    return base::fail(base::ErrorCode::kInvalid,
                      "an access key is needed: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  }
  const auto duration = parse_duration(options.duration);
  if (!duration) return base::fail(duration.error());
  std::vector<std::string> values;
  if (!options.values_file.empty()) {
    auto text = io::read_file(options.values_file, kMaxValuesFile);
    if (!text) return base::fail(text.error());
    values = parse_list(base::as_text(*text));
    if (values.empty()) {
      return base::fail(base::ErrorCode::kInvalid, "the file of values has none");
    }
  }
  auto pattern = CallPattern::create(*operation, options.input, std::move(values));
  if (!pattern) return base::fail(std::move(pattern.error()));
  if (auto room = check_room(options.count, 1); !room) return base::fail(room.error());
  Plan plan{.target = std::move(*target),
            .credentials = {options.access_key_id, options.secret_access_key, {}},
            .pattern = std::move(*pattern),
            .region = options.region,
            .tls = nullptr,
            .connections = options.count,
            .requests = options.requests,
            .duration = *duration,
            .loops = loop_count(options.loops, options.count)};
  if (plan.target.is_secure()) {
    auto tls = io::TlsContext::client({.alpn = {"http/1.1"}, .verify = options.verify_tls});
    if (!tls) return base::fail(tls.error());
    plan.tls = std::move(*tls);
  }
  return plan;
}

void print_second(std::chrono::seconds elapsed, const CallFigures& now, std::uint64_t& before) {
  fmt::print("{:>5} s  {:>7} answers/s  {:>6} failures  p99 {:.1f} ms\n", elapsed.count(),
             now.answers - before, now.failures.total(), now.latency.percentile_ms(0.99));
  (void)std::fflush(stdout);
  before = now.answers;
}

}  // namespace

int run_api(const ApiOptions& options) {
  const auto refuse = [](const base::Error& reason) {
    fmt::print(stderr, "rostrum loadtest api: {}\n", reason.message);
    return 2;
  };
  const auto plan = make_plan(options);
  if (!plan) return refuse(plan.error());
  const auto server_before = io::cpu_time_of(options.server_process);
  if (options.server_process != 0 && !server_before) return refuse(server_before.error());
  std::uint64_t before = 0;
  const CallFigures total = Run<Worker>::run(
      plan->loops, plan->duration,
      [&](io::Loop& loop) { return std::make_unique<Worker>(loop, *plan); },
      [&](std::chrono::seconds elapsed, const CallFigures& figures) {
        if (!options.json) print_second(elapsed, figures, before);
      });
  const auto server_after = io::cpu_time_of(options.server_process);
  const double seconds = std::chrono::duration<double>(total.last).count();
  Report report;
  report.add("connections", std::uint64_t{options.count});
  report.add("answers", total.answers);
  report.add("seconds", seconds);
  report.add("answers_a_second", seconds > 0 ? static_cast<double>(total.answers) / seconds : 0);
  report.add("latency", total.latency);
  report.add("failures", total.failures);
  report.add("bytes", total.bytes);
  const std::uint64_t all = total.answers + total.failures.total();
  if (server_before && server_after && all > 0) {
    const auto spent = std::chrono::duration<double, std::micro>(*server_after - *server_before);
    report.add("server_cpu_us", spent.count() / static_cast<double>(all));
  }
  report.add("cpu_ms", own_cpu_ms());
  report.print(options.json);
  return total.failures.total() == 0 && total.answers > 0 ? 0 : 1;
}

}  // namespace server::loadtest
