// The reactions to one message: how many of each, and who gave which, so that nobody gives one
// twice. Bounded. On the room's home.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/time.h"

namespace chat {

/// What all messages of a room may still remember of who reacted.
struct ReactionBudget {
  std::size_t left = 100'000;
};

class Reactions {
 public:
  enum class Outcome : std::uint8_t {
    kChanged,
    kSame,  // given already, or nothing to take back
    kFull,  // too many different ones, or nobody more can be remembered
  };
  static constexpr std::size_t kMostKinds = 64;

  explicit Reactions(ReactionBudget& budget) : budget_(budget) {}
  ~Reactions() { budget_.left += givers_.size(); }
  Reactions(const Reactions&) = delete;
  Reactions& operator=(const Reactions&) = delete;

  Outcome give(std::string_view user, std::string_view reaction);
  Outcome take_back(std::string_view user, std::string_view reaction);

  /// Counts by reaction as a JSON object, in the order in which they came up.
  std::string counts_json() const;
  /// Takes over counts that were kept; false if `json` is not of that form. Who gave those is not
  /// known, so they cannot be taken back.
  bool load(std::string_view json);

  /// Whether the counts have changed since members, or the record, heard of them, and when that
  /// was. Kept here for the room.
  struct Telling {
    bool is_due = false;
    base::MonotonicTime last{};
  };
  Telling told;
  Telling recorded;

 private:
  struct Kind {
    std::string reaction;
    std::uint64_t count = 0;
  };
  Kind* find(std::string_view reaction);

  ReactionBudget& budget_;
  std::vector<Kind> kinds_;
  std::unordered_set<std::uint64_t> givers_;  // hashes of user and reaction
};

}  // namespace chat
