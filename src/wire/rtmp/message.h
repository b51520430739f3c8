// The unit that RTMP carries over chunks (Adobe RTMP 1.0, sections 4.1 and 6.1): a typed payload
// with a time, on one message stream.
#pragma once

#include <cstdint>

#include "base/slice.h"

namespace wire::rtmp {

enum class MessageType : std::uint8_t {
  kSetChunkSize = 1,
  kAbort = 2,
  kAcknowledgement = 3,
  kUserControl = 4,
  kWindowAcknowledgementSize = 5,
  kSetPeerBandwidth = 6,
  kAudio = 8,
  kVideo = 9,
  kDataAmf3 = 15,
  kCommandAmf3 = 17,
  kData = 18,
  kCommand = 20,
  kAggregate = 22,
};

/// What an owner gets to see: the three kinds that carry a broadcast.
enum class MediaKind : std::uint8_t { kAudio = 8, kVideo = 9, kData = 18 };

struct RtmpMessage {
  MessageType type = MessageType::kCommand;  // may hold values without a name
  std::uint32_t stream_id = 0;
  std::uint32_t timestamp = 0;  // ms, wraps
  base::Slice payload;
};

}  // namespace wire::rtmp
