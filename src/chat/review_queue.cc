#include "chat/review_queue.h"

#include <utility>
#include <vector>

namespace chat {

std::uint64_t ReviewQueue::add(ReviewedMessage message) {
  waiting_.emplace(next_, Waiting{std::move(message), std::nullopt});
  return next_++;
}

void ReviewQueue::finish(std::uint64_t number, base::Expected<ReviewResult> result,
                         const Release& release) {
  const auto found = waiting_.find(number);
  if (found == waiting_.end()) return;  // its user has gone
  found->second.result = std::move(result);
  const std::string user = found->second.message.person->user_id;
  std::vector<Waiting> ready;
  for (auto each = waiting_.begin(); each != waiting_.end();) {
    if (each->second.message.person->user_id != user) {
      ++each;
      continue;
    }
    if (!each->second.result) break;
    ready.push_back(std::move(each->second));
    each = waiting_.erase(each);
  }
  // Only now: saying something may come back to this object.
  for (Waiting& each : ready) release(std::move(each.message), *each.result);
}

void ReviewQueue::forget_user(std::string_view user_id) {
  std::erase_if(waiting_,
                [&](const auto& each) { return each.second.message.person->user_id == user_id; });
}

}  // namespace chat
