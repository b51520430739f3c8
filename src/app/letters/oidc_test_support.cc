#include "app/letters/oidc_test_support.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/base64.h"
#include "base/check.h"

namespace app::test {

namespace json = boost::json;

namespace {

std::string number_of(EVP_PKEY* key, const char* name, int size) {
  BIGNUM* number = nullptr;
  CHECK(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  base::Bytes octets(static_cast<std::size_t>(size > 0 ? size : BN_num_bytes(number)));
  CHECK(BN_bn2binpad(number, octets.data(), static_cast<int>(octets.size())) > 0);
  BN_free(number);
  return base::to_base64url(octets);
}

base::Bytes raw_of(base::ByteSpan der) {
  const std::uint8_t* at = der.data();
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  CHECK(signature != nullptr);
  base::Bytes raw(64);
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw.data(), 32) == 32);
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(signature), &raw[32], 32) == 32);
  ECDSA_SIG_free(signature);
  return raw;
}

}  // namespace

struct OidcSigner::Handle {
  explicit Handle(EVP_PKEY* made) : key(made) { CHECK(key != nullptr); }
  ~Handle() { EVP_PKEY_free(key); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  EVP_PKEY* const key;
};

OidcSigner OidcSigner::rsa(std::string id, unsigned bits) {
  return {std::move(id), std::make_shared<const Handle>(EVP_RSA_gen(bits))};
}

OidcSigner OidcSigner::p256(std::string id) {
  return {std::move(id), std::make_shared<const Handle>(EVP_EC_gen("P-256"))};
}

json::object OidcSigner::jwk() const {
  EVP_PKEY* key = handle_->key;
  json::object out{{"kid", id_}, {"use", "sig"}};
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    out["kty"] = "RSA";
    out["alg"] = "RS256";
    out["n"] = number_of(key, OSSL_PKEY_PARAM_RSA_N, 0);
    out["e"] = number_of(key, OSSL_PKEY_PARAM_RSA_E, 0);
  } else {
    out["kty"] = "EC";
    out["crv"] = "P-256";
    out["x"] = number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, 32);
    out["y"] = number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, 32);
  }
  return out;
}

std::string OidcSigner::sign(const json::object& claims, const json::object& header) const {
  const bool is_rsa = EVP_PKEY_is_a(handle_->key, "RSA") == 1;
  json::object head{{"alg", is_rsa ? "RS256" : "ES256"}, {"kid", id_}};
  for (const auto& [name, value] : header) head[name] = value;
  const auto part = [](const json::object& object) {
    return base::to_base64url(base::as_bytes(json::serialize(object)));
  };
  const std::string text = part(head) + "." + part(claims);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  CHECK(EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, handle_->key) == 1);
  base::Bytes signature(1024);
  std::size_t length = signature.size();
  const base::ByteSpan octets = base::as_bytes(text);
  CHECK(EVP_DigestSign(context, signature.data(), &length, octets.data(), octets.size()) == 1);
  EVP_MD_CTX_free(context);
  signature.resize(length);
  return text + "." + base::to_base64url(is_rsa ? signature : raw_of(signature));
}

std::string key_set(std::initializer_list<OidcSigner> signers) {
  json::array keys;
  for (const OidcSigner& signer : signers) keys.push_back(signer.jwk());
  return json::serialize(json::object{{"keys", std::move(keys)}});
}

OidcProviderHost::OidcProviderHost()
    : server_([this](io::test::Conversation& client) { talk(client); }) {}

void OidcProviderHost::set_keys(std::string document) {
  state_.with([&](State& state) { state.keys = std::move(document); });
}
void OidcProviderHost::set_token(std::string token) {
  state_.with([&](State& state) { state.token = std::move(token); });
}
std::string OidcProviderHost::asked_with() const {
  return state_.with([](const State& state) { return state.asked_with; });
}
std::string OidcProviderHost::authorization() const {
  return state_.with([](const State& state) { return state.authorization; });
}
int OidcProviderHost::key_requests() const {
  return state_.with([](const State& state) { return state.key_requests; });
}

void OidcProviderHost::talk(io::test::Conversation& client) {
  while (const auto first = client.line()) {
    std::size_t length = 0;
    std::string authorization;
    while (const auto line = client.line()) {
      if (line->empty()) break;
      if (line->starts_with("Content-Length: ")) length = std::stoul(line->substr(16));
      if (line->starts_with("Authorization: ")) authorization = line->substr(15);
    }
    const std::string body = client.octets(length);
    const std::size_t from = first->find(' ') + 1;
    const std::string text =
        answer(first->substr(from, first->find(' ', from) - from), body, authorization);
    client.say("HTTP/1.1 " + std::string(text.empty() ? "404 Not Found" : "200 OK") +
               "\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text);
  }
}

std::string OidcProviderHost::answer(const std::string& path, const std::string& body,
                                     const std::string& authorization) {
  if (path == "/.well-known/openid-configuration") {
    return json::serialize(json::object{{"issuer", issuer()},
                                        {"authorization_endpoint", issuer() + "/authorize"},
                                        {"token_endpoint", issuer() + "/token"},
                                        {"jwks_uri", issuer() + "/keys"}});
  }
  return state_.with([&](State& state) -> std::string {
    if (path == "/keys") {
      ++state.key_requests;
      return state.keys;
    }
    if (path != "/token") return {};
    state.asked_with = body;
    state.authorization = authorization;
    return json::serialize(
        json::object{{"access_token", "x"}, {"token_type", "Bearer"}, {"id_token", state.token}});
  });
}

}  // namespace app::test
