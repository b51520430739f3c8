#include "app/people/accounts.h"

#include "app/people/accounts_service.h"

namespace app {

base::Expected<std::unique_ptr<Accounts>> Accounts::create(Parts& parts, io::SqlConnection& sql) {
  auto keyring = Keyring::open(parts.settings.data_dir);
  if (!keyring) return base::fail(std::move(keyring.error()));
  auto made = std::make_unique<AccountsService>(parts, std::move(*keyring));
  if (auto done = made->set_up(sql); !done) return base::fail(std::move(done.error()));
  return made;
}

std::span<const Route> Accounts::routes() {
  static const std::vector<Route> all = [] {
    std::vector<Route> routes;
    for (const auto table : {session_routes(), registration_routes(), password_routes(),
                             profile_routes(), admin_routes()}) {
      routes.insert(routes.end(), table.begin(), table.end());
    }
    return routes;
  }();
  return all;
}

std::string_view to_string(Role role) {
  switch (role) {
    case Role::kViewer:
      return "viewer";
    case Role::kStreamer:
      return "streamer";
    case Role::kModerator:
      return "moderator";
    case Role::kAdministrator:
      return "administrator";
  }
  return "viewer";
}

std::optional<Role> role_from(std::string_view text) {
  for (const Role role : {Role::kViewer, Role::kStreamer, Role::kModerator, Role::kAdministrator}) {
    if (to_string(role) == text) return role;
  }
  return std::nullopt;
}

}  // namespace app
