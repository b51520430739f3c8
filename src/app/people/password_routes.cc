// Forgotten passwords, and new ones in place of old ones.
#include "app/letters/post.h"
#include "app/people/names.h"
#include "app/people/password_hash.h"
#include "app/people/password_rules.h"
#include "app/people/registration.h"

namespace app {
namespace {

namespace json = boost::json;
using wire::http::Method;
using Type = Field::Type;
constexpr auto kRequired = Field::Need::kRequired;
constexpr std::string_view kGroup = "Passwords";

// How long ago somebody without a password must have signed in, to do what others need theirs for.
constexpr base::Duration kFresh = std::chrono::minutes(15);

constexpr Field kEmail[] = {{"email", Type::kText, kRequired, 1, 254}};
constexpr Field kReset[] = {{"code", Type::kText, kRequired, 1, 100},
                            {"password", Type::kText, kRequired}};
constexpr Field kChange[] = {
    {"oldPassword", Type::kText, {}, 0, 256, "Unless the account has none"},
    {"newPassword", Type::kText, kRequired}};
constexpr Field kChanged[] = {
    {"csrfToken", Type::kText, {}, 0, 0, "Of the new session"},
    {"accessToken", Type::kText, {}, 0, 0, "If an access token was used: the new one"},
    {"expiresAt", Type::kText}};

Outcome<Answer> forgot(Call& call) {
  if (auto sent = send_reset(call, trimmed(call.text("email"))); !sent) {
    return std::unexpected(std::move(sent.error()));
  }
  return Answer::nothing(202);
}

std::unexpected<Refusal> no_such_code() {
  return refuse(400, "CodeExpired", "This link is used or too old. Ask for a new one.");
}

Outcome<Answer> reset(Call& call) {
  AccountsService& people = AccountsService::of(call);
  if (auto may = people.admit(call, "codes"); !may) return std::unexpected(std::move(may.error()));
  const std::string given = call.text("code");
  const std::string password = call.text("password");
  auto code = find_code(call.sql, given, call.now);
  if (!code) return std::unexpected(std::move(code.error()));
  if (!*code || (*code)->purpose != CodePurpose::kReset) return no_such_code();
  if (auto fits = check_new_password(password); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  const std::string hash = hash_password(password);
  const std::string id = (*code)->account;
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto still = find_code(sql, given, call.now);
    if (!still) return std::unexpected(std::move(still.error()));
    auto row = load_account(sql, id);
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*still || !*row) return no_such_code();
    const Account& account = (*row)->account;
    // Whoever has the letter has the address.
    if (account.state == Account::State::kUnverified) {
      const bool is_named = people.is_named_administrator(account, true);
      auto set = set_standing(sql, id, is_named ? Role::kAdministrator : account.role,
                              Account::State::kActive, {});
      if (!set) return set;
    }
    if (auto set = set_password_hash(sql, id, hash); !set) return set;
    for (const CodePurpose purpose :
         {CodePurpose::kReset, CodePurpose::kVerify, CodePurpose::kEmail}) {
      if (auto used = delete_codes(sql, id, purpose); !used) return used;
    }
    auto generation = end_everything(sql, id);
    if (!generation) return std::unexpected(std::move(generation.error()));
    return queue_letter(call, sql, password_changed_letter(letter_for(call, account)));
  });
  if (!written) return std::unexpected(std::move(written.error()));
  people.forget_person(id);
  call.parts.post->look();
  return Answer::nothing();
}

Outcome<Answer> change(Call& call) {
  AccountsService& people = AccountsService::of(call);
  if (auto proven = prove_oneself(call, call.text("oldPassword"), "oldPassword"); !proven) {
    return std::unexpected(std::move(proven.error()));
  }
  const std::string password = call.text("newPassword");
  if (call.has("oldPassword") && password == call.text("oldPassword")) {
    return invalid("newPassword", "The new password is the old one.");
  }
  if (auto fits = check_new_password(password, "newPassword"); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  const std::string hash = hash_password(password);
  const NewSession session = people.new_session_for(call);
  const bool by_cookie = !call.me().session.empty();
  std::int64_t generation = 0;
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto row = load_account(sql, call.me().id);
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) return not_found("There is no such account.");
    if (auto set = set_password_hash(sql, call.me().id, hash); !set) return set;
    if (auto used = delete_codes(sql, call.me().id, CodePurpose::kReset); !used) return used;
    auto ended = end_everything(sql, call.me().id);
    if (!ended) return std::unexpected(std::move(ended.error()));
    generation = *ended;
    if (by_cookie) {
      auto made = insert_session(sql, session, call.me().id, generation);
      if (!made) return made;
    }
    if ((*row)->account.email.empty()) return {};
    return queue_letter(call, sql, password_changed_letter(letter_for(call, (*row)->account)));
  });
  if (!written) return std::unexpected(std::move(written.error()));
  people.forget_person(call.me().id);
  call.parts.post->look();
  if (by_cookie) {
    OpenedSession opened = people.opened(session, call.request);
    Answer answer(json::object{{"csrfToken", std::move(opened.csrf_token)}});
    answer.headers.emplace_back("Set-Cookie", std::move(opened.cookie));
    return answer;
  }
  const base::WallTime until = call.now + std::chrono::duration_cast<std::chrono::microseconds>(
                                              people.settings().session_length);
  return Answer(json::object{{"csrfToken", ""},
                             {"accessToken", people.keyring().sign({.account = call.me().id,
                                                                    .name = call.me().name,
                                                                    .generation = generation,
                                                                    .expires_at = until})},
                             {"expiresAt", base::to_rfc3339(until)}});
}

constexpr Route kRoutes[] = {
    {.method = Method::kPost,
     .path = "/api/platform/v1/password/forgot",
     .pace = Pace::kSlow,
     .summary = "Ask for a letter with a link to choose a password; the same for every address",
     .input = kEmail,
     .run = forgot,
     .group = kGroup},
    {.method = Method::kPost,
     .path = "/api/platform/v1/password/reset",
     .pace = Pace::kSlow,
     .summary = "Choose a password with the code of a letter; all sessions end",
     .input = kReset,
     .run = reset,
     .group = kGroup},
    {.method = Method::kPost,
     .path = "/api/platform/v1/me/password",
     .access = Access::kSignedIn,
     .pace = Pace::kSlow,
     .summary = "Change the password; all other sessions end",
     .input = kChange,
     .output = kChanged,
     .run = change,
     .group = kGroup}};

}  // namespace

Outcome<void> prove_oneself(Call& call, std::string_view password, std::string_view field) {
  AccountsService& people = AccountsService::of(call);
  if (auto may = people.admit(call, "passwords"); !may) return may;
  auto row = load_account(call.sql, call.me().id);
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) return not_found("There is no such account.");
  if ((*row)->password.empty()) {
    auto sessions = list_sessions(call.sql, call.me().id, call.now);
    if (!sessions) return std::unexpected(std::move(sessions.error()));
    for (const ListedSession& session : *sessions) {
      if (session.key == call.me().session && call.now - session.created_at < kFresh) return {};
    }
    return refuse(403, "SignInAgain", "Sign in again first: it has been a while.");
  }
  auto right = people.check_password(call, call.me().id, *row, password);
  if (!right) return std::unexpected(std::move(right.error()));
  if (!*right) return refuse(403, "WrongPassword", "This is not your password.", field);
  return {};
}

std::span<const Route> password_routes() {
  return kRoutes;
}

}  // namespace app
