// The engine on loops that run by themselves, with everybody talking at once: for the thread
// sanitizer, and the same order for all.
#include <gtest/gtest.h>

#include <thread>

#include "base/metrics.h"
#include "chat/chat_test_support.h"

namespace chat {
namespace {

constexpr unsigned kLoops = 3;
constexpr int kMembers = 24;
constexpr int kMessages = 20;

// Reads nothing but what it is given; used on its loop.
struct Listener final : MemberConnection {
  void write(std::span<const base::Slice> frames) override {
    for (const base::Slice& frame : frames) {
      octets.append(frame.text());
      heard.add(texts_of(frame.text()).size());
    }
  }
  std::size_t backlog() const override { return 0; }
  void close(std::uint16_t, std::string_view) override { is_over = true; }
  void drop() override { is_over = true; }

  MemberId id{};
  std::string octets;
  base::Counter heard;
  bool is_over = false;
};

// Waits until other threads have counted up to a number.
void wait_for(const base::Counter& counter, std::uint64_t count) {
  const auto until = io::Loop::precise_now() + std::chrono::seconds(60);
  while (counter.value() < count && io::Loop::precise_now() < until) std::this_thread::yield();
  ASSERT_EQ(counter.value(), count);
}

TEST(ChatThreads, EverybodyTalksAtOnce) {
  FakeAbove above;
  above.room("room00000001").max_rate = 1'000'000;
  std::vector<std::string> tokens;
  for (int i = 0; i < kMembers; ++i) {
    tokens.push_back(above.token_for(ChatRig::pass_of("u" + std::to_string(i))));
  }
  io::LoopGroup loops(kLoops);
  Settings settings;
  settings.max_requests_per_second = 0;
  const auto chat = Chat::create(loops, settings, above);
  std::deque<Listener> listeners(kMembers);
  loops.start();

  base::Counter joined;
  for (int i = 0; i < kMembers; ++i) {
    io::Loop& loop = loops.at(static_cast<std::size_t>(i) % kLoops);
    loop.post([&, i] {
      const auto at = static_cast<std::size_t>(i);
      JoinOptions options;
      options.history = 10;
      chat->rooms(loop).admit(tokens[at], options, [&, at](ChatRig::Result result) {
        ASSERT_TRUE(result.has_value());
        listeners[at].id = chat->rooms(loop).join(std::move(*result), listeners[at]);
        joined.add();
      });
    });
  }
  wait_for(joined, kMembers);

  for (int i = 0; i < kMembers; ++i) {
    io::Loop& loop = loops.at(static_cast<std::size_t>(i) % kLoops);
    for (int j = 0; j < kMessages; ++j) {
      loop.post([&, i, j] {
        chat->rooms(loop).receive(
            listeners[static_cast<std::size_t>(i)].id,
            R"({"Action":"SEND_MESSAGE","Content":")" + std::to_string(j) + "\"}");
      });
    }
  }
  // Others ask meanwhile.
  const RoomId room("room00000001");
  base::Counter answered;
  for (int i = 0; i < 20; ++i) {
    chat->send_event(room, "event", {}, [&](const auto&) { answered.add(); });
    chat->reload(room, [&] { answered.add(); });
    chat->presence(room, 5, loops.at(0), [&](const Presence&) { answered.add(); });
    (void)chat->figures();
  }
  wait_for(answered, 60);
  base::Counter left;
  listeners.back().is_over = true;
  loops.at((kMembers - 1) % kLoops).post([&] {
    chat->rooms(loops.at((kMembers - 1) % kLoops)).leave(listeners.back().id);
    left.add();
  });
  wait_for(left, 1);

  constexpr std::size_t kSaid = kMembers * kMessages + 20;
  for (int i = 0; i + 1 < kMembers; ++i) {
    wait_for(listeners[static_cast<std::size_t>(i)].heard, kSaid);
  }
  base::Counter drained;
  chat->drain(loops.at(1), [&] { drained.add(); });
  wait_for(drained, 1);
  loops.stop_and_join();

  EXPECT_EQ(above.recorded().size(), kSaid);
  std::string ids;
  for (const Entry& entry : above.recorded()) ids += entry.id;
  const std::vector<std::string> heard = texts_of(listeners[0].octets);
  EXPECT_EQ(heard.size(), kSaid);
  std::string heard_ids;
  for (const std::string& text : heard) heard_ids += Heard(text)["Id"];
  EXPECT_EQ(heard_ids, ids);
  for (int i = 0; i + 1 < kMembers; ++i) {
    EXPECT_TRUE(listeners[static_cast<std::size_t>(i)].is_over);
    EXPECT_TRUE(listeners[static_cast<std::size_t>(i)].octets == listeners[0].octets) << i;
  }
}

}  // namespace
}  // namespace chat
