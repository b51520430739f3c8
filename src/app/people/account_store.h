// Accounts in the database: rows of app_accounts, and the names that belong to them. What writes
// runs inside of a transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/people/accounts.h"
#include "io/sql.h"

namespace app {

struct AccountRow {
  Account account;
  std::string password;  // secret: a hash; empty: there is none
  std::string reason;    // of the suspension
  std::int64_t generation = 0;
  base::WallTime seen_at{};
};

std::string_view to_string(Account::State state);
std::optional<Account::State> state_from(std::string_view text);

// Nothing if there is none.
Outcome<std::optional<AccountRow>> load_account(io::SqlConnection& sql, std::string_view id);
Outcome<std::optional<AccountRow>> load_account_by_name(io::SqlConnection& sql,
                                                        std::string_view name);
Outcome<std::optional<AccountRow>> load_account_by_email(io::SqlConnection& sql,
                                                         std::string_view email);
/// By name, or address if there is an '@' in it.
Outcome<std::optional<AccountRow>> load_account_by_login(io::SqlConnection& sql,
                                                         std::string_view login);
Outcome<std::optional<AccountRow>> load_account_by_identity(io::SqlConnection& sql,
                                                            std::string_view provider,
                                                            std::string_view subject);

/// The account that a name belongs to or is kept for; nothing if it can be had.
Outcome<std::optional<std::string>> owner_of_name(io::SqlConnection& sql, std::string_view name);

/// A new account as a value, with looks by chance and an id of its own.
AccountRow new_account(std::string_view name, std::string_view email, base::WallTime now);
/// 409 NameTaken, EmailTaken: then nothing was written.
Outcome<void> insert_account(io::SqlConnection& sql, const AccountRow& row);
/// The new name; the former stays the account's, up to some of them. 409 NameTaken.
Outcome<void> rename_account(io::SqlConnection& sql, std::string_view id, std::string_view name,
                             base::WallTime now);
/// 409 EmailTaken.
Outcome<void> set_email(io::SqlConnection& sql, std::string_view id, std::string_view email);
Outcome<void> set_password_hash(io::SqlConnection& sql, std::string_view id, std::string_view hash);
Outcome<void> set_looks(io::SqlConnection& sql, const Account& account);  // avatar, color, language
Outcome<void> set_standing(io::SqlConnection& sql, std::string_view id, Role role,
                           Account::State state, std::string_view reason);
/// Ends all sessions and access tokens; the new generation.
Outcome<std::int64_t> end_everything(io::SqlConnection& sql, std::string_view id);
/// The account with all that this folder knows of it.
Outcome<void> delete_account_rows(io::SqlConnection& sql, std::string_view id);

struct AccountQuery {
  std::string text;  // part of name or address
  std::optional<Role> role;
  std::optional<Account::State> state;
  std::string after;  // a name
  std::int64_t limit = 50;
};
/// By name.
Outcome<std::vector<AccountRow>> list_account_rows(io::SqlConnection& sql,
                                                   const AccountQuery& query);

/// Runs one statement for its effect or rows; what fails is refused as broken().
Outcome<io::SqlResult> run_sql(io::SqlConnection& sql, std::string_view statement,
                               std::initializer_list<io::SqlValue> parameters = {});

}  // namespace app
