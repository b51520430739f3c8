// What a room costs its loops: a frame on its way to many members whose connections do nothing,
// a message from the client's text to everybody, and coming and going. The writes themselves, which
// cost most, are not part of it.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "chat/chat.h"
#include "chat/loop_room.h"
#include "io/loop.h"
#include "wire/websocket/frame.h"

namespace {

using namespace chat;

struct NullConnection final : MemberConnection {
  void write(std::span<const base::Slice> frames) override {
    ++writes;
    slices += frames.size();
    benchmark::DoNotOptimize(frames.data());
  }
  std::size_t backlog() const override { return 0; }
  void close(std::uint16_t, std::string_view) override {}
  void drop() override { CHECK(false); }

  std::uint64_t writes = 0;
  std::uint64_t slices = 0;
};

// ---- one loop's share -------------------------------------------------------------------------

struct Owner final : LoopRoom::Owner {
  void forget(LoopRoom&) override {}
  void drop(Member&) override { CHECK(false); }
  void watch_slow(Member&) override { CHECK(false); }
};

// `members`, and how many frames share a write.
void fan_out(benchmark::State& state) {
  const auto members = static_cast<std::size_t>(state.range(0));
  const auto frames = static_cast<std::size_t>(state.range(1));
  io::Loop loop;
  Settings settings;
  settings.max_gathering = std::chrono::milliseconds(0);
  FigureCounters counters;
  Owner owner;
  LoopRoom room(RoomId("room00000001"), loop, settings, counters, owner);
  std::deque<NullConnection> connections(members);
  std::deque<Member> all(members);
  for (std::size_t i = 0; i < members; ++i) {
    all[i].person = std::make_shared<Person>();
    all[i].connection = &connections[i];
    room.add(all[i]);
  }
  const std::string text(230, 'x');
  for (auto _ : state) {
    for (std::size_t i = 0; i < frames; ++i) {
      room.say({wire::websocket::text_frame(text), Action::kSendMessage, false});
    }
    const std::uint64_t writes = connections.back().writes;
    while (connections.back().writes == writes) (void)loop.run_once(std::chrono::seconds(1));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * state.range(1));
}
BENCHMARK(fan_out)
    ->Args({500, 1})
    ->Args({500, 5})
    ->Args({500, 10})
    ->Args({1'000, 1})
    ->Args({10'000, 1})
    ->Args({10'000, 10});

// ---- the engine -------------------------------------------------------------------------------

class QuickAbove final : public Above {
 public:
  /// Tokens are "room user number".
  base::Expected<Pass> check_token(std::string_view token, base::WallTime now) const override {
    Pass pass;
    pass.room = RoomId(std::string(token.substr(0, 12)));
    pass.user_id = token.substr(13);
    pass.token_id = token;
    pass.capabilities.send_message = true;
    pass.attributes = {{"displayName", pass.user_id}};
    pass.expires_at = pass.session_ends_at = now + std::chrono::hours(3);
    return pass;
  }
  void load_room(const RoomId& room, bool, io::Loop& reply_to,
                 std::move_only_function<void(base::Expected<RoomRecord>)> done) override {
    RoomRecord record;
    record.id = room;
    record.max_rate = 1'000'000'000;
    reply_to.post([record = std::move(record), done = std::move(done)]() mutable {
      done(std::move(record));
    });
  }
  void review(ReviewRequest, io::Loop&,
              std::move_only_function<void(base::Expected<ReviewResult>)>) override {}
  void change_room(const RoomId&, RoomChange, io::Loop&,
                   std::move_only_function<void(base::Expected<void>)>) override {}
  void record(std::vector<Entry> entries) override { recorded += entries.size(); }

  std::uint64_t recorded = 0;
};

struct Rig {
  Rig() {
    Settings settings;
    settings.max_requests_per_second = 0;
    settings.max_gathering = std::chrono::milliseconds(0);
    chat = Chat::create(loops, settings, above);
  }

  MemberId join(const std::string& room, MemberConnection& connection) {
    MemberId id{};
    const std::string token = room + " user-" + std::to_string(++tokens);
    rooms().admit(token, {}, [&](std::expected<std::unique_ptr<Admission>, Refusal> admission) {
      CHECK(admission.has_value());
      id = rooms().join(std::move(*admission), connection);
    });
    while (id == MemberId{}) (void)loop().run_once(std::chrono::seconds(1));
    return id;
  }
  void settle() {
    while (loop().run_once(std::chrono::milliseconds(30))) {
    }
  }

  io::Loop& loop() { return loops.at(0); }
  LoopRooms& rooms() { return chat->rooms(loop()); }

  QuickAbove above;
  io::LoopGroup loops{1};
  std::unique_ptr<Chat> chat;
  std::uint64_t tokens = 0;
};

const std::string kRoom = "room00000001";

// From the text of one member to the writes to all of them.
void message(benchmark::State& state) {
  Rig rig;
  std::deque<NullConnection> connections(static_cast<std::size_t>(state.range(0)));
  MemberId speaker{};
  for (NullConnection& connection : connections) speaker = rig.join(kRoom, connection);
  const std::string text =
      R"({"Action":"SEND_MESSAGE","RequestId":"d0a4a8c1-7d0b-4d7e-8a39-0a7f6f3c1f2b","Content":")" +
      std::string(60, 'x') + "\"}";
  for (auto _ : state) {
    const std::uint64_t writes = connections.back().writes;
    rig.rooms().receive(speaker, text);
    while (connections.back().writes == writes) (void)rig.loop().run_once(std::chrono::seconds(1));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(message)->Arg(1)->Arg(100)->Arg(1'000);

// One comes and goes while so many others are there.
void come_and_go(benchmark::State& state) {
  Rig rig;
  std::deque<NullConnection> connections(static_cast<std::size_t>(state.range(0)));
  const auto before = static_cast<double>(::mallinfo2().uordblks);
  for (NullConnection& connection : connections) (void)rig.join(kRoom, connection);
  rig.settle();
  const double octets = static_cast<double>(::mallinfo2().uordblks) - before;
  NullConnection connection;
  for (auto _ : state) rig.rooms().leave(rig.join(kRoom, connection));
  state.counters["octets/member"] = octets / static_cast<double>(state.range(0));
}
BENCHMARK(come_and_go)->Arg(1'000)->Arg(20'000)->Arg(100'000);

// Rooms with one silent member each.
void idle_rooms(benchmark::State& state) {
  Rig rig;
  std::deque<NullConnection> connections(static_cast<std::size_t>(state.range(0)));
  const auto before = static_cast<double>(::mallinfo2().uordblks);
  std::uint64_t number = 100'000'000'000;
  for (NullConnection& connection : connections) {
    (void)rig.join(std::to_string(number++), connection);
  }
  rig.settle();
  const double octets = static_cast<double>(::mallinfo2().uordblks) - before;
  for (auto _ : state) (void)rig.loop().run_once(std::chrono::milliseconds(1));
  state.counters["octets/room"] = octets / static_cast<double>(state.range(0));
}
BENCHMARK(idle_rooms)->Arg(50'000)->Iterations(100);

}  // namespace
