// Accounts for the command line: directly in the database, whether a server works with it or not.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "app/people/account_import.h"
#include "app/people/account_store.h"
#include "app/people/names.h"
#include "app/people/password_hash.h"
#include "app/people/password_rules.h"
#include "app/people/people_schema.h"
#include "io/loop.h"

namespace app {
namespace {

using base::ErrorCode;
using base::fail;

// Accounts in one transaction, so that a server that works with the database is not held up.
constexpr std::size_t kBatch = 200;

base::Error error_of(const Refusal& refusal) {
  const ErrorCode code = refusal.status == 409   ? ErrorCode::kConflict
                         : refusal.status == 404 ? ErrorCode::kNotFound
                         : refusal.status == 507 ? ErrorCode::kDiskFull
                         : refusal.status < 500  ? ErrorCode::kInvalid
                                                 : ErrorCode::kIo;
  return {code, refusal.message};
}

/// Runs `work` in a transaction of its own.
base::Expected<void> in_transaction(io::SqlConnection& sql,
                                    const std::function<Outcome<void>()>& work) {
  if (auto begun = sql.begin(true); !begun) return begun;
  if (auto done = work(); !done) {
    sql.rollback();
    return fail(error_of(done.error()));
  }
  return sql.commit();
}

AccountListing listing_of(const AccountRow& row) {
  return {.id = row.account.id,
          .name = row.account.name,
          .email = row.account.email,
          .role = std::string(to_string(row.account.role)),
          .state = std::string(to_string(row.account.state)),
          .created_at = row.account.created_at};
}

base::Expected<Role> role_of(const std::string& word) {
  if (const auto role = role_from(word)) return *role;
  return fail(ErrorCode::kInvalid, "the role is one of viewer, streamer, moderator, administrator");
}

Outcome<AccountRow> load(io::SqlConnection& sql, const std::string& who) {
  auto row = load_account_by_login(sql, who);
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) return not_found(fmt::format("there is no account \"{}\"", who));
  return std::move(**row);
}

}  // namespace

base::Expected<void> prepare_accounts(io::SqlConnection& sql) {
  return migrate_people(sql);
}

base::Expected<AccountListing> create_account(io::SqlConnection& sql, const NewAccount& account) {
  auto role = role_of(account.role);
  if (!role) return fail(std::move(role.error()));
  if (auto fits = check_name(account.name); !fits) return fail(error_of(fits.error()));
  if (!account.email.empty()) {
    if (auto fits = check_email(account.email); !fits) return fail(error_of(fits.error()));
  }
  if (auto fits = check_new_password(account.password); !fits) return fail(error_of(fits.error()));
  AccountRow row = new_account(account.name, account.email, io::Loop::wall_now());
  row.account.role = *role;
  row.password = hash_password(account.password);
  auto made = in_transaction(sql, [&] { return insert_account(sql, row); });
  if (!made) return fail(std::move(made.error()));
  return listing_of(row);
}

base::Expected<std::vector<AccountListing>> list_accounts(io::SqlConnection& sql,
                                                          const std::string& after,
                                                          std::size_t limit) {
  auto rows = list_account_rows(sql, {.text = {},
                                      .role = {},
                                      .state = {},
                                      .after = after,
                                      .limit = static_cast<std::int64_t>(limit)});
  if (!rows) return fail(error_of(rows.error()));
  std::vector<AccountListing> list;
  for (const AccountRow& row : *rows) list.push_back(listing_of(row));
  return list;
}

base::Expected<void> set_account_role(io::SqlConnection& sql, const std::string& who,
                                      const std::string& role) {
  auto wanted = role_of(role);
  if (!wanted) return fail(std::move(wanted.error()));
  return in_transaction(sql, [&]() -> Outcome<void> {
    auto row = load(sql, who);
    if (!row) return std::unexpected(std::move(row.error()));
    return set_standing(sql, row->account.id, *wanted, row->account.state, row->reason);
  });
}

base::Expected<void> set_account_password(io::SqlConnection& sql, const std::string& who,
                                          const std::string& password) {
  if (auto fits = check_new_password(password); !fits) return fail(error_of(fits.error()));
  const std::string hash = hash_password(password);
  return in_transaction(sql, [&]() -> Outcome<void> {
    auto row = load(sql, who);
    if (!row) return std::unexpected(std::move(row.error()));
    if (auto set = set_password_hash(sql, row->account.id, hash); !set) return set;
    auto ended = end_everything(sql, row->account.id);
    if (!ended) return std::unexpected(std::move(ended.error()));
    return {};
  });
}

base::Expected<AccountImport> import_accounts(io::SqlConnection& sql, std::string_view csv) {
  auto lines = read_csv(csv);
  if (!lines) return fail(ErrorCode::kInvalid, std::move(lines.error().message));
  AccountImport import;
  const base::WallTime now = io::Loop::wall_now();
  std::size_t next = !lines->empty() && is_heading(lines->front()) ? 1 : 0;
  while (next < lines->size()) {
    const std::size_t end = std::min(lines->size(), next + kBatch);
    std::size_t imported = 0;
    auto done = in_transaction(sql, [&]() -> Outcome<void> {
      for (; next < end; ++next) {
        const CsvLine& line = (*lines)[next];
        auto row = account_of_line(line, now);
        if (!row) {
          import.failures.push_back({line.number, std::move(row.error().message)});
          continue;
        }
        auto made = insert_account(sql, *row);
        if (!made && made.error().status != 409) return made;
        if (!made) {
          import.failures.push_back({line.number, std::move(made.error().message)});
        } else {
          ++imported;
        }
      }
      return {};
    });
    if (!done) return fail(std::move(done.error()));
    import.imported += imported;
  }
  return import;
}

}  // namespace app
