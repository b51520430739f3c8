#include "app/people/password_hash.h"

#include <argon2.h>
#include <crypt.h>
#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <memory>

#include "base/check.h"
#include "base/crypto.h"
#include "base/ids.h"

namespace app {
namespace {

// OWASP's password storage cheat sheet: one lane, 19 MiB, two passes.
constexpr std::uint32_t kPasses = 2;
constexpr std::uint32_t kMemory = 19'456;  // KiB
constexpr std::uint32_t kLanes = 1;
constexpr std::size_t kSalt = 16;
constexpr std::size_t kDigest = 32;
constexpr std::uint64_t kScryptMemory = std::uint64_t{192} << 20;

// What begins hash_password's results.
const std::string& current_form() {
  static const std::string form =
      fmt::format("$argon2id$v=19$m={},t={},p={}$", kMemory, kPasses, kLanes);
  return form;
}

bool matches_crypt(const std::string& hash, std::string_view password) {
  // 32 KiB: not on the stack.
  const auto work = std::make_unique<crypt_data>();
  const std::string text(password);
  const char* made = crypt_r(text.c_str(), hash.c_str(), work.get());
  return made != nullptr && base::equal_in_constant_time(std::string_view(made), hash);
}

bool matches_argon2(const std::string& hash, std::string_view password) {
  const argon2_type type = hash.starts_with("$argon2id$")  ? Argon2_id
                           : hash.starts_with("$argon2i$") ? Argon2_i
                                                           : Argon2_d;
  return argon2_verify(hash.c_str(), password.data(), password.size(), type) == ARGON2_OK;
}

bool matches_pbkdf2(const PasswordHash& hash, std::string_view password) {
  base::Bytes made(hash.digest.size());
  const int done =
      PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), hash.salt.data(),
                        static_cast<int>(hash.salt.size()), static_cast<int>(hash.rounds),
                        EVP_sha256(), static_cast<int>(made.size()), made.data());
  return done == 1 && base::equal_in_constant_time(base::ByteSpan(made), hash.digest);
}

bool matches_scrypt(const PasswordHash& hash, std::string_view password) {
  base::Bytes made(hash.digest.size());
  const int done = EVP_PBE_scrypt(password.data(), password.size(), hash.salt.data(),
                                  hash.salt.size(), hash.rounds, hash.block_size, hash.lanes,
                                  kScryptMemory, made.data(), made.size());
  return done == 1 && base::equal_in_constant_time(base::ByteSpan(made), hash.digest);
}

}  // namespace

bool matches(const PasswordHash& hash, std::string_view password) {
  using Kind = PasswordHash::Kind;
  switch (hash.kind) {
    case Kind::kArgon2:
      return matches_argon2(hash.text, password);
    case Kind::kCrypt:
      return matches_crypt(hash.text, password);
    case Kind::kBcryptSha256:
      return matches_crypt(hash.text, base::to_hex(base::sha256(base::as_bytes(password))));
    case Kind::kPbkdf2Sha256:
      return matches_pbkdf2(hash, password);
    case Kind::kScrypt:
      return matches_scrypt(hash, password);
  }
  return false;
}

std::string hash_password(std::string_view password) {
  std::array<std::uint8_t, kSalt> salt{};
  base::fill_random(salt);
  std::string encoded(argon2_encodedlen(kPasses, kMemory, kLanes, kSalt, kDigest, Argon2_id), '\0');
  const int done =
      argon2id_hash_encoded(kPasses, kMemory, kLanes, password.data(), password.size(), salt.data(),
                            salt.size(), kDigest, encoded.data(), encoded.size());
  CHECK(done == ARGON2_OK);  // it can only lack memory
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool is_current_hash(std::string_view text) {
  return text.starts_with(current_form());
}

}  // namespace app
