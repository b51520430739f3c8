// Who people are: accounts, sessions and access tokens, sign-in, roles, and what an administrator
// does with them. Tables: component "app.people".
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/core/call.h"
#include "app/core/parts.h"
#include "app/core/route.h"

namespace app {

/// A row of app_accounts, without what only signing in needs.
struct Account {
  std::string id;     // 26 characters, for ever
  std::string name;   // 4 to 20 of letters, digits, '.', '_'
  std::string email;  // empty: deleted or not known
  Role role = Role::kViewer;
  enum class State : std::uint8_t { kUnverified, kActive, kSuspended } state = State::kActive;
  std::string avatar;    // a name of the presets, or "custom"
  std::string color;     // a name of the presets
  std::string language;  // "en", "de"; empty: not chosen
  base::WallTime created_at{};
};

class Accounts {
 public:
  /// Migrates its tables.
  static base::Expected<std::unique_ptr<Accounts>> create(Parts& parts, io::SqlConnection& sql);
  virtual ~Accounts() = default;
  static std::span<const Route> routes();
  /// Of the UGC demo's backend: /channel/register, /channel/password/reset,
  /// /channel/username/update, DELETE /channel.
  static std::span<const Route> demo_routes();

  /// Who a request is from, by cookie or access token (with or without "Bearer "); nobody if it
  /// brings neither. 401 for a token or session that is none any more, 403 Csrf for a request that
  /// changes something by cookie and does not prove that a page of ours made it.
  virtual Outcome<std::optional<Viewer>> identify(const PlatformRequest& request,
                                                  const Route& route, io::SqlConnection& sql,
                                                  base::WallTime now) = 0;

  // Nothing if there is none. Names and addresses without regard to case.
  virtual Outcome<std::optional<Account>> find(io::SqlConnection& sql, std::string_view id) = 0;
  virtual Outcome<std::optional<Account>> find_by_name(io::SqlConnection& sql,
                                                       std::string_view name) = 0;

  /// What else belongs to an account: `erase` runs in the transaction that deletes it, `after` once
  /// that is durable (and may call control and wait). In the order of the calls; from create() of
  /// other parts.
  struct Belongings {
    std::function<Outcome<void>(io::SqlConnection&, const Account&)> erase;
    std::function<void(const Account&)> after;
  };
  virtual void add_belongings(Belongings belongings) = 0;
  /// After a rename is durable: the account as it is now, and its former name.
  using Renamed = std::function<void(const Account&, const std::string& former)>;
  virtual void when_renamed(Renamed listener) = 0;
  /// After an account was suspended or its role changed.
  virtual void when_changed(std::function<void(const Account&)> listener) = 0;

  virtual const std::optional<Platform::FirstAdministrator>& first_administrator() const = 0;
  /// Whether this address may do what costs once more: what many attempts are kept away from.
  virtual bool may_attempt(std::string_view address, std::string_view what) = 0;
};

/// "viewer", "streamer", "moderator", "administrator".
std::string_view to_string(Role role);
std::optional<Role> role_from(std::string_view text);

}  // namespace app
