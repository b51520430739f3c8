// What a load test's chat messages carry, so that whoever gets one knows who sent it, when, and
// which were before it; and what follows from the stamps that somebody got.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace server::loadtest {

struct ChatStamp {
  std::uint32_t sender = 0;    // its number in the room, from 0
  std::uint64_t sequence = 0;  // of its messages, from 1
  std::uint64_t refused = 0;   // how many of them the server has refused, as far as it knows
  base::MonotonicTime sent{};  // by the clock of this machine
};

/// A message's content: the stamp in letters that JSON never escapes, filled up to `size` octets.
std::string write_chat_stamp(const ChatStamp& stamp, std::size_t size);
/// Finds the stamp anywhere in a frame's JSON.
std::optional<ChatStamp> read_chat_stamp(std::string_view frame);

/// What one member got of one sender.
class ChatTrack {
 public:
  /// False for one that came before, or out of its order.
  bool add(const ChatStamp& stamp);
  /// How many are missing since the first that came, if the sender has got as far as `newest`.
  std::uint64_t missing(const ChatStamp& newest) const;

 private:
  std::uint64_t last_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t before_ = 0;          // sent before the first that came
  std::uint32_t refused_before_ = 0;  // of those
};

/// The newest stamp of each sender that anybody has seen.
class NewestStamps {
 public:
  explicit NewestStamps(std::uint32_t senders) : newest_(senders) {}
  void add(const ChatStamp& stamp);
  const std::vector<ChatStamp>& of_senders() const { return newest_; }

 private:
  std::vector<ChatStamp> newest_;
};

}  // namespace server::loadtest
