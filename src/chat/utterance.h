// What a room's home gives to the bus and gets back from it, perhaps on other nodes: everything
// that must happen to a room in one order everywhere. Complete in itself.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"
#include "base/time.h"

namespace chat {

struct Utterance {
  enum class Kind : std::uint8_t {
    kMessage = 1,
    kDelete,      // the message `about` goes
    kDisconnect,  // the user goes
    kEvent,
    kReact,      // `user_id` reacts to `about`; `payload` is the reaction
    kReactions,  // the reactions to `about` are to be recorded
    kReload,     // the room's record has changed
    kClose,      // the room is deleted
  };
  Kind kind = Kind::kMessage;
  bool is_removal = false;   // kReact: takes the reaction back
  std::uint64_t ticket = 0;  // means something to the node that said it; 0: nothing
  std::string id = {};       // of the frame
  base::WallTime at{};
  std::string user_id = {};  // kMessage: the sender; kDisconnect: who goes; kReact: who reacts
  std::string about = {};    // a message id
  std::string payload = {};  // a frame's JSON, for everybody
  std::string notice = {};   // a frame's JSON to follow, for extended members

  bool operator==(const Utterance&) const = default;
};

/// Parts longer than these cannot be read back.
struct UtteranceLimits {
  static constexpr std::size_t kName = 1024;
  static constexpr std::size_t kPayload = 256 << 10;
};

/// Two octets version and kind, flags, ticket and time, then the texts with their lengths in front.
base::Slice serialise(const Utterance& utterance);
/// kMalformed for anything that serialise() does not make; kUnsupported for another version.
base::Expected<Utterance> parse_utterance(base::ByteSpan bytes);

}  // namespace chat
