// The members of one room on one loop, and what they are about to hear. While the room is quiet a
// frame is written to all of them when the handler that brought it is done; when much is said,
// frames gather for some milliseconds and each member gets them in one write. A large room is
// written to in turns of a few milliseconds, so that the loop has time for others. Every member
// hears every frame once and in order, whenever it came. Owned by LoopChat, on its loop.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "chat/chat.h"
#include "chat/figure_counters.h"
#include "chat/load_meter.h"
#include "chat/member.h"
#include "chat/room_frame.h"
#include "io/deferred.h"
#include "io/timer.h"

namespace chat {

/// Frames that are being written to all members of a room on a loop.
struct FrameBatch {
  std::uint64_t first = 0;  // number of the first frame
  std::vector<RoomFrame> frames;
  std::vector<base::Slice> all;      // for extended members; joined if that pays
  std::vector<base::Slice> service;  // for the others
  std::array<std::uint64_t, kActions> counts{};
  std::uint64_t served = 0;  // members that were written all of it and are not counted yet

  std::uint64_t end() const { return first + frames.size(); }
};

class LoopRoom final : private io::Deferred {
 public:
  class Owner {
   public:
    /// Nobody is in the room any more; destroys it.
    virtual void forget(LoopRoom& room) = 0;
    /// The member does not take what is said any more: removes it from the room and ends it.
    virtual void drop(Member& member) = 0;
    /// Octets wait for the member: it is looked at again although nothing more may be said.
    virtual void watch_slow(Member& member) = 0;

   protected:
    ~Owner() = default;
  };

  LoopRoom(RoomId id, io::Loop& loop, const Settings& settings, FigureCounters& counters,
           Owner& owner);
  LoopRoom(const LoopRoom&) = delete;
  LoopRoom& operator=(const LoopRoom&) = delete;

  const RoomId& id() const { return id_; }
  std::size_t members() const { return members_; }

  /// Hears what is said from here on; until it has a connection its entrance keeps that.
  void add(Member& member);
  /// The member has its connection from now on.
  void connect(Member& member);
  void remove(Member& member);
  void say(RoomFrame frame);
  /// Writes to one member what has been said so far, ahead of the others: it is about to be
  /// closed. False if the member was dropped instead.
  bool catch_up(Member& member);
  /// Whether a member with octets waiting may stay: they are not too many and do not wait too long.
  bool keeps_up(Member& member, std::size_t backlog, base::MonotonicTime now);

  static constexpr std::chrono::seconds kLongestBehind{15};

 private:
  // What one member takes next. Kept side by side: a write to all of them runs through these.
  struct Row {
    Member* member = nullptr;  // null: has gone while the room was written to
    MemberConnection* connection = nullptr;
    std::uint64_t next = 0;  // number of the first frame it has not heard
    bool is_extended = false;
    bool is_behind = false;
  };

  void on_deferred() override;
  void schedule();
  void begin();
  void go_on();
  void count();
  void end();
  /// False if the member was dropped.
  bool deliver(Row& row);
  /// Writes single frames from those that begin with number `first`.
  bool deliver_rest(Row& row, std::span<const RoomFrame> frames, std::uint64_t first);
  bool write(Row& row, std::span<const base::Slice> slices);
  void keep(Row& row, std::span<const base::Slice> slices) const;
  void forget_holes();
  bool can_join(std::size_t count) const { return count > 1 && members_ > 1; }

  const RoomId id_;
  io::Loop& loop_;
  const Settings& settings_;
  FigureCounters& counters_;
  Owner& owner_;
  std::vector<Row> rows_;
  std::size_t members_ = 0;  // rows that are not holes
  bool has_holes_ = false;

  std::vector<RoomFrame> gathered_;  // not being written yet
  std::size_t gathered_octets_ = 0;
  std::uint64_t next_ = 1;  // number of the next frame that is said
  LoadMeter meter_;
  base::MonotonicTime next_write_{};
  std::unique_ptr<io::Timer> timer_;  // made when frames first gather

  std::optional<FrameBatch> batch_;  // being written
  std::size_t cursor_ = 0;           // the next row to be written to
  base::MonotonicTime began_{};
};

}  // namespace chat
