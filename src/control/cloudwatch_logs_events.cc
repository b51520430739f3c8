// FilterLogEvents and GetLogEvents.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <limits>
#include <set>
#include <utility>

#include "control/chat_history.h"
#include "control/chat_log_line.h"
#include "control/cloudwatch_logs.h"
#include "control/cloudwatch_metric.h"
#include "control/log_pattern.h"

namespace control {
namespace {

namespace json = boost::json;
using chat::Entry;
using chat_history::Choice;
using chat_history::Place;

constexpr std::int64_t kMaxEvents = 10'000;
constexpr std::size_t kMaxOctets = 1 << 20;
constexpr std::size_t kOctetsOfEvent = 26;  // as CloudWatch counts them, beside the message
/// Entries that one request looks at; then it ends with a token, even if it has found nothing.
constexpr std::size_t kMaxLooked = 20'000;
constexpr std::size_t kChunk = 1'000;
constexpr std::size_t kMaxStreams = 100;
constexpr std::size_t kMaxName = 512;
constexpr std::size_t kMaxToken = 2'048;
// 9999-12-31T23:59:59.999Z: later times come to the same.
constexpr std::int64_t kLastMillisecond = 253'402'300'799'999;
constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();

enum class Direction : std::uint8_t { kForward, kBackward };

std::int64_t milliseconds(base::WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

// From `from` on, before `until`.
struct TimeRange {
  base::WallTime from{};
  base::WallTime until{};
};

LogsResult<TimeRange> read_times(const json::object& input, bool end_is_inside) {
  const auto start = logs_integer(input, "startTime", 0, kEnd);
  if (!start) return std::unexpected(start.error());
  const auto end = logs_integer(input, "endTime", 0, kEnd);
  if (!end) return std::unexpected(end.error());
  const auto time_of = [](std::int64_t value) {
    return base::WallTime(std::chrono::milliseconds(std::min(value, kLastMillisecond)));
  };
  const base::WallTime last = time_of(end->value_or(kEnd));
  return TimeRange{time_of(start->value_or(0)),
                   end_is_inside ? last + std::chrono::milliseconds(1) : last};
}

LogsResult<std::set<chat::RoomId>> read_streams(const json::object& input) {
  std::set<chat::RoomId> rooms;
  const json::value* names = input.if_contains("logStreamNames");
  if (names == nullptr) return rooms;
  if (!names->is_array() || names->get_array().empty() || names->get_array().size() > kMaxStreams) {
    return logs_invalid(fmt::format("logStreamNames must be a list of 1 to {}.", kMaxStreams));
  }
  for (const json::value& name : names->get_array()) {
    if (!name.is_string()) return logs_invalid("logStreamNames must be a list of texts.");
    const auto room = room_of_log_stream(name.get_string());
    if (!room) return logs_not_found("The specified log stream does not exist.");
    rooms.insert(*room);
  }
  return rooms;
}

LogsResult<void> check_streams(const std::set<chat::RoomId>& rooms, LogGroupMembers& members) {
  for (const chat::RoomId& room : rooms) {
    const auto known = members.contain(room);
    if (!known) return logs_internal(known.error());
    if (!*known) return logs_not_found("The specified log stream does not exist.");
  }
  return {};
}

std::string token_of(Direction direction, const Place& place) {
  return join_token({direction == Direction::kForward ? "f" : "b",
                     std::to_string(place.at.time_since_epoch().count()), place.room.str(),
                     std::to_string(place.position)});
}

struct Token {
  Direction direction = Direction::kForward;
  Place place;
};
std::optional<Token> read_token(std::string_view text) {
  const auto parts = split_token(text, 4);
  if (!parts || ((*parts)[0] != "f" && (*parts)[0] != "b")) return std::nullopt;
  const auto number = [](const std::string& digits) -> std::optional<std::int64_t> {
    std::int64_t value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) return std::nullopt;
    return value;
  };
  const auto at = number((*parts)[1]);
  const auto position = number((*parts)[3]);
  if (!at || !position) return std::nullopt;
  return Token{(*parts)[0] == "f" ? Direction::kForward : Direction::kBackward,
               {.at = base::WallTime(std::chrono::microseconds(*at)),
                .room = chat::RoomId((*parts)[2]),
                .position = *position}};
}

// Reads entries in pieces, of one room or of all, in either direction.
class EntryReader {
 public:
  EntryReader(io::SqlConnection& sql, const TimeRange& times, Direction direction,
              std::optional<chat::RoomId> room)
      : sql_(sql),
        times_(times),
        is_forward_(direction == Direction::kForward),
        room_(std::move(room)) {
    place_ = is_forward_ ? Place{.at = times.from, .room = {}, .position = 0}
                         : Place{.at = times.until, .room = {}, .position = kEnd};
  }

  void go_on_from(const Place& place) { place_ = place; }
  const Place& place() const { return place_; }

  /// Empty at the end.
  base::Expected<std::vector<Entry>> next(std::size_t count) {
    auto entries = room_ ? read_room(count)
                   : is_forward_
                       ? chat_history::everything_after(sql_, place_, times_.until, count)
                       : chat_history::everything_before(sql_, place_, times_.from, count);
    return entries;
  }
  void pass(const Entry& entry) { place_ = {entry.at, entry.room, entry.position}; }

 private:
  base::Expected<std::vector<Entry>> read_room(std::size_t count) {
    Choice choice{.room = *room_, .from = times_.from, .until = times_.until};
    (is_forward_ ? choice.after : choice.before) = place_.position;
    choice.order = is_forward_ ? Choice::Order::kOldestFirst : Choice::Order::kNewestFirst;
    choice.deleted = Choice::Deleted::kShow;
    choice.limit = count;
    auto page = chat_history::page(sql_, choice);
    if (!page) return base::fail(std::move(page.error()));
    std::vector<Entry> entries;
    entries.reserve(page->size());
    for (KeptEntry& kept : *page) entries.push_back(std::move(kept.entry));
    return entries;
  }

  io::SqlConnection& sql_;
  TimeRange times_;
  bool is_forward_;
  std::optional<chat::RoomId> room_;
  Place place_;
};

// What FilterLogEvents is asked for.
struct Filter {
  std::set<chat::RoomId> rooms;
  std::string room_prefix;
  LogPattern pattern;
  TimeRange times;
  std::size_t limit = 0;
  Token token;
  bool goes_on = false;  // from the token's place
};

LogsResult<Filter> read_filter(const json::object& input) {
  auto rooms = read_streams(input);
  if (!rooms) return std::unexpected(rooms.error());
  const auto prefix = logs_text(input, "logStreamNamePrefix", kMaxName);
  if (!prefix) return std::unexpected(prefix.error());
  if (*prefix && !rooms->empty()) {
    return logs_invalid("logStreamNames and logStreamNamePrefix are mutually exclusive.");
  }
  const auto text = logs_text(input, "filterPattern", LogPattern::kMaxText);
  if (!text) return std::unexpected(text.error());
  auto pattern = LogPattern::compile(text->value_or(""));
  if (!pattern) return logs_invalid("Invalid filter pattern: " + pattern.error().message);
  const auto times = read_times(input, true);
  if (!times) return std::unexpected(times.error());
  const auto limit = logs_integer(input, "limit", 1, kMaxEvents);
  if (!limit) return std::unexpected(limit.error());
  const auto from_head = logs_boolean(input, "startFromHead", true);
  if (!from_head) return std::unexpected(from_head.error());
  Filter filter{.rooms = std::move(*rooms),
                // Nothing that is an id begins with this.
                .room_prefix = room_prefix_of(prefix->value_or("")).value_or("~"),
                .pattern = std::move(*pattern),
                .times = *times,
                .limit = static_cast<std::size_t>(limit->value_or(kMaxEvents)),
                .token = {},
                .goes_on = false};
  filter.token.direction = *from_head ? Direction::kForward : Direction::kBackward;
  const auto token = logs_text(input, "nextToken", kMaxToken);
  if (!token) return std::unexpected(token.error());
  if (*token) {
    const auto read = read_token(**token);
    if (!read) return logs_invalid("The specified nextToken is invalid.");
    filter.token = *read;
    filter.goes_on = true;
  }
  return filter;
}

json::object filtered_event(const Entry& entry, std::string line) {
  return {{"logStreamName", log_stream_of(entry.room)},
          {"timestamp", milliseconds(entry.at)},
          {"message", std::move(line)},
          {"ingestionTime", milliseconds(entry.at)},
          {"eventId", fmt::format("{:020}{}{}", entry.position, entry.room.str(), entry.id)}};
}

}  // namespace

LogsResult<json::object> filter_log_events(const json::object& input, const LogsContext& context) {
  const auto group = log_group_of(input, context);
  if (!group) return std::unexpected(group.error());
  const auto filter = read_filter(input);
  if (!filter) return std::unexpected(filter.error());
  LogGroupMembers members(context.sql, *group);
  if (auto checked = check_streams(filter->rooms, members); !checked) {
    return std::unexpected(checked.error());
  }
  EntryReader reader(
      context.sql, filter->times, filter->token.direction,
      filter->rooms.size() == 1 ? std::optional(*filter->rooms.begin()) : std::nullopt);
  if (filter->goes_on) reader.go_on_from(filter->token.place);
  json::object output = {{"events", json::array{}}, {"searchedLogStreams", json::array{}}};
  json::array& events = output["events"].as_array();
  std::size_t octets = 0;
  std::size_t looked = 0;
  const auto belongs = [&](const Entry& entry) -> base::Expected<bool> {
    if (!filter->rooms.empty()) return filter->rooms.contains(entry.room);
    if (!entry.room.str().starts_with(filter->room_prefix)) return false;
    return members.contain(entry.room);
  };
  while (true) {
    const auto entries = reader.next(kChunk);
    if (!entries) return logs_internal(entries.error());
    if (entries->empty()) return output;
    for (const Entry& entry : *entries) {
      const auto is_ours = belongs(entry);
      if (!is_ours) return logs_internal(is_ours.error());
      std::string line = *is_ours ? chat_log_line(entry) : std::string{};
      if (*is_ours && filter->pattern.matches(line)) {
        octets += line.size() + kOctetsOfEvent;
        const bool is_full =
            events.size() == filter->limit || (octets > kMaxOctets && !events.empty());
        if (is_full) {
          output["nextToken"] = token_of(filter->token.direction, reader.place());
          return output;
        }
        events.push_back(filtered_event(entry, std::move(line)));
      }
      reader.pass(entry);
    }
    looked += entries->size();
    if (looked >= kMaxLooked) {
      output["nextToken"] = token_of(filter->token.direction, reader.place());
      return output;
    }
  }
}

// A page is always oldest first; the tokens lead to what is behind it and before it.
LogsResult<json::object> get_log_events(const json::object& input, const LogsContext& context) {
  const auto group = log_group_of(input, context);
  if (!group) return std::unexpected(group.error());
  const auto name = logs_text(input, "logStreamName", kMaxName);
  if (!name) return std::unexpected(name.error());
  if (!*name) return logs_invalid("logStreamName must be specified.");
  const auto room = room_of_log_stream(**name);
  LogGroupMembers members(context.sql, *group);
  const auto known = room ? members.contain(*room) : base::Expected<bool>(false);
  if (!known) return logs_internal(known.error());
  if (!*known) return logs_not_found("The specified log stream does not exist.");
  const auto times = read_times(input, false);
  if (!times) return std::unexpected(times.error());
  const auto limit = logs_integer(input, "limit", 1, kMaxEvents);
  if (!limit) return std::unexpected(limit.error());
  const auto from_head = logs_boolean(input, "startFromHead", false);
  if (!from_head) return std::unexpected(from_head.error());
  Direction direction = *from_head ? Direction::kForward : Direction::kBackward;
  const auto text = logs_text(input, "nextToken", kMaxToken);
  if (!text) return std::unexpected(text.error());
  std::optional<Token> token;
  if (*text) {
    token = read_token(**text);
    if (!token) return logs_invalid("The specified nextToken is invalid.");
    direction = token->direction;
  }
  EntryReader reader(context.sql, *times, direction, *room);
  if (token) reader.go_on_from(token->place);
  const auto entries = reader.next(static_cast<std::size_t>(limit->value_or(kMaxEvents)));
  if (!entries) return logs_internal(entries.error());
  std::vector<json::object> page;
  std::size_t octets = 0;
  Place first = reader.place();
  Place last = reader.place();
  for (const Entry& entry : *entries) {
    std::string line = chat_log_line(entry);
    octets += line.size() + kOctetsOfEvent;
    if (octets > kMaxOctets && !page.empty()) break;
    last = {entry.at, entry.room, entry.position};
    if (page.empty()) first = last;
    page.push_back({{"timestamp", milliseconds(entry.at)},
                    {"message", std::move(line)},
                    {"ingestionTime", milliseconds(entry.at)}});
  }
  if (direction == Direction::kBackward) {
    std::ranges::reverse(page);
    std::swap(first, last);
  }
  // From nothing the way forward begins at the beginning: what is said later is found.
  if (page.empty() && !token) first = last = {.at = times->from, .room = *room, .position = 0};
  json::array events;
  for (json::object& event : page) events.push_back(std::move(event));
  return json::object{{"events", std::move(events)},
                      {"nextForwardToken", token_of(Direction::kForward, last)},
                      {"nextBackwardToken", token_of(Direction::kBackward, first)}};
}

}  // namespace control
