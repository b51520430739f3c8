#include "wire/rtmp/chunk_writer.h"

#include <algorithm>

#include "base/check.h"

namespace wire::rtmp {
namespace {

constexpr std::uint32_t kExtendedMark = 0xFF'FFFF;
constexpr std::size_t kMaxMessageBytes = 0xFF'FFFF;

void put(base::Bytes& out, std::uint32_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void put_basic_header(base::Bytes& out, std::uint8_t type, std::uint32_t id) {
  const auto mark = static_cast<std::uint8_t>(type << 6);
  if (id < 64) {
    out.push_back(static_cast<std::uint8_t>(mark | id));
  } else if (id < 64 + 256) {
    out.push_back(mark);
    out.push_back(static_cast<std::uint8_t>(id - 64));
  } else {
    out.push_back(static_cast<std::uint8_t>(mark | 1));
    out.push_back(static_cast<std::uint8_t>(id - 64));
    out.push_back(static_cast<std::uint8_t>((id - 64) >> 8));
  }
}

// Always type 0: eight bytes more than a delta a message, and nothing that a lost or reordered
// state could make wrong.
void put_first_header(base::Bytes& out, std::uint32_t chunk_stream, MessageType type,
                      std::uint32_t stream_id, std::uint32_t timestamp, std::size_t length) {
  CHECK(chunk_stream >= 2 && chunk_stream <= 65'599 && length <= kMaxMessageBytes);
  put_basic_header(out, 0, chunk_stream);
  put(out, std::min(timestamp, kExtendedMark), 3);
  put(out, static_cast<std::uint32_t>(length), 3);
  out.push_back(static_cast<std::uint8_t>(type));
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(stream_id >> (8 * i)));
  if (timestamp >= kExtendedMark) put(out, timestamp, 4);
}

void put_next_header(base::Bytes& out, std::uint32_t chunk_stream, std::uint32_t timestamp) {
  put_basic_header(out, 3, chunk_stream);
  if (timestamp >= kExtendedMark) put(out, timestamp, 4);
}

}  // namespace

void ChunkWriter::set_chunk_size(std::uint32_t size) {
  CHECK(size >= 1 && (size >> 31) == 0);
  chunk_size_ = size;
}

void ChunkWriter::write(std::uint32_t chunk_stream, MessageType type, std::uint32_t stream_id,
                        std::uint32_t timestamp, base::ByteSpan payload, base::Bytes& out) {
  put_first_header(out, chunk_stream, type, stream_id, timestamp, payload.size());
  while (true) {
    const auto part = payload.first(std::min<std::size_t>(payload.size(), chunk_size_));
    out.insert(out.end(), part.begin(), part.end());
    payload = payload.subspan(part.size());
    if (payload.empty()) return;
    put_next_header(out, chunk_stream, timestamp);
  }
}

void ChunkWriter::write(std::uint32_t chunk_stream, MessageType type, std::uint32_t stream_id,
                        std::uint32_t timestamp, const base::Slice& payload,
                        std::vector<base::Slice>& out) {
  base::Bytes header;
  put_first_header(header, chunk_stream, type, stream_id, timestamp, payload.size());
  std::size_t offset = 0;
  while (true) {
    out.push_back(base::Slice::take(std::move(header)));
    const std::size_t count = std::min<std::size_t>(payload.size() - offset, chunk_size_);
    if (count > 0) out.push_back(payload.sub(offset, count));
    offset += count;
    if (offset == payload.size()) return;
    header = base::Bytes();
    put_next_header(header, chunk_stream, timestamp);
  }
}

}  // namespace wire::rtmp
