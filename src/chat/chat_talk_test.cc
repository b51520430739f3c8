// What is said in a room and who hears it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "chat/chat_test_support.h"

namespace chat {
namespace {

using Member = ChatRig::Member;

TEST(ChatTalk, EverybodyHearsAMessageTheSenderToo) {
  ChatRig rig;
  Pass speaker = ChatRig::pass_of("ann");
  speaker.attributes = {{"name", "Ann"}};
  Member& ann = rig.join(speaker);
  Member& ben = rig.join("ben", 1);
  ann.send(
      R"({"Action":"SEND_MESSAGE","RequestId":"r1","Content":"hello","Attributes":{"a":"b"}})");
  for (Member* each : {&ann, &ben}) {
    const auto frames = each->take();
    ASSERT_EQ(frames.size(), 1U);
    const Heard& frame = frames[0];
    EXPECT_EQ(frame["Type"], "MESSAGE");
    EXPECT_EQ(frame["Id"].size(), 12U);
    EXPECT_EQ(frame["RequestId"], "r1");
    EXPECT_EQ(frame["Content"], "hello");
    EXPECT_EQ(frame["Attributes.a"], "b");
    EXPECT_EQ(frame["Sender.UserId"], "ann");
    EXPECT_EQ(frame["Sender.Attributes.name"], "Ann");
    EXPECT_FALSE(frame.has("Sender.Role"));
  }
  EXPECT_EQ(ann.connection.octets, ben.connection.octets);
}

TEST(ChatTalk, RoomsDoNotHearEachOther) {
  ChatRig rig;
  (void)rig.above.room("room00000002");
  Pass elsewhere = ChatRig::pass_of("ben");
  elsewhere.room = RoomId("room00000002");
  Member& ann = rig.join("ann");
  Member& ben = rig.join(elsewhere);
  ann.say("hello");
  EXPECT_EQ(ann.take().size(), 1U);
  EXPECT_EQ(ben.take().size(), 0U);
  EXPECT_EQ(rig.chat->figures().rooms, 2U);
}

TEST(ChatTalk, TheOrderIsTheSameForAllOnAllLoops) {
  ChatRig rig(3);
  std::vector<Member*> all;
  for (unsigned i = 0; i < 12; ++i) all.push_back(&rig.join("u" + std::to_string(i), i % 3));
  for (int round = 0; round < 5; ++round) {
    for (Member* each : all) each->say(std::to_string(round));
    (void)rig.loops.at(static_cast<unsigned>(round) % 3).run_once(std::chrono::milliseconds(1));
  }
  rig.pump();
  EXPECT_EQ(all[0]->take("MESSAGE").size(), 60U);
  for (Member* each : all) EXPECT_EQ(each->connection.octets, all[0]->connection.octets);
  const auto recorded = [&] {
    std::string ids;
    for (const Entry& entry : rig.above.recorded()) ids += entry.id;
    return ids;
  };
  ASSERT_TRUE(rig.pump_until([&] { return rig.above.recorded().size() == 60; }));
  std::string heard;
  std::int64_t last = 0;
  for (const Entry& entry : rig.above.recorded()) {
    EXPECT_GT(entry.position, last);
    last = entry.position;
  }
  for (const std::string& frame : texts_of(all[0]->connection.octets)) {
    heard += frame.substr(frame.find("\"Id\":\"") + 6, 12);
  }
  EXPECT_EQ(heard, recorded());
}

TEST(ChatTalk, ActionsThatAreRefused) {
  struct Row {
    const char* frame;
    int code;
    const char* message;
  };
  const std::string long_text(501, 'x');
  const std::string too_long =
      R"({"Action":"SEND_MESSAGE","RequestId":"q","Content":")" + long_text + "\"}";
  const Row rows[] = {
      {"hello", 400, ""},
      {R"({"Action":"DANCE","RequestId":"q"})", 400, ""},
      {R"({"Action":"SEND_MESSAGE","RequestId":"q"})", 400, ""},
      {too_long.c_str(), 413, "Message exceeds maximum length"},
      {R"({"Action":"DELETE_MESSAGE","RequestId":"q","Id":"abcDEF123456"})", 403,
       "Not allowed to delete messages"},
      {R"({"Action":"DISCONNECT_USER","RequestId":"q","UserId":"ben"})", 403,
       "Not allowed to disconnect users"},
      {R"({"Action":"UNPIN_MESSAGE","RequestId":"q"})", 400, ""},
  };
  for (const Row& row : rows) {
    ChatRig rig;
    Member& ann = rig.join("ann");
    Member& ben = rig.join("ben");
    ann.send(row.frame);
    const auto frames = ann.take();
    ASSERT_EQ(frames.size(), 1U) << row.frame;
    EXPECT_EQ(frames[0]["Type"], "ERROR");
    EXPECT_EQ(frames[0]["ErrorCode"], std::to_string(row.code)) << row.frame;
    EXPECT_EQ(frames[0]["Id"].size(), 12U);
    if (*row.message != '\0') EXPECT_EQ(frames[0]["ErrorMessage"], row.message);
    if (row.frame[0] == '{') EXPECT_EQ(frames[0]["RequestId"], "q");
    EXPECT_FALSE(frames[0].has("RetryAfterSeconds"));
    EXPECT_TRUE(ben.take().empty());
    EXPECT_TRUE(rig.above.recorded().empty());
  }
}

TEST(ChatTalk, WhoMayNotSendIsTold) {
  ChatRig rig;
  Pass silent = ChatRig::pass_of("ann");
  silent.capabilities.send_message = false;
  Member& ann = rig.join(silent);
  ann.say("hello", "r");
  EXPECT_EQ(ann.next("ERROR")["ErrorCode"], "403");
}

TEST(ChatTalk, LengthIsMeasuredInCodePoints) {
  ChatRig rig;
  rig.above.room(std::string(ChatRig::kRoom)).max_length = 3;
  Member& ann = rig.join("ann");
  ann.say("äöü");
  EXPECT_EQ(ann.next("MESSAGE")["Content"], "äöü");
  ann.say("abcd");
  EXPECT_EQ(ann.next("ERROR")["ErrorCode"], "413");
}

TEST(ChatTalk, TheRoomsRateIsForAllTogether) {
  ChatRig rig;
  rig.above.room(std::string(ChatRig::kRoom)).max_rate = 3;
  Member& ann = rig.join("ann");
  Member& ben = rig.join("ben", 1);
  Member& eve = rig.join_extended(ChatRig::pass_of("eve"));
  ann.say("1");
  ann.say("2");
  rig.pump();
  ben.say("3");
  rig.pump();
  ben.say("4", "r4");
  const Heard error = ben.next("ERROR");
  EXPECT_EQ(error["ErrorCode"], "429");
  EXPECT_EQ(error["ErrorMessage"], "rate limit exceeded");
  EXPECT_EQ(error["RequestId"], "r4");
  EXPECT_EQ(ann.take("MESSAGE").size(), 3U);
  eve.say("5");
  EXPECT_EQ(eve.next("ERROR")["RetryAfterSeconds"], "1");
  // It fills again: one in a third of a second.
  rig.pump_for(std::chrono::milliseconds(340));
  ben.say("6");
  EXPECT_EQ(ben.next("MESSAGE")["Content"], "6");
}

TEST(ChatTalk, TheNodesRateIsForAllRooms) {
  ChatRig rig(2, {.max_sends_per_second = 2});
  (void)rig.above.room("room00000002");
  Pass elsewhere = ChatRig::pass_of("ben");
  elsewhere.room = RoomId("room00000002");
  Member& ann = rig.join("ann");
  Member& ben = rig.join(elsewhere);
  ann.say("1");
  ann.say("2");
  rig.pump();
  ben.say("3");
  EXPECT_EQ(ben.next("ERROR")["ErrorCode"], "429");
}

TEST(ChatTalk, AConnectionsRate) {
  ChatRig rig;
  Member& ann = rig.join("ann");
  Member& ben = rig.join("ben");
  for (int i = 0; i < 12; ++i) ann.say("x", "r" + std::to_string(i));
  const auto errors = ann.take("ERROR");
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0]["ErrorCode"], "429");
  EXPECT_EQ(errors[0]["ErrorMessage"], "rate limit exceeded");
  EXPECT_EQ(errors[0]["RequestId"], "r10");
  EXPECT_EQ(ben.take("MESSAGE").size(), 10U);
  ben.say("still here");
  EXPECT_EQ(ben.next("MESSAGE")["Content"], "still here");
}

TEST(ChatTalk, AFloodEndsTheConnectionAndCostsOthersNothing) {
  ChatRig rig;
  Member& ann = rig.join("ann");
  Member& ben = rig.join("ben");
  for (int i = 0; i < 1000 && !ann.connection.is_over(); ++i) ann.say("x");
  EXPECT_TRUE(ann.connection.is_dropped);
  EXPECT_LE(ann.connection.writes, 60U);  // refusals are bounded
  EXPECT_EQ(ben.take("MESSAGE").size(), 10U);
  ann.say("nobody listens to the dead");
  ann.leave();
  EXPECT_TRUE(ben.take().empty());
}

TEST(ChatTalk, AMessageIsDeleted) {
  ChatRig rig;
  Member& ann = rig.join("ann");
  Pass pass = ChatRig::pass_of("mod");
  pass.capabilities.delete_message = true;
  Member& mod = rig.join(pass, {}, 1);
  ann.say("bad");
  const std::string id = mod.next("MESSAGE")["Id"];
  mod.send(R"({"Action":"DELETE_MESSAGE","RequestId":"d","Id":")" + id + R"(","Reason":"rude"})");
  const Heard event = ann.next("aws:DELETE_MESSAGE");
  EXPECT_EQ(event["Type"], "EVENT");
  EXPECT_EQ(event["RequestId"], "d");
  EXPECT_EQ(event["Attributes.MessageID"], id);
  EXPECT_EQ(event["Attributes.MessageId"], id);
  EXPECT_EQ(event["Attributes.Reason"], "rude");
  ASSERT_TRUE(rig.pump_until([&] { return rig.above.recorded().size() == 2; }));
  EXPECT_EQ(rig.above.recorded()[1].kind, Entry::Kind::kEvent);
  EXPECT_EQ(rig.above.recorded()[1].about, id);
  // It does not come with the history.
  Member& late = rig.join(ChatRig::pass_of("late"), {.history = 10});
  const auto history = late.take();
  ASSERT_EQ(history.size(), 1U);
  EXPECT_EQ(history[0]["EventName"], "aws:DELETE_MESSAGE");
}

TEST(ChatTalk, AUserIsDisconnectedEverywhere) {
  ChatRig rig;
  Member& here = rig.join("ann");
  Member& there = rig.join("ann", 1);
  Pass pass = ChatRig::pass_of("mod");
  pass.capabilities.disconnect_user = true;
  Member& mod = rig.join(pass);
  mod.send(R"({"Action":"DISCONNECT_USER","RequestId":"d","UserId":"ann","Reason":"spam"})");
  here.say("one more thing");
  for (Member* each : {&here, &there}) {
    const Heard event = each->next("aws:DISCONNECT_USER");
    EXPECT_EQ(event["Attributes.UserId"], "ann");
    EXPECT_EQ(event["Attributes.Reason"], "spam");
    EXPECT_EQ(each->connection.close_code, 1000);
    each->say("after the end");
  }
  EXPECT_EQ(mod.next("aws:DISCONNECT_USER")["RequestId"], "d");
  EXPECT_FALSE(mod.connection.is_over());
  EXPECT_TRUE(mod.take("MESSAGE").empty());
  // Nobody of that name is there now: the event comes all the same.
  mod.send(R"({"Action":"DISCONNECT_USER","UserId":"ann"})");
  const Heard event = mod.next("aws:DISCONNECT_USER");
  EXPECT_EQ(event["Attributes.UserId"], "ann");
  EXPECT_FALSE(event.has("Attributes.Reason"));
}

TEST(ChatTalk, WhatOthersAskOfARoom) {
  ChatRig rig;
  Member& ann = rig.join("ann");
  std::vector<std::string> ids;
  const auto done = [&](base::Expected<std::string> id) {
    ids.push_back(id ? *id : "failed: " + id.error().message);
  };
  rig.chat->send_event(rig.room, "app:poll", {{"q", "1"}}, done);
  rig.chat->delete_message(rig.room, "abcDEF123456", "", done);
  rig.chat->disconnect_user(rig.room, "nobody", "gone", done);
  rig.chat->send_event(RoomId("nosuchroom00"), "x", {}, done);
  const auto frames = ann.take("EVENT");
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[0]["EventName"], "app:poll");
  EXPECT_EQ(frames[0]["Attributes.q"], "1");
  ASSERT_EQ(ids.size(), 4U);
  int events = 0;
  for (const Heard& frame : frames)
    events += static_cast<int>(std::ranges::count(ids, frame["Id"]));
  EXPECT_EQ(events, 3);
  EXPECT_EQ(std::ranges::count_if(ids, [](auto& id) { return id.starts_with("failed"); }), 1);
  const Figures figures = rig.chat->figures();
  EXPECT_EQ(figures.requests.send_event, 1U);
  EXPECT_EQ(figures.requests.delete_message, 1U);
  EXPECT_EQ(figures.requests.disconnect_user, 1U);
  EXPECT_EQ(figures.deliveries.send_event, 1U);
}

TEST(ChatTalk, WhatIsSaidFromAboveIsAMessageLikeAMembers) {
  ChatRig rig;
  RoomRecord& record = rig.above.room(std::string(ChatRig::kRoom));
  record.roles = {{"owner", Role::kOwner}};
  record.max_rate = 1;
  record.max_length = 5;
  record.bans = {{.user_id = "owner", .until = {}, .reason = ""}};
  Member& ann = rig.join("ann");
  std::vector<base::Expected<std::string>> done;
  const auto said = [&](base::Expected<std::string> id) { done.push_back(std::move(id)); };
  const Sender owner{"owner", {{"color", "blue"}}};
  rig.chat->say(rig.room, owner, "first", {{"eventType", "START_POLL"}}, said);
  rig.chat->say(rig.room, owner, "other", {}, said);
  rig.chat->say(rig.room, owner, "longer", {}, said);
  rig.chat->say(rig.room, owner, "", {}, said);
  rig.chat->say(RoomId("nosuchroom00"), owner, "x", {}, said);
  const auto frames = ann.take();
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0]["Type"], "MESSAGE");
  EXPECT_EQ(frames[0]["Content"], "first");
  EXPECT_EQ(frames[0]["Attributes.eventType"], "START_POLL");
  EXPECT_EQ(frames[0]["Sender.UserId"], "owner");
  EXPECT_EQ(frames[0]["Sender.Attributes.color"], "blue");
  EXPECT_EQ(frames[0]["Sender.Role"], "OWNER");
  EXPECT_FALSE(frames[0].has("RequestId"));
  EXPECT_EQ(frames[1]["Content"], "other");
  ASSERT_EQ(done.size(), 5U);
  std::vector<std::string> failures;
  for (const auto& each : done) {
    if (each) {
      EXPECT_TRUE(*each == frames[0]["Id"] || *each == frames[1]["Id"]);
    } else {
      failures.emplace_back(base::to_string(each.error().code));
    }
  }
  const std::string invalid(base::to_string(base::ErrorCode::kInvalid));
  const std::string missing(base::to_string(base::ErrorCode::kNotFound));
  EXPECT_THAT(failures, ::testing::UnorderedElementsAre(invalid, invalid, missing));
  rig.pump();
  EXPECT_EQ(rig.chat->figures().requests.send_message, 4U);
}

TEST(ChatTalk, FiguresCount) {
  ChatRig rig;
  Member& ann = rig.join("ann");
  (void)rig.join("ben", 1);
  (void)rig.join("eve", 1);
  ann.say("1");
  ann.say("2");
  rig.pump();
  const Figures figures = rig.chat->figures();
  EXPECT_EQ(figures.connections, 3U);
  EXPECT_EQ(figures.rooms, 1U);
  EXPECT_EQ(figures.requests.send_message, 2U);
  EXPECT_EQ(figures.deliveries.send_message, 6U);
}

TEST(ChatTalk, RolesShowInMessages) {
  ChatRig rig;
  rig.above.room(std::string(ChatRig::kRoom)).roles = {{"ann", Role::kOwner}};
  Member& ann = rig.join("ann");
  Pass pass = ChatRig::pass_of("vip");
  pass.role = Role::kVip;
  Member& vip = rig.join(pass);
  ann.say("1");
  EXPECT_EQ(ann.next("MESSAGE")["Sender.Role"], "OWNER");
  vip.say("2");
  EXPECT_EQ(ann.next("MESSAGE")["Sender.Role"], "VIP");
}

}  // namespace
}  // namespace chat
