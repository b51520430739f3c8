// Rooms of several nodes, each an engine of its own, on a bus that the test holds in its hands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "chat/chat_test_support.h"

namespace chat {
namespace {

using Member = ChatRig::Member;
using namespace std::chrono_literals;

class NodeBus;

/// What lies between the nodes.
struct Line {
  std::vector<NodeBus*> nodes;
  std::map<std::string, std::vector<Bus::Said>> said;  // by room
  std::int64_t position = 1'000;
  bool is_away = false;
};

class NodeBus final : public Bus {
 public:
  explicit NodeBus(Line& line) : line_(line) { line_.nodes.push_back(this); }
  ~NodeBus() override { std::erase(line_.nodes, this); }

  bool is_shared() const override { return true; }
  void take_notes(std::function<void(Note)> take) override { take_ = std::move(take); }
  void start(std::function<io::Loop&(const RoomId&)> home_of,
             std::function<void(Said)> receive) override {
    home_of_ = std::move(home_of);
    receive_ = std::move(receive);
  }
  void publish(const RoomId& room, base::Slice payload,
               std::move_only_function<void(base::Error)> failed) override {
    if (line_.is_away) {
      home_of_(room).post([failed = std::move(failed)]() mutable {
        failed({base::ErrorCode::kTimeout, "nobody there"});
      });
      return;
    }
    const Said said{room, std::move(payload), ++line_.position, false};
    line_.said[room.str()].push_back(said);
    for (NodeBus* node : line_.nodes) node->hear(said, node == this);
  }
  void listen(const RoomId& room, bool wanted) override {
    if (!wanted) return (void)rooms_.erase(room.str());
    rooms_.insert(room.str());
    for (const Said& said : line_.said[room.str()]) give(said);
    note({.room = room, .kind = Note::Kind::kListening});
  }
  void rise_above(const RoomId&, std::int64_t position) override {
    line_.position = std::max(line_.position, position);
  }
  void count(const RoomId& room, Headcount here) override {
    for (NodeBus* node : line_.nodes) {
      if (node != this) {
        node->note({.room = room, .kind = Note::Kind::kElsewhere, .elsewhere = here});
      }
    }
  }

  bool is_deaf = false;
  void note(Note note) {
    home_of_(note.room).post([this, note] { take_(note); });
  }

 private:
  void hear(Said said, bool is_own) {
    if (is_deaf || (!is_own && !rooms_.contains(said.room.str()))) return;
    said.is_own = is_own;
    give(std::move(said));
  }
  void give(Said said) {
    home_of_(said.room).post([this, said = std::move(said)] { receive_(said); });
  }

  Line& line_;
  std::set<std::string> rooms_;
  std::function<io::Loop&(const RoomId&)> home_of_;
  std::function<void(Said)> receive_;
  std::function<void(Note)> take_;
};

class ChatNodes : public ::testing::Test {
 protected:
  static std::vector<std::string> contents(const std::vector<Heard>& frames) {
    std::vector<std::string> out;
    for (const Heard& frame : frames) out.push_back(frame["Content"]);
    return out;
  }
  void pump() {
    for (int i = 0; i < 3; ++i) {
      one_.pump();
      two_.pump();
    }
  }
  bool pump_until(const std::function<bool()>& done) {
    return one_.pump_until([&] {
      two_.pump();
      return done();
    });
  }
  // All that a node has given to be kept, as another reads it.
  static void write_down(ChatRig& from, ChatRig& to, const std::set<std::string>& contents) {
    ASSERT_TRUE(from.pump_until([&] { return from.above.recorded().size() >= contents.size(); }));
    auto& history = to.above.room(std::string(ChatRig::kRoom)).history;
    history.clear();
    for (const Entry& entry : from.above.recorded()) {
      if (contents.contains(Heard(entry.payload.text())["Content"])) history.push_back(entry);
    }
    ASSERT_EQ(history.size(), contents.size());
  }

  Line line_;
  ChatRig one_{2, {}, std::make_unique<NodeBus>(line_)};
  ChatRig two_{2, {}, std::make_unique<NodeBus>(line_)};
  NodeBus& bus_one_ = *line_.nodes[0];
  NodeBus& bus_two_ = *line_.nodes[1];
};

TEST_F(ChatNodes, OneOrderForAllAndEachKeepsItsOwn) {
  Member& ann = one_.join("ann");
  Member& ben = two_.join("ben", 1);
  for (int i = 0; i < 5; ++i) {
    ann.send(R"({"Action":"SEND_MESSAGE","Content":"a"})");
    ben.send(R"({"Action":"SEND_MESSAGE","Content":"b"})");
    one_.pump();
  }
  pump();
  EXPECT_EQ(texts_of(ann.connection.octets).size(), 10U);
  EXPECT_EQ(ann.connection.octets, ben.connection.octets);
  ASSERT_TRUE(pump_until([&] { return one_.above.recorded().size() == 5; }));
  ASSERT_TRUE(pump_until([&] { return two_.above.recorded().size() == 5; }));
  for (const Entry& entry : one_.above.recorded()) EXPECT_EQ(entry.user_id, "ann");
  for (const Entry& entry : two_.above.recorded()) EXPECT_EQ(entry.user_id, "ben");
}

TEST_F(ChatNodes, ARoomOpenedLaterKnowsWhatIsNotWrittenDownYet) {
  Member& ann = one_.join(ChatRig::moderator("ann"));
  for (const char* each : {"1", "2", "3", "4"}) ann.say(each);
  one_.pump();
  const auto heard = ann.take("MESSAGE");
  ASSERT_EQ(heard.size(), 4U);
  // Of what another node has said, the database has the third only; the second is deleted.
  ann.send(R"({"Action":"DELETE_MESSAGE","Id":")" + heard[1]["Id"] + R"("})");
  one_.pump();
  write_down(one_, two_, {"3"});

  Member& ben = two_.join(ChatRig::pass_of("ben"), {.history = 10});
  pump();
  const auto history = ben.take();
  ASSERT_EQ(history.size(), 4U);
  EXPECT_EQ(contents(history), (std::vector<std::string>{"1", "3", "4", ""}));
  EXPECT_EQ(history[3]["EventName"], "aws:DELETE_MESSAGE");
  EXPECT_TRUE(two_.above.recorded().empty());

  // From any of them on.
  Member& eve = two_.join(ChatRig::pass_of("eve"), {.extended = true, .since = heard[0]["Id"]});
  EXPECT_EQ(eve.next("rostrum:welcome")["Attributes.History"], "complete");
  EXPECT_EQ(contents(eve.take("MESSAGE")), (std::vector<std::string>{"3", "4"}));
}

TEST_F(ChatNodes, NobodyIsSentAwayByWhatWasSaidBeforeHeCame) {
  Member& ann = one_.join(ChatRig::moderator("ann"));
  Pass gone = ChatRig::moderator("ann");
  gone.capabilities.disconnect_user = true;
  Member& boss = one_.join(gone);
  boss.send(R"({"Action":"DISCONNECT_USER","UserId":"ben"})");
  one_.pump();
  EXPECT_EQ(ann.take("aws:DISCONNECT_USER").size(), 1U);
  Member& ben = two_.join("ben");
  pump();
  EXPECT_FALSE(ben.connection.is_over());
  EXPECT_TRUE(ben.take().empty());
  boss.send(R"({"Action":"DISCONNECT_USER","UserId":"ben"})");
  pump();
  EXPECT_EQ(ben.connection.close_code, 1000);
}

TEST_F(ChatNodes, WhatTheBusLostComesFromTheRecordInItsPlace) {
  Member& ann = one_.join("ann");
  Member& ben = two_.join("ben");
  ann.say("before");
  pump();
  bus_two_.is_deaf = true;
  ann.say("lost 1");
  ann.say("lost 2");
  pump();
  bus_two_.is_deaf = false;
  bus_two_.note({.room = one_.room, .kind = Bus::Note::Kind::kMissed});
  ann.say("after");
  ben.say("mine");
  pump();
  write_down(one_, two_, {"before", "lost 1", "lost 2", "after"});
  ASSERT_TRUE(pump_until([&] { return texts_of(ben.connection.octets).size() == 5; }));
  pump();
  EXPECT_EQ(ann.connection.octets, ben.connection.octets);
  EXPECT_EQ(contents(ann.take()),
            (std::vector<std::string>{"before", "lost 1", "lost 2", "after", "mine"}));
  ann.say("and on");
  pump();
  EXPECT_EQ(ann.connection.octets, ben.connection.octets);
}

TEST_F(ChatNodes, WithoutTheBusSendersAreToldAndChangesApplyHere) {
  Member& ann = one_.join("ann");
  Member& ben = one_.join("ben");
  Member& eve = two_.join("eve");
  line_.is_away = true;
  ann.say("hello?", "r1");
  one_.pump();
  const auto answer = ann.take();
  ASSERT_EQ(answer.size(), 1U);
  EXPECT_EQ(answer[0]["ErrorCode"], "500");
  EXPECT_EQ(answer[0]["RequestId"], "r1");

  for (ChatRig* rig : {&one_, &two_}) {
    RoomRecord& record = rig->above.room(std::string(ChatRig::kRoom));
    record.bans = {{.user_id = "ben", .until = {}, .reason = {}},
                   {.user_id = "eve", .until = {}, .reason = {}}};
  }
  bool is_done = false;
  one_.chat->reload(one_.room, [&] { is_done = true; });
  ASSERT_TRUE(pump_until([&] { return is_done && ben.connection.is_over(); }));
  EXPECT_FALSE(eve.connection.is_over());
  line_.is_away = false;
  ASSERT_TRUE(pump_until([&] { return eve.connection.is_over(); }));
  ann.say("hello");
  pump();
  EXPECT_EQ(contents(ann.take("MESSAGE")), std::vector<std::string>{"hello"});
}

TEST_F(ChatNodes, DeletedRoomsCloseEverywhere) {
  Member& ann = one_.join("ann");
  Member& ben = two_.join("ben");
  one_.chat->close_room(one_.room);
  pump();
  EXPECT_EQ(ann.connection.close_code, 1000);
  EXPECT_EQ(ben.connection.close_code, 1000);
}

TEST_F(ChatNodes, CountsAreOfAllNodes) {
  (void)one_.join("ann");
  (void)one_.join("ann", 1);
  pump();
  const auto presence = [&](ChatRig& rig) {
    std::optional<Presence> out;
    rig.chat->presence(rig.room, 10, rig.loops.at(0), [&](Presence found) { out = found; });
    EXPECT_TRUE(rig.pump_until([&] { return out.has_value(); }));
    return *out;
  };
  // Where the room is not even open.
  EXPECT_EQ(presence(two_).connections, 2U);
  EXPECT_EQ(presence(two_).user_count, 1U);
  Member& ben = two_.join_extended(ChatRig::pass_of("ben"));
  pump();
  EXPECT_EQ(presence(one_).connections, 3U);
  EXPECT_EQ(presence(one_).user_count, 2U);
  EXPECT_THAT(presence(two_).users, testing::ElementsAre("ben"));
  (void)one_.join("eve");
  pump();
  const Heard told = ben.next("rostrum:presence");
  EXPECT_EQ(told["Attributes.Connections"], "4");
  EXPECT_EQ(told["Attributes.Users"], "3");
}

}  // namespace
}  // namespace chat
