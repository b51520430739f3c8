#include "base/utf8_checker.h"

#include <gtest/gtest.h>

#include <string>

#include "base/utf8.h"

namespace base {
namespace {

bool whole(std::string_view text) {
  Utf8Checker checker;
  return checker.add(as_bytes(text)) && checker.is_complete();
}

bool octet_by_octet(std::string_view text) {
  Utf8Checker checker;
  for (const char c : text) {
    if (!checker.add(as_bytes(std::string_view(&c, 1)))) return false;
  }
  return checker.is_complete();
}

TEST(Utf8Checker, AgreesWithTheWholeTextCheckForEveryShortForm) {
  // Every first pair of octets, with good, short and bad ends behind it, alone and behind a block.
  for (const std::string& before : {std::string(), std::string(16, 'a'), std::string(21, 'b')}) {
    for (int first = 0; first < 256; ++first) {
      for (int second = 0; second < 256; ++second) {
        for (const std::string_view end : {"", "\x80", "\x80\x80", "\x80\xbfz", "zz"}) {
          std::string text = before;
          text += static_cast<char>(first);
          text += static_cast<char>(second);
          text += end;
          const bool good = is_utf8(text);
          ASSERT_EQ(whole(text), good) << first << ' ' << second << ' ' << end.size();
          ASSERT_EQ(octet_by_octet(text), good) << first << ' ' << second << ' ' << end.size();
        }
      }
    }
  }
}

TEST(Utf8Checker, RefusesWithTheFirstOctetThatCannotBeRight) {
  struct Row {
    std::string_view good;  // the beginning of something
    char bad;
  };
  const Row rows[] = {{"", '\x80'},         {"", '\xc1'},     {"", '\xf5'},
                      {"\xe0", '\x9f'},     {"\xed", '\xa0'}, {"\xf0", '\x8f'},
                      {"\xf4", '\x90'},     {"\xce", 'a'},    {"\xe2\x82", '\xc2'},
                      {"\xf0\x9f\x98", '.'}};
  for (const Row& row : rows) {
    Utf8Checker checker;
    EXPECT_TRUE(checker.add(as_bytes(row.good)));
    EXPECT_EQ(checker.is_complete(), row.good.empty());
    EXPECT_FALSE(checker.add(as_bytes(std::string_view(&row.bad, 1)))) << row.good.size();
    EXPECT_FALSE(checker.is_complete());
    EXPECT_FALSE(checker.add(as_bytes("a"))) << "a failure lasts";
  }
}

TEST(Utf8Checker, TakesLongTextsCutAnywhere) {
  std::string text;
  for (int i = 0; i < 20; ++i)
    text += "plain text, κόσμε, 日本語, \U0001F600, and plain text again ";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Utf8Checker checker;
    EXPECT_TRUE(checker.add(as_bytes(std::string_view(text).substr(0, cut))));
    EXPECT_TRUE(checker.add(as_bytes(std::string_view(text).substr(cut))));
    EXPECT_TRUE(checker.is_complete());
  }
}

}  // namespace
}  // namespace base
