#include "wire/http/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wire::http {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Url, DecodesEscapes) {
  EXPECT_EQ(percent_decode("a%20b%2Fc%c3%a9"), "a b/c\xc3\xa9");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode("a+b%2B", Plus::kSpace), "a b+");
  for (const std::string_view broken : {"%", "%1", "x%", "%g0", "%0g", "%%41", "a%2"}) {
    const auto decoded = percent_decode(broken);
    ASSERT_FALSE(decoded) << broken;
    EXPECT_EQ(decoded.error().code, base::ErrorCode::kMalformed);
  }
}

TEST(Url, EncodeIsTheInverseOfDecode) {
  std::string every_octet;
  for (int i = 0; i < 256; ++i) every_octet += static_cast<char>(i);
  EXPECT_EQ(percent_decode(percent_encode(every_octet)), every_octet);
  EXPECT_EQ(percent_encode("az/09-._~ "), "az%2F09-._~%20");
}

TEST(Url, NormalisesPaths) {
  struct Row {
    std::string_view raw;
    std::string_view expected;  // empty: refused
  };
  for (const Row& row : std::initializer_list<Row>{
           {"/", "/"},
           {"/a/b.m3u8", "/a/b.m3u8"},
           {"//a///b/", "/a/b/"},
           {"/a%20b", "/a b"},
           {"/tags/arn%3Aaws%2Fx", "/tags/arn:aws/x"},
           {"/...", "/..."},
           {"/a..b/.c", "/a..b/.c"},
           {"/caf%C3%A9", "/caf\xc3\xa9"},
           {"", ""},
           {"a", ""},
           {"/..", ""},
           {"/a/../b", ""},
           {"/a/..", ""},
           {"/./a", ""},
           {"/%2e%2e/a", ""},
           {"/a/%2e.", ""},
           {"/a%2f..%2fb", ""},
           {"/a%00b", ""},
           {"/a%0ab", ""},
           {"/a%7f", ""},
           {"/%c0%ae%c0%ae/", ""},  // overlong "."
           {"/%ff", ""},
           {"/a%2", ""},
       }) {
    const auto path = normalise_path(row.raw);
    EXPECT_EQ(path.value_or(""), row.expected) << row.raw;
    EXPECT_EQ(path.has_value(), !row.expected.empty()) << row.raw;
  }
}

TEST(Query, KeepsOrderAndRepetition) {
  const auto query = Query::parse("a=1&b=x+y%26&a=2&&c&=v&d==");
  ASSERT_TRUE(query);
  EXPECT_THAT(query->all(), ElementsAre(Pair("a", "1"), Pair("b", "x y&"), Pair("a", "2"),
                                        Pair("c", ""), Pair("", "v"), Pair("d", "=")));
  EXPECT_EQ(query->find("a"), "1");
  EXPECT_EQ(query->count("a"), 2U);
  EXPECT_EQ(query->find("missing"), std::nullopt);
}

TEST(Query, IsBounded) {
  std::string raw;
  for (std::size_t i = 0; i < Query::kMaxParameters; ++i) raw += "a&";
  EXPECT_TRUE(Query::parse(raw));
  const auto over = Query::parse(raw + "a");
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, base::ErrorCode::kLimit);
  EXPECT_FALSE(Query::parse("a=%zz"));
  EXPECT_FALSE(Query::parse("%a=1"));
}

TEST(Query, FindsOneParameterWithoutTheOthers) {
  EXPECT_EQ(query_parameter("_HLS_msn=12&_HLS_part=3", "_HLS_part"), "3");
  EXPECT_EQ(query_parameter("x=%zz&token=a%2Bb+c", "token"), "a+b c");
  EXPECT_EQ(query_parameter("x=%zz", "x"), std::nullopt);
  EXPECT_EQ(query_parameter("xy=1", "x"), std::nullopt);
  EXPECT_EQ(query_parameter("%78=1&x=2", "x"), "1");
  EXPECT_EQ(query_parameter("a+b=1", "a b"), "1");
  EXPECT_EQ(query_parameter("%zz=1", "%zz"), std::nullopt);
  EXPECT_EQ(query_parameter("", "x"), std::nullopt);
}

}  // namespace
}  // namespace wire::http
