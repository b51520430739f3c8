#include "wire/rtmp/chunk_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "wire/rtmp/chunk_writer.h"

namespace wire::rtmp {
namespace {

using base::Bytes;
using base::ByteSpan;

constexpr ChunkLimits kWide = {64, 16U << 20, 32U << 20};

Bytes from_hex(std::string_view text) {
  Bytes out;
  int high = -1;
  for (const char c : text) {
    if (c == ' ') continue;
    const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<std::uint8_t>(high * 16 + digit));
      high = -1;
    }
  }
  return out;
}

struct Seen {
  int type = 0;
  std::uint32_t stream_id = 0;
  std::uint32_t timestamp = 0;
  std::string payload;
  bool operator==(const Seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  return out << "type " << seen.type << " stream " << seen.stream_id << " at " << seen.timestamp
             << ' ' << base::to_hex(base::as_bytes(seen.payload));
}

base::Expected<void> feed(ChunkReader& reader, ByteSpan input, std::vector<Seen>& seen) {
  RtmpMessage message;
  while (true) {
    auto more = reader.read(input, message);
    if (!more) return base::fail(more.error());
    if (!*more) {
      EXPECT_TRUE(input.empty());
      return {};
    }
    seen.push_back({static_cast<int>(message.type), message.stream_id, message.timestamp,
                    std::string(message.payload.text())});
  }
}

std::vector<Seen> read_all(ByteSpan input) {
  ChunkReader reader(kWide);
  std::vector<Seen> seen;
  const auto result = feed(reader, input, seen);
  EXPECT_TRUE(result) << result.error().message;
  return seen;
}

struct FormatRow {
  const char* name;
  const char* hex;
  std::vector<Seen> expected;
};

// All by hand from section 5.3.
std::vector<FormatRow> format_rows() {
  return {
      {"type 0", "04 000028 000002 09 01000000 aabb", {{9, 1, 40, "\xaa\xbb"}}},
      {"type 1 adds to type 0",
       "04 000028 000001 09 01000000 aa 44 000014 000002 08 bbcc",
       {{9, 1, 40, "\xaa"}, {8, 1, 60, "\xbb\xcc"}}},
      {"type 2 keeps length and type",
       "04 000028 000001 09 01000000 aa 84 000015 bb",
       {{9, 1, 40, "\xaa"}, {9, 1, 61, "\xbb"}}},
      {"type 3 repeats the delta",
       "04 000028 000001 09 01000000 aa 84 000015 bb c4 cc c4 dd",
       {{9, 1, 40, "\xaa"}, {9, 1, 61, "\xbb"}, {9, 1, 82, "\xcc"}, {9, 1, 103, "\xdd"}}},
      {"type 3 behind type 0 takes its timestamp for a delta",
       "04 000017 000001 08 01000000 aa c4 bb",
       {{8, 1, 23, "\xaa"}, {8, 1, 46, "\xbb"}}},
      {"a fresh stream may begin with type 1",
       "42 000000 000006 04 000600000007",
       {{4, 0, 0, std::string("\x00\x06\x00\x00\x00\x07", 6)}}},
      {"chunk stream 64 to 319 in two bytes",
       "00 ff 000001 000001 08 01000000 aa c0 ff bb",
       {{8, 1, 1, "\xaa"}, {8, 1, 2, "\xbb"}}},
      {"chunk stream 65,599 in three bytes",
       "01 ffff 000001 000001 08 01000000 aa c1 ffff bb",
       {{8, 1, 1, "\xaa"}, {8, 1, 2, "\xbb"}}},
      {"two forms of the same id are one stream",
       "00 10 000001 000001 08 01000000 aa c1 1000 bb",
       {{8, 1, 1, "\xaa"}, {8, 1, 2, "\xbb"}}},
      {"the message stream id is little-endian",
       "04 000000 000001 08 01020300 aa",
       {{8, 0x030201, 0, "\xaa"}}},
      {"an empty message",
       "04 000005 000000 08 01000000 05 000006 000001 09 01000000 ee",
       {{8, 1, 5, ""}, {9, 1, 6, "\xee"}}},
      {"set chunk size 2 and interleaving",
       "02 000000 000004 01 00000000 00000002"
       "04 000001 000005 09 01000000 0102 06 000002 000003 08 01000000 1112 c4 0304 c6 13 c4 05",
       {{8, 1, 2, "\x11\x12\x13"}, {9, 1, 1, "\x01\x02\x03\x04\x05"}}},
      {"abort drops what was begun",
       "02 000000 000004 01 00000000 00000002"
       "04 000001 000005 09 01000000 0102 02 000000 000004 02 00000000 0000 c2 0004"
       "04 000003 000001 09 01000000 77",
       {{9, 1, 3, "\x77"}}},
      {"timestamps wrap",
       "04 ffffff 000001 08 01000000 fffffff0 aa 44 000020 000001 08 bb",
       {{8, 1, 0xFFFFFFF0, "\xaa"}, {8, 1, 0x10, "\xbb"}}},
      {"the largest timestamp without extension",
       "04 fffffe 000001 08 01000000 aa",
       {{8, 1, 0xFFFFFE, "\xaa"}}},
      {"the smallest with", "04 ffffff 000001 08 01000000 00ffffff aa", {{8, 1, 0xFFFFFF, "\xaa"}}},
      {"an extended delta",
       "04 000001 000001 08 01000000 aa 84 ffffff 01000000 bb",
       {{8, 1, 1, "\xaa"}, {8, 1, 0x1000001, "\xbb"}}},
      {"type 3 that repeats the extension",
       "02 000000 000004 01 00000000 00000002"
       "04 ffffff 000004 09 01000000 01020304 aabb c4 01020304 ccdd"
       "04 ffffff 000001 09 01000000 01020305 ee",
       {{9, 1, 0x01020304, "\xaa\xbb\xcc\xdd"}, {9, 1, 0x01020305, "\xee"}}},
      {"type 3 that does not",
       "02 000000 000004 01 00000000 00000002"
       "04 ffffff 000004 09 01000000 01020304 aabb c4 ccdd"
       "04 ffffff 000001 09 01000000 01020305 ee",
       {{9, 1, 0x01020304, "\xaa\xbb\xcc\xdd"}, {9, 1, 0x01020305, "\xee"}}},
      {"type 3 that does not, with a payload that begins like it",
       "02 000000 000004 01 00000000 00000002"
       "04 ffffff 000005 09 01000000 01020304 aabb c4 0102 c4 03"
       "04 ffffff 000001 09 01000000 01020305 ee",
       {{9, 1, 0x01020304, "\xaa\xbb\x01\x02\x03"}, {9, 1, 0x01020305, "\xee"}}},
      {"a new message of type 3 with the extension",
       "04 ffffff 000001 09 01000000 01000000 aa c4 01000000 bb",
       {{9, 1, 0x01000000, "\xaa"}, {9, 1, 0x02000000, "\xbb"}}},
      {"the extension is forgotten with the next full header",
       "04 ffffff 000001 09 01000000 01000000 aa 84 000001 bb c4 01",
       {{9, 1, 0x01000000, "\xaa"}, {9, 1, 0x01000001, "\xbb"}, {9, 1, 0x01000002, "\x01"}}},
  };
}

TEST(ChunkReader, ReadsEveryFormatWhateverTheSplit) {
  for (const auto& row : format_rows()) {
    const auto input = from_hex(row.hex);
    EXPECT_EQ(read_all(input), row.expected) << row.name;
    for (std::size_t split = 0; split <= input.size(); ++split) {
      ChunkReader reader(kWide);
      std::vector<Seen> seen;
      ASSERT_TRUE(feed(reader, ByteSpan(input).first(split), seen)) << row.name;
      ASSERT_TRUE(feed(reader, ByteSpan(input).subspan(split), seen)) << row.name;
      ASSERT_EQ(seen, row.expected) << row.name << " split at " << split;
    }
    ChunkReader reader(kWide);
    std::vector<Seen> seen;
    for (const auto byte : input) ASSERT_TRUE(feed(reader, ByteSpan(&byte, 1), seen)) << row.name;
    EXPECT_EQ(seen, row.expected) << row.name << " byte by byte";
  }
}

TEST(ChunkReader, AHeldPayloadByteDoesNotWaitForMore) {
  // The payload's first byte differs from the extension: no need to see four of them.
  const auto input = from_hex(
      "02 000000 000004 01 00000000 00000002"
      "04 ffffff 000003 09 01000000 01020304 aabb c4 cc");
  EXPECT_EQ(read_all(input), (std::vector<Seen>{{9, 1, 0x01020304, "\xaa\xbb\xcc"}}));
}

TEST(ChunkReader, RefusesHostileHeaders) {
  struct Row {
    const char* name;
    const char* hex;
    base::ErrorCode code;
  };
  for (const auto& row : {
           Row{"type 3 first", "c4", base::ErrorCode::kMalformed},
           Row{"type 2 first", "84 000000", base::ErrorCode::kMalformed},
           Row{"chunk size 0", "02 000000 000004 01 00000000 00000000",
               base::ErrorCode::kMalformed},
           Row{"chunk size with the top bit", "02 000000 000004 01 00000000 80000001",
               base::ErrorCode::kMalformed},
           Row{"chunk size cut short", "02 000000 000003 01 00000000 000001",
               base::ErrorCode::kMalformed},
           Row{"abort cut short", "02 000000 000001 02 00000000 00", base::ErrorCode::kMalformed},
           Row{"a header inside a message",
               "02 000000 000004 01 00000000 00000001 04 000000 000002 09 01000000 aa 84 000000",
               base::ErrorCode::kMalformed},
           Row{"a message over the limit", "04 000000 000101 09 01000000", base::ErrorCode::kLimit},
           Row{"too much begun at once",
               "02 000000 000004 01 00000000 00000001 04 000000 000100 09 01000000 aa"
               "05 000000 000100 09 01000000 aa 06 000000 000001 09 01000000",
               base::ErrorCode::kLimit},
           Row{"too many chunk streams",
               "03 000000 000000 09 00000000 04 000000 000000 09 00000000"
               "05 000000 000000 09 00000000 06 000000 000000 09 00000000"
               "07 000000 000000 09 00000000",
               base::ErrorCode::kLimit},
       }) {
    ChunkReader reader(ChunkLimits{4, 256, 512});
    std::vector<Seen> seen;
    const auto result = feed(reader, from_hex(row.hex), seen);
    ASSERT_FALSE(result) << row.name;
    EXPECT_EQ(result.error().code, row.code) << row.name;
  }
}

TEST(ChunkReader, AnnouncedChunkSizesAboveAMessageAreAllowed) {
  ChunkReader reader(kWide);
  std::vector<Seen> seen;
  ASSERT_TRUE(feed(reader, from_hex("02 000000 000004 01 00000000 7fffffff"), seen));
  EXPECT_EQ(reader.chunk_size(), 0xFFFFFFU);
}

TEST(ChunkReader, AbortedBytesNoLongerCount) {
  ChunkReader reader(ChunkLimits{4, 256, 300});
  std::vector<Seen> seen;
  const auto round = from_hex(
      "04 000000 000100 09 01000000 aa 02 000000 000004 02 00000000"
      "00 c2 00 c2 00 c2 04");
  ASSERT_TRUE(feed(reader, from_hex("02 000000 000004 01 00000000 00000001"), seen));
  for (int i = 0; i < 10; ++i) {
    const auto result = feed(reader, round, seen);
    ASSERT_TRUE(result) << result.error().message;
  }
  EXPECT_TRUE(seen.empty());
}

TEST(ChunkReader, APayloadIsOneBufferOfItsOwn) {
  ChunkReader reader(kWide);
  Bytes input = from_hex("04 000000 000003 09 01000000 aabbcc");
  ByteSpan span = input;
  RtmpMessage message;
  ASSERT_TRUE(*reader.read(span, message));
  std::ranges::fill(input, std::uint8_t{0});
  EXPECT_EQ(base::to_hex(message.payload.span()), "aabbcc");
}

struct Sent {
  std::uint32_t chunk_stream;
  Seen message;
};

TEST(ChunkWriter, IsReadBackWithAnyChunkSizeAndAnySplit) {
  std::mt19937 random(1);
  for (const std::uint32_t size : {1U, 2U, 3U, 5U, 127U, 128U, 129U, 4096U, 65535U, 65536U}) {
    ChunkWriter writer;
    Bytes bytes;
    const std::array<std::uint8_t, 4> announced = {0, static_cast<std::uint8_t>(size >> 16),
                                                   static_cast<std::uint8_t>(size >> 8),
                                                   static_cast<std::uint8_t>(size)};
    writer.write(2, MessageType::kSetChunkSize, 0, 0, announced, bytes);
    writer.set_chunk_size(size);
    std::vector<Seen> expected;
    const std::array<std::uint32_t, 5> ids = {3, 63, 64, 319, 65599};
    const std::array<std::uint32_t, 6> times = {0, 0xFFFFFE, 0xFFFFFF, 0x1000000, 0xFFFFFFFF, 17};
    for (std::size_t i = 0; i < 60; ++i) {
      const std::size_t length = i % 7 == 0 ? 0 : random() % (i % 20 == 0 ? 70'000 : 400);
      Seen seen{static_cast<int>(i % 2 == 0 ? 8 : 9), 1, times[i % times.size()],
                std::string(length, '\0')};
      for (auto& c : seen.payload) c = static_cast<char>(random());
      const auto type = static_cast<MessageType>(seen.type);
      const auto id = ids[i % ids.size()];
      if (i % 3 == 0) {
        std::vector<base::Slice> slices;
        writer.write(id, type, 1, seen.timestamp,
                     base::Slice::copy_of(base::as_bytes(seen.payload)), slices);
        for (const auto& slice : slices) {
          bytes.insert(bytes.end(), slice.span().begin(), slice.span().end());
        }
      } else {
        writer.write(id, type, 1, seen.timestamp, base::as_bytes(seen.payload), bytes);
      }
      expected.push_back(std::move(seen));
    }
    ASSERT_EQ(read_all(bytes), expected) << "chunk size " << size;
    ChunkReader reader(kWide);
    std::vector<Seen> seen;
    ByteSpan rest = bytes;
    while (!rest.empty()) {
      const auto part = rest.first(std::min<std::size_t>(rest.size(), 1 + random() % 50));
      ASSERT_TRUE(feed(reader, part, seen));
      rest = rest.subspan(part.size());
    }
    ASSERT_EQ(seen, expected) << "chunk size " << size;
  }
}

}  // namespace
}  // namespace wire::rtmp
