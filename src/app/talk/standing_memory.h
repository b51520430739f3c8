// What pages ask at every load, remembered for a moment: whether somebody is banned from a channel
// and which role they were given. Bounded, from any thread. What was changed here applies at once;
// what another node changed, two seconds later.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "app/talk/talk_store.h"
#include "base/guarded.h"
#include "base/time.h"

namespace app {

struct Standing {
  bool is_banned = false;
  std::optional<base::WallTime> until;  // of the ban
  ChatRole role = ChatRole::kNone;      // what was given, whether or not banned

  bool bans_at(base::WallTime now) const { return is_banned && (!until || *until > now); }
};

class StandingMemory {
 public:
  explicit StandingMemory(std::size_t capacity = 50'000) : capacity_(capacity) {}

  std::optional<Standing> find(std::string_view owner, std::string_view account,
                               base::WallTime now) const;
  /// Before reading from the database what will be remembered: what changed since is not.
  std::uint64_t changes() const;
  void remember(std::string_view owner, std::string_view account, const Standing& standing,
                std::uint64_t changes_before, base::WallTime now);
  /// After a change is durable.
  void forget(std::string_view owner, std::string_view account);
  std::size_t size() const;

  static constexpr base::Duration kLifetime = std::chrono::seconds(2);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  struct Entry {
    Standing standing;
    base::WallTime read_at;
  };
  struct State {
    std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries;
    std::deque<std::string> order;  // of arrival: the oldest goes first
    std::uint64_t changes = 0;
  };
  const std::size_t capacity_;
  base::Guarded<State> state_;
};

}  // namespace app
