#include "live/playback_viewers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "live/view_admission_test_support.h"

namespace live {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

constexpr CountryCode kGermany{'D', 'E'};
constexpr CountryCode kFrance{'F', 'R'};
constexpr base::MonotonicTime kStart{100s};

// Well mixed, as hashes are.
std::uint64_t hash_of(std::uint64_t number) {
  return std::hash<std::string_view>{}(std::to_string(number));
}

ViewerSample exact(std::vector<ViewerSample::Viewer> viewers) {
  return {viewers.size(), 0, std::move(viewers)};
}

TEST(ViewerHash, TellsViewersApart) {
  const std::uint64_t session = viewer_hash("one", "10.0.0.1", "a");
  EXPECT_EQ(session, viewer_hash("one", "10.0.0.2", "b"));
  EXPECT_NE(session, viewer_hash("two", "10.0.0.1", "a"));
  const std::uint64_t open = viewer_hash("-", "10.0.0.1", "a");
  EXPECT_EQ(open, viewer_hash("-", "10.0.0.1", "a"));
  EXPECT_NE(open, viewer_hash("-", "10.0.0.2", "a"));
  EXPECT_NE(open, viewer_hash("-", "10.0.0.1", "b"));
  EXPECT_NE(viewer_hash("-", "a", "b"), viewer_hash("-", "b", "a"));
  EXPECT_NE(viewer_hash("-", "a", "a"), viewer_hash("-", "b", "b"));
}

TEST(ViewerTable, KeepsAViewerForFifteenSeconds) {
  ViewerBudget budget;
  testing::FakeViewAdmission admission;
  ViewerTable table(budget);
  table.seen(1, kStart, "10.0.0.1", admission);
  table.seen(2, kStart, "20.0.0.1", admission);
  table.seen(2, kStart + 10s, "20.0.0.1", admission);
  EXPECT_EQ(admission.countries, 2);
  EXPECT_EQ(table.sample(kStart + 15s).total, 2u);
  // Not counted any more even if nobody has tidied up.
  EXPECT_EQ(table.sample(kStart + 16s).total, 1u);
  EXPECT_EQ(budget.used, 2u);
  table.forget_gone(kStart + 16s);
  EXPECT_EQ(budget.used, 1u);
  // Whoever comes back is new.
  table.seen(1, kStart + 20s, "10.0.0.1", admission);
  EXPECT_EQ(admission.countries, 3);
  EXPECT_EQ(table.sample(kStart + 20s).total, 2u);
}

TEST(ViewerTable, IsBounded) {
  ViewerBudget budget;
  testing::FakeViewAdmission admission;
  {
    ViewerTable table(budget);
    for (std::uint64_t i = 0; i < ViewerTable::kMost + 10; ++i) {
      table.seen(hash_of(i), kStart, "10.0.0.1", admission);
    }
    EXPECT_EQ(budget.used, ViewerTable::kMost);
    const ViewerSample sample = table.sample(kStart);
    EXPECT_EQ(sample.total, ViewerTable::kMost);
    EXPECT_GT(sample.coarseness, 0u);
    EXPECT_LT(sample.viewers.size(), ViewerTable::kSampled * 2);
    // Those who are known go on being counted.
    table.seen(hash_of(0), kStart + 10s, "10.0.0.1", admission);
    table.forget_gone(kStart + 20s);
    EXPECT_EQ(budget.used, 1u);
  }
  EXPECT_EQ(budget.used, 0u);
  budget.used = ViewerBudget::kMost;
  {
    ViewerTable table(budget);
    table.seen(1, kStart, "10.0.0.1", admission);
    EXPECT_EQ(table.sample(kStart).total, 0u);
  }
  EXPECT_EQ(budget.used, ViewerBudget::kMost);
}

TEST(MergeViewers, CountsAViewerOfTwoLoopsOnce) {
  EXPECT_EQ(merge({}).viewers, 0u);
  EXPECT_THAT(merge({}).by_country, IsEmpty());
  const ViewerCount count = merge({exact({{1, kGermany}, {2, kFrance}, {3, {}}}),
                                   exact({{2, kFrance}, {4, kGermany}}), exact({})});
  EXPECT_EQ(count.viewers, 4u);
  EXPECT_THAT(count.by_country,
              UnorderedElementsAre(std::pair(kGermany, 2u), std::pair(kFrance, 1u),
                                   std::pair(CountryCode{}, 1u)));
}

TEST(MergeViewers, EstimatesLargeAudiences) {
  ViewerBudget budget;
  testing::FakeViewAdmission admission;
  ViewerTable large(budget);
  ViewerTable small(budget);
  // 100,000 on one loop, 5,000 of them and 5,000 others on another; two of three German.
  const auto see = [&](ViewerTable& table, std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t i = from; i < to; ++i) {
      table.seen(hash_of(i), kStart, i % 3 == 0 ? "20.0.0.1" : "10.0.0.1", admission);
    }
  };
  see(large, 0, 100'000);
  see(small, 95'000, 105'000);
  const ViewerCount count = merge({large.sample(kStart), small.sample(kStart)});
  EXPECT_NEAR(count.viewers, 105'000, 1500);
  std::map<CountryCode, std::uint32_t> countries(count.by_country.begin(), count.by_country.end());
  EXPECT_NEAR(countries.at(kGermany), count.viewers * 2 / 3, 2000);
  EXPECT_EQ(countries.at(kGermany) + countries.at(CountryCode{}), count.viewers);
}

}  // namespace
}  // namespace live
