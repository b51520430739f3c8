#include "base/base64.h"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Base64Test, EncodesAndDecodesEveryLength) {
  const struct {
    std::string_view plain, standard, url;
  } rows[] = {
      {"", "", ""},
      {"f", "Zg==", "Zg"},
      {"fo", "Zm8=", "Zm8"},
      {"foo", "Zm9v", "Zm9v"},
      {"\xfb\xff", "+/8=", "-_8"},
      {"foob", "Zm9vYg==", "Zm9vYg"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(to_base64(as_bytes(row.plain)), row.standard);
    EXPECT_EQ(to_base64url(as_bytes(row.plain)), row.url);
    for (const std::string_view text : {row.standard, row.url}) {
      const auto decoded = from_base64(text);
      ASSERT_TRUE(decoded.has_value()) << text;
      EXPECT_EQ(as_text(*decoded), row.plain);
    }
  }
}

TEST(Base64Test, RefusesWhatIsNotBase64) {
  for (const std::string_view text : {"A", "AA=A", "Zg=", "Zm 9v", "Zg===", "====", "\xc3\xa9"}) {
    EXPECT_FALSE(from_base64(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace base
