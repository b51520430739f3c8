#include "control/chat_nats_bus.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/log.h"
#include "base/time.h"
#include "control/chat_bus_envelope.h"
#include "control/chat_headcounts.h"
#include "control/chat_positions.h"
#include "control/chat_recent.h"
#include "io/loop.h"
#include "io/nats.h"
#include "io/nats_stream.h"
#include "io/timer.h"

namespace control {
namespace {

using chat::Headcount;
using chat::RoomId;

// Headcounts that do not change are said again before others forget them, in intervals.
constexpr int kSayAgain = 2;
constexpr int kHold = 5;
// No room has this id.
constexpr const char* kNodes = "nodes";

NodeId random_node() {
  std::random_device random;
  return NodeId{(std::uint64_t{random()} << 32) | random()};
}

std::int64_t now_in_nanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             io::Loop::wall_now().time_since_epoch())
      .count();
}

std::string stream_name(std::string name) {
  for (char& c : name) {
    c = static_cast<char>(c == '.' ? '_' : std::toupper(static_cast<unsigned char>(c)));
  }
  return name + "_CHAT";
}

class ChatNatsBus final : public chat::Bus, private io::NatsStreamReader::Handler {
 public:
  ChatNatsBus(io::Loop& loop, ChatNatsOptions options)
      : loop_(loop),
        options_(std::move(options)),
        subject_(options_.prefix + ".chat."),
        recent_({.octets = options_.max_recent_bytes}),
        headcounts_(kHold * options_.headcount_interval),
        timer_(loop),
        self_(std::make_shared<ChatNatsBus*>(this)) {}

  base::Expected<void> connect() {
    auto publisher = io::NatsPublisher::create(loop_, {.url = options_.url,
                                                       .trusted = options_.trusted,
                                                       .sends_after_loss = false,
                                                       .timeout = options_.timeout});
    if (!publisher) return base::fail(std::move(publisher.error()));
    publisher_ = std::move(*publisher);
    return {};
  }

  // ---- chat::Bus, on the rooms' home loops
  // -------------------------------------------------------

  bool is_shared() const override { return true; }

  void take_notes(std::function<void(Note)> take) override { take_note_ = std::move(take); }

  void start(std::function<io::Loop&(const RoomId&)> home_of,
             std::function<void(Said)> receive) override {
    home_of_ = std::move(home_of);
    receive_ = std::move(receive);
    io::NatsStreamReader::Handler& handler = *this;
    auto reader = io::NatsStreamReader::create(loop_,
                                               {.url = options_.url,
                                                .trusted = options_.trusted,
                                                .stream = stream_name(options_.prefix),
                                                .subjects = subject_ + "*",
                                                .max_stream_bytes = options_.max_stream_bytes},
                                               handler);
    CHECK(reader.has_value());  // the publisher took the same address
    reader_ = std::move(*reader);
    wait_for_headcounts();
  }

  void publish(const RoomId& room, base::Slice payload,
               std::move_only_function<void(base::Error)> failed) override {
    // Said now, whenever the stream takes it: positions are not behind the times of what is said.
    on_bus([this, room, now = now_in_nanoseconds(), payload = std::move(payload),
            failed = std::move(failed)]() mutable {
      const auto found = rooms_.find(room);
      const std::int64_t least = found == rooms_.end() ? 0 : found->second.floor;
      send(room.str(), {node_, SaidEnvelope{std::max(now, least), payload.span()}},
           [this, room, failed = std::move(failed)](base::Expected<void> done) mutable {
             if (done || !failed) return;
             home_of_(room).post(
                 [failed = std::move(failed), error = std::move(done.error())]() mutable {
                   failed(std::move(error));
                 });
           });
    });
  }

  void listen(const RoomId& room, bool wanted) override {
    on_bus([this, room, wanted] { wanted ? begin(room) : end(room); });
  }

  void rise_above(const RoomId& room, std::int64_t position) override {
    on_bus([this, room, position] {
      if (const auto found = rooms_.find(room); found != rooms_.end()) {
        found->second.floor = std::max(found->second.floor, position + 1);
      }
    });
  }

  void count(const RoomId& room, Headcount here) override {
    on_bus([this, room, here] {
      const auto found = rooms_.find(room);
      if (found == rooms_.end() || found->second.here == here) return;
      found->second.here = here;
      has_changed_ = true;
    });
  }

 private:
  // A room that is open on this node.
  struct Room {
    std::int64_t floor = 0;
    Headcount here;
  };

  template <class Task>
  void on_bus(Task task) {
    loop_.post([link = std::weak_ptr(self_), task = std::move(task)]() mutable {
      if (link.lock() != nullptr) task();
    });
  }

  // ---- to the stream
  // -----------------------------------------------------------------------------

  void send(const std::string& to, const ChatEnvelope& envelope,
            io::NatsPublisher::Acknowledged done) {
    const base::Bytes octets = serialise(envelope);
    publisher_->publish(subject_ + to, std::string(base::as_text(octets)), {}, std::move(done));
  }

  // ---- from the stream
  // ---------------------------------------------------------------------------

  void on_message(io::NatsStreamReader::Message message) override {
    const auto envelope = parse_chat_envelope(message.payload.span());
    if (!envelope) return refuse(envelope.error());
    if (const auto* counts = std::get_if<HeadcountEnvelope>(&envelope->content)) {
      if (envelope->node == node_) return;
      return tell_elsewhere(headcounts_.heard(envelope->node, *counts, loop_.now()));
    }
    if (!message.subject.starts_with(subject_)) {
      return refuse({base::ErrorCode::kInvalid, "a subject of something else"});
    }
    const auto& said = std::get<SaidEnvelope>(envelope->content);
    const RoomId room(message.subject.substr(subject_.size()));
    const std::size_t head = message.payload.size() - said.payload.size();
    Said out{.room = room,
             .payload = message.payload.sub(head),
             .position = positions_.next(room, message.timestamp, said.floor),
             .is_own = envelope->node == node_};
    recent_.add(out, message.timestamp);
    // What was said here is expected here, even if the room was closed meanwhile.
    if (out.is_own || rooms_.contains(room)) deliver(std::move(out));
  }

  void on_missed() override {
    base::log_warn("chat of other nodes missed", {{"rooms", rooms_.size()}});
    for (const auto& [room, state] : rooms_) note({.room = room, .kind = Note::Kind::kMissed});
  }

  void refuse(const base::Error& error) {
    // Another version may be on the bus while nodes are replaced: not a line for each message.
    if (!std::exchange(has_refused_, true)) {
      base::log_warn("chat of another node not understood", {{"error", error.message}});
    }
  }

  // ---- to the rooms
  // ------------------------------------------------------------------------------

  void deliver(Said said) {
    io::Loop& home = home_of_(said.room);
    home.post([this, said = std::move(said)]() mutable { receive_(std::move(said)); });
  }

  void note(Note note) {
    if (!take_note_) return;
    io::Loop& home = home_of_(note.room);
    home.post([this, note = std::move(note)]() mutable { take_note_(std::move(note)); });
  }

  void begin(const RoomId& room) {
    rooms_.try_emplace(room);
    recent_.for_each(room, [this](Said said) { deliver(std::move(said)); });
    note({.room = room, .kind = Note::Kind::kListening});
  }

  void end(const RoomId& room) {
    const auto found = rooms_.find(room);
    if (found == rooms_.end()) return;
    if (found->second.here != Headcount{}) has_changed_ = true;
    rooms_.erase(found);
  }

  // ---- headcounts
  // --------------------------------------------------------------------------------

  void wait_for_headcounts() {
    timer_.start(options_.headcount_interval, [this] {
      tell_elsewhere(headcounts_.expire(loop_.now()));
      if (has_changed_ ||
          (!told_.empty() && loop_.now() - told_at_ >= kSayAgain * options_.headcount_interval))
        say_headcounts();
      wait_for_headcounts();
    });
  }

  void tell_elsewhere(const std::vector<RoomId>& rooms) {
    for (const RoomId& room : rooms) {
      note({.room = room, .kind = Note::Kind::kElsewhere, .elsewhere = headcounts_.sum(room)});
    }
  }

  // All rooms with somebody, and those that have become empty.
  void say_headcounts() {
    has_changed_ = false;
    told_at_ = loop_.now();
    std::map<RoomId, Headcount> now;
    for (const auto& [room, state] : rooms_) {
      if (state.here != Headcount{}) now.emplace(room, state.here);
    }
    HeadcountEnvelope out;
    const auto say = [&] {
      send(kNodes, {node_, std::exchange(out, {})}, [](const base::Expected<void>&) {
        // Said again soon, and forgotten by others meanwhile.
      });
    };
    const auto add = [&](const RoomId& room, Headcount count) {
      out.rooms.emplace_back(room, count);
      if (out.rooms.size() == kMostHeadcounts) say();
    };
    for (const auto& [room, count] : now) add(room, count);
    for (const auto& [room, count] : told_) {
      if (!now.contains(room)) add(room, {});
    }
    if (!out.rooms.empty()) say();
    told_ = std::move(now);
  }

  io::Loop& loop_;
  const ChatNatsOptions options_;
  const std::string subject_;
  const NodeId node_ = random_node();
  std::function<io::Loop&(const RoomId&)> home_of_;
  std::function<void(Said)> receive_;
  std::function<void(Note)> take_note_;

  // On the bus's loop.
  std::unordered_map<RoomId, Room, base::IdHash> rooms_;
  ChatPositions positions_;
  ChatRecent recent_;
  ChatHeadcounts headcounts_;         // of other nodes
  std::map<RoomId, Headcount> told_;  // of this node, as others know it
  base::MonotonicTime told_at_{};
  bool has_changed_ = false;
  bool has_refused_ = false;
  io::Timer timer_;
  // For tasks that come late: expired once this is gone.
  std::shared_ptr<ChatNatsBus*> self_;
  std::unique_ptr<io::NatsPublisher> publisher_;
  std::unique_ptr<io::NatsStreamReader> reader_;
};

}  // namespace

base::Expected<std::unique_ptr<chat::Bus>> make_chat_nats_bus(io::Loop& loop,
                                                              ChatNatsOptions options) {
  auto bus = std::make_unique<ChatNatsBus>(loop, std::move(options));
  if (auto connected = bus->connect(); !connected) return base::fail(std::move(connected.error()));
  return bus;
}

}  // namespace control
