#include "wire/jwt/jwt.h"

#include <gtest/gtest.h>

#include <string>

#include "base/base64url.h"
#include "wire/jwt/vectors_test_support.h"

namespace wire::jwt {
namespace {

using base::ErrorCode;
using std::string_view;

PublicKey key_of(string_view pem) {
  return PublicKey::from_pem(pem).value();
}

/// "" if the token is read and kPublic signed it, otherwise the error's sentence.
std::string outcome(string_view text) {
  const auto token = parse(text);
  if (!token) return token.error().message;
  const auto verified = verify_es384(*token, key_of(test::kPublic));
  return verified ? "" : verified.error().message;
}

std::string unsigned_token(string_view header, string_view claims, string_view signature = "AAAA") {
  return base::to_base64url(base::as_bytes(header)) + "." +
         base::to_base64url(base::as_bytes(claims)) + "." + std::string(signature);
}

TEST(JwtTest, ReadsATokenOfNode) {
  const auto token = parse(test::kGood);
  ASSERT_TRUE(token.has_value()) << token.error().message;
  EXPECT_EQ(token->algorithm, "ES384");
  EXPECT_EQ(token->type, "JWT");
  EXPECT_EQ(token->key_id, "");
  EXPECT_EQ(token->claims.size(), 3U);
  EXPECT_EQ(token->claims.string("aws:channel-arn"),
            "arn:aws:ivs:eu-west-1:123456789012:channel/abcdABCDefgh");
  EXPECT_EQ(token->claims.string("aws:access-control-allow-origin"), "*");
  EXPECT_EQ(token->claims.numeric_date("exp"), 1778018138);
  EXPECT_EQ(token->signature.size(), kEs384SignatureBytes);
  EXPECT_TRUE(test::kGood.starts_with(token->signed_text + "."));
}

// The rows of the token matrix that are about the token's form and key; the others (expiry,
// channel, origin, use) need a channel and are tested where tokens are admitted.
TEST(JwtTest, OnlyRawEs384OfTheRightKeyIsAccepted) {
  const struct {
    string_view token;
    ErrorCode code;
    string_view sentence;
  } rows[] = {
      {test::kDer, ErrorCode::kMalformed,
       "token's signature has 103 octets instead of the 96 of ES384 (r and s, not DER)"},
      {test::kNone, ErrorCode::kUnsupported, "token's algorithm is 'none', not ES384"},
      {test::kHs384, ErrorCode::kUnsupported, "token's algorithm is 'HS384', not ES384"},
      {test::kEs256, ErrorCode::kUnsupported, "token's algorithm is 'ES256', not ES384"},
  };
  for (const auto& row : rows) {
    const auto token = parse(row.token);
    ASSERT_TRUE(token.has_value()) << token.error().message;
    const auto verified = verify_es384(*token, key_of(test::kPublic));
    ASSERT_FALSE(verified.has_value());
    EXPECT_EQ(verified.error().code, row.code);
    EXPECT_EQ(verified.error().message, row.sentence);
  }
  EXPECT_EQ(outcome(test::kGood), "");
  EXPECT_EQ(outcome(test::kMilliseconds), "");
  EXPECT_EQ(parse(test::kMilliseconds)->claims.numeric_date("exp"), 1778018138123);
  const auto wrong_key = verify_es384(*parse(test::kGood), key_of(test::kOther));
  ASSERT_FALSE(wrong_key.has_value());
  EXPECT_EQ(wrong_key.error().code, ErrorCode::kUnauthorized);
}

TEST(JwtTest, EveryChangedCharacterIsRefused) {
  const std::string good(test::kGood);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(outcome(changed), "") << i;
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_NE(outcome(good.substr(0, size)), "") << size;
  }
}

TEST(JwtTest, RefusesWhatIsNoToken) {
  const std::string header = R"({"alg":"ES384"})";
  const std::string good(test::kGood);
  std::string deep = R"({"a":)";
  deep += std::string(20, '[') + std::string(20, ']') + "}";
  const struct {
    std::string text;
    ErrorCode code;
    string_view sentence;
  } rows[] = {
      {"", ErrorCode::kMalformed, "token contains an invalid number of segments"},
      {"a", ErrorCode::kMalformed, "token contains an invalid number of segments"},
      {"a.b", ErrorCode::kMalformed, "token contains an invalid number of segments"},
      {good + ".", ErrorCode::kMalformed, "token contains an invalid number of segments"},
      {"..", ErrorCode::kMalformed, "token's header: no valid JSON"},
      {good + "=", ErrorCode::kMalformed, "token's signature is not base64url without padding"},
      {good + " ", ErrorCode::kMalformed, "token's signature is not base64url"},
      {" " + good, ErrorCode::kMalformed, "token's header is not base64url"},
      {"e30=." + good, ErrorCode::kMalformed, "token contains an invalid number"},
      {unsigned_token("{}", "{}"), ErrorCode::kMalformed, "token's header has no 'alg'"},
      {unsigned_token("[]", "{}"), ErrorCode::kMalformed, "token's header: the JSON is not an"},
      {unsigned_token(R"({"alg":1})", "{}"), ErrorCode::kMalformed, "'alg' that is no string"},
      {unsigned_token(R"({"alg":"ES384","typ":1})", "{}"), ErrorCode::kMalformed, "'typ'"},
      {unsigned_token(R"({"alg":"ES384","kid":{}})", "{}"), ErrorCode::kMalformed, "'kid'"},
      {unsigned_token(R"({"alg":"none","alg":"ES384"})", "{}"), ErrorCode::kMalformed,
       "repeats a member"},
      {unsigned_token(R"({"alg":"ES384","crit":["exp"]})", "{}"), ErrorCode::kUnsupported,
       "'crit', which is not known here"},
      {unsigned_token(R"({"alg":"ES384","b64":false})", "{}"), ErrorCode::kUnsupported, "'b64'"},
      {unsigned_token(header, "\"text\""), ErrorCode::kMalformed,
       "token's payload: the JSON is not an object"},
      {unsigned_token(header, R"({"exp":1,"exp":2})"), ErrorCode::kMalformed, "repeats"},
      {unsigned_token(header, deep), ErrorCode::kLimit, "token's payload"},
      {unsigned_token(header, "{}", std::string(2048, 'A')), ErrorCode::kLimit,
       "token is longer than 2048 characters"},
  };
  for (const auto& row : rows) {
    const auto token = parse(row.text);
    ASSERT_FALSE(token.has_value()) << row.text;
    EXPECT_EQ(token.error().code, row.code) << token.error().message;
    EXPECT_NE(token.error().message.find(row.sentence), std::string::npos) << token.error().message;
  }
  EXPECT_TRUE(parse(unsigned_token(header, "{}", std::string(2048, 'A')), 4096));
  // A strange algorithm's name is shown short and printable.
  const auto strange =
      parse(unsigned_token(R"({"alg":"\u0001\u00e9aaaaaaaaaaaaaaaaaaaaaaa"})", "{}"));
  EXPECT_EQ(verify_es384(*strange, key_of(test::kPublic)).error().message,
            "token's algorithm is '???aaaaaaaaaaaaa', not ES384");
}

TEST(JwtTest, SignsWhatItVerifies) {
  const PrivateKey key = PrivateKey::from_pem(test::kSec1).value();
  const std::string claims = R"({"aws:viewer-id":"caf\u00e9","exp":1e3})";
  EXPECT_EQ(outcome(sign_es384(key, claims)), "");
  const std::string text = sign_es384(key, claims, "arn:\"x\"");
  EXPECT_EQ(outcome(text), "");
  const auto token = parse(text);
  EXPECT_EQ(token->key_id, "arn:\"x\"");
  EXPECT_EQ(token->type, "JWT");
  EXPECT_EQ(token->claims.integer("exp"), 1000);
  EXPECT_EQ(token->claims.string("aws:viewer-id"), "caf\u00e9");
}

// The example of RFC 7515 appendix A.1.
TEST(JwtTest, Hs256GivesThePublishedExample) {
  base::HmacSha256 key(*base::from_base64url(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"));
  const string_view text =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
      "fQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const auto token = parse(text);
  ASSERT_TRUE(token.has_value());
  EXPECT_TRUE(verify_hs256(*token, key));
  EXPECT_EQ(token->claims.boolean("http://example.com/is_root"), true);

  base::HmacSha256 other(base::as_bytes("another key"));
  EXPECT_EQ(verify_hs256(*token, other).error().code, ErrorCode::kUnauthorized);
  EXPECT_TRUE(verify_hs256(*parse(sign_hs256(other, "{\"a\":1}")), other));
  EXPECT_EQ(verify_hs256(*parse(test::kGood), key).error().code, ErrorCode::kUnsupported);
  const std::string cut(text.substr(0, text.size() - 3));  // 30 octets
  EXPECT_EQ(verify_hs256(*parse(cut), key).error().code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace wire::jwt
