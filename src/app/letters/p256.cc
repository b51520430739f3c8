#include "app/letters/p256.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <cstring>

#include "base/check.h"

namespace app {
namespace {

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
using Memory = std::unique_ptr<BIO, Release<BIO_free_all>>;
using Number = std::unique_ptr<BIGNUM, Release<BN_clear_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Release<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Release<OSSL_PARAM_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Release<ECDSA_SIG_free>>;

constexpr std::size_t kNumberOctets = 32;

base::Error no_key() {
  ERR_clear_error();
  return {base::ErrorCode::kInvalid, "that is no private key on the curve P-256"};
}

// A key of its parts; null if they are wrong. Without a number: a public one.
Key key_of(base::ByteSpan number, base::ByteSpan point) {
  const Builder builder(OSSL_PARAM_BLD_new());
  const Number secret(number.empty()
                          ? nullptr
                          : BN_bin2bn(number.data(), static_cast<int>(number.size()), nullptr));
  CHECK(builder != nullptr);
  CHECK(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) ==
        1);
  CHECK(OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) == 1);
  if (secret) {
    CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret.get()) == 1);
  }
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  CHECK(parameters != nullptr && context != nullptr);
  EVP_PKEY* made = nullptr;
  const bool good =
      EVP_PKEY_fromdata_init(context.get()) == 1 &&
      EVP_PKEY_fromdata(context.get(), &made, secret ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
                        parameters.get()) == 1;
  Key key(made);
  if (!good) {
    ERR_clear_error();
    return nullptr;
  }
  const KeyContext checking(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  const bool fits = checking != nullptr && (secret ? EVP_PKEY_pairwise_check(checking.get()) == 1
                                                   : EVP_PKEY_public_check(checking.get()) == 1);
  if (!fits) {
    ERR_clear_error();
    return nullptr;
  }
  return key;
}

Key public_key_of(base::ByteSpan point) {
  if (point.size() != kP256PointOctets || point[0] != 4) return nullptr;
  return key_of({}, point);
}

bool is_on_p256(EVP_PKEY* key) {
  char name[32] = {};
  std::size_t length = 0;
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_group_name(key, name, sizeof name, &length) == 1 &&
         std::string_view(name, length) == "prime256v1";
}

}  // namespace

struct P256Key::Handle {
  Key key;
};

P256Key::P256Key(std::shared_ptr<const Handle> handle) : handle_(std::move(handle)) {
  std::size_t length = 0;
  CHECK(EVP_PKEY_get_octet_string_param(handle_->key.get(), OSSL_PKEY_PARAM_PUB_KEY, point_.data(),
                                        point_.size(), &length) == 1);
  CHECK(length == point_.size());
}

P256Key P256Key::generate() {
  Key key(EVP_EC_gen("P-256"));
  CHECK(key != nullptr);
  return P256Key(std::make_shared<const Handle>(Handle{std::move(key)}));
}

base::Expected<P256Key> P256Key::from_pem(std::string_view pem) {
  if (pem.size() > 8192) return base::fail(no_key());
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  CHECK(memory != nullptr);
  // No password is asked for on a terminal.
  const auto no_password = [](char*, int, int, void*) { return 0; };
  Key key(PEM_read_bio_PrivateKey(memory.get(), nullptr, no_password, nullptr));
  if (!key || !is_on_p256(key.get())) return base::fail(no_key());
  return P256Key(std::make_shared<const Handle>(Handle{std::move(key)}));
}

base::Expected<P256Key> P256Key::from_octets(base::ByteSpan number, base::ByteSpan point) {
  if (number.size() != kNumberOctets || point.size() != kP256PointOctets) {
    return base::fail(no_key());
  }
  Key key = key_of(number, point);
  if (!key) return base::fail(no_key());
  return P256Key(std::make_shared<const Handle>(Handle{std::move(key)}));
}

std::string P256Key::to_pem() const {
  const Memory memory(BIO_new(BIO_s_mem()));
  CHECK(memory != nullptr);
  CHECK(PEM_write_bio_PKCS8PrivateKey(memory.get(), handle_->key.get(), nullptr, nullptr, 0,
                                      nullptr, nullptr) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::optional<base::Bytes> P256Key::agree(base::ByteSpan other) const {
  const Key peer = public_key_of(other);
  if (!peer) return std::nullopt;
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, handle_->key.get(), nullptr));
  CHECK(context != nullptr);
  base::Bytes secret(kNumberOctets);
  std::size_t length = secret.size();
  const bool good = EVP_PKEY_derive_init(context.get()) == 1 &&
                    EVP_PKEY_derive_set_peer(context.get(), peer.get()) == 1 &&
                    EVP_PKEY_derive(context.get(), secret.data(), &length) == 1 &&
                    length == secret.size();
  if (!good) {
    ERR_clear_error();
    return std::nullopt;
  }
  return secret;
}

std::array<std::uint8_t, 64> P256Key::sign(base::ByteSpan text) const {
  const DigestContext context(EVP_MD_CTX_new());
  CHECK(context != nullptr);
  CHECK(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, handle_->key.get()) == 1);
  std::array<std::uint8_t, 128> der{};
  std::size_t length = der.size();
  CHECK(EVP_DigestSign(context.get(), der.data(), &length, text.data(), text.size()) == 1);
  const std::uint8_t* at = der.data();
  const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(length)));
  CHECK(signature != nullptr);
  std::array<std::uint8_t, 64> raw{};
  constexpr int kHalf = 32;
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw.data(), kHalf) == kHalf);
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), &raw[kHalf], kHalf) == kHalf);
  return raw;
}

bool is_p256_point(base::ByteSpan octets) {
  return public_key_of(octets) != nullptr;
}

}  // namespace app
