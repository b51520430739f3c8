// How connections, rooms and the server end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chat/chat_test_support.h"

namespace chat {
namespace {

using Member = ChatRig::Member;

TEST(ChatEnd, ASessionEnds) {
  ChatRig rig;
  Pass pass = ChatRig::pass_of("ann");
  pass.session_ends_at = io::Loop::wall_now() + std::chrono::milliseconds(200);
  Member& ann = rig.join(pass);
  Member& ben = rig.join("ben");
  const Heard error = ann.next("ERROR");
  EXPECT_GE(io::Loop::wall_now(), pass.session_ends_at);
  EXPECT_LT(io::Loop::wall_now(), pass.session_ends_at + std::chrono::seconds(1));
  EXPECT_EQ(error["ErrorCode"], "401");
  EXPECT_EQ(error["ErrorMessage"], "Session expired");
  EXPECT_EQ(ann.connection.close_code, 1000);
  ann.say("too late");
  EXPECT_TRUE(ben.take().empty());
  EXPECT_FALSE(ben.connection.is_over());
}

TEST(ChatEnd, ASessionThatIsOverEndsAtOnce) {
  ChatRig rig;
  Pass pass = ChatRig::pass_of("ann");
  pass.session_ends_at = io::Loop::wall_now() - std::chrono::seconds(1);
  Member& ann = rig.join(pass);
  ann.say("too late");  // before the timer came
  EXPECT_EQ(ann.next("ERROR")["ErrorCode"], "401");
  EXPECT_EQ(ann.connection.close_code, 1000);
  EXPECT_TRUE(ann.take().empty());
}

TEST(ChatEnd, ARoomIsDeleted) {
  ChatRig rig;
  std::vector<Member*> all;
  for (unsigned i = 0; i < 600; ++i) all.push_back(&rig.join("u" + std::to_string(i), i % 2));
  auto waiting = rig.admit(ChatRig::pass_of("slow"));
  rig.above.remove_room(std::string(ChatRig::kRoom));
  all[0]->say("last words");
  rig.pump();
  rig.chat->close_room(rig.room);
  rig.pump();
  for (Member* each : all) {
    EXPECT_EQ(each->connection.close_code, 1000);
    EXPECT_EQ(each->take("MESSAGE").size(), 1U);
  }
  EXPECT_EQ(rig.join(std::move(*waiting), 0).connection.close_code, 1000);
  const auto refused = rig.admit(ChatRig::pass_of("late"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 404);
  EXPECT_EQ(rig.chat->figures().rooms, 0U);
}

TEST(ChatEnd, ARoomIsDeletedWhileItIsOpened) {
  ChatRig rig;
  rig.above.holds_loads = true;
  std::optional<ChatRig::Result> result;
  rig.chat->rooms(rig.loops.at(0))
      .admit(rig.above.token_for(ChatRig::pass_of("ann")), {},
             [&](ChatRig::Result answer) { result.emplace(std::move(answer)); });
  rig.pump();
  rig.chat->close_room(rig.room);
  rig.pump();
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->error().status, 404);
  rig.above.answer_loads();
  rig.pump();
  EXPECT_EQ(rig.chat->figures().rooms, 0U);
}

TEST(ChatEnd, FlushCompletesTheRecord) {
  ChatRig rig(3);
  Member& ann = rig.join("ann");
  for (int i = 0; i < 5; ++i) ann.say(std::to_string(i));
  rig.pump();
  bool is_flushed = false;
  rig.chat->flush(rig.loops.at(1), [&] {
    EXPECT_EQ(rig.above.recorded().size(), 5U);
    is_flushed = true;
  });
  EXPECT_TRUE(rig.pump_until([&] { return is_flushed; }));
}

TEST(ChatEnd, TheRecordIsGathered) {
  ChatRig rig(1, {.max_requests_per_second = 0});
  Member& ann = rig.join("ann");
  for (int i = 0; i < 250; ++i) ann.say("x");
  ASSERT_TRUE(rig.pump_until([&] { return rig.above.recorded().size() == 250; }));
  EXPECT_LE(rig.above.batches(), 10U);
  EXPECT_GE(rig.above.batches(), 3U);
}

TEST(ChatEnd, DrainingDropsEverybodyAndCompletesTheRecord) {
  ChatRig rig(3);
  Member& ann = rig.join("ann");
  Member& ben = rig.join("ben", 1);
  auto waiting = rig.admit(ChatRig::pass_of("slow"), {}, 2);
  ann.say("last words");
  bool is_drained = false;
  rig.chat->drain(rig.loops.at(0), [&] {
    EXPECT_EQ(rig.above.recorded().size(), 1U);
    is_drained = true;
  });
  EXPECT_TRUE(rig.pump_until([&] { return is_drained; }));
  EXPECT_TRUE(ann.connection.is_dropped);
  EXPECT_TRUE(ben.connection.is_dropped);
  Member& slow = rig.join(std::move(*waiting), 2);
  rig.pump();
  EXPECT_TRUE(slow.connection.is_dropped);
  const auto refused = rig.admit(ChatRig::pass_of("late"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 503);
}

}  // namespace
}  // namespace chat
