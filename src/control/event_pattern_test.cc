#include "control/event_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <string>

namespace control {
namespace {

using ::testing::HasSubstr;

bool matches(std::string_view pattern, std::string_view event) {
  const auto compiled = EventPattern::compile(pattern);
  if (!compiled) {
    ADD_FAILURE() << pattern << ": " << compiled.error().message;
    return false;
  }
  return compiled->matches(boost::json::parse(event).as_object());
}

constexpr std::string_view kStart = R"({
  "version": "0", "id": "12345678-1a23-4567-a1bc-1a2b34567890",
  "detail-type": "IVS Stream State Change", "source": "aws.ivs", "account": "123456789012",
  "time": "2017-06-12T10:23:43Z", "region": "us-east-1",
  "resources": ["arn:aws:ivs:us-east-1:123456789012:channel/aBcdef34ghIJ"],
  "detail": {"event_name": "Stream Start", "channel_name": "My Channel", "stream_id": "st-1",
             "limit_value": 8500000, "code": null}})";

TEST(EventPattern, EventsOfTheService) {
  const struct {
    std::string_view pattern;
    bool expected;
  } rows[] = {
      {R"({"source": ["aws.ivs"]})", true},
      {R"({"source": ["aws.s3"]})", false},
      {R"({"source": ["aws.s3", "aws.ivs"]})", true},
      {R"({"source": ["AWS.IVS"]})", false},
      {R"({"Source": ["aws.ivs"]})", false},
      {R"({"source": ["aws.ivs"], "detail-type": ["IVS Stream State Change"]})", true},
      {R"({"source": ["aws.ivs"], "detail-type": ["IVS Limit Breach"]})", false},
      {R"({"resources": ["arn:aws:ivs:us-east-1:123456789012:channel/aBcdef34ghIJ"]})", true},
      {R"({"resources": [{"suffix": "channel/aBcdef34ghIJ"}]})", true},
      {R"({"resources": [{"wildcard": "arn:aws:ivs:*:channel/*"}]})", true},
      {R"({"detail": {"event_name": ["Stream Start", "Stream End"]}})", true},
      {R"({"detail": {"event_name": [{"prefix": "Session"}]}})", false},
      {R"({"detail": {"code": [{"exists": true}]}})", true},
      {R"({"detail": {"reason": [{"exists": false}]}})", true},
      {R"({"detail": {"limit_value": [{"numeric": [">", 8000000, "<=", 8500000]}]}})", true},
      {R"({"detail": {"channel_name": [{"anything-but": ["Test", "Other"]}]}})", true},
      {R"({"time": [{"prefix": "2017-06-12"}]})", true},
      {R"({"$or": [{"detail": {"event_name": ["Stream End"]}}, {"region": ["us-east-1"]}]})", true},
  };
  for (const auto& row : rows) EXPECT_EQ(matches(row.pattern, kStart), row.expected) << row.pattern;
}

// `value` stands in the event at "x"; the list stands in the pattern there.
struct ValueRow {
  std::string_view list;
  std::string_view value;
  bool expected;
};

class EventPatternValues : public ::testing::TestWithParam<ValueRow> {};

TEST_P(EventPatternValues, Match) {
  const ValueRow& row = GetParam();
  const std::string pattern = R"({"detail": {"x": )" + std::string(row.list) + "}}";
  const std::string event = R"({"detail": {"x": )" + std::string(row.value) + "}}";
  EXPECT_EQ(matches(pattern, event), row.expected) << row.list << " and " << row.value;
}

INSTANTIATE_TEST_SUITE_P(
    Literals, EventPatternValues,
    ::testing::Values(ValueRow{R"(["a"])", R"("a")", true}, ValueRow{R"(["a"])", R"("ab")", false},
                      ValueRow{R"([""])", R"("")", true}, ValueRow{R"([""])", "null", false},
                      ValueRow{"[null]", "null", true}, ValueRow{"[null]", R"("")", false},
                      ValueRow{"[null]", "0", false}, ValueRow{"[true]", "true", true},
                      ValueRow{"[true]", "false", false}, ValueRow{"[true]", R"("true")", false},
                      ValueRow{"[300]", "300", true}, ValueRow{"[300]", "3.0e2", true},
                      ValueRow{"[300]", "300.5", false}, ValueRow{"[300]", R"("300")", false},
                      ValueRow{"[9223372036854775807]", "9223372036854775806", false},
                      ValueRow{"[18446744073709551615]", "18446744073709551615", true},
                      ValueRow{R"(["a", 1, null])", "1", true}, ValueRow{R"(["a"])", "{}", false},
                      // One element of a list suffices, however deep.
                      ValueRow{R"(["b"])", R"(["a", "b"])", true},
                      ValueRow{R"(["c"])", R"(["a", "b"])", false},
                      ValueRow{R"(["c"])", R"(["a", ["b", ["c"]]])", true},
                      ValueRow{R"(["a"])", "[]", false}));

INSTANTIATE_TEST_SUITE_P(
    Texts, EventPatternValues,
    ::testing::Values(
        ValueRow{R"([{"prefix": "us-"}])", R"("us-east-1")", true},
        ValueRow{R"([{"prefix": "us-"}])", R"("eu-us-1")", false},
        ValueRow{R"([{"prefix": "us-"}])", R"("us")", false},
        ValueRow{R"([{"prefix": ""}])", R"("")", true},
        ValueRow{R"([{"prefix": "1"}])", "12", false},
        ValueRow{R"([{"prefix": {"equals-ignore-case": "EventB"}}])", R"("eventBridge")", true},
        ValueRow{R"([{"suffix": ".png"}])", R"("a.png")", true},
        ValueRow{R"([{"suffix": ".png"}])", R"("a.pngx")", false},
        ValueRow{R"([{"suffix": {"equals-ignore-case": ".PNG"}}])", R"("a.pNg")", true},
        ValueRow{R"([{"equals-ignore-case": "alice"}])", R"("ALICE")", true},
        ValueRow{R"([{"equals-ignore-case": "alice"}])", R"("alicia")", false},
        ValueRow{R"([{"wildcard": "dir/*.png"}])", R"("dir/sub/a.png")", true},
        ValueRow{R"([{"wildcard": "dir/*.png"}])", R"("dir/.png")", true},
        ValueRow{R"([{"wildcard": "dir/*.png"}])", R"("dir/a.jpg")", false},
        ValueRow{R"([{"wildcard": "*"}])", R"("")", true},
        ValueRow{R"([{"wildcard": "a"}])", R"("a")", true},
        ValueRow{R"([{"wildcard": "a"}])", R"("aa")", false},
        ValueRow{R"([{"wildcard": "a*a"}])", R"("a")", false},
        ValueRow{R"([{"wildcard": "*ab*ab*"}])", R"("xabab")", true},
        ValueRow{R"([{"wildcard": "*ab*ab"}])", R"("xab")", false},
        ValueRow{R"([{"wildcard": "a*b*c"}])", R"("abbxbc")", true},
        ValueRow{R"([{"wildcard": "a\\*b\\\\*"}])", R"("a*b\\c")", true},
        ValueRow{R"([{"wildcard": "a\\*b"}])", R"("axb")", false}));

INSTANTIATE_TEST_SUITE_P(
    Others, EventPatternValues,
    ::testing::Values(
        ValueRow{R"([{"anything-but": "initializing"}])", R"("running")", true},
        ValueRow{R"([{"anything-but": "initializing"}])", R"("initializing")", false},
        ValueRow{R"([{"anything-but": ["a", "b"]}])", R"("b")", false},
        ValueRow{R"([{"anything-but": 123}])", "124", true},
        ValueRow{R"([{"anything-but": [1, 2]}])", "2.0", false},
        ValueRow{R"([{"anything-but": "a"}])", "1", true},
        ValueRow{R"([{"anything-but": {"prefix": "init"}}])", R"("initial")", false},
        ValueRow{R"([{"anything-but": {"prefix": ["a", "b"]}}])", R"("bc")", false},
        ValueRow{R"([{"anything-but": {"suffix": ".png"}}])", R"("a.jpg")", true},
        ValueRow{R"([{"anything-but": {"equals-ignore-case": ["On", "Off"]}}])", R"("ON")", false},
        ValueRow{R"([{"anything-but": {"wildcard": "*/lib/*"}}])", R"("/usr/lib/x")", false},
        ValueRow{R"([{"anything-but": {"wildcard": ["*/lib/*", "*/bin/*"]}}])", R"("/etc/x")",
                 true},
        ValueRow{R"([{"anything-but": ["a"]}])", R"(["a", "b"])", true},
        ValueRow{R"([{"numeric": ["=", 3.018e2]}])", "301.8", true},
        ValueRow{R"([{"numeric": [">", 0, "<=", 5]}])", "5", true},
        ValueRow{R"([{"numeric": [">", 0, "<=", 5]}])", "0", false},
        ValueRow{R"([{"numeric": [">=", 0, "<", 5]}])", "0", true},
        ValueRow{R"([{"numeric": [">=", 0, "<", 5]}])", "5", false},
        ValueRow{R"([{"numeric": ["<", 10]}])", "-10.5", true},
        ValueRow{R"([{"numeric": ["<", 10]}])", R"("5")", false},
        ValueRow{R"([{"numeric": [">", 9223372036854775806]}])", "9223372036854775807", true},
        ValueRow{R"([{"exists": true}])", "null", true},
        ValueRow{R"([{"exists": true}])", "{}", false},
        ValueRow{R"([{"exists": true}])", "[]", false},
        ValueRow{R"([{"exists": false}])", "[]", true},
        ValueRow{R"([{"exists": false}])", "1", false},
        ValueRow{R"([{"exists": false}, "a"])", R"("a")", true},
        ValueRow{R"([{"exists": false}, "a"])", R"("b")", false},
        ValueRow{R"([{"cidr": "10.0.0.0/24"}])", R"("10.0.0.255")", true},
        ValueRow{R"([{"cidr": "10.0.0.0/24"}])", R"("10.0.1.0")", false},
        ValueRow{R"([{"cidr": "10.0.0.0/24"}])", R"("text")", false},
        ValueRow{R"([{"cidr": "10.0.0.0/24"}])", R"("::1")", false},
        ValueRow{R"([{"cidr": "2001:db8::/33"}])", R"("2001:db8:7fff::1")", true},
        ValueRow{R"([{"cidr": "2001:db8::/33"}])", R"("2001:db8:8000::1")", false},
        ValueRow{R"([{"cidr": "0.0.0.0/0"}])", R"("1.2.3.4")", true}));

TEST(EventPattern, Structure) {
  const struct {
    std::string_view pattern;
    std::string_view event;
    bool expected;
  } rows[] = {
      // Fields named together match in the same element of a list.
      {R"({"p": {"a": [1], "b": [2]}})", R"({"p": [{"a": 1, "b": 2}]})", true},
      {R"({"p": {"a": [1], "b": [2]}})", R"({"p": [{"a": 1, "b": 3}, {"a": 0, "b": 2}]})", false},
      {R"({"p": {"a": [1]}})", R"({"p": 1})", false},
      {R"({"p": {"a": [1]}})", R"({"q": {"a": 1}})", false},
      // Absence is asked of the whole event.
      {R"({"p": {"a": [{"exists": false}]}})", R"({})", true},
      {R"({"p": {"a": [{"exists": false}]}})", R"({"p": 5})", true},
      {R"({"p": {"a": [{"exists": false}]}})", R"({"p": [{"b": 1}, {"a": 1}]})", false},
      {R"({"p": {"a": [{"exists": false}], "b": [1]}})", R"({"p": [{"b": 1}]})", true},
      {R"({"p": [{"exists": false}]})", R"({"p": {"a": 1}})", true},
      // All fields and one branch of each $or.
      {R"({"a": [1], "$or": [{"b": [1]}, {"c": [{"numeric": [">", 5]}]}]})", R"({"a": 1, "c": 6})",
       true},
      {R"({"a": [1], "$or": [{"b": [1]}, {"c": [{"numeric": [">", 5]}]}]})", R"({"a": 1, "c": 5})",
       false},
      {R"({"a": [1], "$or": [{"b": [1]}, {"c": [1]}]})", R"({"b": 1})", false},
      {R"({"d": {"$or": [{"a": [1], "b": [1]}, {"$or": [{"c": [1]}, {"c": [2]}]}]}})",
       R"({"d": {"c": 2}})", true},
      {R"({"d": {"$or": [{"a": [1], "b": [1]}, {"c": [2]}]}})", R"({"d": {"a": 1}})", false},
      {R"({"$or": [{"a": [{"exists": false}]}, {"b": [1]}]})", R"({"a": 1, "b": 1})", true},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(matches(row.pattern, row.event), row.expected) << row.pattern << "\n" << row.event;
  }
}

std::string nested(std::size_t depth) {
  std::string out = "[1]";
  for (std::size_t i = 0; i < depth; ++i) out = R"({"a":)" + out + "}";
  return out;
}

std::string wide_or(std::size_t lists, std::size_t branches) {
  std::string out = "[1]";
  for (std::size_t i = 0; i < lists; ++i) {
    std::string list;
    for (std::size_t j = 0; j < branches; ++j) list += R"({"b":[1]},)";
    list.pop_back();
    out = R"({"$or":[)" + list + R"(],"a":)" + out + "}";
  }
  return out;
}

TEST(EventPattern, RefusesAndNamesThePlace) {
  const struct {
    std::string pattern;
    std::string_view says;
  } rows[] = {
      {"", "not JSON"},
      {"{", "not JSON"},
      {"[]", "must be an object"},
      {"{}", "cannot be empty"},
      {R"({"a": {}})", "at a: an object cannot be empty"},
      {R"({"a": []})", "at a: a list cannot be empty"},
      {R"({"a": "x"})", "at a: a value stands in a list"},
      {R"({"detail": {"x": ["a", [1]]}})", "at detail.x[1]: a list cannot stand inside a list"},
      {R"({"detail": {"x": [{"prefixx": "a"}]}})", "at detail.x[0]: \"prefixx\" is no comparison"},
      {R"({"a": [{}]})", "exactly one member"},
      {R"({"a": [{"prefix": "a", "suffix": "b"}]})", "exactly one member"},
      {R"({"a": [{"prefix": 1}]})", "takes a text"},
      {R"({"a": [{"prefix": {"suffix": "a"}}]})", "takes a text"},
      {R"({"a": [{"exists": "yes"}]})", "true or false"},
      {R"({"a": [{"anything-but": []}]})", "at least one"},
      {R"({"a": [{"anything-but": [{"prefix": "a"}]}]})", "takes values"},
      {R"({"a": [{"anything-but": {"numeric": ["=", 1]}}]})", "no comparison"},
      {R"({"a": [{"numeric": [">"]}]})", "takes"},
      {R"({"a": [{"numeric": [">", "1"]}]})", "takes"},
      {R"({"a": [{"numeric": ["<", 1, "<", 2]}]})", "takes"},
      {R"({"a": [{"numeric": ["<", 5, ">", 0]}]})", "takes"},
      {R"({"a": [{"numeric": ["=", 1, "<", 2]}]})", "takes"},
      {R"({"a": [{"numeric": [">", 5, "<", 0]}]})", "lower bound"},
      {R"({"a": [{"wildcard": "a**b"}]})", "two stars"},
      {R"({"a": [{"wildcard": "**"}]})", "two stars"},
      {R"({"a": [{"wildcard": "a\\n"}]})", "\\ stands before"},
      {R"({"a": [{"wildcard": ")" + std::string(513, 'a') + R"("}]})", "512"},
      {R"({"a": [{"cidr": "10.0.0.0"}]})", "cidr"},
      {R"({"a": [{"cidr": "10.0.0.0/33"}]})", "0 to 32"},
      {R"({"a": [{"cidr": "10.0.0/8"}]})", "cidr"},
      {R"({"$or": [{"a": [1]}]})", "$or takes a list"},
      {R"({"$or": {"a": [1]}})", "$or takes a list"},
      {R"({"$or": [{"a": [1]}, 1]})", "$or takes a list"},
      {nested(17), "nested too deeply"},
      {wide_or(4, 6), "combinations"},
      {R"({"a": [")" + std::string(5000, 'a') + R"("]})", "4096"},
  };
  for (const auto& row : rows) {
    const auto compiled = EventPattern::compile(row.pattern);
    ASSERT_FALSE(compiled) << row.pattern;
    EXPECT_EQ(compiled.error().code, base::ErrorCode::kInvalid);
    EXPECT_THAT(compiled.error().message, HasSubstr(row.says)) << row.pattern;
  }
  EXPECT_TRUE(EventPattern::compile(nested(16)));
  EXPECT_TRUE(EventPattern::compile(wide_or(3, 10)));
  std::string stars;
  for (int i = 0; i < 65; ++i) stars += "*a";
  EXPECT_FALSE(EventPattern::compile(R"({"a": [{"wildcard": ")" + stars + R"("}]})"));
  std::string many = "1";
  for (int i = 0; i < 1000; ++i) many += ",1";
  EXPECT_FALSE(EventPattern::compile(R"({"a": [)" + many + "]}"));
}

}  // namespace
}  // namespace control
