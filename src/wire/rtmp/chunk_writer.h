// Cuts messages into chunks (Adobe RTMP 1.0, section 5.3). One writer belongs to one connection.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/slice.h"
#include "wire/rtmp/message.h"

namespace wire::rtmp {

class ChunkWriter {
 public:
  /// Appends one message on chunk stream `chunk_stream` (2 to 65,599) to `out`. A payload longer
  /// than a message can be (16 MiB - 1) is a broken invariant.
  void write(std::uint32_t chunk_stream, MessageType type, std::uint32_t stream_id,
             std::uint32_t timestamp, base::ByteSpan payload, base::Bytes& out);
  /// The same without copying the payload: appends headers and parts of it as slices.
  void write(std::uint32_t chunk_stream, MessageType type, std::uint32_t stream_id,
             std::uint32_t timestamp, const base::Slice& payload, std::vector<base::Slice>& out);

  /// Size of the chunks that follow, 1 to 2^31 - 1. The peer has to be told first.
  void set_chunk_size(std::uint32_t size);
  std::uint32_t chunk_size() const { return chunk_size_; }

 private:
  std::uint32_t chunk_size_ = 128;
};

}  // namespace wire::rtmp
