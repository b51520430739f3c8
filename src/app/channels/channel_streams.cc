// Streams and keys of people's channels, and the end of what belonged to an account.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "app/channels/channel_service.h"
#include "base/log.h"

namespace app {

namespace json = boost::json;

namespace {

constexpr base::Duration kClearEvery = std::chrono::minutes(1);

}  // namespace

Outcome<void> ChannelService::stop_stream(Call& call, const ChannelRow& row) {
  const auto answer = call.control("StopStream", {{"channelArn", row.channel_arn}});
  if (answer.ok() || answer.error == "ChannelNotBroadcasting" ||
      answer.error == "ResourceNotFoundException") {
    return {};
  }
  return broken("StopStream", answer);
}

Outcome<std::string> ChannelService::stream_key(Call& call, const ChannelRow& row) {
  if (!row.stream_key_arn.empty()) {
    const auto answer = call.control("GetStreamKey", {{"arn", row.stream_key_arn}});
    const json::object* key = answer.ok() ? object_in(answer.output, "streamKey") : nullptr;
    if (key != nullptr) return text_in(*key, "value");
    if (answer.error != "ResourceNotFoundException") return broken("GetStreamKey", answer);
  }
  return reset_stream_key(call, row);
}

Outcome<std::string> ChannelService::reset_stream_key(Call& call, const ChannelRow& row) {
  if (auto stopped = stop_stream(call, row); !stopped) {
    return std::unexpected(std::move(stopped.error()));
  }
  // All of them: a crash may have left one more than we know.
  const auto listed =
      call.control("ListStreamKeys", {{"channelArn", row.channel_arn}, {"maxResults", 50}});
  if (!listed.ok()) return broken("ListStreamKeys", listed);
  if (const json::array* keys = array_in(listed.output, "streamKeys")) {
    for (const json::value& entry : *keys) {
      const auto removed =
          call.control("DeleteStreamKey", {{"arn", text_in(entry.as_object(), "arn")}});
      if (!removed.ok() && removed.error != "ResourceNotFoundException") {
        return broken("DeleteStreamKey", removed);
      }
    }
  }
  const auto made = call.control("CreateStreamKey", {{"channelArn", row.channel_arn}});
  const json::object* key = made.ok() ? object_in(made.output, "streamKey") : nullptr;
  if (key == nullptr) return broken("CreateStreamKey", made);
  const std::string arn = text_in(*key, "arn");
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto updated = sql.run("UPDATE app_channels SET stream_key_arn = $2 WHERE account = $1",
                           {row.account, arn});
    if (!updated) return broken(updated.error());
    return {};
  });
  profiles_.forget(row.account);
  if (!written) return std::unexpected(std::move(written.error()));
  return text_in(*key, "value");
}

bool ChannelService::clear(const ChannelRow& row) {
  bool is_clear = true;
  const auto call = [&](const std::string& operation, json::object input) {
    auto answer =
        control_and_wait(parts_.control, {.operation = operation, .input = std::move(input)});
    const bool is_fine = answer.ok() || answer.error == "ResourceNotFoundException" ||
                         answer.error == "ChannelNotBroadcasting";
    is_clear = is_clear && is_fine;
    return answer;
  };
  call("StopStream", {{"channelArn", row.channel_arn}});
  json::object page{{"channelArn", row.channel_arn}, {"maxResults", 100}};
  for (;;) {
    const auto listed = call("ListRecordings", page);
    const json::array* recordings = listed.ok() ? array_in(listed.output, "recordings") : nullptr;
    if (recordings == nullptr) break;
    for (const json::value& entry : *recordings) {
      call("DeleteRecording", {{"recordingId", text_in(entry.as_object(), "recordingId")}});
    }
    const std::string next = text_in(listed.output, "nextToken");
    if (next.empty()) break;
    page["nextToken"] = next;
  }
  call("DeleteChannel", {{"arn", row.channel_arn}});
  call("DeleteRoom", {{"identifier", row.room_arn}});
  facts_.forget(row.channel_arn);
  return is_clear;
}

void ChannelService::clear_leftovers(io::SqlConnection& sql) {
  constexpr std::int64_t kAtOnce = 100;
  auto rows = sql.run(
      "SELECT account, channel_arn, room_arn FROM app_channel_leftovers ORDER BY since LIMIT $1",
      {kAtOnce});
  if (!rows) {
    base::log_warn("what is left of deleted accounts is not known",
                   {{"reason", rows.error().message}});
    return;
  }
  for (std::size_t i = 0; i < rows->size(); ++i) {
    ChannelRow row;
    row.account = rows->text(i, 0);
    row.channel_arn = rows->text(i, 1);
    row.room_arn = rows->text(i, 2);
    if (!clear(row)) continue;
    // If this is not written it is tried once more, which does no harm.
    (void)write_and_wait(parts_.sql, [&](io::SqlConnection& writer) -> Outcome<void> {
      auto removed =
          writer.run("DELETE FROM app_channel_leftovers WHERE account = $1", {row.account});
      if (!removed) return broken(removed.error());
      return {};
    });
  }
}

void ChannelService::clear_later() {
  timer_.start(kClearEvery, [this] {
    (void)parts_.slow.give([this](io::SqlConnection& sql) { clear_leftovers(sql); });
    clear_later();
  });
}

}  // namespace app
