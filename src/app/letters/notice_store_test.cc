#include "app/letters/notice_store.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>

#include "app/channels/schema.h"
#include "app/letters/digest_hour.h"
#include "app/talk/talk_store.h"
#include "io/sql_test_support.h"

namespace app {
namespace {

using namespace std::chrono_literals;

const base::WallTime kNow{std::chrono::hours(500'000)};
constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

class NoticeStoreTest : public io::test::SqlTest {
 protected:
  void SetUp() override {
    database_ = open();
    sql_ = std::move(*database_->connect());
    ASSERT_TRUE(make_notice_tables(*sql_));
    ASSERT_TRUE(make_channel_tables(*sql_));
    ASSERT_TRUE(talk::migrate(*sql_));
  }
  template <class Work>
  auto write(Work&& work) {
    EXPECT_TRUE(sql_->begin(true));
    auto done = work();
    EXPECT_TRUE(done.has_value()) << done.error().message;
    EXPECT_TRUE(sql_->commit());
    return done;
  }
  void follow(const std::string& follower, const std::string& followed,
              base::WallTime at = kNow - 24h) {
    ASSERT_TRUE(
        sql_->run("INSERT INTO app_follows (follower, followed, followed_at) VALUES ($1, "
                  "$2, $3)",
                  {follower, followed, column_of(at)}));
  }
  std::optional<CalledStart> begin(const std::string& channel, base::WallTime at,
                                   const std::string& title = "title") {
    return *write([&] { return note_start(*sql_, channel, title, at); });
  }
  void choose(const std::string& account, const NoticeSettings& settings,
              base::WallTime now = kNow) {
    write([&] {
      return write_notice_settings(*sql_, account, settings, "https://x", next_digest_hour(now));
    });
  }
  PushSubscription browser(const std::string& name) {
    return {.endpoint = "https://push/" + name, .key = base::Bytes(65, 1), .auth = base::Bytes(16)};
  }
  void subscribe(const std::string& account, const std::string& name, base::WallTime at = kNow) {
    write([&] { return add_push_target(*sql_, account, browser(name), false, at); });
  }
  std::set<std::string> targets(const std::string& channel, std::int64_t step) {
    std::set<std::string> found;
    FollowerMark mark;
    while (true) {
      const auto page = push_targets_after(*sql_, channel, mark, step, kNow);
      EXPECT_TRUE(page.has_value());
      for (const PushTarget& target : page->targets) {
        EXPECT_TRUE(found.insert(target.subscription.endpoint.substr(13)).second) << "told twice";
      }
      if (!page->next) return found;
      mark = *page->next;
    }
  }

  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlConnection> sql_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(NoticeStoreTest);

TEST_P(NoticeStoreTest, AStartIsToldOnceInTenMinutesAndMailedOnceInSixHours) {
  const auto first = begin("a", kNow);
  ASSERT_TRUE(first.has_value());
  EXPECT_TRUE(first->is_mailed);
  EXPECT_FALSE(begin("a", kNow + 9min).has_value());
  EXPECT_TRUE(begin("b", kNow + 9min).has_value()) << "channels do not wait for each other";
  const auto second = begin("a", kNow + 10min);
  ASSERT_TRUE(second.has_value());
  EXPECT_FALSE(second->is_mailed);
  EXPECT_GT(second->start.id, first->start.id);
  EXPECT_FALSE(begin("a", kNow + 5h)->is_mailed);
  EXPECT_TRUE(begin("a", kNow + 6h)->is_mailed);
}

TEST_P(NoticeStoreTest, PeopleSeeStartsOfThoseTheyFollowSinceTheyDo) {
  follow("anna", "x");
  follow("anna", "y", kNow + 1h);
  begin("x", kNow, "one");
  begin("y", kNow, "before she followed");
  begin("y", kNow + 2h, "two");
  begin("z", kNow, "not followed");
  const auto starts = *starts_for(*sql_, "anna", kAll, 30, kNow);
  ASSERT_EQ(starts.size(), 2U);
  EXPECT_EQ(starts[0].title, "two");
  EXPECT_EQ(starts[1].title, "one");
  EXPECT_EQ(starts[1].channel, "x");
  EXPECT_EQ(starts[1].at, kNow);
  EXPECT_EQ(starts_for(*sql_, "anna", starts[0].id, 30, kNow)->size(), 1U);
  EXPECT_EQ(starts_for(*sql_, "anna", kAll, 1, kNow)->size(), 1U);
  EXPECT_TRUE(starts_for(*sql_, "bert", kAll, 30, kNow)->empty());

  EXPECT_EQ(read_seen(*sql_, "anna", kNow)->unseen, 2);
  write([&] { return mark_seen(*sql_, "anna", kNow + 1h); });
  EXPECT_EQ(read_seen(*sql_, "anna", kNow)->unseen, 1);
  EXPECT_EQ(read_seen(*sql_, "anna", kNow)->seen_at, kNow + 1h);
  choose("anna", {.page = true, .push = false, .digest = Digest::kDaily});
  EXPECT_EQ(read_seen(*sql_, "anna", kNow)->seen_at, kNow + 1h) << "settings do not forget it";
}

TEST_P(NoticeStoreTest, OldStartsGo) {
  follow("anna", "x");
  for (int i = 0; i < 15; ++i) begin("x", kNow + i * 1h, std::to_string(i));
  const auto starts = *starts_for(*sql_, "anna", kAll, 30, kNow);
  ASSERT_EQ(starts.size(), 10U);
  EXPECT_EQ(starts.back().title, "5");
  write([&] { return forget_starts(*sql_, kNow + 10h); });
  EXPECT_EQ(starts_for(*sql_, "anna", kAll, 30, kNow)->size(), 5U);
}

TEST_P(NoticeStoreTest, SettingsAreAsChosen) {
  const auto usual = *read_notice_settings(*sql_, "anna");
  EXPECT_TRUE(usual.page);
  EXPECT_TRUE(usual.push);
  EXPECT_EQ(usual.digest, Digest::kOff);
  choose("anna", {.page = false, .push = false, .digest = Digest::kInstant});
  const auto chosen = *read_notice_settings(*sql_, "anna");
  EXPECT_FALSE(chosen.page);
  EXPECT_FALSE(chosen.push);
  EXPECT_EQ(chosen.digest, Digest::kInstant);
  write([&] { return end_digest(*sql_, "anna"); });
  EXPECT_EQ(read_notice_settings(*sql_, "anna")->digest, Digest::kOff);
  for (const Digest digest : {Digest::kOff, Digest::kInstant, Digest::kDaily}) {
    EXPECT_EQ(digest_from(to_string(digest)), digest);
  }
  EXPECT_FALSE(digest_from("weekly"));
}

TEST_P(NoticeStoreTest, FollowersComeInPagesEachOnce) {
  for (int i = 0; i < 25; ++i) {
    // Several at the same moment, which pages must tell apart.
    follow("f" + std::to_string(i), "x", kNow + (i / 7) * 1s);
  }
  follow("stranger", "y");
  choose("f3", {.page = false, .push = false, .digest = Digest::kInstant});
  for (const std::int64_t step : {1, 4, 7, 100}) {
    std::set<std::string> met;
    FollowerMark mark;
    while (true) {
      const auto page = *followers_after(*sql_, "x", mark, step, kNow);
      for (const Follower& follower : page) {
        EXPECT_TRUE(met.insert(follower.mark.follower).second);
        const bool is_f3 = follower.mark.follower == "f3";
        EXPECT_EQ(follower.settings.page, !is_f3);
        EXPECT_EQ(follower.settings.digest, is_f3 ? Digest::kInstant : Digest::kOff);
        EXPECT_EQ(follower.site_url, is_f3 ? "https://x" : "");
      }
      if (static_cast<std::int64_t>(page.size()) < step) break;
      mark = page.back().mark;
    }
    EXPECT_EQ(met.size(), 25U) << step;
  }
}

TEST_P(NoticeStoreTest, BrowsersOfFollowersWhoWantIt) {
  for (int i = 0; i < 6; ++i) {
    const std::string name = "f" + std::to_string(i);
    follow(name, "x", kNow + (i / 3) * 1s);
    subscribe(name, name);
  }
  subscribe("f1", "f1-phone");
  subscribe("stranger", "stranger");
  choose("f2", {.page = true, .push = false, .digest = Digest::kOff});
  const std::set<std::string> expected = {"f0", "f1", "f1-phone", "f3", "f4", "f5"};
  for (const std::int64_t step : {1, 2, 3, 100}) EXPECT_EQ(targets("x", step), expected) << step;

  write([&] { return remove_push_target(*sql_, "f0", "https://push/f1"); });
  EXPECT_EQ(targets("x", 100), expected) << "somebody else's stays";
  write([&] { return remove_push_target(*sql_, "f1", "https://push/f1"); });
  write([&] { return remove_push_target(*sql_, "", "https://push/f3"); });
  EXPECT_EQ(targets("x", 100), (std::set<std::string>{"f0", "f1-phone", "f4", "f5"}));
  write([&] { return set_push_failures(*sql_, "https://push/f0", 3); });
  EXPECT_EQ(push_targets_after(*sql_, "x", {}, 1, kNow)->targets.at(0).failures, 3);
  subscribe("f0", "f0");
  EXPECT_EQ(push_targets_after(*sql_, "x", {}, 1, kNow)->targets.at(0).failures, 0);
}

TEST_P(NoticeStoreTest, WhoeverIsBannedHearsNothing) {
  for (const std::string name : {"anna", "bert", "cleo"}) {
    follow(name, "x");
    follow(name, "y");
    subscribe(name, name);
  }
  begin("x", kNow);
  begin("y", kNow + 1s);
  const auto ban = [&](const std::string& account, std::optional<base::WallTime> until) {
    ChatBan made;
    made.owner = "x";
    made.account = account;
    made.until = until;
    made.at = kNow - 1h;
    write([&] { return talk::put_ban(*sql_, made); });
  };
  const auto told = [&](base::WallTime now) {
    std::set<std::string> names;
    for (const std::int64_t step : {1, 100}) {
      FollowerMark mark;
      while (true) {
        const auto page = *followers_after(*sql_, "x", mark, step, now);
        for (const Follower& follower : page) names.insert(follower.mark.follower);
        if (static_cast<std::int64_t>(page.size()) < step) break;
        mark = page.back().mark;
      }
    }
    return names;
  };
  ban("anna", std::nullopt);
  ban("bert", kNow + 1h);
  EXPECT_EQ(told(kNow), (std::set<std::string>{"cleo"}));
  EXPECT_EQ(told(kNow + 1h), (std::set<std::string>{"bert", "cleo"})) << "a time-out has an end";
  EXPECT_EQ(targets("x", 1), (std::set<std::string>{"cleo"}));
  EXPECT_EQ(targets("y", 1), (std::set<std::string>{"anna", "bert", "cleo"}));
  const auto starts = *starts_for(*sql_, "anna", kAll, 30, kNow + 2s);
  ASSERT_EQ(starts.size(), 1U);
  EXPECT_EQ(starts[0].channel, "y");
  EXPECT_EQ(read_seen(*sql_, "anna", kNow + 2s)->unseen, 1);
  EXPECT_EQ(starts_since(*sql_, "anna", kNow - 1h, 20, kNow + 2s)->size(), 1U);
  EXPECT_EQ(starts_since(*sql_, "bert", kNow - 1h, 20, kNow + 1h)->size(), 2U);

  write([&] { return talk::drop_ban(*sql_, "x", "anna"); });
  EXPECT_EQ(starts_for(*sql_, "anna", kAll, 30, kNow + 2s)->size(), 2U);
  EXPECT_TRUE(told(kNow).contains("anna"));
}

TEST_P(NoticeStoreTest, AnAccountHasTenBrowsers) {
  follow("anna", "x");
  for (int i = 0; i < 12; ++i) subscribe("anna", "b" + std::to_string(i), kNow + i * 1s);
  const auto found = targets("x", 100);
  EXPECT_EQ(found.size(), 10U);
  EXPECT_FALSE(found.contains("b1"));
  EXPECT_TRUE(found.contains("b2"));
  subscribe("bert", "b5");
  EXPECT_FALSE(targets("x", 100).contains("b5")) << "a browser belongs to who signed in last";
}

TEST_P(NoticeStoreTest, DailyLettersTellOfEachChannelOnce) {
  follow("anna", "x");
  follow("anna", "y");
  choose("anna", {.page = true, .push = true, .digest = Digest::kDaily});
  choose("bert", {.page = true, .push = true, .digest = Digest::kInstant});
  const base::WallTime hour = next_digest_hour(kNow);
  EXPECT_TRUE(due_digests(*sql_, hour - 1us, 10)->empty());
  begin("x", kNow + 1min, "first");
  begin("y", kNow + 15min, "other");
  begin("x", kNow + 30min, "second");
  const auto due = *due_digests(*sql_, hour, 10);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].account, "anna");
  EXPECT_EQ(due[0].site_url, "https://x");
  const auto starts = *starts_since(*sql_, "anna", due[0].since, 20, kNow);
  ASSERT_EQ(starts.size(), 2U);
  EXPECT_EQ(starts[0].title, "second");
  EXPECT_EQ(starts[1].title, "other");
  EXPECT_EQ(starts_since(*sql_, "anna", due[0].since, 1, kNow)->size(), 1U);

  write([&] { return set_digest_due(*sql_, "anna", hour, next_digest_hour(hour)); });
  EXPECT_TRUE(due_digests(*sql_, hour, 10)->empty());
  const auto later = *due_digests(*sql_, hour + 24h, 10);
  ASSERT_EQ(later.size(), 1U);
  EXPECT_TRUE(starts_since(*sql_, "anna", later[0].since, 20, kNow)->empty());
}

TEST_P(NoticeStoreTest, NothingOfADeletedAccountStays) {
  follow("anna", "x");
  follow("bert", "anna");
  begin("anna", kNow);
  subscribe("anna", "a");
  choose("anna", {.page = false, .push = true, .digest = Digest::kDaily});
  write([&] { return erase_notices(*sql_, "anna"); });
  EXPECT_TRUE(starts_for(*sql_, "bert", kAll, 30, kNow)->empty());
  EXPECT_TRUE(targets("x", 10).empty());
  EXPECT_TRUE(read_notice_settings(*sql_, "anna")->page);
  EXPECT_TRUE(begin("anna", kNow + 1s).has_value());
}

TEST(DigestHourTest, IsAlwaysAhead) {
  using namespace std::chrono;
  const auto day = sys_days(year(2026) / 11 / 22);
  EXPECT_EQ(next_digest_hour(base::WallTime(day + 16h + 59min)), base::WallTime(day + 17h));
  EXPECT_EQ(next_digest_hour(base::WallTime(day + 17h)), base::WallTime(day + 41h));
}

}  // namespace
}  // namespace app
