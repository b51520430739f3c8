// Two nodes' buses over a real nats-server.
#include "control/chat_nats_bus.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "io/io_test_support.h"
#include "io/nats_test_support.h"

namespace control {
namespace {

using chat::Bus;
using chat::Headcount;
using chat::RoomId;
using namespace std::chrono_literals;

const RoomId kRoom("room00000001");
const RoomId kOther("room00000002");

class ChatNatsBusTest : public ::testing::Test {
 protected:
  struct Node {
    Node(io::Loop& loop, const std::string& url) {
      auto made = make_chat_nats_bus(loop, {.url = url, .headcount_interval = 50ms});
      CHECK(made.has_value());
      bus = std::move(*made);
      EXPECT_TRUE(bus->is_shared());
      bus->take_notes([this](const Bus::Note& note) {
        switch (note.kind) {
          case Bus::Note::Kind::kListening:
            heard[note.room].emplace_back("listening");
            break;
          case Bus::Note::Kind::kMissed:
            heard[note.room].emplace_back("missed");
            break;
          case Bus::Note::Kind::kElsewhere:
            elsewhere[note.room] = note.elsewhere;
            break;
        }
      });
      bus->start([&loop](const RoomId&) -> io::Loop& { return loop; },
                 [this](const Bus::Said& said) {
                   heard[said.room].push_back((said.is_own ? "own " : "") +
                                              std::string(said.payload.text()));
                   positions[said.room].push_back(said.position);
                 });
    }
    void say(const std::string& what, const RoomId& room = kRoom) {
      bus->publish(room, base::Slice::take(std::string(what)),
                   [this](const base::Error& error) { failed.push_back(error.message); });
    }
    std::map<RoomId, std::vector<std::string>> heard;
    std::map<RoomId, std::vector<std::int64_t>> positions;
    std::map<RoomId, Headcount> elsewhere;
    std::vector<std::string> failed;
    std::unique_ptr<Bus> bus;  // goes first
  };
  using Words = std::vector<std::string>;

  bool drive(const std::function<bool()>& done) { return io::test::drive(loop_, done, 20s); }
  // Says something until it arrives: the stream is there then.
  void wait_for(Node& node) {
    node.bus->listen(kOther, true);
    ASSERT_TRUE(drive([&] {
      if (node.heard[kOther].size() > 1) return true;
      if (node.failed.empty() && node.heard[kOther].size() == 1 && !asked_) {
        asked_ = true;
        node.say("?", kOther);
      } else if (!node.failed.empty()) {
        node.failed.clear();
        node.say("?", kOther);
      }
      return false;
    }));
    asked_ = false;
  }

  io::Loop loop_;
  io::test::NatsServer server_{loop_};
  bool asked_ = false;
};

TEST_F(ChatNatsBusTest, AllHearTheSameAtTheSamePositions) {
  server_.start();
  Node one(loop_, server_.url());
  Node two(loop_, server_.url());
  wait_for(one);
  wait_for(two);
  for (Node* node : {&one, &two}) node->bus->listen(kRoom, true);
  const auto before = std::chrono::nanoseconds(io::Loop::wall_now().time_since_epoch()).count();
  one.bus->rise_above(kRoom, before + 3'600'000'000'000);
  for (int i = 0; i < 100; ++i) {
    one.say("a" + std::to_string(i));
    two.say("b" + std::to_string(i));
  }
  ASSERT_TRUE(
      drive([&] { return one.heard[kRoom].size() == 201 && two.heard[kRoom].size() == 201; }));
  EXPECT_EQ(one.heard[kRoom][0], "listening");
  EXPECT_EQ(one.positions[kRoom], two.positions[kRoom]);
  std::int64_t last = before;
  for (const std::int64_t position : one.positions[kRoom]) {
    EXPECT_GT(position, last);
    last = position;
  }
  EXPECT_GT(last, before + 3'600'000'000'000);  // the record has that already
  for (std::size_t i = 1; i < 201; ++i) {
    const std::string& first = one.heard[kRoom][i];
    const std::string& second = two.heard[kRoom][i];
    EXPECT_TRUE(first == "own " + second || second == "own " + first) << first << " " << second;
  }
  EXPECT_TRUE(one.failed.empty() && two.failed.empty());
}

TEST_F(ChatNatsBusTest, ARoomHearsWhatWasSaidLately) {
  server_.start();
  Node one(loop_, server_.url());
  wait_for(one);
  one.bus->listen(kRoom, true);
  one.say("first");
  one.say("second");
  ASSERT_TRUE(drive([&] { return one.heard[kRoom].size() == 3; }));
  one.bus->listen(kRoom, false);
  one.bus->listen(kRoom, true);
  ASSERT_TRUE(drive([&] { return one.heard[kRoom].size() == 6; }));
  EXPECT_EQ(one.heard[kRoom],
            (Words{"listening", "own first", "own second", "first", "second", "listening"}));
  // So does a node that is started now, at the same positions.
  Node late(loop_, server_.url());
  wait_for(late);
  // What was said before this is read before it.
  one.say("mark", kOther);
  ASSERT_TRUE(drive([&] { return late.heard[kOther].back() == "mark"; }));
  late.bus->listen(kRoom, true);
  ASSERT_TRUE(drive([&] { return late.heard[kRoom].size() == 3; }));
  EXPECT_EQ(late.heard[kRoom], (Words{"first", "second", "listening"}));
  EXPECT_EQ(late.positions[kRoom][1], one.positions[kRoom][1]);
  // And nothing of rooms that are not open.
  one.say("third");
  one.say("elsewhere", kOther);
  ASSERT_TRUE(drive([&] { return late.heard[kRoom].size() == 4; }));
  late.bus->listen(kRoom, false);
  one.say("fourth");
  one.say("end", kOther);
  ASSERT_TRUE(drive([&] { return late.heard[kOther].back() == "end"; }));
  EXPECT_EQ(late.heard[kRoom].size(), 4U);
}

TEST_F(ChatNatsBusTest, WithoutNatsNothingIsSaidAndAfterwardsItGoesOn) {
  server_.start();
  Node one(loop_, server_.url());
  Node two(loop_, server_.url());
  wait_for(one);
  wait_for(two);
  for (Node* node : {&one, &two}) node->bus->listen(kRoom, true);
  one.say("before");
  ASSERT_TRUE(drive([&] { return two.heard[kRoom].size() == 2; }));
  server_.kill();
  // Its sender is told, or it arrives: never both.
  one.say("during");
  ASSERT_TRUE(drive([&] { return one.failed.size() == 1; }));
  EXPECT_EQ(one.failed[0].find(io::test::NatsServer::kPassword), std::string::npos);
  server_.start();
  ASSERT_TRUE(drive(
      [&] { return one.heard[kRoom].back() == "missed" && two.heard[kRoom].back() == "missed"; }));
  one.failed.clear();
  one.say("after");
  ASSERT_TRUE(drive([&] {
    if (!one.failed.empty()) {  // it is not connected again yet
      one.failed.clear();
      one.say("after");
    }
    return two.heard[kRoom].back() == "after";
  }));
  EXPECT_EQ(two.heard[kRoom], (Words{"listening", "before", "missed", "after"}));
  EXPECT_GT(two.positions[kRoom][1], two.positions[kRoom][0]);
}

TEST_F(ChatNatsBusTest, HeadcountsReachTheOthers) {
  server_.start();
  Node one(loop_, server_.url());
  auto two = std::make_unique<Node>(loop_, server_.url());
  wait_for(one);
  wait_for(*two);
  for (Node* node : {&one, two.get()}) node->bus->listen(kRoom, true);
  one.bus->count(kRoom, {5, 3});
  two->bus->count(kRoom, {2, 2});
  ASSERT_TRUE(drive([&] {
    return one.elsewhere[kRoom] == Headcount{2, 2} && two->elsewhere[kRoom] == Headcount{5, 3};
  }));
  one.bus->count(kRoom, {});
  ASSERT_TRUE(drive([&] { return two->elsewhere[kRoom] == Headcount{}; }));
  one.bus->count(kRoom, {1, 1});
  ASSERT_TRUE(drive([&] { return two->elsewhere[kRoom] == (Headcount{1, 1}); }));
  one.bus->listen(kRoom, false);  // closed, with whoever was there
  ASSERT_TRUE(drive([&] { return two->elsewhere[kRoom] == Headcount{}; }));
  two.reset();
  // A node that has gone is forgotten.
  ASSERT_TRUE(drive([&] { return one.elsewhere[kRoom] == Headcount{}; }));
}

TEST(ChatNatsBus, AUrlThatNamesNoServer) {
  io::Loop loop;
  const auto made = make_chat_nats_bus(loop, {.url = "http://me:hunter2@host"});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, base::ErrorCode::kInvalid);
  EXPECT_EQ(made.error().message.find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace control
