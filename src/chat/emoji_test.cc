#include "chat/emoji.h"

#include <gtest/gtest.h>

#include "chat/code_points.h"

namespace chat {
namespace {

TEST(Emoji, OneEmoji) {
  for (const char* text :
       {"😀", "❤", "❤️", "👍🏽", "☝🏿", "🏳️‍🌈", "👩‍👩‍👧‍👦", "🇫🇷", "1️⃣",
        "#⃣", "*️⃣", "©️", "™", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👨🏻‍❤️‍💋‍👨🏿",
        "🫠", "⏸️", "🀄", "㊗️"}) {
    EXPECT_TRUE(is_one_emoji(text)) << text;
  }
}

TEST(Emoji, AnythingElse) {
  for (const char* text : {"",
                           "a",
                           "1",
                           "#",
                           "1️",
                           "😀😀",
                           "😀a",
                           "a😀",
                           " 😀",
                           "😀 ",
                           "🇫",
                           "🇫🇷🇩🇪",
                           "é",
                           "日",
                           "👩‍",
                           "‍👩",
                           "\xff",
                           "😀\xf0\x9f",
                           "🏴󠁧󠁢",
                           "️",
                           "\u0301",
                           "<",
                           "👍🏽🏽"}) {
    EXPECT_FALSE(is_one_emoji(text)) << text;
  }
  EXPECT_FALSE(is_one_emoji(std::string_view("\0", 1)));
  EXPECT_FALSE(is_one_emoji(std::string_view("😀\0", 5)));
}

TEST(CodePoints, AreTakenAndWrittenAlike) {
  for (char32_t c = 0; c <= 0x10ffff; c += c < 0x3000 ? 1 : 61) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    std::string text;
    append_utf8(text, c);
    std::string_view rest = text;
    ASSERT_EQ(take_code_point(rest), c);
    ASSERT_TRUE(rest.empty());
  }
}

TEST(CodePoints, WhatIsNotUtf8IsReplacedOctetByOctet) {
  std::string_view rest = "\xe6\x97z";
  EXPECT_EQ(take_code_point(rest), kNotUtf8);
  EXPECT_EQ(take_code_point(rest), kNotUtf8);
  EXPECT_EQ(take_code_point(rest), U'z');
  for (const char32_t c : {char32_t{0xd800}, char32_t{0xdfff}, char32_t{0x110000}}) {
    std::string text;
    append_utf8(text, c);
    EXPECT_EQ(text, "\xef\xbf\xbd");
  }
}

}  // namespace
}  // namespace chat
