// Passwords as they are kept: argon2id (RFC 9106) in PHC strings for what is set here, and the
// usual forms of other systems, so that accounts can move in with their passwords. Checking costs
// tens of milliseconds of CPU and some tens of MiB: on the slow crew only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace app {

/// A text that was read, with costs that are bearable.
struct PasswordHash {
  enum class Kind : std::uint8_t {
    kArgon2,        // libargon2 reads `text`
    kCrypt,         // bcrypt and SHA-512-crypt: libcrypt reads `text`
    kBcryptSha256,  // Django's: bcrypt of the password's SHA-256 in hexadecimal
    kPbkdf2Sha256,
    kScrypt,
  };
  Kind kind = Kind::kArgon2;
  std::string text = {};
  std::uint64_t rounds = 0;  // of PBKDF2; scrypt: N
  std::uint32_t block_size = 0;
  std::uint32_t lanes = 0;
  base::Bytes salt = {};
  base::Bytes digest = {};
};

/// Reads
///   $argon2id$v=19$m=,t=,p=$salt$hash   argon2 (also argon2i, argon2d; behind "argon2": Django)
///   $2a$ $2b$ $2y$                      bcrypt (behind "bcrypt$", "bcrypt_sha256$": Django)
///   $6$                                 SHA-512-crypt
///   pbkdf2_sha256$rounds$salt$hash      Django
///   $pbkdf2-sha256$rounds$salt$hash     passlib
///   pbkdf2:sha256:rounds$salt$hash      Werkzeug
///   $scrypt$ln=,r=,p=$salt$hash         PHC, passlib
///   scrypt:N:r:p$salt$hash              Werkzeug
///   scrypt$N$salt$r$p$hash              Django
/// kMalformed; kUnsupported for another form; kLimit for costs that nobody should pay here.
base::Expected<PasswordHash> parse_password_hash(std::string_view text);

/// Whether the password is the one. The time does not tell where they differ.
bool matches(const PasswordHash& hash, std::string_view password);

/// argon2id with a salt of its own.
std::string hash_password(std::string_view password);
/// Whether hash_password would make it of the same kind and costs.
bool is_current_hash(std::string_view text);

inline constexpr std::size_t kMaxPasswordHash = 512;

}  // namespace app
