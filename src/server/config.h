// Everything about a running server that its operator can choose: a plain value, made once at
// start from embedded defaults, one YAML file, environment variables and --set overrides (later
// ones win). What settings exist is declared once, in config_table.cc.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/time.h"
#include "server/config_value.h"

namespace server {

enum class ContainerFormat { kTs, kFragmentedMp4 };
enum class LatencyMode { kLow, kNormal };
enum class LimitsMode { kGenerous, kIvs };
enum class ChatGuests { kSend, kView, kOff };
enum class ChannelType { kBasic, kStandard, kAdvancedSd, kAdvancedHd };
enum class ChannelPreset { kNone, kConstrainedBandwidthDelivery, kHigherBandwidthDelivery };
enum class MultitrackResolution { kSd, kHd, kFullHd };
enum class MultitrackPolicy { kAllow, kRequire };
enum class RenditionMode { kOff, kWatched, kAlways };
enum class RenditionPolicy { kDegrade, kRefuse };
enum class DemoSize { k640x360, k1280x720, k1920x1080 };

struct ChannelConfig {
  base::ChannelId id;
  std::string name;
  std::string stream_key;  // secret
  std::string passphrase;  // secret; empty = none
  bool insecure_ingest = false;
  ChannelType type = ChannelType::kStandard;
  LatencyMode latency_mode = LatencyMode::kLow;
  ContainerFormat container_format = ContainerFormat::kTs;
  Bitrate max_bitrate;
};

/// A rule for events with its one target.
struct EventRuleConfig {
  std::string name;
  std::string pattern;  // JSON
  std::string url;
  std::string subject;  // NATS only
  std::string secret;   // signs webhooks
};

/// Where the reviews go that chat rooms ask of a Lambda function.
struct ReviewHandlerConfig {
  std::string function;
  std::string url;
  std::string secret;  // signs requests
  base::Duration timeout = std::chrono::milliseconds(200);
};

/// Somebody else who says who people are, by OpenID Connect.
struct SignInProviderConfig {
  std::string id;
  std::string name;
  std::string issuer;
  std::string client_id;
  std::string client_secret;  // secret
  std::string scopes;         // separated by spaces
};

struct Config {
  struct Log {
    base::LogLevel level = base::LogLevel::kInfo;
    base::LogFormat format = base::LogFormat::kText;
  };
  struct Http {
    ListenAddress listen;
    std::string public_url;       // without a slash at the end; empty = what each request names
    std::string trusted_proxies;  // addresses and networks, separated by commas
    base::Duration request_timeout{};
    base::Duration idle_timeout{};
    base::Duration slow_reader_timeout{};
    ByteSize slow_reader_bytes;
  };
  struct Https {
    ListenAddress listen;
    std::string certificate;  // path; empty together with private_key = a development one
    std::string private_key;  // path
    bool ktls = false;
  };
  struct Rtmp {
    ListenAddress listen;
  };
  struct Srt {
    ListenAddress listen;
    base::Duration latency{};
  };
  struct Ingest {
    base::Duration handshake_timeout{};
    base::Duration silence_timeout{};
    std::string endpoint;  // what channels name; empty = the host of each request
  };
  struct Api {
    std::string signing_region;            // empty = any
    std::int64_t requests_per_second = 0;  // for a key and an operation; 0 = no limit
  };
  struct Database {
    std::string url;  // secret; empty = SQLite in data_dir
  };
  struct Cluster {
    std::string nats_url;  // secret; empty = one node alone
  };
  struct Geo {
    std::string database;  // path; empty = countries are not known
  };
  struct Ads {
    std::string slate;  // path; empty = none
  };
  struct Polls {
    bool enabled = true;
    std::string prefix;
    bool list_voters = true;
    base::Duration keep{};
    std::int64_t requests_per_second = 0;
  };
  struct Chat {
    ChatGuests guests = ChatGuests::kSend;
    base::Duration token_validity{};  // 0 = until the session ends
    base::Duration history_keep{};    // 0 = for ever
    std::int64_t max_connections = 0;
    ByteSize slow_reader_bytes;
    base::Duration log_interval{};
  };
  struct Platform {
    bool enabled = true;
    std::string name;
    std::string tagline;
    std::string logo;     // path
    std::string accent;   // "#RRGGBB"; empty = our own
    std::string terms;    // path
    std::string privacy;  // path
    bool registration = true;
    bool auto_verify = false;
    std::string allowed_domains;  // separated by commas, like the next two
    std::string reserved_names;
    std::string administrators;
    base::Duration session_length{};
    base::Duration keep_unverified{};
    bool everyone_streams = true;
    ChannelType channel_type = ChannelType::kStandard;
    ChannelPreset channel_preset = ChannelPreset::kNone;
    bool multitrack = false;
    MultitrackResolution multitrack_resolution = MultitrackResolution::kFullHd;
    MultitrackPolicy multitrack_policy = MultitrackPolicy::kAllow;
    bool record = true;
    bool insecure_ingest = true;
    std::int64_t attempts_per_minute = 0;
    std::int64_t requests_per_second = 0;
    std::string push_contact;
  };
  struct Mail {
    std::string url;  // empty = the development mailbox
    std::string user;
    std::string password;  // secret
    std::string from;
  };
  struct Products {
    std::string amazon_access_key;
    std::string amazon_secret_key;  // secret
    std::string amazon_partner_tag;
    std::string amazon_locale;
    std::string amazon_region_code;
    std::string amazon_endpoint;  // empty = the locale's own
  };
  struct Storage {
    std::string endpoint;  // empty = a folder in data_dir
    std::string region;
    std::string access_key_id;
    std::string secret_access_key;  // secret
    bool virtual_host = false;
  };
  struct Renditions {
    RenditionMode mode = RenditionMode::kWatched;
    std::string encoder;  // a name of libavcodec
    std::string preset;
    std::int64_t cpu = 0;  // percent of one core; 0 = what the machine has
    RenditionPolicy policy = RenditionPolicy::kDegrade;
  };
  struct Recording {
    std::string spool;  // path; empty = in data_dir
    ByteSize spool_limit;
    base::Duration segment_duration{};
    base::Duration time_shift{};  // 0 = none
    base::Duration keep{};        // 0 = for ever
    ByteSize max_size;            // 0 = no limit
  };
  struct Live {
    base::Duration part_duration{};
    base::Duration segment_duration{};
    base::Duration window{};
    base::Duration reconnect_window{};
    base::Duration max_stream_duration{};
    base::Duration session_history{};
    ContainerFormat container = ContainerFormat::kTs;
  };
  struct Limits {
    Bitrate max_bitrate;
    std::int64_t max_width = 0;
    std::int64_t max_height = 0;
    std::int64_t max_pixels = 0;
    std::int64_t max_connections = 0;
    std::int64_t max_publishers = 0;
    LimitsMode mode = LimitsMode::kGenerous;
    std::int64_t max_streams = 0;  // 0 = no limit
    std::int64_t max_views = 0;
  };
  struct Metrics {
    bool enabled = true;
  };
  struct Shutdown {
    base::Duration drain_timeout{};
  };
  struct Demo {
    bool enabled = false;
    DemoSize size = DemoSize::k1280x720;
    std::int64_t frame_rate = 0;
    Bitrate bitrate;
  };

  std::int64_t threads = 0;  // 0 = one media loop per core
  std::string data_dir;
  std::string region;
  std::string account_id;
  Log log;
  Http http;
  Https https;
  Rtmp rtmp;
  Rtmp rtmps;
  Srt srt;
  Ingest ingest;
  Api api;
  Database database;
  Cluster cluster;
  Geo geo;
  Ads ads;
  Polls polls;
  Chat chat;
  Platform platform;
  Mail mail;
  Products products;
  Storage storage;
  Renditions renditions;
  Recording recording;
  Live live;
  Limits limits;
  Metrics metrics;
  Shutdown shutdown;
  Demo demo;
  std::vector<ChannelConfig> channels;
  std::vector<EventRuleConfig> event_rules;
  std::vector<ReviewHandlerConfig> review_handlers;
  std::vector<SignInProviderConfig> sign_in_providers;
};

/// Where settings come from, weakest first. Nothing here is read from the system by load_config.
struct ConfigSources {
  std::string file_name;  // stands before line and column in messages
  std::string file_text;  // YAML; empty = no file
  std::vector<std::pair<std::string, std::string>> environment;  // all of it; only ROSTRUM_* counts
  std::vector<std::string> overrides;                            // "name=value"
};

struct LoadedConfig {
  Config config;
  std::vector<std::string> warnings;  // ROSTRUM_* variables that name no setting
};

/// The settings, or every mistake found, each as one sentence that begins with its place
/// ("file:line:column: ", "ROSTRUM_X: ", "--set x: "). No message holds a secret.
std::expected<LoadedConfig, std::vector<base::Error>> load_config(const ConfigSources& sources);

/// All values as YAML that load_config reads back; secrets are masked, so a file with channels
/// has to get its keys again first.
std::string show_config(const Config& config);

/// The page docs/configuration.md.
std::string config_markdown();

}  // namespace server
