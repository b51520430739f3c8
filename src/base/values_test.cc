// Small values: slices, time texts, ids, UTF-8.
#include <gtest/gtest.h>

#include <set>

#include "base/ids.h"
#include "base/lazy.h"
#include "base/slice.h"
#include "base/time.h"
#include "base/utf8.h"

namespace base {
namespace {

TEST(SliceTest, PartsKeepTheWholeAlive) {
  Slice part;
  {
    const Slice whole = Slice::take(std::string("hello world"));
    part = whole.sub(6);
  }
  EXPECT_EQ(part.text(), "world");
  EXPECT_EQ(part.sub(1, 3).text(), "orl");
  EXPECT_TRUE(Slice::copy_of({}).empty());
  EXPECT_EQ(Slice::copy_of(as_bytes("x")).text(), "x");
}

TEST(LazyTest, ComputesOnce) {
  Lazy<int> lazy;
  int calls = 0;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(lazy.get([&] { return ++calls; }), 1);
}

TEST(TimeTest, TextsAreRfc3339InUtc) {
  const WallTime time(std::chrono::microseconds(1'777'935'338'120'999));
  EXPECT_EQ(to_rfc3339_ms(time), "2026-05-04T22:55:38.120Z");
  EXPECT_EQ(to_rfc3339(time), "2026-05-04T22:55:38Z");
  EXPECT_EQ(to_rfc3339_ms(WallTime{}), "1970-01-01T00:00:00.000Z");
}

TEST(IdsTest, StreamIdsHaveTheirShapeAndDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const StreamId id = random_stream_id();
    EXPECT_EQ(id.str().size(), 26u);
    EXPECT_TRUE(id.str().starts_with("st-"));
    EXPECT_TRUE(seen.insert(id.str()).second);
  }
}

TEST(IdsTest, ConstantTimeComparisonIsAComparison) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  for (const char* other : {"", "ab", "abd", "abcd", "xbc"}) {
    EXPECT_FALSE(equal_in_constant_time("abc", other)) << other;
  }
}

TEST(Utf8Test, AcceptsExactlyWhatIsWellFormed) {
  for (const std::string_view good : {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const std::string_view bad :
       {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xf8\x88\x80\x80", "a\xe2\x82", "\xc3(", "\xf0\x9f\x98"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

}  // namespace
}  // namespace base
