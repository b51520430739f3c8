// Password hashes as files of other systems name them: whatever comes, what is accepted has
// bearable costs, and what is cheap enough to try here says no to a password without falling over.
// Also reads the input as such a file.
#include <cstddef>
#include <cstdint>
#include <string>

#include "app/people/account_import.h"
#include "app/people/password_hash.h"
#include "base/check.h"
#include "base/utf8.h"

namespace {

void check_hash(std::string_view text) {
  const auto hash = app::parse_password_hash(text);
  if (!hash) return;
  using Kind = app::PasswordHash::Kind;
  CHECK(text.size() <= app::kMaxPasswordHash);
  switch (hash->kind) {
    case Kind::kArgon2:
      CHECK(hash->text.starts_with("$argon2"));
      break;
    case Kind::kCrypt:
    case Kind::kBcryptSha256:
      CHECK(hash->text.starts_with("$2") || hash->text.starts_with("$6$"));
      break;
    case Kind::kPbkdf2Sha256:
      CHECK(hash->rounds >= 1 && hash->rounds <= 2'000'000);
      CHECK(hash->digest.size() >= 16 && hash->digest.size() <= 64);
      if (hash->rounds < 100) CHECK(!app::matches(*hash, "no such password"));
      break;
    case Kind::kScrypt:
      CHECK((hash->rounds & (hash->rounds - 1)) == 0 && hash->rounds >= 2);
      CHECK(128 * hash->rounds * hash->block_size <= (std::uint64_t{128} << 20));
      CHECK(hash->lanes >= 1 && hash->lanes <= 4);
      if (hash->rounds * hash->block_size < 100) CHECK(!app::matches(*hash, "no such password"));
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = base::as_text({data, size});
  check_hash(input);
  const auto lines = app::read_csv(input);
  if (!lines) return 0;
  std::size_t last = 0;
  for (const app::CsvLine& line : *lines) {
    CHECK(line.number > last);
    last = line.number;
    CHECK(!line.fields.empty());
    for (const std::string& field : line.fields) CHECK(base::is_utf8(field));
    if (const auto row = app::account_of_line(line, {})) {
      CHECK(row->account.name.size() >= 4 && row->account.name.size() <= 20);
      CHECK(row->account.email.find_first_of(" \r\n<>,\"") == std::string::npos);
    }
  }
  return 0;
}
