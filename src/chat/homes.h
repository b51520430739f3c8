// The rooms whose home is one loop: opens them when somebody comes, forgets them when nobody has
// been there for a while, and stands between them and the bus. Made by the engine, on its loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "chat/chat.h"
#include "chat/recorder.h"
#include "chat/room_home.h"
#include "chat/used_tokens.h"
#include "io/timer.h"

namespace chat {

class Homes final : private RoomHome::Host {
 public:
  Homes(io::Loop& loop, const Settings& settings, Above& above, MemberCalls& members,
        NodeRate& node_rate, FigureCounters& counters, Bus& bus);
  ~Homes();

  // From the members.
  void ask_in(const RoomId& room, Applicant applicant);
  void act(const RoomId& room, Seat seat, std::shared_ptr<const Person> person, ClientFrame frame);
  void gone(const RoomId& room, Seat seat, const Person& person);
  // From the bus.
  void said(Bus::Said said);
  void note(const Bus::Note& note);
  // From the engine's users.
  using OnRoom = std::move_only_function<void(base::Expected<RoomHome*>)>;
  /// Opens the room if it is not.
  void with_room(const RoomId& room, OnRoom use);
  void reload(const RoomId& room, std::move_only_function<void()> done);
  void close_room(const RoomId& room);
  Presence presence(const RoomId& room, std::size_t most_users) const;
  /// `done` when everything that was given to the bus has come back, or has not within a few
  /// seconds, and is recorded.
  void flush(std::move_only_function<void()> done);

  std::size_t rooms() const { return rooms_.size(); }

 private:
  // RoomHome::Host
  void publish(RoomHome& room, Utterance utterance, RoomHome::Applied applied) override;
  void forget(RoomHome& room) override;
  void rise_above(RoomHome& room, std::int64_t position) override;
  void count(RoomHome& room, Headcount here) override;
  Headcount elsewhere(const RoomId& room) const override;

  void publish(const RoomId& room, Utterance utterance, RoomHome::Applied applied);
  void failed(const RoomId& room, std::uint64_t ticket, base::Error error);
  RoomHome::Applied take(std::uint64_t ticket);
  RoomHome& open(const RoomId& id);
  RoomHome* find(const RoomId& id) const;
  void finish_flushes();
  /// The bus did not carry that a room's record changed: it applies here, and others hear later.
  void owe(const RoomId& room, Utterance::Kind kind, RoomHome::Applied applied);
  void pay();

  io::Loop& loop_;
  Bus& bus_;
  Recorder recorder_;
  UsedTokens used_tokens_;
  HomeServices services_;
  std::unordered_map<RoomId, std::unique_ptr<RoomHome>, base::IdHash> rooms_;
  std::vector<std::unique_ptr<RoomHome>> forgotten_;  // may be on the stack still
  // What is on the bus, by ticket.
  std::unordered_map<std::uint64_t, RoomHome::Applied> under_way_;
  std::uint64_t next_ticket_ = 1;
  std::vector<std::move_only_function<void()>> flushes_;
  io::Timer flush_timer_;
  std::unordered_map<RoomId, Headcount, base::IdHash> elsewhere_;  // on other nodes
  std::map<RoomId, Utterance::Kind> owed_;
  io::Timer pay_timer_;
  // For answers that come late: expired once this is gone. This loop alone uses it.
  std::shared_ptr<Homes*> self_;
};

}  // namespace chat
