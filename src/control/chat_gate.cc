#include "control/chat_gate.h"

#include <memory>
#include <utility>

#include "control/chat_journal.h"
#include "control/chat_reviewer.h"
#include "control/chat_tokens.h"
#include "control/room_change.h"
#include "control/room_record.h"
#include "io/loop.h"
#include "io/sql_workers.h"

namespace control {

base::Expected<chat::Pass> ChatGate::check_token(std::string_view token, base::WallTime now) const {
  return tokens_.check(token, now);
}

void ChatGate::load_room(const chat::RoomId& room, bool with_history, io::Loop& reply_to,
                         std::move_only_function<void(base::Expected<chat::RoomRecord>)> done) {
  auto kept = std::make_shared<decltype(done)>(std::move(done));
  const auto answer = [&reply_to, kept](base::Expected<chat::RoomRecord> record) {
    reply_to.post([kept, given = std::move(record)]() mutable { (*kept)(std::move(given)); });
  };
  const auto load = [this, room, with_history, answer] {
    const bool taken = sql_.read([this, room, with_history, answer](io::SqlConnection& sql) {
      answer(load_room_record(sql, home_, room, with_history ? history_ : 0, io::Loop::wall_now()));
    });
    if (!taken) answer(base::fail(base::ErrorCode::kLimit, "the database is busy"));
  };
  if (!with_history) return load();
  // A room that is opened again finds what was said before it was forgotten.
  journal_.flush([load](base::Expected<void>) { load(); });
}

void ChatGate::review(chat::ReviewRequest request, io::Loop& reply_to,
                      std::move_only_function<void(base::Expected<chat::ReviewResult>)> done) {
  reviewer_.review(std::move(request), reply_to, std::move(done));
}

void ChatGate::change_room(const chat::RoomId& room, chat::RoomChange change, io::Loop& reply_to,
                           std::move_only_function<void(base::Expected<void>)> done) {
  auto wanted = std::make_shared<const chat::RoomChange>(std::move(change));
  auto kept = std::make_shared<decltype(done)>(std::move(done));
  const auto write = [this, room, wanted, &reply_to, kept] {
    sql_.write(
        [room, wanted](io::SqlConnection& sql) {
          return control::change_room(sql, room, *wanted, io::Loop::wall_now());
        },
        [&reply_to, kept](base::Expected<void> written) {
          reply_to.post(
              [kept, result = std::move(written)]() mutable { (*kept)(std::move(result)); });
        });
  };
  if (wanted->kind != chat::RoomChange::Kind::kPin) return write();
  // The message may have been said a moment ago.
  journal_.flush([write](base::Expected<void>) { write(); });
}

void ChatGate::record(std::vector<chat::Entry> entries) {
  for (const auto& listener : listeners_) {
    for (const chat::Entry& entry : entries) listener(entry);
  }
  journal_.record(std::move(entries));
}

}  // namespace control
