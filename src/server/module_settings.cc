#include "server/module_settings.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include "server/database_place.h"
#include "server/helper_program.h"
#include "server/version.h"

namespace server {
namespace {

// The words of a list, without the spaces around them.
std::vector<std::string> words_of(std::string_view text, char separator) {
  std::vector<std::string> words;
  while (!text.empty()) {
    std::string_view word = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

}  // namespace

base::Expected<live::Settings> live_settings(const Config& config) {
  live::Settings settings;
  if (!config.ads.slate.empty()) {
    auto slate = live::load_slate(config.ads.slate);
    if (!slate) return base::fail(std::move(slate.error()).with_context("ads.slate"));
    settings.slate = std::move(*slate);
  }
  settings.region = config.region;
  settings.account = config.account_id;
  settings.part = config.live.part_duration;
  settings.segment = config.live.segment_duration;
  settings.window = config.live.window;
  settings.reconnect_window = config.live.reconnect_window;
  settings.max_stream_duration = config.live.max_stream_duration;
  settings.max_publishers = static_cast<std::size_t>(config.limits.max_publishers);
  settings.max_viewer_backlog = config.http.slow_reader_bytes.bytes;
  settings.renditions = {.mode = config.renditions.mode == RenditionMode::kOff
                                     ? live::RenditionSettings::Mode::kOff
                                 : config.renditions.mode == RenditionMode::kWatched
                                     ? live::RenditionSettings::Mode::kWatched
                                     : live::RenditionSettings::Mode::kAlways,
                         .helper = helper_program(),
                         .encoder = config.renditions.encoder,
                         .preset = config.renditions.preset,
                         .cores = static_cast<double>(config.renditions.cpu) / 100,
                         .measurements = config.data_dir + "/encoder-speed.json",
                         .policy = config.renditions.policy == RenditionPolicy::kRefuse
                                       ? live::RenditionSettings::Policy::kRefuse
                                       : live::RenditionSettings::Policy::kDegrade};
  return settings;
}

record::Settings record_settings(const Config& config) {
  return {
      .spool = config.recording.spool.empty() ? config.data_dir + "/spool" : config.recording.spool,
      .max_spool = config.recording.spool_limit.bytes,
      .segment = config.recording.segment_duration,
      .helper = helper_program()};
}

chat::Settings chat_settings(const Config& config) {
  chat::Settings settings;
  settings.max_connections = static_cast<std::size_t>(config.chat.max_connections);
  settings.max_backlog = config.chat.slow_reader_bytes.bytes;
  if (config.limits.mode == LimitsMode::kIvs) {
    settings.max_sends_per_second = control::chat_sends_per_second();
  }
  return settings;
}

app::PollSettings poll_settings(const Config& config) {
  app::PollSettings settings;
  settings.prefix = config.polls.prefix;
  settings.keep = config.polls.keep;
  settings.list_voters = config.polls.list_voters;
  settings.requests_per_second = static_cast<double>(config.polls.requests_per_second);
  settings.burst = 10 * settings.requests_per_second;
  return settings;
}

app::PlatformSettings platform_settings(const Config& config) {
  static constexpr std::string_view kTypes[] = {"BASIC", "STANDARD", "ADVANCED_SD", "ADVANCED_HD"};
  static constexpr std::string_view kPresets[] = {"", "CONSTRAINED_BANDWIDTH_DELIVERY",
                                                  "HIGHER_BANDWIDTH_DELIVERY"};
  static constexpr std::string_view kResolutions[] = {"SD", "HD", "FULL_HD"};
  const Config::Platform& from = config.platform;
  app::PlatformSettings settings;
  settings.public_url = config.http.public_url;
  settings.data_dir = config.data_dir;
  settings.helper = helper_program();
  settings.brand = {.name = from.name,
                    .tagline = from.tagline,
                    .logo = from.logo,
                    .accent = from.accent,
                    .terms_file = from.terms,
                    .privacy_file = from.privacy};
  settings.mail = {.url = config.mail.url,
                   .user = config.mail.user,
                   .password = config.mail.password,
                   .from = config.mail.from};
  for (const SignInProviderConfig& provider : config.sign_in_providers) {
    settings.oidc.push_back({.id = provider.id,
                             .name = provider.name,
                             .issuer = provider.issuer,
                             .client_id = provider.client_id,
                             .client_secret = provider.client_secret,
                             .scopes = words_of(provider.scopes, ' ')});
  }
  settings.amazon = {.access_key = config.products.amazon_access_key,
                     .secret_key = config.products.amazon_secret_key,
                     .partner_tag = config.products.amazon_partner_tag,
                     .locale = config.products.amazon_locale,
                     .region_code = config.products.amazon_region_code,
                     .endpoint = config.products.amazon_endpoint};
  settings.registration = from.registration;
  settings.auto_verify = from.auto_verify;
  settings.allowed_domains = words_of(from.allowed_domains, ',');
  settings.reserved_names = words_of(from.reserved_names, ',');
  settings.administrators = words_of(from.administrators, ',');
  settings.session_length = from.session_length;
  settings.keep_unverified = from.keep_unverified;
  settings.everyone_streams = from.everyone_streams;
  settings.channel_type = kTypes[static_cast<std::size_t>(from.channel_type)];
  settings.channel_preset = kPresets[static_cast<std::size_t>(from.channel_preset)];
  settings.multitrack = from.multitrack;
  settings.multitrack_resolution =
      kResolutions[static_cast<std::size_t>(from.multitrack_resolution)];
  settings.multitrack_policy =
      from.multitrack_policy == MultitrackPolicy::kAllow ? "ALLOW" : "REQUIRE";
  settings.record = from.record;
  settings.insecure_ingest = from.insecure_ingest;
  settings.attempts_per_minute = static_cast<double>(from.attempts_per_minute);
  settings.requests_per_second = static_cast<double>(from.requests_per_second);
  settings.push_contact = from.push_contact;
  return settings;
}

control::Settings control_settings(const Config& config) {
  control::Settings settings;
  settings.version = kVersion;
  settings.region = config.region;
  settings.account = config.account_id;
  settings.secrets_file = secrets_file(config);
  settings.public_url = config.http.public_url;
  settings.ingest_endpoint = config.ingest.endpoint;
  settings.limits = config.limits.mode == LimitsMode::kIvs ? control::LimitsMode::kIvs
                                                           : control::LimitsMode::kGenerous;
  settings.requests_per_second = static_cast<double>(config.api.requests_per_second);
  settings.signing_region = config.api.signing_region;
  settings.country_database = config.geo.database;
  settings.session_history = config.live.session_history;
  settings.max_concurrent_streams = static_cast<std::uint64_t>(config.limits.max_streams);
  settings.max_concurrent_views = static_cast<std::uint64_t>(config.limits.max_views);
  settings.max_pixels = static_cast<std::uint32_t>(config.limits.max_pixels);
  settings.max_edge =
      static_cast<std::uint32_t>(std::max(config.limits.max_width, config.limits.max_height));
  settings.max_bitrate = config.limits.max_bitrate.bits_per_second;
  for (const EventRuleConfig& rule : config.event_rules) {
    settings.rules.push_back(
        {rule.name, rule.pattern, {{rule.name, rule.url, rule.subject, rule.secret}}});
  }
  settings.chat.token_validity = config.chat.token_validity;
  settings.chat.history_keep = config.chat.history_keep;
  settings.chat.history = chat_settings(config).history;
  settings.chat.log_interval = std::chrono::floor<std::chrono::seconds>(config.chat.log_interval);
  settings.recording = {.time_shift = config.recording.time_shift,
                        .keep = config.recording.keep,
                        .keep_bytes = config.recording.max_size.bytes};
  settings.objects = {.folder = config.data_dir + "/objects",
                      .endpoint = config.storage.endpoint,
                      .region = config.storage.region,
                      .access_key_id = config.storage.access_key_id,
                      .secret_access_key = config.storage.secret_access_key,
                      .virtual_host = config.storage.virtual_host};
  for (const ReviewHandlerConfig& handler : config.review_handlers) {
    settings.chat.review_handlers.push_back(
        {handler.function, handler.url, handler.secret, handler.timeout});
  }
  return settings;
}

namespace {

std::string_view type_name(ChannelType type) {
  switch (type) {
    case ChannelType::kBasic:
      return "BASIC";
    case ChannelType::kStandard:
      return "STANDARD";
    case ChannelType::kAdvancedSd:
      return "ADVANCED_SD";
    case ChannelType::kAdvancedHd:
      return "ADVANCED_HD";
  }
  return "STANDARD";
}

}  // namespace

control::DeclaredChannel declared(const ChannelConfig& channel) {
  return {.id = channel.id,
          .name = channel.name,
          .stream_key = channel.stream_key,
          .passphrase = channel.passphrase,
          .type = std::string(type_name(channel.type)),
          .insecure_ingest = channel.insecure_ingest,
          .low_latency = channel.latency_mode == LatencyMode::kLow,
          .fragmented_mp4 = channel.container_format == ContainerFormat::kFragmentedMp4,
          .max_bitrate = channel.max_bitrate.bits_per_second};
}

}  // namespace server
