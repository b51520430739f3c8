#include "app/letters/web_push.h"

#include <openssl/evp.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "base/base64.h"
#include "base/check.h"
#include "base/crypto.h"
#include "io/files.h"

namespace app {
namespace {

namespace json = boost::json;

constexpr std::size_t kSaltOctets = 16;
constexpr std::size_t kAuthOctets = 16;
constexpr std::size_t kKeyOctets = 16;
constexpr std::size_t kNonceOctets = 12;
constexpr std::size_t kTagOctets = 16;
constexpr std::uint32_t kRecordOctets = 4096;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

// One step of HKDF's expansion (RFC 5869): all that is needed is shorter than a digest.
base::Bytes expand(base::ByteSpan key, base::ByteSpan info, std::size_t length) {
  base::ByteWriter text;
  text.bytes(info);
  text.u8(1);
  const base::Sha256Digest digest = base::hmac_sha256(key, text.span());
  return {digest.begin(), digest.begin() + static_cast<std::ptrdiff_t>(length)};
}

base::Bytes with_zero(std::string_view text) {
  base::Bytes out(text.begin(), text.end());
  out.push_back(0);
  return out;
}

base::Bytes seal_record(base::ByteSpan key, base::ByteSpan nonce, base::ByteSpan plain) {
  const std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> context(EVP_CIPHER_CTX_new());
  CHECK(context != nullptr);
  CHECK(EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, key.data(), nonce.data()) ==
        1);
  base::Bytes out(plain.size() + kTagOctets);
  int length = 0;
  CHECK(EVP_EncryptUpdate(context.get(), out.data(), &length, plain.data(),
                          static_cast<int>(plain.size())) == 1);
  CHECK(static_cast<std::size_t>(length) == plain.size());
  int rest = 0;
  CHECK(EVP_EncryptFinal_ex(context.get(), &out[plain.size()], &rest) == 1 && rest == 0);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagOctets, &out[plain.size()]) ==
        1);
  return out;
}

}  // namespace

std::optional<base::Bytes> encrypt_push(std::string_view text, const PushSubscription& subscription,
                                        const P256Key& ours, base::ByteSpan salt) {
  CHECK(salt.size() == kSaltOctets);
  if (text.size() > kMaxPushText || subscription.auth.size() != kAuthOctets) return std::nullopt;
  const auto shared = ours.agree(subscription.key);
  if (!shared) return std::nullopt;
  // RFC 8291 section 3.4.
  base::ByteWriter info;
  info.bytes(with_zero("WebPush: info"));
  info.bytes(subscription.key);
  info.bytes(ours.point());
  const base::Bytes input =
      expand(base::hmac_sha256(subscription.auth, *shared), info.span(), base::kSha256Bytes);
  // RFC 8188 section 2.2 and 2.3.
  const base::Sha256Digest secret = base::hmac_sha256(salt, input);
  const base::Bytes key = expand(secret, with_zero("Content-Encoding: aes128gcm"), kKeyOctets);
  const base::Bytes nonce = expand(secret, with_zero("Content-Encoding: nonce"), kNonceOctets);
  base::ByteWriter plain;
  plain.text(text);
  plain.u8(2);  // the last record
  base::ByteWriter out;
  out.bytes(salt);
  out.u32(kRecordOctets);
  out.u8(kP256PointOctets);
  out.bytes(ours.point());
  out.bytes(seal_record(key, nonce, plain.span()));
  return out.take();
}

base::Expected<P256Key> open_push_key(const std::string& folder) {
  if (folder.empty()) return P256Key::generate();
  const std::string path = folder + "/push.key";
  if (!io::file_exists(path)) {
    P256Key made = P256Key::generate();
    if (auto written = io::write_file_atomic(path, base::as_bytes(made.to_pem()), 0600); !written) {
      return base::fail(std::move(written.error()));
    }
    return made;
  }
  auto read = io::read_file(path, 8192);
  if (!read) return base::fail(std::move(read.error()));
  auto key = P256Key::from_pem(base::as_text(*read));
  if (!key) return base::fail(base::Error(key.error()).with_context(path));
  return key;
}

std::string vapid_authorization(const P256Key& key, std::string_view origin,
                                std::string_view contact, base::WallTime expires_at) {
  const auto until = std::chrono::floor<std::chrono::seconds>(expires_at).time_since_epoch();
  const auto part = [](const json::object& object) {
    return base::to_base64url(base::as_bytes(json::serialize(object)));
  };
  std::string token = part({{"typ", "JWT"}, {"alg", "ES256"}}) + "." +
                      part({{"aud", origin}, {"exp", until.count()}, {"sub", contact}});
  token += "." + base::to_base64url(key.sign(base::as_bytes(token)));
  return "vapid t=" + token + ", k=" + base::to_base64url(key.point());
}

}  // namespace app
