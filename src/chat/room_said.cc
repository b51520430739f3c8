// What happens to a room when something that was said comes from the bus.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/ids.h"
#include "base/log.h"
#include "chat/room_home.h"
#include "io/loop.h"
#include "wire/websocket/frame.h"

namespace chat {
namespace {

constexpr base::Duration kChores = std::chrono::milliseconds(250);

}  // namespace

void RoomHome::said(Utterance utterance, std::int64_t position, bool is_own, Applied applied) {
  const bool knows_past = state_ != State::kLoading && !is_catching_up_;
  if (!knows_past && utterance.kind != Utterance::Kind::kClose) {
    return wait_for_past({std::move(utterance), position, is_own, std::move(applied)});
  }
  if (state_ != State::kClosed) apply(utterance, position, is_own, applied);
  if (applied) applied({});  // apply() empties it when the answer is another or comes later
}

void RoomHome::apply(const Utterance& utterance, std::int64_t position, bool is_own,
                     Applied& applied) {
  using Kind = Utterance::Kind;
  if (utterance.kind == Kind::kClose) return close("The room was deleted");
  if (utterance.kind == Kind::kReload) return refresh(is_own, std::exchange(applied, {}));
  if (position <= last_position_) return;  // was in the history
  last_position_ = position;
  switch (utterance.kind) {
    case Kind::kMessage:
      return keep(Action::kSendMessage, Entry::Kind::kMessage, utterance, position, is_own);
    case Kind::kEvent:
      return keep(Action::kSendEvent, Entry::Kind::kEvent, utterance, position, is_own);
    case Kind::kDelete:
      (void)history_.remove(utterance.about);  // may be older than what is kept here
      std::erase(reacted_, utterance.about);
      keep(Action::kDeleteMessage, Entry::Kind::kEvent, utterance, position, is_own);
      if (pinned_ && pinned_->id == utterance.about) unpin_deleted(is_own);
      return;
    case Kind::kDisconnect:
      keep(Action::kDisconnectUser, Entry::Kind::kEvent, utterance, position, is_own);
      // Whoever is sent away hears why first.
      if (!utterance.notice.empty()) notify(utterance.notice);
      end_connections(utterance.user_id, "Disconnected by a moderator");
      return;
    case Kind::kReact: {
      const base::Expected<void> reacted = react(utterance, is_own);
      if (!reacted && applied) std::exchange(applied, {})(reacted);
      return;
    }
    case Kind::kReactions:
      return record_reactions(utterance, position, is_own);
    case Kind::kReload:
    case Kind::kClose:
      return;  // above
  }
}

void RoomHome::keep(Action action, Entry::Kind kind, const Utterance& utterance,
                    std::int64_t position, bool is_own) {
  const base::Slice frame = wire::websocket::text_frame(utterance.payload);
  Entry entry{.room = id_,
              .kind = kind,
              .position = position,
              .id = utterance.id,
              .at = utterance.at,
              .user_id = kind == Entry::Kind::kMessage ? utterance.user_id : std::string(),
              .about = utterance.about,
              .payload = frame.sub(frame.size() - utterance.payload.size())};
  if (is_own) services_.recorder.add(entry);
  history_.add(std::move(entry));
  broadcast(action, frame, false);
}

void RoomHome::unpin_deleted(bool is_own) {
  notify(notice_json("rostrum:unpinned", {{"MessageId", pinned_->id}}));
  pinned_.reset();
  if (!is_own) return;
  ++changes_under_way_;
  services_.above.change_room(id_, {.kind = RoomChange::Kind::kUnpin}, services_.loop,
                              [link = self()](const base::Expected<void>&) {
                                // Whoever keeps rooms may have unpinned it by itself.
                                if (const auto room = link.lock()) --(*room)->changes_under_way_;
                              });
}

// ---- reactions --------------------------------------------------------------------------------

base::Expected<void> RoomHome::react(const Utterance& utterance, bool is_own) {
  Reactions* reactions = history_.reactions(utterance.about);
  if (reactions == nullptr) {
    return base::fail(base::ErrorCode::kNotFound,
                      "There is no message " + utterance.about + " to react to");
  }
  const Reactions::Outcome outcome =
      utterance.is_removal ? reactions->take_back(utterance.user_id, utterance.payload)
                           : reactions->give(utterance.user_id, utterance.payload);
  if (outcome == Reactions::Outcome::kFull) {
    return base::fail(base::ErrorCode::kLimit, "There are too many reactions already");
  }
  if (outcome == Reactions::Outcome::kSame) return {};
  reactions->told.is_due = true;
  // One node writes down what all have counted: where the last of them reacted.
  reactions->recorded.is_due = is_own;
  if (!std::ranges::count(reacted_, utterance.about)) reacted_.push_back(utterance.about);
  if (services_.loop.now() - reactions->told.last >= kReactionsInterval) {
    tell_reactions(utterance.about, *reactions);
  }
  need_chores();
  return {};
}

void RoomHome::tell_reactions(const std::string& message_id, Reactions& reactions) {
  reactions.told = {false, services_.loop.now()};
  notify(notice_json("rostrum:reactions",
                     {{"MessageId", message_id}, {"Counts", reactions.counts_json()}}));
}

void RoomHome::record_reactions(const Utterance& utterance, std::int64_t position, bool is_own) {
  if (!is_own) return;
  const Reactions* reactions = history_.reactions(utterance.about);
  if (reactions == nullptr) return;  // the message has gone meanwhile
  services_.recorder.add({.room = id_,
                          .kind = Entry::Kind::kReactions,
                          .position = position,
                          .id = utterance.id,
                          .at = utterance.at,
                          .about = utterance.about,
                          .payload = base::Slice::take(reactions->counts_json())});
}

// ---- what can be put off ----------------------------------------------------------------------

void RoomHome::need_chores() {
  if (chores_timer_ == nullptr) chores_timer_ = std::make_unique<io::Timer>(services_.loop);
  if (chores_timer_->is_running()) return;
  chores_timer_->start(kChores, [this] {
    if (state_ == State::kOpen && do_chores()) need_chores();
  });
}

bool RoomHome::do_chores() {
  const base::MonotonicTime now = services_.loop.now();
  if (presence_is_due_ && now - told_presence_at_ >= kPresenceInterval) tell_presence();

  std::vector<std::string> record;
  std::erase_if(reacted_, [&](const std::string& id) {
    Reactions* reactions = history_.reactions(id);
    if (reactions == nullptr) return true;
    if (reactions->told.is_due && now - reactions->told.last >= kReactionsInterval) {
      tell_reactions(id, *reactions);
    }
    if (reactions->recorded.is_due && now - reactions->recorded.last >= kReactionsRecordInterval) {
      reactions->recorded = {false, now};
      record.push_back(id);
    }
    return !reactions->told.is_due && !reactions->recorded.is_due;
  });
  for (std::string& id : record) {
    // Through the bus: that gives it its place in the order of the room.
    Utterance utterance{.kind = Utterance::Kind::kReactions};
    utterance.id = base::random_alphanumeric(12);
    utterance.at = io::Loop::wall_now();
    utterance.about = std::move(id);
    host_.publish(*this, std::move(utterance), {});
  }
  return presence_is_due_ || !reacted_.empty();
}

}  // namespace chat
