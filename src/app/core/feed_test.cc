#include "app/core/feed.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "io/io_test_support.h"
#include "io/loop.h"

namespace app {
namespace {

using io::test::drive;

struct Heard {
  std::vector<std::string> events;
  bool is_behind = false;
  PlatformFeed::Viewer viewer() {
    return [this](const base::Slice& event) {
      if (is_behind) return false;
      events.emplace_back(event.text());
      return true;
    };
  }
};

class FeedTest : public testing::Test {
 protected:
  io::Loop loop_;
  FeedHub hub_;
};

TEST_F(FeedTest, EventsReachThoseOfTheirTopic) {
  const auto feed = hub_.feed(loop_);
  Heard ann;
  Heard ben;
  const auto first = feed->add({"channel:1", "account:ann"}, ann.viewer());
  const auto second = feed->add({"channel:1"}, ben.viewer());
  ASSERT_TRUE(first && second);
  EXPECT_NE(*first, *second);
  hub_.publish("channel:1", "live", {{"streamId", "st"}});
  hub_.publish("account:ann", "notice", {});
  hub_.publish("channel:2", "live", {});
  drive(loop_, [&] { return ann.events.size() == 2 && ben.events.size() == 1; });
  EXPECT_EQ(ben.events[0], "event: live\ndata: {\"streamId\":\"st\"}\n\n");
  EXPECT_EQ(ann.events[1], "event: notice\ndata: {}\n\n");

  feed->remove(*first);
  feed->remove(*first);
  hub_.publish("channel:1", "offline", {});
  drive(loop_, [&] { return ben.events.size() == 2; });
  EXPECT_EQ(ann.events.size(), 2U);
}

TEST_F(FeedTest, WhoIsBehindMissesAndGoesOn) {
  const auto feed = hub_.feed(loop_);
  Heard slow;
  ASSERT_TRUE(feed->add({"directory"}, slow.viewer()));
  slow.is_behind = true;
  hub_.publish("directory", "directory", {{"n", 1}});
  bool passed = false;
  loop_.post([&] { passed = true; });
  drive(loop_, [&] { return passed; });
  slow.is_behind = false;
  hub_.publish("directory", "directory", {{"n", 2}});
  drive(loop_, [&] { return !slow.events.empty(); });
  EXPECT_EQ(slow.events.size(), 1U);
  EXPECT_NE(slow.events[0].find("\"n\":2"), std::string::npos);
}

TEST_F(FeedTest, AViewerMayRemoveOthersWhileItIsTold) {
  const auto feed = hub_.feed(loop_);
  Heard second;
  std::uint64_t token = 0;
  int told = 0;
  ASSERT_TRUE(feed->add({"t"}, [&](const base::Slice&) {
    ++told;
    feed->remove(token);
    return true;
  }));
  token = *feed->add({"t"}, second.viewer());
  hub_.publish("t", "x", {});
  drive(loop_, [&] { return told == 1; });
  EXPECT_TRUE(second.events.empty());
}

TEST_F(FeedTest, TooManyTopicsAreRefused) {
  const auto feed = hub_.feed(loop_);
  Heard heard;
  const std::vector<std::string> topics(FeedHub::kMaxTopics + 1, "t");
  EXPECT_FALSE(feed->add(topics, heard.viewer()));
}

TEST_F(FeedTest, WhatComesBehindTheEndIsDropped) {
  auto feed = hub_.feed(loop_);
  Heard heard;
  ASSERT_TRUE(feed->add({"t"}, heard.viewer()));
  hub_.publish("t", "x", {});
  feed.reset();
  bool passed = false;
  loop_.post([&] { passed = true; });
  drive(loop_, [&] { return passed; });
  EXPECT_TRUE(heard.events.empty());
  hub_.publish("t", "x", {});
}

}  // namespace
}  // namespace app
