// Accounts in the words of the UGC demo's backend. Its errors that came with 500 come with 400 and
// 409 here; names, fields and types are its own.
#include "app/people/names.h"
#include "app/people/registration.h"

namespace app {
namespace {

namespace json = boost::json;
using wire::http::Method;
using Type = Field::Type;
constexpr auto kRequired = Field::Need::kRequired;
constexpr std::string_view kGroup = "Demo";

constexpr Field kRegister[] = {{"avatar", Type::kText, kRequired, 1, 100},
                               {"color", Type::kText, kRequired, 1, 100},
                               {"email", Type::kText, kRequired, 1, 254},
                               {"password", Type::kText, kRequired, 1, 1000},
                               {"username", Type::kText, kRequired, 1, 100}};
constexpr Field kRegistered[] = {{"userConfirmed", Type::kBoolean}};
constexpr Field kEmail[] = {{"email", Type::kText, kRequired, 1, 254}};
constexpr Field kNewName[] = {{"newUsername", Type::kText, kRequired, 1, 100}};
constexpr Field kName[] = {{"username", Type::kText}};

// How each of our refusals is called there.
struct Word {
  std::string_view ours;
  std::string_view theirs;
};
constexpr Word kOfRegistering[] = {{"NameReserved", "ReservedUsernameException"},
                                   {"DomainNotAllowed", "AccountRegistrationException"},
                                   {"Invalid", "AccountRegistrationException"},
                                   {"RegistrationClosed", "AccountRegistrationException"},
                                   {"WeakPassword", "InvalidPasswordException"},
                                   {"NameTaken", "UsernameExistsException"},
                                   {"EmailTaken", "EmailExistsException"},
                                   {"TooManyRequests", "LimitExceededException"}};
constexpr Word kOfRenaming[] = {{"NameReserved", "ReservedUsernameException"},
                                {"Invalid", "ChangeUsernameException"},
                                {"NameTaken", "AliasExistsException"},
                                {"TooManyRequests", "LimitExceededException"}};

std::unexpected<Refusal> in_their_words(Refusal refusal, std::span<const Word> words) {
  for (const Word& word : words) {
    if (refusal.type != word.ours) continue;
    refusal.type = word.theirs;
    if (word.theirs == "EmailExistsException") refusal.status = 400;
    return std::unexpected(std::move(refusal));
  }
  refusal.type = "UnexpectedException";
  return std::unexpected(std::move(refusal));
}

// A preset that we do not have is one by chance.
std::string known(std::string_view value, std::span<const std::string_view> presets) {
  for (const std::string_view preset : presets) {
    if (preset == value) return std::string(value);
  }
  return {};
}

Outcome<Answer> make(Call& call) {
  auto made = register_person(call,
                              {.name = std::string(trimmed(call.text("username"))),
                               .email = std::string(trimmed(call.text("email"))),
                               .password = call.text("password"),
                               .avatar = known(call.text("avatar"), avatars()),
                               .color = known(call.text("color"), colors()),
                               .language = {}},
                              Entry::kStayOutside);
  if (!made) return in_their_words(std::move(made.error()), kOfRegistering);
  Answer answer(json::object{{"userConfirmed", made->is_confirmed}});
  answer.status = 201;
  return answer;
}

Outcome<Answer> forgot(Call& call) {
  if (auto sent = send_reset(call, trimmed(call.text("email"))); !sent) {
    sent.error().type = "ForgotPasswordException";
    return std::unexpected(std::move(sent.error()));
  }
  return Answer(json::object{});
}

Outcome<Answer> rename(Call& call) {
  auto renamed = rename_me(call, trimmed(call.text("newUsername")));
  if (!renamed) return in_their_words(std::move(renamed.error()), kOfRenaming);
  return Answer(json::object{{"username", renamed->name}});
}

Outcome<Answer> leave(Call& call) {
  if (auto gone = AccountsService::of(call).delete_account(call.me().id); !gone) {
    gone.error().type = "AccountDeletionException";
    return std::unexpected(std::move(gone.error()));
  }
  return Answer::nothing();
}

constexpr Route kRoutes[] = {{.method = Method::kPost,
                              .path = "/channel/register",
                              .pace = Pace::kSlow,
                              .summary = "Register",
                              .input = kRegister,
                              .output = kRegistered,
                              .run = make,
                              .manners = Manners::kDemo,
                              .group = kGroup},
                             {.method = Method::kPost,
                              .path = "/channel/password/reset",
                              .pace = Pace::kSlow,
                              .summary = "Ask for a letter with a link to choose a password",
                              .input = kEmail,
                              .run = forgot,
                              .manners = Manners::kDemo,
                              .group = kGroup},
                             {.method = Method::kPut,
                              .path = "/channel/username/update",
                              .access = Access::kSignedIn,
                              .pace = Pace::kSlow,
                              .summary = "Take another name",
                              .input = kNewName,
                              .output = kName,
                              .run = rename,
                              .manners = Manners::kDemo,
                              .group = kGroup},
                             {.method = Method::kDelete,
                              .path = "/channel",
                              .access = Access::kSignedIn,
                              .pace = Pace::kSlow,
                              .summary = "Delete the account with everything that belongs to it",
                              .run = leave,
                              .manners = Manners::kDemo,
                              .group = kGroup}};

}  // namespace

std::span<const Route> Accounts::demo_routes() {
  return kRoutes;
}

}  // namespace app
