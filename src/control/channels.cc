// Channels: create, read, change, delete, list.
#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/ids.h"
#include "control/call.h"
#include "control/channel_record.h"
#include "control/live_board.h"
#include "control/platform.h"
#include "control/recording/past_access.h"
#include "control/stream_key_record.h"
#include "control/viewer_gates.h"

namespace control {
namespace {

namespace json = boost::json;

constexpr std::size_t kIdLength = 12;
constexpr std::size_t kPassphraseLength = 64;

/// A member that holds an ARN: its id, "" when the member switches the feature off; an error when
/// it names nothing of ours.
ApiResult<std::string> referred_id(Call& call, std::string_view member, std::string_view type,
                                   std::string_view statement) {
  const std::string arn = text_of(call.input, member);
  if (arn.empty()) return std::string();
  const std::string id{own_id(call.platform.home, type, arn)};
  if (!id.empty()) {
    auto found = call.sql.run(statement, {id});
    if (!found) return internal(found.error());
    if (!found->empty()) return id;
  }
  return not_found(fmt::format("{} names no {} of this server", member, type));
}

// A configuration can be used once its bucket was found to be writable.
ApiResult<void> check_recording(Call& call, const ChannelRecord& channel) {
  auto rows = call.sql.run("SELECT state FROM recording_configurations WHERE id = $1",
                           {channel.recording_configuration});
  if (!rows) return internal(rows.error());
  if (rows->empty() || rows->text(0, 0) == "ACTIVE") return {};
  return invalid(
      fmt::format("the recording configuration is {}; only one that is ACTIVE can be "
                  "used",
                  rows->text(0, 0)));
}

ApiResult<void> take_references(Call& call, ChannelRecord& channel) {
  const struct {
    std::string_view member;
    std::string_view type;
    std::string_view statement;
    std::string& id;
  } rows[] = {
      {"recordingConfigurationArn", "recording-configuration",
       "SELECT 1 FROM recording_configurations WHERE id = $1", channel.recording_configuration},
      {"playbackRestrictionPolicyArn", "playback-restriction-policy",
       "SELECT 1 FROM playback_restriction_policies WHERE id = $1", channel.restriction_policy},
      {"adConfigurationArn", "ad-configuration", "SELECT 1 FROM ad_configurations WHERE id = $1",
       channel.ad_configuration},
  };
  for (const auto& row : rows) {
    if (!has(call.input, row.member)) continue;
    auto id = referred_id(call, row.member, row.type, row.statement);
    if (!id) return std::unexpected(id.error());
    row.id = *id;
  }
  return has(call.input, "recordingConfigurationArn") ? check_recording(call, channel)
                                                      : ApiResult<void>{};
}

bool is_advanced(std::string_view type) {
  return type.starts_with("ADVANCED");
}

// Rules between members (spec of the service: what goes with which type).
ApiResult<void> check_together(const ChannelRecord& channel) {
  if (!is_advanced(channel.type) && !channel.preset.empty()) {
    return invalid(fmt::format("preset goes with ADVANCED_SD and ADVANCED_HD only, not with {}",
                               channel.type));
  }
  const json::value kept = parse_kept(channel.multitrack.empty() ? "{}" : channel.multitrack);
  const json::object& multitrack = kept.as_object();
  if (boolean_of(multitrack, "enabled", false)) {
    if (channel.type != "STANDARD") {
      return invalid("multitrackInputConfiguration can be enabled for STANDARD channels only");
    }
    if (!has(multitrack, "policy") || !has(multitrack, "maximumResolution")) {
      return invalid(
          "multitrackInputConfiguration needs policy and maximumResolution when it is enabled");
    }
    if (channel.container_format != "FRAGMENTED_MP4") {
      return invalid("multitrackInputConfiguration needs containerFormat FRAGMENTED_MP4");
    }
  }
  if (!channel.ad_configuration.empty() && channel.container_format != "TS") {
    return invalid("adConfigurationArn needs containerFormat TS");
  }
  return {};
}

ApiResult<void> take_members(Call& call, ChannelRecord& channel) {
  const json::object& input = call.input;
  channel.name = text_of(input, "name", channel.name);
  channel.latency_mode = text_of(input, "latencyMode", channel.latency_mode);
  const std::string type = text_of(input, "type", channel.type);
  if (has(input, "preset")) {
    channel.preset = text_of(input, "preset");
  } else if (is_advanced(type) != is_advanced(channel.type) || channel.preset.empty()) {
    channel.preset = is_advanced(type) ? "HIGHER_BANDWIDTH_DELIVERY" : "";
  }
  channel.type = type;
  channel.authorized = boolean_of(input, "authorized", channel.authorized);
  channel.insecure_ingest = boolean_of(input, "insecureIngest", channel.insecure_ingest);
  channel.container_format = text_of(input, "containerFormat", channel.container_format);
  channel.multitrack = json_of(input, "multitrackInputConfiguration", channel.multitrack);
  if (auto taken = take_references(call, channel); !taken) return taken;
  return check_together(channel);
}

// Over SRT a caller comes either with the passphrase or, where insecure ingest is allowed, without.
void settle_passphrase(Call& call, ChannelRecord& channel) {
  if (channel.insecure_ingest) {
    channel.srt_passphrase.clear();
  } else if (channel.srt_passphrase.empty()) {
    channel.srt_passphrase = call.platform.secrets.seal(
        base::random_alphanumeric(kPassphraseLength), passphrase_context(channel.id));
  }
}

json::object whole(const Call& call, const ChannelRecord& channel) {
  return channel_object(channel, call.platform.home, call.endpoints, &call.platform.secrets);
}

ApiObject create_channel(Call& call) {
  if (call.platform.settings.limits == LimitsMode::kIvs) {
    auto counted = call.sql.run("SELECT count(*) FROM channels");
    if (!counted) return internal(counted.error());
    if (counted->integer(0, 0) >= service_quota("channels")) {
      return quota_exceeded(
          fmt::format("there may be at most {} channels", service_quota("channels")));
    }
  }
  ChannelRecord channel;
  channel.id = base::random_alphanumeric(kIdLength);
  channel.latency_mode = "LOW";
  channel.type = "STANDARD";
  channel.container_format = "TS";
  channel.tags = json_of(call.input, "tags", "{}");
  channel.created_at = call.now.time_since_epoch().count();
  if (auto taken = take_members(call, channel); !taken) return std::unexpected(taken.error());
  settle_passphrase(call, channel);
  if (auto made = insert_channel(call.sql, channel); !made) return internal(made.error());
  auto key = insert_stream_key(call, channel.id, "{}");
  if (!key) return internal(key.error());
  return json::object{{"channel", whole(call, channel)}, {"streamKey", std::move(*key)}};
}

ApiObject get_channel(Call& call) {
  auto channel = channel_named(call, text_of(call.input, "arn"));
  if (!channel) return std::unexpected(channel.error());
  return json::object{{"channel", whole(call, *channel)}};
}

ApiObject batch_get_channel(Call& call) {
  json::array channels;
  json::array errors;
  for (const json::value& entry : call.input.at("arns").as_array()) {
    const std::string_view arn = entry.get_string();
    auto channel = load_channel(call.sql, own_id(call.platform.home, "channel", arn));
    if (!channel) return internal(channel.error());
    if (*channel) {
      channels.emplace_back(whole(call, **channel));
    } else {
      errors.push_back(json::object{{"arn", arn},
                                    {"code", "ResourceNotFoundException"},
                                    {"message", fmt::format("there is no channel {}", arn)}});
    }
  }
  return json::object{{"channels", std::move(channels)}, {"errors", std::move(errors)}};
}

ApiObject update(Call& call) {
  auto channel = channel_named(call, text_of(call.input, "arn"));
  if (!channel) return std::unexpected(channel.error());
  const base::ChannelId id(channel->id);
  if (call.platform.board.is_busy(id)) {
    return conflict("the channel is live: stop its stream before you change it");
  }
  if (auto taken = take_members(call, *channel); !taken) return std::unexpected(taken.error());
  if (has(call.input, "insecureIngest")) settle_passphrase(call, *channel);
  if (auto updated = update_channel(call.sql, *channel); !updated) return internal(updated.error());
  call.after_commit.emplace_back([&platform = call.platform, id] { platform.viewers.forget(id); });
  return json::object{{"channel", whole(call, *channel)}};
}

ApiObject delete_channel(Call& call) {
  auto channel = channel_named(call, text_of(call.input, "arn"));
  if (!channel) return std::unexpected(channel.error());
  const base::ChannelId id(channel->id);
  if (call.platform.board.is_busy(id)) {
    return conflict("the channel is live: stop its stream before you delete it");
  }
  if (auto kept = keep_access(call.sql, id); !kept) return internal(kept.error());
  auto deleted = call.sql.run("DELETE FROM channels WHERE id = $1", {channel->id});
  if (!deleted) return internal(deleted.error());
  call.after_commit.emplace_back([&platform = call.platform, id] { platform.viewers.forget(id); });
  return json::object{};
}

// The filters exclude each other; without one the name counts as any.
ApiObject list_channels(Call& call) {
  static constexpr std::array<std::array<std::string_view, 3>, 4> kFilters = {{
      {"filterByName", "name", ""},
      {"filterByRecordingConfigurationArn", "recording_configuration", "recording-configuration"},
      {"filterByPlaybackRestrictionPolicyArn", "restriction_policy", "playback-restriction-policy"},
      {"filterByAdConfigurationArn", "ad_configuration", "ad-configuration"},
  }};
  auto page = page_of(call);
  if (!page) return std::unexpected(page.error());
  std::string column;
  std::string wanted;
  for (const auto& [member, name, type] : kFilters) {
    const std::string value = text_of(call.input, member);
    if (value.empty()) continue;
    if (!column.empty()) return conflict("only one filter can be used at a time");
    column = name;
    wanted = type.empty() ? value : std::string(own_id(call.platform.home, type, value));
    // An ARN of somebody else is used by no channel.
    if (wanted.empty()) wanted = "-";
  }
  std::vector<io::SqlValue> parameters{page->after, page->limit + 1};
  std::string where = "c.id > $1";
  if (!column.empty()) {
    where += fmt::format(" AND c.{} = $3", column);
    parameters.emplace_back(wanted);
  }
  auto channels =
      load_channels(call.sql,
                    fmt::format("SELECT {} FROM channels c WHERE {} ORDER BY c.id LIMIT $2",
                                kChannelColumns, where),
                    parameters);
  if (!channels) return internal(channels.error());
  json::object output;
  const bool more = static_cast<std::int64_t>(channels->size()) > page->limit;
  if (more) channels->pop_back();
  json::array list;
  for (const ChannelRecord& channel : *channels) {
    list.emplace_back(channel_summary(channel, call.platform.home));
  }
  output["channels"] = std::move(list);
  if (more) output["nextToken"] = next_token(call, channels->back().id);
  return output;
}

}  // namespace

std::span<const Handler> channel_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"CreateChannel", kWrite, create_channel},     {"GetChannel", kRead, get_channel},
      {"BatchGetChannel", kRead, batch_get_channel}, {"UpdateChannel", kWrite, update},
      {"DeleteChannel", kWrite, delete_channel},     {"ListChannels", kRead, list_channels},
  };
  return kHandlers;
}

}  // namespace control
