#include "app/channels/channel_maker.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <utility>

#include "app/channels/schema.h"
#include "app/channels/search_words.h"
#include "base/log.h"
#include "io/loop.h"

namespace app {

namespace json = boost::json;

namespace {

constexpr std::string_view kApp = "platform";  // the tag "app" of what is ours

json::object tags_of(std::string_view account) {
  return {{"app", kApp}, {"account", account}, {"project", "rostrum"}};
}

bool is_ours(const json::object& resource, std::string_view account) {
  const json::object* tags = object_in(resource, "tags");
  return tags != nullptr && text_in(*tags, "app") == kApp && text_in(*tags, "account") == account;
}

// The first of a list, page by page, that `fits`; nothing if there is none.
template <class Fits>
Outcome<std::optional<json::object>> find_listed(control::Control& control,
                                                 const std::string& operation, json::object input,
                                                 std::string_view list, Fits fits) {
  for (;;) {
    const auto answer = control_and_wait(control, {.operation = operation, .input = input});
    if (!answer.ok()) return broken(operation, answer);
    if (const json::array* entries = array_in(answer.output, list)) {
      for (const json::value& entry : *entries) {
        if (entry.is_object() && fits(entry.get_object())) return entry.get_object();
      }
    }
    const std::string next = text_in(answer.output, "nextToken");
    if (next.empty()) return std::nullopt;
    input["nextToken"] = next;
  }
}

}  // namespace

std::string text_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

const json::object* object_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? value->if_object() : nullptr;
}

const json::array* array_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? value->if_array() : nullptr;
}

std::string resource_name_of(std::string_view account_name) {
  std::string name;
  for (const char c : account_name) {
    const bool may_stay = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (may_stay) name.push_back(c);
  }
  return name;
}

Outcome<ChannelRow> ChannelMaker::ensure(Call& call, const Account& account) {
  auto begun = load_begun(call.sql, account.id);
  if (!begun) return std::unexpected(std::move(begun.error()));
  if (*begun && !(*begun)->row.channel_arn.empty()) return (*begun)->row;
  if (account.role < Role::kStreamer && !parts_.accounts->limits().everyone_streams) {
    return forbidden("An administrator has to let you go live first.");
  }
  std::promise<Outcome<ChannelRow>> promise;
  Result result;
  const bool is_first = under_way_.with([&](auto& under_way) {
    const auto [place, is_new] = under_way.try_emplace(account.id);
    if (is_new) place->second = promise.get_future().share();
    result = place->second;
    return is_new;
  });
  if (!is_first) return result.get();
  auto made = make(call, account);
  under_way_.with([&](auto& under_way) { under_way.erase(account.id); });
  promise.set_value(made);
  return made;
}

Outcome<BegunChannel> ChannelMaker::begin(Call& call, const Account& account, bool& is_new) {
  std::optional<BegunChannel> begun;
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto inserted = sql.run(
        "INSERT INTO app_channels (account, resource_name, created_at) VALUES ($1, $2, $3) "
        "ON CONFLICT (account) DO NOTHING",
        {account.id, resource_name_of(account.name), column_of(call.now)});
    if (!inserted) return broken(inserted.error());
    is_new = inserted->changed == 1;
    auto loaded = load_begun(sql, account.id);
    if (!loaded) return std::unexpected(std::move(loaded.error()));
    begun = std::move(*loaded);
    return {};
  });
  if (!written) return std::unexpected(std::move(written.error()));
  if (!begun) return not_found("The account has gone.");
  return std::move(*begun);
}

Outcome<ChannelRow> ChannelMaker::make(Call& call, const Account& account) {
  bool is_new = false;
  auto begun = begin(call, account, is_new);
  if (!begun) return std::unexpected(std::move(begun.error()));
  // Another one may have ended while this one began.
  if (!begun->row.channel_arn.empty()) return begun->row;
  ChannelRow row = begun->row;
  if (auto made = make_channel(*begun, is_new, row); !made) {
    return std::unexpected(std::move(made.error()));
  }
  if (auto made = make_room(*begun, is_new, row); !made) {
    return std::unexpected(std::move(made.error()));
  }
  bool is_kept = false;
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto updated = sql.run(
        "UPDATE app_channels SET channel_arn = $2, room_arn = $3, stream_key_arn = $4 "
        "WHERE account = $1",
        {row.account, row.channel_arn, row.room_arn, row.stream_key_arn});
    if (!updated) return broken(updated.error());
    is_kept = updated->changed == 1;
    return index_channel(sql, row.account);
  });
  if (written && is_kept) return row;
  if (!written) return std::unexpected(std::move(written.error()));
  // The account was deleted meanwhile, and could not take along what was not there yet.
  (void)control_and_wait(parts_.control,
                         {.operation = "DeleteChannel", .input = {{"arn", row.channel_arn}}});
  (void)control_and_wait(parts_.control,
                         {.operation = "DeleteRoom", .input = {{"identifier", row.room_arn}}});
  return not_found("The account has gone.");
}

json::object ChannelMaker::form_of_channel(const std::string& recording) const {
  const PlatformSettings& settings = parts_.settings;
  json::object form{{"type", settings.channel_type}};
  if (settings.channel_type.starts_with("ADVANCED") && !settings.channel_preset.empty()) {
    form["preset"] = settings.channel_preset;
  }
  if (settings.multitrack && settings.channel_type == "STANDARD") {
    form["containerFormat"] = "FRAGMENTED_MP4";
    form["multitrackInputConfiguration"] =
        json::object{{"enabled", true},
                     {"maximumResolution", settings.multitrack_resolution},
                     {"policy", settings.multitrack_policy}};
  }
  if (!recording.empty()) form["recordingConfigurationArn"] = recording;
  return form;
}

Outcome<void> ChannelMaker::make_channel(const BegunChannel& begun, bool is_new, ChannelRow& row) {
  const std::string name = begun.resource_name + "s-channel";
  if (!is_new) {
    auto found = find_listed(
        parts_.control, "ListChannels", {{"filterByName", name}, {"maxResults", 100}}, "channels",
        [&](const json::object& channel) { return is_ours(channel, begun.row.account); });
    if (!found) return std::unexpected(std::move(found.error()));
    if (*found) {
      row.channel_arn = text_in(**found, "arn");
      auto key = find_listed(parts_.control, "ListStreamKeys", {{"channelArn", row.channel_arn}},
                             "streamKeys", [](const json::object&) { return true; });
      if (!key) return std::unexpected(std::move(key.error()));
      row.stream_key_arn = *key ? text_in(**key, "arn") : std::string();
      return {};
    }
  }
  auto recording = recording_configuration();
  if (!recording) return std::unexpected(std::move(recording.error()));
  json::object form = form_of_channel(*recording);
  form["name"] = name;
  form["latencyMode"] = "LOW";
  form["insecureIngest"] = parts_.settings.insecure_ingest;
  form["tags"] = tags_of(begun.row.account);
  const auto answer =
      control_and_wait(parts_.control, {.operation = "CreateChannel", .input = std::move(form)});
  if (!answer.ok()) return broken("CreateChannel", answer);
  const json::object* channel = object_in(answer.output, "channel");
  const json::object* key = object_in(answer.output, "streamKey");
  if (channel != nullptr) row.channel_arn = text_in(*channel, "arn");
  if (key != nullptr) row.stream_key_arn = text_in(*key, "arn");
  return {};
}

Outcome<void> ChannelMaker::make_room(const BegunChannel& begun, bool is_new, ChannelRow& row) {
  const std::string name = begun.resource_name + "s-room";
  if (!is_new) {
    auto found =
        find_listed(parts_.control, "ListRooms", {{"name", name}}, "rooms",
                    [&](const json::object& room) { return is_ours(room, begun.row.account); });
    if (!found) return std::unexpected(std::move(found.error()));
    if (*found) {
      row.room_arn = text_in(**found, "arn");
      return {};
    }
  }
  const auto answer = control_and_wait(
      parts_.control,
      {.operation = "CreateRoom", .input = {{"name", name}, {"tags", tags_of(begun.row.account)}}});
  if (!answer.ok()) return broken("CreateRoom", answer);
  row.room_arn = text_in(answer.output, "arn");
  return {};
}

Outcome<std::string> ChannelMaker::recording_configuration() {
  if (!parts_.settings.record) return std::string();
  // One at a time, so that there is one; with the first channel, so that servers without people's
  // channels list none that nobody made.
  return recording_arn_.with([&](std::string& known) -> Outcome<std::string> {
    if (!known.empty()) return known;
    auto found =
        find_listed(parts_.control, "ListRecordingConfigurations", {{"maxResults", 100}},
                    "recordingConfigurations", [](const json::object& configuration) {
                      return text_in(configuration, "name") == kApp && is_ours(configuration, "");
                    });
    if (!found) return std::unexpected(std::move(found.error()));
    if (!*found) {
      const auto answer = control_and_wait(
          parts_.control,
          {.operation = "CreateRecordingConfiguration",
           .input = {{"name", kApp},
                     {"destinationConfiguration",
                      json::object{{"s3", json::object{{"bucketName", "platform-recordings"}}}}},
                     {"recordingReconnectWindowSeconds", 15},
                     {"thumbnailConfiguration",
                      json::object{{"recordingMode", "INTERVAL"},
                                   {"targetIntervalSeconds", 15},
                                   {"storage", json::array{"SEQUENTIAL", "LATEST"}}}},
                     {"tags", tags_of("")}}});
      if (!answer.ok()) return broken("CreateRecordingConfiguration", answer);
      if (const auto* made = object_in(answer.output, "recordingConfiguration")) *found = *made;
    }
    const std::string state = *found ? text_in(**found, "state") : std::string();
    if (state == "CREATING") {
      return std::unexpected(
          Refusal{503, "Busy", "The platform is being set up. Try again in a moment.", {}, 2});
    }
    if (state != "ACTIVE") {
      // It cannot be written to: people go live all the same.
      base::log_warn("channels are made that are not recorded",
                     {{"reason", "the recording configuration is " + state}});
      return std::string();
    }
    known = text_in(**found, "arn");
    return known;
  });
}

Outcome<bool> ChannelMaker::apply_settings(Call& call, const ChannelRow& row) {
  auto recording = recording_configuration();
  if (!recording) return std::unexpected(std::move(recording.error()));
  const auto current = call.control("GetChannel", {{"arn", row.channel_arn}});
  if (!current.ok()) return broken("GetChannel", current);
  const json::object* channel = object_in(current.output, "channel");
  json::object form = form_of_channel(*recording);
  const bool is_same = channel != nullptr && std::ranges::all_of(form, [&](const auto& member) {
                         const json::value* value = channel->if_contains(member.key());
                         return value != nullptr && *value == member.value();
                       });
  if (is_same) return false;
  form["arn"] = row.channel_arn;
  const auto updated = call.control("UpdateChannel", std::move(form));
  if (updated.error == "ConflictException") return false;
  if (!updated.ok()) return broken("UpdateChannel", updated);
  return true;
}

}  // namespace app
