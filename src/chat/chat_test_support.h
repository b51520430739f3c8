// A chat engine on loops that a test drives by hand, with what stands above it and its connections
// made up.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "chat/chat.h"
#include "io/loop.h"

namespace chat {

/// Payloads of the text frames that `octets` consist of; a broken frame fails the test.
std::vector<std::string> texts_of(std::string_view octets);

/// A frame as a client reads it: texts and numbers by their path, as in "Sender.UserId".
class Heard {
 public:
  Heard() = default;
  explicit Heard(std::string_view json);

  /// Empty if it is not there.
  std::string operator[](std::string_view path) const;
  bool has(std::string_view path) const { return members_.contains(path); }
  bool is_a(std::string_view type_or_event) const;

 private:
  std::map<std::string, std::string, std::less<>> members_;
};

/// Knows rooms and passes by name; answers at once or when told to.
class FakeAbove final : public Above {
 public:
  base::Expected<Pass> check_token(std::string_view token, base::WallTime now) const override;
  void load_room(const RoomId& room, bool with_history, io::Loop& reply_to,
                 std::move_only_function<void(base::Expected<RoomRecord>)> done) override;
  void review(ReviewRequest request, io::Loop& reply_to,
              std::move_only_function<void(base::Expected<ReviewResult>)> done) override;
  void change_room(const RoomId& room, RoomChange change, io::Loop& reply_to,
                   std::move_only_function<void(base::Expected<void>)> done) override;
  void record(std::vector<Entry> entries) override;

  RoomRecord& room(const std::string& id);
  void remove_room(const std::string& id) { rooms_.erase(id); }
  std::string token_for(Pass pass);
  std::vector<Entry> recorded() const;
  std::size_t batches() const { return batches_; }

  std::size_t loads = 0;
  std::optional<base::Error> load_error;
  std::optional<base::Error> change_error;
  bool holds_loads = false;
  std::vector<std::move_only_function<void()>> held_loads;
  void answer_loads();
  struct HeldReview {
    ReviewRequest request;
    std::move_only_function<void(base::Expected<ReviewResult>)> done;
  };
  std::deque<HeldReview> reviews;
  std::vector<RoomChange> changes;

 private:
  std::map<std::string, RoomRecord> rooms_;
  std::map<std::string, Pass, std::less<>> passes_;
  base::Guarded<std::vector<Entry>> recorded_;
  std::size_t batches_ = 0;
};

/// What a server's session would be.
struct FakeConnection final : MemberConnection {
  void write(std::span<const base::Slice> frames) override;
  std::size_t backlog() const override { return waiting; }
  void close(std::uint16_t code, std::string_view reason) override;
  void drop() override;

  std::string octets;
  std::size_t writes = 0;
  std::size_t waiting = 0;
  std::uint16_t close_code = 0;
  bool is_dropped = false;

  bool is_over() const { return close_code != 0 || is_dropped; }
  std::vector<std::string> texts() const { return texts_of(octets); }
};

class ChatRig {
 public:
  static constexpr std::string_view kRoom = "room00000001";

  explicit ChatRig(unsigned loops = 2, Settings settings = {}, std::unique_ptr<Bus> bus = nullptr);
  ~ChatRig();

  /// A person as a test needs him; the room is kRoom.
  static Pass pass_of(std::string user);
  static Pass moderator(std::string user);

  struct Member {
    Member(ChatRig& owner, unsigned on) : rig(owner), loop(on) {}

    ChatRig& rig;
    const unsigned loop;
    FakeConnection connection;
    MemberId id{};
    bool has_left = false;

    /// Frames that came since the last call.
    std::vector<Heard> take();
    /// Those of a `Type` or an `EventName` among them; the others are passed over.
    std::vector<Heard> take(std::string_view what);
    /// Waits for one of that kind; a test that never gets one fails and gets an empty object.
    Heard next(std::string_view what);
    void send(std::string_view text);
    void say(std::string_view content, std::string_view request_id = {});
    void leave();

   private:
    std::size_t taken_ = 0;
    std::deque<Heard> unread_;
  };

  using Result = std::expected<std::unique_ptr<Admission>, Refusal>;
  /// Asks and waits for the answer.
  Result admit(Pass pass, JoinOptions options = {}, unsigned loop = 0);
  Result admit(std::string_view token, JoinOptions options = {}, unsigned loop = 0);
  Member& join(Pass pass, JoinOptions options = {}, unsigned loop = 0);
  Member& join(std::string user, unsigned loop = 0) {
    return join(pass_of(std::move(user)), {}, loop);
  }
  Member& join(std::unique_ptr<Admission> admission, unsigned loop);
  /// Extended, and lets the greeting pass by.
  Member& join_extended(Pass pass, unsigned loop = 0);

  /// Runs the loops until nothing is left to do at once.
  void pump();
  /// Runs them until `condition`; false after ten seconds.
  bool pump_until(const std::function<bool()>& condition);
  /// Runs them for that long.
  void pump_for(std::chrono::milliseconds time);

  FakeAbove above;
  io::LoopGroup loops;
  std::unique_ptr<Chat> chat;
  RoomId room{std::string(kRoom)};
  std::deque<Member> members;
};

}  // namespace chat
