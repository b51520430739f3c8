#include "wire/rtmp/chunk_reader.h"

#include <algorithm>
#include <string>

#include "base/check.h"

namespace wire::rtmp {
namespace {

constexpr std::uint32_t kExtendedMark = 0xFF'FFFF;
constexpr std::uint32_t kMaxChunkSize = 0xFF'FFFF;                         // no message is longer
constexpr std::array<std::size_t, 4> kMessageHeaderBytes = {11, 7, 3, 0};  // by chunk type

std::unexpected<base::Error> malformed(std::string message) {
  return base::fail(base::ErrorCode::kMalformed, std::move(message));
}

std::unexpected<base::Error> bad_stream(std::uint32_t id, std::string_view what) {
  return malformed("chunk stream " + std::to_string(id) + ' ' + std::string(what));
}

struct BasicHeader {
  std::uint8_t type = 0;
  std::uint32_t id = 0;
};

// Section 5.3.1.1: chunk stream ids in one, two or three bytes.
BasicHeader read_basic_header(base::ByteReader& reader) {
  const std::uint8_t first = reader.u8();
  BasicHeader header{static_cast<std::uint8_t>(first >> 6), static_cast<std::uint32_t>(first & 63)};
  if (header.id == 0) {
    header.id = 64U + reader.u8();
  } else if (header.id == 1) {
    const std::uint32_t low = reader.u8();
    header.id = 64U + low + 256U * reader.u8();
  }
  return header;
}

// Some encoders repeat the extended timestamp in type-3 chunks, as section 5.3.1.3 says, others go
// straight on with the payload: it is there if the bytes equal the last one.
enum class Repeats { kYes, kNo, kUndecided };

Repeats repeats_extended(base::ByteSpan bytes, std::uint32_t last) {
  const std::size_t known = std::min<std::size_t>(bytes.size(), 4);
  for (std::size_t i = 0; i < known; ++i) {
    if (bytes[i] != static_cast<std::uint8_t>(last >> (24 - 8 * i))) return Repeats::kNo;
  }
  return known == 4 ? Repeats::kYes : Repeats::kUndecided;
}

}  // namespace

std::size_t ChunkReader::find(std::uint32_t id) const {
  const auto found = std::ranges::find(streams_, id, &ChunkStream::id);
  return found == streams_.end() ? kNone : static_cast<std::size_t>(found - streams_.begin());
}

base::Expected<bool> ChunkReader::read(base::ByteSpan& input, RtmpMessage& message) {
  while (true) {
    if (current_ == kNone) {
      auto header = read_header(input);
      if (!header) return base::fail(std::move(header.error()));
      if (!*header) return false;
    }
    ChunkStream& stream = streams_[current_];
    if (kept_size_ > 0) take_payload_from_kept(stream);
    const std::size_t count = std::min<std::size_t>(chunk_left_, input.size());
    std::copy_n(input.begin(), count, stream.payload.get() + stream.received);
    input = input.subspan(count);
    stream.received += static_cast<std::uint32_t>(count);
    chunk_left_ -= static_cast<std::uint32_t>(count);
    if (chunk_left_ > 0) return false;
    current_ = kNone;
    if (stream.received < stream.length) continue;
    auto finished = finish_message(stream, message);
    if (!finished || *finished) return finished;
  }
}

base::Expected<bool> ChunkReader::read_header(base::ByteSpan& input) {
  std::size_t used = 0;
  if (kept_size_ == 0) {  // the usual case: the whole header is in this input
    auto parsed = parse_header(input, used);
    if (!parsed) return base::fail(std::move(parsed.error()));
    if (*parsed == Parse::kComplete) {
      input = input.subspan(used);
      return true;
    }
    std::ranges::copy(input, kept_.begin());
    kept_size_ = input.size();
    input = {};
    return false;
  }
  const std::size_t before = kept_size_;
  const auto more = input.first(std::min(input.size(), kept_.size() - before));
  std::ranges::copy(more, kept_.begin() + static_cast<std::ptrdiff_t>(before));
  auto parsed = parse_header(base::ByteSpan(kept_).first(before + more.size()), used);
  if (!parsed) return base::fail(std::move(parsed.error()));
  if (*parsed == Parse::kIncomplete) {
    CHECK(more.size() == input.size());  // kept_ holds the longest header
    kept_size_ = before + more.size();
    input = {};
    return false;
  }
  // Where an extended timestamp was looked for and not found, bytes behind the header stay kept.
  input = input.subspan(used > before ? used - before : 0);
  drop_kept(std::min(used, before));
  return true;
}

void ChunkReader::drop_kept(std::size_t count) {
  std::copy(kept_.begin() + static_cast<std::ptrdiff_t>(count),
            kept_.begin() + static_cast<std::ptrdiff_t>(kept_size_), kept_.begin());
  kept_size_ -= count;
}

void ChunkReader::take_payload_from_kept(ChunkStream& stream) {
  const std::size_t count = std::min<std::size_t>(chunk_left_, kept_size_);
  std::copy_n(kept_.begin(), count, stream.payload.get() + stream.received);
  stream.received += static_cast<std::uint32_t>(count);
  chunk_left_ -= static_cast<std::uint32_t>(count);
  drop_kept(count);
}

base::Expected<ChunkReader::Parse> ChunkReader::parse_header(base::ByteSpan bytes,
                                                             std::size_t& used) {
  base::ByteReader reader(bytes);
  const auto basic = read_basic_header(reader);
  if (!reader.ok() || reader.remaining() < kMessageHeaderBytes[basic.type]) {
    return Parse::kIncomplete;
  }
  std::size_t index = find(basic.id);
  if (basic.type == 3) {
    if (index == kNone) return bad_stream(basic.id, "begins without a header");
    const ChunkStream& stream = streams_[index];
    if (stream.extended) {
      const auto repeats = repeats_extended(bytes.subspan(reader.position()), stream.time_field);
      if (repeats == Repeats::kUndecided) return Parse::kIncomplete;
      if (repeats == Repeats::kYes) reader.skip(4);
    }
  } else {
    // Old librtmp opens a chunk stream with type 1 for its pings; type 2 would have no length.
    if (index == kNone && basic.type == 2) return bad_stream(basic.id, "begins without a length");
    if (index != kNone && streams_[index].in_message) {
      return bad_stream(basic.id, "has a new header inside a message");
    }
    ChunkStream next = index == kNone ? ChunkStream() : streams_[index];
    next.id = basic.id;
    next.time_field = reader.u24();
    if (basic.type <= 1) {
      next.length = reader.u24();
      next.type = static_cast<MessageType>(reader.u8());
    }
    if (basic.type == 0) next.stream_id = reader.u32_little_endian();
    next.extended = next.time_field == kExtendedMark;
    if (next.extended) {
      if (reader.remaining() < 4) return Parse::kIncomplete;
      next.time_field = reader.u32();
    }
    next.absolute = basic.type == 0;
    if (index == kNone) {
      if (streams_.size() >= limits_.chunk_streams) {
        return base::fail(
            base::ErrorCode::kLimit,
            "more than " + std::to_string(limits_.chunk_streams) + " chunk streams in use");
      }
      index = streams_.size();
      streams_.push_back(std::move(next));
    } else {
      streams_[index] = std::move(next);
    }
  }
  ChunkStream& stream = streams_[index];
  if (!stream.in_message) {
    if (auto begun = begin_message(stream); !begun) return base::fail(std::move(begun.error()));
  }
  chunk_left_ = std::min(chunk_size_, stream.length - stream.received);
  current_ = index;
  used = reader.position();
  return Parse::kComplete;
}

base::Expected<void> ChunkReader::begin_message(ChunkStream& stream) {
  // A type-3 chunk that begins a message behind a type-0 one takes that chunk's timestamp for its
  // delta (section 5.3.1.2.4): hence `absolute` counts once.
  stream.timestamp = stream.absolute ? stream.time_field : stream.timestamp + stream.time_field;
  stream.absolute = false;
  if (stream.length > limits_.message_bytes) {
    return base::fail(base::ErrorCode::kLimit,
                      "a message of " + std::to_string(stream.length) + " bytes, of type " +
                          std::to_string(static_cast<int>(stream.type)) + ", where " +
                          std::to_string(limits_.message_bytes) + " are allowed");
  }
  if (buffered_bytes_ + stream.length > limits_.buffered_bytes) {
    return base::fail(base::ErrorCode::kLimit, "unfinished messages of more than " +
                                                   std::to_string(limits_.buffered_bytes) +
                                                   " bytes together");
  }
  buffered_bytes_ += stream.length;
  stream.in_message = true;
  stream.received = 0;
  if (stream.length > 0) {
    stream.payload = std::make_shared_for_overwrite<std::uint8_t[]>(stream.length);
  }
  return {};
}

base::Expected<bool> ChunkReader::finish_message(ChunkStream& stream, RtmpMessage& message) {
  const base::ByteSpan payload(stream.payload.get(), stream.length);
  base::Slice slice(std::move(stream.payload), payload);
  stream.payload = nullptr;
  stream.in_message = false;
  buffered_bytes_ -= stream.length;
  if (stream.type == MessageType::kSetChunkSize || stream.type == MessageType::kAbort) {
    auto obeyed = stream.type == MessageType::kAbort ? abort_message(payload)  //
                                                     : set_chunk_size(payload);
    if (!obeyed) return base::fail(std::move(obeyed.error()));
    return false;
  }
  message.type = stream.type;
  message.stream_id = stream.stream_id;
  message.timestamp = stream.timestamp;
  message.payload = std::move(slice);
  return true;
}

// Section 5.4.1.
base::Expected<void> ChunkReader::set_chunk_size(base::ByteSpan payload) {
  base::ByteReader reader(payload);
  const std::uint32_t size = reader.u32();
  if (!reader.ok() || size == 0 || (size >> 31) != 0) {
    return malformed("Set Chunk Size to " + std::to_string(size) + " in " +
                     std::to_string(payload.size()) + " bytes");
  }
  chunk_size_ = std::min(size, kMaxChunkSize);
  return {};
}

// Section 5.4.2. Naming a stream that has no unfinished message is harmless.
base::Expected<void> ChunkReader::abort_message(base::ByteSpan payload) {
  base::ByteReader reader(payload);
  const std::size_t index = find(reader.u32());
  if (!reader.ok()) return malformed("Abort of " + std::to_string(payload.size()) + " bytes");
  if (index == kNone || !streams_[index].in_message) return {};
  ChunkStream& stream = streams_[index];
  stream.in_message = false;
  stream.payload = nullptr;
  buffered_bytes_ -= stream.length;
  return {};
}

}  // namespace wire::rtmp
