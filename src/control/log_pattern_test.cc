#include "control/log_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace control {
namespace {

constexpr std::string_view kLine =
    R"({"event_timestamp":"2027-01-15T08:00:00.000Z","type":"MESSAGE","version":"1.0",)"
    R"("payload":{"Type":"MESSAGE","Id":"abcdefghijkl","Content":"Hello \"you\" there, größe",)"
    R"("Attributes":{"color":"red","n":null,"vip":true,"off":false},"Sender":{"UserId":"alice-1"},)"
    R"("count":42,"half":0.5,"list":[{"a":1},{"a":2}]}})";

struct Row {
  std::string_view pattern;
  bool matches;
};

void check(std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    const auto pattern = LogPattern::compile(row.pattern);
    ASSERT_TRUE(pattern.has_value()) << row.pattern << ": " << pattern.error().message;
    EXPECT_EQ(pattern->matches(kLine), row.matches) << row.pattern;
  }
}

TEST(LogPattern, Terms) {
  check({{"", true},
         {"   ", true},
         {"Hello", true},
         {"hello", false},
         {"größe", true},
         {"Hello there", true},
         {"Hello nobody", false},
         {"\"there, \"", true},
         {"\"there  \"", false},
         {R"("\"MESSAGE\"")", true},
         {"Hello -alice-1", false},
         {"Hello -bob", true},
         {"-bob", true},
         {"-\"Hello \"", false},
         {"?bob ?alice", true},
         {"?bob ?carol", false},
         {"?bob Hello", true},
         {"?\"Hello nobody\" ?alice", true},
         {"%al[a-z]+-\\d%", true},
         {"%^al[a-z]+-\\d%", false},
         {"\"\"", true}});
}

TEST(LogPattern, Json) {
  check({{R"({ $.type = "MESSAGE" })", true},
         {R"({$.type="MESSAGE"})", true},
         {R"({ $.type = MESSAGE })", true},
         {R"({ $.type = "message" })", false},
         {R"({ $.type != "EVENT" })", true},
         {R"({ $.type != "MESSAGE" })", false},
         {R"({ $.payload.Sender.UserId = "alice-1" })", true},
         {R"({ $.payload.Sender.UserId = "alice*" })", true},
         {R"({ $.payload.Sender.UserId = *-1 })", true},
         {R"({ $.payload.Sender.UserId = "b*" })", false},
         {R"({ $.payload.Content = "Hello \"you\" *" })", true},
         {R"({ $.payload.Content = %th.re% })", true},
         {R"({ $.payload.Content = %^there% })", false},
         {R"({ $.payload.nothing = "x" })", false},
         {R"({ $.payload.nothing != "x" })", false},
         {R"({ $.payload.nothing NOT EXISTS })", true},
         {R"({ $.payload.count NOT EXISTS })", false},
         {R"({ $.payload.Attributes.n IS NULL })", true},
         {R"({ $.payload.Attributes.color IS NULL })", false},
         {R"({ $.payload.Attributes.vip IS TRUE })", true},
         {R"({ $.payload.Attributes.off IS FALSE })", true},
         {R"({ $.payload.Attributes.vip IS FALSE })", false},
         {R"({ $.payload.Attributes.vip = true })", true},
         {R"({ $.payload.count = 42 })", true},
         {R"({ $.payload.count = 42.0 })", true},
         {R"({ $.payload.count = "42" })", false},
         {R"({ $.payload.count = 4* })", true},
         {R"({ $.payload.count != 41 })", true},
         {R"({ $.payload.count > 41 && $.payload.count < 43 })", true},
         {R"({ $.payload.count >= 42 && $.payload.count <= 42 })", true},
         {R"({ $.payload.count > 42 })", false},
         {R"({ $.payload.half < 1 })", true},
         {R"({ $.type < 1 })", false},
         {R"({ $.payload = "x" })", false},
         {R"({ $.payload != "x" })", false},
         {R"({ $.payload.list[1].a = 2 })", true},
         {R"({ $.payload.list[2].a = 2 })", false},
         {R"({ $.payload.list[*].a = 2 })", true},
         {R"({ $.payload.list[*].a = 3 })", false},
         {R"({ $.*.Id = "abc*" })", true},
         {R"({ $.payload.*.UserId = "alice-1" })", true}});
}

TEST(LogPattern, JsonIsCombined) {
  constexpr std::string_view kTrue = R"($.type = "MESSAGE")";
  constexpr std::string_view kFalse = R"($.type = "EVENT")";
  const auto combine = [&](std::string_view shape) {
    std::string text = "{";
    for (const char c : shape) {
      if (c == 'T') {
        text += kTrue;
      } else if (c == 'F') {
        text += kFalse;
      } else {
        text += c;
      }
    }
    return text + "}";
  };
  for (const Row& row : {Row{"T && T", true}, Row{"T&&F", false}, Row{"F || T", true},
                         Row{"F||F", false}, Row{"T || F && F", true}, Row{"(T || F) && F", false},
                         Row{"F && F || T", true}, Row{"((T)) && (F || (T && T))", true}}) {
    const auto pattern = LogPattern::compile(combine(row.pattern));
    ASSERT_TRUE(pattern.has_value()) << row.pattern << ": " << pattern.error().message;
    EXPECT_EQ(pattern->matches(kLine), row.matches) << row.pattern;
  }
}

TEST(LogPattern, LinesThatAreNoJsonMatchNoJsonFilter) {
  const auto pattern = LogPattern::compile("{ $.a NOT EXISTS }");
  ASSERT_TRUE(pattern.has_value());
  EXPECT_TRUE(pattern->matches("{}"));
  EXPECT_FALSE(pattern->matches("a line"));
  EXPECT_FALSE(pattern->matches("[]"));
  EXPECT_FALSE(pattern->matches(""));
}

TEST(LogPattern, Refusals) {
  std::string many = "{ $.a = 1";
  for (int i = 0; i < 64; ++i) many += "||$.a = 1";
  std::string deep = "{";
  for (int i = 0; i < 17; ++i) deep += "(";
  std::string words;
  for (int i = 0; i < 65; ++i) words += "a ";
  const std::string rows[] = {"{",
                              "{}",
                              "{ $.a }",
                              "{ $ = 1 }",
                              "{ $. = 1 }",
                              "{ a = 1 }",
                              "{ $.a = }",
                              "{ $.a == 1 }",
                              "{ $.a = 1 && }",
                              "{ $.a = 1 $.b = 2 }",
                              "{ ($.a = 1 }",
                              "{ $.a = 1) }",
                              "{ $.a = \"x }",
                              "{ $.a = %x }",
                              "{ $.a = %(% }",
                              "{ $.a < x }",
                              "{ $.a IS 1 }",
                              "{ $.a NOT }",
                              "{ $.a[x] = 1 }",
                              "{ $.a[1 = 1 }",
                              "{ $.a[99999999999999999999] = 1 }",
                              "[ip, user]",
                              "\"open",
                              "%open",
                              "%(%",
                              "a -",
                              "? b",
                              "\xff",
                              std::string(1'025, 'a'),
                              many + "}",
                              deep + "$.a = 1" + std::string(17, ')') + "}",
                              words};
  for (const std::string& row : rows) {
    const auto pattern = LogPattern::compile(row);
    ASSERT_FALSE(pattern.has_value()) << row;
    EXPECT_EQ(pattern.error().code, base::ErrorCode::kInvalid);
    EXPECT_FALSE(pattern.error().message.empty());
  }
}

}  // namespace
}  // namespace control
