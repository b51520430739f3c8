// What the chat engine asks and tells (chat::Above): tokens, rooms, reviews, changes, what was
// said. Called from media loops; the database answers on its workers.
#pragma once

#include <functional>
#include <vector>

#include "chat/chat.h"
#include "control/arn.h"

namespace io {
class SqlWorkers;
}

namespace control {

class ChatJournal;
class ChatReviewer;
class ChatTokens;

class ChatGate final : public chat::Above {
 public:
  /// All outlive it. `history`: entries that a room is opened with.
  ChatGate(const Home& home, io::SqlWorkers& sql, const ChatTokens& tokens, ChatJournal& journal,
           ChatReviewer& reviewer, std::size_t history)
      : home_(home),
        sql_(sql),
        tokens_(tokens),
        journal_(journal),
        reviewer_(reviewer),
        history_(history) {}

  base::Expected<chat::Pass> check_token(std::string_view token, base::WallTime now) const override;
  void load_room(const chat::RoomId& room, bool with_history, io::Loop& reply_to,
                 std::move_only_function<void(base::Expected<chat::RoomRecord>)> done) override;
  void review(chat::ReviewRequest request, io::Loop& reply_to,
              std::move_only_function<void(base::Expected<chat::ReviewResult>)> done) override;
  void change_room(const chat::RoomId& room, chat::RoomChange change, io::Loop& reply_to,
                   std::move_only_function<void(base::Expected<void>)> done) override;
  void record(std::vector<chat::Entry> entries) override;

  /// Gets what is said, too. Before the loops run.
  void listen(std::function<void(const chat::Entry&)> listener) {
    listeners_.push_back(std::move(listener));
  }

 private:
  const Home home_;
  io::SqlWorkers& sql_;
  const ChatTokens& tokens_;
  ChatJournal& journal_;
  ChatReviewer& reviewer_;
  const std::size_t history_;
  std::vector<std::function<void(const chat::Entry&)>> listeners_;
};

}  // namespace control
