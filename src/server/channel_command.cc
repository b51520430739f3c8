#include "server/channel_command.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>

#include "base/check.h"
#include "server/ctl_table.h"
#include "server/ctl_text.h"

namespace server::ctl {

namespace json = boost::json;

namespace {

const json::array& list_in(const json::object& object, std::string_view name) {
  static const json::array kNone;
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_array() ? value->get_array() : kNone;
}

const json::object& object_in(const json::object& object, std::string_view name) {
  static const json::object kNone;
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : kNone;
}

std::vector<Flag> create_flags() {
  std::vector<Flag> flags = member_flags(*control::find_operation("CreateChannel"));
  flags.push_back({.name = "--json",
                   .help = "The rest of the input as a JSON object, or @FILE",
                   .value_name = "JSON"});
  return flags;
}

Result<CommandOutput> create(Client& client, const Words& words, Output form) {
  auto input = input_from(words);
  if (!input) return std::unexpected(input.error());
  if (!words.places.empty()) (*input)["name"] = words.places[0];
  return call_and_show(client, "CreateChannel", *input, form);
}

/// Viewers of every channel that is live, by ARN.
Result<std::map<std::string, std::string>> viewers_by_channel(Client& client) {
  const auto answer = call_all(client, "ListStreams", {});
  if (!answer) return std::unexpected(answer.error());
  std::map<std::string, std::string> viewers;
  for (const json::value& stream : list_in(*answer, "streams")) {
    if (!stream.is_object()) continue;
    const json::value* count = stream.get_object().if_contains("viewerCount");
    viewers[text_of(stream.get_object(), "channelArn")] =
        count != nullptr ? in_one_line(*count) : "?";
  }
  return viewers;
}

Result<CommandOutput> list(Client& client, const Words&, Output form) {
  if (form == Output::kJson) return call_and_show(client, "ListChannels", {}, form);
  const auto answer = call_all(client, "ListChannels", {});
  if (!answer) return std::unexpected(answer.error());
  const json::array& channels = list_in(*answer, "channels");
  if (channels.empty()) return CommandOutput{.output = "(no channels)\n"};
  const auto viewers = viewers_by_channel(client);
  if (!viewers) return std::unexpected(viewers.error());
  std::vector<std::vector<std::string>> rows{
      {"name", "state", "viewers", "type", "latency", "access", "arn"}};
  for (const json::value& value : channels) {
    if (!value.is_object()) continue;
    const json::object& channel = value.get_object();
    const std::string arn = text_of(channel, "arn");
    const auto live = viewers->find(arn);
    const bool is_live = live != viewers->end();
    const json::value* authorized = channel.if_contains("authorized");
    const bool is_private =
        authorized != nullptr && authorized->is_bool() && authorized->get_bool();
    const auto cell = [&](std::string_view name) {
      const json::value* member = channel.if_contains(name);
      return member == nullptr ? std::string("-") : in_one_line(*member);
    };
    rows.push_back({cell("name"), is_live ? "live" : "offline", is_live ? live->second : "-",
                    cell("type"), cell("latencyMode"), is_private ? "private" : "public",
                    printable(arn)});
  }
  return CommandOutput{.output = render_table(rows, terminal_width())};
}

Result<CommandOutput> show(Client& client, const Words& words, Output form) {
  const auto arn = find_channel(client, words.places[0]);
  if (!arn) return std::unexpected(arn.error());
  auto answer = call(client, "GetChannel", {{"arn", *arn}});
  if (!answer) return std::unexpected(answer.error());
  const auto stream = call(client, "GetStream", {{"channelArn", *arn}});
  if (stream) {
    (*answer)["stream"] = object_in(*stream, "stream");
  } else if (stream.error().error != "ChannelNotBroadcasting") {
    return std::unexpected(stream.error());
  }
  if (form == Output::kJson) return CommandOutput{.output = indented_json(*answer)};
  std::string text = render(*control::find_operation("GetChannel")->output,
                            {{"channel", object_in(*answer, "channel")}}, terminal_width());
  text += stream ? render(*control::find_operation("GetStream")->output, *stream, 0)
                 : std::string("state  offline\n");
  return CommandOutput{.output = std::move(text)};
}

/// An operation whose whole input is one member that names the channel.
Result<CommandOutput> call_for_channel(Client& client, const std::string& word,
                                       std::string_view operation, std::string_view member,
                                       std::string_view done) {
  const auto arn = find_channel(client, word);
  if (!arn) return std::unexpected(arn.error());
  const auto answer = call(client, operation, {{member, *arn}});
  if (!answer) return std::unexpected(answer.error());
  return CommandOutput{.output = fmt::format("{} {}\n", done, printable(*arn))};
}

Result<CommandOutput> remove(Client& client, const Words& words, Output) {
  return call_for_channel(client, words.places[0], "DeleteChannel", "arn", "deleted");
}

Result<CommandOutput> stop(Client& client, const Words& words, Output) {
  return call_for_channel(client, words.places[0], "StopStream", "channelArn", "stopped");
}

CommandOutput show_key(const json::object& answer, Output form) {
  const json::object& key = object_in(answer, "streamKey");
  return {.output = form == Output::kJson ? indented_json(answer)
                                          : printable(text_of(key, "value")) + "\n"};
}

Result<std::vector<std::string>> key_arns(Client& client, const std::string& channel) {
  const auto answer = call_all(client, "ListStreamKeys", {{"channelArn", channel}});
  if (!answer) return std::unexpected(answer.error());
  std::vector<std::string> arns;
  for (const json::value& key : list_in(*answer, "streamKeys")) {
    if (key.is_object()) arns.push_back(text_of(key.get_object(), "arn"));
  }
  return arns;
}

Result<CommandOutput> show_stream_key(Client& client, const Words& words, Output form) {
  const auto channel = find_channel(client, words.places[0]);
  if (!channel) return std::unexpected(channel.error());
  const auto arns = key_arns(client, *channel);
  if (!arns) return std::unexpected(arns.error());
  if (arns->empty()) {
    return wrong_use("the channel has no stream key; `rostrum channel rotate-key` makes one");
  }
  const auto answer = call(client, "GetStreamKey", {{"arn", arns->front()}});
  if (!answer) return std::unexpected(answer.error());
  return show_key(*answer, form);
}

// A channel has one key at most, so the old one has to go first.
Result<CommandOutput> rotate_key(Client& client, const Words& words, Output form) {
  const auto channel = find_channel(client, words.places[0]);
  if (!channel) return std::unexpected(channel.error());
  const auto arns = key_arns(client, *channel);
  if (!arns) return std::unexpected(arns.error());
  for (const std::string& arn : *arns) {
    const auto deleted = call(client, "DeleteStreamKey", {{"arn", arn}});
    if (!deleted) return std::unexpected(deleted.error());
  }
  const auto answer = call(client, "CreateStreamKey", {{"channelArn", *channel}});
  if (!answer) return std::unexpected(answer.error());
  return show_key(*answer, form);
}

Result<CommandOutput> put_metadata(Client& client, const Words& words, Output) {
  const auto text = text_or_file(words.places[1]);
  if (!text) return std::unexpected(text.error());
  const auto arn = find_channel(client, words.places[0]);
  if (!arn) return std::unexpected(arn.error());
  const auto answer = call(client, "PutMetadata", {{"channelArn", *arn}, {"metadata", *text}});
  if (!answer) return std::unexpected(answer.error());
  return CommandOutput{};
}

Result<std::string> find_by_id(Client& client, const std::string& id) {
  const auto any = call(client, "ListChannels", {{"maxResults", 1}});
  if (!any) return std::unexpected(any.error());
  const json::array& channels = list_in(*any, "channels");
  if (channels.empty() || !channels.front().is_object()) return std::string();
  const std::string neighbour = text_of(channels.front().get_object(), "arn");
  const std::string arn = neighbour.substr(0, neighbour.rfind('/') + 1) + id;
  const auto found = call(client, "GetChannel", {{"arn", arn}});
  if (found) return arn;
  if (found.error().exit_code == kApiFailed &&
      (found.error().error == "ResourceNotFoundException" ||
       found.error().error == "ValidationException")) {
    return std::string();
  }
  return std::unexpected(found.error());
}

}  // namespace

Result<std::string> find_channel(Client& client, const std::string& word) {
  if (word.starts_with("arn:")) return word;
  const auto named = call(client, "ListChannels", {{"filterByName", word}});
  if (!named && named.error().error != "ValidationException") {
    return std::unexpected(named.error());
  }
  if (named) {
    const json::array& channels = list_in(*named, "channels");
    if (channels.size() > 1) {
      std::string arns;
      for (const json::value& channel : channels) {
        if (channel.is_object()) arns += "\n  " + printable(text_of(channel.get_object(), "arn"));
      }
      return wrong_use(fmt::format("several channels are named {}; say which:{}", word, arns));
    }
    if (channels.size() == 1 && channels.front().is_object()) {
      return text_of(channels.front().get_object(), "arn");
    }
  }
  auto arn = find_by_id(client, word);
  if (!arn) return arn;
  if (arn->empty()) return wrong_use(fmt::format("no channel has the name or id {}", word));
  return arn;
}

std::span<const Verb> channel_verbs() {
  static constexpr Verb kVerbs[] = {
      {.name = "create",
       .places = "[NAME]",
       .most = 1,
       .help = "Make a channel with its stream key",
       .flags = create_flags,
       .run = create},
      {.name = "list", .help = "All channels and who is live", .run = list},
      {.name = "show",
       .places = "CHANNEL",
       .least = 1,
       .most = 1,
       .help = "A channel (by name, id or ARN) and its broadcast",
       .run = show},
      {.name = "delete",
       .places = "CHANNEL",
       .least = 1,
       .most = 1,
       .help = "Delete a channel that is not live",
       .run = remove},
      {.name = "stop",
       .places = "CHANNEL",
       .least = 1,
       .most = 1,
       .help = "End the broadcast",
       .run = stop},
      {.name = "key",
       .places = "CHANNEL",
       .least = 1,
       .most = 1,
       .help = "Print the stream key",
       .run = show_stream_key},
      {.name = "rotate-key",
       .places = "CHANNEL",
       .least = 1,
       .most = 1,
       .help = "Delete the stream key and print a new one",
       .run = rotate_key},
      {.name = "metadata",
       .places = "CHANNEL TEXT|@FILE|-",
       .least = 2,
       .most = 2,
       .help = "Send timed metadata, at most 1 KiB, into the broadcast",
       .run = put_metadata},
  };
  return kVerbs;
}

}  // namespace server::ctl
