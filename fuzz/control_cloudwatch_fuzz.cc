// Bodies of CloudWatch requests: whatever arrives becomes a bounded tree or is refused; what became
// a tree is read by its types without harm.
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "control/cloudwatch_fields.h"
#include "control/cloudwatch_metric.h"
#include "control/cloudwatch_wire.h"

namespace {

void look_at(const boost::json::object& tree, bool is_text) {
  const control::CloudWatchFields fields(tree, is_text);
  (void)control::read_time_span(fields);
  (void)control::read_metric(fields);
  (void)control::read_period(fields);
  (void)control::read_unit(fields);
  (void)fields.boolean("ReturnData", false);
  (void)fields.texts("Statistics", 5);
  if (const auto queries = fields.structures("MetricDataQueries", 500)) {
    CHECK(queries->size() <= 500);
    for (const auto& query : *queries) {
      const auto stat = query.structure("MetricStat");
      if (!stat || !*stat) continue;
      (void)control::read_period(**stat);
      const auto metric = (*stat)->structure("Metric");
      if (metric && *metric) (void)control::read_metric(**metric);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteSpan body(data, size);
  if (const auto tree = control::tree_from_form(base::as_text(body))) look_at(*tree, true);
  if (const auto tree = control::tree_from_cbor(body)) {
    look_at(*tree, false);
    CHECK(boost::json::serialize(*tree).size() < 64 * size + 64);
  }
  (void)control::parse_time(base::as_text(body));
  if (const auto parts = control::split_token(base::as_text(body), 3)) {
    CHECK(control::join_token(*parts) == base::as_text(body));
  }
  return 0;
}
