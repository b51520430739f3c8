#include "control/playback_claims.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/origin_rules.h"

namespace control {
namespace {

using wire::jwt::Claims;

constexpr std::int64_t kShortLived = 600;  // what can be revoked or used once must end soon
constexpr std::size_t kMaxViewer = 40;
constexpr std::size_t kMaxStrictOrigins = 5;
constexpr std::size_t kUuidLength = 36;

constexpr std::string_view kChannel = "aws:channel-arn";
constexpr std::string_view kOrigins = "aws:access-control-allow-origin";
constexpr std::string_view kStrict = "aws:strict-origin-enforcement";
constexpr std::string_view kSingleUse = "aws:single-use-uuid";
constexpr std::string_view kViewer = "aws:viewer-id";
constexpr std::string_view kVersion = "aws:viewer-session-version";
constexpr std::string_view kResolution = "aws:maximum-resolution";

bool is_uuid(std::string_view text) {
  if (text.size() != kUuidLength) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

// By the shorter edge of the picture.
std::optional<std::uint32_t> height_of(std::string_view name) {
  if (name == "SD") return 480;
  if (name == "HD") return 720;
  if (name == "FULL_HD") return 1080;
  return std::nullopt;
}

std::unexpected<live::ViewRefusal> wrong(std::string_view claim, std::string_view must) {
  return std::unexpected(token_refused(fmt::format("the claim {} must {}", claim, must)));
}

std::expected<void, live::ViewRefusal> read_viewer(const Claims& claims, PlaybackClaims& read) {
  if (claims.has(kViewer)) {
    const auto viewer = claims.string(kViewer);
    if (!viewer || viewer->empty() || viewer->size() > kMaxViewer) {
      return wrong(kViewer, "be 1 to 40 characters");
    }
    read.viewer = *viewer;
  }
  if (!claims.has(kVersion)) return {};
  if (read.viewer.empty()) return wrong(kVersion, "come with aws:viewer-id");
  auto version = claims.integer(kVersion);
  // Samples of the vendor write it as text.
  if (const auto text = claims.string(kVersion);
      !version && text && !text->empty() && text->size() <= 18 &&
      std::ranges::all_of(*text, [](char c) { return c >= '0' && c <= '9'; })) {
    version = std::stoll(std::string(*text));
  }
  if (!version || *version < 0) return wrong(kVersion, "be a whole number from 0 on");
  read.version = *version;
  return {};
}

std::expected<void, live::ViewRefusal> read_origins(const Claims& claims, PlaybackClaims& read) {
  if (claims.has(kOrigins)) {
    const auto list = claims.string(kOrigins);
    if (!list) return wrong(kOrigins, "be text");
    read.origins = split_origins(*list);
  }
  if (!claims.has(kStrict)) return {};
  const auto strict = claims.boolean(kStrict);
  if (!strict) return wrong(kStrict, "be true or false");
  read.strict_origin = *strict;
  if (read.strict_origin && read.origins.size() > kMaxStrictOrigins) {
    return wrong(kOrigins, "have at most 5 origins when they are enforced strictly");
  }
  return {};
}

}  // namespace

live::ViewRefusal token_refused(std::string sentence) {
  return {403, "invalid_playback_auth_token", std::move(sentence)};
}

live::ViewRefusal view_refused(std::string sentence) {
  return {403, "playback_auth_error", std::move(sentence)};
}

std::expected<PlaybackClaims, live::ViewRefusal> read_playback_claims(const Claims& claims) {
  PlaybackClaims read;
  const auto channel = claims.string(kChannel);
  if (!channel) return wrong(kChannel, "be there, as text");
  read.channel_arn = *channel;
  const auto expires = claims.numeric_date("exp");
  if (!expires) return wrong("exp", "be there, as a number of seconds");
  read.expires = *expires;
  if (auto origins = read_origins(claims, read); !origins) {
    return std::unexpected(origins.error());
  }
  if (claims.has(kSingleUse)) {
    const auto uuid = claims.string(kSingleUse);
    if (!uuid || !is_uuid(*uuid)) return wrong(kSingleUse, "be a UUID");
    read.single_use = *uuid;
    std::ranges::transform(read.single_use, read.single_use.begin(), [](char c) {
      return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    });
  }
  if (auto viewer = read_viewer(claims, read); !viewer) return std::unexpected(viewer.error());
  if (claims.has(kResolution)) {
    const auto name = claims.string(kResolution);
    if (name) read.max_height = height_of(*name);
    if (!read.max_height) return wrong(kResolution, "be SD, HD or FULL_HD");
  }
  return read;
}

std::expected<void, live::ViewRefusal> check_playback_claims(const PlaybackClaims& claims,
                                                             std::string_view channel_arn,
                                                             std::string_view origin,
                                                             base::WallTime now) {
  const std::int64_t seconds =
      std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  if (claims.channel_arn != channel_arn) {
    return std::unexpected(token_refused("the token is for another channel"));
  }
  if (claims.expires <= seconds) return std::unexpected(token_refused("the token has expired"));
  const bool must_be_short = !claims.viewer.empty() || !claims.single_use.empty();
  if (must_be_short && claims.expires - seconds > kShortLived) {
    return std::unexpected(token_refused(
        "a token with aws:viewer-id or aws:single-use-uuid must expire within 10 minutes"));
  }
  if (claims.strict_origin && origin.empty()) {
    return std::unexpected(view_refused("the token asks for an Origin, and the request has none"));
  }
  // A program that is no browser says nothing of a page.
  if (!origin.empty() && !claims.origins.empty() && !origin_matches(claims.origins, origin)) {
    return std::unexpected(view_refused("the token does not allow pages of this origin"));
  }
  return {};
}

}  // namespace control
