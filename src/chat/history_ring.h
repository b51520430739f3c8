// The newest of what was said in a room: for those who come in, and to delete from. Bounded. On
// the room's home.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/slice.h"
#include "chat/chat.h"
#include "chat/reactions.h"

namespace chat {

class HistoryRing {
 public:
  explicit HistoryRing(std::size_t capacity) : capacity_(capacity) {}

  /// Oldest first. Entries of kind kReactions set the reactions of a message before them.
  void load(std::vector<Entry> entries);
  /// Positions rise; the oldest entry goes when there are too many.
  void add(Entry entry);
  /// False if it was not here.
  bool remove(std::string_view id);
  bool contains(std::string_view id) const { return find(id) != items_.end(); }
  std::size_t size() const { return items_.size(); }

  /// Those of a message that is here, made if there are none yet; null if it is not here or not a
  /// message.
  Reactions* reactions(std::string_view message_id);

  /// What somebody hears who comes in.
  struct Excerpt {
    std::vector<base::Slice> frames;  // WebSocket frames marked as history, oldest first
    /// Messages among them that somebody reacted to.
    std::vector<std::pair<std::string, const Reactions*>> reactions;
    bool is_complete = true;  // false: `since` is not known any more
  };
  /// What was said behind the entry `since`, or the last `count` if that is empty or not known.
  Excerpt excerpt(std::size_t count, std::string_view since);

 private:
  struct Item {
    Entry entry;
    base::Slice frame;  // made when somebody needs it
    std::unique_ptr<Reactions> reactions;
  };
  /// What is deleted can still be what somebody heard last.
  struct Gone {
    std::string id;
    std::int64_t position = 0;
  };
  // By position. A tree takes no memory while nothing is said, which is most rooms' state.
  using Items = std::map<std::int64_t, Item>;

  Items::const_iterator find(std::string_view id) const;
  Items::iterator find(std::string_view id);
  /// The position of the entry with this id, also if it was deleted, so long as everything behind
  /// it is known.
  std::optional<std::int64_t> position_of(std::string_view id) const;

  const std::size_t capacity_;
  ReactionBudget budget_;  // outlives the items
  Items items_;
  std::vector<Gone> gone_;  // oldest first
};

}  // namespace chat
