#include "server/config_text_rules.h"

#include <algorithm>

#include "io/nats_names.h"
#include "server/trusted_proxies.h"

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

bool is_web_url(std::string_view text) {
  return text.size() <= 2048 && (text.starts_with("http://") || text.starts_with("https://"));
}

bool is_web_url_or_empty(std::string_view text) {
  return text.empty() || is_web_url(text);
}

bool is_function_name(std::string_view text) {
  return !text.empty() && text.size() <= 140 && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || c == '-' || c == '_';
  });
}

bool is_nats_url(std::string_view text) {
  return text.empty() || io::parse_nats_urls(text).has_value();
}

bool is_line(std::string_view text) {
  return text.size() <= 200 &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' '; });
}

bool is_colour(std::string_view text) {
  return text.empty() || (text.size() == 7 && text.front() == '#' &&
                          std::ranges::all_of(text.substr(1), [](char c) {
                            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
                                   (c >= 'A' && c <= 'F');
                          }));
}

// Plain HTTP only where nobody else can listen.
bool is_issuer(std::string_view text) {
  return text.size() <= 2048 &&
         (text.starts_with("https://") || text.starts_with("http://127.0.0.1") ||
          text.starts_with("http://localhost"));
}

}  // namespace

constinit const TextRule kNotEmpty = {is_not_empty, "be at least one character"};
constinit const TextRule kAccountId = {is_account_id, "be 12 digits"};
constinit const TextRule kRegion = {is_region, "be 1 to 32 of a-z, 0-9 and inner hyphens"};
constinit const TextRule kPublicUrl = {
    is_public_url, "be an http:// or https:// address without a slash at its end"};
constinit const TextRule kDatabaseUrl = {
    is_database_url, "be empty, sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME"};
constinit const TextRule kNatsUrl = {
    is_nats_url, "be empty, or nats:// or tls:// addresses separated by commas"};
constinit const TextRule kPathPrefix = {is_path_prefix,
                                        "be / and letters, digits, - and _, as in /PROD"};
constinit const TextRule kTargetUrl = {is_target_url,
                                       "be an http://, https://, nats:// or tls:// address"};
constinit const TextRule kRuleName = {is_rule_name, "be 1 to 128 of A-Z, a-z, 0-9, ., - and _"};
constinit const TextRule kWebhookSecret = {is_webhook_secret, "be empty or 8 to 256 characters"};
constinit const TextRule kChannelId = {is_channel_id, "be 12 letters and digits"};
constinit const TextRule kChannelName = {is_channel_name,
                                         "be at most 128 of A-Z, a-z, 0-9, - and _"};
constinit const TextRule kStreamKey = {is_stream_key,
                                       "be 8 to 128 of A-Z, a-z, 0-9, -, _, . and ~"};
constinit const TextRule kPassphrase = {is_passphrase,
                                        "be 10 to 79 printable characters without spaces"};

constinit const TextRule kWebUrl = {is_web_url, "be an http:// or https:// address"};
constinit const TextRule kWebUrlOrEmpty = {is_web_url_or_empty,
                                           "be empty or an http:// or https:// address"};
constinit const TextRule kCodecName = {
    [](std::string_view text) { return is_function_name(text) && text.size() <= 64; },
    "be 1 to 64 of A-Z, a-z, 0-9, - and _"};
constinit const TextRule kProxies = {
    [](std::string_view text) { return TrustedProxies::parse(text).has_value(); },
    "be addresses or networks such as 10.0.0.0/8, separated by commas"};
constinit const TextRule kShortText = {
    [](std::string_view text) { return !text.empty() && text.size() <= 40 && is_line(text); },
    "be 1 to 40 characters on one line"};
constinit const TextRule kLine = {is_line, "be at most 200 characters on one line"};
constinit const TextRule kColour = {is_colour, "be empty or a colour such as #D6FF3F"};
constinit const TextRule kList = {
    [](std::string_view text) {
      return text.size() <= 10'000 &&
             std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' '; });
    },
    "be words separated by commas"};
constinit const TextRule kPushContact = {[](std::string_view text) {
                                           return text.empty() || text.starts_with("mailto:") ||
                                                  text.starts_with("https://");
                                         },
                                         "be empty, or a mailto: or https:// address"};
constinit const TextRule kMailUrl = {[](std::string_view text) {
                                       return text.empty() || text.starts_with("smtp://") ||
                                              text.starts_with("smtps://");
                                     },
                                     "be empty, or an smtp:// or smtps:// address"};
constinit const TextRule kProviderId = {[](std::string_view text) {
                                          return !text.empty() && text.size() <= 32 &&
                                                 is_function_name(text);
                                        },
                                        "be 1 to 32 of A-Z, a-z, 0-9, - and _"};
constinit const TextRule kIssuer = {is_issuer,
                                    "be an https:// address (http:// only on this machine)"};
constinit const TextRule kFunctionName = {is_function_name,
                                          "be 1 to 140 of A-Z, a-z, 0-9, - and _"};
}  // namespace server
