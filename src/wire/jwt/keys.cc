#include "wire/jwt/keys.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <span>
#include <utility>

#include "base/check.h"
#include "base/crypto.h"

namespace wire::jwt {
namespace {

using std::string_view;

constexpr std::size_t kHalf = kEs384SignatureBytes / 2;
constexpr string_view kCurve = "secp384r1";
// Algorithm, curve by name, uncompressed point.
constexpr std::size_t kDerBytes = 120;
constexpr string_view kBegin = "-----BEGIN ";
constexpr string_view kDashes = "-----";

struct Freer {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
template <class T>
using Owned = std::unique_ptr<T, Freer>;

// The library keeps what went wrong in a queue of the thread; nobody else shall find it there.
struct ErrorQueueCleaner {
  ~ErrorQueueCleaner() { ERR_clear_error(); }
};

std::unexpected<base::Error> invalid(std::string message) {
  return base::fail(base::ErrorCode::kInvalid, std::move(message));
}

string_view strip(string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// "PUBLIC KEY" of a text that starts with "-----BEGIN PUBLIC KEY-----"; "" if it does not.
string_view label_of(string_view text) {
  if (!text.starts_with(kBegin)) return {};
  text.remove_prefix(kBegin.size());
  const auto end = text.find(kDashes);
  return end == string_view::npos ? string_view() : text.substr(0, end);
}

/// Only white space stands behind the first END line.
bool is_single_block(string_view text, string_view label) {
  const std::string end = "-----END " + std::string(label) + "-----";
  const auto at = text.find(end);
  return at != string_view::npos && at + end.size() == text.size();
}

Owned<BIO> reader_of(string_view text) {
  Owned<BIO> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  CHECK(bio != nullptr);
  return bio;
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  CHECK(size >= 0);
  return std::string(data, static_cast<std::size_t>(size));
}

base::Expected<void> check_curve(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "EC") != 1) {
    const char* name = EVP_PKEY_get0_type_name(key);
    return invalid("the key is of type " + std::string(name != nullptr ? name : "unknown") +
                   ", not an elliptic-curve key on P-384 (secp384r1)");
  }
  std::array<char, 64> name = {};
  std::size_t length = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) != 1) {
    return invalid("the key spells its curve out instead of naming P-384 (secp384r1)");
  }
  if (string_view(name.data(), length) != kCurve) {
    return invalid("the key is on the curve " + std::string(name.data(), length) +
                   ", not on P-384 (secp384r1)");
  }
  return {};
}

// A text without pass phrase must not make the library ask the terminal for one.
int no_pass_phrase(char*, int, int, void*) {
  return -1;
}

}  // namespace

struct PublicKey::Handle {
  Owned<EVP_PKEY> key;
};

PublicKey::PublicKey(std::shared_ptr<const Handle> handle) : handle_(std::move(handle)) {
  const int size = i2d_PUBKEY(handle_->key.get(), nullptr);
  CHECK(size > 0);
  der_.resize(static_cast<std::size_t>(size));
  unsigned char* out = der_.data();
  CHECK(i2d_PUBKEY(handle_->key.get(), &out) == size);
  const base::Sha256Digest digest = base::sha256(der_);
  for (std::size_t i = 0; i < 16; ++i) {
    if (i > 0) fingerprint_ += ':';
    fingerprint_ += base::to_hex(base::ByteSpan(digest).subspan(i, 1));
  }
}

base::Expected<PublicKey> PublicKey::from_pem(string_view pem) {
  const ErrorQueueCleaner cleaner;
  if (pem.size() > kMaxPemSize) {
    return invalid("the key text has more than " + std::to_string(kMaxPemSize) + " octets");
  }
  const string_view text = strip(pem);
  const string_view label = label_of(text);
  if (text.find("PRIVATE KEY") != string_view::npos) {
    return invalid(
        "this is a private key: keep it secret and give only its public part "
        "(openssl ec -in key.pem -pubout)");
  }
  if (label == "CERTIFICATE") return invalid("this is a certificate, not a public key");
  if (label == "RSA PUBLIC KEY") return invalid("this is an RSA key, not one on P-384");
  if (label != "PUBLIC KEY") {
    return invalid("the text does not begin with -----BEGIN PUBLIC KEY-----");
  }
  if (!is_single_block(text, label)) {
    return invalid("the text does not end with -----END PUBLIC KEY----- of its only key");
  }
  const Owned<BIO> bio = reader_of(text);
  Owned<EVP_PKEY> key(PEM_read_bio_PUBKEY(bio.get(), nullptr, &no_pass_phrase, nullptr));
  if (key == nullptr) return invalid("the PUBLIC KEY block cannot be decoded");
  if (auto checked = check_curve(key.get()); !checked) return base::fail(checked.error());
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  CHECK(context != nullptr);
  if (EVP_PKEY_public_check(context.get()) != 1) {
    return invalid("the key's point is not on its curve");
  }
  // One key has one encoding here, whichever form of the point came in.
  if (EVP_PKEY_set_utf8_string_param(key.get(), OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                     OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED) != 1) {
    return invalid("the key's point cannot be converted");
  }
  PublicKey made(std::make_shared<const Handle>(Handle{std::move(key)}));
  if (made.der_.size() != kDerBytes) {
    return invalid("the key spells its curve out instead of naming P-384 (secp384r1)");
  }
  return made;
}

std::string PublicKey::to_pem() const {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  CHECK(bio != nullptr);
  CHECK(PEM_write_bio_PUBKEY(bio.get(), handle_->key.get()) == 1);
  return text_of(bio.get());
}

bool PublicKey::verify_es384(base::ByteSpan text, base::ByteSpan signature) const {
  if (signature.size() != kEs384SignatureBytes) return false;
  const ErrorQueueCleaner cleaner;
  // OpenSSL takes the pair in DER only.
  const Owned<ECDSA_SIG> pair(ECDSA_SIG_new());
  CHECK(pair != nullptr);
  const int half = static_cast<int>(kHalf);
  BIGNUM* r = BN_bin2bn(signature.first(kHalf).data(), half, nullptr);
  BIGNUM* s = BN_bin2bn(signature.last(kHalf).data(), half, nullptr);
  CHECK(r != nullptr && s != nullptr && ECDSA_SIG_set0(pair.get(), r, s) == 1);
  std::array<std::uint8_t, 128> der = {};
  const int size = i2d_ECDSA_SIG(pair.get(), nullptr);
  CHECK(size > 0 && static_cast<std::size_t>(size) <= der.size());
  unsigned char* out = der.data();
  CHECK(i2d_ECDSA_SIG(pair.get(), &out) == size);

  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  CHECK(context != nullptr);
  CHECK(EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA384", nullptr, nullptr,
                                handle_->key.get(), nullptr) == 1);
  return EVP_DigestVerify(context.get(), der.data(), static_cast<std::size_t>(size), text.data(),
                          text.size()) == 1;
}

base::Expected<PrivateKey> PrivateKey::from_pem(string_view pem) {
  const ErrorQueueCleaner cleaner;
  if (pem.size() > kMaxPemSize) {
    return invalid("the key text has more than " + std::to_string(kMaxPemSize) + " octets");
  }
  if (pem.find("PRIVATE KEY-----") == string_view::npos) {
    return invalid("the text holds no PRIVATE KEY block");
  }
  if (pem.find("ENCRYPTED") != string_view::npos) {
    return invalid("the private key is encrypted");
  }
  // Blocks of other kinds, such as the parameters that openssl writes first, are skipped.
  const Owned<BIO> bio = reader_of(pem);
  Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &no_pass_phrase, nullptr));
  if (key == nullptr) return invalid("the PRIVATE KEY block cannot be decoded");
  if (auto checked = check_curve(key.get()); !checked) return base::fail(checked.error());
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  CHECK(context != nullptr);
  if (EVP_PKEY_check(context.get()) != 1) {
    return invalid("the private key does not fit its public part");
  }
  return PrivateKey(std::make_shared<const PublicKey::Handle>(PublicKey::Handle{std::move(key)}));
}

PrivateKey PrivateKey::generate() {
  Owned<EVP_PKEY> key(EVP_EC_gen(kCurve.data()));
  CHECK(key != nullptr);
  return PrivateKey(std::make_shared<const PublicKey::Handle>(PublicKey::Handle{std::move(key)}));
}

std::string PrivateKey::to_pem() const {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  CHECK(bio != nullptr);
  CHECK(PEM_write_bio_PrivateKey(bio.get(), handle_->key.get(), nullptr, nullptr, 0, nullptr,
                                 nullptr) == 1);
  return text_of(bio.get());
}

PublicKey PrivateKey::public_key() const {
  // Read back, so that the public key holds nothing of the private one.
  auto key = PublicKey::from_pem(PublicKey(handle_).to_pem());
  CHECK(key.has_value());
  return std::move(*key);
}

Es384Signature PrivateKey::sign_es384(base::ByteSpan text) const {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  CHECK(context != nullptr);
  CHECK(EVP_DigestSignInit_ex(context.get(), nullptr, "SHA384", nullptr, nullptr,
                              handle_->key.get(), nullptr) == 1);
  std::array<std::uint8_t, 128> der = {};
  std::size_t size = der.size();
  CHECK(EVP_DigestSign(context.get(), der.data(), &size, text.data(), text.size()) == 1);
  const unsigned char* in = der.data();
  const Owned<ECDSA_SIG> pair(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(size)));
  CHECK(pair != nullptr);
  Es384Signature signature = {};
  const int half = static_cast<int>(kHalf);
  const std::span<std::uint8_t> raw(signature);
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), raw.first(kHalf).data(), half) == half);
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), raw.last(kHalf).data(), half) == half);
  return signature;
}

}  // namespace wire::jwt
