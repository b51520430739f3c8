#include "app/letters/web_push.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "base/base64.h"
#include "base/base64url.h"
#include "base/crypto.h"
#include "io/files.h"
#include "wire/jwt/claims.h"

namespace app {
namespace {

base::Bytes octets(std::string_view text) {
  auto read = base::from_base64url(text);
  EXPECT_TRUE(read.has_value());
  return *read;
}

// RFC 8291 appendix A.
constexpr std::string_view kText = "When I grow up, I want to be a watermelon";
constexpr std::string_view kBrowserPoint =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
constexpr std::string_view kAuth = "BTBZMqHH6r4Tts7J_aSIgg";
constexpr std::string_view kServerNumber = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
constexpr std::string_view kServerPoint =
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
constexpr std::string_view kSalt = "DGv6ra1nlYgDCS1FRnbzlw";
constexpr std::string_view kMessage =
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
    "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
    "lcy4a-fN";

PushSubscription browser() {
  return {.endpoint = "https://push.example.net/p/x",
          .key = octets(kBrowserPoint),
          .auth = octets(kAuth)};
}

TEST(WebPushTest, TheExampleOfTheStandard) {
  const auto ours = P256Key::from_octets(octets(kServerNumber), octets(kServerPoint));
  ASSERT_TRUE(ours.has_value());
  const auto message = encrypt_push(kText, browser(), *ours, octets(kSalt));
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(base::to_base64url(*message), kMessage);
}

TEST(WebPushTest, WhatCannotBeEncrypted) {
  const P256Key ours = P256Key::generate();
  const base::Bytes salt = base::random_octets(16);
  EXPECT_TRUE(encrypt_push(std::string(kMaxPushText, 'x'), browser(), ours, salt).has_value());
  EXPECT_EQ(encrypt_push(std::string(kMaxPushText, 'x'), browser(), ours, salt)->size(), 4096U);
  EXPECT_FALSE(encrypt_push(std::string(kMaxPushText + 1, 'x'), browser(), ours, salt));
  PushSubscription wrong = browser();
  wrong.auth.pop_back();
  EXPECT_FALSE(encrypt_push("x", wrong, ours, salt));
  wrong = browser();
  wrong.key[10] ^= 1;  // not on the curve
  EXPECT_FALSE(encrypt_push("x", wrong, ours, salt));
  EXPECT_FALSE(is_p256_point(wrong.key));
  EXPECT_TRUE(is_p256_point(browser().key));
  EXPECT_FALSE(is_p256_point({}));
  EXPECT_FALSE(is_p256_point(base::Bytes(65, 0)));
  EXPECT_FALSE(is_p256_point(base::ByteSpan(browser().key).first(33)));
}

TEST(WebPushTest, KeysThatDoNotBelongTogetherAreNone) {
  EXPECT_FALSE(P256Key::from_octets(octets(kServerNumber), octets(kBrowserPoint)));
  EXPECT_FALSE(P256Key::from_octets({}, octets(kServerPoint)));
  EXPECT_FALSE(P256Key::from_pem("nonsense"));
  EXPECT_FALSE(P256Key::from_pem(""));
}

TEST(WebPushTest, TheKeyIsMadeOnceAndReadableByItsOwnerOnly) {
  auto folder = io::TemporaryDirectory::create();
  ASSERT_TRUE(folder.has_value());
  const auto first = open_push_key(folder->path());
  const auto again = open_push_key(folder->path());
  ASSERT_TRUE(first && again);
  EXPECT_EQ(first->point(), again->point());
  struct stat status{};
  ASSERT_EQ(::stat((folder->path() + "/push.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ASSERT_TRUE(io::write_file_atomic(folder->path() + "/push.key", base::as_bytes("x"), 0600));
  EXPECT_EQ(open_push_key(folder->path()).error().code, base::ErrorCode::kInvalid);
}

TEST(WebPushTest, WhoSendsIsSaid) {
  const P256Key key = P256Key::generate();
  const std::string field =
      vapid_authorization(key, "https://push.example.net", "mailto:ops@example.org",
                          base::WallTime(std::chrono::seconds(1'800'000'000)));
  ASSERT_TRUE(field.starts_with("vapid t="));
  const std::size_t comma = field.find(", k=");
  ASSERT_NE(comma, std::string::npos);
  EXPECT_EQ(octets(field.substr(comma + 4)), base::Bytes(key.point().begin(), key.point().end()));
  const std::string token = field.substr(8, comma - 8);
  const std::size_t first = token.find('.');
  const std::size_t second = token.rfind('.');
  EXPECT_EQ(base::as_text(octets(token.substr(0, first))), R"({"typ":"JWT","alg":"ES256"})");
  const auto claims =
      wire::jwt::Claims::parse(base::as_text(octets(token.substr(first + 1, second - first - 1))));
  ASSERT_TRUE(claims.has_value());
  EXPECT_EQ(claims->string("aud"), "https://push.example.net");
  EXPECT_EQ(claims->string("sub"), "mailto:ops@example.org");
  EXPECT_EQ(claims->integer("exp"), 1'800'000'000);
  EXPECT_EQ(octets(token.substr(second + 1)).size(), 64U);
}

}  // namespace
}  // namespace app
