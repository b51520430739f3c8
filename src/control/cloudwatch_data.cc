// GetMetricData: up to 500 queries, their datapoints in pages.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <map>
#include <set>

#include "base/crypto.h"
#include "control/cloudwatch.h"
#include "control/cloudwatch_metric.h"

namespace control {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxQueries = 500;
constexpr std::int64_t kMaxDatapoints = 100'800;

struct Query {
  std::string id;
  std::string label;
  MetricName metric;
  std::int64_t period = 0;
  Statistic statistic = Statistic::kAverage;
  std::optional<std::string> unit;
  bool is_returned = true;
};

struct Question {
  std::vector<Query> queries;
  TimeSpan span;
  bool is_ascending = false;
  std::size_t most = static_cast<std::size_t>(kMaxDatapoints);
  // Where the last page ended: in which query, and behind which datapoint of it.
  std::size_t first = 0;
  std::optional<std::int64_t> behind;
  std::string fingerprint;
};

bool is_id(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return text[0] >= 'a' && text[0] <= 'z' && std::all_of(text.begin(), text.end(), [&](char c) {
           return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
         });
}

CloudWatchResult<Query> read_query(const CloudWatchFields& fields, const Home& home) {
  Query query;
  auto id = fields.text("Id", 1, 255);
  if (!id) return std::unexpected(id.error());
  if (!*id) return cloudwatch_missing(fields.name("Id"));
  query.id = std::move(**id);
  if (!is_id(query.id)) {
    return cloudwatch_invalid(
        fmt::format("The value '{}' for parameter {} is not matching the expected pattern "
                    "^[a-z][a-zA-Z0-9_]*$.",
                    query.id, fields.name("Id")));
  }
  const auto account = fields.text("AccountId", 1, 255);
  if (!account) return std::unexpected(account.error());
  if (*account && **account != home.account) {
    return cloudwatch_invalid(
        fmt::format("The parameter {} names another account.", fields.name("AccountId")));
  }
  const auto returned = fields.boolean("ReturnData", true);
  if (!returned) return std::unexpected(returned.error());
  query.is_returned = *returned;
  auto stat = fields.structure("MetricStat");
  if (!stat) return std::unexpected(stat.error());
  if (fields.has("Expression")) {
    return cloudwatch_invalid(fmt::format(
        "The parameter {} is not supported: metric math and Metrics Insights are not available; "
        "ask for the metrics themselves with a MetricStat.",
        fields.name("Expression")));
  }
  if (!*stat) return cloudwatch_missing(fields.name("MetricStat"));
  auto metric_fields = (*stat)->structure("Metric");
  if (!metric_fields) return std::unexpected(metric_fields.error());
  if (!*metric_fields) return cloudwatch_missing((*stat)->name("Metric"));
  auto metric = read_metric(**metric_fields);
  if (!metric) return std::unexpected(metric.error());
  query.metric = std::move(*metric);
  const auto period = read_period(**stat);
  if (!period) return std::unexpected(period.error());
  query.period = *period;
  const auto name = (*stat)->text("Stat", 1, 64);
  if (!name) return std::unexpected(name.error());
  if (!*name) return cloudwatch_missing((*stat)->name("Stat"));
  const auto statistic = parse_statistic((*stat)->name("Stat"), **name);
  if (!statistic) return std::unexpected(statistic.error());
  query.statistic = *statistic;
  auto unit = read_unit(**stat);
  if (!unit) return std::unexpected(unit.error());
  query.unit = std::move(*unit);
  auto label = fields.text("Label", 0, 1024);
  if (!label) return std::unexpected(label.error());
  query.label = label->value_or(query.metric.name);
  return query;
}

// A token belongs to the request that it continues, in whatever order its members come.
std::string fingerprint_of(const json::object& input) {
  std::map<std::string_view, std::string> members;
  for (const auto& [name, value] : input) {
    if (name != "NextToken" && name != "MaxDatapoints") members[name] = json::serialize(value);
  }
  std::string text;
  for (const auto& [name, value] : members) text.append(name).append(value);
  const auto digest = base::sha256(base::as_bytes(text));
  return base::to_hex(base::ByteSpan(digest).first(8));
}

template <class T>
bool parse_number(std::string_view text, T& to) {
  const auto read = std::from_chars(text.begin(), text.end(), to);
  return read.ec == std::errc{} && read.ptr == text.end();
}

CloudWatchResult<void> read_token(const CloudWatchFields& fields, Question& question) {
  const auto token = fields.text("NextToken", 0, 4096);
  if (!token) return std::unexpected(token.error());
  if (!*token || (*token)->empty()) return {};
  const auto parts = split_token(**token, 3);
  if (!parts || (*parts)[0] != question.fingerprint) return cloudwatch_bad_token();
  if (!parse_number((*parts)[1], question.first) || question.first >= question.queries.size()) {
    return cloudwatch_bad_token();
  }
  if ((*parts)[2].empty()) return {};
  std::int64_t behind = 0;
  if (!parse_number((*parts)[2], behind)) return cloudwatch_bad_token();
  question.behind = behind;
  return {};
}

CloudWatchResult<Question> read_question(const json::object& input, bool is_text,
                                         const CloudWatchContext& context) {
  const CloudWatchFields fields(input, is_text);
  Question question;
  const auto entries = fields.structures("MetricDataQueries", kMaxQueries);
  if (!entries) return std::unexpected(entries.error());
  if (entries->empty()) return cloudwatch_missing("MetricDataQueries");
  const auto span = read_time_span(fields);
  if (!span) return std::unexpected(span.error());
  question.span = *span;
  std::set<std::string> ids;
  std::int64_t cost = 0;
  bool returns_any = false;
  for (const CloudWatchFields& entry : *entries) {
    auto query = read_query(entry, context.home);
    if (!query) return std::unexpected(query.error());
    if (!ids.insert(query->id).second) {
      return cloudwatch_invalid(fmt::format("The value '{}' of parameter {} is not unique.",
                                            query->id, entry.name("Id")));
    }
    returns_any = returns_any || query->is_returned;
    const std::int64_t now = to_seconds(context.now);
    if (query->is_returned) cost += cost_of(make_range(*span, query->period, now), now);
    question.queries.push_back(std::move(*query));
  }
  if (!returns_any) return cloudwatch_invalid("No query of the request has ReturnData true.");
  if (cost > kMaxCost) {
    return cloudwatch_invalid(
        "The request would read too much: ask for fewer metrics or a shorter time, or let "
        "StartTime and Period be whole hours.");
  }
  const auto scan = fields.text("ScanBy", 1, 64);
  if (!scan) return std::unexpected(scan.error());
  if (*scan && **scan != "TimestampAscending" && **scan != "TimestampDescending") {
    return cloudwatch_invalid(
        "The parameter ScanBy must be TimestampAscending or TimestampDescending.");
  }
  question.is_ascending = *scan == "TimestampAscending";
  const auto most = fields.integer("MaxDatapoints", 1, kMaxDatapoints);
  if (!most) return std::unexpected(most.error());
  question.most = static_cast<std::size_t>(most->value_or(kMaxDatapoints));
  question.fingerprint = fingerprint_of(input);
  if (auto read = read_token(fields, question); !read) return std::unexpected(read.error());
  return question;
}

// In the order of the scan, without what earlier pages have given.
CloudWatchResult<std::vector<Datapoint>> datapoints_of(MetricReader& reader,
                                                       const Question& question, const Query& query,
                                                       std::optional<std::int64_t> behind,
                                                       const CloudWatchContext& context) {
  const auto place = place_of(context.home, query.metric);
  if (!place || (query.unit && *query.unit != place->unit)) return std::vector<Datapoint>{};
  const MetricRange range = make_range(question.span, query.period, to_seconds(context.now));
  auto points = reader.read(*place, range);
  if (!points) return cloudwatch_internal(points.error());
  if (!question.is_ascending) std::reverse(points->begin(), points->end());
  if (behind) {
    std::erase_if(*points, [&](const Datapoint& point) {
      return question.is_ascending ? point.start <= *behind : point.start >= *behind;
    });
  }
  return std::move(*points);
}

}  // namespace

CloudWatchResult<json::object> get_metric_data(const json::object& input, bool is_text,
                                               const CloudWatchContext& context) {
  const auto question = read_question(input, is_text, context);
  if (!question) return std::unexpected(question.error());
  auto reader = MetricReader::begin(context.sql);
  if (!reader) return cloudwatch_internal(reader.error());
  json::array results;
  std::string token;
  std::size_t room = question->most;
  for (std::size_t i = question->first; i < question->queries.size() && token.empty(); ++i) {
    const Query& query = question->queries[i];
    if (!query.is_returned) continue;
    const auto behind = i == question->first ? question->behind : std::nullopt;
    const auto points = datapoints_of(*reader, *question, query, behind, context);
    if (!points) return std::unexpected(points.error());
    const std::size_t count = std::min(points->size(), room);
    if (count == 0 && !points->empty()) {
      token = join_token({question->fingerprint, std::to_string(i), ""});
      break;
    }
    json::array times;
    json::array values;
    times.reserve(count);
    values.reserve(count);
    for (const Datapoint& point : std::span(*points).first(count)) {
      times.emplace_back(point.start);
      values.emplace_back(value_of(query.statistic, point.aggregate));
    }
    room -= count;
    const bool is_whole = count == points->size();
    if (!is_whole) {
      token = join_token(
          {question->fingerprint, std::to_string(i), std::to_string((*points)[count - 1].start)});
    }
    results.push_back(json::object{{"Id", query.id},
                                   {"Label", query.label},
                                   {"Timestamps", std::move(times)},
                                   {"Values", std::move(values)},
                                   {"StatusCode", is_whole ? "Complete" : "PartialData"}});
  }
  json::object output = {{"MetricDataResults", std::move(results)}, {"Messages", json::array{}}};
  if (!token.empty()) output["NextToken"] = token;
  return output;
}

}  // namespace control
