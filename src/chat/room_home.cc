// The life of a room, and how it speaks.
#include "chat/room_home.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/ids.h"
#include "base/log.h"
#include "io/loop.h"
#include "wire/websocket/frame.h"

namespace chat {

RoomHome::RoomHome(RoomId id, const HomeServices& services, Host& host)
    : id_(std::move(id)),
      services_(services),
      host_(host),
      history_(services.settings.history),
      idle_timer_(services.loop),
      self_(std::make_shared<RoomHome*>(this)) {}

RoomHome::~RoomHome() = default;

// ---- life -------------------------------------------------------------------------------------

void RoomHome::open() {
  if (std::exchange(is_asked_for_, true)) return;
  services_.above.load_room(id_, true, services_.loop,
                            [self = self()](base::Expected<RoomRecord> record) {
                              const auto room = self.lock();
                              if (room != nullptr) (*room)->on_loaded(std::move(record));
                            });
}

void RoomHome::on_loaded(base::Expected<RoomRecord> record) {
  if (state_ != State::kLoading) return;
  if (!record) {
    state_ = State::kClosed;
    run_waiting(&record.error());
    fail_early(record.error());
    return host_.forget(*this);
  }
  state_ = State::kOpen;
  (void)rules_.apply(*record, io::Loop::wall_now());  // nobody has heard other rules
  apply_moderation(*record);
  pinned_ = std::move(record->pinned);
  last_position_ = record->last_position;
  for (const Entry& entry : record->history) {
    last_position_ = std::max(last_position_, entry.position);
  }
  merge_early(*record);
  history_.load(std::move(record->history));
  host_.rise_above(*this, last_position_);
  apply_early();
  run_waiting(nullptr);
  if (must_refresh_ && !is_refreshing_) begin_refresh();
  keep_or_forget();
}

void RoomHome::run_waiting(const base::Error* error) {
  for (Task& task : std::exchange(waiting_, {})) task(error);
}

void RoomHome::when_open(Task task) {
  static const base::Error kGone{base::ErrorCode::kNotFound, "there is no such room"};
  static const base::Error kTooMany{base::ErrorCode::kLimit, "too many wait for this room"};
  if (state_ == State::kOpen) {
    task(nullptr);
    keep_or_forget();
  } else if (state_ == State::kClosed) {
    task(&kGone);
  } else if (waiting_.size() >= kMostWaiting) {
    task(&kTooMany);
  } else {
    waiting_.push_back(std::move(task));
  }
}

void RoomHome::apply_moderation(const RoomRecord& record) {
  if (auto applied = filter_.apply(record.moderation); !applied) {
    base::log_warn("chat filter", {{"room", id_.str()}, {"error", applied.error().message}});
  }
}

void RoomHome::close(std::string_view reason) {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  const base::Error gone{base::ErrorCode::kNotFound, "the room was deleted"};
  run_waiting(&gone);
  fail_early(gone);
  answer_applicants();  // nobody comes in any more
  for (Refresh* refresh : {&refresh_, &next_refresh_}) {
    for (Applied& applied : std::exchange(refresh->applied, {})) applied({});
  }
  services_.members.close(attendance_.all_seats(), wire::websocket::kCloseNormal,
                          std::string(reason));
  host_.forget(*this);
}

void RoomHome::keep_or_forget() {
  const bool is_needed = state_ != State::kOpen || attendance_.connections() > 0;
  if (is_needed) return idle_timer_.cancel();
  if (idle_timer_.is_running()) return;
  idle_timer_.start(services_.settings.idle_room, [this] {
    const bool is_busy = changes_under_way_ + reviews_.size() > 0 || is_refreshing_ ||
                         is_catching_up_ || !reacted_.empty();
    if (is_busy) return keep_or_forget();
    state_ = State::kClosed;
    host_.forget(*this);
  });
}

// ---- speaking ---------------------------------------------------------------------------------

void RoomHome::broadcast(Action action, const base::Slice& frame, bool is_extended) {
  for (const Attendance::OnLoop& on_loop : attendance_.loops()) {
    if (is_extended && on_loop.extended == 0) continue;
    services_.members.say(on_loop.loop, id_, {frame, action, is_extended});
  }
}

std::string RoomHome::notice_json(std::string_view name, const Attributes& attributes,
                                  std::string_view request_id) const {
  const std::string id = base::random_alphanumeric(12);
  return event_json({.id = id,
                     .request_id = request_id,
                     .name = name,
                     .attributes = attributes,
                     .at = io::Loop::wall_now()});
}

void RoomHome::notify(const std::string& json) {
  if (attendance_.extended_connections() == 0) return;
  broadcast(Action::kOther, wire::websocket::text_frame(json), true);
}

void RoomHome::tell(const Seat& seat, const std::string& json) {
  services_.members.tell(seat, wire::websocket::text_frame(json));
}

void RoomHome::tell_error(const Actor& actor, int code, std::string_view message,
                          std::optional<base::Duration> retry_after) {
  const std::string id = base::random_alphanumeric(12);
  ErrorFrame error{.id = id, .request_id = actor.request_id, .code = code, .message = message};
  if (retry_after && actor.person->is_extended) {
    error.retry_after =
        std::max(std::chrono::ceil<std::chrono::seconds>(*retry_after), std::chrono::seconds(1));
  }
  tell(actor.seat, error_json(error));
}

void RoomHome::tell_failure(const Actor& actor, const base::Error& error) {
  switch (error.code) {
    case base::ErrorCode::kNotFound:
    case base::ErrorCode::kConflict:
    case base::ErrorCode::kInvalid:
      return tell_error(actor, 400, error.message);
    case base::ErrorCode::kLimit:
      return tell_error(actor, 429, error.message);
    default:
      base::log_warn("chat action failed", {{"room", id_.str()}, {"error", error.message}});
      return tell_error(actor, 500, "Internal error");
  }
}

}  // namespace chat
