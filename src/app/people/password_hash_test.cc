#include "app/people/password_hash.h"

#include <gtest/gtest.h>

#include "app/people/password_rules.h"

namespace app {
namespace {

// Made by glibc's crypt and Python's hashlib, in the forms that each system writes.
constexpr std::string_view kPassword = "Tr0ub4dor&3";
constexpr std::string_view kForeign[] = {
    "$2b$05$abcdefghijklmnopqrstuujyowYzwa5GTkdJQ1hID4j4yIozDs7U.",
    "$2y$05$abcdefghijklmnopqrstuujyowYzwa5GTkdJQ1hID4j4yIozDs7U.",
    "$2a$05$abcdefghijklmnopqrstuujyowYzwa5GTkdJQ1hID4j4yIozDs7U.",
    "bcrypt_sha256$$2b$05$abcdefghijklmnopqrstuuFwjm.0QbIPqYH7hV25limglVGpXe7Ay",
    "bcrypt$$2b$05$abcdefghijklmnopqrstuujyowYzwa5GTkdJQ1hID4j4yIozDs7U.",
    "$6$rounds=1000$somesalt$cW8l0JO."
    "g8JZd37zcJyBfaNgGbq2gnUmALYtLmNTkmlbjPg2o6UB5hgaQKr7DX581hN0z4qKooekfCzDl7WZy1",
    "$6$somesalt$bj6XkhhcFASJaEhXno8E20h3Tt43xk1b7kcn1yE9UEJY73ERw89vQrReujf4hMnRJ.nDm2uuot4ZY8i9u/"
    "m071",
    "pbkdf2_sha256$1000$saltysalt$9vDL3fgt+7wBLSNk82im37Hj6vekaoVviUuzYWFb+10=",
    "$pbkdf2-sha256$1000$8PHy8/T19vf4.fr7/P3./w$70l1f92c801uCckc5T93mEonjxYkipICLG1cY5f2upM",
    "pbkdf2:sha256:1000$saltysalt$f6f0cbddf82dfbbc012d2364f368a6dfb1e3eaf7a46a856f894bb361615bfb5d",
    "$scrypt$ln=10,r=8,p=1$8PHy8/T19vf4+fr7/P3+/w$j4Gf6ijkdSQiRgNESVzVhlrqKmLYf4x/jPaFYThNoY4",
    "scrypt:1024:8:1$saltysalt$"
    "81a14a4306d2f2e7b36e7993d877d25084d3ccfc1171c7b4dd01bb62a8d019aed71e675b2212d2379d6262241ac9d8"
    "3351e516aa1b864466680ab1ba74c43e26",
    "scrypt$1024$saltysalt$8$1$"
    "gaFKQwbS8uezbnmT2HfSUITTzPwRcce03QG7YqjQGa7XHmdbIhLSN51iYiQaydgzUeUWqhuGRGZoCrG6dMQ+Jg=="};

TEST(PasswordHash, TakesWhatOtherSystemsWrote) {
  for (const std::string_view text : kForeign) {
    const auto hash = parse_password_hash(text);
    ASSERT_TRUE(hash.has_value()) << text << ": " << hash.error().message;
    EXPECT_TRUE(matches(*hash, kPassword)) << text;
    EXPECT_FALSE(matches(*hash, "Tr0ub4dor&4")) << text;
    EXPECT_FALSE(matches(*hash, "")) << text;
    EXPECT_FALSE(is_current_hash(text));
  }
}

// The reference implementation's own test vectors.
TEST(PasswordHash, TakesArgon2OfOtherCosts) {
  const auto hash = parse_password_hash(
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc");
  ASSERT_TRUE(hash.has_value());
  EXPECT_TRUE(matches(*hash, "password"));
  EXPECT_FALSE(matches(*hash, "Password"));
  EXPECT_FALSE(is_current_hash(hash->text));
}

TEST(PasswordHash, OursIsCurrentAndNeverTheSameTwice) {
  const std::string text = hash_password(kPassword);
  EXPECT_TRUE(text.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << text;
  EXPECT_NE(text, hash_password(kPassword));
  EXPECT_TRUE(is_current_hash(text));
  const auto hash = parse_password_hash(text);
  ASSERT_TRUE(hash.has_value());
  EXPECT_TRUE(matches(*hash, kPassword));
  EXPECT_FALSE(matches(*hash, "tr0ub4dor&3"));
}

TEST(PasswordHash, RefusesWhatItCannotReadOrWillNotPayFor) {
  using Code = base::ErrorCode;
  const std::string digest(86, 'a');
  const struct {
    std::string text;
    Code code;
  } rows[] = {
      {"", Code::kUnsupported},
      {"secret", Code::kUnsupported},
      {"5f4dcc3b5aa765d61d8327deb882cf99", Code::kUnsupported},
      {"$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", Code::kUnsupported},
      {std::string(kMaxPasswordHash + 1, '$'), Code::kMalformed},
      {"$6$salt with spaces$" + digest, Code::kMalformed},
      {"$6$somesalt$short", Code::kMalformed},
      {"$6$rounds=999$somesalt$" + digest, Code::kMalformed},
      {"$6$rounds=9999999$somesalt$" + digest, Code::kLimit},
      {"$2b$31$abcdefghijklmnopqrstuujyowYzwa5GTkdJQ1hID4j4yIozDs7U.", Code::kLimit},
      {"$2b$03$abcdefghijklmnopqrstuujyowYzwa5GTkdJQ1hID4j4yIozDs7U.", Code::kMalformed},
      {"$2x$05$abcdefghijklmnopqrstuujyowYzwa5GTkdJQ1hID4j4yIozDs7U.", Code::kMalformed},
      {"$2b$05$abcdefghijklmnopqrstuujyowYzwa5GTkdJQ1hID4j4yIozDs7", Code::kMalformed},
      {"$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
       Code::kLimit},
      {"$argon2id$v=19$m=65536,t=99,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
       Code::kLimit},
      {"$argon2id$v=16$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
       Code::kMalformed},
      {"$argon2id$v=19$t=2,m=65536,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
       Code::kMalformed},
      {"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ", Code::kMalformed},
      {"pbkdf2_sha256$99999999$salt$9vDL3fgt+7wBLSNk82im37Hj6vekaoVviUuzYWFb+10=", Code::kLimit},
      {"pbkdf2_sha256$0$salt$9vDL3fgt+7wBLSNk82im37Hj6vekaoVviUuzYWFb+10=", Code::kMalformed},
      {"pbkdf2_sha256$1000$$9vDL3fgt+7wBLSNk82im37Hj6vekaoVviUuzYWFb+10=", Code::kMalformed},
      {"pbkdf2_sha256$1000$salt$c2hvcnQ=", Code::kMalformed},
      {"pbkdf2:sha256:1000$salt$nothexadecimal", Code::kMalformed},
      {"$scrypt$ln=20,r=8,p=1$8PHy8/T19vf4$j4Gf6ijkdSQiRgNESVzVhlrqKmLYf4x/jPaFYThNoY4",
       Code::kLimit},
      {"$scrypt$ln=10,r=8,p=99$8PHy8/T19vf4$j4Gf6ijkdSQiRgNESVzVhlrqKmLYf4x/jPaFYThNoY4",
       Code::kLimit},
      {"scrypt:1023:8:1$salt$" + std::string(64, 'a'), Code::kMalformed},
      {"scrypt:999999999:8:1$salt$" + std::string(64, 'a'), Code::kMalformed},
      {"scrypt:1024:0:1$salt$" + std::string(64, 'a'), Code::kMalformed},
  };
  for (const auto& [text, code] : rows) {
    const auto hash = parse_password_hash(text);
    ASSERT_FALSE(hash.has_value()) << text;
    EXPECT_EQ(hash.error().code, code) << text << ": " << hash.error().message;
  }
}

TEST(PasswordRules, SayWhatIsMissing) {
  const struct {
    std::string password;
    std::string_view sentence;  // empty: it is fine
  } rows[] = {
      {"Abcdef1!", ""},
      {"\xC3\xA4"
       "Bcdefg1",
       ""},
      {std::string(250, 'a') + "Bcde1!", ""},
      {"Abcde1!", "The password still needs 8 characters at least."},
      {"abcdefg1!", "The password still needs a capital letter."},
      {"ABCDEFG1!", "The password still needs a small letter."},
      {"Abcdefgh!", "The password still needs a digit."},
      {"Abcdefg1 ", "The password still needs a symbol."},
      {"abcdefgh", "The password still needs a capital letter, a digit and a symbol."},
      {"",
       "The password still needs 8 characters at least, a capital letter, a small letter, "
       "a digit and a symbol."},
      {std::string(251, 'a') + "Bcde1!", "A password has 256 characters at most."},
      {"Abcdef1!\xFF", "This password is not valid text."},
  };
  for (const auto& [password, sentence] : rows) {
    const auto fits = check_new_password(password, "newPassword");
    EXPECT_EQ(fits.has_value(), sentence.empty()) << password;
    if (fits) continue;
    EXPECT_EQ(fits.error().type, "WeakPassword");
    EXPECT_EQ(fits.error().field, "newPassword");
    EXPECT_EQ(fits.error().message, sentence);
  }
}

}  // namespace
}  // namespace app
