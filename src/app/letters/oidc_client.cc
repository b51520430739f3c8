#include "app/letters/oidc_client.h"

#include <utility>

#include "base/base64.h"
#include "base/crypto.h"
#include "io/fetch.h"
#include "wire/http/url.h"

namespace app {
namespace {

using namespace std::chrono_literals;
using wire::http::percent_encode;

constexpr auto kKeep = 1h;           // documents change rarely
constexpr auto kBetweenLooks = 30s;  // for keys that are not known: anybody can name one
constexpr auto kTimeLimit = 8s;
constexpr std::size_t kMaxDocument = 256 << 10;

std::string random_text(std::size_t octets) {
  return base::to_base64url(base::random_octets(octets));
}

base::Expected<std::string> get_document(const std::string& url) {
  auto answer = io::fetch({.url = url,
                           .headers = {{"Accept", "application/json"}},
                           .time_limit = kTimeLimit,
                           .max_body = kMaxDocument});
  if (!answer) return base::fail(std::move(answer.error()));
  if (answer->status != 200) {
    return base::fail(base::ErrorCode::kIo,
                      io::origin_of(url) + " answered " + std::to_string(answer->status));
  }
  return std::move(answer->body);
}

std::string form(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out += name;
    out += '=';
    out += percent_encode(value);
  }
  return out;
}

std::string scopes_of(const OidcProvider& provider) {
  std::string out;
  for (const std::string& scope : provider.scopes) {
    if (!out.empty()) out += ' ';
    out += scope;
  }
  return out.empty() ? "openid" : out;
}

std::string discovery_url(std::string_view issuer) {
  while (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string(issuer) + "/.well-known/openid-configuration";
}

}  // namespace

OidcAttempt new_oidc_attempt(std::string redirect_uri) {
  return {.state = random_text(24),
          .nonce = random_text(24),
          .verifier = random_text(32),
          .redirect_uri = std::move(redirect_uri)};
}

base::Expected<std::string> OidcClient::authorization_url(const OidcProvider& provider,
                                                          const OidcAttempt& attempt,
                                                          base::WallTime now) {
  const auto discovery = discover(provider, now);
  if (!discovery) return base::fail(discovery.error());
  const std::string challenge = base::to_base64url(base::sha256(base::as_bytes(attempt.verifier)));
  std::string url = (*discovery)->authorization_endpoint;
  url = url.substr(0, url.find('#'));
  url += url.find('?') == std::string::npos ? '?' : '&';
  return url + form({{"response_type", "code"},
                     {"client_id", provider.client_id},
                     {"redirect_uri", attempt.redirect_uri},
                     {"scope", scopes_of(provider)},
                     {"state", attempt.state},
                     {"nonce", attempt.nonce},
                     {"code_challenge", challenge},
                     {"code_challenge_method", "S256"}});
}

base::Expected<OidcPerson> OidcClient::redeem(const OidcProvider& provider,
                                              const OidcAttempt& attempt, std::string_view code,
                                              base::WallTime now) {
  const auto discovery = discover(provider, now);
  if (!discovery) return base::fail(discovery.error());
  const auto token = exchange(provider, **discovery, attempt, code);
  if (!token) return base::fail(token.error());
  const OidcExpectation expectation{.issuer = (*discovery)->issuer,
                                    .client_id = provider.client_id,
                                    .nonce = attempt.nonce,
                                    .now = now};
  const auto known = keys(provider, **discovery, Freshness::kUsual, now);
  if (!known) return base::fail(known.error());
  auto person = read_id_token(*token, **known, expectation);
  if (person || person.error().code != base::ErrorCode::kNotFound) return person;
  // The provider may have new keys.
  const auto newest = keys(provider, **discovery, Freshness::kNewest, now);
  if (!newest) return base::fail(newest.error());
  return read_id_token(*token, **newest, expectation);
}

base::Expected<OidcClient::Discovery> OidcClient::discover(const OidcProvider& provider,
                                                           base::WallTime now) {
  const Known known = known_.with([&](const std::map<std::string, Known>& all) {
    const auto found = all.find(provider.id);
    return found != all.end() ? found->second : Known();
  });
  if (known.discovery && now - known.discovered_at < kKeep) return known.discovery;
  if (!is_provider_url(provider.issuer)) {
    return base::fail(base::ErrorCode::kInvalid, "the provider's issuer is no https address");
  }
  auto document = get_document(discovery_url(provider.issuer));
  auto read = document ? read_discovery(*document, provider.issuer)
                       : base::Expected<OidcDiscovery>(base::fail(std::move(document.error())));
  if (!read) {
    if (known.discovery) return known.discovery;  // it was right once
    return base::fail(std::move(read.error()));
  }
  auto made = std::make_shared<const OidcDiscovery>(std::move(*read));
  known_.with([&](std::map<std::string, Known>& all) {
    Known& here = all[provider.id];
    here.discovery = made;
    here.discovered_at = now;
  });
  return made;
}

base::Expected<OidcClient::Keys> OidcClient::keys(const OidcProvider& provider,
                                                  const OidcDiscovery& discovery,
                                                  Freshness freshness, base::WallTime now) {
  const Known known = known_.with([&](const std::map<std::string, Known>& all) {
    const auto found = all.find(provider.id);
    return found != all.end() ? found->second : Known();
  });
  const auto age = now - known.keys_at;
  if (known.keys &&
      age < (freshness == Freshness::kUsual ? std::chrono::microseconds(kKeep)
                                            : std::chrono::microseconds(kBetweenLooks))) {
    return known.keys;
  }
  auto document = get_document(discovery.jwks_uri);
  if (!document) {
    if (known.keys) return known.keys;
    return base::fail(std::move(document.error()));
  }
  auto read = read_keys(*document);
  if (!read) return base::fail(std::move(read.error()));
  auto made = std::make_shared<const std::vector<OidcKey>>(std::move(*read));
  known_.with([&](std::map<std::string, Known>& all) {
    Known& here = all[provider.id];
    here.keys = made;
    here.keys_at = now;
  });
  return made;
}

base::Expected<std::string> OidcClient::exchange(const OidcProvider& provider,
                                                 const OidcDiscovery& discovery,
                                                 const OidcAttempt& attempt,
                                                 std::string_view code) {
  io::FetchRequest request{.method = "POST",
                           .url = discovery.token_endpoint,
                           .headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                                       {"Accept", "application/json"}},
                           .body = form({{"grant_type", "authorization_code"},
                                         {"code", code},
                                         {"redirect_uri", attempt.redirect_uri},
                                         {"code_verifier", attempt.verifier}}),
                           .time_limit = kTimeLimit,
                           .max_body = kMaxDocument};
  if (provider.client_secret.empty()) {
    request.body += "&" + form({{"client_id", provider.client_id}});
  } else if (discovery.secret_in_body) {
    request.body +=
        "&" + form({{"client_id", provider.client_id}, {"client_secret", provider.client_secret}});
  } else {
    // RFC 6749 section 2.3.1: both are encoded before they are joined.
    const std::string pair =
        percent_encode(provider.client_id) + ":" + percent_encode(provider.client_secret);
    request.headers.emplace_back("Authorization", "Basic " + base::to_base64(base::as_bytes(pair)));
  }
  const auto answer = io::fetch(request);
  if (!answer) return base::fail(answer.error());
  if (answer->status != 200) {
    return base::fail(base::ErrorCode::kUnauthorized, io::origin_of(discovery.token_endpoint) +
                                                          " answered a code with " +
                                                          std::to_string(answer->status));
  }
  return id_token_in(answer->body);
}

}  // namespace app
