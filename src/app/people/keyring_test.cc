#include "app/people/keyring.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "app/people/cookie.h"
#include "io/files.h"

namespace app {
namespace {

using namespace std::chrono_literals;

constexpr base::WallTime kNow{std::chrono::hours(400'000)};

base::Bytes key_of(std::uint8_t octet) {
  return base::Bytes(32, octet);
}

TEST(Keyring, IsMadeOnceAndKeptFromOthers) {
  const auto folder = io::TemporaryDirectory::create();
  ASSERT_TRUE(folder.has_value());
  const auto first = Keyring::open(folder->path());
  const auto second = Keyring::open(folder->path());
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(first->csrf_token("session"), second->csrf_token("session"));
  struct stat found{};
  const std::string path = folder->path() + "/platform.key";
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  ASSERT_TRUE(io::write_file_atomic(path, key_of(1), 0600).has_value());
  EXPECT_NE(Keyring::open(folder->path())->csrf_token("session"), first->csrf_token("session"));
  ASSERT_TRUE(io::write_file_atomic(path, base::Bytes(31, 1), 0600).has_value());
  EXPECT_EQ(Keyring::open(folder->path()).error().code, base::ErrorCode::kInvalid);
  EXPECT_EQ(Keyring::open("").error().code, base::ErrorCode::kInvalid);
}

TEST(Keyring, TokensOfPagesBelongToOneSession) {
  const Keyring keyring(key_of(1));
  const std::string token = keyring.csrf_token("session");
  EXPECT_TRUE(keyring.is_csrf_token("session", token));
  EXPECT_FALSE(keyring.is_csrf_token("another", token));
  EXPECT_FALSE(keyring.is_csrf_token("session", ""));
  EXPECT_FALSE(keyring.is_csrf_token("session", token + "A"));
  EXPECT_FALSE(Keyring(key_of(2)).is_csrf_token("session", token));
}

TEST(Keyring, AccessTokensAreOursAndInTime) {
  const Keyring keyring(key_of(1));
  const std::string token =
      keyring.sign({.account = "a1", .name = "anna", .generation = 7, .expires_at = kNow + 1h});
  const auto read = keyring.read(token, kNow);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->account, "a1");
  EXPECT_EQ(read->name, "anna");
  EXPECT_EQ(read->generation, 7);
  EXPECT_EQ(read->expires_at, kNow + 1h);
  EXPECT_FALSE(keyring.read(token, kNow + 1h));
  EXPECT_FALSE(Keyring(key_of(2)).read(token, kNow));
  EXPECT_FALSE(keyring.read(token.substr(0, token.size() - 1), kNow));
  EXPECT_FALSE(keyring.read("", kNow));
  // {"alg":"none"} with the same claims and no signature.
  const std::string claims = token.substr(token.find('.'), token.rfind('.') - token.find('.'));
  EXPECT_FALSE(keyring.read("eyJhbGciOiJub25lIn0" + claims + ".", kNow));
}

TEST(Keyring, TakesTokensWithAndWithoutTheirScheme) {
  EXPECT_EQ(bearer_token("abc.def.ghi"), "abc.def.ghi");
  EXPECT_EQ(bearer_token("Bearer abc.def.ghi"), "abc.def.ghi");
  EXPECT_EQ(bearer_token("bearer  abc.def.ghi "), "abc.def.ghi");
  EXPECT_EQ(bearer_token("Bearer"), "Bearer");
  EXPECT_EQ(bearer_token(""), "");
}

TEST(Cookie, IsFoundInEveryField) {
  wire::http::Headers headers;
  headers.add("cookie", "a=1; session=one;b=\"two\" ; broken; =x");
  headers.add("Cookie", "c=3; session=late");
  EXPECT_EQ(find_cookie(headers, "session"), "one");
  EXPECT_EQ(find_cookie(headers, "a"), "1");
  EXPECT_EQ(find_cookie(headers, "b"), "two");
  EXPECT_EQ(find_cookie(headers, "c"), "3");
  EXPECT_FALSE(find_cookie(headers, "broken"));
  EXPECT_FALSE(find_cookie(headers, "ession"));
}

TEST(Cookie, IsSetOutOfReachOfScripts) {
  EXPECT_EQ(set_cookie({.name = "s", .value = "v", .lifetime = 60s, .is_secure = true}),
            "s=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
  EXPECT_EQ(set_cookie({.name = "s", .value = ""}),
            "s=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
}

}  // namespace
}  // namespace app
