// What nodes send each other about chat: what was said in a room, in the engine's own form, and how
// many are in each room on a node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "chat/chat.h"

namespace control {

/// Tells nodes apart; chosen at random when a node starts.
enum class NodeId : std::uint64_t {};

/// Something said in the room that the subject names.
struct SaidEnvelope {
  /// Its position must not be lower: the wall clock of the node, or what the room has already.
  std::int64_t floor = 0;
  /// The rest of the envelope; a view when parsed.
  base::ByteSpan payload = {};
};

/// The rooms in which somebody is on the node, and those where nobody is any more.
struct HeadcountEnvelope {
  std::vector<std::pair<chat::RoomId, chat::Headcount>> rooms = {};
};

struct ChatEnvelope {
  NodeId node{};
  std::variant<SaidEnvelope, HeadcountEnvelope> content = {};
};

/// Rooms of one envelope.
inline constexpr std::size_t kMostHeadcounts = 20'000;

/// Version and kind (an octet each), the node, then the content.
base::Bytes serialise(const ChatEnvelope& envelope);
/// kMalformed for anything that serialise() does not make; kUnsupported for another version.
base::Expected<ChatEnvelope> parse_chat_envelope(base::ByteSpan bytes);

}  // namespace control
