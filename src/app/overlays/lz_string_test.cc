// What npm's lz-string gives for the same texts, and what it never gives.
#include "app/overlays/lz_string.h"

#include <gtest/gtest.h>

#include <string>

namespace app {
namespace {

struct Row {
  std::string text;
  std::string packed;
};

// From lz-string 1.5.0, compressToBase64.
const Row kRows[] = {
    {"", "Q==="},
    {"a", "IZA="},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "IY18ZJA="},
    {"null", "HYVwNmQ="},
    {R"({"data":{"duration":10},"name":"celebration"})",
     "N4IgJghgLhIFyjAVwE7QJYHsB28CMADAL4A0I2EAtgKbwgDG1ANtQEZpRa5FA==="},
    {"Ünïcode 🎈 и кириллица 日本語",
     "DsOw9wxg9gJgpgAkDwbgI/YYDhAGC4QdgBEHYNwgB6gYiCAMIAoKemgNOaB5UUA="},
    {"abcabcabcabcABCabcabc\x01x", "IYIwxqHpCCBCBhSkCAAPIA=="},
    {R"({"data":{"question":"Which is the largest planet?","answers":["Mars","Jupiter","Venus"],)"
     R"("correctAnswerIndex":1,"duration":15},"name":"quiz"})",
     "N4IgJghgLhIFygI4FcCmBnKBLA9gO3hAHUALLAYxIAIt0qoTUqAbCAJwHMMoqAHVvKigB+EABoQEPOgDuqNungBtEAFl"
     "2iiQClkvLFHniQANVR5kigLoTyONm1TkoAQWly2ASTxhUAD3gAjBJgyGzQuARwAQCsAL4SeBAAtqiEKFgAXiCxQA"},
    {"ÿĀ", "P+AEAg=="},
};

TEST(LzString, PacksAsThePackageDoes) {
  for (const Row& row : kRows) EXPECT_EQ(lz_compress_base64(row.text), row.packed) << row.text;
}

TEST(LzString, UnpacksWhatThePackagePacked) {
  for (const Row& row : kRows) {
    const auto text = lz_decompress_base64(row.packed, 1'000);
    ASSERT_TRUE(text.has_value()) << row.text << ": " << text.error().message;
    EXPECT_EQ(*text, row.text);
  }
}

TEST(LzString, WhatIsLongComesBack) {
  std::string text;
  for (int i = 0; i < 3'000; ++i) {
    text += std::to_string(i * 7919 % 1'000) + (i % 3 == 0 ? "ä" : "€ ");
  }
  const auto back = lz_decompress_base64(lz_compress_base64(text), text.size());
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, text);
}

TEST(LzString, EndsAreFound) {
  const std::string packed = lz_compress_base64("some words, some words");
  const std::string bare = packed.substr(0, packed.find('='));
  for (std::size_t length = 0; length + 1 < bare.size(); ++length) {
    EXPECT_FALSE(lz_decompress_base64(bare.substr(0, length), 1'000).has_value()) << length;
  }
}

TEST(LzString, OnlyItsAlphabet) {
  for (const char* text : {"IZA =", "IZ-=", "I\nZA=", "ä", "====", ""}) {
    const auto unpacked = lz_decompress_base64(text, 100);
    ASSERT_FALSE(unpacked.has_value()) << text;
    EXPECT_EQ(unpacked.error().code, base::ErrorCode::kMalformed);
  }
}

TEST(LzString, ABombIsStopped) {
  const std::string packed = lz_compress_base64(std::string(1'000'000, 'x'));
  EXPECT_LT(packed.size(), 4'000U);
  const auto unpacked = lz_decompress_base64(packed, 10'000);
  ASSERT_FALSE(unpacked.has_value());
  EXPECT_EQ(unpacked.error().code, base::ErrorCode::kLimit);
}

TEST(LzString, Utf16) {
  EXPECT_EQ(to_utf16("a🎈"), u"a\xD83C\xDF88");
  EXPECT_EQ(to_utf8(u"\xD83C\xDF88z"), "🎈z");
  EXPECT_EQ(to_utf8(u"\xD83Cz\xDF88"), "\xEF\xBF\xBDz\xEF\xBF\xBD");
  EXPECT_EQ(to_utf16("\xFFz"), u"\xFFFDz");
}

}  // namespace
}  // namespace app
