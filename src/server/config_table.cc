#include "server/config_table.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

namespace server {
namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_account_id(std::string_view text) {
  return text.size() == 12 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_region(std::string_view text) {
  return !text.empty() && text.size() <= 32 && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

bool is_public_url(std::string_view text) {
  if (text.empty()) return true;
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return false;
  }
  return !rest.empty() && rest.back() != '/' && rest.front() != '/' &&
         std::ranges::none_of(rest, [](char c) { return c <= ' ' || c == '?' || c == '#'; });
}

bool is_not_empty(std::string_view text) {
  return !text.empty();
}

bool is_channel_id(std::string_view text) {
  return text.size() == 12 && std::ranges::all_of(text, is_alphanumeric);
}

bool is_channel_name(std::string_view text) {
  return text.size() <= 128 && std::ranges::all_of(text, [](char c) {
           return is_alphanumeric(c) || c == '-' || c == '_';
         });
}

// The characters that survive a URL path, a query and an SRT stream id unescaped.
bool is_stream_key(std::string_view text) {
  return text.size() >= 8 && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
           return is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '~';
         });
}

bool is_passphrase(std::string_view text) {
  return text.empty() || (text.size() >= 10 && text.size() <= 79 &&
                          std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; }));
}

bool is_database_url(std::string_view text) {
  return text.empty() || (text.starts_with("sqlite:") && text.size() > 7) ||
         text.starts_with("postgres://") || text.starts_with("postgresql://");
}

bool is_path_prefix(std::string_view text) {
  return text.size() > 1 && text.size() <= 64 && text.front() == '/' &&
         std::ranges::all_of(text.substr(1),
                             [](char c) { return is_alphanumeric(c) || c == '-' || c == '_'; });
}

bool is_target_url(std::string_view text) {
  return text.size() <= 2048 && (text.starts_with("http://") || text.starts_with("https://") ||
                                 text.starts_with("nats://") || text.starts_with("tls://"));
}

bool is_rule_name(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
  });
}

bool is_webhook_secret(std::string_view text) {
  return text.empty() || (text.size() >= 8 && text.size() <= 256);
}

constexpr TextRule kNotEmpty = {is_not_empty, "be at least one character"};
constexpr TextRule kAccountId = {is_account_id, "be 12 digits"};
constexpr TextRule kRegion = {is_region, "be 1 to 32 of a-z, 0-9 and inner hyphens"};
constexpr TextRule kPublicUrl = {is_public_url,
                                 "be an http:// or https:// address without a slash at its end"};
constexpr TextRule kDatabaseUrl = {is_database_url,
                                   "be empty, sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME"};
constexpr TextRule kPathPrefix = {is_path_prefix, "be / and letters, digits, - and _, as in /PROD"};
constexpr TextRule kTargetUrl = {is_target_url,
                                 "be an http://, https://, nats:// or tls:// address"};
constexpr TextRule kRuleName = {is_rule_name, "be 1 to 128 of A-Z, a-z, 0-9, ., - and _"};
constexpr TextRule kWebhookSecret = {is_webhook_secret, "be empty or 8 to 256 characters"};
constexpr TextRule kChannelId = {is_channel_id, "be 12 letters and digits"};
constexpr TextRule kChannelName = {is_channel_name, "be at most 128 of A-Z, a-z, 0-9, - and _"};
constexpr TextRule kStreamKey = {is_stream_key, "be 8 to 128 of A-Z, a-z, 0-9, -, _, . and ~"};
constexpr TextRule kPassphrase = {is_passphrase, "be 10 to 79 printable characters without spaces"};

constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 2> kFormats = {"text", "json"};
constexpr std::array<std::string_view, 2> kContainers = {"TS", "FRAGMENTED_MP4"};
constexpr std::array<std::string_view, 2> kLatencyModes = {"LOW", "NORMAL"};
constexpr std::array<std::string_view, 2> kLimitsModes = {"generous", "ivs"};
constexpr std::array<std::string_view, 3> kDemoSizes = {"640x360", "1280x720", "1920x1080"};

// A choice whose enum member is reached by `Access` (a captureless lambda Owner& -> Enum&).
template <class Owner, auto Access>
ChoiceField<Owner> choice(std::span<const std::string_view> names) {
  using Enum = std::remove_reference_t<decltype(Access(std::declval<Owner&>()))>;
  return {names, [](Owner& owner, std::size_t index) { Access(owner) = static_cast<Enum>(index); },
          [](const Owner& owner) {
            Owner copy = owner;
            return static_cast<std::size_t>(Access(copy));
          }};
}

#define FIELD(path) [](Config& c) -> auto& { return c.path; }
#define CHOICE(path, names) (choice<Config, FIELD(path)>(names))
#define CHANNEL_FIELD(path) [](ChannelConfig& c) -> auto& { return c.path; }
#define RULE_FIELD(path) [](EventRuleConfig& c) -> auto& { return c.path; }
#define CHANNEL_CHOICE(path, names) (choice<ChannelConfig, CHANNEL_FIELD(path)>(names))

// A pointer to the accessor; the field's own type picks the alternative of the variant.
template <class Owner, class Lambda>
Field<Owner> field(Lambda access) {
  return +access;
}

const std::array kServerSettings = std::to_array<Setting<Config>>({
    {.name = "threads",
     .field = field<Config>(FIELD(threads)),
     .default_text = "0",
     .description = "Media loops, each one thread; 0 means one for each core.",
     .minimum = "0",
     .maximum = "256"},
    {.name = "data_dir",
     .field = field<Config>(FIELD(data_dir)),
     .default_text = "rostrum-data",
     .description = "Folder for what the server keeps, made if missing.",
     .rule = kNotEmpty},
    {.name = "region",
     .field = field<Config>(FIELD(region)),
     .default_text = "local",
     .description = "Region in resource names and playback URLs.",
     .rule = kRegion},
    {.name = "account_id",
     .field = field<Config>(FIELD(account_id)),
     .default_text = "000000000000",
     .description = "Account in resource names and playback URLs.",
     .rule = kAccountId},
    {.name = "log.level",
     .field = CHOICE(log.level, kLevels),
     .default_text = "info",
     .description = "Least important kind of line that is written."},
    {.name = "log.format",
     .field = CHOICE(log.format, kFormats),
     .default_text = "text",
     .description = "Lines for people, or one JSON object a line."},
    {.name = "http.listen",
     .field = field<Config>(FIELD(http.listen)),
     .default_text = "[::]:8080",
     .description = "Address for playback, the watch page, health and metrics."},
    {.name = "http.public_url",
     .field = field<Config>(FIELD(http.public_url)),
     .default_text = "",
     .description = "Address under which viewers reach this server, for example of a CDN in front; "
                    "empty means the one that each request names.",
     .rule = kPublicUrl},
    {.name = "http.request_timeout",
     .field = field<Config>(FIELD(http.request_timeout)),
     .default_text = "10s",
     .description = "Time a client has to send a whole request head.",
     .minimum = "1s",
     .maximum = "5m"},
    {.name = "http.idle_timeout",
     .field = field<Config>(FIELD(http.idle_timeout)),
     .default_text = "60s",
     .description = "A connection without a request for so long is closed.",
     .minimum = "1s",
     .maximum = "1h"},
    {.name = "http.slow_reader_timeout",
     .field = field<Config>(FIELD(http.slow_reader_timeout)),
     .default_text = "30s",
     .description = "A client that takes no byte of a response for so long is closed.",
     .minimum = "1s",
     .maximum = "10m"},
    {.name = "http.slow_reader_bytes",
     .field = field<Config>(FIELD(http.slow_reader_bytes)),
     .default_text = "8MiB",
     .description = "A client with more than this unsent is closed.",
     .minimum = "64KiB",
     .maximum = "1GiB"},
    {.name = "https.listen",
     .field = field<Config>(FIELD(https.listen)),
     .default_text = ":8443",
     .description = "The same over TLS, with HTTP/2."},
    {.name = "https.certificate",
     .field = field<Config>(FIELD(https.certificate)),
     .default_text = "",
     .description = "PEM file with the certificate and its chain, for HTTPS and RTMPS; empty means "
                    "one for development, made in data_dir at first start."},
    {.name = "https.private_key",
     .field = field<Config>(FIELD(https.private_key)),
     .default_text = "",
     .description = "PEM file with the certificate's private key."},
    {.name = "https.ktls",
     .field = field<Config>(FIELD(https.ktls)),
     .default_text = "false",
     .description = "Let the kernel encrypt where it can."},
    {.name = "rtmp.listen",
     .field = field<Config>(FIELD(rtmp.listen)),
     .default_text = ":1935",
     .description = "Address for encoders that publish with RTMP."},
    {.name = "rtmps.listen",
     .field = field<Config>(FIELD(rtmps.listen)),
     .default_text = ":1936",
     .description = "Address for encoders that publish with RTMP over TLS."},
    {.name = "srt.listen",
     .field = field<Config>(FIELD(srt.listen)),
     .default_text = ":9000",
     .description = "UDP address for encoders that publish with SRT."},
    {.name = "srt.latency",
     .field = field<Config>(FIELD(srt.latency)),
     .default_text = "200ms",
     .description = "Time that SRT has to repeat lost packets; the larger of both sides' counts.",
     .minimum = "20ms",
     .maximum = "8s"},
    {.name = "ingest.handshake_timeout",
     .field = field<Config>(FIELD(ingest.handshake_timeout)),
     .default_text = "10s",
     .description = "Time an encoder has from connecting to publishing.",
     .minimum = "1s",
     .maximum = "2m"},
    {.name = "ingest.silence_timeout",
     .field = field<Config>(FIELD(ingest.silence_timeout)),
     .default_text = "30s",
     .description = "A publisher that sends nothing for so long is disconnected.",
     .minimum = "1s",
     .maximum = "10m"},
    {.name = "ingest.endpoint",
     .field = field<Config>(FIELD(ingest.endpoint)),
     .default_text = "",
     .description = "What channels name as their ingest endpoint, for example live.example.com, or "
                    "https://live.example.com:8443 for web broadcasters that need the scheme; "
                    "empty means the host that each request names."},
    {.name = "api.signing_region",
     .field = field<Config>(FIELD(api.signing_region)),
     .default_text = "",
     .description = "Region that signatures of API requests must name; empty means any."},
    {.name = "api.requests_per_second",
     .field = field<Config>(FIELD(api.requests_per_second)),
     .default_text = "0",
     .description = "API requests a second for one access key and operation; 0 means no limit.",
     .minimum = "0",
     .maximum = "1000000"},
    {.name = "database.url",
     .field = field<Config>(FIELD(database.url)),
     .default_text = "",
     .description = "sqlite:PATH, or postgres://USER:PASSWORD@HOST/NAME; empty means SQLite in "
                    "data_dir.",
     .rule = kDatabaseUrl,
     .secrecy = Secrecy::kSecret},
    {.name = "geo.database",
     .field = field<Config>(FIELD(geo.database)),
     .default_text = "",
     .description = "MaxMind database file (.mmdb) with the countries of addresses; without one "
                    "every country is unknown, and unknown countries are let through."},
    {.name = "ads.slate",
     .field = field<Config>(FIELD(ads.slate)),
     .default_text = "",
     .description = "MPEG-TS file (H.264 and AAC) that is played in advertising breaks; without "
                    "one the broadcast itself goes on between the markers."},
    {.name = "polls.enabled",
     .field = field<Config>(FIELD(polls.enabled)),
     .default_text = "true",
     .description = "Answer the routes of the poll results service."},
    {.name = "polls.prefix",
     .field = field<Config>(FIELD(polls.prefix)),
     .default_text = "/PROD",
     .description = "Path before the routes of the poll results service.",
     .rule = kPathPrefix},
    {.name = "polls.list_voters",
     .field = field<Config>(FIELD(polls.list_voters)),
     .default_text = "true",
     .description = "Tell everybody who gave which answer, as pages made for the AWS tutorial "
                    "expect; without it only counts are told."},
    {.name = "polls.keep",
     .field = field<Config>(FIELD(polls.keep)),
     .default_text = "720h",
     .description = "How long a poll is kept after its last answer.",
     .minimum = "1h",
     .maximum = "87600h"},
    {.name = "polls.requests_per_second",
     .field = field<Config>(FIELD(polls.requests_per_second)),
     .default_text = "2000",
     .description = "Poll requests a second from one address (IPv6: one /64), ten times as many in "
                    "a burst; many people can share an address. 0: no limit.",
     .minimum = "0",
     .maximum = "1000000"},
    {.name = "live.part_duration",
     .field = field<Config>(FIELD(live.part_duration)),
     .default_text = "200ms",
     .description = "Length of a low-latency HLS part.",
     .minimum = "100ms",
     .maximum = "1s"},
    {.name = "live.segment_duration",
     .field = field<Config>(FIELD(live.segment_duration)),
     .default_text = "2s",
     .description = "Length a segment aims at. It ends at a keyframe where one comes within half a "
                    "second; otherwise it is cut, so give encoders this keyframe interval.",
     .minimum = "1s",
     .maximum = "10s"},
    {.name = "live.window",
     .field = field<Config>(FIELD(live.window)),
     .default_text = "12s",
     .description = "How far back a viewer can go; at least three segments.",
     .minimum = "3s",
     .maximum = "10m"},
    {.name = "live.reconnect_window",
     .field = field<Config>(FIELD(live.reconnect_window)),
     .default_text = "30s",
     .description = "A publisher that comes back within this time continues the same stream.",
     .minimum = "0",
     .maximum = "5m"},
    {.name = "live.max_stream_duration",
     .field = field<Config>(FIELD(live.max_stream_duration)),
     .default_text = "48h",
     .description = "A stream that lasts so long is ended.",
     .minimum = "1m",
     .maximum = "720h"},
    {.name = "live.session_history",
     .field = field<Config>(FIELD(live.session_history)),
     .default_text = "1440h",
     .description = "How long stream sessions are kept.",
     .minimum = "1h",
     .maximum = "87600h"},
    {.name = "live.container",
     .field = CHOICE(live.container, kContainers),
     .default_text = "TS",
     .description = "Container of channels that name none; viewers can ask for the other one."},
    {.name = "limits.max_bitrate",
     .field = field<Config>(FIELD(limits.max_bitrate)),
     .default_text = "8.5Mbps",
     .description = "A publisher above this is disconnected.",
     .minimum = "100kbps",
     .maximum = "1Gbps"},
    {.name = "limits.max_width",
     .field = field<Config>(FIELD(limits.max_width)),
     .default_text = "1920",
     .description = "Widest picture accepted, in pixels.",
     .minimum = "16",
     .maximum = "16384"},
    {.name = "limits.max_height",
     .field = field<Config>(FIELD(limits.max_height)),
     .default_text = "1920",
     .description = "Highest picture accepted, in pixels (1920 admits upright 1080p).",
     .minimum = "16",
     .maximum = "16384"},
    {.name = "limits.max_pixels",
     .field = field<Config>(FIELD(limits.max_pixels)),
     .default_text = "2100000",
     .description = "Largest picture accepted, width times height in pixels.",
     .minimum = "256",
     .maximum = "268435456"},
    {.name = "limits.max_connections",
     .field = field<Config>(FIELD(limits.max_connections)),
     .default_text = "100000",
     .description = "Open HTTP and HTTPS connections; more are closed at once.",
     .minimum = "1",
     .maximum = "10000000"},
    {.name = "limits.max_publishers",
     .field = field<Config>(FIELD(limits.max_publishers)),
     .default_text = "1000",
     .description = "Publishers of all protocols at a time; more are refused. Four times as many "
                    "RTMP connections may be open.",
     .minimum = "1",
     .maximum = "100000"},
    {.name = "limits.mode",
     .field = CHOICE(limits.mode, kLimitsModes),
     .default_text = "generous",
     .description = "ivs enforces Amazon IVS's own request rates and quotas, for tests against "
                    "them; what is part of the contract always holds."},
    {.name = "limits.max_streams",
     .field = field<Config>(FIELD(limits.max_streams)),
     .default_text = "0",
     .description = "Streams at a time; 0 means no limit but limits.max_publishers.",
     .minimum = "0",
     .maximum = "100000"},
    {.name = "limits.max_views",
     .field = field<Config>(FIELD(limits.max_views)),
     .default_text = "0",
     .description = "Viewers at a time; 0 means no limit but limits.max_connections.",
     .minimum = "0",
     .maximum = "10000000"},
    {.name = "metrics.enabled",
     .field = field<Config>(FIELD(metrics.enabled)),
     .default_text = "true",
     .description = "Answer /metrics in Prometheus' text format."},
    {.name = "shutdown.drain_timeout",
     .field = field<Config>(FIELD(shutdown.drain_timeout)),
     .default_text = "10s",
     .description = "Time from the first SIGTERM until what still runs is cut off.",
     .minimum = "0",
     .maximum = "10m"},
    {.name = "demo.enabled",
     .field = field<Config>(FIELD(demo.enabled)),
     .default_text = "false",
     .description = "Add a channel with a moving test card, published by a child process."},
    {.name = "demo.size",
     .field = CHOICE(demo.size, kDemoSizes),
     .default_text = "1280x720",
     .description = "Size of the test card in pixels."},
    {.name = "demo.frame_rate",
     .field = field<Config>(FIELD(demo.frame_rate)),
     .default_text = "30",
     .description = "Frames of the test card in a second.",
     .minimum = "10",
     .maximum = "60"},
    {.name = "demo.bitrate",
     .field = field<Config>(FIELD(demo.bitrate)),
     .default_text = "2.5Mbps",
     .description = "Video bitrate of the test card.",
     .minimum = "200kbps",
     .maximum = "8Mbps"},
});

const std::array kChannelSettings = std::to_array<Setting<ChannelConfig>>({
    {.name = "id",
     .field = field<ChannelConfig>(CHANNEL_FIELD(id)),
     .default_text = "",
     .description = "Last part of the channel's resource name and of its playback URL.",
     .rule = kChannelId,
     .required = true},
    {.name = "name",
     .field = field<ChannelConfig>(CHANNEL_FIELD(name)),
     .default_text = "",
     .description = "Name for people.",
     .rule = kChannelName},
    {.name = "stream_key",
     .field = field<ChannelConfig>(CHANNEL_FIELD(stream_key)),
     .default_text = "",
     .description = "What an encoder must know to publish.",
     .rule = kStreamKey,
     .secrecy = Secrecy::kSecret,
     .required = true},
    {.name = "passphrase",
     .field = field<ChannelConfig>(CHANNEL_FIELD(passphrase)),
     .default_text = "",
     .description = "SRT passphrase; without one SRT needs insecure_ingest.",
     .rule = kPassphrase,
     .secrecy = Secrecy::kSecret},
    {.name = "insecure_ingest",
     .field = field<ChannelConfig>(CHANNEL_FIELD(insecure_ingest)),
     .default_text = "false",
     .description = "Accept plain RTMP, and SRT without a passphrase."},
    {.name = "latency_mode",
     .field = CHANNEL_CHOICE(latency_mode, kLatencyModes),
     .default_text = "LOW",
     .description = "LOW offers parts to players, NORMAL whole segments only."},
    {.name = "container_format",
     .field = CHANNEL_CHOICE(container_format, kContainers),
     .default_text = "`live.container`",
     .description = "Container that players get unless they ask for the other one."},
    {.name = "max_bitrate",
     .field = field<ChannelConfig>(CHANNEL_FIELD(max_bitrate)),
     .default_text = "`limits.max_bitrate`",
     .description = "A publisher above this is disconnected.",
     .minimum = "100kbps",
     .maximum = "1Gbps"},
});

const std::array kEventRuleSettings = std::to_array<Setting<EventRuleConfig>>({
    {.name = "name",
     .field = field<EventRuleConfig>(RULE_FIELD(name)),
     .default_text = "",
     .description = "Name of the rule.",
     .rule = kRuleName,
     .required = true},
    {.name = "pattern",
     .field = field<EventRuleConfig>(RULE_FIELD(pattern)),
     .default_text = kAllEvents,
     .description = "Which events, in EventBridge's pattern language; by default all."},
    {.name = "url",
     .field = field<EventRuleConfig>(RULE_FIELD(url)),
     .default_text = "",
     .description = "Where they go: a webhook's address, or that of a NATS server.",
     .rule = kTargetUrl,
     .required = true},
    {.name = "subject",
     .field = field<EventRuleConfig>(RULE_FIELD(subject)),
     .default_text = "",
     .description = "NATS subject; empty means rostrum.events."},
    {.name = "secret",
     .field = field<EventRuleConfig>(RULE_FIELD(secret)),
     .default_text = "",
     .description = "Key that webhooks are signed with; empty means unsigned.",
     .rule = kWebhookSecret,
     .secrecy = Secrecy::kSecret},
});

}  // namespace

std::span<const Setting<Config>> server_settings() {
  return kServerSettings;
}
std::span<const Setting<ChannelConfig>> channel_settings() {
  return kChannelSettings;
}
std::span<const Setting<EventRuleConfig>> event_rule_settings() {
  return kEventRuleSettings;
}

}  // namespace server
