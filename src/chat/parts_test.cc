// The small parts of the engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chat/attendance.h"
#include "chat/load_meter.h"
#include "chat/local_bus.h"
#include "chat/member_table.h"
#include "chat/rate_bucket.h"
#include "chat/review_queue.h"
#include "chat/room_rules.h"
#include "chat/session_ends.h"
#include "chat/used_tokens.h"
#include "io/loop.h"

namespace chat {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::MonotonicTime kNow{std::chrono::hours(5)};
constexpr base::WallTime kWallNow{std::chrono::hours(24 * 365 * 56)};

TEST(RateBucket, FillsEvenly) {
  RateBucket bucket;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(bucket.take(10, 10, kNow)) << i;
  EXPECT_FALSE(bucket.take(10, 10, kNow));
  EXPECT_EQ(bucket.wait(10, 10, kNow), milliseconds(100));
  EXPECT_FALSE(bucket.take(10, 10, kNow + milliseconds(99)));
  EXPECT_TRUE(bucket.take(10, 10, kNow + milliseconds(100)));
  EXPECT_FALSE(bucket.take(10, 10, kNow + milliseconds(100)));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(bucket.take(10, 10, kNow + seconds(9))) << i;
  EXPECT_FALSE(bucket.take(10, 10, kNow + seconds(9)));
}

TEST(LoadMeter, PausesGrowWithTheLoad) {
  struct Row {
    std::size_t members;
    milliseconds interval;
    double least, most;  // milliseconds of pause
  };
  // A quiet room, half of 1,000 members at 20 a second, half of 500 and all of them at more.
  for (const Row& row : {Row{100, milliseconds(100), 0, 0}, Row{500, milliseconds(50), 0, 0},
                         Row{500, milliseconds(20), 8, 14}, Row{500, milliseconds(5), 25, 25}}) {
    LoadMeter meter;
    base::MonotonicTime now = kNow;
    for (int i = 0; i < 1000; ++i) meter.add(row.members, now += row.interval);
    const double pause =
        std::chrono::duration<double, std::milli>(meter.pause(milliseconds(25), now)).count();
    EXPECT_GE(pause, row.least) << row.members;
    EXPECT_LE(pause, row.most) << row.members;
    EXPECT_EQ(meter.pause(milliseconds(25), now + seconds(5)), base::Duration::zero());
  }
}

TEST(UsedTokens, OpenOneConnectionUntilTheyExpire) {
  UsedTokens used(3);
  EXPECT_TRUE(used.use("room", "a", kWallNow + seconds(10), kWallNow));
  EXPECT_FALSE(used.use("room", "a", kWallNow + seconds(10), kWallNow + seconds(10)));
  EXPECT_TRUE(used.use("moor", "a", kWallNow + seconds(20), kWallNow));
  EXPECT_EQ(used.size(), 2U);
  EXPECT_TRUE(used.use("room", "b", kWallNow + seconds(30), kWallNow + seconds(11)));
  EXPECT_EQ(used.size(), 2U);  // the first has expired
  EXPECT_TRUE(used.use("room", "c", kWallNow + seconds(30), kWallNow + seconds(11)));
  EXPECT_TRUE(used.use("room", "d", kWallNow + seconds(30), kWallNow + seconds(11)));
  EXPECT_EQ(used.size(), 3U);
  EXPECT_FALSE(used.use("room", "d", kWallNow + seconds(30), kWallNow + seconds(11)));
}

Person person(std::string user, Role role = Role::kNone) {
  Person made;
  made.user_id = std::move(user);
  made.role = role;
  return made;
}

TEST(Attendance, CountsConnectionsUsersAndLoops) {
  Attendance here;
  const Person ann = person("ann", Role::kModerator);
  const Person ben = person("ben");
  const Seat first{MemberId{1}, 0, true};
  const Seat second{MemberId{1}, 1, false};
  const Seat third{MemberId{2}, 1, false};
  here.add(ann, first);
  here.add(ann, second);
  here.add(ben, third);
  EXPECT_EQ(here.connections(), 3U);
  EXPECT_EQ(here.extended_connections(), 1U);
  EXPECT_EQ(here.users(), 2U);
  EXPECT_EQ(here.loops().size(), 2U);
  EXPECT_EQ(here.token_role_of("ann"), Role::kModerator);
  EXPECT_EQ(here.token_role_of("joe"), Role::kNone);
  EXPECT_THAT(here.seats_of("ann"), testing::UnorderedElementsAre(first, second));
  EXPECT_THAT(here.first_users(1), testing::ElementsAre("ann"));
  EXPECT_TRUE(here.contains(ann, second));
  EXPECT_FALSE(here.remove(ben, first));
  EXPECT_TRUE(here.remove(ann, first));
  EXPECT_FALSE(here.remove(ann, first));
  ASSERT_EQ(here.loops().size(), 1U);
  EXPECT_EQ(here.loops()[0].loop, 1U);
  EXPECT_EQ(here.loops()[0].connections, 2U);
  here.remove_user("ann");
  here.remove_user("ann");
  EXPECT_EQ(here.connections(), 1U);
  EXPECT_THAT(here.all_seats(), testing::ElementsAre(third));
}

TEST(MemberTable, AnIdIsNeverGivenTwice) {
  MemberTable table;
  Member& first = table.add();
  const MemberId id = first.id;
  EXPECT_EQ(table.find(id), &first);
  table.remove(id);
  EXPECT_EQ(table.find(id), nullptr);
  Member& second = table.add();
  EXPECT_NE(second.id, id);
  EXPECT_EQ(table.find(id), nullptr);
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(table.find(MemberId{}), nullptr);
  EXPECT_EQ(table.find(MemberId{~std::uint64_t{0}}), nullptr);
}

TEST(SessionEnds, EachEndsAtItsTime) {
  io::Loop loop;
  std::vector<MemberId> ended;
  SessionEnds ends(loop, [&](MemberId id) { ended.push_back(id); }, [](MemberId) { return true; });
  const base::WallTime now = io::Loop::wall_now();
  ends.add(MemberId{3}, now + std::chrono::hours(24 * 365 * 200'000LL), 4);
  ends.add(MemberId{2}, now + milliseconds(60), 4);
  ends.add(MemberId{1}, now + milliseconds(30), 4);
  ends.add(MemberId{0}, now - seconds(1), 4);
  EXPECT_TRUE(ended.empty());  // not from inside
  while (ended.size() < 3) (void)loop.run_once(milliseconds(5));
  EXPECT_THAT(ended, testing::ElementsAre(MemberId{0}, MemberId{1}, MemberId{2}));
  EXPECT_GE(io::Loop::wall_now(), now + milliseconds(60));
}

TEST(SessionEnds, ForgetsThoseThatHaveGone) {
  io::Loop loop;
  SessionEnds ends(loop, [](MemberId) {}, [](MemberId) { return false; });
  const base::WallTime end = io::Loop::wall_now() + std::chrono::hours(3);
  for (std::uint64_t i = 0; i < 10'000; ++i) ends.add(MemberId{i}, end, 1);
  EXPECT_LT(ends.size(), 1100U);
}

TEST(ReviewQueue, OneUserWaitsForHimselfOnly) {
  ReviewQueue queue;
  const auto ask = [&](const char* user, const char* content) {
    ReviewedMessage message;
    message.person = std::make_shared<Person>(person(user));
    message.message.content = content;
    return queue.add(std::move(message));
  };
  const auto a1 = ask("ann", "a1");
  const auto b1 = ask("ben", "b1");
  const auto a2 = ask("ann", "a2");
  const auto a3 = ask("ann", "a3");
  const auto c1 = ask("eve", "c1");
  std::string released;
  const auto release = [&](const ReviewedMessage& message, const base::Expected<ReviewResult>&) {
    released += message.message.content + " ";
  };
  queue.finish(a2, ReviewResult{}, release);
  EXPECT_EQ(released, "");
  queue.finish(b1, ReviewResult{}, release);
  EXPECT_EQ(released, "b1 ");
  queue.finish(a1, base::fail(base::ErrorCode::kTimeout, "late"), release);
  EXPECT_EQ(released, "b1 a1 a2 ");
  queue.finish(a1, ReviewResult{}, release);  // twice
  queue.forget_user("eve");
  queue.finish(c1, ReviewResult{}, release);
  queue.finish(a3, ReviewResult{}, release);
  EXPECT_EQ(released, "b1 a1 a2 a3 ");
  EXPECT_EQ(queue.size(), 0U);
}

TEST(RoomRules, SayWhatChanged) {
  RoomRules rules;
  RoomRecord record;
  record.arn = "arn";
  record.bans = {{"ann", std::nullopt, ""}, {"ben", kWallNow + seconds(5), ""}};
  record.roles = {{"eve", Role::kModerator}, {"joe", Role::kNone}};
  RuleChanges changes = rules.apply(record, kWallNow);
  EXPECT_EQ(changes.banned.size(), 2U);
  EXPECT_TRUE(rules.is_banned("ben", kWallNow));
  EXPECT_FALSE(rules.is_banned("ben", kWallNow + seconds(5)));
  EXPECT_TRUE(rules.is_banned("ann", kWallNow + std::chrono::hours(1000)));
  EXPECT_EQ(rules.role(person("eve", Role::kVip)), Role::kModerator);
  EXPECT_EQ(rules.role(person("eve", Role::kOwner)), Role::kOwner);
  EXPECT_TRUE(rules.capabilities(person("eve")).disconnect_user);
  EXPECT_FALSE(rules.capabilities(person("eve")).send_message);
  EXPECT_FALSE(rules.is_moderator(person("joe")));

  changes = rules.apply(record, kWallNow);
  EXPECT_TRUE(changes.banned.empty() && changes.unbanned.empty() && changes.roles.empty());
  EXPECT_FALSE(changes.has_limits);

  record.bans = {{"ben", kWallNow + seconds(50), ""}};
  record.roles = {{"ann", Role::kVip}};
  record.moderation.slow_mode = seconds(3);
  changes = rules.apply(record, kWallNow);
  ASSERT_EQ(changes.banned.size(), 1U);
  EXPECT_EQ(changes.banned[0].user_id, "ben");
  EXPECT_THAT(changes.unbanned, testing::ElementsAre("ann"));
  EXPECT_THAT(changes.roles, testing::UnorderedElementsAre(testing::Pair("ann", Role::kVip),
                                                           testing::Pair("eve", Role::kNone)));
  EXPECT_TRUE(changes.has_limits);
}

TEST(LocalBus, PositionsRise) {
  io::Loop loop;
  LocalBus bus(1);
  std::vector<Bus::Said> heard;
  bus.start([&](const RoomId&) -> io::Loop& { return loop; },
            [&](Bus::Said said) { heard.push_back(std::move(said)); });
  for (int i = 0; i < 1000; ++i) bus.publish(RoomId("a"), base::Slice::unowned("x"), {});
  bus.rise_above(RoomId("a"), std::int64_t{1} << 62);
  bus.publish(RoomId("b"), base::Slice::unowned("y"), {});
  bus.rise_above(RoomId("a"), 5);
  bus.publish(RoomId("a"), base::Slice::unowned("z"), {});
  ASSERT_EQ(heard.size(), 1002U);
  for (std::size_t i = 1; i < heard.size(); ++i) {
    EXPECT_GT(heard[i].position, heard[i - 1].position);
    EXPECT_TRUE(heard[i].is_own);
  }
  EXPECT_GT(heard[1000].position, std::int64_t{1} << 62);
}

}  // namespace
}  // namespace chat
