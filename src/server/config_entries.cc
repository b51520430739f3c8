// The settings of the entries of lists.
#include <array>

#include "server/config_fields.h"
#include "server/config_table.h"
#include "server/config_text_rules.h"

namespace server {
namespace {

constexpr std::array<std::string_view, 2> kContainers = {"TS", "FRAGMENTED_MP4"};
constexpr std::array<std::string_view, 2> kLatencyModes = {"LOW", "NORMAL"};
constexpr std::array<std::string_view, 4> kTypes = {"BASIC", "STANDARD", "ADVANCED_SD",
                                                    "ADVANCED_HD"};

#define CHANNEL_FIELD(path) [](ChannelConfig& c) -> auto& { return c.path; }
#define RULE_FIELD(path) [](EventRuleConfig& c) -> auto& { return c.path; }
#define HANDLER_FIELD(path) [](ReviewHandlerConfig& c) -> auto& { return c.path; }
#define PROVIDER_FIELD(path) [](SignInProviderConfig& c) -> auto& { return c.path; }
#define CHANNEL_CHOICE(path, names) (choice<ChannelConfig, CHANNEL_FIELD(path)>(names))

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
    {.name = "type",
     .field = CHANNEL_CHOICE(type, kTypes),
     .default_text = "STANDARD",
     .description = "Which renditions are made of its broadcasts; BASIC: none."},
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

const std::array kReviewHandlerSettings = std::to_array<Setting<ReviewHandlerConfig>>({
    {.name = "function",
     .field = field<ReviewHandlerConfig>(HANDLER_FIELD(function)),
     .default_text = "",
     .description = "Name of the Lambda function in the ARN that rooms give.",
     .rule = kFunctionName,
     .required = true},
    {.name = "url",
     .field = field<ReviewHandlerConfig>(HANDLER_FIELD(url)),
     .default_text = "",
     .description = "Where the question goes, as the function would get it.",
     .rule = kWebUrl,
     .required = true},
    {.name = "secret",
     .field = field<ReviewHandlerConfig>(HANDLER_FIELD(secret)),
     .default_text = "",
     .description = "Key that requests are signed with; empty means unsigned.",
     .rule = kWebhookSecret,
     .secrecy = Secrecy::kSecret},
    {.name = "timeout",
     .field = field<ReviewHandlerConfig>(HANDLER_FIELD(timeout)),
     .default_text = "200ms",
     .description = "A later answer is none: the room's fallback decides.",
     .minimum = "10ms",
     .maximum = "10s"},
});

const std::array kSignInProviderSettings = std::to_array<Setting<SignInProviderConfig>>({
    {.name = "id",
     .field = field<SignInProviderConfig>(PROVIDER_FIELD(id)),
     .default_text = "",
     .description = "Stands in addresses; must not change, accounts are tied to it.",
     .rule = kProviderId,
     .required = true},
    {.name = "name",
     .field = field<SignInProviderConfig>(PROVIDER_FIELD(name)),
     .default_text = "",
     .description = "What the button says behind \"Sign in with\".",
     .rule = kShortText,
     .required = true},
    {.name = "issuer",
     .field = field<SignInProviderConfig>(PROVIDER_FIELD(issuer)),
     .default_text = "",
     .description = "Address of the provider, below which /.well-known/openid-configuration is.",
     .rule = kIssuer,
     .required = true},
    {.name = "client_id",
     .field = field<SignInProviderConfig>(PROVIDER_FIELD(client_id)),
     .default_text = "",
     .description = "What this platform is called there.",
     .rule = kNotEmpty,
     .required = true},
    {.name = "client_secret",
     .field = field<SignInProviderConfig>(PROVIDER_FIELD(client_secret)),
     .default_text = "",
     .description = "Its secret; empty: a public client, with PKCE alone.",
     .secrecy = Secrecy::kSecret},
    {.name = "scopes",
     .field = field<SignInProviderConfig>(PROVIDER_FIELD(scopes)),
     .default_text = "openid email profile",
     .description = "What is asked for, separated by spaces.",
     .rule = kLine},
});

}  // namespace

std::span<const Setting<SignInProviderConfig>> sign_in_provider_settings() {
  return kSignInProviderSettings;
}
std::span<const Setting<ChannelConfig>> channel_settings() {
  return kChannelSettings;
}
std::span<const Setting<EventRuleConfig>> event_rule_settings() {
  return kEventRuleSettings;
}
std::span<const Setting<ReviewHandlerConfig>> review_handler_settings() {
  return kReviewHandlerSettings;
}

}  // namespace server
