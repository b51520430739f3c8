// Messages that somebody outside is reviewing. What one user says stays in its order: a message
// whose result came early waits for those before it. Bounded by its user. On the room's home.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "chat/chat.h"
#include "chat/client_frame.h"
#include "chat/person.h"

namespace chat {

struct ReviewedMessage {
  std::string id;
  std::string request_id;
  Seat seat;
  std::shared_ptr<const Person> person;  // immutable, shared with the connection's loop
  SendMessage message;
  bool allow_on_failure = true;
};

class ReviewQueue {
 public:
  /// Returns the number under which the result will come.
  std::uint64_t add(ReviewedMessage message);
  /// Calls `release` for each message that this makes ready, in order.
  using Release = std::function<void(ReviewedMessage, const base::Expected<ReviewResult>&)>;
  void finish(std::uint64_t number, base::Expected<ReviewResult> result, const Release& release);
  /// Nothing more of this user will be released.
  void forget_user(std::string_view user_id);
  std::size_t size() const { return waiting_.size(); }

 private:
  struct Waiting {
    ReviewedMessage message;
    std::optional<base::Expected<ReviewResult>> result;
  };
  std::map<std::uint64_t, Waiting> waiting_;  // by number, which rises
  std::uint64_t next_ = 1;
};

}  // namespace chat
