#include "control/cloudwatch_logs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <utility>

#include "base/log.h"
#include "control/cloudwatch_metric.h"

namespace control {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMaxDescribed = 50;
constexpr std::size_t kMaxToken = 2'048;

struct Operation {
  std::string_view name;
  LogsResult<json::object> (*run)(const json::object&, const LogsContext&);
};
constexpr std::array kOperations = {
    Operation{"FilterLogEvents", filter_log_events},
    Operation{"GetLogEvents", get_log_events},
    Operation{"DescribeLogStreams", describe_log_streams},
    Operation{"DescribeLogGroups", describe_log_groups},
};

std::int64_t milliseconds(base::WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

std::string group_arn(const Home& home, std::string_view group) {
  return fmt::format("arn:aws:logs:{}:{}:log-group:{}", home.region, home.account, group);
}

json::object stream_object(const Home& home, const ChatLogGroup& group, const SpokenRoom& room) {
  const std::string name = log_stream_of(room.room);
  return {{"logStreamName", name},
          {"creationTime", milliseconds(room.first_at)},
          {"firstEventTimestamp", milliseconds(room.first_at)},
          {"lastEventTimestamp", milliseconds(room.last_at)},
          {"lastIngestionTime", milliseconds(room.last_at)},
          {"arn", fmt::format("{}:log-stream:{}", group_arn(home, group.name), name)},
          {"storedBytes", 0}};
}

json::object group_object(const Home& home, const ChatLogGroup& group) {
  const std::string arn = group_arn(home, group.name);
  return {{"logGroupName", group.name},
          {"creationTime", milliseconds(group.created_at)},
          {"metricFilterCount", 0},
          {"arn", arn + ":*"},
          {"logGroupArn", arn},
          {"logGroupClass", "STANDARD"},
          {"storedBytes", 0}};
}

std::unexpected<LogsError> bad_token() {
  return logs_invalid("The specified nextToken is invalid.");
}

LogsResult<LogStreamChoice> read_stream_choice(const json::object& input) {
  LogStreamChoice choice;
  const auto order = logs_text(input, "orderBy", 64);
  if (!order) return std::unexpected(order.error());
  if (*order == "LastEventTime") {
    choice.order = LogStreamChoice::Order::kLastEvent;
  } else if (*order && *order != "LogStreamName") {
    return logs_invalid("orderBy must be LogStreamName or LastEventTime.");
  }
  const auto descending = logs_boolean(input, "descending", false);
  if (!descending) return std::unexpected(descending.error());
  choice.descending = *descending;
  const auto limit = logs_integer(input, "limit", 1, kMaxDescribed);
  if (!limit) return std::unexpected(limit.error());
  choice.limit = static_cast<std::size_t>(limit->value_or(kMaxDescribed));
  const auto token = logs_text(input, "nextToken", kMaxToken);
  if (!token) return std::unexpected(token.error());
  if (*token) {
    const auto parts = split_token(**token, 2);
    std::int64_t at = 0;
    if (!parts) return bad_token();
    const std::string& digits = (*parts)[0];
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), at);
    if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) return bad_token();
    choice.after = SpokenRoom{.room = chat::RoomId((*parts)[1]),
                              .last_position = 0,
                              .first_at = {},
                              .last_at = base::WallTime(std::chrono::microseconds(at))};
  }
  return choice;
}

}  // namespace

std::unexpected<LogsError> logs_invalid(std::string message) {
  return std::unexpected(LogsError{"InvalidParameterException", std::move(message), 400});
}

std::unexpected<LogsError> logs_not_found(std::string message) {
  return std::unexpected(LogsError{"ResourceNotFoundException", std::move(message), 400});
}

std::unexpected<LogsError> logs_internal(const base::Error& error) {
  base::log_error("chat logs were not read", {{"reason", error.message}});
  return std::unexpected(
      LogsError{"ServiceUnavailableException", "The logs could not be read.", 503});
}

LogsResult<std::optional<std::string>> logs_text(const json::object& input, std::string_view member,
                                                 std::size_t maximum) {
  const json::value* value = input.if_contains(member);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) return logs_invalid(fmt::format("{} must be a text.", member));
  const json::string& text = value->get_string();
  if (text.size() > maximum) {
    return logs_invalid(fmt::format("{} must have at most {} characters.", member, maximum));
  }
  return std::string(text);
}

LogsResult<std::optional<std::int64_t>> logs_integer(const json::object& input,
                                                     std::string_view member, std::int64_t minimum,
                                                     std::int64_t maximum) {
  const json::value* value = input.if_contains(member);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code failure;
  const auto number = value->is_number() ? value->to_number<std::int64_t>(failure) : 0;
  if (!value->is_number() || failure || number < minimum || number > maximum) {
    return logs_invalid(
        fmt::format("{} must be a whole number from {} to {}.", member, minimum, maximum));
  }
  return number;
}

LogsResult<bool> logs_boolean(const json::object& input, std::string_view member, bool absent) {
  const json::value* value = input.if_contains(member);
  if (value == nullptr) return absent;
  if (!value->is_bool()) return logs_invalid(fmt::format("{} must be true or false.", member));
  return value->get_bool();
}

LogsResult<ChatLogGroup> log_group_of(const json::object& input, const LogsContext& context) {
  const auto name = logs_text(input, "logGroupName", 512);
  if (!name) return std::unexpected(name.error());
  const auto identifier = logs_text(input, "logGroupIdentifier", 2'048);
  if (!identifier) return std::unexpected(identifier.error());
  if (name->has_value() == identifier->has_value()) {
    return logs_invalid("Either logGroupName or logGroupIdentifier must be specified, not both.");
  }
  std::string_view wanted = *name ? **name : **identifier;
  if (!*name && wanted.starts_with("arn:")) {
    const std::string ours = group_arn(context.home, "");
    if (!wanted.starts_with(ours)) {
      return logs_not_found("The specified log group does not exist.");
    }
    wanted.remove_prefix(ours.size());
    if (wanted.ends_with(":*")) wanted.remove_suffix(2);
  }
  auto groups = load_log_groups(context.sql);
  if (!groups) return logs_internal(groups.error());
  const auto found = std::ranges::find(*groups, wanted, &ChatLogGroup::name);
  if (found == groups->end()) return logs_not_found("The specified log group does not exist.");
  return std::move(*found);
}

LogsResult<json::object> describe_log_streams(const json::object& input,
                                              const LogsContext& context) {
  const auto group = log_group_of(input, context);
  if (!group) return std::unexpected(group.error());
  auto choice = read_stream_choice(input);
  if (!choice) return std::unexpected(choice.error());
  const auto prefix = logs_text(input, "logStreamNamePrefix", 512);
  if (!prefix) return std::unexpected(prefix.error());
  if (*prefix && choice->order == LogStreamChoice::Order::kLastEvent) {
    return logs_invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
  }
  json::object output = {{"logStreams", json::array{}}};
  const auto rooms_from = room_prefix_of(prefix->value_or(""));
  if (!rooms_from) return output;
  choice->room_prefix = *rooms_from;
  const std::size_t limit = choice->limit;
  choice->limit = limit + 1;
  const auto rooms = list_log_streams(context.sql, *group, *choice);
  if (!rooms) return logs_internal(rooms.error());
  json::array& streams = output["logStreams"].as_array();
  for (const SpokenRoom& room : *rooms) {
    if (streams.size() == limit) {
      const SpokenRoom& last = (*rooms)[limit - 1];
      output["nextToken"] =
          join_token({std::to_string(last.last_at.time_since_epoch().count()), last.room.str()});
      break;
    }
    streams.push_back(stream_object(context.home, *group, room));
  }
  return output;
}

LogsResult<json::object> describe_log_groups(const json::object& input,
                                             const LogsContext& context) {
  const auto prefix = logs_text(input, "logGroupNamePrefix", 512);
  if (!prefix) return std::unexpected(prefix.error());
  const auto part = logs_text(input, "logGroupNamePattern", 512);
  if (!part) return std::unexpected(part.error());
  if (*prefix && *part) {
    return logs_invalid("logGroupNamePrefix and logGroupNamePattern are mutually exclusive.");
  }
  const auto limit = logs_integer(input, "limit", 1, kMaxDescribed);
  if (!limit) return std::unexpected(limit.error());
  const auto token = logs_text(input, "nextToken", kMaxToken);
  if (!token) return std::unexpected(token.error());
  std::string after;
  if (*token) {
    auto parts = split_token(**token, 1);
    if (!parts) return bad_token();
    after = std::move(parts->front());
  }
  const auto groups = load_log_groups(context.sql);
  if (!groups) return logs_internal(groups.error());
  json::object output = {{"logGroups", json::array{}}};
  json::array& list = output["logGroups"].as_array();
  std::string last;
  for (const ChatLogGroup& group : *groups) {
    if (group.name <= after || !group.name.starts_with(prefix->value_or("")) ||
        group.name.find(part->value_or("")) == std::string::npos) {
      continue;
    }
    if (list.size() == static_cast<std::size_t>(limit->value_or(kMaxDescribed))) {
      output["nextToken"] = join_token({last});
      break;
    }
    list.push_back(group_object(context.home, group));
    last = group.name;
  }
  return output;
}

wire::http::Response answer_cloudwatch_logs(const wire::http::Request& request,
                                            const LogsContext& context) {
  const auto call = read_logs_call(request);
  if (!call) return refuse_logs_call(call.error());
  const auto* operation = std::ranges::find(kOperations, call->operation, &Operation::name);
  if (operation == kOperations.end()) {
    return refuse_logs_call(
        {"UnknownOperationException",
         fmt::format("The operation {} is not known here: there are FilterLogEvents, GetLogEvents, "
                     "DescribeLogStreams and DescribeLogGroups.",
                     call->operation.substr(0, 64)),
         400});
  }
  // All that one answer holds is of one moment.
  if (auto begun = context.sql.begin(false); !begun) {
    return refuse_logs_call(logs_internal(begun.error()).error());
  }
  const auto output = operation->run(call->input, context);
  context.sql.rollback();
  return output ? write_logs_answer(*output) : refuse_logs_call(output.error());
}

}  // namespace control
