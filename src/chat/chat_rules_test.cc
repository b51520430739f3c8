// What moderators and reviews do in a room, reactions, and changes of its record.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "chat/chat_test_support.h"

namespace chat {
namespace {

using Member = ChatRig::Member;

std::string room_name() {
  return std::string(ChatRig::kRoom);
}

TEST(ChatRules, AModeratorBans) {
  ChatRig rig;
  Member& mod = rig.join_extended(ChatRig::moderator("mod"));
  Member& ann = rig.join("ann", 1);
  Member& ben = rig.join("ben");
  mod.send(R"({"Action":"BAN_USER","RequestId":"b","UserId":"ann","DurationSeconds":600,)"
           R"("Reason":"spam"})");
  EXPECT_EQ(ann.next("aws:DISCONNECT_USER")["Attributes.Reason"], "spam");
  EXPECT_EQ(ann.connection.close_code, 1000);
  EXPECT_EQ(ben.next("aws:DISCONNECT_USER")["Attributes.UserId"], "ann");
  const auto frames = mod.take("EVENT");
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0]["EventName"], "aws:DISCONNECT_USER");
  EXPECT_EQ(frames[1]["EventName"], "rostrum:banned");
  EXPECT_EQ(frames[1]["RequestId"], "b");
  EXPECT_EQ(frames[1]["Attributes.UserId"], "ann");
  EXPECT_EQ(frames[1]["Attributes.Reason"], "spam");
  EXPECT_TRUE(frames[1].has("Attributes.Until"));
  EXPECT_TRUE(ben.take().empty());
  EXPECT_EQ(rig.admit(ChatRig::pass_of("ann")).error().status, 403);
  ASSERT_EQ(rig.above.changes.size(), 1U);
  EXPECT_EQ(rig.above.changes[0].by, "mod");

  mod.send(R"({"Action":"UNBAN_USER","RequestId":"u","UserId":"ann"})");
  EXPECT_EQ(mod.next("rostrum:unbanned")["RequestId"], "u");
  EXPECT_TRUE(rig.admit(ChatRig::pass_of("ann")));
  // Nothing changes, an answer comes all the same.
  mod.send(R"({"Action":"UNBAN_USER","RequestId":"v","UserId":"ann"})");
  EXPECT_EQ(mod.next("rostrum:unbanned")["RequestId"], "v");
}

TEST(ChatRules, WhoMayNotModerate) {
  ChatRig rig;
  Pass extended = ChatRig::pass_of("ann");
  extended.role = Role::kVip;
  Member& ann = rig.join_extended(extended);
  Member& mod = rig.join_extended(ChatRig::moderator("mod"));
  for (const char* frame :
       {R"({"Action":"BAN_USER","UserId":"ben"})", R"({"Action":"UNBAN_USER","UserId":"ben"})",
        R"({"Action":"PIN_MESSAGE","Id":"abcDEF123456"})", R"({"Action":"UNPIN_MESSAGE"})",
        R"({"Action":"SET_SLOW_MODE","Seconds":3})", R"({"Action":"BAN_USER","UserId":"mod"})"}) {
    ann.send(frame);
    EXPECT_EQ(ann.next("ERROR")["ErrorCode"], "403") << frame;
  }
  EXPECT_TRUE(rig.above.changes.empty());
  (void)rig.join(ChatRig::moderator("mod2"));
  mod.send(R"({"Action":"BAN_USER","UserId":"mod2"})");  // one like himself
  EXPECT_EQ(mod.next("ERROR")["ErrorCode"], "403");
  // Both capabilities make a moderator.
  Pass both = ChatRig::pass_of("eve");
  both.capabilities.delete_message = both.capabilities.disconnect_user = true;
  Member& eve = rig.join_extended(both);
  eve.send(R"({"Action":"SET_SLOW_MODE","RequestId":"s","Seconds":3})");
  EXPECT_EQ(eve.next("rostrum:room")["Attributes.SlowModeSeconds"], "3");
}

TEST(ChatRules, ChangesThatFail) {
  struct Row {
    base::ErrorCode code;
    const char* status;
  };
  for (const Row& row : {Row{base::ErrorCode::kNotFound, "400"},
                         {base::ErrorCode::kConflict, "400"},
                         {base::ErrorCode::kLimit, "429"},
                         {base::ErrorCode::kIo, "500"}}) {
    ChatRig rig;
    Member& mod = rig.join_extended(ChatRig::moderator("mod"));
    rig.above.change_error = base::Error{row.code, "secret sauce"};
    mod.send(R"({"Action":"UNPIN_MESSAGE","RequestId":"u"})");
    const Heard error = mod.next("ERROR");
    EXPECT_EQ(error["ErrorCode"], row.status);
    EXPECT_EQ(error["RequestId"], "u");
    EXPECT_EQ(error["ErrorMessage"] == "secret sauce", error["ErrorCode"] != "500");
  }
}

TEST(ChatRules, AMessageIsPinned) {
  ChatRig rig;
  Member& ann = rig.join("ann");
  Member& mod = rig.join_extended(ChatRig::moderator("mod"));
  ann.say("read this");
  const std::string id = ann.next("MESSAGE")["Id"];
  ASSERT_TRUE(rig.pump_until([&] { return !rig.above.recorded().empty(); }));
  mod.send(R"({"Action":"PIN_MESSAGE","RequestId":"p","Id":")" + id + "\"}");
  const Heard pinned = mod.next("rostrum:pinned");
  EXPECT_EQ(pinned["RequestId"], "p");
  EXPECT_EQ(Heard(pinned["Attributes.Message"])["Id"], id);
  Member& late = rig.join(ChatRig::pass_of("late"), {.extended = true});
  EXPECT_EQ(Heard(late.next("rostrum:pinned")["Attributes.Message"])["Content"], "read this");
  mod.send(R"({"Action":"UNPIN_MESSAGE","RequestId":"u"})");
  const Heard unpinned = mod.next("rostrum:unpinned");
  EXPECT_EQ(unpinned["RequestId"], "u");
  EXPECT_EQ(unpinned["Attributes.MessageId"], id);

  mod.send(R"({"Action":"PIN_MESSAGE","Id":")" + id + "\"}");
  (void)mod.next("rostrum:pinned");
  mod.send(R"({"Action":"DELETE_MESSAGE","Id":")" + id + "\"}");
  EXPECT_EQ(mod.next("rostrum:unpinned")["Attributes.MessageId"], id);
  EXPECT_EQ(rig.above.changes.back().kind, RoomChange::Kind::kUnpin);
  EXPECT_TRUE(ann.take("rostrum:pinned").empty());
}

TEST(ChatRules, AReloadAppliesEverythingAtOnce) {
  ChatRig rig;
  Member& ann = rig.join("ann");
  Member& ben = rig.join("ben", 1);
  Member& eve = rig.join_extended(ChatRig::pass_of("eve"), 1);
  RoomRecord& record = rig.above.room(room_name());
  record.bans = {{"ann", std::nullopt, ""}};
  record.roles = {{"ben", Role::kModerator}};
  record.max_length = 5;
  record.moderation.slow_mode = std::chrono::seconds(60);
  bool is_reloaded = false;
  rig.chat->reload(rig.room, [&] { is_reloaded = true; });
  ASSERT_TRUE(rig.pump_until([&] { return is_reloaded; }));
  EXPECT_EQ(ann.next("aws:DISCONNECT_USER")["Attributes.UserId"], "ann");
  EXPECT_EQ(ann.connection.close_code, 1000);
  std::vector<std::string> names;
  for (const Heard& frame : eve.take()) {
    names.push_back(frame["EventName"]);
    if (names.back() == "rostrum:role") {
      EXPECT_EQ(frame["Attributes.UserId"], "ben");
      EXPECT_EQ(frame["Attributes.Role"], "MODERATOR");
    } else if (names.back() == "rostrum:room") {
      EXPECT_EQ(frame["Attributes.MaximumMessageLength"], "5");
      EXPECT_EQ(frame["Attributes.SlowModeSeconds"], "60");
    }
  }
  EXPECT_THAT(names, testing::UnorderedElementsAre("aws:DISCONNECT_USER", "rostrum:banned",
                                                   "rostrum:room", "rostrum:role"));
  ben.say("1");
  ben.say("2");  // a moderator is not slow
  EXPECT_EQ(ben.take("MESSAGE").size(), 2U);
  eve.say("3");
  eve.say("4");
  EXPECT_EQ(eve.take("MESSAGE").size(), 3U);
  rig.pump();
  eve.say("longer than five");
  const Heard error = eve.next("ERROR");
  EXPECT_EQ(error["ErrorCode"], "413");

  rig.chat->reload(rig.room);  // nothing is new
  rig.pump();
  EXPECT_TRUE(eve.take("EVENT").empty());
}

TEST(ChatRules, AReloadOfARoomThatIsNotOpen) {
  ChatRig rig;
  bool is_reloaded = false;
  rig.chat->reload(rig.room, [&] { is_reloaded = true; });
  EXPECT_TRUE(rig.pump_until([&] { return is_reloaded; }));
  EXPECT_EQ(rig.above.loads, 0U);
}

TEST(ChatRules, AReloadThatFailsIsTriedAgain) {
  ChatRig rig;
  Member& ann = rig.join("ann");
  rig.above.room(room_name()).bans = {{"ann", std::nullopt, ""}};
  rig.above.load_error = base::Error{base::ErrorCode::kIo, "no database"};
  bool is_reloaded = false;
  rig.chat->reload(rig.room, [&] { is_reloaded = true; });
  ASSERT_TRUE(rig.pump_until([&] { return is_reloaded; }));
  EXPECT_FALSE(ann.connection.is_over());
  rig.above.load_error.reset();
  EXPECT_TRUE(rig.pump_until([&] { return ann.connection.close_code == 1000; }));
}

TEST(ChatRules, AReloadWhileOneIsUnderWayReadsAgain) {
  ChatRig rig;
  Member& ann = rig.join("ann");
  int reloaded = 0;
  rig.above.holds_loads = true;
  rig.chat->reload(rig.room, [&] { ++reloaded; });
  rig.chat->reload(rig.room, [&] { ++reloaded; });
  rig.pump();
  EXPECT_EQ(reloaded, 0);
  rig.above.answer_loads();
  ASSERT_TRUE(rig.pump_until([&] { return reloaded == 2; }));
  EXPECT_EQ(rig.above.loads, 3U);
  EXPECT_FALSE(ann.connection.is_over());
  rig.above.remove_room(room_name());
  rig.chat->reload(rig.room);
  rig.pump();
  EXPECT_EQ(ann.connection.close_code, 1000);  // there is no such room any more
}

TEST(ChatRules, TheFilterRefuses) {
  ChatRig rig;
  RoomRecord& record = rig.above.room(room_name());
  record.moderation.blocked_words = {"darn"};
  Member& ann = rig.join("ann");
  Pass pass = ChatRig::pass_of("vip");
  pass.role = Role::kVip;
  Member& vip = rig.join(pass);
  ann.say("well, darn", "r");
  const Heard error = ann.next("ERROR");
  EXPECT_EQ(error["ErrorCode"], "406");
  EXPECT_EQ(error["RequestId"], "r");
  vip.say("well, darn");
  EXPECT_EQ(ann.next("MESSAGE")["Sender.UserId"], "vip");
}

// ---- reviews ----------------------------------------------------------------------------------

TEST(ChatRules, AReviewAllowsReplacesOrDenies) {
  ChatRig rig;
  rig.above.room(room_name()).review = Review{"arn:handler", true};
  Pass pass = ChatRig::pass_of("ann");
  pass.attributes = {{"name", "Ann"}};
  Member& ann = rig.join(pass, {.address = "192.0.2.1"});
  ann.send(R"({"Action":"SEND_MESSAGE","RequestId":"r","Content":"a","Attributes":{"k":"v"}})");
  ann.say("b");
  ann.say("c", "rc");
  rig.pump();
  ASSERT_EQ(rig.above.reviews.size(), 3U);
  EXPECT_TRUE(ann.take().empty());
  const ReviewRequest& request = rig.above.reviews[0].request;
  EXPECT_EQ(request.handler, "arn:handler");
  EXPECT_EQ(request.content, "a");
  EXPECT_EQ(request.user_id, "ann");
  EXPECT_EQ(request.address, "192.0.2.1");
  EXPECT_EQ(request.attributes, (Attributes{{"k", "v"}}));
  EXPECT_EQ(request.user_attributes, (Attributes{{"name", "Ann"}}));
  // The second comes first, but one user's order stays.
  rig.above.reviews[1].done(ReviewResult{.content = "b!", .attributes = {{"seen", "yes"}}});
  EXPECT_TRUE(ann.take().empty());
  rig.above.reviews[2].done(ReviewResult{.allowed = false, .reason = "no c"});
  rig.above.reviews[0].done(ReviewResult{.content = "a", .attributes = request.attributes});
  auto frames = ann.take();
  ASSERT_EQ(frames.size(), 3U);
  // What is for one alone does not wait for what is for all.
  std::ranges::rotate(frames, frames.begin() + 1);
  EXPECT_EQ(frames[0]["Content"], "a");
  EXPECT_EQ(frames[0]["Id"], request.message_id);
  EXPECT_EQ(frames[0]["Attributes.k"], "v");
  EXPECT_EQ(frames[1]["Content"], "b!");
  EXPECT_EQ(frames[1]["Attributes.seen"], "yes");
  EXPECT_EQ(frames[2]["ErrorCode"], "406");
  EXPECT_EQ(frames[2]["ErrorMessage"], "Message rejected: no c");
  EXPECT_EQ(frames[2]["RequestId"], "rc");
}

TEST(ChatRules, AReviewThatFails) {
  for (const bool allow : {true, false}) {
    ChatRig rig;
    rig.above.room(room_name()).review = Review{"arn:handler", allow};
    Member& ann = rig.join("ann");
    ann.say("a");
    ann.say("b");
    ann.say("c");
    rig.pump();
    ASSERT_EQ(rig.above.reviews.size(), 3U);
    rig.above.reviews[0].done(base::fail(base::ErrorCode::kTimeout, "late"));
    rig.above.reviews[1].done(ReviewResult{.content = ""});  // senseless
    rig.above.reviews[2].done(ReviewResult{.content = std::string(501, 'x')});
    const auto frames = ann.take();
    ASSERT_EQ(frames.size(), 3U);
    for (const Heard& frame : frames) {
      EXPECT_EQ(frame["Type"], allow ? "MESSAGE" : "ERROR");
      if (!allow) EXPECT_EQ(frame["ErrorCode"], "406");
    }
  }
}

TEST(ChatRules, ReviewsAreBoundedAndOutliveTheirSender) {
  ChatRig rig(2, {.max_reviews = 2});
  rig.above.room(room_name()).review = Review{"arn:handler", true};
  Member& ann = rig.join("ann");
  Member& ben = rig.join("ben", 1);
  ann.say("1");
  ann.say("2");
  ann.say("3");
  rig.pump();
  EXPECT_EQ(rig.above.reviews.size(), 2U);
  EXPECT_EQ(ann.next("ERROR")["ErrorCode"], "429");
  ann.leave();
  rig.pump();
  rig.above.reviews[0].done(ReviewResult{.content = "1"});
  EXPECT_EQ(ben.next("MESSAGE")["Content"], "1");
  // Who was thrown out says nothing more.
  rig.chat->disconnect_user(rig.room, "ann", "", {});
  rig.pump();
  rig.above.reviews[1].done(ReviewResult{.content = "2"});
  EXPECT_TRUE(ben.take("MESSAGE").empty());
}

// ---- reactions --------------------------------------------------------------------------------

TEST(ChatRules, Reactions) {
  ChatRig rig;
  Member& ann = rig.join_extended(ChatRig::pass_of("ann"));
  Member& ben = rig.join_extended(ChatRig::pass_of("ben"), 1);
  Member& old = rig.join("old");
  ann.say("vote");
  const std::string id = ann.next("MESSAGE")["Id"];
  const std::string react = R"({"Action":"REACT","RequestId":"x","Reaction":"👍","Id":")";
  ann.send(react + id + "\"}");
  EXPECT_EQ(ann.next("rostrum:done")["RequestId"], "x");
  const Heard first = ben.next("rostrum:reactions");
  EXPECT_EQ(first["Attributes.MessageId"], id);
  EXPECT_EQ(first["Attributes.Counts"], R"({"👍":1})");
  // One of each kind for each user; what changes meanwhile comes together, a second later.
  ann.send(react + id + "\"}");
  ben.send(react + id + "\"}");
  ben.send(R"({"Action":"REACT","Reaction":"🎉","Id":")" + id + "\"}");
  const base::MonotonicTime before = io::Loop::precise_now();
  EXPECT_EQ(ann.next("rostrum:reactions")["Attributes.Counts"], R"({"👍":1})");
  EXPECT_EQ(ann.next("rostrum:reactions")["Attributes.Counts"], R"({"👍":2,"🎉":1})");
  EXPECT_GE(io::Loop::precise_now() - before, std::chrono::milliseconds(700));
  // The record has the last word at last.
  const auto counts = [&] {
    std::string last;
    for (const Entry& entry : rig.above.recorded()) {
      if (entry.kind == Entry::Kind::kReactions && entry.about == id) last = entry.payload.text();
    }
    return last;
  };
  EXPECT_TRUE(rig.pump_until([&] { return counts() == R"({"👍":2,"🎉":1})"; }));
  ben.send(R"({"Action":"REACT","Reaction":"👍","Remove":true,"Id":")" + id + "\"}");
  EXPECT_EQ(ann.next("rostrum:reactions")["Attributes.Counts"], R"({"👍":1,"🎉":1})");
  EXPECT_TRUE(old.take("EVENT").empty());
  Member& late = rig.join(ChatRig::pass_of("late"), {.extended = true, .history = 5});
  EXPECT_EQ(late.next("rostrum:reactions")["Attributes.Counts"], R"({"👍":1,"🎉":1})");
  ann.send(react + "abcDEF123456\"}");
  EXPECT_EQ(ann.next("ERROR")["ErrorCode"], "400");
}

}  // namespace
}  // namespace chat
