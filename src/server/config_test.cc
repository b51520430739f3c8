#include "server/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "server/config_hint.h"
#include "server/config_table.h"

namespace server {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

ConfigSources file(std::string text) {
  ConfigSources sources;
  sources.file_name = "r.yaml";
  sources.file_text = std::move(text);
  return sources;
}

std::vector<std::string> errors_of(const ConfigSources& sources) {
  std::vector<std::string> messages;
  if (const auto loaded = load_config(sources); !loaded) {
    for (const auto& error : loaded.error()) messages.push_back(error.message);
  }
  return messages;
}

constexpr const char* kTwoChannels = R"(
live: {container: FRAGMENTED_MP4}
channels:
  - id: AAAAbbbb0001
    name: first
    stream_key: sk_local_first-key
    passphrase: correct-horse-battery
    insecure_ingest: true
    latency_mode: NORMAL
    max_bitrate: 3.5Mbps
  - id: AAAAbbbb0002
    stream_key: sk_local_second-key
    container_format: TS
)";

TEST(Config, DefaultsNeedNoFile) {
  const auto loaded = load_config({});
  ASSERT_TRUE(loaded.has_value());
  const Config& config = loaded->config;
  EXPECT_EQ(config.threads, 0);
  EXPECT_EQ(config.region, "local");
  EXPECT_EQ(config.account_id, "000000000000");
  EXPECT_EQ(config.http.listen, (ListenAddress{true, "::", 8080}));
  EXPECT_EQ(config.https.listen, (ListenAddress{true, "", 8443}));
  EXPECT_EQ(config.rtmp.listen.port, 1935);
  EXPECT_EQ(config.rtmps.listen.port, 1936);
  EXPECT_EQ(config.srt.listen.port, 9000);
  EXPECT_EQ(config.live.part_duration, 200ms);
  EXPECT_EQ(config.live.segment_duration, 2s);
  EXPECT_EQ(config.live.window, 12s);
  EXPECT_EQ(config.live.reconnect_window, 30s);
  EXPECT_EQ(config.live.max_stream_duration, 48h);
  EXPECT_EQ(config.limits.max_bitrate.bits_per_second, 8'500'000U);
  EXPECT_TRUE(config.metrics.enabled);
  EXPECT_FALSE(config.demo.enabled);
  EXPECT_EQ(config.demo.size, DemoSize::k1280x720);
  EXPECT_TRUE(config.channels.empty());
}

TEST(Config, ChannelsInheritAndOverride) {
  const auto loaded = load_config(file(kTwoChannels));
  ASSERT_TRUE(loaded.has_value());
  ASSERT_EQ(loaded->config.channels.size(), 2U);
  const ChannelConfig& first = loaded->config.channels[0];
  EXPECT_EQ(first.id.str(), "AAAAbbbb0001");
  EXPECT_EQ(first.name, "first");
  EXPECT_EQ(first.stream_key, "sk_local_first-key");
  EXPECT_EQ(first.passphrase, "correct-horse-battery");
  EXPECT_TRUE(first.insecure_ingest);
  EXPECT_EQ(first.latency_mode, LatencyMode::kNormal);
  EXPECT_EQ(first.container_format, ContainerFormat::kFragmentedMp4);
  EXPECT_EQ(first.max_bitrate.bits_per_second, 3'500'000U);
  const ChannelConfig& second = loaded->config.channels[1];
  EXPECT_FALSE(second.insecure_ingest);
  EXPECT_EQ(second.container_format, ContainerFormat::kTs);
  EXPECT_EQ(second.max_bitrate, loaded->config.limits.max_bitrate);
}

TEST(Config, LaterSourcesWin) {
  ConfigSources sources = file("threads: 1\nlog: {level: debug}\nregion: here\n");
  sources.environment = {{"ROSTRUM_THREADS", "2"}, {"ROSTRUM_LOG_LEVEL", "warn"}, {"PATH", "/"}};
  sources.overrides = {"threads=3", "live.container=FRAGMENTED_MP4", "http.public_url=http://a=b"};
  const auto loaded = load_config(sources);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->config.threads, 3);
  EXPECT_EQ(loaded->config.log.level, base::LogLevel::kWarn);
  EXPECT_EQ(loaded->config.region, "here");
  EXPECT_EQ(loaded->config.live.container, ContainerFormat::kFragmentedMp4);
  EXPECT_EQ(loaded->config.http.public_url, "http://a=b");
  EXPECT_TRUE(loaded->warnings.empty());
}

TEST(Config, UnknownVariablesAreWarnings) {
  ConfigSources sources;
  sources.environment = {{"ROSTRUM_PORT", "tcp://10.0.0.1:80"}};
  const auto loaded = load_config(sources);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_THAT(loaded->warnings,
              ElementsAre("the environment variable 'ROSTRUM_PORT' names no setting"));
}

TEST(Config, WrongFilesSayWhereAndWhat) {
  struct Row {
    const char* text;
    const char* message;
  };
  for (const Row& row : {
           Row{"thread: 1\n", "r.yaml:1:1: there is no setting 'thread'; did you mean 'threads'?"},
           Row{"http:\n  lisen: x\n",
               "r.yaml:2:3: there is no setting 'http.lisen'; did you mean 'http.listen'?"},
           Row{"part_duration: 1s\n",
               "r.yaml:1:1: there is no setting 'part_duration'; did you "
               "mean 'live.part_duration'?"},
           Row{"completely_else: 1\n", "r.yaml:1:1: there is no setting 'completely_else'"},
           Row{"http.listen: ':80'\n", "r.yaml:1:1: there is no setting 'http.listen'"},
           Row{"\n\nthreads: many\n", "r.yaml:3:10: threads: 'many' is not a whole number"},
           Row{"threads: 257\n", "r.yaml:1:10: threads: '257' is above the largest value 256"},
           Row{"threads: -1\n", "r.yaml:1:10: threads: '-1' is below the smallest value 0"},
           Row{"threads:\n", "r.yaml:1:1: threads has no value; write \"\" for an empty one"},
           Row{"threads: [1]\n", "r.yaml:1:10: threads must be a single value"},
           Row{"threads: {a: 1}\n", "r.yaml:1:10: threads must be a single value"},
           Row{"threads: 1\nthreads: 2\n", "r.yaml:2:1: threads is set twice, first on line 1"},
           Row{"metrics: on\n", "r.yaml:1:10: metrics must be a group of settings (enabled)"},
           Row{"metrics: {enabled: yes}\n",
               "r.yaml:1:20: metrics.enabled: 'yes' is neither true nor false"},
           Row{"log: {level: loud}\n",
               "r.yaml:1:14: log.level: 'loud' is not one of debug, info, warn, error"},
           Row{"live: {part_duration: 50ms}\n",
               "r.yaml:1:23: live.part_duration: '50ms' is below the smallest value 100ms"},
           Row{"live: {part_duration: 200}\n",
               "r.yaml:1:23: live.part_duration: '200' is not a "
               "duration such as 200ms, 1.5s, 10m or 48h"},
           Row{"live:\n  window: 5s\n",
               "r.yaml:2:11: live.window must be at least three times "
               "live.segment_duration, 6s"},
           Row{"limits: {max_bitrate: 8.5}\n",
               "r.yaml:1:23: limits.max_bitrate: '8.5' is not a "
               "bitrate such as 800kbps or 8.5Mbps"},
           Row{"http: {slow_reader_bytes: 1MB}\n",
               "r.yaml:1:27: http.slow_reader_bytes: '1MB' is not a size such as 512KiB, 64MiB or "
               "2GiB"},
           Row{"rtmp: {listen: 1935}\n",
               "r.yaml:1:16: rtmp.listen: '1935' has no port; write host:port or :port"},
           Row{"rtmp: {listen: 'localhost:1'}\n",
               "r.yaml:1:16: rtmp.listen: 'localhost:1' does "
               "not name an IP address; names are not looked "
               "up"},
           Row{"account_id: 1234\n", "r.yaml:1:13: account_id: '1234' must be 12 digits"},
           Row{"region: EU\n",
               "r.yaml:1:9: region: 'EU' must be 1 to 32 of a-z, 0-9 and inner hyphens"},
           Row{"http: {public_url: 'http://a/'}\n",
               "r.yaml:1:20: http.public_url: 'http://a/' must be an http:// or https:// address "
               "without a slash at its end"},
           Row{"mail: {url: 'smtp://h'}\n",
               "r.yaml:1:13: mail.url needs http.public_url, the address that the links in letters "
               "begin with"},
           Row{"https: {certificate: a.pem}\n",
               "r.yaml:1:22: https.certificate and https.private_key need each other"},
           Row{"- a\n",
               "r.yaml:1:1: the file must be a group of settings (threads, data_dir, "
               "region, account_id, log, http, https, rtmp, rtmps, srt, ingest, api, "
               "database, cluster, geo, ads, polls, chat, platform, mail, products, storage, "
               "renditions, recording, live, limits, metrics, shutdown, demo, "
               "channels, event_rules, review_handlers, sign_in_providers)"},
           Row{"event_rules: x\n",
               "r.yaml:1:14: event_rules must be a list; begin each entry with '- name: ...'"},
           Row{"event_rules:\n  - name: a\n",
               "r.yaml:2:5: event_rules[0] needs url, which must be an http://, https://, nats:// "
               "or tls:// address"},
           Row{"event_rules:\n  - {name: a, url: 'http://h'}\n  - {name: a, url: 'http://h'}\n",
               "r.yaml:3:6: event_rules[1].name is the same as on line 2"},
           Row{"a: *b\n", "r.yaml:1:4: the referenced anchor is not defined"},
       }) {
    SCOPED_TRACE(row.text);
    EXPECT_THAT(errors_of(file(row.text)), ElementsAre(row.message));
  }
}

TEST(Config, WrongChannelsSayWhereAndWhat) {
  struct Row {
    const char* text;
    const char* message;
  };
  for (const Row& row : {
           Row{"channels: x\n",
               "r.yaml:1:11: channels must be a list; begin each entry with '- id: ...'"},
           Row{"channels:\n  - sk_a_secret_key\n",
               "r.yaml:2:5: channels[0] must be a group of settings (id, name, stream_key, "
               "passphrase, insecure_ingest, type, latency_mode, container_format, max_bitrate)"},
           Row{"channels:\n  - stream_key: sk_12345\n",
               "r.yaml:2:5: channels[0] needs id, which must be 12 letters and digits"},
           Row{"channels:\n  - id: AAAAbbbb0001\n",
               "r.yaml:2:5: channels[0] needs stream_key, which must be 8 to 128 of A-Z, a-z, 0-9, "
               "-, _, . and ~"},
           Row{"channels:\n  - id: short\n    stream_key: sk_12345\n",
               "r.yaml:2:9: channels[0].id: 'short' must be 12 letters and digits"},
           Row{"channels:\n  - id: AAAAbbbb0001\n    stream_key: se/cr/et\n",
               "r.yaml:3:17: channels[0].stream_key: the value must be 8 to 128 of A-Z, a-z, 0-9, "
               "-, _, . and ~"},
           Row{"channels:\n  - id: AAAAbbbb0001\n    stream_key: sk_12345\n    passphrase: "
               "secret\n",
               "r.yaml:4:17: channels[0].passphrase: the value must be 10 to 79 printable "
               "characters without spaces"},
           Row{"channels:\n  - id: AAAAbbbb0001\n    stream_key: sk_12345\n    insecure: true\n",
               "r.yaml:4:5: channels[0] has no setting 'insecure'"},
           Row{"channels:\n  - id: AAAAbbbb0001\n    streamkey: sk_12345\n    stream_key: "
               "sk_12345\n",
               "r.yaml:3:5: channels[0] has no setting 'streamkey'; did you mean 'stream_key'?"},
           Row{"channels:\n  - id: AAAAbbbb0001\n    id: AAAAbbbb0002\n    stream_key: sk_12345\n",
               "r.yaml:3:5: channels[0].id is set twice, first on line 2"},
           Row{"channels:\n  - {id: AAAAbbbb0001, stream_key: sk_12345}\n"
               "  - {id: AAAAbbbb0001, stream_key: sk_54321}\n",
               "r.yaml:3:6: channels[1].id is the same as on line 2"},
           Row{"channels:\n  - {id: AAAAbbbb0001, stream_key: sk_12345}\n"
               "  - {id: AAAAbbbb0002, stream_key: sk_12345}\n",
               "r.yaml:3:24: channels[1].stream_key is the same as on line 2"},
           Row{"channels:\n  - {id: AAAAbbbb0001, stream_key: sk_12345, max_bitrate: 9Mbps}\n",
               "r.yaml:2:46: channels[0].max_bitrate is above limits.max_bitrate, 8500kbps"},
           Row{"channels:\n  - {id: AAAAbbbb0001, stream_key: sk_12345, latency_mode: low}\n",
               "r.yaml:2:60: channels[0].latency_mode: 'low' is not one of LOW, NORMAL"},
       }) {
    SCOPED_TRACE(row.text);
    EXPECT_THAT(errors_of(file(row.text)), ElementsAre(row.message));
  }
}

TEST(Config, AllMistakesAreReportedAtOnce) {
  ConfigSources sources = file("thread: 1\nlog: {level: loud}\n");
  sources.environment = {{"ROSTRUM_SRT_LATENCY", "fast"}};
  sources.overrides = {"http.lisen=:80", "threads", "rtmp.listen=x", "channels[0].id=a"};
  EXPECT_THAT(
      errors_of(sources),
      ElementsAre("r.yaml:1:1: there is no setting 'thread'; did you mean 'threads'?",
                  "r.yaml:2:14: log.level: 'loud' is not one of debug, info, warn, error",
                  "ROSTRUM_SRT_LATENCY: 'fast' is not a duration such as 200ms, 1.5s, 10m or 48h",
                  "--set: there is no setting 'http.lisen'; did you mean 'http.listen'?",
                  "--set: threads needs a value: --set threads=...",
                  "--set rtmp.listen: 'x' has no port; write host:port or :port",
                  "--set: channels, event_rules, review_handlers and sign_in_providers can only be "
                  "set in the file"));
}

TEST(Config, ShownConfigurationHidesSecretsAndReadsBack) {
  const auto loaded = load_config(file(kTwoChannels));
  ASSERT_TRUE(loaded.has_value());
  const std::string shown = show_config(loaded->config);
  EXPECT_THAT(shown, Not(HasSubstr("first-key")));
  EXPECT_THAT(shown, Not(HasSubstr("correct-horse")));
  EXPECT_THAT(shown, HasSubstr("    stream_key: \"********\"\n"));
  EXPECT_THAT(shown, HasSubstr("  listen: \"[::]:8080\"\n"));

  const auto defaults = load_config({});
  ASSERT_TRUE(defaults.has_value());
  const std::string text = show_config(defaults->config);
  const auto again = load_config(file(text));
  ASSERT_TRUE(again.has_value()) << text;
  EXPECT_EQ(show_config(again->config), text);
}

TEST(ConfigTable, RowsAreSound) {
  std::set<std::string> names;
  std::set<std::string> variables;
  Config config;
  for (const auto& setting : server_settings()) {
    SCOPED_TRACE(setting.name);
    EXPECT_TRUE(names.insert(std::string(setting.name)).second);
    EXPECT_TRUE(variables.insert(environment_name(setting.name)).second);
    EXPECT_TRUE(setting.description.ends_with('.'));
    EXPECT_EQ(setting.minimum.empty(), setting.maximum.empty());
    EXPECT_TRUE(assign(setting, config, setting.default_text).has_value());
    for (const auto bound : {setting.minimum, setting.maximum}) {
      if (!bound.empty()) {
        EXPECT_TRUE(assign(setting, config, bound).has_value()) << bound;
      }
    }
  }
  EXPECT_EQ(environment_name("https.private_key"), "ROSTRUM_HTTPS_PRIVATE_KEY");
}

TEST(ConfigHint, CountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("listen", "lisen"), 1U);
}

}  // namespace
}  // namespace server
