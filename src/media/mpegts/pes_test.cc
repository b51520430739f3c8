#include "media/mpegts/pes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "media/mpegts/packet.h"
#include "media/mpegts/pes_assembler.h"

namespace media::mpegts {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

base::Bytes packet(const PesHeader& header, std::string_view payload) {
  base::ByteWriter w;
  w.bytes(write_pes_header(header).span());
  w.text(payload);
  return w.take();
}

TEST(PesTest, HeadersAreReadBack) {
  const std::uint64_t times[] = {0, 1, 0x7FFF, 0x8000, 0x3FFFFFFF, 0x40000000, kTimestampMask};
  for (const std::uint64_t pts : times) {
    for (const std::uint64_t dts : times) {
      const PesHeaderBytes bytes = write_pes_header(
          {.stream_id = 0xE0, .pts = pts, .dts = dts, .payload_size = std::size_t{100}});
      const auto read = parse_pes_header(bytes.span());
      ASSERT_TRUE(read.has_value());
      EXPECT_EQ(read->stream_id, 0xE0);
      EXPECT_EQ(read->pts, pts);
      EXPECT_EQ(read->dts, dts);
      EXPECT_EQ(read->payload_size, 100u);
      EXPECT_EQ(read->header_size, kPesSizeWithDts);
    }
  }
}

TEST(PesTest, PayloadsTooLongForTheFieldAreLeftUnsaid) {
  const std::size_t largest = kMaxPesLength - (kPesSizeWithPts - kPesPrefixSize);
  const auto size_of = [](std::size_t payload) {
    const auto bytes =
        write_pes_header({.stream_id = 0xE0, .pts = std::uint64_t{1}, .payload_size = payload});
    return parse_pes_header(bytes.span())->payload_size;
  };
  EXPECT_EQ(size_of(largest), largest);
  EXPECT_EQ(size_of(largest + 1), std::nullopt);
}

TEST(PesTest, BrokenHeadersAreRefused) {
  const base::Bytes good = packet({.stream_id = 0xE0, .pts = std::uint64_t{1}}, "");
  ASSERT_TRUE(parse_pes_header(good).has_value());
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(parse_pes_header(base::ByteSpan(good).first(length)).has_value());
  }
  const auto with = [&](std::size_t at, std::uint8_t value) {
    base::Bytes changed = good;
    changed[at] = value;
    return parse_pes_header(changed);
  };
  EXPECT_EQ(with(2, 2).error().code, base::ErrorCode::kMalformed);       // start code
  EXPECT_EQ(with(3, 0xBE).error().code, base::ErrorCode::kUnsupported);  // padding
  EXPECT_EQ(with(5, 7).error().code, base::ErrorCode::kMalformed);       // shorter than its header
  EXPECT_EQ(with(6, 0x04).error().code, base::ErrorCode::kMalformed);    // marker bits
  EXPECT_EQ(with(7, 0xC0).error().code, base::ErrorCode::kMalformed);    // a DTS without room
}

struct Collector {
  std::vector<std::string> packets;
  void operator()(const PesHeader&, base::ByteSpan payload) {
    packets.emplace_back(base::as_text(payload));
  }
};

TEST(PesAssemblerTest, APacketOfKnownLengthIsCompleteWithItsLastByte) {
  const base::Bytes whole =
      packet({.stream_id = 0xC0, .pts = std::uint64_t{1}, .payload_size = std::size_t{5}}, "hello");
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    PesAssembler assembler(1000);
    Collector collector;
    assembler.push(base::ByteSpan(whole).first(cut), true, collector);
    if (cut < whole.size()) EXPECT_THAT(collector.packets, IsEmpty());
    assembler.push(base::ByteSpan(whole).subspan(cut), false, collector);
    EXPECT_THAT(collector.packets, ElementsAre("hello"));
    assembler.push(base::as_bytes("stuffing"), false, collector);
    EXPECT_EQ(collector.packets.size(), 1u);
    EXPECT_EQ(assembler.dropped(), 0u);
  }
}

TEST(PesAssemblerTest, APacketOfUnknownLengthEndsWhereTheNextBegins) {
  const base::Bytes whole = packet({.stream_id = 0xE0, .pts = std::uint64_t{1}}, "hello");
  PesAssembler assembler(1000);
  Collector collector;
  assembler.push(whole, true, collector);
  assembler.push(base::as_bytes(" you"), false, collector);
  EXPECT_THAT(collector.packets, IsEmpty());
  assembler.push(whole, true, collector);
  EXPECT_THAT(collector.packets, ElementsAre("hello you"));
  assembler.flush(collector);
  EXPECT_THAT(collector.packets, ElementsAre("hello you", "hello"));
}

TEST(PesAssemblerTest, DropsWhatIsCutShortOrTooLargeOrNoPes) {
  PesAssembler assembler(40);
  Collector collector;
  const base::Bytes known =
      packet({.stream_id = 0xC0, .pts = std::uint64_t{1}, .payload_size = std::size_t{9}}, "short");
  assembler.push(known, true, collector);
  base::Bytes no_start_code = known;
  no_start_code[2] = 0;
  assembler.push(no_start_code, true, collector);
  EXPECT_EQ(assembler.dropped(), 2u);
  assembler.push(packet({.stream_id = 0xE0, .pts = std::uint64_t{1}}, ""), true, collector);
  assembler.push(base::Bytes(40), false, collector);
  EXPECT_EQ(assembler.dropped(), 3u);
  assembler.push(known, true, collector);
  assembler.on_gap();
  EXPECT_EQ(assembler.dropped(), 4u);
  assembler.push(base::as_bytes("tail"), false, collector);
  assembler.flush(collector);
  EXPECT_THAT(collector.packets, IsEmpty());
}

}  // namespace
}  // namespace media::mpegts
