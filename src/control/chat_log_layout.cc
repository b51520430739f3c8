#include "control/chat_log_layout.h"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "base/crypto.h"
#include "control/chat_log_line.h"

namespace control {
namespace {

namespace json = boost::json;

struct Calendar {
  int year = 0;
  unsigned month = 0, day = 0;
  std::int64_t hour = 0, minute = 0, second = 0;
};

Calendar calendar(base::WallTime time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - days));
  return {static_cast<int>(date.year()),     static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()), clock.hours().count(),
          clock.minutes().count(),           clock.seconds().count()};
}

// Names what the object holds.
std::string digest(const ChatLogRange& range) {
  const std::string text = fmt::format("{}/{}/{}", range.room.str(), range.first, range.last);
  return base::to_hex(base::sha256(base::as_bytes(text)));
}

}  // namespace

base::Expected<ChatLogDestination> parse_chat_log_destination(std::string_view text) {
  using Kind = ChatLogDestination::Kind;
  static constexpr struct {
    std::string_view member, name;
    Kind kind;
  } kKinds[] = {{"s3", "bucketName", Kind::kS3},
                {"firehose", "deliveryStreamName", Kind::kFirehose},
                {"cloudWatchLogs", "logGroupName", Kind::kNone}};
  boost::system::error_code failure;
  const json::value value = json::parse(text, failure);
  const json::object* object = failure ? nullptr : value.if_object();
  for (const auto& known : kKinds) {
    const json::value* found = object == nullptr ? nullptr : object->if_contains(known.member);
    const json::object* parts = found == nullptr ? nullptr : found->if_object();
    const json::value* name = parts == nullptr ? nullptr : parts->if_contains(known.name);
    if (name != nullptr && name->is_string()) {
      return ChatLogDestination{known.kind, std::string(name->get_string())};
    }
  }
  return base::fail(base::ErrorCode::kMalformed, "a logging configuration has no destination");
}

base::WallTime chat_log_window(base::WallTime time, std::chrono::seconds interval) {
  const auto hour = std::chrono::floor<std::chrono::hours>(time);
  const auto within = std::chrono::floor<std::chrono::seconds>(time - hour);
  return hour + within / interval * interval;
}

std::string chat_log_s3_key(std::string_view account, std::string_view region,
                            std::chrono::seconds interval, const ChatLogRange& range) {
  const Calendar time = calendar(chat_log_window(range.first_at, interval));
  const std::string file =
      fmt::format("{}_IVSChatLogs_{}_{}_room_{}_{:04}{:02}{:02}T{:02}{:02}Z_{}.log.gz", account,
                  kChatLogVersion, region, range.room.str(), time.year, time.month, time.day,
                  time.hour, time.minute, digest(range).substr(0, 16));
  return fmt::format("AWSLogs/{}/IVSChatLogs/{}/{}/room_{}/{:04}/{:02}/{:02}/{:02}/{}", account,
                     kChatLogVersion, region, range.room.str(), time.year, time.month, time.day,
                     time.hour, file);
}

std::string chat_log_firehose_key(std::string_view stream, const ChatLogRange& range) {
  const Calendar time = calendar(range.first_at);
  const std::string id = digest(range);
  const std::string_view all = id;
  return fmt::format(
      "{0:04}/{1:02}/{2:02}/{3:02}/{6}-1-{0:04}-{1:02}-{2:02}-{3:02}-{4:02}-{5:02}-{7}-{8}-{9}-{10}"
      "-{11}",
      time.year, time.month, time.day, time.hour, time.minute, time.second, stream,
      all.substr(0, 8), all.substr(8, 4), all.substr(12, 4), all.substr(16, 4), all.substr(20, 12));
}

}  // namespace control
