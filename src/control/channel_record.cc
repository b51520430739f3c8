#include "control/channel_record.h"

#include <fmt/format.h>

#include "control/call.h"
#include "control/platform.h"
#include "live/live.h"

namespace control {

namespace json = boost::json;

const std::string kChannelColumns =
    "c.id, c.name, c.latency_mode, c.type, c.authorized, c.insecure_ingest, c.preset, "
    "c.container_format, c.multitrack, c.recording_configuration, c.restriction_policy, "
    "c.ad_configuration, c.srt_passphrase, c.max_bitrate, c.tags, c.created_at";

namespace {

ChannelRecord from_row(const io::SqlResult& result, std::size_t row) {
  ChannelRecord channel;
  channel.id = result.text(row, 0);
  channel.name = result.text(row, 1);
  channel.latency_mode = result.text(row, 2);
  channel.type = result.text(row, 3);
  channel.authorized = result.integer(row, 4) != 0;
  channel.insecure_ingest = result.integer(row, 5) != 0;
  channel.preset = result.text(row, 6);
  channel.container_format = result.text(row, 7);
  channel.multitrack = result.text(row, 8);
  channel.recording_configuration = result.text(row, 9);
  channel.restriction_policy = result.text(row, 10);
  channel.ad_configuration = result.text(row, 11);
  channel.srt_passphrase = result.octets(row, 12);
  channel.max_bitrate = result.integer(row, 13);
  channel.tags = result.text(row, 14);
  channel.created_at = result.integer(row, 15);
  return channel;
}

std::array<io::SqlValue, 16> values_of(const ChannelRecord& channel) {
  return {channel.id,
          channel.name,
          channel.latency_mode,
          channel.type,
          std::int64_t{channel.authorized},
          std::int64_t{channel.insecure_ingest},
          channel.preset,
          channel.container_format,
          channel.multitrack,
          channel.recording_configuration,
          channel.restriction_policy,
          channel.ad_configuration,
          channel.srt_passphrase,
          channel.max_bitrate,
          channel.tags,
          channel.created_at};
}

std::string arn_or_empty(const Home& home, std::string_view type, const std::string& id) {
  return id.empty() ? std::string() : make_arn(home, type, id);
}

base::Expected<std::optional<ChannelRecord>> first(base::Expected<io::SqlResult> result) {
  if (!result) return base::fail(std::move(result.error()));
  if (result->empty()) return std::nullopt;
  return from_row(*result, 0);
}

}  // namespace

base::Expected<std::optional<ChannelRecord>> load_channel(io::SqlConnection& sql,
                                                          std::string_view id) {
  static const std::string statement =
      fmt::format("SELECT {} FROM channels c WHERE c.id = $1", kChannelColumns);
  return first(sql.run(statement, {std::string(id)}));
}

ApiResult<ChannelRecord> channel_named(Call& call, std::string_view arn) {
  auto channel = load_channel(call.sql, own_id(call.platform.home, "channel", arn));
  if (!channel) return internal(channel.error());
  if (!*channel) return not_found(fmt::format("there is no channel {}", arn));
  return std::move(**channel);
}

base::Expected<std::optional<ChannelRecord>> load_channel_by_key(io::SqlConnection& sql,
                                                                 const SecretBox& secrets,
                                                                 std::string_view stream_key) {
  static const std::string statement = fmt::format(
      "SELECT {} FROM stream_keys k JOIN channels c ON c.id = k.channel_id "
      "WHERE k.fingerprint = $1",
      kChannelColumns);
  return first(sql.run(statement, {secrets.fingerprint(stream_key)}));
}

base::Expected<std::vector<ChannelRecord>> load_channels(io::SqlConnection& sql,
                                                         const std::string& statement,
                                                         std::span<const io::SqlValue> parameters) {
  auto result = sql.run(statement, parameters);
  if (!result) return base::fail(std::move(result.error()));
  std::vector<ChannelRecord> channels;
  channels.reserve(result->size());
  for (std::size_t row = 0; row < result->size(); ++row) {
    channels.push_back(from_row(*result, row));
  }
  return channels;
}

base::Expected<void> insert_channel(io::SqlConnection& sql, const ChannelRecord& channel) {
  const auto values = values_of(channel);
  auto result = sql.run(
      "INSERT INTO channels (id, name, latency_mode, type, authorized, insecure_ingest, preset, "
      "container_format, multitrack, recording_configuration, restriction_policy, "
      "ad_configuration, srt_passphrase, max_bitrate, tags, created_at) VALUES "
      "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
      std::span(values));
  if (!result) return base::fail(std::move(result.error()));
  return {};
}

base::Expected<void> update_channel(io::SqlConnection& sql, const ChannelRecord& channel) {
  const auto values = values_of(channel);
  auto result = sql.run(
      "UPDATE channels SET name = $2, latency_mode = $3, type = $4, authorized = $5, "
      "insecure_ingest = $6, preset = $7, container_format = $8, multitrack = $9, "
      "recording_configuration = $10, restriction_policy = $11, ad_configuration = $12, "
      "srt_passphrase = $13, max_bitrate = $14, tags = $15, created_at = $16 WHERE id = $1",
      std::span(values));
  if (!result) return base::fail(std::move(result.error()));
  return {};
}

std::string passphrase_context(std::string_view channel_id) {
  return fmt::format("srt/{}", channel_id);
}

std::string playback_url(const Home& home, const Endpoints& endpoints,
                         std::string_view channel_id) {
  return fmt::format("{}{}{}.{}.channel.{}.m3u8", endpoints.public_url, live::kPlaybackPrefix,
                     home.region, home.account, channel_id);
}

json::object channel_summary(const ChannelRecord& channel, const Home& home) {
  return {
      {"arn", make_arn(home, "channel", channel.id)},
      {"name", channel.name},
      {"latencyMode", channel.latency_mode},
      {"type", channel.type},
      {"authorized", channel.authorized},
      {"insecureIngest", channel.insecure_ingest},
      {"preset", channel.preset},
      {"recordingConfigurationArn",
       arn_or_empty(home, "recording-configuration", channel.recording_configuration)},
      {"playbackRestrictionPolicyArn",
       arn_or_empty(home, "playback-restriction-policy", channel.restriction_policy)},
      {"adConfigurationArn", arn_or_empty(home, "ad-configuration", channel.ad_configuration)},
      {"tags", parse_kept(channel.tags)},
  };
}

json::object channel_object(const ChannelRecord& channel, const Home& home,
                            const Endpoints& endpoints, const SecretBox* secrets) {
  json::object object = channel_summary(channel, home);
  object["containerFormat"] = channel.container_format;
  object["ingestEndpoint"] = endpoints.ingest;
  object["playbackUrl"] = playback_url(home, endpoints, channel.id);
  if (!channel.multitrack.empty()) {
    object["multitrackInputConfiguration"] = parse_kept(channel.multitrack);
  }
  if (!endpoints.srt.empty()) {
    json::object srt{{"endpoint", endpoints.srt}};
    if (secrets != nullptr && !channel.srt_passphrase.empty()) {
      if (auto opened = secrets->open(channel.srt_passphrase, passphrase_context(channel.id))) {
        srt["passphrase"] = *opened;
      }
    }
    object["srt"] = std::move(srt);
  }
  return object;
}

}  // namespace control
