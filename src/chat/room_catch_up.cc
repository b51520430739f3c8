// What comes from the bus before a room knows its past: while it is opened, and after the bus has
// lost something. Other nodes write down what they said a little later than we may hear of it, so
// that neither the record nor the bus alone has everything.
#include <algorithm>
#include <set>
#include <utility>

#include "base/log.h"
#include "chat/room_home.h"
#include "io/loop.h"

namespace chat {
namespace {

// What was said on other nodes before the loss is written down by then.
constexpr std::chrono::seconds kPastIsWritten{1};
constexpr int kMostTries = 5;

bool is_said(Utterance::Kind kind) {
  using Kind = Utterance::Kind;
  return kind == Kind::kMessage || kind == Kind::kDelete || kind == Kind::kDisconnect ||
         kind == Kind::kEvent;
}

Entry entry_of(const RoomId& room, const Utterance& utterance, std::int64_t position) {
  const bool is_message = utterance.kind == Utterance::Kind::kMessage;
  return {.room = room,
          .kind = is_message ? Entry::Kind::kMessage : Entry::Kind::kEvent,
          .position = position,
          .id = utterance.id,
          .at = utterance.at,
          .user_id = is_message ? utterance.user_id : std::string(),
          .about = utterance.about,
          .payload = base::Slice::take(std::string(utterance.payload))};
}

Utterance utterance_of(const Entry& entry) {
  using Kind = Utterance::Kind;
  Utterance out;
  out.kind = entry.kind == Entry::Kind::kMessage ? Kind::kMessage
             : entry.about.empty()               ? Kind::kEvent
                                                 : Kind::kDelete;
  out.id = entry.id;
  out.at = entry.at;
  out.user_id = entry.user_id;
  out.about = entry.about;
  out.payload = std::string(entry.payload.text());
  return out;
}

}  // namespace

void RoomHome::wait_for_past(Early early) {
  if (early_.size() < kMostWaiting) return early_.push_back(std::move(early));
  if (early.applied) early.applied(base::fail(base::ErrorCode::kLimit, "too much is being said"));
}

void RoomHome::merge_early(RoomRecord& record) {
  if (early_.empty()) return;
  std::vector<Entry>& history = record.history;
  std::set<std::string, std::less<>> known;
  for (const Entry& entry : history) known.insert(entry.id);
  const bool is_full = history.size() >= services_.settings.history;
  const std::int64_t oldest = is_full ? history.front().position : 0;
  std::vector<Early> rest;
  for (Early& early : early_) {
    const Utterance& utterance = early.utterance;
    if (early.position > last_position_ || !is_said(utterance.kind)) {
      rest.push_back(std::move(early));
      continue;
    }
    if (utterance.kind == Utterance::Kind::kDelete) {
      std::erase_if(history, [&](const Entry& entry) { return entry.id == utterance.about; });
    }
    const bool is_new = known.insert(utterance.id).second;
    if (is_new && early.is_own) {
      services_.recorder.add(entry_of(id_, utterance, early.position));
    }
    if (is_new && early.position > oldest) {
      const auto behind = std::ranges::upper_bound(history, early.position, {}, &Entry::position);
      history.insert(behind, entry_of(id_, utterance, early.position));
    }
    if (early.applied) early.applied({});
  }
  early_ = std::move(rest);
  // Reactions are counted in the record up to where they were last written down.
  std::set<std::string, std::less<>> counted;
  for (auto early = early_.rbegin(); early != early_.rend(); ++early) {
    const Utterance& utterance = early->utterance;
    if (early->is_own) continue;
    if (utterance.kind == Utterance::Kind::kReactions) counted.insert(utterance.about);
    if (utterance.kind == Utterance::Kind::kReact && counted.contains(utterance.about)) {
      early->utterance.kind = Utterance::Kind::kReactions;  // of others: nothing to do
    }
  }
}

void RoomHome::apply_early() {
  std::vector<Early> all = std::exchange(early_, {});
  // What was said lately comes once more when a room is opened: ours first, it has to be kept.
  std::ranges::sort(all, [](const Early& a, const Early& b) {
    return a.position != b.position ? a.position < b.position : a.is_own && !b.is_own;
  });
  for (Early& early : all) {
    if (state_ == State::kOpen) {
      apply(early.utterance, early.position, early.is_own, early.applied);
    }
    if (early.applied) early.applied({});
  }
}

void RoomHome::fail_early(const base::Error& error) {
  for (Early& early : std::exchange(early_, {})) {
    if (early.applied) early.applied(base::fail(error));
  }
}

void RoomHome::missed() {
  if (state_ != State::kOpen) return;  // what is being read knows
  is_catching_up_ = true;
  failed_catch_ups_ = 0;
  if (past_timer_ == nullptr) past_timer_ = std::make_unique<io::Timer>(services_.loop);
  past_timer_->start(kPastIsWritten, [this] { catch_up(); });
}

void RoomHome::catch_up() {
  services_.above.load_room(id_, true, services_.loop,
                            [link = self()](base::Expected<RoomRecord> record) {
                              const auto room = link.lock();
                              if (room != nullptr) (*room)->on_past(std::move(record));
                            });
}

void RoomHome::on_past(base::Expected<RoomRecord> record) {
  // Something more was missed meanwhile: once more.
  if (state_ != State::kOpen || !is_catching_up_ || past_timer_->is_running()) return;
  if (!record && record.error().code != base::ErrorCode::kNotFound) {
    base::log_warn("chat room did not catch up",
                   {{"room", id_.str()}, {"error", record.error().message}});
    if (++failed_catch_ups_ < kMostTries) {
      return past_timer_->start(kPastIsWritten, [this] { catch_up(); });
    }
  }
  is_catching_up_ = false;
  if (record) {
    std::set<std::string, std::less<>> heard;
    for (const Early& early : early_) heard.insert(early.utterance.id);
    for (const Entry& entry : record->history) {
      const bool is_missing = entry.kind != Entry::Kind::kReactions &&
                              entry.position > last_position_ && !heard.contains(entry.id);
      if (is_missing) early_.push_back({utterance_of(entry), entry.position, false, {}});
    }
  }
  apply_early();
  // The record may have changed too.
  if (state_ == State::kOpen) refresh(false, {});
}

}  // namespace chat
