#include "app/people/account_store.h"

#include <fmt/format.h>

#include <array>

#include "app/people/names.h"
#include "app/people/people_schema.h"
#include "base/ids.h"

namespace app {
namespace {

using io::SqlConnection;
using io::SqlResult;

// Former names that stay somebody's; the oldest can be had again.
constexpr std::int64_t kFormerNames = 10;

constexpr std::string_view kSelect =
    "SELECT a.id, a.name, a.email, a.password, a.role, a.state, a.reason, a.avatar, a.color, "
    "a.language, a.generation, a.created_at, a.seen_at FROM app_accounts a ";

std::string text(std::string_view view) {
  return std::string(view);
}

AccountRow row_of(const SqlResult& rows, std::size_t i) {
  AccountRow row;
  row.account.id = rows.text(i, 0);
  row.account.name = rows.text(i, 1);
  row.account.email = rows.text(i, 2);
  row.password = rows.text(i, 3);
  row.account.role = role_from(rows.text(i, 4)).value_or(Role::kViewer);
  row.account.state = state_from(rows.text(i, 5)).value_or(Account::State::kSuspended);
  row.reason = rows.text(i, 6);
  row.account.avatar = rows.text(i, 7);
  row.account.color = rows.text(i, 8);
  row.account.language = rows.text(i, 9);
  row.generation = rows.integer(i, 10);
  row.account.created_at = from_micros(rows.integer(i, 11));
  row.seen_at = from_micros(rows.integer(i, 12));
  return row;
}

Outcome<std::optional<AccountRow>> load_one(SqlConnection& sql, std::string_view statement,
                                            std::initializer_list<io::SqlValue> parameters) {
  auto rows = run_sql(sql, statement, parameters);
  if (!rows) return std::unexpected(std::move(rows.error()));
  if (rows->empty()) return std::nullopt;
  return row_of(*rows, 0);
}

Outcome<void> done(Outcome<SqlResult> result) {
  if (!result) return std::unexpected(std::move(result.error()));
  return {};
}

std::unexpected<Refusal> name_taken() {
  return refuse(409, "NameTaken", "Somebody has this name already.", "name");
}
std::unexpected<Refusal> email_taken() {
  return refuse(409, "EmailTaken", "There is an account with this address already.", "email");
}

io::SqlValue email_key(std::string_view email) {
  if (email.empty()) return std::monostate{};
  return folded(email);
}

Outcome<void> take_name(SqlConnection& sql, std::string_view id, std::string_view name,
                        base::WallTime now) {
  auto owner = owner_of_name(sql, name);
  if (!owner) return std::unexpected(std::move(owner.error()));
  if (*owner && **owner != id) return name_taken();
  return done(run_sql(sql,
                      "INSERT INTO app_account_names (name_key, account, given_at) "
                      "VALUES ($1, $2, $3) ON CONFLICT (name_key) DO UPDATE SET given_at = $3",
                      {folded(name), text(id), micros(now)}));
}

}  // namespace

Outcome<SqlResult> run_sql(SqlConnection& sql, std::string_view statement,
                           std::initializer_list<io::SqlValue> parameters) {
  auto result = sql.run(statement, parameters);
  if (!result) return broken(result.error());
  return std::move(*result);
}

std::string_view to_string(Account::State state) {
  switch (state) {
    case Account::State::kUnverified:
      return "unverified";
    case Account::State::kActive:
      return "active";
    case Account::State::kSuspended:
      return "suspended";
  }
  return "suspended";
}

std::optional<Account::State> state_from(std::string_view word) {
  using State = Account::State;
  for (const State state : {State::kUnverified, State::kActive, State::kSuspended}) {
    if (to_string(state) == word) return state;
  }
  return std::nullopt;
}

Outcome<std::optional<AccountRow>> load_account(SqlConnection& sql, std::string_view id) {
  static const std::string statement = fmt::format("{}WHERE a.id = $1", kSelect);
  return load_one(sql, statement, {text(id)});
}

Outcome<std::optional<AccountRow>> load_account_by_name(SqlConnection& sql, std::string_view name) {
  static const std::string statement = fmt::format("{}WHERE a.name_key = $1", kSelect);
  return load_one(sql, statement, {folded(name)});
}

Outcome<std::optional<AccountRow>> load_account_by_email(SqlConnection& sql,
                                                         std::string_view email) {
  static const std::string statement = fmt::format("{}WHERE a.email_key = $1", kSelect);
  return load_one(sql, statement, {folded(email)});
}

Outcome<std::optional<AccountRow>> load_account_by_login(SqlConnection& sql,
                                                         std::string_view login) {
  return login.find('@') == std::string_view::npos ? load_account_by_name(sql, login)
                                                   : load_account_by_email(sql, login);
}

Outcome<std::optional<AccountRow>> load_account_by_identity(SqlConnection& sql,
                                                            std::string_view provider,
                                                            std::string_view subject) {
  static const std::string statement = fmt::format(
      "{}JOIN app_account_identities i ON i.account = a.id "
      "WHERE i.provider = $1 AND i.subject = $2",
      kSelect);
  return load_one(sql, statement, {text(provider), text(subject)});
}

Outcome<std::optional<std::string>> owner_of_name(SqlConnection& sql, std::string_view name) {
  auto rows =
      run_sql(sql, "SELECT account FROM app_account_names WHERE name_key = $1", {folded(name)});
  if (!rows) return std::unexpected(std::move(rows.error()));
  if (rows->empty()) return std::nullopt;
  return rows->text(0, 0);
}

AccountRow new_account(std::string_view name, std::string_view email, base::WallTime now) {
  AccountRow row;
  row.account.id = base::random_alphanumeric(26);
  row.account.name = name;
  row.account.email = email;
  row.account.avatar = random_avatar();
  row.account.color = random_color();
  row.account.created_at = now;
  row.seen_at = now;
  return row;
}

Outcome<void> insert_account(SqlConnection& sql, const AccountRow& row) {
  const Account& account = row.account;
  auto owner = owner_of_name(sql, account.name);
  if (!owner) return std::unexpected(std::move(owner.error()));
  if (*owner) return name_taken();
  if (!account.email.empty()) {
    auto other = load_account_by_email(sql, account.email);
    if (!other) return std::unexpected(std::move(other.error()));
    if (*other) return email_taken();
  }
  if (auto taken = take_name(sql, account.id, account.name, account.created_at); !taken) {
    return taken;
  }
  return done(run_sql(
      sql,
      "INSERT INTO app_accounts (id, name, name_key, email, email_key, password, role, state, "
      "reason, avatar, color, language, generation, created_at, seen_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
      {account.id, account.name, folded(account.name), account.email, email_key(account.email),
       row.password, text(to_string(account.role)), text(to_string(account.state)), row.reason,
       account.avatar, account.color, account.language, row.generation, micros(account.created_at),
       micros(row.seen_at)}));
}

Outcome<void> rename_account(SqlConnection& sql, std::string_view id, std::string_view name,
                             base::WallTime now) {
  if (auto taken = take_name(sql, id, name, now); !taken) return taken;
  auto renamed = run_sql(sql, "UPDATE app_accounts SET name = $2, name_key = $3 WHERE id = $1",
                         {text(id), text(name), folded(name)});
  if (!renamed) return std::unexpected(std::move(renamed.error()));
  return done(run_sql(sql,
                      "DELETE FROM app_account_names WHERE account = $1 AND given_at < "
                      "(SELECT MIN(given_at) FROM (SELECT given_at FROM app_account_names "
                      "WHERE account = $1 ORDER BY given_at DESC LIMIT $2) AS kept)",
                      {text(id), kFormerNames + 1}));
}

Outcome<void> set_email(SqlConnection& sql, std::string_view id, std::string_view email) {
  auto other = load_account_by_email(sql, email);
  if (!other) return std::unexpected(std::move(other.error()));
  if (*other && (*other)->account.id != id) return email_taken();
  return done(run_sql(sql, "UPDATE app_accounts SET email = $2, email_key = $3 WHERE id = $1",
                      {text(id), text(email), email_key(email)}));
}

Outcome<void> set_password_hash(SqlConnection& sql, std::string_view id, std::string_view hash) {
  return done(
      run_sql(sql, "UPDATE app_accounts SET password = $2 WHERE id = $1", {text(id), text(hash)}));
}

Outcome<void> set_looks(SqlConnection& sql, const Account& account) {
  return done(
      run_sql(sql, "UPDATE app_accounts SET avatar = $2, color = $3, language = $4 WHERE id = $1",
              {account.id, account.avatar, account.color, account.language}));
}

Outcome<void> set_standing(SqlConnection& sql, std::string_view id, Role role, Account::State state,
                           std::string_view reason) {
  return done(run_sql(sql,
                      "UPDATE app_accounts SET role = $2, state = $3, reason = $4 WHERE id = $1",
                      {text(id), text(to_string(role)), text(to_string(state)), text(reason)}));
}

Outcome<std::int64_t> end_everything(SqlConnection& sql, std::string_view id) {
  auto raised =
      run_sql(sql, "UPDATE app_accounts SET generation = generation + 1 WHERE id = $1", {text(id)});
  if (!raised) return std::unexpected(std::move(raised.error()));
  auto ended = run_sql(sql, "DELETE FROM app_account_sessions WHERE account = $1", {text(id)});
  if (!ended) return std::unexpected(std::move(ended.error()));
  auto rows = run_sql(sql, "SELECT generation FROM app_accounts WHERE id = $1", {text(id)});
  if (!rows) return std::unexpected(std::move(rows.error()));
  return rows->empty() ? 0 : rows->integer(0, 0);
}

Outcome<void> delete_account_rows(SqlConnection& sql, std::string_view id) {
  constexpr std::array<std::string_view, 5> kStatements = {
      "DELETE FROM app_account_sessions WHERE account = $1",
      "DELETE FROM app_account_codes WHERE account = $1",
      "DELETE FROM app_account_identities WHERE account = $1",
      "DELETE FROM app_account_names WHERE account = $1", "DELETE FROM app_accounts WHERE id = $1"};
  for (const std::string_view statement : kStatements) {
    auto result = run_sql(sql, statement, {text(id)});
    if (!result) return std::unexpected(std::move(result.error()));
  }
  return {};
}

Outcome<std::vector<AccountRow>> list_account_rows(SqlConnection& sql, const AccountQuery& query) {
  // An empty word stands for all of them.
  static const std::string statement = fmt::format(
      "{}WHERE a.name_key > $1 AND ($2 = '' OR a.role = $2) AND ($3 = '' OR a.state = $3) "
      "AND ($4 = '' OR a.name_key LIKE $4 ESCAPE '!' OR a.email_key LIKE $4 ESCAPE '!') "
      "ORDER BY a.name_key LIMIT $5",
      kSelect);
  std::string like;
  if (!query.text.empty()) {
    like = "%";
    for (const char c : folded(query.text)) {
      if (c == '%' || c == '_' || c == '!') like.push_back('!');
      like.push_back(c);
    }
    like.push_back('%');
  }
  auto rows = run_sql(sql, statement,
                      {folded(query.after), query.role ? text(to_string(*query.role)) : "",
                       query.state ? text(to_string(*query.state)) : "", like, query.limit});
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<AccountRow> list;
  for (std::size_t i = 0; i < rows->size(); ++i) list.push_back(row_of(*rows, i));
  return list;
}

}  // namespace app
