// The members on one loop, in all rooms: lets them in, reads what they send as far as their own
// rate allows, and ends them. What it cannot decide it asks the room's home. Made by the engine,
// on its loop.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chat/chat.h"
#include "chat/figure_counters.h"
#include "chat/home_calls.h"
#include "chat/loop_room.h"
#include "chat/member_table.h"
#include "chat/room_frame.h"
#include "chat/session_ends.h"
#include "io/timer.h"

namespace chat {

class LoopChat final : public LoopRooms, private LoopRoom::Owner {
 public:
  LoopChat(io::Loop& loop, const Settings& settings, Above& above, HomeCalls& homes,
           FigureCounters& counters);
  ~LoopChat() override;

  // LoopRooms
  void admit(std::string_view token, JoinOptions options,
             std::move_only_function<void(std::expected<std::unique_ptr<Admission>, Refusal>)> done)
      override;
  MemberId join(std::unique_ptr<Admission> admission, MemberConnection& connection) override;
  void receive(MemberId id, std::string_view text) override;
  void leave(MemberId id) override;

  // From the homes.
  void let_in(MemberId id, const RoomId& room, Greeting greeting);
  void refuse(MemberId id, Refusal refusal);
  void say(const RoomId& room, RoomFrame frame);
  /// To this member only.
  void tell(MemberId id, base::Slice frame);
  /// Behind everything that was said before. Many of them take turns with what else there is.
  void close(std::vector<MemberId> ids, std::uint16_t code, std::string reason);

  /// Takes nobody in any more and drops everybody.
  void drain();
  /// Members in all states; those that were closed from here count until they have left.
  std::size_t members() const { return members_.size(); }

  /// Refusals for being too fast within kRefusalWindow before a connection is dropped.
  static constexpr int kMostRefusals = 50;
  static constexpr std::chrono::seconds kRefusalWindow{10};

 private:
  class LoopAdmission;

  // LoopRoom::Owner
  void forget(LoopRoom& room) override;
  void drop(Member& member) override;
  void watch_slow(Member& member) override;

  LoopRoom& room(const RoomId& id);
  Seat seat_of(const Member& member) const;
  void refuse_request(Member& member, std::string_view text);
  void tell_error(Member& member, std::string_view request_id, int code, std::string_view message,
                  bool may_retry = false);
  /// Not for what everybody hears. Drops a member that reads nothing.
  void write(Member& member, const base::Slice& frame);
  void end_session(MemberId id);
  void close_one(MemberId id, std::uint16_t code, std::string_view reason);
  void close(Member& member, std::uint16_t code, std::string_view reason);
  /// Takes the member out of its room, here and at home.
  void take_out(Member& member);
  void remove(Member& member);
  void look_at_slow();

  io::Loop& loop_;
  const Settings& settings_;
  Above& above_;
  HomeCalls& homes_;
  FigureCounters& counters_;
  MemberTable members_;
  std::unordered_map<RoomId, std::unique_ptr<LoopRoom>, base::IdHash> rooms_;
  SessionEnds ends_;
  std::vector<MemberId> slow_;  // have octets waiting, or had when somebody looked
  io::Timer slow_timer_;
  bool is_draining_ = false;
  // For what comes later: expired once this is gone. Its loop alone uses it.
  std::shared_ptr<LoopChat*> self_;
};

}  // namespace chat
