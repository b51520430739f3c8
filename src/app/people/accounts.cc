#include "app/people/accounts.h"

namespace app {
namespace {

class EmptyAccounts final : public Accounts {
 public:
  Outcome<std::optional<Viewer>> identify(const PlatformRequest&, const Route&, io::SqlConnection&,
                                          base::WallTime) override {
    return std::nullopt;
  }
  Outcome<std::optional<Account>> find(io::SqlConnection&, std::string_view) override {
    return std::nullopt;
  }
  Outcome<std::optional<Account>> find_by_name(io::SqlConnection&, std::string_view) override {
    return std::nullopt;
  }
  Outcome<std::optional<Account>> find_by_email(io::SqlConnection&, std::string_view) override {
    return std::nullopt;
  }
  Outcome<boost::json::object> describe(io::SqlConnection&, std::string_view) override {
    return not_found("There is no such account.");
  }
  PlatformLimits limits() const override { return {}; }
  Outcome<std::optional<Account>> find_by_identity(io::SqlConnection&, std::string_view,
                                                   std::string_view) override {
    return std::nullopt;
  }
  Outcome<void> link_identity(io::SqlConnection&, std::string_view, std::string_view,
                              std::string_view, base::WallTime) override {
    return not_found("There is no such account.");
  }
  Outcome<Account> create_with_identity(Call&, const NewIdentity&) override {
    return forbidden("Nobody can register here.");
  }
  Outcome<std::string> suggest_name(io::SqlConnection&, std::string_view wish) override {
    return std::string(wish);
  }
  Outcome<OpenedSession> open_session(Call&, std::string_view) override {
    return not_found("There is no such account.");
  }
  void add_belongings(Belongings) override {}
  void when_renamed(Renamed) override {}
  void when_changed(std::function<void(const Account&)>) override {}
  const std::optional<Platform::FirstAdministrator>& first_administrator() const override {
    return none_;
  }
  bool may_attempt(std::string_view, std::string_view) override { return true; }

 private:
  std::optional<Platform::FirstAdministrator> none_;
};

}  // namespace

base::Expected<std::unique_ptr<Accounts>> Accounts::create(Parts&, io::SqlConnection&) {
  return std::make_unique<EmptyAccounts>();
}

std::span<const Route> Accounts::routes() {
  return {};
}
std::span<const Route> Accounts::demo_routes() {
  return {};
}

std::string_view to_string(Role) {
  return "viewer";
}
std::optional<Role> role_from(std::string_view) {
  return std::nullopt;
}

}  // namespace app
