#include "media/mpegts/psi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/mpegts/section_assembler.h"

namespace media::mpegts {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Pmt kMap = {.program = 7,
                  .version = 5,
                  .pcr_pid = 0x101,
                  .streams = {{StreamType::kH264, 0x101, 0},
                              {StreamType::kPrivateData, 0x102, 0x4F707573},
                              {StreamType::kMetadata, 0x103, 0}}};

// A section whose CRC is right again after a change.
base::Bytes resealed(base::Bytes section) {
  section.resize(section.size() - 4);
  base::ByteWriter w(std::move(section));
  w.u32(crc32(w.span()));
  return w.take();
}

TEST(PsiTest, CrcIsTheOneOfTheStandard) {
  EXPECT_EQ(crc32(base::as_bytes("123456789")), 0x0376E6E7u);  // CRC-32/MPEG-2 check value
}

TEST(PsiTest, TablesAreReadBack) {
  const Pat pat = {.version = 3, .programs = {{1, 0x1000}, {2, 0x1001}}};
  const auto read = parse_pat(write_pat(pat));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->version, 3);
  ASSERT_EQ(read->programs.size(), 2u);
  EXPECT_EQ(read->programs[1].number, 2);
  EXPECT_EQ(read->programs[1].pmt_pid, 0x1001);

  const auto map = parse_pmt(write_pmt(kMap));
  ASSERT_TRUE(map.has_value()) << map.error().message;
  EXPECT_EQ(map->program, 7);
  EXPECT_EQ(map->version, 5);
  EXPECT_EQ(map->pcr_pid, 0x101);
  ASSERT_EQ(map->streams.size(), 3u);
  EXPECT_EQ(map->streams[1].type, StreamType::kPrivateData);
  EXPECT_EQ(map->streams[1].pid, 0x102);
  EXPECT_EQ(map->streams[1].registration, 0x4F707573u);
  EXPECT_EQ(map->streams[2].registration, 0u);
}

TEST(PsiTest, EveryFlippedBitAndEveryTruncationIsNoticed) {
  const base::Bytes section = write_pmt(kMap);
  for (std::size_t bit = 0; bit < section.size() * 8; ++bit) {
    base::Bytes flipped = section;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
    // The four bits above the length are reserved and inside the CRC as well.
    EXPECT_FALSE(parse_pmt(flipped).has_value()) << bit;
  }
  for (std::size_t length = 0; length < section.size(); ++length) {
    EXPECT_FALSE(parse_pmt(base::ByteSpan(section).first(length)).has_value());
  }
}

TEST(PsiTest, HostileLengthsInsideAValidCrcAreRefused) {
  base::Bytes program_info = write_pmt(kMap);
  program_info[10] = 0xFF;  // program_info_length beyond the section
  program_info[11] = 0xFF;
  EXPECT_EQ(parse_pmt(resealed(program_info)).error().code, base::ErrorCode::kMalformed);
  base::Bytes es_info = write_pmt({.streams = {{StreamType::kH264, 0x101, 0}}});
  es_info[es_info.size() - 5] = 9;
  EXPECT_EQ(parse_pmt(resealed(es_info)).error().code, base::ErrorCode::kMalformed);
  base::Bytes pat = write_pat({.version = 0, .programs = {{1, 0x1000}}});
  pat[2] = static_cast<std::uint8_t>(pat[2] + 1);
  pat.insert(pat.end() - 4, 0);
  EXPECT_EQ(parse_pat(resealed(pat)).error().code, base::ErrorCode::kMalformed);
  base::Bytes next = write_pat({.version = 0, .programs = {{1, 0x1000}}});
  next[5] = static_cast<std::uint8_t>(next[5] & 0xFE);  // not yet applicable
  EXPECT_EQ(parse_pat(resealed(next)).error().code, base::ErrorCode::kUnsupported);
}

TEST(SectionAssemblerTest, FindsSectionsHoweverPacketsCutThem) {
  Pat large;
  for (std::uint16_t i = 1; i <= 100; ++i) large.programs.push_back({i, i});
  const base::Bytes first = write_pat(large);
  const base::Bytes second = write_pat({.version = 1, .programs = {{1, 2}}});
  for (std::size_t cut = 0; cut <= first.size(); ++cut) {
    SectionAssembler assembler;
    std::vector<base::Bytes> sections;
    const auto sink = [&](base::ByteSpan s) { sections.emplace_back(s.begin(), s.end()); };
    base::Bytes opening = {0};
    opening.insert(opening.end(), first.begin(), first.begin() + static_cast<std::ptrdiff_t>(cut));
    assembler.push(opening, true, sink);
    // The rest of the first section stands in front of where the pointer says.
    const std::size_t rest = std::min<std::size_t>(first.size() - cut, 255);
    const std::size_t middle = first.size() - cut - rest;
    assembler.push(base::ByteSpan(first).subspan(cut, middle), false, sink);
    base::Bytes closing = {static_cast<std::uint8_t>(rest)};
    closing.insert(closing.end(), first.end() - static_cast<std::ptrdiff_t>(rest), first.end());
    closing.insert(closing.end(), second.begin(), second.end());
    closing.resize(closing.size() + 20, 0xFF);
    assembler.push(closing, true, sink);
    EXPECT_THAT(sections, ElementsAre(first, second)) << cut;
  }
}

TEST(SectionAssemblerTest, ForgetsWhatHasNoBeginningOrIsTooLarge) {
  SectionAssembler assembler;
  std::vector<base::Bytes> sections;
  const auto sink = [&](base::ByteSpan s) { sections.emplace_back(s.begin(), s.end()); };
  const base::Bytes section = write_pat({.version = 0, .programs = {{1, 2}}});
  assembler.push(section, false, sink);
  assembler.push({}, true, sink);
  assembler.push(base::Bytes{9, 0, 0}, true, sink);  // pointer past the end
  assembler.push(base::Bytes{0, 0, 0xBF, 0xFF, 0, 0}, true, sink);
  EXPECT_THAT(sections, IsEmpty());
}

}  // namespace
}  // namespace media::mpegts
