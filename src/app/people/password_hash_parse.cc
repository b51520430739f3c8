// Reads the forms of password hashes.
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "app/people/password_hash.h"
#include "base/base64.h"
#include "base/crypto.h"

namespace app {
namespace {

using base::ErrorCode;
using base::fail;
using Kind = PasswordHash::Kind;

// What one check may cost here, whatever a file of accounts says.
constexpr std::uint64_t kMaxArgonMemory = 131'072;  // KiB
constexpr std::uint64_t kMaxArgonPasses = 16;
constexpr std::uint64_t kMaxArgonLanes = 4;
constexpr std::uint64_t kMaxBcryptCost = 15;
constexpr std::uint64_t kMaxCryptRounds = 1'000'000;
constexpr std::uint64_t kMaxPbkdf2Rounds = 2'000'000;
constexpr std::uint64_t kMaxScryptMemory = std::uint64_t{128} << 20;
constexpr std::uint64_t kMaxScryptLanes = 4;
constexpr std::size_t kMaxSalt = 128;
constexpr std::size_t kMinDigest = 16;
constexpr std::size_t kMaxDigest = 64;

base::Expected<PasswordHash> malformed(std::string_view what) {
  return fail(ErrorCode::kMalformed, std::string(what));
}
base::Expected<PasswordHash> too_dear() {
  return fail(ErrorCode::kLimit, "the password hash costs more than we would pay for it");
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  if (text.empty() || text.size() > 9 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  while (true) {
    const std::size_t end = text.find(separator);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

// "m=19456,t=2,p=1" by these names, in this order.
template <std::size_t kCount>
std::optional<std::array<std::uint64_t, kCount>> named_numbers(
    std::string_view text, const std::array<std::string_view, kCount>& names) {
  const auto pieces = split(text, ',');
  if (pieces.size() != kCount) return std::nullopt;
  std::array<std::uint64_t, kCount> values{};
  for (std::size_t i = 0; i < kCount; ++i) {
    std::string_view piece = pieces[i];
    if (!piece.starts_with(names[i])) return std::nullopt;
    piece.remove_prefix(names[i].size());
    if (!piece.starts_with('=')) return std::nullopt;
    const auto value = number(piece.substr(1));
    if (!value) return std::nullopt;
    values[i] = *value;
  }
  return values;
}

bool is_of(std::string_view text, std::string_view further) {
  return std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           further.find(c) != std::string_view::npos;
  });
}

// passlib writes '.' for '+'.
std::optional<base::Bytes> from_loose_base64(std::string_view text) {
  std::string usual(text);
  std::ranges::replace(usual, '.', '+');
  return base::from_base64(usual);
}

base::Bytes octets(std::string_view text) {
  const base::ByteSpan span = base::as_bytes(text);
  return {span.begin(), span.end()};
}

base::Expected<PasswordHash> checked(PasswordHash hash) {
  if (hash.salt.empty() || hash.salt.size() > kMaxSalt) {
    return malformed("the salt of the password hash has a length that nobody uses");
  }
  if (hash.digest.size() < kMinDigest || hash.digest.size() > kMaxDigest) {
    return malformed("the password hash has a length that nobody uses");
  }
  return hash;
}

base::Expected<PasswordHash> pbkdf2(std::string_view rounds, std::optional<base::Bytes> salt,
                                    std::optional<base::Bytes> digest) {
  const auto count = number(rounds);
  if (!count || *count == 0 || !salt || !digest) {
    return malformed("the PBKDF2 hash is not written as any system does");
  }
  if (*count > kMaxPbkdf2Rounds) return too_dear();
  PasswordHash hash{.kind = Kind::kPbkdf2Sha256, .text = {}, .rounds = *count};
  hash.salt = std::move(*salt);
  hash.digest = std::move(*digest);
  return checked(std::move(hash));
}

base::Expected<PasswordHash> scrypt(std::optional<std::uint64_t> n,
                                    std::optional<std::uint64_t> block_size,
                                    std::optional<std::uint64_t> lanes,
                                    std::optional<base::Bytes> salt,
                                    std::optional<base::Bytes> digest) {
  const bool reads = n && block_size && lanes && salt && digest;
  if (!reads || *n < 2 || (*n & (*n - 1)) != 0 || *block_size == 0 || *lanes == 0) {
    return malformed("the scrypt hash is not written as any system does");
  }
  // RFC 7914: 128 * N * r octets. Each factor has nine digits at most.
  if (*n > kMaxScryptMemory || *block_size > kMaxScryptMemory / 128 / *n ||
      *lanes > kMaxScryptLanes) {
    return too_dear();
  }
  PasswordHash hash{.kind = Kind::kScrypt,
                    .text = {},
                    .rounds = *n,
                    .block_size = static_cast<std::uint32_t>(*block_size),
                    .lanes = static_cast<std::uint32_t>(*lanes)};
  hash.salt = std::move(*salt);
  hash.digest = std::move(*digest);
  return checked(std::move(hash));
}

base::Expected<PasswordHash> argon2(std::string_view text) {
  const auto pieces = split(text.substr(1), '$');
  const auto costs = pieces.size() == 5 ? named_numbers<3>(pieces[2], {"m", "t", "p"})
                                        : std::optional<std::array<std::uint64_t, 3>>();
  if (!costs || pieces[1] != "v=19") {
    return malformed("the argon2 hash is not written as any system does");
  }
  const auto [memory, passes, lanes] = *costs;
  if (memory > kMaxArgonMemory || passes > kMaxArgonPasses || lanes > kMaxArgonLanes) {
    return too_dear();
  }
  // libargon2 reads the text itself; these are what it takes.
  const auto salt = base::from_base64(pieces[3]);
  const auto digest = base::from_base64(pieces[4]);
  if (lanes == 0 || passes == 0 || memory < 8 * lanes || !salt || !digest || salt->size() < 8) {
    return malformed("the argon2 hash is not written as any system does");
  }
  PasswordHash hash{.kind = Kind::kArgon2, .text = std::string(text)};
  hash.salt = *salt;
  hash.digest = *digest;
  return checked(std::move(hash));
}

base::Expected<PasswordHash> bcrypt(std::string_view text, Kind kind) {
  constexpr std::size_t kLength = 60;
  const bool fits = text.size() == kLength && text[0] == '$' && text[1] == '2' &&
                    (text[2] == 'a' || text[2] == 'b' || text[2] == 'y') && text[3] == '$' &&
                    text[6] == '$' && is_of(text.substr(7), "./");
  const auto cost =
      fits ? number(text.substr(text[4] == '0' ? 5 : 4, text[4] == '0' ? 1 : 2)) : std::nullopt;
  if (!cost || *cost < 4) return malformed("the bcrypt hash is not written as any system does");
  if (*cost > kMaxBcryptCost) return too_dear();
  return PasswordHash{.kind = kind, .text = std::string(text)};
}

base::Expected<PasswordHash> sha512_crypt(std::string_view text) {
  auto pieces = split(text.substr(3), '$');
  if (pieces.size() == 3 && pieces[0].starts_with("rounds=")) {
    const auto rounds = number(pieces[0].substr(7));
    if (!rounds || *rounds < 1000) return malformed("the SHA-512-crypt hash names no rounds");
    if (*rounds > kMaxCryptRounds) return too_dear();
    pieces.erase(pieces.begin());
  }
  if (pieces.size() != 2 || pieces[0].size() > 16 || !is_of(pieces[0], "./") ||
      pieces[1].size() != 86 || !is_of(pieces[1], "./")) {
    return malformed("the SHA-512-crypt hash is not written as any system does");
  }
  return PasswordHash{.kind = Kind::kCrypt, .text = std::string(text)};
}

base::Expected<PasswordHash> phc_scrypt(std::string_view text) {
  const auto pieces = split(text, '$');
  const auto costs = pieces.size() == 3 ? named_numbers<3>(pieces[0], {"ln", "r", "p"})
                                        : std::optional<std::array<std::uint64_t, 3>>();
  if (!costs || (*costs)[0] > 30) return malformed("the scrypt hash is not as PHC strings are");
  return scrypt(std::uint64_t{1} << (*costs)[0], (*costs)[1], (*costs)[2],
                from_loose_base64(pieces[1]), from_loose_base64(pieces[2]));
}

base::Expected<PasswordHash> werkzeug_scrypt(std::string_view text) {
  const auto pieces = split(text, '$');
  const auto costs = split(pieces[0], ':');
  if (pieces.size() != 3 || costs.size() != 3) return malformed("the scrypt hash lacks a part");
  return scrypt(number(costs[0]), number(costs[1]), number(costs[2]), octets(pieces[1]),
                base::from_hex(pieces[2]));
}

base::Expected<PasswordHash> django_scrypt(std::string_view text) {
  const auto pieces = split(text, '$');
  if (pieces.size() != 5) return malformed("the scrypt hash lacks a part");
  return scrypt(number(pieces[0]), number(pieces[2]), number(pieces[3]), octets(pieces[1]),
                base::from_base64(pieces[4]));
}

// Takes `start` off the front.
bool takes(std::string_view& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}

}  // namespace

base::Expected<PasswordHash> parse_password_hash(std::string_view text) {
  if (text.size() > kMaxPasswordHash) return malformed("the password hash is too long");
  const bool is_plain = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
  if (!is_plain) return malformed("the password hash holds characters that none has");
  const auto three = [&](std::string_view rest) { return split(rest, '$').size() == 3; };
  if (text.starts_with("argon2$argon2")) text.remove_prefix(6);
  if (text.starts_with("$argon2id$") || text.starts_with("$argon2i$") ||
      text.starts_with("$argon2d$")) {
    return argon2(text);
  }
  if (takes(text, "bcrypt_sha256$")) return bcrypt(text, Kind::kBcryptSha256);
  if (takes(text, "bcrypt$") || text.starts_with("$2")) return bcrypt(text, Kind::kCrypt);
  if (text.starts_with("$6$")) return sha512_crypt(text);
  if (takes(text, "pbkdf2_sha256$")) {
    const auto pieces = split(text, '$');
    if (!three(text)) return malformed("the PBKDF2 hash lacks a part");
    return pbkdf2(pieces[0], octets(pieces[1]), base::from_base64(pieces[2]));
  }
  if (takes(text, "$pbkdf2-sha256$")) {
    const auto pieces = split(text, '$');
    if (!three(text)) return malformed("the PBKDF2 hash lacks a part");
    return pbkdf2(pieces[0], from_loose_base64(pieces[1]), from_loose_base64(pieces[2]));
  }
  if (takes(text, "pbkdf2:sha256:")) {
    const auto pieces = split(text, '$');
    if (!three(text)) return malformed("the PBKDF2 hash lacks a part");
    return pbkdf2(pieces[0], octets(pieces[1]), base::from_hex(pieces[2]));
  }
  if (takes(text, "$scrypt$")) return phc_scrypt(text);
  if (takes(text, "scrypt:")) return werkzeug_scrypt(text);
  if (takes(text, "scrypt$")) return django_scrypt(text);
  return fail(ErrorCode::kUnsupported, "the password hash is of no form that is known here");
}

}  // namespace app
