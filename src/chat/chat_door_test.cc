// Coming into a room: who may, what they hear first, and that nothing is lost or doubled.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <set>

#include "chat/chat_test_support.h"

namespace chat {
namespace {

using Member = ChatRig::Member;

TEST(ChatDoor, WhoMayNotComeIn) {
  ChatRig rig;
  rig.above.room(std::string(ChatRig::kRoom)).bans = {
      {"ann", std::nullopt, "rude"},
      {"ben", io::Loop::wall_now() + std::chrono::minutes(1), ""},
      {"eve", io::Loop::wall_now() - std::chrono::minutes(1), "over"}};
  const auto status = [&](const ChatRig::Result& result) {
    return result ? 0 : int{result.error().status};
  };
  EXPECT_EQ(status(rig.admit(std::string_view("nonsense"))), 401);
  EXPECT_EQ(status(rig.admit(ChatRig::pass_of("ann"))), 403);
  EXPECT_EQ(status(rig.admit(ChatRig::pass_of("ben"))), 403);
  EXPECT_EQ(status(rig.admit(ChatRig::pass_of("eve"))), 0);
  Pass lost = ChatRig::pass_of("ann");
  lost.room = RoomId("nosuchroom00");
  EXPECT_EQ(status(rig.admit(lost)), 404);
  const std::string token = rig.above.token_for(ChatRig::pass_of("joe"));
  Member& joe = rig.join(std::move(*rig.admit(token)), 0);
  EXPECT_EQ(status(rig.admit(token, {}, 1)), 401);  // opens one connection
  joe.leave();
  EXPECT_EQ(status(rig.admit(token)), 401);
}

TEST(ChatDoor, ARoomThatCannotBeReadIsTriedAgainByTheNext) {
  ChatRig rig;
  rig.above.load_error = base::Error{base::ErrorCode::kIo, "no database"};
  const auto refused = rig.admit(ChatRig::pass_of("ann"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 503);
  rig.above.load_error.reset();
  EXPECT_TRUE(rig.admit(ChatRig::pass_of("ann")));
  EXPECT_EQ(rig.above.loads, 2U);
}

TEST(ChatDoor, ManyWaitForOneReadingOfTheRoom) {
  ChatRig rig;
  rig.above.holds_loads = true;
  std::vector<std::unique_ptr<Admission>> admissions;
  for (unsigned i = 0; i < 20; ++i) {
    rig.chat->rooms(rig.loops.at(i % 2))
        .admit(rig.above.token_for(ChatRig::pass_of("u" + std::to_string(i))), {},
               [&](ChatRig::Result result) { admissions.push_back(std::move(*result)); });
  }
  rig.pump();
  EXPECT_TRUE(admissions.empty());
  rig.above.answer_loads();
  rig.pump();
  EXPECT_EQ(admissions.size(), 20U);
  EXPECT_EQ(rig.above.loads, 1U);
}

TEST(ChatDoor, ConnectionsOfTheNodeAreLimited) {
  ChatRig rig(2, {.max_connections = 2});
  Member& ann = rig.join("ann");
  auto second = rig.admit(ChatRig::pass_of("ben"), {}, 1);
  ASSERT_TRUE(second);
  const auto third = rig.admit(ChatRig::pass_of("eve"));
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().status, 429);
  second->reset();  // never joined
  ann.leave();
  EXPECT_TRUE(rig.admit(ChatRig::pass_of("eve")));
}

TEST(ChatDoor, AnAdmissionThatIsDestroyedLeaves) {
  ChatRig rig;
  auto admission = rig.admit(ChatRig::pass_of("ann"));
  ASSERT_TRUE(admission);
  EXPECT_EQ(rig.chat->figures().connections, 1U);
  admission->reset();
  EXPECT_EQ(rig.chat->figures().connections, 0U);
  rig.pump();
  Presence presence;
  rig.chat->presence(rig.room, 10, rig.loops.at(1), [&](Presence p) { presence = std::move(p); });
  rig.pump();
  EXPECT_EQ(presence.connections, 0U);
}

TEST(ChatDoor, NothingIsLostOrDoubledBetweenHistoryAndWhatIsSaid) {
  // Everybody joins in the middle of talk and keeps the connection waiting for a while.
  ChatRig rig(3, {.max_requests_per_second = 0});
  Member& ann = rig.join("ann");
  int said = 0;
  std::vector<Member*> late;
  for (unsigned i = 0; i < 30; ++i) {
    const unsigned loop = i % 3;
    std::unique_ptr<Admission> admission;
    rig.chat->rooms(rig.loops.at(loop))
        .admit(rig.above.token_for(ChatRig::pass_of("u" + std::to_string(i))), {.history = 200},
               [&](ChatRig::Result result) { admission = std::move(*result); });
    ASSERT_TRUE(rig.pump_until([&] {
      ann.say(std::to_string(said++));
      return admission != nullptr;
    }));
    for (unsigned j = 0; j < i % 4; ++j) {
      ann.say(std::to_string(said++));
      (void)rig.loops.at((i + j) % 3).run_once(std::chrono::milliseconds(1));
    }
    late.push_back(&rig.join(std::move(admission), loop));
    ann.say(std::to_string(said++));
  }
  ASSERT_LE(said, 200);
  rig.pump();
  ASSERT_TRUE(rig.pump_until([&] { return rig.above.recorded().size() == std::size_t(said); }));
  for (Member* each : late) {
    const auto frames = each->take();
    ASSERT_EQ(frames.size(), std::size_t(said));
    for (int i = 0; i < said; ++i) {
      EXPECT_EQ(frames[static_cast<std::size_t>(i)]["Content"], std::to_string(i));
    }
  }
}

TEST(ChatDoor, HistoryComesMarkedAndWithoutRequestId) {
  ChatRig rig;
  Member& ann = rig.join("ann");
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    ann.say(std::to_string(i), "r");
    ids.push_back(ann.next("MESSAGE")["Id"]);
  }
  Member& ben = rig.join(ChatRig::pass_of("ben"), {.history = 3}, 1);
  auto frames = ben.take();
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(ben.connection.writes, 1U);
  EXPECT_EQ(frames[0]["Content"], "2");
  EXPECT_EQ(frames[0]["Id"], ids[2]);
  EXPECT_EQ(frames[0]["History"], "true");
  EXPECT_FALSE(frames[0].has("RequestId"));
  ben.leave();

  Member& since = rig.join(ChatRig::pass_of("eve"), {.history = 1, .since = ids[1]});
  EXPECT_EQ(since.take().size(), 3U);
  Member& unknown = rig.join(ChatRig::pass_of("joe"), {.history = 1, .since = "notknown0000"});
  EXPECT_EQ(unknown.take().size(), 1U);
  Member& none = rig.join("kim");
  EXPECT_TRUE(none.take().empty());
}

TEST(ChatDoor, HistoryIsKeptAboveToo) {
  ChatRig rig;
  RoomRecord& record = rig.above.room(std::string(ChatRig::kRoom));
  for (int i = 0; i < 3; ++i) {
    record.history.push_back(
        {.room = rig.room,
         .position = 100 + i,
         .id = "message0000" + std::to_string(i),
         .payload = base::Slice::take(R"({"Type":"MESSAGE","Id":"message0000)" + std::to_string(i) +
                                      R"(","RequestId":"r","Content":"old"})")});
  }
  record.last_position = std::int64_t{1} << 62;  // the clock was set back since
  Member& ann = rig.join(ChatRig::pass_of("ann"), {.history = 2});
  EXPECT_EQ(ann.take().size(), 2U);
  ann.say("new");
  EXPECT_EQ(ann.next("MESSAGE")["Content"], "new");
  ASSERT_TRUE(rig.pump_until([&] { return !rig.above.recorded().empty(); }));
  EXPECT_GT(rig.above.recorded()[0].position, std::int64_t{1} << 62);
}

TEST(ChatDoor, AnExtendedMemberIsToldWhereItIs) {
  ChatRig rig;
  Member& ann = rig.join("ann");
  ann.say("before");
  Pass pass = ChatRig::moderator("mod");
  pass.session_ends_at = base::WallTime(std::chrono::hours(24 * 365 * 60));
  Member& mod = rig.join(pass, {.extended = true, .history = 10}, 1);
  const auto frames = mod.take();
  ASSERT_EQ(frames.size(), 4U);
  EXPECT_EQ(frames[0]["EventName"], "rostrum:welcome");
  EXPECT_EQ(frames[0]["Attributes.RoomArn"], rig.above.room(std::string(ChatRig::kRoom)).arn);
  EXPECT_EQ(frames[0]["Attributes.UserId"], "mod");
  EXPECT_EQ(frames[0]["Attributes.Role"], "MODERATOR");
  EXPECT_EQ(frames[0]["Attributes.Capabilities"], "SEND_MESSAGE,DELETE_MESSAGE,DISCONNECT_USER");
  EXPECT_EQ(frames[0]["Attributes.MaximumMessageLength"], "500");
  EXPECT_EQ(frames[0]["Attributes.SlowModeSeconds"], "0");
  EXPECT_EQ(frames[0]["Attributes.SessionExpirationTime"], "2029-12-17T00:00:00.000Z");
  EXPECT_EQ(frames[0]["Attributes.History"], "complete");
  EXPECT_EQ(frames[1]["Content"], "before");
  EXPECT_EQ(frames[2]["EventName"], "rostrum:history-end");
  EXPECT_EQ(frames[3]["EventName"], "rostrum:presence");
  EXPECT_EQ(frames[3]["Attributes.Connections"], "2");
  EXPECT_EQ(frames[3]["Attributes.Users"], "2");
  EXPECT_TRUE(ann.take("EVENT").empty());  // nobody else notices

  Member& partial = rig.join(ChatRig::pass_of("eve"), {.extended = true, .since = "notknown0000"});
  EXPECT_EQ(partial.next("rostrum:welcome")["Attributes.History"], "partial");
}

TEST(ChatDoor, PresenceIsToldAtMostEveryTwoSeconds) {
  ChatRig rig;
  Member& mod = rig.join_extended(ChatRig::moderator("mod"));
  for (int i = 0; i < 10; ++i) (void)rig.join("u" + std::to_string(i), i % 2);
  rig.join("u0").leave();
  const base::MonotonicTime before = io::Loop::precise_now();
  const Heard presence = mod.next("rostrum:presence");
  EXPECT_GE(io::Loop::precise_now() - before, std::chrono::milliseconds(1500));
  EXPECT_EQ(presence["Attributes.Connections"], "11");
  EXPECT_EQ(presence["Attributes.Users"], "11");
  EXPECT_TRUE(mod.take().empty());

  Presence all;
  rig.chat->presence(rig.room, 3, rig.loops.at(1), [&](Presence p) { all = std::move(p); });
  rig.pump();
  EXPECT_EQ(all.connections, 11U);
  EXPECT_EQ(all.user_count, 11U);
  EXPECT_THAT(all.users, testing::ElementsAre("mod", "u0", "u1"));
}

TEST(ChatDoor, ARoomIsForgottenWhenNobodyIsThere) {
  ChatRig rig(2, {.idle_room = std::chrono::seconds(0)});
  Member& ann = rig.join("ann");
  ann.say("kept");
  (void)ann.next("MESSAGE");
  rig.pump_for(std::chrono::milliseconds(2100));
  EXPECT_EQ(rig.chat->figures().rooms, 1U);
  ann.leave();
  EXPECT_TRUE(rig.pump_until([&] { return rig.chat->figures().rooms == 0; }));
  EXPECT_EQ(rig.above.recorded().size(), 1U);
  EXPECT_TRUE(rig.admit(ChatRig::pass_of("ben")));
  EXPECT_EQ(rig.above.loads, 2U);
}

double cpu_seconds() {
  timespec now{};
  EXPECT_EQ(::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now), 0);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

TEST(ChatDoor, ComingInCostsTheSameInALargeRoom) {
  ChatRig rig(1);
  LoopRooms& rooms = rig.chat->rooms(rig.loops.at(0));
  std::vector<std::unique_ptr<Admission>> admissions;
  const auto come = [&](int from, int to) {
    const std::size_t before = admissions.size();
    std::vector<std::string> tokens;
    for (int i = from; i < to; ++i) {
      tokens.push_back(rig.above.token_for(ChatRig::pass_of("u" + std::to_string(i))));
    }
    const double start = cpu_seconds();
    for (const std::string& token : tokens) {
      rooms.admit(token, {.history = 50},
                  [&](ChatRig::Result result) { admissions.push_back(std::move(*result)); });
    }
    EXPECT_TRUE(rig.pump_until([&] { return admissions.size() == before + tokens.size(); }));
    return cpu_seconds() - start;
  };
  (void)come(0, 300);  // warm
  const double first = come(300, 600);
  (void)come(600, 10'000);
  const double last = come(10'000, 10'300);
  // Ten times the members: were it not flat, this would be ten times as much.
  EXPECT_LT(last, first * 4);
}

}  // namespace
}  // namespace chat
