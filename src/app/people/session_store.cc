#include "app/people/session_store.h"

#include <fmt/format.h>

#include <array>

#include "app/address_limiter.h"
#include "app/people/names.h"
#include "app/people/people_schema.h"
#include "base/base64.h"
#include "base/crypto.h"
#include "base/ids.h"
#include "base/utf8.h"

namespace app {
namespace {

using io::SqlConnection;

constexpr std::size_t kTokenOctets = 32;
constexpr std::int64_t kSessions = 50;  // of one account
constexpr std::int64_t kCodes = 5;      // of one account and purpose
constexpr std::size_t kDevice = 80;

std::string text(std::string_view view) {
  return std::string(view);
}

Outcome<void> done(Outcome<io::SqlResult> result) {
  if (!result) return std::unexpected(std::move(result.error()));
  return {};
}

std::string_view word_of(CodePurpose purpose) {
  switch (purpose) {
    case CodePurpose::kVerify:
      return "verify";
    case CodePurpose::kReset:
      return "reset";
    case CodePurpose::kEmail:
      return "email";
  }
  return "verify";
}

CodePurpose purpose_of(std::string_view word) {
  if (word == "reset") return CodePurpose::kReset;
  return word == "email" ? CodePurpose::kEmail : CodePurpose::kVerify;
}

std::string hashed(std::string_view secret) {
  return base::to_hex(base::sha256(base::as_bytes(secret)));
}

}  // namespace

std::string session_key(std::string_view token) {
  return hashed(token);
}

std::string device_of(std::string_view user_agent) {
  const auto says = [&](std::string_view word) {
    return user_agent.find(word) != std::string_view::npos;
  };
  // The most particular first: browsers name those that they want to be taken for.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kBrowsers = {
      {{"Edg", "Edge"},
       {"OPR/", "Opera"},
       {"SamsungBrowser", "Samsung Internet"},
       {"Firefox/", "Firefox"},
       {"FxiOS", "Firefox"},
       {"CriOS", "Chrome"},
       {"Chrome/", "Chrome"},
       {"Safari/", "Safari"}}};
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kSystems = {
      {{"iPhone", "iPhone"},
       {"iPad", "iPad"},
       {"Android", "Android"},
       {"CrOS", "ChromeOS"},
       {"Windows", "Windows"},
       {"Mac OS X", "macOS"},
       {"Linux", "Linux"}}};
  std::string_view browser;
  for (const auto& [word, name] : kBrowsers) {
    if (browser.empty() && says(word)) browser = name;
  }
  std::string_view system;
  for (const auto& [word, name] : kSystems) {
    if (system.empty() && says(word)) system = name;
  }
  if (!browser.empty() && !system.empty()) return fmt::format("{} on {}", browser, system);
  if (!browser.empty()) return text(browser);
  if (!base::is_utf8(user_agent)) return {};
  std::string_view first = user_agent.substr(0, user_agent.find_first_of(" \t"));
  while (first.size() > kDevice || !base::is_utf8(first)) first.remove_suffix(1);
  return text(first);
}

NewSession new_session(const PlatformRequest& request, base::WallTime now, base::Duration length) {
  NewSession session;
  session.token = base::to_base64url(base::random_octets(kTokenOctets));
  session.key = session_key(session.token);
  session.id = base::random_alphanumeric(16);
  session.device = device_of(request.http.headers.get("User-Agent"));
  session.address = customer_of(request.remote_address);
  session.now = now;
  session.length = length;
  return session;
}

Outcome<void> insert_session(SqlConnection& sql, const NewSession& session,
                             std::string_view account, std::int64_t generation) {
  const auto until =
      session.now + std::chrono::duration_cast<std::chrono::microseconds>(session.length);
  auto made = run_sql(sql,
                      "INSERT INTO app_account_sessions (key, id, account, generation, created_at, "
                      "seen_at, expires_at, device, address) "
                      "VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8)",
                      {session.key, session.id, text(account), generation, micros(session.now),
                       micros(until), session.device, session.address});
  if (!made) return done(std::move(made));
  return done(run_sql(sql,
                      "DELETE FROM app_account_sessions WHERE account = $1 AND key <> $2 AND key "
                      "NOT IN (SELECT key FROM (SELECT key FROM app_account_sessions "
                      "WHERE account = $1 ORDER BY seen_at DESC, key LIMIT $3) AS kept)",
                      {text(account), session.key, kSessions}));
}

Outcome<std::optional<FoundSession>> find_session(SqlConnection& sql, std::string_view key) {
  auto rows = run_sql(sql,
                      "SELECT s.account, a.name, a.role, a.state, s.generation, a.generation, "
                      "s.seen_at, s.expires_at FROM app_account_sessions s "
                      "JOIN app_accounts a ON a.id = s.account WHERE s.key = $1",
                      {text(key)});
  if (!rows) return std::unexpected(std::move(rows.error()));
  if (rows->empty()) return std::nullopt;
  return FoundSession{.account = rows->text(0, 0),
                      .name = rows->text(0, 1),
                      .role = role_from(rows->text(0, 2)).value_or(Role::kViewer),
                      .is_active = rows->text(0, 3) == to_string(Account::State::kActive),
                      .generation = rows->integer(0, 4),
                      .account_generation = rows->integer(0, 5),
                      .seen_at = from_micros(rows->integer(0, 6)),
                      .expires_at = from_micros(rows->integer(0, 7))};
}

base::Expected<void> touch_session(SqlConnection& sql, const std::string& key,
                                   const std::string& account, base::WallTime now,
                                   base::Duration length) {
  const auto until = now + std::chrono::duration_cast<std::chrono::microseconds>(length);
  auto touched = sql.run(
      "UPDATE app_account_sessions SET seen_at = $2, expires_at = $3 WHERE key = $1 "
      "AND seen_at < $2",
      {key, micros(now), micros(until)});
  if (!touched) return base::fail(std::move(touched.error()));
  auto seen = sql.run("UPDATE app_accounts SET seen_at = $2 WHERE id = $1 AND seen_at < $2",
                      {account, micros(now)});
  if (!seen) return base::fail(std::move(seen.error()));
  return {};
}

Outcome<std::vector<ListedSession>> list_sessions(SqlConnection& sql, std::string_view account,
                                                  base::WallTime now) {
  auto rows = run_sql(sql,
                      "SELECT key, id, device, address, created_at, seen_at "
                      "FROM app_account_sessions WHERE account = $1 AND expires_at > $2 "
                      "ORDER BY seen_at DESC, id",
                      {text(account), micros(now)});
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<ListedSession> list;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    list.push_back({.key = rows->text(i, 0),
                    .id = rows->text(i, 1),
                    .device = rows->text(i, 2),
                    .address = rows->text(i, 3),
                    .created_at = from_micros(rows->integer(i, 4)),
                    .seen_at = from_micros(rows->integer(i, 5))});
  }
  return list;
}

Outcome<void> delete_session(SqlConnection& sql, std::string_view key) {
  return done(run_sql(sql, "DELETE FROM app_account_sessions WHERE key = $1", {text(key)}));
}

Outcome<bool> is_known_address(SqlConnection& sql, std::string_view account,
                               std::string_view customer) {
  auto rows =
      run_sql(sql, "SELECT 1 FROM app_account_sessions WHERE account = $1 AND address = $2 LIMIT 1",
              {text(account), text(customer)});
  if (!rows) return std::unexpected(std::move(rows.error()));
  return !rows->empty();
}

std::string new_code() {
  return base::random_alphanumeric(32);
}

Outcome<void> insert_code(SqlConnection& sql, std::string_view code, CodePurpose purpose,
                          std::string_view account, std::string_view value, base::WallTime now,
                          base::Duration lifetime) {
  const auto until = now + std::chrono::duration_cast<std::chrono::microseconds>(lifetime);
  const std::string key = hashed(code);
  auto made = run_sql(
      sql,
      "INSERT INTO app_account_codes (key, account, purpose, value, created_at, "
      "expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
      {key, text(account), text(word_of(purpose)), text(value), micros(now), micros(until)});
  if (!made) return done(std::move(made));
  return done(run_sql(sql,
                      "DELETE FROM app_account_codes WHERE account = $1 AND purpose = $2 AND key "
                      "<> $3 AND key NOT IN (SELECT key FROM (SELECT key FROM app_account_codes "
                      "WHERE account = $1 AND purpose = $2 ORDER BY created_at DESC, key "
                      "LIMIT $4) AS kept)",
                      {text(account), text(word_of(purpose)), key, kCodes}));
}

Outcome<std::optional<FoundCode>> find_code(SqlConnection& sql, std::string_view code,
                                            base::WallTime now) {
  auto rows = run_sql(
      sql,
      "SELECT account, purpose, value FROM app_account_codes WHERE key = $1 AND expires_at > $2",
      {hashed(code), micros(now)});
  if (!rows) return std::unexpected(std::move(rows.error()));
  if (rows->empty()) return std::nullopt;
  return FoundCode{.account = rows->text(0, 0),
                   .purpose = purpose_of(rows->text(0, 1)),
                   .value = rows->text(0, 2)};
}

Outcome<void> delete_codes(SqlConnection& sql, std::string_view account, CodePurpose purpose) {
  return done(run_sql(sql, "DELETE FROM app_account_codes WHERE account = $1 AND purpose = $2",
                      {text(account), text(word_of(purpose))}));
}

Outcome<bool> count_letter(SqlConnection& sql, std::string_view email, base::WallTime now) {
  const std::string key = hashed(folded(email));
  auto rows =
      run_sql(sql, "SELECT COUNT(*) FROM app_account_letters WHERE address = $1 AND sent_at > $2",
              {key, micros(now - std::chrono::hours(1))});
  if (!rows) return std::unexpected(std::move(rows.error()));
  if (rows->integer(0, 0) >= kLettersAnHour) return false;
  auto counted = run_sql(sql, "INSERT INTO app_account_letters (address, sent_at) VALUES ($1, $2)",
                         {key, micros(now)});
  if (!counted) return std::unexpected(std::move(counted.error()));
  return true;
}

Outcome<void> insert_identity(SqlConnection& sql, std::string_view account,
                              std::string_view provider, std::string_view subject,
                              base::WallTime now) {
  auto other = load_account_by_identity(sql, provider, subject);
  if (!other) return std::unexpected(std::move(other.error()));
  if (*other) {
    if ((*other)->account.id == account) return {};
    return refuse(409, "IdentityTaken", "Another account is signed in to in this way already.");
  }
  return done(run_sql(sql,
                      "INSERT INTO app_account_identities (provider, subject, account, created_at) "
                      "VALUES ($1, $2, $3, $4)",
                      {text(provider), text(subject), text(account), micros(now)}));
}

}  // namespace app
