#include "app/letters/oidc.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "app/letters/letter_key.h"
#include "app/letters/post.h"
#include "app/people/accounts.h"
#include "app/people/cookie.h"
#include "base/base64.h"
#include "base/base64url.h"
#include "base/crypto.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/metrics.h"

namespace app {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using wire::http::Method;
using Type = Field::Type;
using Need = Field::Need;

constexpr std::string_view kBase = "/api/platform/v1/oidc";
constexpr std::string_view kAttemptCookie = "rostrum_oidc";
constexpr std::string_view kPendingCookie = "rostrum_oidc_new";
constexpr auto kAttemptLife = 10min;
constexpr auto kPendingLife = 30min;

// ---- cookies that only we can read or make

std::string sealed_cookie(Call& call, std::string_view name, json::object content,
                          std::chrono::seconds lifetime) {
  content["until"] = (call.now + lifetime).time_since_epoch().count();
  const base::Bytes sealed = call.parts.post->key().seal(name, json::serialize(content));
  return set_cookie({.name = name,
                     .value = base::to_base64url(sealed),
                     .lifetime = lifetime,
                     .path = kBase,
                     .is_secure = call.request.is_secure});
}

std::string no_cookie(const Call& call, std::string_view name) {
  return set_cookie({.name = name,
                     .value = "",
                     .lifetime = {},
                     .path = kBase,
                     .is_secure = call.request.is_secure});
}

std::optional<json::object> read_cookie(const Call& call, std::string_view name) {
  const auto value = find_cookie(call.request.http.headers, name);
  if (!value) return std::nullopt;
  const auto sealed = base::from_base64url(*value);
  if (!sealed) return std::nullopt;
  const auto text = call.parts.post->key().open_sealed(name, *sealed);
  if (!text) return std::nullopt;
  json::object content = json::parse(*text).as_object();  // ours: nobody else can seal
  if (content.at("until").as_int64() < call.now.time_since_epoch().count()) return std::nullopt;
  return content;
}

std::string text_in(const json::object& content, std::string_view name) {
  return std::string(content.at(name).as_string());
}

// ---- answers: browsers come here by themselves, so what goes wrong is shown by the page

Answer sent_to(std::string_view place, std::vector<std::string> cookies = {}) {
  Answer answer = Answer::nothing(302);
  answer.headers.emplace_back("Location", place);
  for (std::string& cookie : cookies) answer.headers.emplace_back("Set-Cookie", std::move(cookie));
  return answer;
}

Answer back_to_sign_in(const Call& call, const char* problem) {
  base::metrics()
      .counter("rostrum_platform_oidc_total", "Sign-ins by OpenID Connect", {{"result", problem}})
      .add();
  return sent_to(std::string("/login?problem=") + problem, {no_cookie(call, kAttemptCookie)});
}

const OidcProvider* provider_of(const Call& call) {
  const auto& all = call.parts.settings.oidc;
  const auto found = std::ranges::find(all, call.capture("provider"), &OidcProvider::id);
  return found != all.end() ? &*found : nullptr;
}

void log_failure(const OidcProvider& provider, const base::Error& error) {
  base::log_warn("a sign-in elsewhere failed",
                 {{"provider", provider.id}, {"reason", error.message}});
}

Outcome<Answer> start(Call& call) {
  const OidcProvider* provider = provider_of(call);
  if (provider == nullptr) return not_found("There is no such provider.");
  if (!call.parts.accounts->may_attempt(call.request.remote_address, "oidc")) {
    return back_to_sign_in(call, "too-often");
  }
  const OidcAttempt attempt =
      new_oidc_attempt(call.site_url() + std::string(kBase) + "/" + provider->id + "/callback");
  const auto url = call.parts.oidc->client().authorization_url(*provider, attempt, call.now);
  if (!url) {
    log_failure(*provider, url.error());
    return back_to_sign_in(call, "provider");
  }
  std::string cookie = sealed_cookie(call, kAttemptCookie,
                                     {{"provider", provider->id},
                                      {"state", attempt.state},
                                      {"nonce", attempt.nonce},
                                      {"verifier", attempt.verifier},
                                      {"redirect", attempt.redirect_uri},
                                      {"next", safe_next(call.text("next"))}},
                                     kAttemptLife);
  return sent_to(*url, {std::move(cookie)});
}

// The account of somebody whom the provider knows: its own, or one that has the same address where
// both of us have seen that address proven.
Outcome<std::optional<Account>> find_account(Call& call, const OidcProvider& provider,
                                             const OidcPerson& person) {
  Accounts& accounts = *call.parts.accounts;
  auto known = accounts.find_by_identity(call.sql, provider.id, person.subject);
  if (!known || *known || person.email.empty() || call.parts.settings.auto_verify) return known;
  auto same = accounts.find_by_email(call.sql, person.email);
  if (!same || !*same || (*same)->state == Account::State::kUnverified) {
    return same ? Outcome<std::optional<Account>>(std::nullopt) : same;
  }
  auto linked = call.write([&](io::SqlConnection& sql) {
    return accounts.link_identity(sql, (*same)->id, provider.id, person.subject, call.now);
  });
  if (!linked) return std::unexpected(std::move(linked.error()));
  return same;
}

Outcome<Answer> sign_in(Call& call, const OidcProvider& provider, const OidcPerson& person,
                        const std::string& next) {
  auto account = find_account(call, provider, person);
  if (!account) return std::unexpected(std::move(account.error()));
  if (!*account) {
    std::string cookie = sealed_cookie(call, kPendingCookie,
                                       {{"provider", provider.id},
                                        {"subject", person.subject},
                                        {"email", person.email},
                                        {"name", person.name},
                                        {"next", next}},
                                       kPendingLife);
    return sent_to("/register?finish=1", {no_cookie(call, kAttemptCookie), std::move(cookie)});
  }
  auto opened = call.parts.accounts->open_session(call, (*account)->id);
  if (!opened && opened.error().status == 403) {
    return back_to_sign_in(call, opened.error().type == "Suspended" ? "suspended" : "unverified");
  }
  if (!opened) return std::unexpected(std::move(opened.error()));
  base::metrics()
      .counter("rostrum_platform_oidc_total", "Sign-ins by OpenID Connect", {{"result", "done"}})
      .add();
  return sent_to(next, {no_cookie(call, kAttemptCookie), opened->cookie});
}

Outcome<Answer> callback(Call& call) {
  const OidcProvider* provider = provider_of(call);
  if (provider == nullptr) return not_found("There is no such provider.");
  const auto cookie = read_cookie(call, kAttemptCookie);
  if (!cookie || text_in(*cookie, "provider") != provider->id ||
      !base::equal_in_constant_time(std::string_view(text_in(*cookie, "state")),
                                    std::string_view(call.text("state")))) {
    return back_to_sign_in(call, "expired");
  }
  // RFC 9207: the answer of another provider, brought here.
  if (call.has("iss") && call.text("iss") != provider->issuer &&
      call.text("iss") + "/" != provider->issuer && call.text("iss") != provider->issuer + "/") {
    return back_to_sign_in(call, "provider");
  }
  const std::string code = call.text("code");
  if (code.empty()) {
    return back_to_sign_in(call, call.text("error") == "access_denied" ? "denied" : "provider");
  }
  const OidcAttempt attempt{.state = text_in(*cookie, "state"),
                            .nonce = text_in(*cookie, "nonce"),
                            .verifier = text_in(*cookie, "verifier"),
                            .redirect_uri = text_in(*cookie, "redirect")};
  const auto person = call.parts.oidc->client().redeem(*provider, attempt, code, call.now);
  if (!person) {
    log_failure(*provider, person.error());
    return back_to_sign_in(call, "provider");
  }
  return sign_in(call, *provider, *person, text_in(*cookie, "next"));
}

std::unexpected<Refusal> no_pending() {
  return not_found("That took too long. Sign in once more.");
}

Outcome<Answer> pending(Call& call) {
  const auto cookie = read_cookie(call, kPendingCookie);
  if (!cookie) return no_pending();
  const std::string email = text_in(*cookie, "email");
  std::string wish = text_in(*cookie, "name");
  if (wish.empty()) wish = email.substr(0, email.find('@'));
  auto suggested = call.parts.accounts->suggest_name(call.sql, wish);
  if (!suggested) return std::unexpected(std::move(suggested.error()));
  const std::string id = text_in(*cookie, "provider");
  const auto& all = call.parts.settings.oidc;
  const auto provider = std::ranges::find(all, id, &OidcProvider::id);
  return Answer(json::object{{"email", email},
                             {"suggestedName", *suggested},
                             {"provider", provider != all.end() ? provider->name : id}});
}

Outcome<Answer> finish(Call& call) {
  const auto cookie = read_cookie(call, kPendingCookie);
  if (!cookie) return no_pending();
  auto account =
      call.parts.accounts->create_with_identity(call, {.provider = text_in(*cookie, "provider"),
                                                       .subject = text_in(*cookie, "subject"),
                                                       .email = text_in(*cookie, "email"),
                                                       .name = call.text("name")});
  if (!account) return std::unexpected(std::move(account.error()));
  auto opened = call.parts.accounts->open_session(call, account->id);
  if (!opened) return std::unexpected(std::move(opened.error()));
  auto me = call.parts.accounts->describe(call.sql, account->id);
  if (!me) return std::unexpected(std::move(me.error()));
  Answer answer(json::object{{"csrfToken", opened->csrf_token},
                             {"account", std::move(*me)},
                             {"next", text_in(*cookie, "next")}});
  answer.headers.emplace_back("Set-Cookie", no_cookie(call, kPendingCookie));
  answer.headers.emplace_back("Set-Cookie", opened->cookie);
  return answer;
}

constexpr Field kStart[] = {
    {"next", Type::kText, {}, 0, 500, "A path on this server, for afterwards"}};
constexpr Field kCallback[] = {{"code", Type::kText, {}, 0, 4000},
                               {"state", Type::kText, {}, 0, 500},
                               {"error", Type::kText, {}, 0, 200},
                               {"iss", Type::kText, {}, 0, 2000}};
constexpr Field kPending[] = {
    {"email", Type::kText, {}, 0, 0, "Empty if the provider vouches for none"},
    {"suggestedName", Type::kText},
    {"provider", Type::kText, {}, 0, 0, "Its name"}};
constexpr Field kFinish[] = {{"name", Type::kText, Need::kRequired, 1, 100}};
constexpr Field kFinished[] = {{"csrfToken", Type::kText},
                               {"account", Type::kObject, {}, 0, 0, "As in the session"},
                               {"next", Type::kText, {}, 0, 0, "Where to go"}};

constexpr std::string_view kGroup = "Sign-in";
constexpr Route kRoutes[] = {
    {.method = Method::kGet,
     .path = "/api/platform/v1/oidc/{provider}/start",
     .pace = Pace::kSlow,
     .summary = "Send the browser to a provider to sign in (302)",
     .input = kStart,
     .run = start,
     .group = kGroup},
    {.method = Method::kGet,
     .path = "/api/platform/v1/oidc/{provider}/callback",
     .pace = Pace::kSlow,
     .summary = "Where the provider sends the browser back to (302)",
     .input = kCallback,
     .run = callback,
     .group = kGroup},
    {.method = Method::kGet,
     .path = "/api/platform/v1/oidc/pending",
     .summary = "Who came from a provider and has no account yet",
     .output = kPending,
     .run = pending,
     .group = kGroup},
    {.method = Method::kPost,
     .path = "/api/platform/v1/oidc/finish",
     .pace = Pace::kSlow,
     .summary = "Make the account of who came from a provider",
     .input = kFinish,
     .output = kFinished,
     .run = finish,
     .group = kGroup},
};

}  // namespace

std::string safe_next(std::string_view wish) {
  const bool is_path =
      wish.starts_with('/') && !wish.starts_with("//") && wish.size() <= 500 &&
      std::ranges::all_of(wish, [](char c) { return c > ' ' && c < '\x7f' && c != '\\'; });
  return is_path ? std::string(wish) : "/";
}

base::Expected<std::unique_ptr<Oidc>> Oidc::create(Parts& parts, io::SqlConnection&) {
  for (const OidcProvider& provider : parts.settings.oidc) {
    if (!is_provider_url(provider.issuer)) {
      return base::fail(base::ErrorCode::kInvalid, "the issuer of the sign-in provider " +
                                                       provider.id + " must be an https address");
    }
  }
  return std::make_unique<Oidc>();
}

std::span<const Route> Oidc::routes() {
  return kRoutes;
}

}  // namespace app
