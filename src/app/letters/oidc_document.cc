#include "app/letters/oidc_document.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "app/letters/local_client.h"
#include "wire/http/absolute_url.h"

namespace app {
namespace {

namespace json = boost::json;

constexpr std::int64_t kLeeway = 60;  // s that clocks may differ
constexpr std::int64_t kOldest = 600;
constexpr std::size_t kMaxText = 2000;

base::Expected<json::object> object_in(std::string_view document) {
  json::parse_options options;
  options.max_depth = 8;
  boost::system::error_code failed;
  json::value value = json::parse(document, failed, {}, options);
  if (failed || !value.is_object()) {
    return base::fail(base::ErrorCode::kMalformed, "the document is no JSON object");
  }
  return std::move(value.get_object());
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string() || value->get_string().size() > kMaxText) return {};
  return std::string(value->get_string());
}

bool lists(const json::object& object, std::string_view name, std::string_view entry) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_array()) return false;
  return std::ranges::any_of(value->get_array(), [&](const json::value& one) {
    return one.is_string() && std::string_view(one.get_string()) == entry;
  });
}

std::string_view without_slash(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

std::unexpected<base::Error> refused(const char* what) {
  return base::fail(base::ErrorCode::kUnauthorized, what);
}

// "aud" is a text or a list of texts; with several, "azp" says who the token is for.
bool is_for(const wire::jwt::Claims& claims, std::string_view client) {
  const auto party = claims.string("azp");
  if (claims.has("azp") && party != client) return false;
  if (const auto one = claims.string("aud")) return *one == client;
  const auto several = claims.json("aud");
  if (!several || claims.kind("aud") != wire::jwt::Claims::Kind::kArray) return false;
  boost::system::error_code failed;
  const json::value list = json::parse(*several, failed);
  if (failed || !list.is_array()) return false;
  const json::array& all = list.get_array();
  const bool named = std::ranges::any_of(all, [&](const json::value& one) {
    return one.is_string() && std::string_view(one.get_string()) == client;
  });
  return named && (all.size() == 1 || party.has_value());
}

base::Expected<void> check_claims(const wire::jwt::Claims& claims,
                                  const OidcExpectation& expectation) {
  const std::int64_t now =
      std::chrono::floor<std::chrono::seconds>(expectation.now).time_since_epoch().count();
  if (claims.string("iss") != std::string_view(expectation.issuer)) {
    return refused("the ID token is from another issuer");
  }
  if (!is_for(claims, expectation.client_id)) return refused("the ID token is for somebody else");
  const auto expires = claims.numeric_date("exp");
  if (!expires || *expires < now - kLeeway) return refused("the ID token is over");
  const auto issued = claims.numeric_date("iat");
  if (!issued || *issued > now + kLeeway || *issued < now - kOldest) {
    return refused("the ID token was not made just now");
  }
  const auto since = claims.numeric_date("nbf");
  if (claims.has("nbf") && (!since || *since > now + kLeeway)) {
    return refused("the ID token does not hold yet");
  }
  const auto nonce = claims.string("nonce");
  if (expectation.nonce.empty() || nonce != std::string_view(expectation.nonce)) {
    return refused("the ID token answers another question");
  }
  return {};
}

// Some providers write it as a text.
bool is_verified(const wire::jwt::Claims& claims) {
  return claims.boolean("email_verified").value_or(false) ||
         claims.string("email_verified") == "true";
}

}  // namespace

bool is_provider_url(std::string_view url) {
  const auto parsed = wire::http::parse_http_url(url);
  if (!parsed) return false;
  return parsed->is_secure() || is_loopback_host(parsed->host);
}

base::Expected<OidcDiscovery> read_discovery(std::string_view document, std::string_view issuer) {
  auto object = object_in(document);
  if (!object) return base::fail(std::move(object.error()));
  OidcDiscovery found{.issuer = text_of(*object, "issuer"),
                      .authorization_endpoint = text_of(*object, "authorization_endpoint"),
                      .token_endpoint = text_of(*object, "token_endpoint"),
                      .jwks_uri = text_of(*object, "jwks_uri")};
  if (without_slash(found.issuer) != without_slash(issuer) || found.issuer.empty()) {
    return base::fail(base::ErrorCode::kInvalid, "the document is another issuer's");
  }
  for (const std::string* url :
       {&found.authorization_endpoint, &found.token_endpoint, &found.jwks_uri}) {
    if (!is_provider_url(*url)) {
      return base::fail(base::ErrorCode::kInvalid,
                        "the document names an address that is missing or not https");
    }
  }
  constexpr std::string_view kMethods = "token_endpoint_auth_methods_supported";
  found.secret_in_body = lists(*object, kMethods, "client_secret_post") &&
                         !lists(*object, kMethods, "client_secret_basic");
  return found;
}

base::Expected<OidcPerson> read_id_token(std::string_view text, const std::vector<OidcKey>& keys,
                                         const OidcExpectation& expectation) {
  const auto token = wire::jwt::parse(text, kMaxIdToken);
  if (!token) return refused("the ID token cannot be read");
  if (token->algorithm != "RS256" && token->algorithm != "ES256") {
    return refused("the ID token is signed in a way that we do not take");
  }
  // Without a name every key of the kind may have made it.
  bool is_known = false;
  bool is_true = false;
  for (const OidcKey& key : keys) {
    if (key.algorithm() != token->algorithm) continue;
    if (!token->key_id.empty() && key.id() != token->key_id) continue;
    is_known = true;
    is_true = is_true || key.verify(*token);
  }
  if (!is_known) return base::fail(base::ErrorCode::kNotFound, "the ID token's key is not known");
  if (!is_true) return refused("the ID token's signature is wrong");
  if (auto good = check_claims(token->claims, expectation); !good) {
    return base::fail(std::move(good.error()));
  }
  OidcPerson person;
  person.subject = std::string(token->claims.string("sub").value_or(""));
  if (person.subject.empty() || person.subject.size() > 255) {
    return refused("the ID token names nobody");
  }
  if (is_verified(token->claims)) {
    const std::string_view email = token->claims.string("email").value_or("");
    if (email.size() <= 254) person.email = email;
  }
  for (const char* claim : {"preferred_username", "nickname", "given_name", "name"}) {
    const std::string_view name = token->claims.string(claim).value_or("");
    if (person.name.empty() && name.size() <= 200) person.name = name;
  }
  return person;
}

base::Expected<std::string> id_token_in(std::string_view document) {
  auto object = object_in(document);
  if (!object) return base::fail(std::move(object.error()));
  const json::value* token = object->if_contains("id_token");
  if (token == nullptr || !token->is_string() || token->get_string().size() > kMaxIdToken) {
    return base::fail(base::ErrorCode::kMalformed, "the provider gave no ID token");
  }
  return std::string(token->get_string());
}

}  // namespace app
