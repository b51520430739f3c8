#include "control/secret_box.h"

#include <fmt/format.h>

#include "base/crypto.h"
#include "io/files.h"

namespace control {
namespace {

constexpr std::size_t kHexLength = 2 * base::kAes256KeyBytes;

base::Aes256Key as_key(const base::Bytes& octets) {
  return base::Aes256Key(octets.data(), base::kAes256KeyBytes);
}

}  // namespace

base::Expected<SecretBox> SecretBox::open_or_create(const std::string& path) {
  if (!io::file_exists(path)) {
    const std::string text = base::to_hex(base::random_octets(base::kAes256KeyBytes)) + "\n";
    if (auto written = io::write_file_atomic(path, base::as_bytes(text), 0600); !written) {
      return base::fail(std::move(written.error()).with_context("secrets file"));
    }
  }
  auto content = io::read_file(path, 4096);
  if (!content) return base::fail(std::move(content.error()).with_context("secrets file"));
  std::string_view text = base::as_text(*content);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  auto key = text.size() == kHexLength ? base::from_hex(text) : std::nullopt;
  if (!key) {
    return base::fail(base::ErrorCode::kMalformed,
                      fmt::format("{} does not hold a key: it must be 64 hexadecimal digits; "
                                  "without the right one nothing in the database can be read",
                                  path));
  }
  return SecretBox(std::move(*key));
}

base::Bytes SecretBox::seal(std::string_view secret, std::string_view context) const {
  return base::seal_aes_256_gcm(as_key(key_), base::as_bytes(context), base::as_bytes(secret));
}

base::Expected<std::string> SecretBox::open(base::ByteSpan sealed, std::string_view context) const {
  auto plain = base::open_aes_256_gcm(as_key(key_), base::as_bytes(context), sealed);
  if (!plain) {
    return base::fail(base::ErrorCode::kMalformed,
                      fmt::format("the secret of {} cannot be opened: the database belongs to "
                                  "another secrets file",
                                  context));
  }
  return std::string(base::as_text(*plain));
}

base::Bytes SecretBox::derive(std::string_view purpose) const {
  const auto digest = base::hmac_sha256(key_, base::as_bytes(fmt::format("derive/{}", purpose)));
  return {digest.begin(), digest.end()};
}

base::Bytes SecretBox::fingerprint(std::string_view secret) const {
  const auto digest = base::hmac_sha256(derive("fingerprints"), base::as_bytes(secret));
  return {digest.begin(), digest.end()};
}

}  // namespace control
