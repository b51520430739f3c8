#include "chat/loop_chat.h"

#include <utility>

#include "base/check.h"
#include "chat/frames.h"
#include "io/loop.h"
#include "wire/websocket/frame.h"

namespace chat {
namespace {

constexpr std::chrono::seconds kLookAtSlow{1};
constexpr std::size_t kClosedAtOnce = 256;
constexpr std::string_view kTooFast = "rate limit exceeded";
constexpr std::string_view kSessionExpired = "Session expired";

using AdmissionResult = std::expected<std::unique_ptr<Admission>, Refusal>;

std::string sentence_of(base::Error error) {
  return error.message.empty() ? "The token is not valid" : std::move(error.message);
}

}  // namespace

class LoopChat::LoopAdmission final : public Admission {
 public:
  LoopAdmission(std::weak_ptr<LoopChat*> chat, MemberId member)
      : chat_(std::move(chat)), member_(member) {}
  ~LoopAdmission() override {
    if (member_ == MemberId{}) return;
    if (const auto chat = chat_.lock()) (*chat)->leave(member_);
  }
  LoopAdmission(const LoopAdmission&) = delete;
  LoopAdmission& operator=(const LoopAdmission&) = delete;

  MemberId release() { return std::exchange(member_, MemberId{}); }

 private:
  const std::weak_ptr<LoopChat*> chat_;
  MemberId member_;
};

LoopChat::LoopChat(io::Loop& loop, const Settings& settings, Above& above, HomeCalls& homes,
                   FigureCounters& counters)
    : loop_(loop),
      settings_(settings),
      above_(above),
      homes_(homes),
      counters_(counters),
      ends_(
          loop, [this](MemberId id) { end_session(id); },
          [this](MemberId id) { return members_.find(id) != nullptr; }),
      slow_timer_(loop),
      self_(std::make_shared<LoopChat*>(this)) {}

LoopChat::~LoopChat() = default;

// ---- coming in --------------------------------------------------------------------------------

void LoopChat::admit(std::string_view token, JoinOptions options,
                     std::move_only_function<void(AdmissionResult)> done) {
  DCHECK(loop_.is_current());
  if (is_draining_) return done(std::unexpected(Refusal{503, "The server is shutting down"}));
  base::Expected<Pass> pass = above_.check_token(token, io::Loop::wall_now());
  if (!pass) return done(std::unexpected(Refusal{401, sentence_of(std::move(pass.error()))}));
  if (homes_.is_full()) {
    return done(std::unexpected(Refusal{429, "There are too many connections"}));
  }
  auto person = std::make_shared<Person>();
  person->user_id = std::move(pass->user_id);
  person->attributes = std::move(pass->attributes);
  person->address = std::move(options.address);
  person->capabilities = pass->capabilities;
  person->role = pass->role;
  person->is_extended = options.extended;

  Member& member = members_.add();
  counters_.connections.add(1);
  member.person = std::move(person);
  member.session_ends_at = pass->session_ends_at;
  member.entrance = std::make_unique<Entrance>();
  member.entrance->answer = std::move(done);
  homes_.ask_in(pass->room,
                {seat_of(member), member.person, std::move(pass->token_id), pass->expires_at,
                 pass->session_ends_at, options.history, std::move(options.since)});
}

void LoopChat::let_in(MemberId id, const RoomId& room_id, Greeting greeting) {
  Member* member = members_.find(id);
  CHECK(member != nullptr && member->state == Member::State::kAsking);
  member->state = Member::State::kAdmitted;
  member->entrance->frames = std::move(greeting.frames);
  room(room_id).add(*member);
  auto answer = std::exchange(member->entrance->answer, {});
  answer(std::make_unique<LoopAdmission>(self_, id));
}

void LoopChat::refuse(MemberId id, Refusal refusal) {
  Member* member = members_.find(id);
  CHECK(member != nullptr && member->state == Member::State::kAsking);
  auto answer = std::exchange(member->entrance->answer, {});
  remove(*member);
  answer(std::unexpected(std::move(refusal)));
}

MemberId LoopChat::join(std::unique_ptr<Admission> admission, MemberConnection& connection) {
  const MemberId id = static_cast<LoopAdmission&>(*admission).release();
  Member* member = members_.find(id);
  CHECK(member != nullptr && member->state == Member::State::kAdmitted);
  member->connection = &connection;
  const std::unique_ptr<Entrance> entrance = std::move(member->entrance);
  if (entrance->close_code != 0) {
    member->state = Member::State::kLeaving;
    connection.close(entrance->close_code, entrance->close_reason);
    return id;
  }
  member->state = Member::State::kJoined;
  if (is_draining_ || entrance->is_overdue) {
    // Not before the caller knows who it is.
    loop_.post([self = std::weak_ptr(self_), id] {
      const auto chat = self.lock();
      if (chat == nullptr) return;
      Member* late = (*chat)->members_.find(id);
      if (late == nullptr || late->state != Member::State::kJoined) return;
      (*chat)->drop(*late);
    });
    return id;
  }
  member->room->connect(*member);
  ends_.add(id, member->session_ends_at, members_.size());
  if (!entrance->frames.empty()) connection.write(entrance->frames);
  return id;
}

// ---- what a member sends ----------------------------------------------------------------------

void LoopChat::receive(MemberId id, std::string_view text) {
  DCHECK(loop_.is_current());
  Member* member = members_.find(id);
  if (member == nullptr || member->state != Member::State::kJoined) return;
  if (io::Loop::wall_now() >= member->session_ends_at) return end_session(id);
  const std::size_t limit = settings_.max_requests_per_second;
  if (limit > 0 && !member->requests.take(limit, limit, loop_.now())) {
    return refuse_request(*member, text);
  }
  if (text.size() > settings_.max_message) return tell_error(*member, {}, 413, kTooLong);
  auto frame = parse_client_frame(
      text, member->person->is_extended ? Dialect::kExtended : Dialect::kService);
  if (!frame) {
    return tell_error(*member, frame.error().request_id, frame.error().code, frame.error().message);
  }
  homes_.act(member->room->id(), seat_of(*member), member->person, std::move(*frame));
}

void LoopChat::refuse_request(Member& member, std::string_view text) {
  if (loop_.now() - member.refused_since >= kRefusalWindow) {
    member.refused_since = loop_.now();
    member.refusals = 0;
  }
  if (++member.refusals > kMostRefusals) {
    return drop(member);
  }
  // The client wants to know which request it was. Looking is paid for by the bound above.
  std::string request_id;
  if (text.size() <= settings_.max_message) {
    auto frame = parse_client_frame(text, Dialect::kExtended);
    request_id = frame ? std::move(frame->request_id) : std::move(frame.error().request_id);
  }
  tell_error(member, request_id, 429, kTooFast, true);
}

void LoopChat::tell_error(Member& member, std::string_view request_id, int code,
                          std::string_view message, bool may_retry) {
  ErrorFrame error{.id = {}, .request_id = request_id, .code = code, .message = message};
  const std::string id = base::random_alphanumeric(12);
  error.id = id;
  if (may_retry && member.person->is_extended) error.retry_after = std::chrono::seconds(1);
  write(member, wire::websocket::text_frame(error_json(error)));
}

void LoopChat::write(Member& member, const base::Slice& frame) {
  if (member.connection->backlog() > settings_.max_backlog) return drop(member);
  member.connection->write({&frame, 1});
}

// ---- from the homes ---------------------------------------------------------------------------

void LoopChat::say(const RoomId& id, RoomFrame frame) {
  if (const auto found = rooms_.find(id); found != rooms_.end()) {
    found->second->say(std::move(frame));
  }
}

void LoopChat::tell(MemberId id, base::Slice frame) {
  Member* member = members_.find(id);
  if (member == nullptr) return;
  if (member->state == Member::State::kAdmitted) {
    member->entrance->frames.push_back(std::move(frame));
  } else if (member->state == Member::State::kJoined) {
    write(*member, frame);
  }
}

void LoopChat::close(std::vector<MemberId> ids, std::uint16_t code, std::string reason) {
  for (std::size_t i = 0; i < kClosedAtOnce && !ids.empty(); ++i) {
    close_one(ids.back(), code, reason);
    ids.pop_back();
  }
  if (ids.empty()) return;
  loop_.post([self = std::weak_ptr(self_), ids = std::move(ids), code,
              reason = std::move(reason)]() mutable {
    if (const auto chat = self.lock()) (*chat)->close(std::move(ids), code, std::move(reason));
  });
}

void LoopChat::close_one(MemberId id, std::uint16_t code, std::string_view reason) {
  Member* member = members_.find(id);
  if (member == nullptr) return;
  if (member->state == Member::State::kAdmitted) {
    take_out(*member);
    member->entrance->close_code = code;
    member->entrance->close_reason = reason;
  } else if (member->state == Member::State::kJoined) {
    close(*member, code, reason);
  }
}

// ---- going ------------------------------------------------------------------------------------

void LoopChat::end_session(MemberId id) {
  Member* member = members_.find(id);
  if (member == nullptr || member->state != Member::State::kJoined) return;
  tell_error(*member, {}, 401, kSessionExpired);
  if (member->state != Member::State::kJoined) return;
  close(*member, wire::websocket::kCloseNormal, kSessionExpired);
}

void LoopChat::close(Member& member, std::uint16_t code, std::string_view reason) {
  if (member.room != nullptr && !member.room->catch_up(member)) return;
  take_out(member);
  member.state = Member::State::kLeaving;
  member.connection->close(code, reason);
}

void LoopChat::drop(Member& member) {
  take_out(member);
  member.state = Member::State::kLeaving;
  member.connection->drop();
}

void LoopChat::leave(MemberId id) {
  DCHECK(loop_.is_current());
  Member* member = members_.find(id);
  if (member == nullptr) return;
  take_out(*member);
  remove(*member);
}

void LoopChat::take_out(Member& member) {
  if (member.room == nullptr) return;
  const RoomId id = member.room->id();
  member.room->remove(member);
  homes_.gone(id, seat_of(member), member.person);
}

void LoopChat::remove(Member& member) {
  members_.remove(member.id);
  counters_.connections.add(-1);
}

Seat LoopChat::seat_of(const Member& member) const {
  return {member.id, loop_.index(), member.person->is_extended};
}

LoopRoom& LoopChat::room(const RoomId& id) {
  std::unique_ptr<LoopRoom>& room = rooms_[id];
  if (room == nullptr) {
    LoopRoom::Owner& owner = *this;
    room = std::make_unique<LoopRoom>(id, loop_, settings_, counters_, owner);
  }
  return *room;
}

void LoopChat::forget(LoopRoom& room) {
  rooms_.erase(rooms_.find(room.id()));
}

void LoopChat::watch_slow(Member& member) {
  if (std::exchange(member.is_watched, true)) return;
  slow_.push_back(member.id);
  if (!slow_timer_.is_running()) slow_timer_.start(kLookAtSlow, [this] { look_at_slow(); });
}

void LoopChat::look_at_slow() {
  std::vector<MemberId> still;
  for (const MemberId id : std::exchange(slow_, {})) {
    Member* member = members_.find(id);
    if (member == nullptr || member->state != Member::State::kJoined) continue;
    const std::size_t backlog = member->connection->backlog();
    if (!member->room->keeps_up(*member, backlog, loop_.now())) {
      drop(*member);
    } else if (backlog > 0) {
      still.push_back(id);
    } else {
      member->is_watched = false;
    }
  }
  slow_.insert(slow_.end(), still.begin(), still.end());
  if (!slow_.empty()) slow_timer_.start(kLookAtSlow, [this] { look_at_slow(); });
}

void LoopChat::drain() {
  is_draining_ = true;
  members_.for_each([this](Member& member) {
    if (member.state != Member::State::kJoined) return;
    drop(member);
  });
}

}  // namespace chat
