// Signing in and out, and the sessions of an account.
#include <boost/json/array.hpp>

#include "app/people/accounts_service.h"
#include "app/people/names.h"
#include "app/people/password_hash.h"

namespace app {
namespace {

namespace json = boost::json;
using wire::http::Method;
using Type = Field::Type;
constexpr auto kRequired = Field::Need::kRequired;
constexpr std::string_view kGroup = "Sessions";

constexpr Field kAccount[] = {
    {"id", Type::kText, {}, 0, 0, "For ever, whatever the name"},
    {"name", Type::kText},
    {"email", Type::kText},
    {"role", Type::kText, {}, 0, 0, {}, "viewer|streamer|moderator|administrator"},
    {"state", Type::kText, {}, 0, 0, {}, "unverified|active|suspended"},
    {"avatar", Type::kText, {}, 0, 0, "One of the presets", kAvatarChoices},
    {"color", Type::kText, {}, 0, 0, {}, kColorChoices},
    {"avatarUrl", Type::kText, {}, 0, 0, "A picture of the person's own, if there is one"},
    {"language", Type::kText, {}, 0, 0, "Empty: not chosen"},
    {"hasPassword", Type::kBoolean, {}, 0, 0, "Or signs in elsewhere only"},
    {"createdAt", Type::kText}};

constexpr Field kShown[] = {
    {"signedIn", Type::kBoolean},
    {"csrfToken", Type::kText, {}, 0, 0, "For the field X-CSRF-Token; empty when not signed in"},
    {"account", Type::kObject, {}, 0, 0, "When signed in", {}, kAccount}};

constexpr Field kSignIn[] = {
    {"login", Type::kText, kRequired, 1, 254, "Name or address, in any case"},
    {"password", Type::kText, kRequired, 1, 256},
    {"token", Type::kBoolean, {}, 0, 0, "Give an access token in place of a cookie"}};
constexpr Field kSignedIn[] = {
    {"csrfToken", Type::kText},
    {"accessToken", Type::kText, {}, 0, 0, "For the field Authorization, if asked for"},
    {"expiresAt", Type::kText, {}, 0, 0, "Of the access token"},
    {"account", Type::kObject, {}, 0, 0, {}, {}, kAccount}};

constexpr Field kListed[] = {
    {"id", Type::kText},        {"current", Type::kBoolean, {}, 0, 0, "The one that asks"},
    {"createdAt", Type::kText}, {"seenAt", Type::kText},
    {"device", Type::kText},    {"address", Type::kText}};
constexpr Field kSessions[] = {{"sessions", Type::kList, {}, 0, 0, {}, {}, kListed}};

Outcome<Answer> show(Call& call) {
  AccountsService& people = AccountsService::of(call);
  Answer answer(json::object{{"signedIn", call.viewer.has_value()}, {"csrfToken", ""}});
  const std::string_view token = AccountsService::token_of(call.request);
  if (!call.viewer) {
    if (!token.empty()) answer.headers.emplace_back("Set-Cookie", people.no_cookie(call.request));
    return answer;
  }
  auto account = people.describe(call.sql, call.me().id);
  if (!account) return std::unexpected(std::move(account.error()));
  (*answer.body)["account"] = std::move(*account);
  if (call.me().session.empty()) return answer;
  // The browser keeps the cookie for as long as the session lasts, which grows with its use.
  NewSession known;
  known.token = token;
  known.key = call.me().session;
  known.length = people.settings().session_length;
  OpenedSession again = people.opened(known, call.request);
  (*answer.body)["csrfToken"] = std::move(again.csrf_token);
  answer.headers.emplace_back("Set-Cookie", std::move(again.cookie));
  return answer;
}

Outcome<Answer> give_token(Call& call, const AccountRow& row) {
  AccountsService& people = AccountsService::of(call);
  const base::WallTime until = call.now + std::chrono::duration_cast<std::chrono::microseconds>(
                                              people.settings().session_length);
  auto account = people.describe(call.sql, row.account.id);
  if (!account) return std::unexpected(std::move(account.error()));
  return Answer(json::object{{"accessToken", people.keyring().sign({.account = row.account.id,
                                                                    .name = row.account.name,
                                                                    .generation = row.generation,
                                                                    .expires_at = until})},
                             {"expiresAt", base::to_rfc3339(until)},
                             {"account", std::move(*account)}});
}

Outcome<Answer> sign_in(Call& call) {
  AccountsService& people = AccountsService::of(call);
  if (auto may = people.admit(call, "sign-in"); !may) {
    return std::unexpected(std::move(may.error()));
  }
  const std::string login(trimmed(call.text("login")));
  const std::string password = call.text("password");
  auto row = load_account_by_login(call.sql, login);
  if (!row) return std::unexpected(std::move(row.error()));
  auto right = people.check_password(call, login, *row, password);
  if (!right) return std::unexpected(std::move(right.error()));
  if (!*right) return refuse(401, "WrongCredentials", "Incorrect name or password.");
  AccountRow& found = **row;
  if (found.account.state == Account::State::kUnverified) {
    return refuse(403, "Unverified", "Open the link in the letter that we sent you first.");
  }
  if (found.account.state == Account::State::kSuspended) {
    return refuse(403, "Suspended",
                  found.reason.empty() ? "This account is suspended."
                                       : "This account is suspended: " + found.reason);
  }
  if (!is_current_hash(found.password)) {
    const std::string hash = hash_password(password);
    auto renewed = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
      auto now = load_account(sql, found.account.id);
      if (!now) return std::unexpected(std::move(now.error()));
      // A password that was changed meanwhile stays.
      if (!*now || (*now)->password != found.password) return {};
      return set_password_hash(sql, found.account.id, hash);
    });
    if (!renewed) return std::unexpected(std::move(renewed.error()));
  }
  if (call.flag("token")) return give_token(call, found);
  auto session = people.open_session(call, found.account.id);
  if (!session) return std::unexpected(std::move(session.error()));
  auto account = people.describe(call.sql, found.account.id);
  if (!account) return std::unexpected(std::move(account.error()));
  Answer answer(json::object{{"csrfToken", std::move(session->csrf_token)},
                             {"account", std::move(*account)}});
  answer.headers.emplace_back("Set-Cookie", std::move(session->cookie));
  return answer;
}

Answer signed_out(Call& call) {
  Answer answer = Answer::nothing();
  answer.headers.emplace_back("Set-Cookie", AccountsService::of(call).no_cookie(call.request));
  return answer;
}

Outcome<Answer> sign_out(Call& call) {
  const std::string key = call.me().session;
  if (!key.empty()) {
    auto ended = call.write([&](io::SqlConnection& sql) { return delete_session(sql, key); });
    if (!ended) return std::unexpected(std::move(ended.error()));
    AccountsService::of(call).forget_session(key);
  }
  return signed_out(call);
}

Outcome<Answer> sign_out_everywhere(Call& call) {
  auto ended = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto generation = end_everything(sql, call.me().id);
    if (!generation) return std::unexpected(std::move(generation.error()));
    return {};
  });
  if (!ended) return std::unexpected(std::move(ended.error()));
  AccountsService::of(call).forget_person(call.me().id);
  return signed_out(call);
}

Outcome<Answer> list(Call& call) {
  auto found = list_sessions(call.sql, call.me().id, call.now);
  if (!found) return std::unexpected(std::move(found.error()));
  json::array sessions;
  for (const ListedSession& session : *found) {
    sessions.push_back(json::object{{"id", session.id},
                                    {"current", session.key == call.me().session},
                                    {"createdAt", base::to_rfc3339(session.created_at)},
                                    {"seenAt", base::to_rfc3339(session.seen_at)},
                                    {"device", session.device},
                                    {"address", session.address}});
  }
  return Answer(json::object{{"sessions", std::move(sessions)}});
}

Outcome<Answer> end(Call& call) {
  auto found = list_sessions(call.sql, call.me().id, call.now);
  if (!found) return std::unexpected(std::move(found.error()));
  for (const ListedSession& session : *found) {
    if (session.id != call.capture("id")) continue;
    auto ended =
        call.write([&](io::SqlConnection& sql) { return delete_session(sql, session.key); });
    if (!ended) return std::unexpected(std::move(ended.error()));
    AccountsService::of(call).forget_session(session.key);
    if (session.key == call.me().session) return signed_out(call);
    return Answer::nothing();
  }
  return not_found("There is no such session.");
}

constexpr Route kRoutes[] = {
    {.method = Method::kGet,
     .path = "/api/platform/v1/session",
     .summary = "Who is signed in, and the token that requests by cookie have to bring",
     .output = kShown,
     .run = show,
     .group = kGroup},
    {.method = Method::kPost,
     .path = "/api/platform/v1/session",
     .pace = Pace::kSlow,
     .summary = "Sign in: sets a cookie, or gives an access token",
     .input = kSignIn,
     .output = kSignedIn,
     .run = sign_in,
     .group = kGroup},
    {.method = Method::kDelete,
     .path = "/api/platform/v1/session",
     .access = Access::kSignedIn,
     .summary = "Sign out",
     .run = sign_out,
     .group = kGroup},
    {.method = Method::kGet,
     .path = "/api/platform/v1/sessions",
     .access = Access::kSignedIn,
     .summary = "Where one is signed in",
     .output = kSessions,
     .run = list,
     .group = kGroup},
    {.method = Method::kDelete,
     .path = "/api/platform/v1/sessions",
     .access = Access::kSignedIn,
     .summary = "Sign out everywhere, access tokens included",
     .run = sign_out_everywhere,
     .group = kGroup},
    {.method = Method::kDelete,
     .path = "/api/platform/v1/sessions/{id}",
     .access = Access::kSignedIn,
     .summary = "End one session",
     .run = end,
     .group = kGroup}};

}  // namespace

std::span<const Field> account_fields() {
  return kAccount;
}

std::span<const Route> session_routes() {
  return kRoutes;
}

json::object describe_row(const AccountRow& row) {
  const Account& account = row.account;
  return {{"id", account.id},
          {"name", account.name},
          {"email", account.email},
          {"role", to_string(account.role)},
          {"state", to_string(account.state)},
          {"avatar", account.avatar},
          {"color", account.color},
          {"language", account.language},
          {"hasPassword", !row.password.empty()},
          {"createdAt", base::to_rfc3339(account.created_at)}};
}

// A session that the request brings ends: one browser, one session, and nothing that was known
// before opens the new one.
Outcome<OpenedSession> AccountsService::open_session(Call& call, std::string_view id) {
  const NewSession session = new_session_for(call);
  const std::string_view former = token_of(call.request);
  const std::string former_key = former.empty() ? std::string() : session_key(former);
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto row = load_account(sql, id);
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) return not_found("There is no such account.");
    const Account::State state = (*row)->account.state;
    if (state == Account::State::kSuspended) {
      return refuse(403, "Suspended", "This account is suspended.");
    }
    if (state == Account::State::kUnverified) {
      return refuse(403, "Unverified", "Open the link in the letter that we sent you first.");
    }
    if (!former_key.empty()) {
      if (auto ended = delete_session(sql, former_key); !ended) return ended;
    }
    return insert_session(sql, session, id, (*row)->generation);
  });
  if (!written) return std::unexpected(std::move(written.error()));
  if (!former_key.empty()) forget_session(former_key);
  forget_person(id);
  return opened(session, call.request);
}

}  // namespace app
