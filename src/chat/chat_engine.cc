// Chat on all loops: carries what members and rooms' homes say to each other from loop to loop.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/check.h"
#include "chat/chat.h"
#include "chat/figure_counters.h"
#include "chat/home_calls.h"
#include "chat/homes.h"
#include "chat/local_bus.h"
#include "chat/loop_chat.h"
#include "chat/member_calls.h"
#include "chat/node_rate.h"
#include "io/loop.h"

namespace chat {
namespace {

// What of chat is on one loop.
struct LoopSide {
  LoopSide(io::Loop& on, const Settings& settings, Above& above, HomeCalls& home_calls,
           MemberCalls& member_calls, NodeRate& node_rate, Bus& bus)
      : loop(on),
        homes(on, settings, above, member_calls, node_rate, counters, bus),
        members(on, settings, above, home_calls, counters) {}

  io::Loop& loop;
  FigureCounters counters;
  Homes homes;
  LoopChat members;
};

// Calls `done` on a loop once every loop has answered; on that loop only.
struct Answers {
  std::size_t missing;
  std::move_only_function<void()> done;

  void one() {
    if (--missing == 0) done();
  }
};

class Engine final : public Chat, private HomeCalls, private MemberCalls {
 public:
  Engine(io::LoopGroup& loops, Settings settings, Above& above, std::unique_ptr<Bus> bus)
      : settings_(std::move(settings)), node_rate_(settings_.max_sends_per_second) {
    bus_ = bus != nullptr ? std::move(bus) : std::make_unique<LocalBus>(loops.size());
    for (std::size_t i = 0; i < loops.size(); ++i) {
      HomeCalls& home_calls = *this;
      MemberCalls& member_calls = *this;
      sides_.push_back(std::make_unique<LoopSide>(loops.at(i), settings_, above, home_calls,
                                                  member_calls, node_rate_, *bus_));
    }
    bus_->take_notes([this](const Bus::Note& note) { home(note.room).homes.note(note); });
    bus_->start([this](const RoomId& room) -> io::Loop& { return home(room).loop; },
                [this](Bus::Said said) {
                  Homes& homes = home(said.room).homes;
                  homes.said(std::move(said));
                });
  }

  // ---- Chat -------------------------------------------------------------------------------------

  LoopRooms& rooms(io::Loop& loop) override { return side(loop.index()).members; }

  void send_event(const RoomId& room, std::string name, Attributes attributes, Done done) override {
    with_room(
        room, std::move(done),
        [name = std::move(name), attributes = std::move(attributes)](RoomHome& home, Done then) {
          home.send_event(name, attributes, std::move(then));
        });
  }

  void say(const RoomId& room, Sender sender, std::string content, Attributes attributes,
           Done done) override {
    with_room(room, std::move(done),
              [sender = std::move(sender), content = std::move(content),
               attributes = std::move(attributes)](RoomHome& home, Done then) {
                home.say(sender, content, attributes, std::move(then));
              });
  }

  void delete_message(const RoomId& room, std::string message_id, std::string reason,
                      Done done) override {
    with_room(room, std::move(done),
              [id = std::move(message_id), reason = std::move(reason)](RoomHome& home, Done then) {
                home.delete_message(id, reason, std::move(then));
              });
  }

  void disconnect_user(const RoomId& room, std::string user_id, std::string reason,
                       Done done) override {
    with_room(room, std::move(done),
              [id = std::move(user_id), reason = std::move(reason)](RoomHome& home, Done then) {
                home.disconnect_user(id, reason, std::move(then));
              });
  }

  void reload(const RoomId& room, std::move_only_function<void()> done) override {
    at_home(room, [room, done = std::move(done)](Homes& homes) mutable {
      homes.reload(room, std::move(done));
    });
  }

  void close_room(const RoomId& room) override {
    at_home(room, [room](Homes& homes) { homes.close_room(room); });
  }

  void presence(const RoomId& room, std::size_t most_users, io::Loop& reply_to,
                std::move_only_function<void(Presence)> done) override {
    at_home(room, [room, most_users, &reply_to, done = std::move(done)](Homes& homes) mutable {
      reply_to.post(
          [done = std::move(done), presence = homes.presence(room, most_users)]() mutable {
            done(std::move(presence));
          });
    });
  }

  void flush(io::Loop& reply_to, std::move_only_function<void()> done) override {
    on_all_loops(reply_to, std::move(done),
                 [](LoopSide& side, std::move_only_function<void()> then) {
                   side.homes.flush(std::move(then));
                 });
  }

  Figures figures() const override {
    Figures sum;
    for (const auto& each : sides_) each->counters.add_to(sum);
    return sum;
  }

  void drain(io::Loop& reply_to, std::move_only_function<void()> done) override {
    // Only when nobody can say anything any more.
    auto then = [this, &reply_to, done = std::move(done)]() mutable {
      flush(reply_to, std::move(done));
    };
    on_all_loops(reply_to, std::move(then),
                 [](LoopSide& side, std::move_only_function<void()> drained) {
                   side.members.drain();
                   drained();
                 });
  }

 private:
  // ---- HomeCalls --------------------------------------------------------------------------------

  void ask_in(const RoomId& room, Applicant applicant) override {
    at_home(room, [room, applicant = std::move(applicant)](Homes& homes) mutable {
      homes.ask_in(room, std::move(applicant));
    });
  }

  void act(const RoomId& room, Seat seat, std::shared_ptr<const Person> person,
           ClientFrame frame) override {
    at_home(room, [room, seat, person = std::move(person),
                   frame = std::move(frame)](Homes& homes) mutable {
      homes.act(room, seat, std::move(person), std::move(frame));
    });
  }

  void gone(const RoomId& room, Seat seat, std::shared_ptr<const Person> person) override {
    at_home(room, [room, seat, person = std::move(person)](Homes& homes) {
      homes.gone(room, seat, *person);
    });
  }

  bool is_full() const override {
    if (settings_.max_connections == 0) return false;
    std::int64_t connections = 0;
    for (const auto& each : sides_) connections += each->counters.connections.value();
    return connections >= static_cast<std::int64_t>(settings_.max_connections);
  }

  // ---- MemberCalls ------------------------------------------------------------------------------

  void let_in(Seat seat, const RoomId& room, Greeting greeting) override {
    on_loop(seat.loop, [seat, room, greeting = std::move(greeting)](LoopChat& members) mutable {
      members.let_in(seat.member, room, std::move(greeting));
    });
  }

  void refuse(Seat seat, Refusal refusal) override {
    on_loop(seat.loop, [seat, refusal = std::move(refusal)](LoopChat& members) mutable {
      members.refuse(seat.member, std::move(refusal));
    });
  }

  void say(std::uint32_t loop, const RoomId& room, RoomFrame frame) override {
    on_loop(loop, [room, frame = std::move(frame)](LoopChat& members) mutable {
      members.say(room, std::move(frame));
    });
  }

  void tell(Seat seat, base::Slice frame) override {
    on_loop(seat.loop, [seat, frame = std::move(frame)](LoopChat& members) mutable {
      members.tell(seat.member, std::move(frame));
    });
  }

  void close(const std::vector<Seat>& seats, std::uint16_t code,
             const std::string& reason) override {
    std::vector<std::vector<MemberId>> by_loop(sides_.size());
    for (const Seat& seat : seats) by_loop[seat.loop].push_back(seat.member);
    for (std::uint32_t i = 0; i < by_loop.size(); ++i) {
      if (by_loop[i].empty()) continue;
      on_loop(i, [ids = std::move(by_loop[i]), code, reason](LoopChat& members) mutable {
        members.close(std::move(ids), code, std::move(reason));
      });
    }
  }

  // ---- from loop to loop ------------------------------------------------------------------------

  LoopSide& side(std::size_t index) { return *sides_.at(index); }
  LoopSide& home(const RoomId& room) { return side(base::IdHash{}(room) % sides_.size()); }

  // Always by post, also to the loop that calls: one order for all, and nobody is called back from
  // inside.
  template <class Use>
  void at_home(const RoomId& room, Use use) {
    LoopSide& to = home(room);
    to.loop.post([&homes = to.homes, use = std::move(use)]() mutable { use(homes); });
  }
  template <class Use>
  void on_loop(std::uint32_t index, Use use) {
    LoopSide& to = side(index);
    to.loop.post([&members = to.members, use = std::move(use)]() mutable { use(members); });
  }

  template <class Use>
  void with_room(const RoomId& room, Done done, Use use) {
    at_home(room, [room, done = std::move(done), use = std::move(use)](Homes& homes) mutable {
      homes.with_room(room, [done = std::move(done),
                             use = std::move(use)](base::Expected<RoomHome*> found) mutable {
        if (found) return use(**found, std::move(done));
        if (done) done(base::fail(std::move(found.error())));
      });
    });
  }

  // Calls `use(side, then)` on each loop; `done` on `reply_to` once all have called `then`.
  template <class Use>
  void on_all_loops(io::Loop& reply_to, std::move_only_function<void()> done, Use use) {
    // Shared by the posts of all loops, used on `reply_to` only.
    auto answers = std::make_shared<Answers>(Answers{sides_.size(), std::move(done)});
    for (const auto& each : sides_) {
      each->loop.post([&side = *each, &reply_to, answers, use]() mutable {
        use(side, [&reply_to, answers = std::move(answers)] {
          reply_to.post([answers] { answers->one(); });
        });
      });
    }
  }

  const Settings settings_;
  NodeRate node_rate_;
  std::unique_ptr<Bus> bus_;
  std::vector<std::unique_ptr<LoopSide>> sides_;
};

}  // namespace

std::unique_ptr<Chat> Chat::create(io::LoopGroup& loops, Settings settings, Above& above,
                                   std::unique_ptr<Bus> bus) {
  return std::make_unique<Engine>(loops, std::move(settings), above, std::move(bus));
}

}  // namespace chat
