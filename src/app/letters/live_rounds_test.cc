#include "app/letters/live_rounds.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <future>
#include <map>
#include <optional>
#include <string>

#include "app/app_rig_test_support.h"
#include "app/letters/p256.h"
#include "base/crypto.h"
#include "base/guarded.h"
#include "io/sql_test_support.h"
#include "io/talk_server_test_support.h"

namespace app {
namespace {

using namespace std::chrono_literals;
using test::Person;

const base::WallTime kNow{std::chrono::hours(500'000)};

LiveRound round_of(std::int64_t id, base::WallTime at = kNow) {
  return {.start = {.id = id, .channel = "x", .title = "Cooking", .at = at},
          .is_mailed = true,
          .mark = {}};
}

class LiveRoundsTest : public io::test::SqlTest {
 protected:
  void SetUp() override {
    database_ = open();
    sql_ = std::move(*database_->connect());
    ASSERT_TRUE(make_live_round_tables(*sql_));
  }
  template <class Work>
  auto write(Work&& work) {
    EXPECT_TRUE(sql_->begin(true));
    auto done = work();
    EXPECT_TRUE(done.has_value()) << done.error().message;
    EXPECT_TRUE(sql_->commit());
    return done;
  }

  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlConnection> sql_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(LiveRoundsTest);

TEST_P(LiveRoundsTest, GoOnWhereTheyWere) {
  const LiveRound first = round_of(1);
  write([&] { return add_round(*sql_, first); });
  LiveRound second = first;
  second.mark = {.followed_at = 7, .follower = "anna"};
  EXPECT_TRUE(*write([&] { return advance_round(*sql_, first, second); }));
  EXPECT_FALSE(*write([&] { return advance_round(*sql_, first, second); }))
      << "somebody else was faster";
  EXPECT_FALSE(*write([&] { return end_round(*sql_, first); }));
  const auto open = *open_rounds(*sql_, kNow - 1h, 10);
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].start.id, 1);
  EXPECT_EQ(open[0].start.channel, "x");
  EXPECT_EQ(open[0].start.title, "Cooking");
  EXPECT_EQ(open[0].start.at, kNow);
  EXPECT_TRUE(open[0].is_mailed);
  EXPECT_FALSE(open[0].is_pushing);
  EXPECT_EQ(open[0].mark.followed_at, 7);
  EXPECT_EQ(open[0].mark.follower, "anna");
  LiveRound pushing = second;
  pushing.is_pushing = true;
  pushing.mark = {};
  EXPECT_TRUE(*write([&] { return advance_round(*sql_, second, pushing); }));
  EXPECT_FALSE(*write([&] { return end_round(*sql_, first); })) << "the same mark, another part";
  EXPECT_TRUE(*write([&] { return end_round(*sql_, pushing); }));
  EXPECT_TRUE(open_rounds(*sql_, kNow - 1h, 10)->empty());
}

TEST_P(LiveRoundsTest, OldOnesAndThoseOfDeletedPeopleGo) {
  for (std::int64_t id = 1; id <= 3; ++id) {
    write([&] { return add_round(*sql_, round_of(id, kNow + id * 1h)); });
  }
  EXPECT_EQ(open_rounds(*sql_, kNow + 1h, 10)->size(), 2U);
  EXPECT_EQ(open_rounds(*sql_, kNow, 1)->at(0).start.id, 1);
  write([&] { return forget_rounds(*sql_, kNow + 2h); });
  EXPECT_EQ(open_rounds(*sql_, kNow, 10)->size(), 2U);
  write([&] { return erase_rounds(*sql_, "y"); });
  EXPECT_EQ(open_rounds(*sql_, kNow, 10)->size(), 2U);
  write([&] { return erase_rounds(*sql_, "x"); });
  EXPECT_TRUE(open_rounds(*sql_, kNow, 10)->empty());
}

// A server ends while followers are told; the next one tells the rest, and nobody twice.
TEST(LiveRoundsRestartTest, TheRestIsTold) {
  auto folder = io::TemporaryDirectory::create();
  ASSERT_TRUE(folder.has_value());
  PlatformSettings settings = test::easy_settings();
  settings.data_dir = folder->path();
  settings.public_url = "https://live.example.org";
  const std::string url = "sqlite:" + folder->path() + "/kept.db";
  {
    test::PlatformRig before(settings, url);
    const Person owner = before.person("owner");
    ASSERT_TRUE(before.sql().run(
        "INSERT INTO app_channels (account, channel_arn, room_arn, stream_key_arn, title, "
        "created_at) VALUES ($1, 'arn:aws:ivs:local:1:channel/a', "
        "'arn:aws:ivschat:local:1:room/a', 'arn:aws:ivs:local:1:stream-key/a', 'Cooking', 0)",
        {owner.id}));
    LiveRound round;
    for (std::int64_t i = 1; i <= 5; ++i) {
      const Person follower = before.person("follower" + std::to_string(i));
      (void)before.send("PUT", "/api/platform/v1/me/notifications", {{"digest", "instant"}},
                        follower);
      ASSERT_TRUE(before.sql().run(
          "INSERT INTO app_follows (follower, followed, followed_at) VALUES ($1, $2, $3)",
          {follower.id, owner.id, i}));
      if (i == 2) round.mark = {.followed_at = i, .follower = follower.id};
    }
    const base::WallTime now = io::Loop::wall_now();
    ASSERT_TRUE(before.sql().begin(true));
    const auto called = note_start(before.sql(), owner.id, "Cooking", now - 1min);
    ASSERT_TRUE(called.has_value() && called->has_value());
    round.start = (*called)->start;
    round.is_mailed = true;
    ASSERT_TRUE(add_round(before.sql(), round));
    // One that nobody waits for any more.
    LiveRound old = round;
    old.start.id += 1;
    old.start.at = now - 3h;
    ASSERT_TRUE(add_round(before.sql(), old));
    ASSERT_TRUE(before.sql().commit());
  }
  test::PlatformRig rig(settings, url);
  const auto is_done = [&] { return rig.sql().run("SELECT 1 FROM app_live_rounds")->empty(); };
  const auto end = io::Loop::precise_now() + 10s;
  while (!is_done() && io::Loop::precise_now() < end) (void)rig.get("/api/platform/v1/about");
  EXPECT_TRUE(is_done());
  const auto letters =
      rig.sql().run("SELECT receiver FROM app_letters WHERE kind = 'digest' ORDER BY receiver");
  ASSERT_EQ(letters->size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(letters->text(i, 0), "follower" + std::to_string(i + 3) + "@example.org");
  }
}

// A push service that is slow to answer.
class SlowPushService {
 public:
  explicit SlowPushService(std::shared_future<void> answers)
      : answers_(std::move(answers)), server_([this](io::test::Conversation& client) {
          std::size_t octets = 0;
          for (auto line = client.line(); line && !line->empty(); line = client.line()) {
            if (line->starts_with("Content-Length: ")) octets = std::stoul(line->substr(16));
          }
          (void)client.octets(octets);
          asked_.with([](int& asked) { ++asked; });
          answers_.wait();
          client.say("HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }) {}
  std::string url() const { return "http://" + server_.authority() + "/browser"; }
  int asked() {
    return asked_.with([](const int& asked) { return asked; });
  }

 private:
  base::Guarded<int> asked_;
  std::shared_future<void> answers_;
  io::test::TalkServer server_;  // last: it uses the others
};

// A server is killed while a push service has a message and has not answered: the next one tells
// that browser.
TEST(LiveRoundsRestartTest, WhatAPushServiceHasNotTakenIsToldAgain) {
  auto folder = io::TemporaryDirectory::create();
  ASSERT_TRUE(folder.has_value());
  PlatformSettings settings = test::easy_settings();
  settings.data_dir = folder->path();
  settings.push_contact = "mailto:ops@example.org";
  const std::string url = "sqlite:" + folder->path() + "/kept.db";
  std::optional<SlowPushService> service;
  std::promise<void> answer;  // goes first: nobody waits for it then
  service.emplace(answer.get_future().share());
  {
    test::PlatformRig making(settings, url);
    const Person owner = making.person("owner");
    const Person follower = making.person("follower");
    ASSERT_TRUE(making.sql().run(
        "INSERT INTO app_channels (account, channel_arn, room_arn, stream_key_arn, title, "
        "created_at) VALUES ($1, 'arn:aws:ivs:local:1:channel/a', "
        "'arn:aws:ivschat:local:1:room/a', 'arn:aws:ivs:local:1:stream-key/a', 'Cooking', 0)",
        {owner.id}));
    ASSERT_TRUE(making.sql().run(
        "INSERT INTO app_follows (follower, followed, followed_at) VALUES ($1, $2, 1)",
        {follower.id, owner.id}));
    const base::WallTime now = io::Loop::wall_now();
    const P256Key browser = P256Key::generate();
    const PushSubscription subscription{
        .endpoint = service->url(),
        .key = base::Bytes(browser.point().begin(), browser.point().end()),
        .auth = base::random_octets(16)};
    ASSERT_TRUE(making.sql().begin(true));
    ASSERT_TRUE(add_push_target(making.sql(), follower.id, subscription, true, now));
    const auto called = note_start(making.sql(), owner.id, "Cooking", now);
    ASSERT_TRUE(called.has_value() && called->has_value());
    ASSERT_TRUE(add_round(making.sql(), {.start = (*called)->start, .mark = {}}));
    ASSERT_TRUE(making.sql().commit());
  }
  const auto until = [](auto&& condition, test::PlatformRig& rig) {
    const auto end = io::Loop::precise_now() + 60s;
    while (!condition() && io::Loop::precise_now() < end) (void)rig.get("/api/platform/v1/about");
    return condition();
  };
  {
    test::PlatformRig killed(settings, url);
    ASSERT_TRUE(until([&] { return service->asked() == 1; }, killed));
    answer.set_value();  // which nobody hears: its loop does not turn any more
  }
  test::PlatformRig rig(settings, url);
  EXPECT_TRUE(until([&] { return rig.sql().run("SELECT 1 FROM app_live_rounds")->empty(); }, rig));
  EXPECT_EQ(service->asked(), 2);
}

}  // namespace
}  // namespace app
