#include "control/metric_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace control {
namespace {

TEST(Aggregate, AddsUp) {
  Aggregate all;
  for (const double value : {3.0, -1.0, 7.5}) all.merge(Aggregate::of(value));
  all.merge({});
  EXPECT_EQ(all, (Aggregate{9.5, -1, 7.5, 3}));
}

TEST(Points, KeepOneAggregateForEachSlot) {
  Points points;
  points.add({Measure::kBitrate, ""}, Aggregate::of(5));
  points.add({Measure::kViews, ""}, Aggregate::of(1));
  points.add({Measure::kDeliveredByCountry, "DE"}, Aggregate::of(2));
  points.add({Measure::kViews, ""}, Aggregate::of(4));
  ASSERT_EQ(points.all().size(), 3U);
  EXPECT_EQ(*points.find({Measure::kViews, ""}), (Aggregate{5, 1, 4, 2}));
  EXPECT_EQ(points.find({Measure::kDeliveredByCountry, "FR"}), nullptr);
  EXPECT_EQ(points.find({Measure::kDeliveredByCountry, ""}), nullptr);
}

TEST(Points, ComeBackExactly) {
  const double values[] = {0,
                           1,
                           -1,
                           0.1,
                           -0.0,
                           1e300,
                           4'503'599.5,
                           9007199254740993.0,
                           9007199254740991.0,
                           std::numeric_limits<double>::denorm_min()};
  for (const double value : values) {
    for (const std::uint64_t count :
         {std::uint64_t{1}, std::uint64_t{12}, std::uint64_t{1} << 40}) {
      Points points;
      points.add({Measure::kFrameRate, ""}, {value * 3 + 1, value, value + 1, count});
      points.add({Measure::kBitrate, "x"},
                 {value * static_cast<double>(count), value, value, count});
      const base::Bytes encoded = points.encode();
      const auto decoded = Points::decode(encoded);
      ASSERT_TRUE(decoded);
      ASSERT_EQ(decoded->all().size(), 2U);
      for (const Point& point : points.all()) {
        ASSERT_NE(decoded->find(point.slot), nullptr);
        EXPECT_EQ(*decoded->find(point.slot), point.aggregate) << value << " " << count;
        Aggregate one;
        EXPECT_TRUE(Points::add_slot(encoded, point.slot, one));
        EXPECT_EQ(one, point.aggregate);
      }
      // No prefix is taken for the whole, unless it ends between two points.
      for (std::size_t size = 1; size < encoded.size(); ++size) {
        const auto cut = Points::decode(base::ByteSpan(encoded).first(size));
        EXPECT_TRUE(!cut || cut->all().size() == 1);
      }
    }
  }
}

TEST(Points, AreSmall) {
  Points points;
  points.add({Measure::kInput, ""}, {60, 5, 5, 12});
  points.add({Measure::kViews, ""}, {120'000, 9'000, 11'000, 12});
  EXPECT_LE(points.encode().size(), 5U + 12U);
}

TEST(Points, DamagedDataIsRefused) {
  const base::Bytes bad_measure = {0, 0, 3, 1, 1};
  EXPECT_FALSE(Points::decode(bad_measure));
  const base::Bytes unknown = {kLastMeasure + 1, 0, 3, 1, 1};
  EXPECT_FALSE(Points::decode(unknown));
  const base::Bytes endless(20, 0xff);
  EXPECT_FALSE(decode_board(endless));
  Aggregate to;
  EXPECT_FALSE(Points::add_slot(endless, {}, to));
}

TEST(Board, ComesBackBySubject) {
  Board board;
  board[""].add({Measure::kStreams, ""}, Aggregate::of(2));
  board["abcdABCD1234"].add({Measure::kViews, ""}, Aggregate::of(7));
  const base::Bytes encoded = encode_board(board);
  const auto entries = decode_board(encoded);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ((*entries)[1].subject, "abcdABCD1234");
  const auto points = Points::decode((*entries)[1].points);
  ASSERT_TRUE(points);
  EXPECT_EQ(points->find({Measure::kViews, ""})->sum, 7);
  EXPECT_TRUE(decode_board({})->empty());
}

TEST(Slots, ComeBack) {
  const std::vector<Slot> slots = {{Measure::kViews, ""}, {Measure::kDeliveredByCountry, "DE"}};
  EXPECT_EQ(*decode_slots(encode_slots(slots)), slots);
}

}  // namespace
}  // namespace control
