// Who a request is from, and what holds up those who try too often.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/people/accounts_service.h"
#include "app/people/cookie.h"
#include "app/people/names.h"
#include "app/people/password_hash.h"
#include "io/loop.h"

namespace app {
namespace {

using wire::http::Method;

constexpr std::string_view kCookie = "rostrum_session";
constexpr std::size_t kTokenLength = 43;  // of 32 octets in base64url
constexpr base::Duration kTouchEvery = std::chrono::minutes(5);

bool changes_something(const PlatformRequest& request) {
  return request.http.method != Method::kGet && request.http.method != Method::kHead;
}

// Routes that people use to become somebody: whoever is signed in already is nobody to them,
// unless the request proves that a page of ours made it.
bool is_for_strangers(const Route& route) {
  constexpr std::array<std::string_view, 4> kPaths = {
      "/api/platform/v1/session", "/api/platform/v1/accounts", "/api/platform/v1/password/",
      "/api/platform/v1/oidc/"};
  return route.access == Access::kAnyone && std::ranges::any_of(kPaths, [&](std::string_view path) {
           return route.path.starts_with(path);
         });
}

std::unexpected<Refusal> not_from_a_page() {
  return refuse(403, "Csrf", "This request does not come from a page of this site. Reload it.");
}

std::unexpected<Refusal> not_signed_in(const Route& route) {
  return refuse(401, route.manners == Manners::kDemo ? "UnauthorizedException" : "SignIn",
                "This access token is not valid any more. Sign in again.");
}

std::unexpected<Refusal> too_often(std::int64_t seconds) {
  Refusal refusal{429, "TooManyRequests", "That was too often. Wait a moment and try again."};
  refusal.retry_after = std::max<std::int64_t>(seconds, 1);
  return std::unexpected(std::move(refusal));
}

Viewer viewer_of(std::string account, KnownPerson person, std::string session) {
  return {.id = std::move(account),
          .name = std::move(person.name),
          .role = person.role,
          .session = std::move(session)};
}

}  // namespace

std::string_view AccountsService::token_of(const PlatformRequest& request) {
  const auto token = find_cookie(request.http.headers, kCookie);
  return token && token->size() == kTokenLength ? *token : std::string_view();
}

NewSession AccountsService::new_session_for(Call& call) const {
  return new_session(call.request, call.now, settings().session_length);
}

OpenedSession AccountsService::opened(const NewSession& session,
                                      const PlatformRequest& request) const {
  const auto lifetime = std::chrono::duration_cast<std::chrono::seconds>(session.length);
  return {.cookie = set_cookie({.name = kCookie,
                                .value = session.token,
                                .lifetime = lifetime,
                                .is_secure = request.is_secure}),
          .csrf_token = keyring_.csrf_token(session.key)};
}

std::string AccountsService::no_cookie(const PlatformRequest& request) const {
  return set_cookie({.name = kCookie, .value = {}, .is_secure = request.is_secure});
}

// A page of another site, or one that does not say of which it is (a sandboxed frame).
bool AccountsService::is_from_elsewhere(const PlatformRequest& request) const {
  const std::string_view site = request.http.headers.get("Sec-Fetch-Site");
  if (site == "same-origin" || site == "none") return false;
  if (site == "cross-site") return true;
  const auto origin = request.http.headers.find("Origin");
  if (!origin) return false;
  const std::size_t scheme = origin->find("://");
  if (scheme == std::string_view::npos) return true;
  if (wire::http::equal_ignoring_case(origin->substr(scheme + 3), request.http.host)) return false;
  return !wire::http::equal_ignoring_case(*origin, settings().public_url);
}

Outcome<std::optional<Viewer>> AccountsService::identify(const PlatformRequest& request,
                                                         const Route& route, io::SqlConnection& sql,
                                                         base::WallTime now) {
  const std::string_view authorization = request.http.headers.get("Authorization");
  // A gate before this server may have asked for a password of its own.
  if (!authorization.empty() && !authorization.starts_with("Basic ")) {
    return by_token(bearer_token(authorization), route, sql, now);
  }
  // Clients of the demo's backend bring tokens. Some of its routes change something by GET, which
  // no cookie may do.
  if (route.manners == Manners::kDemo) return std::nullopt;
  return by_cookie(request, route, sql, now);
}

Outcome<std::optional<Viewer>> AccountsService::by_cookie(const PlatformRequest& request,
                                                          const Route& route,
                                                          io::SqlConnection& sql,
                                                          base::WallTime now) {
  const bool must_prove = changes_something(request);
  const auto nobody = [&]() -> Outcome<std::optional<Viewer>> {
    if (must_prove && is_from_elsewhere(request)) return not_from_a_page();
    return std::nullopt;
  };
  const std::string_view token = token_of(request);
  if (token.empty()) return nobody();
  const std::string key = session_key(token);
  auto found = look_up(key, sql);
  if (!found) return std::unexpected(std::move(found.error()));
  if (!*found) return nobody();
  auto& [session, person] = **found;
  if (session.expires_at <= now || !person.is_active || session.generation != person.generation) {
    return nobody();
  }
  if (must_prove && !keyring_.is_csrf_token(key, request.http.headers.get("X-CSRF-Token"))) {
    if (is_for_strangers(route)) return nobody();
    return not_from_a_page();
  }
  if (now - session.seen_at >= kTouchEvery) touch(key, session.account, now);
  return viewer_of(std::move(session.account), std::move(person), key);
}

Outcome<std::optional<std::pair<KnownSession, KnownPerson>>> AccountsService::look_up(
    const std::string& key, io::SqlConnection& sql) {
  const base::MonotonicTime now = io::Loop::precise_now();
  std::optional<std::pair<KnownSession, KnownPerson>> known;
  const std::uint64_t version = cache_.with([&](const SessionCache& cache) {
    if (auto session = cache.session(key, now)) {
      if (auto person = cache.person(session->account, now)) {
        known.emplace(std::move(*session), std::move(*person));
      }
    }
    return cache.version();
  });
  if (known) return known;
  auto found = find_session(sql, key);
  if (!found) return std::unexpected(std::move(found.error()));
  if (!*found) return std::nullopt;
  FoundSession& row = **found;
  known.emplace(KnownSession{.account = row.account,
                             .generation = row.generation,
                             .seen_at = row.seen_at,
                             .expires_at = row.expires_at},
                KnownPerson{.name = std::move(row.name),
                            .role = row.role,
                            .is_active = row.is_active,
                            .generation = row.account_generation});
  cache_.with([&](SessionCache& cache) {
    cache.remember(version, key, known->first, now);
    cache.remember(version, row.account, known->second, now);
  });
  return known;
}

// The session lasts longer: written down behind the answer.
void AccountsService::touch(const std::string& key, const std::string& account,
                            base::WallTime now) {
  const base::Duration length = settings().session_length;
  const bool is_ours =
      cache_.with([&](SessionCache& cache) { return cache.touch(key, now, kTouchEvery, length); });
  if (!is_ours) return;
  parts_.sql.write(
      [key, account, now, length](io::SqlConnection& sql) {
        return touch_session(sql, key, account, now, length);
      },
      [](base::Expected<void>) {});  // else the next request tries
}

Outcome<std::optional<Viewer>> AccountsService::by_token(std::string_view token, const Route& route,
                                                         io::SqlConnection& sql,
                                                         base::WallTime now) {
  auto read = keyring_.read(token, now);
  if (!read) return not_signed_in(route);
  const base::MonotonicTime instant = io::Loop::precise_now();
  std::optional<KnownPerson> person;
  const std::uint64_t version = cache_.with([&](const SessionCache& cache) {
    person = cache.person(read->account, instant);
    return cache.version();
  });
  if (!person) {
    auto row = load_account(sql, read->account);
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) return not_signed_in(route);
    const AccountRow& found = **row;
    person = KnownPerson{.name = found.account.name,
                         .role = found.account.role,
                         .is_active = found.account.state == Account::State::kActive,
                         .generation = found.generation};
    cache_.with(
        [&](SessionCache& cache) { cache.remember(version, read->account, *person, instant); });
  }
  if (!person->is_active || person->generation != read->generation) return not_signed_in(route);
  return viewer_of(std::move(read->account), std::move(*person), {});
}

void AccountsService::forget_session(std::string_view key) {
  cache_.with([&](SessionCache& cache) { cache.forget_session(key); });
}
void AccountsService::forget_person(std::string_view account) {
  cache_.with([&](SessionCache& cache) { cache.forget_person(account); });
}

// ---- what costs -----------------------------------------------------------------------------

bool AccountsService::may_attempt(std::string_view address, std::string_view what) {
  return attempts_.with(
      [&](Attempts& attempts) { return attempts.allow(address, what, io::Loop::precise_now()); });
}

Outcome<void> AccountsService::admit(Call& call, std::string_view what) {
  if (may_attempt(call.request.remote_address, what)) return {};
  return too_often(attempts_.with([](const Attempts& attempts) { return attempts.retry_after(); }));
}

Outcome<bool> AccountsService::check_password(Call& call, std::string_view login,
                                              const std::optional<AccountRow>& row,
                                              std::string_view password) {
  const std::string name = folded(login);
  const std::string customer = customer_of(call.request.remote_address);
  const auto wait_of = [&](GuessGuard::Caller caller) {
    return attempts_.with([&](const Attempts& attempts) {
      return attempts.is_off()
                 ? base::Duration{}
                 : attempts.guesses.wait(name, customer, caller, io::Loop::precise_now());
    });
  };
  base::Duration wait = wait_of(GuessGuard::Caller::kStranger);
  if (wait > base::Duration{} && row) {
    auto known = is_known_address(call.sql, row->account.id, customer);
    if (!known) return std::unexpected(std::move(known.error()));
    if (*known) wait = wait_of(GuessGuard::Caller::kKnown);
  }
  if (wait > base::Duration{}) {
    return too_often(
        static_cast<std::int64_t>(std::ceil(std::chrono::duration<double>(wait).count())));
  }
  const bool has_one = row && !row->password.empty();
  const auto hash = parse_password_hash(has_one ? row->password : dummy_);
  const bool is_right = hash && matches(*hash, password) && has_one;
  attempts_.with([&](Attempts& attempts) {
    if (is_right) {
      attempts.guesses.succeeded(name, customer);
    } else {
      attempts.guesses.failed(name, customer, io::Loop::precise_now());
    }
  });
  return is_right;
}

Outcome<void> AccountsService::check_new_name(std::string_view name) const {
  if (auto fits = check_name(name); !fits) return fits;
  if (is_reserved_name(name, settings().reserved_names)) {
    return refuse(400, "NameReserved", "This name cannot be had.", "name");
  }
  return {};
}

Outcome<void> AccountsService::check_new_email(std::string_view email) const {
  if (auto fits = check_email(email); !fits) return fits;
  if (!is_allowed_domain(email, settings().allowed_domains)) {
    return refuse(400, "DomainNotAllowed", "Addresses of this domain cannot register here.",
                  "email");
  }
  return {};
}

Role AccountsService::first_role() const {
  return limits().everyone_streams ? Role::kStreamer : Role::kViewer;
}

}  // namespace app
