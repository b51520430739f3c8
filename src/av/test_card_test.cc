#include "av/test_card.h"

#include <gtest/gtest.h>

#include "av/stamp.h"

namespace av {
namespace {

base::WallTime at_ms(std::int64_t milliseconds) {
  return base::WallTime(std::chrono::milliseconds(milliseconds));
}

bool same(const Picture& a, const Picture& b) {
  return a.y == b.y && a.u == b.u && a.v == b.v;
}

TEST(TestCard, HoldsTheTimeInEverySize) {
  for (const auto& [width, height] : {std::pair(480, 270), {640, 360}, {1280, 720}, {1080, 1920}}) {
    TestCard card(width, height);
    const auto time = at_ms(1'763'766'996'567);
    card.update(time, 1, false);
    EXPECT_EQ(read_stamp(card.picture()), time);
  }
}

TEST(TestCard, RedrawingLeavesNothingBehind) {
  TestCard used(1280, 720);
  for (int i = 0; i < 90; ++i) {
    used.update(at_ms(1'763'766'999'000 + i * 33), static_cast<std::uint64_t>(i), i % 30 < 3);
  }
  const auto last = at_ms(1'763'767'100'500);
  used.update(last, 99'999'999, false);
  TestCard fresh(1280, 720);
  fresh.update(last, 99'999'999, false);
  EXPECT_TRUE(same(used.picture(), fresh.picture()));
}

TEST(TestCard, EveryFrameDiffersAndTheFlashShows) {
  TestCard card(640, 360);
  card.update(at_ms(1'000'000), 5, false);
  const Picture before = card.picture();
  card.update(at_ms(1'000'000), 5, true);
  EXPECT_FALSE(same(card.picture(), before));
  card.update(at_ms(1'000'033), 6, false);
  EXPECT_FALSE(same(card.picture(), before));
}

}  // namespace
}  // namespace av
