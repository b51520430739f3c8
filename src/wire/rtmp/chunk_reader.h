// Puts RTMP messages together from chunks (Adobe RTMP 1.0, section 5.3). One reader belongs to one
// connection. It obeys Set Chunk Size and Abort itself, since both change how the next byte is
// read, and hands out every other message. Each payload byte is copied once, into a buffer of
// exactly the message's size that is then shared.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "wire/rtmp/message.h"

namespace wire::rtmp {

struct ChunkLimits {
  std::size_t chunk_streams = 64;
  std::size_t message_bytes = 64 * 1024;
  /// Announced sizes of all unfinished messages together.
  std::size_t buffered_bytes = 128 * 1024;
};

class ChunkReader {
 public:
  explicit ChunkReader(const ChunkLimits& limits = {}) : limits_(limits) {}

  /// Takes bytes from the front of `input` (which it advances) until one message is complete or
  /// the input is used up. True: `message` is complete. False: `input` is empty, more is needed.
  /// After an error the connection cannot be read any further.
  /// Errors: kMalformed, kLimit.
  base::Expected<bool> read(base::ByteSpan& input, RtmpMessage& message);

  /// Applies to messages whose header comes later.
  void set_limits(const ChunkLimits& limits) { limits_ = limits; }
  std::uint32_t chunk_size() const { return chunk_size_; }

 private:
  struct ChunkStream {
    std::uint32_t id = 0;
    MessageType type = MessageType::kCommand;
    bool extended = false;         // the last full header had an extended timestamp
    bool absolute = false;         // time_field is a timestamp not applied yet, not a delta
    bool in_message = false;       // a message has begun and is not complete
    std::uint32_t time_field = 0;  // of the last full header: absolute or delta, extension applied
    std::uint32_t timestamp = 0;
    std::uint32_t stream_id = 0;
    std::uint32_t length = 0;
    std::uint32_t received = 0;
    std::shared_ptr<std::uint8_t[]> payload;  // shared: becomes the owner of the message's slice
  };
  enum class Parse { kIncomplete, kComplete };

  base::Expected<bool> read_header(base::ByteSpan& input);
  base::Expected<Parse> parse_header(base::ByteSpan bytes, std::size_t& used);
  base::Expected<void> begin_message(ChunkStream& stream);
  base::Expected<bool> finish_message(ChunkStream& stream, RtmpMessage& message);
  base::Expected<void> set_chunk_size(base::ByteSpan payload);
  base::Expected<void> abort_message(base::ByteSpan payload);
  std::size_t find(std::uint32_t id) const;  // index in streams_, or kNone
  void drop_kept(std::size_t count);
  void take_payload_from_kept(ChunkStream& stream);

  static constexpr std::size_t kMaxHeaderBytes = 3 + 11 + 4;
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  ChunkLimits limits_;
  std::uint32_t chunk_size_ = 128;
  std::vector<ChunkStream> streams_;
  std::size_t current_ = kNone;   // whose payload comes next; kNone: a header comes next
  std::uint32_t chunk_left_ = 0;  // payload bytes left in the current chunk
  std::size_t buffered_bytes_ = 0;
  std::array<std::uint8_t, kMaxHeaderBytes> kept_ = {};  // a header cut by the end of an input
  std::size_t kept_size_ = 0;
};

}  // namespace wire::rtmp
