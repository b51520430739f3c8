// What happens between a room and its bus, when the bus takes its time, fails, or brings what other
// nodes said.
#include <gtest/gtest.h>

#include "chat/chat_test_support.h"
#include "chat/utterance.h"

namespace chat {
namespace {

using Member = ChatRig::Member;

// Gives back what was published when it is told to.
class HeldBus final : public Bus {
 public:
  void start(std::function<io::Loop&(const RoomId&)> home_of,
             std::function<void(Said)> receive) override {
    home_of_ = std::move(home_of);
    receive_ = std::move(receive);
  }
  void publish(const RoomId& room, base::Slice payload,
               std::move_only_function<void(base::Error)> failed) override {
    published.push_back({room, std::move(payload), std::move(failed)});
  }
  void listen(const RoomId&, bool wanted) override { listens += wanted ? 1 : -1; }
  void rise_above(const RoomId&, std::int64_t position) override {
    position_ = std::max(position_, position);
  }

  void deliver_all() {
    for (auto& each : std::exchange(published, {})) {
      deliver(each.room, std::move(each.payload), true);
    }
  }
  void fail_all() {
    for (auto& each : std::exchange(published, {})) {
      home_of_(each.room).post([failed = std::move(each.failed)]() mutable {
        failed({base::ErrorCode::kClosed, "the bus has gone"});
      });
    }
  }
  void deliver(const RoomId& room, base::Slice payload, bool is_own) {
    deliver_at(room, std::move(payload), is_own, ++position_);
  }
  void deliver_at(const RoomId& room, base::Slice payload, bool is_own, std::int64_t position) {
    home_of_(room).post([this, room, payload = std::move(payload), is_own, position] {
      receive_({room, payload, position, is_own});
    });
  }

  struct Published {
    RoomId room;
    base::Slice payload;
    std::move_only_function<void(base::Error)> failed;
  };
  std::vector<Published> published;
  int listens = 0;

 private:
  std::function<io::Loop&(const RoomId&)> home_of_;
  std::function<void(Said)> receive_;
  std::int64_t position_ = 0;
};

struct BusRig {
  explicit BusRig(Settings settings = {}) {
    auto held = std::make_unique<HeldBus>();
    bus = held.get();
    rig = std::make_unique<ChatRig>(2, settings, std::move(held));
  }
  HeldBus* bus = nullptr;
  std::unique_ptr<ChatRig> rig;
};

base::Slice of_another_node(const std::string& id) {
  return serialise({.kind = Utterance::Kind::kMessage,
                    .ticket = 1,
                    .id = id,
                    .user_id = "far",
                    .payload = R"({"Type":"MESSAGE","Id":")" + id + "\"}"});
}

TEST(ChatBus, NothingHappensBeforeTheBusHasIt) {
  BusRig it;
  Member& ann = it.rig->join("ann");
  EXPECT_EQ(it.bus->listens, 1);
  ann.say("hello");
  EXPECT_TRUE(ann.take().empty());
  bool is_flushed = false;
  it.rig->chat->flush(it.rig->loops.at(0), [&] { is_flushed = true; });
  it.rig->pump();
  EXPECT_FALSE(is_flushed);  // it is under way
  ASSERT_EQ(it.bus->published.size(), 1U);
  it.bus->deliver_all();
  EXPECT_EQ(ann.next("MESSAGE")["Content"], "hello");
  EXPECT_TRUE(it.rig->pump_until([&] { return is_flushed; }));
  EXPECT_EQ(it.rig->above.recorded().size(), 1U);
}

TEST(ChatBus, AFlushDoesNotWaitForEver) {
  BusRig it;
  Member& ann = it.rig->join("ann");
  ann.say("hello");
  it.rig->pump();
  bool is_drained = false;
  it.rig->chat->drain(it.rig->loops.at(0), [&] { is_drained = true; });
  EXPECT_TRUE(it.rig->pump_until([&] { return is_drained; }));
}

TEST(ChatBus, WhoeverAskedHearsThatItFailed) {
  BusRig it;
  Member& ann = it.rig->join_extended(ChatRig::pass_of("ann"));
  ann.say("hello", "r");
  std::optional<base::Expected<std::string>> done;
  it.rig->chat->send_event(it.rig->room, "x", {}, [&](auto result) { done = result; });
  it.rig->pump();
  ASSERT_EQ(it.bus->published.size(), 2U);
  it.bus->fail_all();
  const Heard error = ann.next("ERROR");
  EXPECT_EQ(error["ErrorCode"], "500");
  EXPECT_EQ(error["ErrorMessage"], "Internal error");
  EXPECT_EQ(error["RequestId"], "r");
  ASSERT_TRUE(done.has_value());
  EXPECT_FALSE(done->has_value());
  EXPECT_TRUE(it.rig->above.recorded().empty());
}

TEST(ChatBus, OthersAreHeardButNotRecorded) {
  BusRig it;
  Member& ann = it.rig->join("ann");
  it.bus->deliver(it.rig->room, of_another_node("far000000001"), false);
  EXPECT_EQ(ann.next("MESSAGE")["Id"], "far000000001");
  it.bus->deliver_at(it.rig->room, of_another_node("far000000002"), false, 1);  // once more
  it.bus->deliver(it.rig->room, base::Slice::unowned("nonsense"), false);
  it.bus->deliver(RoomId("room00000009"), of_another_node("far000000003"), false);
  EXPECT_TRUE(ann.take().empty());
  EXPECT_TRUE(it.rig->above.recorded().empty());
  Member& ben = it.rig->join(ChatRig::pass_of("ben"), {.history = 5});
  EXPECT_EQ(ben.take().size(), 1U);
  EXPECT_EQ(it.rig->chat->figures().rooms, 1U);
}

TEST(ChatBus, WhatWasSaidHereIsKeptEvenIfTheRoomWasForgotten) {
  BusRig it({.idle_room = std::chrono::seconds(0)});
  Member& ann = it.rig->join("ann");
  ann.say("last words");
  it.rig->pump();
  ann.leave();
  ASSERT_TRUE(it.rig->pump_until([&] { return it.rig->chat->figures().rooms == 0; }));
  EXPECT_EQ(it.bus->listens, 0);
  it.bus->deliver_all();
  EXPECT_TRUE(it.rig->pump_until([&] { return it.rig->above.recorded().size() == 1; }));
}

TEST(ChatBus, AnEventForARoomThatIsNotOpenOpensIt) {
  BusRig it;
  it.rig->above.holds_loads = true;
  std::string id;
  it.rig->chat->send_event(it.rig->room, "x", {}, [&](auto result) { id = result.value_or("?"); });
  it.rig->pump();
  EXPECT_EQ(it.rig->chat->figures().rooms, 1U);
  EXPECT_TRUE(it.bus->published.empty());
  it.rig->above.answer_loads();
  it.rig->pump();
  it.bus->deliver_all();
  EXPECT_TRUE(it.rig->pump_until([&] { return it.rig->above.recorded().size() == 1; }));
  EXPECT_EQ(it.rig->above.recorded()[0].id, id);
}

}  // namespace
}  // namespace chat
