#include "control/chat_log_object.h"

#include <algorithm>
#include <utility>

#include "control/chat_history.h"
#include "control/chat_log_layout.h"
#include "control/chat_log_line.h"
#include "wire/http/gzip.h"

namespace control {
namespace {

using chat_logs::Lane;
using Kind = ChatLogDestination::Kind;

constexpr std::size_t kPage = 500;
constexpr std::size_t kRows = 256;
constexpr int kCompression = 6;

std::chrono::seconds interval_of(Kind kind, const ChatLogSettings& settings) {
  return kind == Kind::kS3 ? settings.s3_interval : settings.firehose_interval;
}

// Whether the object that begins with an entry of that time may be made.
bool may_begin(base::WallTime at, std::chrono::seconds interval, const Lane& lane,
               const ChatLogTimes& times) {
  if (at > times.until) return false;
  // Nothing more will come of lanes that end.
  if (times.all_windows || lane.room_is_deleted || lane.ends_at > 0) return true;
  return chat_log_window(at, interval) + interval <= times.until;
}

class Finder {
 public:
  Finder(io::SqlConnection& sql, const ChatLogSettings& settings, const std::string& owner,
         const ChatLogTimes& times, ChatLogFindings& out)
      : sql_(sql), settings_(settings), owner_(owner), times_(times), out_(out) {}

  base::Expected<void> look_at(Lane lane) {
    const bool is_free =
        lane.owner.empty() || lane.owner == owner_ || lane.leased_until <= times_.now;
    if (!is_free) return {};
    const auto destination = parse_chat_log_destination(lane.destination);
    if (!destination || destination->kind == Kind::kNone) {
      if (lane.has_mark) out_.finished.push_back(std::move(lane));
      return {};
    }
    if (!lane.has_mark) {
      out_.without_mark.push_back(lane);
    } else if (!lane.is_detached && lane.ends_at > 0) {  // it is used again
      out_.ends.push_back({lane.key, 0});
      lane.ends_at = 0;
    }
    if (lane.is_detached) {
      if (!lane.next_at || (lane.ends_at > 0 && lane.position >= lane.ends_at)) {
        out_.finished.push_back(std::move(lane));
        return {};
      }
      if (auto ends = end(lane); !ends) return ends;
    }
    const bool is_due =
        lane.planned > 0 ||
        (lane.next_at &&
         may_begin(*lane.next_at, interval_of(destination->kind, settings_), lane, times_));
    if (is_due) out_.due.push_back(std::move(lane));
    return {};
  }

 private:
  // A lane that has just been detached ends with what has been said by now.
  base::Expected<void> end(Lane& lane) {
    if (lane.ends_at > 0) return {};
    auto last = chat_history::last_position(sql_, lane.key.room);
    if (!last) return base::fail(std::move(last.error()));
    out_.ends.push_back({lane.key, *last});
    lane.ends_at = *last;
    return {};
  }
  io::SqlConnection& sql_;
  const ChatLogSettings& settings_;
  const std::string& owner_;
  const ChatLogTimes& times_;
  ChatLogFindings& out_;
};

}  // namespace

base::Expected<ChatLogFindings> find_chat_logs(io::SqlConnection& sql, chat_logs::Cursor& cursor,
                                               const ChatLogSettings& settings,
                                               const std::string& owner,
                                               const ChatLogTimes& times) {
  ChatLogFindings out;
  Finder finder(sql, settings, owner, times, out);
  auto lanes = chat_logs::next_lanes(sql, cursor, kPage);
  if (!lanes) return base::fail(std::move(lanes.error()));
  out.was_last_page = cursor.room.empty();
  if (out.was_last_page) {
    auto detached = chat_logs::detached_lanes(sql, kPage);
    if (!detached) return base::fail(std::move(detached.error()));
    std::ranges::move(*detached, std::back_inserter(*lanes));
  }
  for (Lane& lane : *lanes) {
    if (auto looked = finder.look_at(std::move(lane)); !looked) {
      return base::fail(std::move(looked.error()));
    }
  }
  return out;
}

base::Expected<std::optional<ChatLogObject>> make_chat_log_object(io::SqlConnection& sql,
                                                                  const Lane& lane,
                                                                  const ChatLogSettings& settings,
                                                                  const ChatLogTimes& times) {
  const auto destination = parse_chat_log_destination(lane.destination);
  if (!destination) return base::fail(destination.error());
  const std::chrono::seconds interval = interval_of(destination->kind, settings);

  ChatLogRange range{.room = lane.key.room, .first_at = {}, .first = 0, .last = lane.position};
  std::string lines;
  std::size_t count = 0;
  const auto belongs = [&](const chat::Entry& entry, std::size_t octets) {
    if (lane.planned > 0) return entry.position <= lane.planned;
    if (lane.ends_at > 0 && entry.position > lane.ends_at) return false;
    if (count == 0) return may_begin(entry.at, interval, lane, times);
    return entry.at <= times.until && lines.size() + octets <= settings.max_object &&
           chat_log_window(entry.at, interval) == chat_log_window(range.first_at, interval);
  };
  for (bool goes_on = true; goes_on;) {
    auto entries = chat_history::entries_after(sql, lane.key.room, range.last, kRows);
    if (!entries) return base::fail(std::move(entries.error()));
    goes_on = entries->size() == kRows;
    for (const chat::Entry& entry : *entries) {
      const std::string line = chat_log_line(entry) + "\n";
      if (!belongs(entry, line.size())) {
        goes_on = false;
        break;
      }
      if (count++ == 0) {
        range.first = entry.position;
        range.first_at = entry.at;
      }
      range.last = entry.position;
      lines += line;
    }
  }
  if (count == 0) return std::nullopt;

  ChatLogObject out{.put = {}, .last = range.last, .entries = count};
  out.put.name.bucket = destination->name;
  if (destination->kind == Kind::kS3) {
    out.put.name.key = chat_log_s3_key(settings.account, settings.region, interval, range);
    out.put.content_type = "application/gzip";
    out.put.content.push_back(
        base::Slice::take(wire::http::gzip(base::as_bytes(lines), kCompression)));
  } else {
    out.put.name.key = chat_log_firehose_key(destination->name, range);
    out.put.content_type = "application/x-ndjson";
    out.put.content.push_back(base::Slice::take(std::move(lines)));
  }
  return out;
}

}  // namespace control
