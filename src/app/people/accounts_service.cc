#include "app/people/accounts_service.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/channels/assets.h"
#include "app/people/cookie.h"
#include "app/people/names.h"
#include "app/people/password_hash.h"
#include "app/people/people_schema.h"
#include "base/ids.h"
#include "base/log.h"
#include "io/loop.h"

namespace app {
namespace {

namespace json = boost::json;

constexpr base::Duration kFirstSweep = std::chrono::minutes(1);
constexpr base::Duration kSweepEvery = std::chrono::minutes(10);

Outcome<std::optional<Account>> account_of(Outcome<std::optional<AccountRow>> row) {
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) return std::nullopt;
  return std::move((*row)->account);
}

base::Expected<void> expected(Outcome<void> outcome) {
  if (outcome) return {};
  return base::fail(base::ErrorCode::kIo, outcome.error().message);
}

}  // namespace

AccountsService::AccountsService(Parts& parts, Keyring keyring)
    : parts_(parts),
      keyring_(std::move(keyring)),
      dummy_(hash_password(base::random_alphanumeric(32))),
      attempts_(Attempts(parts.settings.attempts_per_minute)),
      limits_(PlatformLimits{.registration = parts.settings.registration,
                             .everyone_streams = parts.settings.everyone_streams}),
      timer_(parts.home) {}

AccountsService::~AccountsService() = default;

AccountsService& AccountsService::of(Call& call) {
  // There is no other implementation.
  return static_cast<AccountsService&>(*call.parts.accounts);
}

base::Expected<void> AccountsService::set_up(io::SqlConnection& sql) {
  if (auto migrated = migrate_people(sql); !migrated) return migrated;
  if (auto loaded = load_limits(sql); !loaded) return loaded;
  auto any = sql.run("SELECT 1 FROM app_accounts LIMIT 1");
  if (!any) return base::fail(std::move(any.error()));
  if (any->empty()) {
    if (auto made = make_first(); !made) return made;
  }
  if (auto named = name_administrators(); !named) return named;
  timer_.start(kFirstSweep, [this] { sweep_later(); });
  return {};
}

base::Expected<void> AccountsService::make_first() {
  Platform::FirstAdministrator first{.name = "admin", .password = random_password()};
  AccountRow row = new_account(first.name, {}, io::Loop::wall_now());
  row.account.role = Role::kAdministrator;
  row.password = hash_password(first.password);
  auto made =
      write_and_wait(parts_.sql, [&](io::SqlConnection& sql) { return insert_account(sql, row); });
  // Another server made it meanwhile.
  if (!made && made.error().status == 409) return {};
  if (!made) return expected(std::move(made));
  first_ = std::move(first);
  return {};
}

bool AccountsService::is_named_administrator(const Account& account, bool is_proven) const {
  return std::ranges::any_of(settings().administrators, [&](const std::string& who) {
    const std::string key = folded(trimmed(who));
    if (key.find('@') == std::string::npos) return key == folded(account.name);
    return is_proven && key == folded(account.email);
  });
}

// Those who registered before the configuration named them. An address counts that was proven:
// where nobody has to, anybody could have taken it.
base::Expected<void> AccountsService::name_administrators() {
  return expected(write_and_wait(parts_.sql, [&](io::SqlConnection& sql) -> Outcome<void> {
    for (const std::string& who : settings().administrators) {
      auto row = load_account_by_login(sql, trimmed(who));
      if (!row) return std::unexpected(std::move(row.error()));
      if (!*row || !is_named_administrator((*row)->account, !settings().auto_verify)) continue;
      const Account& account = (*row)->account;
      if (account.state == Account::State::kUnverified) continue;
      auto set = set_standing(sql, account.id, Role::kAdministrator, account.state, (*row)->reason);
      if (!set) return set;
    }
    return {};
  }));
}

Outcome<std::optional<Account>> AccountsService::find(io::SqlConnection& sql, std::string_view id) {
  return account_of(load_account(sql, id));
}
Outcome<std::optional<Account>> AccountsService::find_by_name(io::SqlConnection& sql,
                                                              std::string_view name) {
  return account_of(load_account_by_name(sql, name));
}
Outcome<std::optional<Account>> AccountsService::find_by_email(io::SqlConnection& sql,
                                                               std::string_view email) {
  return account_of(load_account_by_email(sql, email));
}

Outcome<json::object> AccountsService::describe(io::SqlConnection& sql, std::string_view id) {
  auto row = load_account(sql, id);
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) return not_found("There is no such account.");
  json::object described = describe_row(**row);
  auto picture = parts_.assets->find(sql, id, "avatar");
  if (!picture) return std::unexpected(std::move(picture.error()));
  if (*picture) described["avatarUrl"] = (*picture)->url;
  return described;
}

void AccountsService::add_belongings(Belongings belongings) {
  belongings_.push_back(std::move(belongings));
}
void AccountsService::when_renamed(Renamed listener) {
  renamed_.push_back(std::move(listener));
}
void AccountsService::when_changed(std::function<void(const Account&)> listener) {
  changed_.push_back(std::move(listener));
}
void AccountsService::tell_renamed(const Account& account, const std::string& former) {
  forget_person(account.id);
  for (const Renamed& listener : renamed_) listener(account, former);
}
void AccountsService::tell_changed(const Account& account) {
  forget_person(account.id);
  for (const auto& listener : changed_) listener(account);
}

Outcome<void> AccountsService::erase(io::SqlConnection& sql, const Account& account) {
  for (const Belongings& belongings : belongings_) {
    if (!belongings.erase) continue;
    if (auto erased = belongings.erase(sql, account); !erased) return erased;
  }
  return delete_account_rows(sql, account.id);
}

void AccountsService::erased(const Account& account) {
  forget_person(account.id);
  for (const Belongings& belongings : belongings_) {
    if (belongings.after) belongings.after(account);
  }
}

Outcome<void> AccountsService::delete_account(std::string_view id) {
  std::optional<Account> gone;
  auto deleted = write_and_wait(parts_.sql, [&](io::SqlConnection& sql) -> Outcome<void> {
    auto row = load_account(sql, id);
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) return not_found("There is no such account.");
    gone = (*row)->account;
    return erase(sql, *gone);
  });
  if (!deleted) return deleted;
  erased(*gone);
  return {};
}

// ---- limits ---------------------------------------------------------------------------------

PlatformLimits AccountsService::limits() const {
  return limits_.with([](const PlatformLimits& limits) { return limits; });
}

base::Expected<void> AccountsService::load_limits(io::SqlConnection& sql) {
  auto rows = sql.run("SELECT name, value FROM app_limits");
  if (!rows) return base::fail(std::move(rows.error()));
  limits_.with([&](PlatformLimits& limits) {
    for (std::size_t i = 0; i < rows->size(); ++i) {
      const std::string& name = rows->text(i, 0);
      const std::int64_t value = rows->integer(i, 1);
      if (name == "registration") limits.registration = value != 0;
      if (name == "everyoneStreams") limits.everyone_streams = value != 0;
      if (name == "maxLive") limits.max_live = value;
    }
  });
  return {};
}

Outcome<void> AccountsService::set_limits(const PlatformLimits& limits) {
  auto written = write_and_wait(parts_.sql, [&](io::SqlConnection& sql) -> Outcome<void> {
    const std::initializer_list<std::pair<std::string_view, std::int64_t>> all = {
        {"registration", limits.registration ? 1 : 0},
        {"everyoneStreams", limits.everyone_streams ? 1 : 0},
        {"maxLive", limits.max_live}};
    for (const auto& [name, value] : all) {
      auto set = run_sql(sql,
                         "INSERT INTO app_limits (name, value) VALUES ($1, $2) "
                         "ON CONFLICT (name) DO UPDATE SET value = $2",
                         {std::string(name), value});
      if (!set) return std::unexpected(std::move(set.error()));
    }
    return {};
  });
  if (!written) return written;
  limits_.with([&](PlatformLimits& kept) { kept = limits; });
  return {};
}

// ---- what expires ---------------------------------------------------------------------------

void AccountsService::sweep_later() {
  const bool given = parts_.slow.give([this](io::SqlConnection& sql) {
    if (auto swept = sweep(sql, io::Loop::wall_now()); !swept) {
      base::log_warn("old sessions were not swept", {{"reason", swept.error().message}});
    }
  });
  if (!given) base::log_warn("old sessions were not swept", {{"reason", "too much to do"}});
  timer_.start(kSweepEvery, [this] { sweep_later(); });
}

Outcome<void> AccountsService::sweep(io::SqlConnection& sql, base::WallTime now) {
  cache_.with([](SessionCache& cache) { cache.sweep(io::Loop::precise_now()); });
  auto swept = write_and_wait(parts_.sql, [&](io::SqlConnection& writer) -> Outcome<void> {
    const std::initializer_list<std::pair<std::string_view, base::WallTime>> all = {
        {"DELETE FROM app_account_sessions WHERE expires_at <= $1", now},
        {"DELETE FROM app_account_codes WHERE expires_at <= $1", now},
        {"DELETE FROM app_account_letters WHERE sent_at <= $1", now - std::chrono::hours(1)}};
    for (const auto& [statement, before] : all) {
      auto done = run_sql(writer, statement, {micros(before)});
      if (!done) return std::unexpected(std::move(done.error()));
    }
    return {};
  });
  if (!swept) return swept;
  const auto keep =
      std::chrono::duration_cast<std::chrono::microseconds>(settings().keep_unverified);
  auto rows = run_sql(sql,
                      "SELECT id FROM app_accounts WHERE state = 'unverified' AND created_at <= $1 "
                      "ORDER BY created_at LIMIT 1000",
                      {micros(now - keep)});
  if (!rows) return std::unexpected(std::move(rows.error()));
  for (std::size_t i = 0; i < rows->size(); ++i) {
    std::optional<Account> gone;
    auto deleted = write_and_wait(parts_.sql, [&](io::SqlConnection& writer) -> Outcome<void> {
      gone.reset();
      auto row = load_account(writer, rows->text(i, 0));
      if (!row) return std::unexpected(std::move(row.error()));
      // It was verified in the last moment.
      if (!*row || (*row)->account.state != Account::State::kUnverified) return {};
      gone = (*row)->account;
      return erase(writer, *gone);
    });
    if (!deleted) return deleted;
    if (gone) erased(*gone);
  }
  return {};
}

}  // namespace app
