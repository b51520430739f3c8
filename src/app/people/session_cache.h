// What is remembered of sessions and of who people are, for a few seconds: pages ask with every
// request. On one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "app/core/call.h"
#include "base/time.h"

namespace app {

struct KnownPerson {
  std::string name;
  Role role = Role::kViewer;
  bool is_active = false;
  std::int64_t generation = 0;
};
struct KnownSession {
  std::string account;
  std::int64_t generation = 0;
  base::WallTime seen_at{};
  base::WallTime expires_at{};
};

class SessionCache {
 public:
  /// Other servers on the same database, and the command line, change things without telling us.
  static constexpr base::Duration kLasts = std::chrono::seconds(5);

  explicit SessionCache(std::size_t max_entries = 50'000) : max_entries_(max_entries) {}

  std::optional<KnownSession> session(std::string_view key, base::MonotonicTime now) const;
  std::optional<KnownPerson> person(std::string_view account, base::MonotonicTime now) const;

  /// Rises with every forget: what was read from the database before must not be remembered behind
  /// one.
  std::uint64_t version() const { return version_; }
  void remember(std::uint64_t version, const std::string& key, KnownSession session,
                base::MonotonicTime now);
  void remember(std::uint64_t version, const std::string& account, KnownPerson person,
                base::MonotonicTime now);
  /// The session was used: true for the first who says so behind a while, who then writes it down;
  /// also if it is not remembered.
  bool touch(const std::string& key, base::WallTime now, base::Duration every,
             base::Duration length);

  void forget_session(std::string_view key);
  void forget_person(std::string_view account);
  void sweep(base::MonotonicTime now);
  std::size_t size() const { return sessions_.size() + people_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  template <class Value>
  struct Entry {
    Value value;
    base::MonotonicTime at{};
  };
  template <class Value>
  using Table = std::unordered_map<std::string, Entry<Value>, Hash, std::equal_to<>>;
  bool has_room(base::MonotonicTime now);

  const std::size_t max_entries_;
  std::uint64_t version_ = 0;
  base::MonotonicTime swept_at_{};
  Table<KnownSession> sessions_;
  Table<KnownPerson> people_;
};

}  // namespace app
