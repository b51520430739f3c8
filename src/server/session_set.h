// The connections of one kind on one loop, owned here. A session asks to be removed from inside its
// own callbacks and is destroyed right after them.
#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>

#include "io/loop.h"

namespace server {

template <class Session>
class SessionSet {
 public:
  explicit SessionSet(io::Loop& loop) : loop_(loop) {}

  Session& add(std::unique_ptr<Session> session) {
    Session& reference = *session;
    sessions_.emplace(&reference, std::move(session));
    return reference;
  }
  /// Gives the session away: it moves to another loop.
  std::unique_ptr<Session> release(Session& session) {
    const auto found = sessions_.find(&session);
    std::unique_ptr<Session> owned = std::move(found->second);
    sessions_.erase(found);
    return owned;
  }
  /// Destroys the session once its callback has returned.
  void remove(Session& session) {
    const auto found = sessions_.find(&session);
    if (found == sessions_.end()) return;
    loop_.post([owned = std::move(found->second)] {});
    sessions_.erase(found);
  }
  /// Destroys the session now if it is still here. Not from inside its callbacks.
  void remove_now(Session& session) { sessions_.erase(&session); }
  template <class Do>
  void for_each(Do action) {
    for (const auto& [key, session] : sessions_) action(*session);
  }
  std::size_t size() const { return sessions_.size(); }
  void clear() { sessions_.clear(); }
  io::Loop& loop() { return loop_; }

 private:
  io::Loop& loop_;
  std::unordered_map<Session*, std::unique_ptr<Session>> sessions_;
};

}  // namespace server
