// Keys of JSON Web Key sets (RFC 7517, RFC 7518 section 6) and signatures by them.
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <memory>

#include "app/letters/oidc_document.h"
#include "app/letters/p256.h"
#include "base/base64url.h"
#include "base/check.h"

namespace app {
namespace {

namespace json = boost::json;

template <auto Free>
struct Release {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Release<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Release<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Release<OSSL_PARAM_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Release<ECDSA_SIG_free>>;

constexpr std::size_t kHalf = 32;  // of an ES256 signature, and of a point

std::optional<base::Bytes> octets_of(const json::object& key, std::string_view name) {
  const json::value* value = key.if_contains(name);
  if (value == nullptr || !value->is_string() || value->get_string().size() > 4096) {
    return std::nullopt;
  }
  return base::from_base64url(value->get_string());
}

std::string text_of(const json::object& key, std::string_view name) {
  const json::value* value = key.if_contains(name);
  if (value == nullptr || !value->is_string() || value->get_string().size() > 500) return {};
  return std::string(value->get_string());
}

Key made_of(const char* kind, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  CHECK(parameters != nullptr && context != nullptr);
  EVP_PKEY* made = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return Key(made);
}

Key rsa_key(const json::object& key) {
  const auto modulus = octets_of(key, "n");
  const auto exponent = octets_of(key, "e");
  if (!modulus || !exponent || modulus->empty() || modulus->front() == 0) return nullptr;
  // Shorter ones are no proof, longer ones cost too much to check.
  if (modulus->size() < 256 || modulus->size() > 1024) return nullptr;
  if (exponent->empty() || exponent->size() > 4 || (exponent->back() & 1) == 0) return nullptr;
  const Number n(BN_bin2bn(modulus->data(), static_cast<int>(modulus->size()), nullptr));
  const Number e(BN_bin2bn(exponent->data(), static_cast<int>(exponent->size()), nullptr));
  const Builder builder(OSSL_PARAM_BLD_new());
  CHECK(n != nullptr && e != nullptr && builder != nullptr);
  if (BN_is_one(e.get())) return nullptr;
  CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1);
  CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1);
  return made_of("RSA", builder.get());
}

Key curve_key(const json::object& key) {
  const auto x = octets_of(key, "x");
  const auto y = octets_of(key, "y");
  if (text_of(key, "crv") != "P-256" || !x || !y || x->size() != kHalf || y->size() != kHalf) {
    return nullptr;
  }
  base::Bytes point = {4};
  point.insert(point.end(), x->begin(), x->end());
  point.insert(point.end(), y->begin(), y->end());
  if (!is_p256_point(point)) return nullptr;
  const Builder builder(OSSL_PARAM_BLD_new());
  CHECK(builder != nullptr);
  CHECK(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) ==
        1);
  CHECK(OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) == 1);
  return made_of("EC", builder.get());
}

// r and s (RFC 7518 section 3.4) as OpenSSL takes them.
base::Bytes der_of(base::ByteSpan raw) {
  const Signature signature(ECDSA_SIG_new());
  Number r(BN_bin2bn(raw.data(), kHalf, nullptr));
  Number s(BN_bin2bn(raw.subspan(kHalf).data(), kHalf, nullptr));
  CHECK(signature != nullptr && r != nullptr && s != nullptr);
  CHECK(ECDSA_SIG_set0(signature.get(), r.release(), s.release()) == 1);
  const int length = i2d_ECDSA_SIG(signature.get(), nullptr);
  CHECK(length > 0);
  base::Bytes der(static_cast<std::size_t>(length));
  std::uint8_t* out = der.data();
  CHECK(i2d_ECDSA_SIG(signature.get(), &out) == length);
  return der;
}

}  // namespace

struct OidcKey::Handle {
  Key key;
};

bool OidcKey::verify(const wire::jwt::Token& token) const {
  if (token.algorithm != algorithm_) return false;
  base::Bytes signature = token.signature;
  if (algorithm_ == "ES256") {
    if (signature.size() != 2 * kHalf) return false;
    signature = der_of(signature);
  }
  const DigestContext context(EVP_MD_CTX_new());
  CHECK(context != nullptr);
  EVP_PKEY_CTX* options = nullptr;  // the context's own
  CHECK(EVP_DigestVerifyInit(context.get(), &options, EVP_sha256(), nullptr, handle_->key.get()) ==
        1);
  if (algorithm_ == "RS256") {
    CHECK(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PADDING) == 1);
  }
  const base::ByteSpan text = base::as_bytes(token.signed_text);
  const bool is_true = EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                                        text.data(), text.size()) == 1;
  ERR_clear_error();
  return is_true;
}

base::Expected<std::vector<OidcKey>> read_keys(std::string_view document) {
  json::parse_options options;
  options.max_depth = 8;
  boost::system::error_code failed;
  const json::value value = json::parse(document, failed, {}, options);
  const json::value* list =
      !failed && value.is_object() ? value.get_object().if_contains("keys") : nullptr;
  if (list == nullptr || !list->is_array()) {
    return base::fail(base::ErrorCode::kMalformed, "the document is no set of keys");
  }
  std::vector<OidcKey> keys;
  for (const json::value& entry : list->get_array()) {
    if (keys.size() == kMaxOidcKeys) break;
    if (!entry.is_object()) continue;
    const json::object& object = entry.get_object();
    const std::string use = text_of(object, "use");
    if (!use.empty() && use != "sig") continue;
    const std::string kind = text_of(object, "kty");
    const std::string algorithm = kind == "RSA" ? "RS256" : kind == "EC" ? "ES256" : "";
    const std::string named = text_of(object, "alg");
    if (algorithm.empty() || (!named.empty() && named != algorithm)) continue;
    Key key = kind == "RSA" ? rsa_key(object) : curve_key(object);
    if (!key) continue;
    keys.emplace_back(text_of(object, "kid"), algorithm,
                      std::make_shared<const OidcKey::Handle>(OidcKey::Handle{std::move(key)}));
  }
  return keys;
}

}  // namespace app
