#include "server/recording_command.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "server/channel_command.h"
#include "server/ctl_table.h"
#include "server/ctl_text.h"

namespace server::ctl {

namespace json = boost::json;

namespace {

constexpr std::int64_t kMostMinutes = 48 * 60;

/// "90", "90.5", "1:30" or "1:02:03.250" as milliseconds.
std::optional<std::int64_t> milliseconds_of(std::string_view text) {
  std::int64_t whole = 0;  // seconds so far
  for (int colons = 0;; ++colons) {
    const std::size_t end = text.find(':');
    const std::string_view piece = text.substr(0, end);
    if (end == std::string_view::npos) {
      double seconds = 0;
      const auto read = std::from_chars(piece.data(), piece.data() + piece.size(), seconds,
                                        std::chars_format::fixed);
      const bool is_read =
          !piece.empty() && read.ec == std::errc() && read.ptr == piece.data() + piece.size();
      if (!is_read || seconds < 0 || seconds > 60.0 * kMostMinutes) return std::nullopt;
      return whole * 1000 + static_cast<std::int64_t>(seconds * 1000 + 0.5);
    }
    std::int64_t number = 0;
    const auto read = std::from_chars(piece.data(), piece.data() + piece.size(), number);
    const bool is_read =
        !piece.empty() && read.ec == std::errc() && read.ptr == piece.data() + piece.size();
    if (!is_read || number < 0 || number > kMostMinutes || colons == 2) return std::nullopt;
    whole = (whole + number) * 60;
    text.remove_prefix(end + 1);
  }
}

Result<std::int64_t> time_of(const std::string& text) {
  const auto time = milliseconds_of(text);
  if (!time) return wrong_use(fmt::format("{} is no time in a recording: 90, 1:30, 1:02:03", text));
  return *time;
}

std::vector<Flag> list_flags() {
  return {{.name = "--channel", .help = "Only of this channel", .value_name = "CHANNEL"},
          {.name = "--stream", .help = "Only with this broadcast", .value_name = "ID"},
          {.name = "--state",
           .help = "RECORDING, ENDED or FAILED",
           .value_name = "STATE",
           .values = {"RECORDING", "ENDED", "FAILED"}}};
}

std::int64_t number_of(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  return member != nullptr && member->is_int64() ? member->get_int64() : 0;
}

/// 1:02:03
std::string length_of(std::int64_t milliseconds) {
  const std::int64_t seconds = milliseconds / 1000;
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::vector<std::string> row_of(const json::object& recording) {
  const auto cell = [&](std::string_view name) {
    const json::value* member = recording.if_contains(name);
    return member == nullptr ? std::string("-") : in_one_line(*member);
  };
  return {cell("recordingId"),
          cell("channelName"),
          cell("name"),
          cell("state"),
          cell("startedAt"),
          length_of(number_of(recording, "durationMs")),
          fmt::format("{:.1f} MB", static_cast<double>(number_of(recording, "sizeBytes")) / 1e6)};
}

Result<CommandOutput> list(Client& client, const Words& words, Output form) {
  json::object input;
  if (const std::string* name = words.value("--channel")) {
    const auto channel = find_channel(client, *name);
    if (!channel) return std::unexpected(channel.error());
    input["channelArn"] = *channel;
  }
  if (const std::string* stream = words.value("--stream")) input["streamId"] = *stream;
  if (const std::string* state = words.value("--state")) input["state"] = *state;
  if (form == Output::kJson) return call_and_show(client, "ListRecordings", input, form);
  const auto answer = call_all(client, "ListRecordings", input);
  if (!answer) return std::unexpected(answer.error());
  const json::value* list = answer->if_contains("recordings");
  if (list == nullptr || !list->is_array() || list->get_array().empty())
    return CommandOutput{.output = "(no recordings)\n"};
  std::vector<std::vector<std::string>> rows{
      {"recording", "channel", "name", "state", "started", "length", "size"}};
  for (const json::value& value : list->get_array()) {
    if (value.is_object()) rows.push_back(row_of(value.get_object()));
  }
  return CommandOutput{.output = render_table(rows, terminal_width())};
}

Result<CommandOutput> show(Client& client, const Words& words, Output form) {
  return call_and_show(client, "GetRecording", {{"recordingId", words.places[0]}}, form);
}

Result<CommandOutput> remove(Client& client, const Words& words, Output form) {
  return call_and_show(client, "DeleteRecording", {{"recordingId", words.places[0]}}, form);
}

std::vector<Flag> clip_flags() {
  return {{.name = "--name", .help = "What it is called", .value_name = "TEXT"}};
}

Result<CommandOutput> clip(Client& client, const Words& words, Output form) {
  const auto start = time_of(words.places[1]);
  if (!start) return std::unexpected(start.error());
  const auto end = time_of(words.places[2]);
  if (!end) return std::unexpected(end.error());
  json::object input{{"recordingId", words.places[0]}, {"startMs", *start}, {"endMs", *end}};
  if (const std::string* name = words.value("--name")) input["name"] = *name;
  return call_and_show(client, "CreateRecordingClip", input, form);
}

std::vector<Flag> download_flags() {
  return {
      {.name = "--rendition", .help = "Which quality (default: the best)", .value_name = "NAME"},
      {.name = "--from", .help = "Not from the beginning: 90, 1:30, ...", .value_name = "TIME"},
      {.name = "--to", .help = "Not to the end", .value_name = "TIME"}};
}

Result<CommandOutput> download(Client& client, const Words& words, Output) {
  const auto answer = call(client, "GetRecording", {{"recordingId", words.places[0]}});
  if (!answer) return std::unexpected(answer.error());
  const json::value* recording = answer->if_contains("recording");
  std::string url = recording != nullptr && recording->is_object()
                        ? text_of(recording->get_object(), "downloadUrl")
                        : std::string();
  if (url.empty()) return wrong_use("this recording has no pictures or sound");
  char before = '?';
  const auto add = [&](std::string_view name, std::string_view value) {
    url += fmt::format("{}{}={}", std::exchange(before, '&'), name, value);
  };
  if (const std::string* rendition = words.value("--rendition")) add("rendition", *rendition);
  for (const auto& [option, name] : {std::pair("--from", "start"), std::pair("--to", "end")}) {
    const std::string* text = words.value(option);
    if (text == nullptr) continue;
    const auto time = time_of(*text);
    if (!time) return std::unexpected(time.error());
    add(name, std::to_string(*time));
  }
  return CommandOutput{.output = url + "\n"};
}

}  // namespace

std::span<const Verb> recording_verbs() {
  static constexpr Verb kVerbs[] = {
      {.name = "list", .help = "Recordings, newest first", .flags = list_flags, .run = list},
      {.name = "show",
       .places = "RECORDING",
       .least = 1,
       .most = 1,
       .help = "One recording: what it holds and where it is played",
       .run = show},
      {.name = "delete",
       .places = "RECORDING",
       .least = 1,
       .most = 1,
       .help = "Delete a recording and everything that is stored of it",
       .run = remove},
      {.name = "clip",
       .places = "RECORDING START END",
       .least = 3,
       .most = 3,
       .help = "Make a part of a recording (90, 1:30, 1:02:03) a recording of its own",
       .flags = clip_flags,
       .run = clip},
      {.name = "download",
       .places = "RECORDING",
       .least = 1,
       .most = 1,
       .help = "The address of a recording as an MP4 file, for curl or a browser",
       .flags = download_flags,
       .run = download},
  };
  return kVerbs;
}

}  // namespace server::ctl
