#include "server/loadtest_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <thread>

#include "base/json_text.h"
#include "io/system.h"

namespace server::loadtest {
namespace {

constexpr std::uint64_t kOwnDescriptors = 64;

}  // namespace

void Report::add(std::string_view name, std::uint64_t value) {
  rows_.push_back({std::string(name), fmt::format("{}", value), fmt::format("{}", value)});
}

void Report::add(std::string_view name, double value) {
  rows_.push_back({std::string(name), fmt::format("{:.1f}", value), fmt::format("{:.3f}", value)});
}

void Report::add(std::string_view name, const Histogram& values) {
  if (values.count() == 0) {
    rows_.push_back({std::string(name), "none", "null"});
    return;
  }
  rows_.push_back(
      {std::string(name),
       fmt::format("mean {:.2f}  p50 {:.2f}  p90 {:.2f}  p99 {:.2f}  max {:.2f} ms  ({} values)",
                   values.mean_ms(), values.percentile_ms(0.5), values.percentile_ms(0.9),
                   values.percentile_ms(0.99), values.max_ms(), values.count()),
       fmt::format(
           R"({{"count":{},"mean_ms":{:.3f},"p50_ms":{:.3f},"p90_ms":{:.3f},"p99_ms":{:.3f},)"
           R"("max_ms":{:.3f}}})",
           values.count(), values.mean_ms(), values.percentile_ms(0.5), values.percentile_ms(0.9),
           values.percentile_ms(0.99), values.max_ms())});
}

void Report::add(std::string_view name, const Failures& failures) {
  Row row{std::string(name), fmt::format("{}", failures.total()),
          fmt::format(R"({{"total":{},"kinds":{{)", failures.total())};
  bool first = true;
  for (const auto& [kind, count] : failures.kinds()) {
    row.text += fmt::format("\n{:>20}  {} x {}", "", count, kind);
    if (!first) row.json += ',';
    first = false;
    base::append_json_string(row.json, kind);
    row.json += fmt::format(":{}", count);
  }
  row.json += "}}";
  rows_.push_back(std::move(row));
}

std::string Report::text() const {
  std::string out;
  for (const Row& row : rows_) out += fmt::format("{:<20}  {}\n", row.name, row.text);
  return out;
}

std::string Report::json() const {
  std::string out = "{";
  for (const Row& row : rows_) {
    if (out.size() > 1) out += ',';
    base::append_json_string(out, row.name);
    out += ':' + row.json;
  }
  return out + "}\n";
}

void Report::print(bool as_json) const {
  fmt::print("{}{}", as_json ? "" : "\n", as_json ? json() : text());
  (void)std::fflush(stdout);
}

base::Expected<void> check_room(std::uint64_t count, std::uint64_t each) {
  const std::uint64_t limit = io::raise_open_file_limit();
  const std::uint64_t needed = count * each + kOwnDescriptors;
  if (count == 0) return base::fail(base::ErrorCode::kInvalid, "the count must be at least 1");
  if (needed <= limit) return {};
  return base::fail(base::ErrorCode::kLimit,
                    fmt::format("{} need {} open files and {} are allowed; raise the limit "
                                "(ulimit -n) or ask for at most {}",
                                count, needed, limit,
                                limit > kOwnDescriptors ? (limit - kOwnDescriptors) / each : 0));
}

unsigned loop_count(std::uint32_t asked, std::uint32_t actors) {
  const unsigned wanted = asked > 0 ? asked : std::max(1U, std::thread::hardware_concurrency());
  return std::min({wanted, std::max(1U, actors), 256U});
}

double own_cpu_ms() {
  const io::CpuTimes times = io::cpu_times();
  return static_cast<double>((times.user + times.system).count()) / 1000;
}

}  // namespace server::loadtest
