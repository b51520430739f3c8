#include "base/ids.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace base {
namespace {

TEST(RandomAlphanumeric, HasTheLengthThatWasAskedFor) {
  for (const std::size_t length : {0U, 1U, 12U, 63U, 64U, 65U, 1000U}) {
    EXPECT_EQ(random_alphanumeric(length).size(), length);
  }
}

// Each of 62 symbols is expected 1,000 times; the bounds are ten standard deviations away.
TEST(RandomAlphanumeric, TakesAllSymbolsEquallyOften) {
  std::array<int, 128> counts{};
  for (const char c : random_alphanumeric(62'000)) {
    ASSERT_TRUE(std::isalnum(static_cast<unsigned char>(c)) != 0) << c;
    ++counts.at(static_cast<std::size_t>(c));
  }
  EXPECT_EQ(std::ranges::count_if(counts, [](int count) { return count > 0; }), 62);
  for (const int count : counts) {
    if (count == 0) continue;
    EXPECT_GT(count, 680);
    EXPECT_LT(count, 1320);
  }
}

TEST(RandomAlphanumeric, DoesNotRepeatItself) {
  std::set<std::string> all;
  for (int i = 0; i < 1000; ++i) all.insert(random_alphanumeric(12));
  EXPECT_EQ(all.size(), 1000U);
}

}  // namespace
}  // namespace base
