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
// Before an address would die on a loop that does not know the session, that loop is told of it.
constexpr std::chrono::seconds kFirstRenewal{kUnusedAddress / 2};
constexpr std::chrono::minutes kRenewal{4};

live::ViewRefusal try_again() {
  return {503, "not_available", "the channel cannot be checked now; try again"};
}

std::int64_t wall_seconds() {
  return std::chrono::floor<std::chrono::seconds>(io::Loop::wall_now().time_since_epoch()).count();
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

bool ViewerGate::Channel::is_revoked(const std::string& viewer, std::int64_t version) const {
  if (viewer.empty()) return false;
  const auto found = revoked.find(viewer);
  if (found != revoked.end() && version <= found->second) return true;
  return access->is_revoked(viewer, version);
}

const ViewerGate::Channel* ViewerGate::find(const base::ChannelId& channel) const {
  const auto found = channels_.find(channel);
  return found == channels_.end() ? nullptr : &found->second;
}

void ViewerGate::authorise_view(live::ViewRequest request, Answer answer) {
  if (const Channel* known = find(request.channel); known != nullptr && can_decide(*known)) {
    // An update may replace the channel while somebody is told.
    const std::shared_ptr<const ChannelAccess> access = known->access;
    decide(std::move(request), *access, std::move(answer));
    return;
  }
  const auto [entry, is_first] = waiting_.try_emplace(request.channel);
  if (entry->second.size() >= kMaxWaiting) {
    answer(std::unexpected(try_again()));
    return;
  }
  const base::ChannelId channel = request.channel;
  entry->second.push_back({std::move(request), std::move(answer)});
  if (is_first) host_.load(channel);
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
  const Channel* known = find(request.channel);
  if (known == nullptr) {
    answer(std::unexpected(try_again()));
    return;
  }
  if (known->is_revoked(claims.viewer, claims.version)) {
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
  session.issued_at = wall_seconds();
  session.max_height = claims.max_height;
  session.viewer = claims.viewer;
  session.version = claims.version;
  session.strict_origin = claims.strict_origin;
  if (claims.strict_origin) session.origins = claims.origins;
  live::ViewGrant granted;
  granted.session = signer_.sign(session, request.channel.str());
  granted.max_height = claims.max_height;
  keep_session(request.channel, granted.session, std::move(session));
  return granted;
}

ViewerGate::Known& ViewerGate::keep_session(const base::ChannelId& channel, std::string text,
                                            ViewerSession session) {
  make_room_for_session();
  const base::MonotonicTime now = loop_.now();
  const std::chrono::seconds age(wall_seconds() - session.issued_at);
  const base::MonotonicTime renew_at = now + std::max<base::Duration>(kFirstRenewal - age, {});
  return sessions_
      .insert_or_assign(std::move(text), Known{channel.str(), std::move(session), now, renew_at})
      .first->second;
}

void ViewerGate::make_room_for_session() {
  if (sessions_.size() < kMaxSessions) return;
  const base::MonotonicTime now = loop_.now();
  std::erase_if(sessions_,
                [&](const auto& entry) { return now - entry.second.last_used > kIdleSession; });
  if (sessions_.size() < kMaxSessions) return;
  // The young ones can be read again from their addresses.
  const std::int64_t old = wall_seconds() - kUnusedAddress / 2;
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second.session.issued_at > old; });
  if (sessions_.size() >= kMaxSessions) sessions_.clear();
}

ViewerGate::Known* ViewerGate::find_session(const base::ChannelId& channel, std::string_view text) {
  if (const auto found = sessions_.find(text); found != sessions_.end()) {
    if (found->second.channel != channel.str()) return nullptr;
    if (loop_.now() - found->second.last_used <= kIdleSession) return &found->second;
    sessions_.erase(found);
  }
  auto opened = signer_.open(text, channel.str());
  if (!opened || wall_seconds() - opened->issued_at > kUnusedAddress) return nullptr;
  return &keep_session(channel, std::string(text), std::move(*opened));
}

void ViewerGate::on_renewal(const base::ChannelId& channel, const std::string& session) {
  if (const auto found = sessions_.find(session); found != sessions_.end()) {
    found->second.last_used = loop_.now();
    return;
  }
  auto opened = signer_.open(session, channel.str());
  if (!opened) return;
  // It was told of just now: no need to tell the others soon.
  keep_session(channel, session, std::move(*opened)).renew_at = loop_.now() + kRenewal;
}

std::expected<live::SessionBounds, live::ViewRefusal> ViewerGate::check_session(
    const base::ChannelId& channel, std::string_view session, std::string_view origin) {
  const Channel* entry = find(channel);
  if (entry == nullptr) {
    // It is live, so somebody should know it: the player will come again.
    if (waiting_.try_emplace(channel).second) host_.load(channel);
    return std::unexpected(try_again());
  }
  const ChannelAccess* const access = entry->access.get();
  if (session == live::ViewGrant::kOpenSession) {
    if (access->is_open()) return live::SessionBounds{};
    return std::unexpected(
        view_refused("this channel is watched with a session: begin with its playback URL"));
  }
  Known* known = find_session(channel, session);
  if (known == nullptr) {
    return std::unexpected(view_refused("the session has ended: begin with the playback URL"));
  }
  if (entry->is_revoked(known->session.viewer, known->session.version)) {
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
  if (known->last_used >= known->renew_at) {
    known->renew_at = known->last_used + kRenewal;
    host_.renew(loop_, channel, std::string(session));
  }
  return live::SessionBounds{known->session.max_height};
}

void ViewerGate::refuse_waiting(const base::ChannelId& channel, const live::ViewRefusal& refusal) {
  auto waiting = waiting_.extract(channel);
  if (waiting.empty()) return;
  for (Waiting& one : waiting.mapped()) one.answer(std::unexpected(refusal));
}

void ViewerGate::update(const base::ChannelId& channel,
                        std::shared_ptr<const ChannelAccess> access) {
  if (access == nullptr) {
    channels_.erase(channel);
    refuse_waiting(channel, {404, "not_found", "there is no such channel"});
    return;
  }
  const Channel& known =
      channels_.insert_or_assign(channel, Channel{std::move(access)}).first->second;
  if (!can_decide(known)) return;
  auto waiting = waiting_.extract(channel);
  if (waiting.empty()) return;
  for (Waiting& one : waiting.mapped()) {
    authorise_view(std::move(one.request), std::move(one.answer));
  }
}

void ViewerGate::load_failed(const base::ChannelId& channel) {
  channels_.erase(channel);
  refuse_waiting(channel, try_again());
}

void ViewerGate::update_keys(std::shared_ptr<const PlaybackKeys> keys) {
  keys_ = std::move(keys);
  verified_.clear();
  std::vector<Waiting> ready;
  for (auto entry = waiting_.begin(); entry != waiting_.end();) {
    if (!channels_.contains(entry->first)) {
      ++entry;
      continue;
    }
    for (Waiting& one : entry->second) ready.push_back(std::move(one));
    entry = waiting_.erase(entry);
  }
  for (Waiting& one : ready) authorise_view(std::move(one.request), std::move(one.answer));
}

void ViewerGate::keys_failed() {
  keys_ = nullptr;
  verified_.clear();
  auto waiting = std::exchange(waiting_, {});
  for (auto& [channel, list] : waiting) {
    for (Waiting& one : list) one.answer(std::unexpected(try_again()));
  }
}

void ViewerGate::revoke(const base::ChannelId& channel, const std::string& viewer,
                        std::int64_t version) {
  const auto found = channels_.find(channel);
  if (found == channels_.end()) return;
  auto& kept = found->second.revoked.try_emplace(viewer, version).first->second;
  kept = std::max(kept, version);
}

}  // namespace control
