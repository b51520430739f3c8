#include "wire/jwt/claims.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>

namespace wire::jwt {
namespace {

TEST(ClaimsTest, GivesEachTypeAndNoOther) {
  const auto claims = Claims::parse(
      R"({"s":"caf\u00e9","e":"","t":true,"f":false,"n":null,"i":-7,"o":{"a":[1,{"b":"c"}]},"l":[]})");
  ASSERT_TRUE(claims.has_value());
  EXPECT_EQ(claims->size(), 8U);
  EXPECT_EQ(claims->string("s"), "caf\u00e9");
  EXPECT_EQ(claims->string("e"), "");
  EXPECT_EQ(claims->boolean("t"), true);
  EXPECT_EQ(claims->boolean("f"), false);
  EXPECT_EQ(claims->integer("i"), -7);
  EXPECT_EQ(claims->json("o"), R"({"a":[1,{"b":"c"}]})");
  EXPECT_EQ(claims->json("s"), "\"caf\u00e9\"");
  EXPECT_EQ(claims->kind("n"), Claims::Kind::kNull);
  EXPECT_EQ(claims->kind("l"), Claims::Kind::kArray);
  EXPECT_EQ(claims->kind("o"), Claims::Kind::kObject);
  EXPECT_EQ(claims->kind("x"), Claims::Kind::kAbsent);
  EXPECT_TRUE(claims->has("n"));
  EXPECT_FALSE(claims->has("x"));
  EXPECT_FALSE(claims->json("x"));
  for (const char* name : {"t", "n", "i", "o", "l", "x"}) EXPECT_FALSE(claims->string(name));
  for (const char* name : {"s", "n", "i", "o", "l", "x"}) EXPECT_FALSE(claims->boolean(name));
  for (const char* name : {"s", "t", "n", "o", "l", "x"}) {
    EXPECT_FALSE(claims->integer(name));
    EXPECT_FALSE(claims->numeric_date(name));
  }
}

TEST(ClaimsTest, ReadsNumbersOfEveryForm) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  const struct {
    const char* text;
    std::optional<std::int64_t> integer;
    std::int64_t date;
  } rows[] = {
      {"0", 0, 0},
      {"-0", 0, 0},
      {"1778018138", 1778018138, 1778018138},
      {"1778018138123", 1778018138123, 1778018138123},
      {"1778018138.0", 1778018138, 1778018138},
      {"1778018138.9", std::nullopt, 1778018138},
      {"-1.5", std::nullopt, -2},
      {"1e3", 1000, 1000},
      {"1.778018138E9", 1778018138, 1778018138},
      {"25e-1", std::nullopt, 2},
      {"9223372036854775807", kMax, kMax},
      {"-9223372036854775808", kMin, kMin},
      {"9223372036854775808", std::nullopt, kMax},
      {"18446744073709551615", std::nullopt, kMax},
      {"18446744073709551616", std::nullopt, kMax},
      {"-9223372036854775809", std::nullopt, kMin},
      {"9007199254740993.0", 9007199254740992, 9007199254740992},
      {"9007199254740994.0", std::nullopt, 9007199254740994},
      {"1e18", std::nullopt, 1000000000000000000},
      {"1e300", std::nullopt, kMax},
      {"-1e300", std::nullopt, kMin},
      {"1e-300", std::nullopt, 0},
      {"0e999", std::nullopt, 0},  // no number to the library
  };
  for (const auto& row : rows) {
    const auto claims = Claims::parse(std::string(R"({"exp":)") + row.text + "}");
    ASSERT_TRUE(claims.has_value()) << row.text << claims.error().message;
    EXPECT_EQ(claims->integer("exp"), row.integer) << row.text;
    EXPECT_EQ(claims->numeric_date("exp"), row.date) << row.text;
  }
  // Too large for any type: refused, or the largest.
  if (const auto claims = Claims::parse(R"({"exp":1e999})")) {
    EXPECT_EQ(claims->numeric_date("exp"), kMax);
    EXPECT_FALSE(claims->integer("exp").has_value());
  }
}

TEST(ClaimsTest, RefusesWhatIsNoObject) {
  for (const char* bad : {"",
                          " ",
                          "null",
                          "[]",
                          "1",
                          "\"a\"",
                          "{",
                          "{}x",
                          "{} {}",
                          "{\"a\":1,}",
                          "{'a':1}",
                          "{\"a\":01}",
                          "{\"a\":NaN}",
                          "{\"a\":+1}",
                          "{\"a\":.5}",
                          "{\"a\" 1}",
                          "{/**/}",
                          "{\"a\":\"\x01\"}",
                          "{\"a\":\"\\ud800\"}",
                          "{\"a\":\"\xff\"}",
                          "{a:1}"}) {
    const auto claims = Claims::parse(bad);
    ASSERT_FALSE(claims.has_value()) << bad;
    EXPECT_EQ(claims.error().code, base::ErrorCode::kMalformed) << bad;
  }
  EXPECT_FALSE(Claims::parse(std::string("{\"a\":1}\0", 8)));
  EXPECT_EQ(Claims::parse(" {\n} ")->size(), 0U);
}

TEST(ClaimsTest, RefusesRepeatedMembers) {
  for (const char* bad : {R"({"a":1,"a":2})", R"({"a":1,"b":2,"\u0061":1})"}) {
    const auto claims = Claims::parse(bad);
    ASSERT_FALSE(claims.has_value()) << bad;
    EXPECT_EQ(claims.error().message, "the JSON object repeats a member");
  }
  EXPECT_TRUE(Claims::parse(R"({"a:\"b":{"x:y":":"},"c\\":["d:",{"e":1,"f":2}],"":"\\"})"));
}

TEST(ClaimsTest, KeepsItsLimits) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_TRUE(Claims::parse(nested(8)));
  EXPECT_EQ(Claims::parse(nested(9)).error().code, base::ErrorCode::kLimit);
  const auto wide = [](int count) {
    std::string text = "{\"m0\":0";
    for (int i = 1; i < count; ++i) text += ",\"m" + std::to_string(i) + "\":0";
    return text + "}";
  };
  EXPECT_TRUE(Claims::parse(wide(64)));
  EXPECT_EQ(Claims::parse(wide(65)).error().code, base::ErrorCode::kLimit);
  EXPECT_TRUE(Claims::parse(wide(65), {.max_members = 65}));
}

}  // namespace
}  // namespace wire::jwt
