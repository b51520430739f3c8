#include "base/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>

#include "base/check.h"

namespace base {
namespace {

struct Freer {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, Freer>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freer>;

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
static_assert(kSealOverhead == kNonceBytes + kTagBytes);

// Looking an algorithm up by name costs more than a short hash, so each is fetched once and kept
// for the life of the program; they are immutable and may be used by every thread.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  CHECK(algorithm != nullptr);
  return algorithm;
}

EVP_MAC* hmac_algorithm() {
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  CHECK(algorithm != nullptr);
  return algorithm;
}

const EVP_CIPHER* cipher_algorithm() {
  static const EVP_CIPHER* const algorithm = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  CHECK(algorithm != nullptr);
  return algorithm;
}

MacContext keyed_context(ByteSpan key) {
  MacContext context(EVP_MAC_CTX_new(hmac_algorithm()));
  CHECK(context != nullptr);
  std::array<char, 7> digest = {"SHA256"};
  const std::array<OSSL_PARAM, 2> parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  // A null key would mean "the one set before", so an empty key needs an address as well.
  const std::uint8_t none = 0;
  CHECK(EVP_MAC_init(context.get(), key.empty() ? &none : key.data(), key.size(),
                     parameters.data()) == 1);
  return context;
}

Sha256Digest finish(EVP_MAC_CTX* context, ByteSpan data) {
  Sha256Digest digest = {};
  std::size_t length = 0;
  CHECK(EVP_MAC_update(context, data.data(), data.size()) == 1);
  CHECK(EVP_MAC_final(context, digest.data(), &length, digest.size()) == 1);
  CHECK(length == digest.size());
  return digest;
}

// The library counts in int; every text here is far smaller.
int length_of(ByteSpan data) {
  CHECK(data.size() <= std::size_t{1} << 30);
  return static_cast<int>(data.size());
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Sha256Digest sha256(ByteSpan data) {
  Sha256Digest digest = {};
  unsigned int length = 0;
  CHECK(EVP_Digest(data.data(), data.size(), digest.data(), &length, sha256_algorithm(), nullptr) ==
        1);
  CHECK(length == digest.size());
  return digest;
}

Sha256Digest hmac_sha256(ByteSpan key, ByteSpan data) {
  return finish(keyed_context(key).get(), data);
}

struct HmacSha256::Context {
  MacContext mac;
};

HmacSha256::HmacSha256(ByteSpan key)
    : context_(std::make_unique<Context>(Context{keyed_context(key)})) {}
HmacSha256::~HmacSha256() = default;
HmacSha256::HmacSha256(const HmacSha256& other)
    : context_(std::make_unique<Context>(
          Context{MacContext(EVP_MAC_CTX_dup(other.context_->mac.get()))})) {
  CHECK(context_->mac != nullptr);
}
HmacSha256& HmacSha256::operator=(const HmacSha256& other) {
  if (this != &other) *this = HmacSha256(other);
  return *this;
}
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;

Sha256Digest HmacSha256::sign(ByteSpan data) {
  EVP_MAC_CTX* context = context_->mac.get();
  CHECK(EVP_MAC_init(context, nullptr, 0, nullptr) == 1);
  return finish(context, data);
}

bool HmacSha256::verify(ByteSpan data, ByteSpan tag, std::size_t minimum) {
  CHECK(minimum > 0 && minimum <= kSha256Bytes);
  if (tag.size() < minimum || tag.size() > kSha256Bytes) return false;
  return equal_in_constant_time(ByteSpan(sign(data)).first(tag.size()), tag);
}

Bytes seal_aes_256_gcm(Aes256Key key, ByteSpan associated, ByteSpan plain) {
  const int plain_length = length_of(plain);
  Bytes sealed(plain.size() + kSealOverhead);
  const std::span<std::uint8_t> nonce = std::span(sealed).first(kNonceBytes);
  const std::span<std::uint8_t> text = std::span(sealed).subspan(kNonceBytes, plain.size());
  const std::span<std::uint8_t> tag = std::span(sealed).last(kTagBytes);
  fill_random(nonce);

  const CipherContext context(EVP_CIPHER_CTX_new());
  CHECK(context != nullptr);
  CHECK(EVP_EncryptInit_ex2(context.get(), cipher_algorithm(), key.data(), nonce.data(), nullptr) ==
        1);
  int written = 0;
  if (!associated.empty()) {
    CHECK(EVP_EncryptUpdate(context.get(), nullptr, &written, associated.data(),
                            length_of(associated)) == 1);
  }
  if (!plain.empty()) {
    CHECK(EVP_EncryptUpdate(context.get(), text.data(), &written, plain.data(), plain_length) == 1);
    CHECK(written == plain_length);
  }
  CHECK(EVP_EncryptFinal_ex(context.get(), tag.data(), &written) == 1 && written == 0);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagBytes),
                            tag.data()) == 1);
  return sealed;
}

std::optional<Bytes> open_aes_256_gcm(Aes256Key key, ByteSpan associated, ByteSpan sealed) {
  if (sealed.size() < kSealOverhead) return std::nullopt;
  const ByteSpan nonce = sealed.first(kNonceBytes);
  const ByteSpan text = sealed.subspan(kNonceBytes, sealed.size() - kSealOverhead);
  std::array<std::uint8_t, kTagBytes> tag = {};
  std::ranges::copy(sealed.last(kTagBytes), tag.begin());

  const CipherContext context(EVP_CIPHER_CTX_new());
  CHECK(context != nullptr);
  CHECK(EVP_DecryptInit_ex2(context.get(), cipher_algorithm(), key.data(), nonce.data(), nullptr) ==
        1);
  int written = 0;
  if (!associated.empty()) {
    CHECK(EVP_DecryptUpdate(context.get(), nullptr, &written, associated.data(),
                            length_of(associated)) == 1);
  }
  Bytes plain(text.size());
  if (!text.empty()) {
    CHECK(EVP_DecryptUpdate(context.get(), plain.data(), &written, text.data(), length_of(text)) ==
          1);
  }
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagBytes),
                            tag.data()) == 1);
  if (EVP_DecryptFinal_ex(context.get(), tag.data(), &written) != 1) {
    OPENSSL_cleanse(plain.data(), plain.size());
    return std::nullopt;
  }
  return plain;
}

Bytes random_octets(std::size_t count) {
  Bytes octets(count);
  fill_random(octets);
  return octets;
}

void fill_random(std::span<std::uint8_t> out) {
  if (out.empty()) return;
  CHECK(RAND_bytes(out.data(), length_of(out)) == 1);
}

bool equal_in_constant_time(ByteSpan a, ByteSpan b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes octets;
  octets.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    octets.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return octets;
}

}  // namespace base
