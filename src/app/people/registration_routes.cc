// Registering, and proving an address by the code of a letter.
#include "app/letters/post.h"
#include "app/people/names.h"
#include "app/people/registration.h"

namespace app {
namespace {

namespace json = boost::json;
using wire::http::Method;
using Type = Field::Type;
constexpr auto kRequired = Field::Need::kRequired;
constexpr std::string_view kGroup = "Registration";

constexpr Field kWanted[] = {
    {"name", Type::kText, kRequired, 0, 0, "4 to 20 of letters, digits, dot, underscore"},
    {"email", Type::kText, kRequired, 0, 254},
    {"password", Type::kText, kRequired, 0, 0,
     "8 to 256 characters: capital and small letters, digits, symbols"},
    {"avatar", Type::kText, {}, 0, 0, "By chance if left out", kAvatarChoices},
    {"color", Type::kText, {}, 0, 0, "By chance if left out", kColorChoices},
    {"language", Type::kText, {}, 0, 0, "Of letters", "en|de"}};
constexpr Field kMade[] = {
    {"confirmed", Type::kBoolean, {}, 0, 0, "False: a letter is on its way"},
    {"csrfToken", Type::kText, {}, 0, 0, "If confirmed: one is signed in"},
    {"account", Type::kObject, {}, 0, 0, "If confirmed, as GET /session shows it"}};
constexpr Field kCode[] = {{"code", Type::kText, kRequired, 1, 100}};
constexpr Field kEmail[] = {{"email", Type::kText, kRequired, 1, 254}};
constexpr Field kSignedIn[] = {{"csrfToken", Type::kText},
                               {"account", Type::kObject, {}, 0, 0, "As GET /session shows it"}};

Outcome<Answer> signed_in(Call& call, const std::string& id, const OpenedSession& session) {
  auto account = AccountsService::of(call).describe(call.sql, id);
  if (!account) return std::unexpected(std::move(account.error()));
  Answer answer(json::object{{"csrfToken", session.csrf_token}, {"account", std::move(*account)}});
  answer.headers.emplace_back("Set-Cookie", session.cookie);
  return answer;
}

Outcome<Answer> make(Call& call) {
  auto made = register_person(call,
                              {.name = std::string(trimmed(call.text("name"))),
                               .email = std::string(trimmed(call.text("email"))),
                               .password = call.text("password"),
                               .avatar = call.text("avatar"),
                               .color = call.text("color"),
                               .language = call.text("language")},
                              Entry::kSignIn);
  if (!made) return std::unexpected(std::move(made.error()));
  Answer answer(json::object{});
  if (made->session) {
    auto shown = signed_in(call, made->account, *made->session);
    if (!shown) return shown;
    answer = std::move(*shown);
  }
  (*answer.body)["confirmed"] = made->is_confirmed;
  answer.status = 201;
  return answer;
}

std::unexpected<Refusal> no_such_code() {
  return refuse(400, "CodeExpired", "This link is used or too old. Ask for a new one.");
}

// The new address of an account: only for whoever is signed in to it. The letter may have gone to
// a stranger.
Outcome<Answer> change_email(Call& call, const FoundCode& code) {
  AccountsService& people = AccountsService::of(call);
  if (!call.viewer || call.me().id != code.account) {
    return refuse(401, "SignIn", "Sign in to the account whose address this is to be.");
  }
  std::optional<Account> former;
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    former.reset();
    auto row = load_account(sql, code.account);
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) return no_such_code();
    former = (*row)->account;
    if (auto set = set_email(sql, code.account, code.value); !set) return set;
    if (auto used = delete_codes(sql, code.account, CodePurpose::kEmail); !used) return used;
    // Codes that went to the former address.
    if (auto used = delete_codes(sql, code.account, CodePurpose::kReset); !used) return used;
    if (former->email.empty()) return {};
    return queue_letter(call, sql, address_changed_letter(letter_for(call, *former)));
  });
  if (!written) return std::unexpected(std::move(written.error()));
  call.parts.post->look();
  auto account = people.describe(call.sql, code.account);
  if (!account) return std::unexpected(std::move(account.error()));
  json::object body{{"csrfToken", ""}, {"account", std::move(*account)}};
  if (!call.me().session.empty()) {
    body["csrfToken"] = people.keyring().csrf_token(call.me().session);
  }
  return Answer(std::move(body));
}

Outcome<Answer> verify(Call& call) {
  AccountsService& people = AccountsService::of(call);
  if (auto may = people.admit(call, "codes"); !may) return std::unexpected(std::move(may.error()));
  const std::string given = call.text("code");
  auto code = find_code(call.sql, given, call.now);
  if (!code) return std::unexpected(std::move(code.error()));
  if (!*code || (*code)->purpose == CodePurpose::kReset) return no_such_code();
  if ((*code)->purpose == CodePurpose::kEmail) return change_email(call, **code);
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto still = find_code(sql, given, call.now);
    if (!still) return std::unexpected(std::move(still.error()));
    if (!*still) return no_such_code();
    auto row = load_account(sql, (*still)->account);
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row) return no_such_code();
    const Account& account = (*row)->account;
    if (account.state == Account::State::kUnverified) {
      const bool is_named = people.is_named_administrator(account, true);
      auto set = set_standing(sql, account.id, is_named ? Role::kAdministrator : account.role,
                              Account::State::kActive, {});
      if (!set) return set;
    }
    return delete_codes(sql, account.id, CodePurpose::kVerify);
  });
  if (!written) return std::unexpected(std::move(written.error()));
  auto session = people.open_session(call, (*code)->account);
  if (!session) return std::unexpected(std::move(session.error()));
  return signed_in(call, (*code)->account, *session);
}

Outcome<Answer> resend(Call& call) {
  AccountsService& people = AccountsService::of(call);
  if (auto may = people.admit(call, "letters"); !may) {
    return std::unexpected(std::move(may.error()));
  }
  const std::string email(trimmed(call.text("email")));
  const std::string code = new_code();
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto row = load_account_by_email(sql, email);
    if (!row) return std::unexpected(std::move(row.error()));
    if (!*row || (*row)->account.state != Account::State::kUnverified) {
      // As much work as for somebody who waits for it.
      auto counted = count_letter(sql, email, call.now);
      if (!counted) return std::unexpected(std::move(counted.error()));
      return {};
    }
    const Account& account = (*row)->account;
    return queue_code(call, sql,
                      {.code = code,
                       .purpose = CodePurpose::kVerify,
                       .account = account.id,
                       .value = {},
                       .lifetime = kVerifyLasts},
                      verify_letter(letter_for(call, account), code));
  });
  if (!written) return std::unexpected(std::move(written.error()));
  call.parts.post->look();
  return Answer::nothing(202);
}

constexpr Route kRoutes[] = {
    {.method = Method::kPost,
     .path = "/api/platform/v1/accounts",
     .pace = Pace::kSlow,
     .summary = "Register",
     .input = kWanted,
     .output = kMade,
     .run = make,
     .group = kGroup},
    {.method = Method::kPost,
     .path = "/api/platform/v1/accounts/verify",
     .pace = Pace::kSlow,
     .summary = "Prove an address with the code of a letter, and sign in",
     .input = kCode,
     .output = kSignedIn,
     .run = verify,
     .group = kGroup},
    {.method = Method::kPost,
     .path = "/api/platform/v1/accounts/verify/resend",
     .pace = Pace::kSlow,
     .summary = "Ask for the letter again; answers the same for every address",
     .input = kEmail,
     .run = resend,
     .group = kGroup}};

}  // namespace

std::span<const Route> registration_routes() {
  return kRoutes;
}

}  // namespace app
