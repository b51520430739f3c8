#include "app/core/about.h"

#include <boost/json/array.hpp>
#include <string>

#include "app/core/call.h"
#include "app/core/parts.h"
#include "app/core/router.h"
#include "app/people/accounts.h"
#include "io/files.h"

namespace app {
namespace {

namespace json = boost::json;
using wire::http::Method;
using wire::http::Response;
using Type = Field::Type;

constexpr std::size_t kMaxText = 256 << 10;
constexpr std::size_t kMaxLogo = 256 << 10;

constexpr Field kProvider[] = {{"id", Type::kText},
                               {"name", Type::kText, {}, 0, 0, "Sign in with this"}};

constexpr Field kAbout[] = {
    {"name", Type::kText, {}, 0, 0, "The platform's name"},
    {"tagline", Type::kText},
    {"logo", Type::kText, {}, 0, 0, "Address of the logo; empty: our own mark"},
    {"accent", Type::kText, {}, 0, 0, "Colour of what matters, as #RRGGBB; empty: our own"},
    {"hasTerms", Type::kBoolean},
    {"hasPrivacy", Type::kBoolean},
    {"registration", Type::kBoolean, {}, 0, 0, "Anybody may make an account"},
    {"autoVerify", Type::kBoolean, {}, 0, 0, "Nobody has to prove an address"},
    {"allowedDomains", Type::kTexts, {}, 0, 0, "Of addresses; empty: all"},
    {"everyoneStreams", Type::kBoolean, {}, 0, 0, "New accounts may go live"},
    {"providers", Type::kList, {}, 0, 0, "Who else says who people are", {}, kProvider},
    {"developmentMailbox", Type::kBoolean, {}, 0, 0, "No mail is sent: it stands at /mailbox"},
    {"amazonProducts", Type::kBoolean},
    {"webPush", Type::kBoolean}};

Outcome<Answer> about(Call& call) {
  const PlatformSettings& settings = call.parts.settings;
  const PlatformLimits limits = call.parts.accounts->limits();
  json::array providers;
  for (const OidcProvider& provider : settings.oidc) {
    providers.push_back(json::object{{"id", provider.id}, {"name", provider.name}});
  }
  json::array domains;
  for (const std::string& domain : settings.allowed_domains) domains.emplace_back(domain);
  Answer answer(json::object{
      {"name", settings.brand.name},
      {"tagline", settings.brand.tagline},
      {"logo", settings.brand.logo.empty() ? "" : "/api/platform/v1/logo"},
      {"accent", settings.brand.accent},
      {"hasTerms", !settings.brand.terms_file.empty()},
      {"hasPrivacy", !settings.brand.privacy_file.empty()},
      {"registration", limits.registration},
      {"autoVerify", settings.auto_verify},
      {"allowedDomains", std::move(domains)},
      {"everyoneStreams", limits.everyone_streams},
      {"providers", std::move(providers)},
      {"developmentMailbox", settings.mail.url.empty()},
      {"amazonProducts", !settings.amazon.access_key.empty()},
      {"webPush", !settings.push_contact.empty()},
  });
  return answer;
}

Outcome<Answer> file(const std::string& path, std::size_t most, std::string_view type) {
  if (path.empty()) return not_found("There is none.");
  auto read = io::read_file(path, most);
  if (!read) return broken(read.error());
  Response response = Response::with_body(200, type, base::Slice::take(std::move(*read)));
  response.headers.add("Cache-Control", "max-age=300");
  response.headers.add("X-Content-Type-Options", "nosniff");
  // An SVG is a document of its own when somebody opens it: no script runs in it.
  response.headers.add("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  return Answer::as_it_is(std::move(response));
}

Outcome<Answer> logo(Call& call) {
  const std::string& path = call.parts.settings.brand.logo;
  return file(path, kMaxLogo, path.ends_with(".svg") ? "image/svg+xml" : "image/png");
}

Outcome<Answer> terms(Call& call) {
  return file(call.parts.settings.brand.terms_file, kMaxText, "text/plain; charset=utf-8");
}

Outcome<Answer> privacy(Call& call) {
  return file(call.parts.settings.brand.privacy_file, kMaxText, "text/plain; charset=utf-8");
}

Outcome<Answer> document(Call& call) {
  return Answer(openapi(*call.parts.router, call.parts.settings.brand.name + " platform API", "1"));
}

constexpr Route kRoutes[] = {
    {.method = Method::kGet,
     .path = "/api/platform/v1/about",
     .summary = "What this platform is called, looks like and offers",
     .output = kAbout,
     .run = about,
     .group = "Platform"},
    {.method = Method::kGet,
     .path = "/api/platform/v1/logo",
     .summary = "The platform's logo",
     .run = logo,
     .group = "Platform"},
    {.method = Method::kGet,
     .path = "/api/platform/v1/terms",
     .summary = "The terms of use, as text or Markdown",
     .run = terms,
     .group = "Platform"},
    {.method = Method::kGet,
     .path = "/api/platform/v1/privacy",
     .summary = "What happens with personal data, as text or Markdown",
     .run = privacy,
     .group = "Platform"},
    {.method = Method::kGet,
     .path = "/api/platform/v1/openapi.json",
     .summary = "This document",
     .run = document,
     .group = "Platform"},
};

}  // namespace

std::span<const Route> about_routes() {
  return kRoutes;
}

}  // namespace app
