// What happens to an open room when its record has changed.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/time.h"
#include "chat/room_home.h"
#include "io/loop.h"
#include "wire/websocket/frame.h"

namespace chat {
namespace {

constexpr std::chrono::seconds kTryAgain{1};
constexpr int kMostTries = 10;

}  // namespace

void RoomHome::refresh(bool is_own, Applied applied) {
  next_refresh_.is_own |= is_own;
  if (applied) next_refresh_.applied.push_back(std::move(applied));
  // A reading that is under way may have seen the record before the change.
  if (is_refreshing_) {
    must_refresh_ = true;
  } else {
    begin_refresh();
  }
}

void RoomHome::begin_refresh() {
  is_refreshing_ = true;
  must_refresh_ = false;
  refresh_ = std::exchange(next_refresh_, {});
  services_.above.load_room(id_, false, services_.loop,
                            [link = self()](base::Expected<RoomRecord> record) {
                              const auto room = link.lock();
                              if (room != nullptr) (*room)->on_refreshed(std::move(record));
                            });
}

void RoomHome::on_refreshed(base::Expected<RoomRecord> record) {
  is_refreshing_ = false;
  if (state_ != State::kOpen) return;
  Refresh refresh = std::exchange(refresh_, {});
  if (!record && record.error().code == base::ErrorCode::kNotFound) {
    for (Applied& applied : refresh.applied) applied({});
    return close("The room was deleted");
  }
  if (record) {
    failed_refreshes_ = 0;
    apply_record(*record, refresh);
  } else {
    base::log_warn("chat room not reloaded",
                   {{"room", id_.str()}, {"error", record.error().message}});
    for (const Cause& cause : refresh.causes) tell_failure(cause.actor, record.error());
    if (++failed_refreshes_ < kMostTries) {
      // A ban must come to apply. Whoever waits is told now.
      next_refresh_.is_own |= refresh.is_own;
      if (refresh_timer_ == nullptr) refresh_timer_ = std::make_unique<io::Timer>(services_.loop);
      refresh_timer_->start(kTryAgain, [this] {
        if (state_ == State::kOpen && !is_refreshing_) begin_refresh();
      });
    }
  }
  for (Applied& applied : refresh.applied) applied({});
  if (must_refresh_ && state_ == State::kOpen && !is_refreshing_) begin_refresh();
  if (!is_refreshing_) answer_applicants();
}

void RoomHome::answer_applicants() {
  for (Applicant& applicant : std::exchange(applicants_, {})) ask_in(std::move(applicant));
}

void RoomHome::apply_record(const RoomRecord& record, Refresh& refresh) {
  const RuleChanges changes = rules_.apply(record, io::Loop::wall_now());
  apply_moderation(record);
  apply_bans(changes, refresh);

  const auto request_of = [&](RoomChange::Kind kind) {
    const auto cause = std::ranges::find_if(refresh.causes, [&](const Cause& each) {
      return each.change.kind == kind && !each.is_answered;
    });
    if (cause == refresh.causes.end()) return std::string();
    cause->is_answered = cause->actor.person->is_extended;
    return cause->actor.request_id;
  };
  if (changes.has_limits) {
    notify(notice_json("rostrum:room", limits(), request_of(RoomChange::Kind::kSlowMode)));
  }
  for (const auto& [user, role] : changes.roles) {
    notify(notice_json("rostrum:role", {{"UserId", user}, {"Role", std::string(to_string(role))}}));
  }
  const std::string before = pinned_ ? pinned_->id : std::string();
  const std::string after = record.pinned ? record.pinned->id : std::string();
  pinned_ = record.pinned;
  if (before != after) {
    if (pinned_) {
      notify(pinned_json(request_of(RoomChange::Kind::kPin)));
    } else {
      notify(notice_json("rostrum:unpinned", {{"MessageId", before}},
                         request_of(RoomChange::Kind::kUnpin)));
    }
  }
  answer_causes(refresh);
}

void RoomHome::apply_bans(const RuleChanges& changes, Refresh& refresh) {
  const auto request_of = [&](RoomChange::Kind kind, const std::string& user) {
    const auto cause = std::ranges::find_if(refresh.causes, [&](const Cause& each) {
      return each.change.kind == kind && each.change.ban.user_id == user && !each.is_answered;
    });
    if (cause == refresh.causes.end()) return std::string();
    cause->is_answered = true;
    return cause->actor.request_id;
  };
  for (const Ban& ban : changes.banned) {
    if (!refresh.is_own) {
      // The node where it was changed tells everybody; the user goes in any case.
      end_connections(ban.user_id, "Banned");
      continue;
    }
    Utterance utterance{.kind = Utterance::Kind::kDisconnect, .user_id = ban.user_id};
    utterance.notice = notice_json("rostrum:banned", attributes_of(ban),
                                   request_of(RoomChange::Kind::kBan, ban.user_id));
    Attributes attributes{{"UserId", ban.user_id}};
    if (!ban.reason.empty()) attributes.emplace_back("Reason", ban.reason);
    say_event(std::move(utterance), "aws:DISCONNECT_USER", attributes, {},
              [link = self(), user = ban.user_id](const base::Expected<std::string>& done) {
                // The user goes, even if nobody can be told.
                const auto room = link.lock();
                if (room != nullptr && !done) (*room)->end_connections(user, "Banned");
              });
  }
  for (const std::string& user : changes.unbanned) {
    notify(notice_json("rostrum:unbanned", {{"UserId", user}},
                       request_of(RoomChange::Kind::kUnban, user)));
  }
}

Attributes RoomHome::attributes_of(const Ban& ban) {
  Attributes attributes{{"UserId", ban.user_id}};
  if (ban.until) attributes.emplace_back("Until", base::to_rfc3339_ms(*ban.until));
  if (!ban.reason.empty()) attributes.emplace_back("Reason", ban.reason);
  return attributes;
}

void RoomHome::answer_causes(const Refresh& refresh) {
  // What changed nothing, or was changed once more meanwhile: only who asked hears of it.
  for (const Cause& cause : refresh.causes) {
    if (cause.is_answered) continue;
    const auto answer = [&](std::string_view name, const Attributes& attributes) {
      tell(cause.actor.seat, notice_json(name, attributes, cause.actor.request_id));
    };
    switch (cause.change.kind) {
      case RoomChange::Kind::kBan:
        answer("rostrum:banned", attributes_of(cause.change.ban));
        break;
      case RoomChange::Kind::kUnban:
        answer("rostrum:unbanned", {{"UserId", cause.change.ban.user_id}});
        break;
      case RoomChange::Kind::kPin:
        if (pinned_) {
          tell(cause.actor.seat, pinned_json(cause.actor.request_id));
        } else {
          answer("rostrum:unpinned", {{"MessageId", cause.change.message_id}});
        }
        break;
      case RoomChange::Kind::kUnpin:
        answer("rostrum:unpinned", {});
        break;
      case RoomChange::Kind::kSlowMode:
        answer("rostrum:room", limits());
        break;
    }
  }
}

}  // namespace chat
