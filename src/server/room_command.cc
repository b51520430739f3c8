#include "server/room_command.h"

#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "server/channel_command.h"
#include "server/ctl_table.h"
#include "server/ctl_text.h"

namespace server::ctl {

namespace json = boost::json;

namespace {

/// A whole number among the options becomes a member of the input.
Result<void> copy_number(const Words& words, std::string_view option, json::object& input,
                         std::string_view member) {
  const std::string* text = words.value(option);
  if (text == nullptr) return {};
  std::int64_t number = 0;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), number);
  if (read.ec != std::errc() || read.ptr != text->data() + text->size()) {
    return wrong_use(fmt::format("{} must be a whole number", option));
  }
  input[member] = number;
  return {};
}

std::string csv_field(std::string_view text) {
  // A cell that begins like a formula would be run by spreadsheets.
  const bool is_formula = !text.empty() && std::string_view("=+-@\t\r").contains(text.front());
  std::string field = "\"";
  if (is_formula) field += '\'';
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  field += '"';
  return field;
}

/// Time, type, user, text.
std::string message_row(const json::object& message) {
  const bool is_event = text_of(message, "type") == "EVENT";
  const std::string time = text_of(message, "sendTime");
  const std::string type = text_of(message, "type");
  const std::string user = text_of(message, "userId");
  const std::string text = text_of(message, is_event ? "eventName" : "content");
  return csv_row(std::array<std::string_view, 4>{time, type, user, text});
}

Result<CommandOutput> list(Client& client, const Words&, Output form) {
  return call_and_show(client, "ListRooms", {}, form);
}

Result<CommandOutput> create(Client& client, const Words& words, Output form) {
  json::object input;
  if (!words.places.empty()) input["name"] = words.places[0];
  return call_and_show(client, "CreateRoom", input, form);
}

std::vector<Flag> token_flags() {
  return {{.name = "--moderator",
           .takes = Takes::kNothing,
           .help = "May also delete messages and disconnect users"},
          {.name = "--view-only", .takes = Takes::kNothing, .help = "May not send messages"}};
}

Result<CommandOutput> token(Client& client, const Words& words, Output form) {
  const auto room = find_room(client, words.places[0]);
  if (!room) return std::unexpected(room.error());
  json::array capabilities;
  if (!words.has("--view-only")) capabilities.emplace_back("SEND_MESSAGE");
  if (words.has("--moderator")) {
    capabilities.emplace_back("DELETE_MESSAGE");
    capabilities.emplace_back("DISCONNECT_USER");
  }
  return call_and_show(client, "CreateChatToken",
                       {{"roomIdentifier", *room},
                        {"userId", words.places[1]},
                        {"capabilities", std::move(capabilities)}},
                       form);
}

std::vector<Flag> invite_flags() {
  return {{.name = "--role",
           .help = "VIP, MODERATOR (default) or OWNER",
           .value_name = "ROLE",
           .values = {"VIP", "MODERATOR", "OWNER"}},
          {.name = "--name", .help = "Shown beside their messages", .value_name = "TEXT"},
          {.name = "--seconds", .help = "Until it expires (default: 3600)", .value_name = "N"}};
}

Result<CommandOutput> invite(Client& client, const Words& words, Output form) {
  const auto channel = find_channel(client, words.places[0]);
  if (!channel) return std::unexpected(channel.error());
  json::object input{{"channelArn", *channel}, {"role", "MODERATOR"}};
  if (const std::string* role = words.value("--role")) input["role"] = *role;
  if (const std::string* name = words.value("--name")) input["displayName"] = *name;
  if (auto copied = copy_number(words, "--seconds", input, "durationSeconds"); !copied) {
    return std::unexpected(copied.error());
  }
  return call_and_show(client, "CreateRoomInvite", input, form);
}

std::vector<Flag> ban_flags() {
  return {{.name = "--seconds", .help = "Only for so long", .value_name = "N"},
          {.name = "--reason", .help = "Shown to the room", .value_name = "TEXT"}};
}

Result<CommandOutput> ban(Client& client, const Words& words, Output form) {
  const auto room = find_room(client, words.places[0]);
  if (!room) return std::unexpected(room.error());
  json::object input{{"roomIdentifier", *room}, {"userId", words.places[1]}};
  if (auto copied = copy_number(words, "--seconds", input, "durationSeconds"); !copied) {
    return std::unexpected(copied.error());
  }
  if (const std::string* reason = words.value("--reason")) input["reason"] = *reason;
  return call_and_show(client, "BanRoomUser", input, form);
}

Result<CommandOutput> unban(Client& client, const Words& words, Output form) {
  const auto room = find_room(client, words.places[0]);
  if (!room) return std::unexpected(room.error());
  return call_and_show(client, "UnbanRoomUser",
                       {{"roomIdentifier", *room}, {"userId", words.places[1]}}, form);
}

std::vector<Flag> export_flags() {
  return {{.name = "--format",
           .help = "jsonl (default): an object a line; csv: time, type, user, text",
           .value_name = "FORM",
           .values = {"jsonl", "csv"}},
          {.name = "--from", .help = "Not before this time (RFC 3339)", .value_name = "TIME"},
          {.name = "--to", .help = "Before this time", .value_name = "TIME"},
          {.name = "--user", .help = "Only what this user said", .value_name = "ID"}};
}

Result<CommandOutput> export_messages(Client& client, const Words& words, Output) {
  const auto room = find_room(client, words.places[0]);
  if (!room) return std::unexpected(room.error());
  json::object input{{"roomIdentifier", *room}, {"order", "OLDEST_FIRST"}, {"maxResults", 200}};
  if (const std::string* from = words.value("--from")) input["startTime"] = *from;
  if (const std::string* until = words.value("--to")) input["endTime"] = *until;
  if (const std::string* user = words.value("--user")) input["userId"] = *user;
  const auto answer = call_all(client, "ListRoomMessages", input);
  if (!answer) return std::unexpected(answer.error());
  const std::string* format = words.value("--format");
  const bool csv = format != nullptr && *format == "csv";
  CommandOutput output;
  if (csv) output.output = "time,type,user,text\r\n";
  for_each_in(*answer, "messages", [&](const json::object& message) {
    output.output += csv ? message_row(message) : json::serialize(message) + "\n";
  });
  return output;
}

}  // namespace

Result<std::string> find_room(Client& client, const std::string& word) {
  if (word.starts_with("arn:")) return word;
  const auto answer = call_all(client, "ListRooms", {});
  if (!answer) return std::unexpected(answer.error());
  std::string by_id;
  std::vector<std::string> named;
  for_each_in(*answer, "rooms", [&](const json::object& room) {
    const std::string arn = text_of(room, "arn");
    if (text_of(room, "id") == word) by_id = arn;
    if (text_of(room, "name") == word) named.push_back(arn);
  });
  if (!by_id.empty()) return by_id;
  if (named.size() == 1) return named.front();
  if (named.empty())
    return wrong_use(fmt::format("there is no chat room with the id or name {}", word));
  return wrong_use(fmt::format("{} chat rooms have the name {}: give the id", named.size(), word));
}

std::string csv_row(std::span<const std::string_view> fields) {
  std::string row;
  for (const std::string_view field : fields) {
    if (!row.empty()) row += ',';
    row += csv_field(field);
  }
  row += "\r\n";
  return row;
}

std::span<const Verb> room_verbs() {
  static constexpr Verb kVerbs[] = {
      {.name = "list", .help = "All chat rooms", .run = list},
      {.name = "create", .places = "[NAME]", .most = 1, .help = "Make a room", .run = create},
      {.name = "token",
       .places = "ROOM USER",
       .least = 2,
       .most = 2,
       .help = "A chat token for that user",
       .flags = token_flags,
       .run = token},
      {.name = "invite",
       .places = "CHANNEL",
       .least = 1,
       .most = 1,
       .help = "An address of the channel's page that makes whoever opens it a moderator",
       .flags = invite_flags,
       .run = invite},
      {.name = "ban",
       .places = "ROOM USER",
       .least = 2,
       .most = 2,
       .help = "Disconnect a user and keep them out, for some time or until it is lifted",
       .flags = ban_flags,
       .run = ban},
      {.name = "unban",
       .places = "ROOM USER",
       .least = 2,
       .most = 2,
       .help = "Lift a ban",
       .run = unban},
      {.name = "export",
       .places = "ROOM",
       .least = 1,
       .most = 1,
       .help = "What was said in a room, oldest first",
       .flags = export_flags,
       .run = export_messages},
  };
  return kVerbs;
}

}  // namespace server::ctl
