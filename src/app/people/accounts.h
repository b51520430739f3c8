// Who people are: accounts, sessions and access tokens, sign-in, roles, and what an administrator
// does with them. Tables: component "app.people".
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
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

/// What an administrator sets while the server runs, over the configuration.
struct PlatformLimits {
  bool registration = true;      // anybody may make an account
  bool everyone_streams = true;  // new accounts may go live
  std::int64_t max_live = 0;     // channels at a time; 0: no limit
};

/// A session that was just opened.
struct OpenedSession {
  std::string cookie;  // secret: the value of the field Set-Cookie
  std::string csrf_token;
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
  virtual Outcome<std::optional<Account>> find_by_email(io::SqlConnection& sql,
                                                        std::string_view email) = 0;
  /// What its owner is told of an account ("Me" in docs/platform-api.md); nothing if it has gone.
  virtual Outcome<boost::json::object> describe(io::SqlConnection& sql, std::string_view id) = 0;
  /// From memory: as an administrator of this server set them last.
  virtual PlatformLimits limits() const = 0;

  // People whom somebody else knows (OpenID Connect). An identity is a provider and its subject;
  // it belongs to one account, an account may have several.
  virtual Outcome<std::optional<Account>> find_by_identity(io::SqlConnection& sql,
                                                           std::string_view provider,
                                                           std::string_view subject) = 0;
  /// Within a transaction. Only where the provider vouches for the address and the account's own
  /// was proven, too (not State::kUnverified, not settings.auto_verify), may they be taken for one
  /// person by their address; otherwise the person has to be signed in. 409 IdentityTaken.
  virtual Outcome<void> link_identity(io::SqlConnection& sql, std::string_view account,
                                      std::string_view provider, std::string_view subject,
                                      base::WallTime now) = 0;
  struct NewIdentity {
    std::string provider;
    std::string subject;
    std::string email;  // empty, or one that the provider vouches for
    std::string name;   // which the person chose
  };
  /// Makes an account without a password, active at once. 400 Invalid, NameReserved (name),
  /// DomainNotAllowed (email); 409 NameTaken, EmailTaken, IdentityTaken; 403 RegistrationClosed.
  virtual Outcome<Account> create_with_identity(Call& call, const NewIdentity& identity) = 0;
  /// A name that could be had now and looks like `wish` (a name, or what stands before the '@').
  virtual Outcome<std::string> suggest_name(io::SqlConnection& sql, std::string_view wish) = 0;
  /// Signs the request's client in, with a new session. 403 Suspended, Unverified. Add the cookie
  /// to the answer.
  virtual Outcome<OpenedSession> open_session(Call& call, std::string_view account) = 0;

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
  /// `what` is one of a few constants: each is counted by itself.
  virtual bool may_attempt(std::string_view address, std::string_view what) = 0;
};

/// "viewer", "streamer", "moderator", "administrator".
std::string_view to_string(Role role);
std::optional<Role> role_from(std::string_view text);

}  // namespace app
