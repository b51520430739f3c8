// Accounts put together: what the routes of this folder share. Safe from every thread of the crews;
// made and destroyed as Accounts says.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/people/account_store.h"
#include "app/people/accounts.h"
#include "app/people/attempts.h"
#include "app/people/keyring.h"
#include "app/people/session_cache.h"
#include "app/people/session_store.h"
#include "base/guarded.h"
#include "io/timer.h"

namespace app {

class AccountsService final : public Accounts {
 public:
  AccountsService(Parts& parts, Keyring keyring);
  ~AccountsService() override;
  base::Expected<void> set_up(io::SqlConnection& sql);
  static AccountsService& of(Call& call);

  // Accounts
  Outcome<std::optional<Viewer>> identify(const PlatformRequest& request, const Route& route,
                                          io::SqlConnection& sql, base::WallTime now) override;
  Outcome<std::optional<Account>> find(io::SqlConnection& sql, std::string_view id) override;
  Outcome<std::optional<Account>> find_by_name(io::SqlConnection& sql,
                                               std::string_view name) override;
  Outcome<std::optional<Account>> find_by_email(io::SqlConnection& sql,
                                                std::string_view email) override;
  Outcome<boost::json::object> describe(io::SqlConnection& sql, std::string_view id) override;
  PlatformLimits limits() const override;
  Outcome<std::optional<Account>> find_by_identity(io::SqlConnection& sql,
                                                   std::string_view provider,
                                                   std::string_view subject) override;
  Outcome<void> link_identity(io::SqlConnection& sql, std::string_view account,
                              std::string_view provider, std::string_view subject,
                              base::WallTime now) override;
  Outcome<Account> create_with_identity(Call& call, const NewIdentity& identity) override;
  Outcome<std::string> suggest_name(io::SqlConnection& sql, std::string_view wish) override;
  Outcome<OpenedSession> open_session(Call& call, std::string_view account) override;
  void add_belongings(Belongings belongings) override;
  void when_renamed(Renamed listener) override;
  void when_changed(std::function<void(const Account&)> listener) override;
  const std::optional<Platform::FirstAdministrator>& first_administrator() const override {
    return first_;
  }
  bool may_attempt(std::string_view address, std::string_view what) override;

  // ---- sessions
  /// The cookie and token of a session that was just inserted.
  OpenedSession opened(const NewSession& session, const PlatformRequest& request) const;
  /// The value of Set-Cookie that takes the session's cookie away.
  std::string no_cookie(const PlatformRequest& request) const;
  /// The token that a request brings as its cookie; empty if none.
  static std::string_view token_of(const PlatformRequest& request);
  const Keyring& keyring() const { return keyring_; }
  NewSession new_session_for(Call& call) const;
  /// What is remembered of them is read anew.
  void forget_session(std::string_view key);
  void forget_person(std::string_view account);

  // ---- refusals of what costs
  /// 429 if this request's address tries that too often.
  Outcome<void> admit(Call& call, std::string_view what);
  /// Checks a password of `row` (nobody: takes as long, and is wrong), with the waits of those who
  /// guess: 429, or whether it is right. `login`: what was typed, or the account's id.
  Outcome<bool> check_password(Call& call, std::string_view login,
                               const std::optional<AccountRow>& row, std::string_view password);
  /// Whether the configuration makes this account an administrator; `is_proven`: its address.
  bool is_named_administrator(const Account& account, bool is_proven) const;
  /// What a new account may be called: 400 Invalid, NameReserved.
  Outcome<void> check_new_name(std::string_view name) const;
  /// 400 Invalid, DomainNotAllowed.
  Outcome<void> check_new_email(std::string_view email) const;
  /// Of people who register now.
  Role first_role() const;

  // ---- the ends of accounts
  /// Erases an account within a transaction, with what others keep of it.
  Outcome<void> erase(io::SqlConnection& sql, const Account& account);
  /// Once that is durable.
  void erased(const Account& account);
  /// 404 if it has gone.
  Outcome<void> delete_account(std::string_view id);

  // ---- after changes
  void tell_renamed(const Account& account, const std::string& former);
  void tell_changed(const Account& account);

  Outcome<void> set_limits(const PlatformLimits& limits);
  /// Takes away accounts that nobody verified, and what has expired; on a slow thread.
  Outcome<void> sweep(io::SqlConnection& sql, base::WallTime now);

  Parts& parts() { return parts_; }
  const PlatformSettings& settings() const { return parts_.settings; }

 private:
  Outcome<std::optional<Viewer>> by_cookie(const PlatformRequest& request, const Route& route,
                                           io::SqlConnection& sql, base::WallTime now);
  Outcome<std::optional<Viewer>> by_token(std::string_view token, const Route& route,
                                          io::SqlConnection& sql, base::WallTime now);
  Outcome<std::optional<std::pair<KnownSession, KnownPerson>>> look_up(const std::string& key,
                                                                       io::SqlConnection& sql);
  void touch(const std::string& key, const std::string& account, base::WallTime now);
  bool is_from_elsewhere(const PlatformRequest& request) const;
  base::Expected<void> name_administrators();
  base::Expected<void> make_first();
  base::Expected<void> load_limits(io::SqlConnection& sql);
  void sweep_later();

  Parts& parts_;
  const Keyring keyring_;
  const std::string dummy_;  // a hash of no password
  base::Guarded<SessionCache> cache_;
  base::Guarded<Attempts> attempts_;
  base::Guarded<PlatformLimits> limits_;
  // Filled before requests come.
  std::vector<Belongings> belongings_;
  std::vector<Renamed> renamed_;
  std::vector<std::function<void(const Account&)>> changed_;
  std::optional<Platform::FirstAdministrator> first_;
  io::Timer timer_;
};

// The tables of routes of this folder.
std::span<const Route> session_routes();
std::span<const Route> registration_routes();
std::span<const Route> password_routes();
std::span<const Route> profile_routes();
std::span<const Route> admin_routes();

/// "Me" as the pages see it, for tables of routes.
std::span<const Field> account_fields();
boost::json::object describe_row(const AccountRow& row);

}  // namespace app
