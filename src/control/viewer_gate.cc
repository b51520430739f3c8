#include "control/viewer_gate.h"

#include <algorithm>
#include <utility>

#include "control/origin_rules.h"
#include "io/loop.h"

namespace control {
namespace {

constexpr std::size_t kMaxSessions = 200'000;
constexpr std::size_t kMaxVerified = 20'000;
constexpr std::size_t kMaxWaiting = 1'000;  // for one channel
// The service's own token limit.
constexpr std::size_t kMaxToken = 2048;
// A session that is used goes on without end; an address that nobody uses dies after this.
constexpr std::int64_t kUnusedAddress = 3600;  // seconds
constexpr std::chrono::minutes kIdleSession{10};

live::ViewRefusal try_again() {
  return {503, "not_available", "the channel cannot be checked now; try again"};
}

std::string fingerprint(std::string_view token) {
  const base::Sha256Digest digest = base::sha256(base::as_bytes(token));
  return {digest.begin(), digest.end()};
}

bool country_allowed(const RestrictionPolicy& policy, live::CountryCode country) {
  // Unknown countries are let through, as by the service.
  if (policy.countries.empty() || country[0] == '\0') return true;
  const std::string_view name(country.data(), country.size());
  return std::ranges::find(policy.countries, name) != policy.countries.end();
}

}  // namespace

const ChannelAccess* ViewerGate::find(const base::ChannelId& channel) const {
  const auto found = channels_.find(channel);
  return found == channels_.end() ? nullptr : found->second.get();
}

void ViewerGate::authorise_view(live::ViewRequest request, Answer answer) {
  if (const auto found = channels_.find(request.channel);
      found != channels_.end() && keys_ != nullptr) {
    // An update may replace the channel while somebody is told.
    const std::shared_ptr<const ChannelAccess> access = found->second;
    decide(std::move(request), *access, std::move(answer));
    return;
  }
  auto& waiting = waiting_[request.channel];
  if (waiting.size() >= kMaxWaiting) {
    answer(std::unexpected(try_again()));
    return;
  }
  const base::ChannelId channel = request.channel;
  waiting.push_back({std::move(request), std::move(answer)});
  if (waiting.size() == 1) host_.load(channel);
}

void ViewerGate::decide(live::ViewRequest request, const ChannelAccess& access, Answer answer) {
  if (!host_.has_room()) {
    answer(std::unexpected(view_refused("as many viewers watch as this server allows")));
    return;
  }
  if (auto allowed = check_policy(access, request); !allowed) {
    answer(std::unexpected(allowed.error()));
    return;
  }
  if (!access.authorized) {
    answer(access.is_open() ? live::ViewGrant{} : grant(request, {}));
    return;
  }
  if (request.token.size() > kMaxToken) {
    answer(std::unexpected(token_refused("the token is longer than 2048 characters")));
    return;
  }
  const std::string name = fingerprint(request.token);
  if (const auto known = verified_.find(name); known != verified_.end()) {
    on_claims(std::move(request), known->second, std::move(answer));
    return;
  }
  std::string token = request.token;
  host_.verify(loop_, std::move(token), keys_,
               [this, name, keys = keys_, request = std::move(request),
                answer = std::move(answer)](auto claims) mutable {
                 if (!claims) {
                   answer(std::unexpected(claims.error()));
                   return;
                 }
                 // Keys may have gone meanwhile: then the result is good this once.
                 if (keys == keys_) {
                   if (verified_.size() >= kMaxVerified) verified_.clear();
                   verified_.insert_or_assign(name, *claims);
                 }
                 on_claims(std::move(request), std::move(*claims), std::move(answer));
               });
}

void ViewerGate::on_claims(live::ViewRequest request, PlaybackClaims claims, Answer answer) {
  const auto allowed = check_playback_claims(claims, host_.channel_arn(request.channel),
                                             request.origin, io::Loop::wall_now());
  if (!allowed) {
    answer(std::unexpected(allowed.error()));
    return;
  }
  const ChannelAccess* access = find(request.channel);
  if (access == nullptr || access->is_revoked(claims.viewer, claims.version)) {
    answer(std::unexpected(view_refused("the viewer's session was revoked")));
    return;
  }
  if (claims.single_use.empty()) {
    answer(grant(request, claims));
    return;
  }
  host_.use_up(
      loop_, claims,
      [this, request = std::move(request), claims, answer = std::move(answer)](auto used) mutable {
        if (!used) {
          answer(std::unexpected(used.error()));
        } else {
          answer(grant(request, claims));
        }
      });
}

std::expected<void, live::ViewRefusal> ViewerGate::check_policy(const ChannelAccess& access,
                                                                const live::ViewRequest& request) {
  if (!access.policy) return {};
  const RestrictionPolicy& policy = *access.policy;
  if (!country_allowed(policy, host_.country_of(request.remote_address))) {
    return std::unexpected(view_refused("the channel cannot be watched in this country"));
  }
  if (policy.strict_origin && request.origin.empty()) {
    return std::unexpected(
        view_refused("the channel asks for an Origin, and the request has none"));
  }
  if (!request.origin.empty() && !policy.origins.empty() &&
      !origin_matches(policy.origins, request.origin)) {
    return std::unexpected(view_refused("the channel cannot be watched on pages of this origin"));
  }
  return {};
}

live::ViewGrant ViewerGate::grant(const live::ViewRequest& request, const PlaybackClaims& claims) {
  ViewerSession session;
  session.issued_at =
      std::chrono::floor<std::chrono::seconds>(io::Loop::wall_now().time_since_epoch()).count();
  session.max_height = claims.max_height;
  session.viewer = claims.viewer;
  session.version = claims.version;
  session.strict_origin = claims.strict_origin;
  if (claims.strict_origin) session.origins = claims.origins;
  live::ViewGrant granted;
  granted.session = signer_.sign(session, request.channel.str());
  granted.max_height = claims.max_height;
  make_room_for_session();
  sessions_.insert_or_assign(granted.session,
                             Known{request.channel.str(), std::move(session), loop_.now()});
  return granted;
}

void ViewerGate::make_room_for_session() {
  if (sessions_.size() < kMaxSessions) return;
  const base::MonotonicTime now = loop_.now();
  std::erase_if(sessions_,
                [&](const auto& entry) { return now - entry.second.last_used > kIdleSession; });
  // They can all be read again from their addresses.
  if (sessions_.size() >= kMaxSessions) sessions_.clear();
}

ViewerGate::Known* ViewerGate::find_session(const base::ChannelId& channel, std::string_view text) {
  const base::MonotonicTime now = loop_.now();
  if (const auto found = sessions_.find(text); found != sessions_.end()) {
    if (found->second.channel != channel.str()) return nullptr;
    if (now - found->second.last_used <= kIdleSession) return &found->second;
    sessions_.erase(found);
  }
  auto opened = signer_.open(text, channel.str());
  if (!opened) return nullptr;
  const std::int64_t age =
      std::chrono::floor<std::chrono::seconds>(io::Loop::wall_now().time_since_epoch()).count() -
      opened->issued_at;
  if (age > kUnusedAddress) return nullptr;
  make_room_for_session();
  return &sessions_
              .insert_or_assign(std::string(text), Known{channel.str(), std::move(*opened), now})
              .first->second;
}

std::expected<live::SessionBounds, live::ViewRefusal> ViewerGate::check_session(
    const base::ChannelId& channel, std::string_view session, std::string_view origin) {
  const ChannelAccess* access = find(channel);
  if (access == nullptr) return std::unexpected(try_again());
  if (session == live::ViewGrant::kOpenSession) {
    if (access->is_open()) return live::SessionBounds{};
    return std::unexpected(
        view_refused("this channel is watched with a session: begin with its playback URL"));
  }
  Known* known = find_session(channel, session);
  if (known == nullptr) {
    return std::unexpected(view_refused("the session has ended: begin with the playback URL"));
  }
  if (access->is_revoked(known->session.viewer, known->session.version)) {
    return std::unexpected(view_refused("the viewer's session was revoked"));
  }
  if (known->session.strict_origin &&
      (origin.empty() ||
       (!known->session.origins.empty() && !origin_matches(known->session.origins, origin)))) {
    return std::unexpected(view_refused("the token does not allow pages of this origin"));
  }
  if (access->policy && access->policy->strict_origin &&
      (origin.empty() ||
       (!access->policy->origins.empty() && !origin_matches(access->policy->origins, origin)))) {
    return std::unexpected(view_refused("the channel cannot be watched on pages of this origin"));
  }
  known->last_used = loop_.now();
  return live::SessionBounds{known->session.max_height};
}

void ViewerGate::update(const base::ChannelId& channel,
                        std::shared_ptr<const ChannelAccess> access) {
  if (access == nullptr) {
    channels_.erase(channel);
    for (Waiting& waiting : std::exchange(waiting_[channel], {})) {
      waiting.answer(
          std::unexpected(live::ViewRefusal{404, "not_found", "there is no such channel"}));
    }
    waiting_.erase(channel);
    return;
  }
  channels_.insert_or_assign(channel, std::move(access));
  if (keys_ == nullptr) return;
  const auto found = waiting_.find(channel);
  if (found == waiting_.end()) return;
  std::vector<Waiting> waiting = std::move(found->second);
  waiting_.erase(found);
  for (Waiting& one : waiting) authorise_view(std::move(one.request), std::move(one.answer));
}

void ViewerGate::load_failed(const base::ChannelId& channel) {
  const auto found = waiting_.find(channel);
  if (found == waiting_.end()) return;
  std::vector<Waiting> waiting = std::move(found->second);
  waiting_.erase(found);
  for (Waiting& one : waiting) one.answer(std::unexpected(try_again()));
}

void ViewerGate::update_keys(std::shared_ptr<const PlaybackKeys> keys) {
  keys_ = std::move(keys);
  verified_.clear();
}

void ViewerGate::revoke(const base::ChannelId& channel, const std::string& viewer,
                        std::int64_t version) {
  const auto found = channels_.find(channel);
  if (found == channels_.end()) return;
  auto changed = std::make_shared<ChannelAccess>(*found->second);
  auto& kept = changed->revoked[viewer];
  kept = std::max(kept, version);
  found->second = std::move(changed);
}

}  // namespace control
