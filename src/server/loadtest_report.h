// The end of a load test as text for people or as one JSON object, and limits all tests share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "server/loadtest_statistics.h"

namespace server::loadtest {

class Report {
 public:
  void add(std::string_view name, std::uint64_t value);
  void add(std::string_view name, double value);
  /// Mean, p50, p90, p99 and the largest, in milliseconds.
  void add(std::string_view name, const Histogram& values);
  void add(std::string_view name, const Failures& failures);

  /// A table with a line a value.
  std::string text() const;
  /// One line.
  std::string json() const;
  /// To standard output.
  void print(bool as_json) const;

 private:
  struct Row {
    std::string name;
    std::string text;
    std::string json;
  };
  std::vector<Row> rows_;
};

/// Raises the limit of open files; kLimit with both numbers if `count` actors with `each`
/// descriptors do not fit.
base::Expected<void> check_room(std::uint64_t count, std::uint64_t each);
/// How many loops to run: what was asked for, or one a core, never more than actors.
unsigned loop_count(std::uint32_t asked, std::uint32_t actors);
/// CPU time of this process so far, in milliseconds.
double own_cpu_ms();

}  // namespace server::loadtest
