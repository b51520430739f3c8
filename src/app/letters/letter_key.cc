#include "app/letters/letter_key.h"

#include "base/base64url.h"
#include "base/check.h"
#include "base/crypto.h"
#include "io/files.h"

namespace app {
namespace {

constexpr std::size_t kKeyOctets = 32;
constexpr std::size_t kTagOctets = 16;

base::Bytes derived(base::ByteSpan key, std::string_view purpose) {
  const base::Sha256Digest digest = base::hmac_sha256(key, base::as_bytes(purpose));
  return {digest.begin(), digest.end()};
}

base::Aes256Key aes_key(const base::Bytes& key) {
  return base::Aes256Key(key.data(), base::kAes256KeyBytes);
}

}  // namespace

LetterKey::LetterKey(base::ByteSpan key)
    : sealing_(derived(key, "sealed letters")), signing_(derived(key, "codes in letters")) {}

base::Expected<LetterKey> LetterKey::open(const std::string& folder) {
  if (folder.empty()) return LetterKey(base::random_octets(kKeyOctets));
  const std::string path = folder + "/letters.key";
  if (!io::file_exists(path)) {
    const base::Bytes made = base::random_octets(kKeyOctets);
    if (auto written = io::write_file_atomic(path, made, 0600); !written) {
      return base::fail(std::move(written.error()));
    }
    return LetterKey(made);
  }
  auto read = io::read_file(path, kKeyOctets);
  if (!read) return base::fail(std::move(read.error()));
  if (read->size() != kKeyOctets) {
    return base::fail(base::ErrorCode::kInvalid, path + " is no key of letters");
  }
  return LetterKey(*read);
}

base::Bytes LetterKey::seal(std::string_view purpose, std::string_view plain) const {
  return base::seal_aes_256_gcm(aes_key(sealing_), base::as_bytes(purpose), base::as_bytes(plain));
}

std::optional<std::string> LetterKey::open_sealed(std::string_view purpose,
                                                  base::ByteSpan sealed) const {
  const auto plain = base::open_aes_256_gcm(aes_key(sealing_), base::as_bytes(purpose), sealed);
  if (!plain) return std::nullopt;
  return std::string(base::as_text(*plain));
}

std::string LetterKey::sign(std::string_view purpose, std::string_view subject) const {
  DCHECK(subject.find('.') == std::string_view::npos);
  base::HmacSha256 key(signing_);
  const base::Sha256Digest tag =
      key.sign(base::as_bytes(std::string(purpose) + ":" + std::string(subject)));
  return std::string(subject) + "." + base::to_base64url(base::ByteSpan(tag).first(kTagOctets));
}

std::optional<std::string> LetterKey::read_signed(std::string_view purpose,
                                                  std::string_view code) const {
  const std::size_t dot = code.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const std::string_view subject = code.substr(0, dot);
  const auto tag = base::from_base64url(code.substr(dot + 1));
  if (!tag || tag->size() != kTagOctets || subject.find('.') != std::string_view::npos) {
    return std::nullopt;
  }
  base::HmacSha256 key(signing_);
  if (!key.verify(base::as_bytes(std::string(purpose) + ":" + std::string(subject)), *tag,
                  kTagOctets)) {
    return std::nullopt;
  }
  return std::string(subject);
}

}  // namespace app
