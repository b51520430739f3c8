#include "chat/homes.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "chat/utterance.h"
#include "io/loop.h"

namespace chat {
namespace {

constexpr std::size_t kMostUnderWay = 100'000;
constexpr std::chrono::seconds kLongestFlush{3};
constexpr std::chrono::seconds kPayInterval{1};

bool fits(const Utterance& utterance) {
  for (const std::string* name : {&utterance.id, &utterance.user_id, &utterance.about}) {
    if (name->size() > UtteranceLimits::kName) return false;
  }
  return utterance.payload.size() <= UtteranceLimits::kPayload &&
         utterance.notice.size() <= UtteranceLimits::kPayload;
}

// About what is kept above, not said in the room.
bool is_of_record(Utterance::Kind kind) {
  return kind == Utterance::Kind::kReload || kind == Utterance::Kind::kClose;
}

}  // namespace

Homes::Homes(io::Loop& loop, const Settings& settings, Above& above, MemberCalls& members,
             NodeRate& node_rate, FigureCounters& counters, Bus& bus)
    : loop_(loop),
      bus_(bus),
      recorder_(loop, above),
      services_{loop, settings, above, members, recorder_, used_tokens_, node_rate, counters},
      flush_timer_(loop),
      pay_timer_(loop),
      self_(std::make_shared<Homes*>(this)) {}

Homes::~Homes() = default;

// ---- rooms ------------------------------------------------------------------------------------

RoomHome* Homes::find(const RoomId& id) const {
  const auto found = rooms_.find(id);
  return found == rooms_.end() ? nullptr : found->second.get();
}

RoomHome& Homes::open(const RoomId& id) {
  if (RoomHome* room = find(id)) return *room;
  RoomHome::Host& host = *this;
  RoomHome& room =
      *rooms_.emplace(id, std::make_unique<RoomHome>(id, services_, host)).first->second;
  services_.counters.rooms.add(1);
  // First, so that nothing is said between what is read and what is heard.
  bus_.listen(id, true);
  if (!bus_.is_shared()) room.open();  // otherwise once it listens
  return room;
}

void Homes::forget(RoomHome& room) {
  const auto found = rooms_.find(room.id());
  if (found == rooms_.end() || found->second.get() != &room) return;
  bus_.listen(room.id(), false);
  services_.counters.rooms.add(-1);
  forgotten_.push_back(std::move(found->second));
  rooms_.erase(found);
  if (forgotten_.size() > 1) return;
  loop_.post([link = std::weak_ptr(self_)] {
    if (const auto homes = link.lock()) (*homes)->forgotten_.clear();
  });
}

void Homes::rise_above(RoomHome& room, std::int64_t position) {
  bus_.rise_above(room.id(), position);
}

void Homes::ask_in(const RoomId& room, Applicant applicant) {
  open(room).ask_in(std::move(applicant));
}

void Homes::act(const RoomId& id, Seat seat, std::shared_ptr<const Person> person,
                ClientFrame frame) {
  if (RoomHome* room = find(id)) room->act(seat, std::move(person), std::move(frame));
}

void Homes::gone(const RoomId& id, Seat seat, const Person& person) {
  if (RoomHome* room = find(id)) room->gone(seat, person);
}

void Homes::with_room(const RoomId& id, OnRoom use) {
  RoomHome& room = open(id);
  room.when_open([&room, use = std::move(use)](const base::Error* error) mutable {
    if (error != nullptr) return use(base::fail(*error));
    use(&room);
  });
}

Presence Homes::presence(const RoomId& id, std::size_t most_users) const {
  const RoomHome* room = find(id);
  if (room != nullptr) return room->presence(most_users);
  const Headcount others = elsewhere(id);
  return {.connections = others.connections, .users = {}, .user_count = others.users};
}

void Homes::reload(const RoomId& room, std::move_only_function<void()> done) {
  publish(room, {.kind = Utterance::Kind::kReload},
          [done = std::move(done)](const base::Expected<void>&) mutable {
            if (done) done();
          });
}

void Homes::close_room(const RoomId& room) {
  publish(room, {.kind = Utterance::Kind::kClose}, {});
}

// ---- the bus ----------------------------------------------------------------------------------

void Homes::publish(RoomHome& room, Utterance utterance, RoomHome::Applied applied) {
  publish(room.id(), std::move(utterance), std::move(applied));
}

void Homes::publish(const RoomId& room, Utterance utterance, RoomHome::Applied applied) {
  const auto refuse = [&](base::ErrorCode code, const char* why) {
    if (applied) applied(base::fail(code, why));
  };
  if (!fits(utterance)) return refuse(base::ErrorCode::kInvalid, "this is too long to be said");
  if (under_way_.size() >= kMostUnderWay) {
    return refuse(base::ErrorCode::kLimit, "too much is being said");
  }
  const std::uint64_t ticket = next_ticket_++;
  utterance.ticket = ticket;
  if (is_of_record(utterance.kind)) {
    applied = [link = std::weak_ptr(self_), room, kind = utterance.kind,
               then = std::move(applied)](base::Expected<void> result) mutable {
      const auto homes = link.lock();
      if (!result && homes != nullptr) return (*homes)->owe(room, kind, std::move(then));
      if (then) then(std::move(result));
    };
  }
  under_way_.emplace(ticket, std::move(applied));
  bus_.publish(room, serialise(utterance),
               [link = std::weak_ptr(self_), room, ticket](base::Error error) {
                 const auto homes = link.lock();
                 if (homes != nullptr) (*homes)->failed(room, ticket, std::move(error));
               });
}

RoomHome::Applied Homes::take(std::uint64_t ticket) {
  auto node = under_way_.extract(ticket);
  return node.empty() ? RoomHome::Applied() : std::move(node.mapped());
}

void Homes::failed(const RoomId& room, std::uint64_t ticket, base::Error error) {
  base::log_warn("chat not said", {{"room", room.str()}, {"error", error.message}});
  // What the bus cannot carry is our own trouble, whatever it calls it.
  error.code = base::ErrorCode::kIo;
  if (RoomHome::Applied applied = take(ticket)) applied(base::fail(std::move(error)));
  finish_flushes();
}

void Homes::said(Bus::Said said) {
  auto utterance = parse_utterance(said.payload.span());
  if (!utterance) {
    // Another version of ours may be on the bus while nodes are replaced.
    base::log_warn("chat not understood",
                   {{"room", said.room.str()}, {"error", utterance.error().message}});
    return;
  }
  RoomHome::Applied applied;
  if (said.is_own) applied = take(utterance->ticket);
  RoomHome* room = find(said.room);
  // What was said here is kept here, even if the room was forgotten while it was on its way.
  if (room == nullptr && said.is_own && !is_of_record(utterance->kind)) room = &open(said.room);
  if (room != nullptr) {
    room->said(std::move(*utterance), said.position, said.is_own, std::move(applied));
  } else if (applied) {
    applied({});
  }
  if (said.is_own) finish_flushes();
}

void Homes::note(const Bus::Note& note) {
  RoomHome* room = find(note.room);
  switch (note.kind) {
    case Bus::Note::Kind::kListening:
      if (room != nullptr) room->open();
      return;
    case Bus::Note::Kind::kMissed:
      if (room != nullptr) room->missed();
      return;
    case Bus::Note::Kind::kElsewhere:
      if (note.elsewhere == Headcount{}) {
        elsewhere_.erase(note.room);
      } else {
        elsewhere_.insert_or_assign(note.room, note.elsewhere);
      }
      if (room != nullptr) room->presence_changed();
      return;
  }
}

void Homes::count(RoomHome& room, Headcount here) {
  bus_.count(room.id(), here);
}

Headcount Homes::elsewhere(const RoomId& room) const {
  const auto found = elsewhere_.find(room);
  return found == elsewhere_.end() ? Headcount{} : found->second;
}

void Homes::owe(const RoomId& id, Utterance::Kind kind, RoomHome::Applied applied) {
  Utterance::Kind& owed = owed_.try_emplace(id, kind).first->second;
  owed = std::max(owed, kind);  // a room that is closed needs no reloading
  if (!pay_timer_.is_running()) pay_timer_.start(kPayInterval, [this] { pay(); });
  if (RoomHome* room = find(id)) {
    room->said({.kind = kind}, 0, true, std::move(applied));
  } else if (applied) {
    applied({});
  }
}

void Homes::pay() {
  for (const auto& [room, kind] : std::exchange(owed_, {})) publish(room, {.kind = kind}, {});
}

// ---- flushing ---------------------------------------------------------------------------------

void Homes::flush(std::move_only_function<void()> done) {
  flushes_.push_back(std::move(done));
  if (!under_way_.empty() && !flush_timer_.is_running()) {
    flush_timer_.start(kLongestFlush, [this] {
      base::log_warn("chat still being said", {{"frames", under_way_.size()}});
      recorder_.flush();
      for (auto& each : std::exchange(flushes_, {})) each();
    });
  }
  finish_flushes();
}

void Homes::finish_flushes() {
  if (!under_way_.empty() || flushes_.empty()) return;
  flush_timer_.cancel();
  recorder_.flush();
  for (auto& each : std::exchange(flushes_, {})) each();
}

}  // namespace chat
