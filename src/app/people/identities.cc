// People whom somebody else knows: accounts found and made by identities of OpenID Connect.
#include "app/people/accounts_service.h"
#include "app/people/names.h"

namespace app {

Outcome<std::optional<Account>> AccountsService::find_by_identity(io::SqlConnection& sql,
                                                                  std::string_view provider,
                                                                  std::string_view subject) {
  auto row = load_account_by_identity(sql, provider, subject);
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) return std::nullopt;
  return std::move((*row)->account);
}

Outcome<void> AccountsService::link_identity(io::SqlConnection& sql, std::string_view account,
                                             std::string_view provider, std::string_view subject,
                                             base::WallTime now) {
  auto row = load_account(sql, account);
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) return not_found("There is no such account.");
  return insert_identity(sql, account, provider, subject, now);
}

Outcome<Account> AccountsService::create_with_identity(Call& call, const NewIdentity& identity) {
  if (!limits().registration) {
    return refuse(403, "RegistrationClosed", "New accounts are made by the administrators here.");
  }
  if (auto fits = check_new_name(identity.name); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  const bool has_email = !identity.email.empty();
  if (has_email || !settings().allowed_domains.empty()) {
    if (auto fits = check_new_email(identity.email); !fits) {
      return std::unexpected(std::move(fits.error()));
    }
  }
  AccountRow row = new_account(identity.name, identity.email, call.now);
  const bool is_named = is_named_administrator(row.account, has_email);
  row.account.role = is_named ? Role::kAdministrator : first_role();
  std::optional<Account> replaced;
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    replaced.reset();
    if (has_email) {
      auto other = load_account_by_email(sql, identity.email);
      if (!other) return std::unexpected(std::move(other.error()));
      // The provider vouches for the address; whoever only typed it makes room.
      if (*other && (*other)->account.state == Account::State::kUnverified) {
        replaced = (*other)->account;
        if (auto erased = erase(sql, *replaced); !erased) return erased;
      }
    }
    if (auto made = insert_account(sql, row); !made) return made;
    return insert_identity(sql, row.account.id, identity.provider, identity.subject, call.now);
  });
  if (!written) return std::unexpected(std::move(written.error()));
  if (replaced) erased(*replaced);
  return row.account;
}

Outcome<std::string> AccountsService::suggest_name(io::SqlConnection& sql, std::string_view wish) {
  constexpr unsigned kTries = 50;
  for (unsigned number = 0; number < kTries; ++number) {
    // Small numbers first, then far apart: many may want to be "anna".
    const unsigned shown = number <= 9 ? number : number * number * 37;
    std::string name = name_like(wish, shown);
    if (!check_new_name(name)) continue;
    auto owner = owner_of_name(sql, name);
    if (!owner) return std::unexpected(std::move(owner.error()));
    if (!*owner) return name;
  }
  return std::string();
}

}  // namespace app
