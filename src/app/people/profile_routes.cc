// What people change about themselves, down to the end of their account.
#include "app/channels/assets.h"
#include "app/letters/post.h"
#include "app/people/names.h"
#include "app/people/registration.h"

namespace app {
namespace {

namespace json = boost::json;
using wire::http::Method;
using Type = Field::Type;
constexpr auto kRequired = Field::Need::kRequired;
constexpr std::string_view kGroup = "Profile";

constexpr Field kName[] = {
    {"name", Type::kText, kRequired, 0, 0, "The former name stays kept for the account"}};
constexpr Field kEmail[] = {{"email", Type::kText, kRequired, 1, 254},
                            {"password", Type::kText, {}, 0, 256, "Unless the account has none"}};
constexpr Field kLooks[] = {
    {"avatar", Type::kText, {}, 0, 0, "In place of a picture of one's own", kAvatarChoices},
    {"color", Type::kText, {}, 0, 0, {}, kColorChoices},
    {"language", Type::kText, {}, 0, 0, "Of letters", "en|de"}};
constexpr Field kPassword[] = {
    {"password", Type::kText, {}, 0, 256, "Unless the account has none"}};
constexpr Field kShown[] = {{"account", Type::kObject, {}, 0, 0, "As GET /session shows it"}};
constexpr Field kAsked[] = {
    {"confirmed", Type::kBoolean, {}, 0, 0, "False: a letter went to the new address"}};

Outcome<Answer> shown(Call& call) {
  auto account = call.parts.accounts->describe(call.sql, call.me().id);
  if (!account) return std::unexpected(std::move(account.error()));
  return Answer(json::object{{"account", std::move(*account)}});
}

Outcome<Answer> rename(Call& call) {
  auto renamed = rename_me(call, trimmed(call.text("name")));
  if (!renamed) return std::unexpected(std::move(renamed.error()));
  return shown(call);
}

Outcome<Answer> change_email(Call& call) {
  AccountsService& people = AccountsService::of(call);
  const std::string email(trimmed(call.text("email")));
  if (auto fits = people.check_new_email(email); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  if (auto proven = prove_oneself(call, call.text("password"), "password"); !proven) {
    return std::unexpected(std::move(proven.error()));
  }
  const bool is_free = people.settings().auto_verify;
  const std::string code = new_code();
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    if (is_free) return set_email(sql, call.me().id, email);
    auto row = load_account(sql, call.me().id);
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) return not_found("There is no such account.");
    auto other = load_account_by_email(sql, email);
    if (!other) return std::unexpected(std::move(other.error()));
    if (*other && (*other)->account.id != call.me().id) {
      // The same answer as for an address that nobody has; its owner hears of it.
      return queue_letter(call, sql,
                          already_registered_letter(letter_for(call, (*other)->account)));
    }
    Account account = (*row)->account;
    account.email = email;
    return queue_code(call, sql,
                      {.code = code,
                       .purpose = CodePurpose::kEmail,
                       .account = account.id,
                       .value = email,
                       .lifetime = kVerifyLasts},
                      address_change_letter(letter_for(call, account), code));
  });
  if (!written) return std::unexpected(std::move(written.error()));
  if (!is_free) call.parts.post->look();
  Answer answer(json::object{{"confirmed", is_free}});
  answer.status = 202;
  return answer;
}

Outcome<Answer> change_looks(Call& call) {
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto row = load_account(sql, call.me().id);
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) return not_found("There is no such account.");
    Account& account = (*row)->account;
    account.avatar = call.text("avatar", account.avatar);
    account.color = call.text("color", account.color);
    account.language = call.text("language", account.language);
    return set_looks(sql, account);
  });
  if (!written) return std::unexpected(std::move(written.error()));
  if (call.has("avatar")) {
    auto picture = call.parts.assets->find(call.sql, call.me().id, "avatar");
    if (!picture) return std::unexpected(std::move(picture.error()));
    if (*picture) {
      auto removed = call.parts.assets->remove(call, call.me().id, "avatar");
      if (!removed) return std::unexpected(std::move(removed.error()));
    }
  }
  return shown(call);
}

Outcome<Answer> leave(Call& call) {
  AccountsService& people = AccountsService::of(call);
  if (auto proven = prove_oneself(call, call.text("password"), "password"); !proven) {
    return std::unexpected(std::move(proven.error()));
  }
  if (auto gone = people.delete_account(call.me().id); !gone) {
    return std::unexpected(std::move(gone.error()));
  }
  Answer answer = Answer::nothing();
  answer.headers.emplace_back("Set-Cookie", people.no_cookie(call.request));
  return answer;
}

constexpr Route kRoutes[] = {{.method = Method::kPut,
                              .path = "/api/platform/v1/me/name",
                              .access = Access::kSignedIn,
                              .summary = "Take another name",
                              .input = kName,
                              .output = kShown,
                              .run = rename,
                              .group = kGroup},
                             {.method = Method::kPut,
                              .path = "/api/platform/v1/me/email",
                              .access = Access::kSignedIn,
                              .pace = Pace::kSlow,
                              .summary = "Take another address, once a letter to it was answered",
                              .input = kEmail,
                              .output = kAsked,
                              .run = change_email,
                              .group = kGroup},
                             {.method = Method::kPatch,
                              .path = "/api/platform/v1/me",
                              .access = Access::kSignedIn,
                              .pace = Pace::kSlow,  // pictures may have to go
                              .summary = "Change avatar, colour or language",
                              .input = kLooks,
                              .output = kShown,
                              .run = change_looks,
                              .group = kGroup},
                             {.method = Method::kDelete,
                              .path = "/api/platform/v1/me",
                              .access = Access::kSignedIn,
                              .pace = Pace::kSlow,
                              .summary = "Delete the account with everything that belongs to it",
                              .input = kPassword,
                              .run = leave,
                              .group = kGroup}};

}  // namespace

std::span<const Route> profile_routes() {
  return kRoutes;
}

}  // namespace app
