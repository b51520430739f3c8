#include "media/codec/bpm.h"

#include <gtest/gtest.h>

#include "base/rfc3339.h"
#include "media/codec/bpm_test_support.h"
#include "media/codec/hex_test_support.h"

namespace media {
namespace {

using testing::bpm_rendition;
using testing::bpm_session;
using testing::bpm_times;
using testing::from_hex;
using testing::picture_with_sei;
using testing::sei_unit;

constexpr std::string_view kComposed = "2026-05-05T12:00:00.000Z";
constexpr std::string_view kHandedOver = "2026-05-05T12:00:00.085Z";

class Bpm : public ::testing::TestWithParam<Codec> {};

TEST_P(Bpm, ReadsAllThreeMessagesOfAPicture) {
  const auto report =
      read_bpm(GetParam(), picture_with_sei(GetParam(), {bpm_times(kComposed, kHandedOver),
                                                         bpm_session(600, 7, 0x01020304, 590),
                                                         bpm_rendition(600, 10, 590)}));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->composed, base::parse_rfc3339(kComposed));
  EXPECT_EQ(report->interleaved, base::parse_rfc3339(kHandedOver));
  EXPECT_EQ(report->session, (BpmSession{600, 7, 0x01020304, 590}));
  EXPECT_EQ(report->rendition, (BpmRendition{600, 10, 590}));
}

TEST_P(Bpm, ReadsSeveralMessagesOfOneUnitInFrontOfTheSlice) {
  const base::Bytes unit = sei_unit(GetParam(), {from_hex("00112233445566778899aabbccddeeff01"),
                                                 bpm_session(1, 2, 3, 4), bpm_rendition(5, 6, 7)});
  base::ByteWriter out;
  out.u32(static_cast<std::uint32_t>(unit.size()));
  out.bytes(unit);
  out.bytes(picture_with_sei(GetParam(), {}));
  const auto report = read_bpm(GetParam(), out.span());
  ASSERT_TRUE(report);
  EXPECT_EQ(report->session, (BpmSession{1, 2, 3, 4}));
  EXPECT_EQ(report->rendition, (BpmRendition{5, 6, 7}));
  EXPECT_FALSE(report->composed);
}

TEST_P(Bpm, PassesOverWhatIsNotThere) {
  EXPECT_FALSE(read_bpm(GetParam(), picture_with_sei(GetParam(), {})));
  EXPECT_FALSE(read_bpm(GetParam(), {}));
  EXPECT_FALSE(read_bpm(GetParam(), picture_with_sei(GetParam(), {from_hex("0aec")})));
}

// Whatever is cut off: nothing, or the messages before.
TEST_P(Bpm, CutAtEveryOctet) {
  const base::Bytes whole =
      picture_with_sei(GetParam(), {bpm_session(1, 2, 3, 4), bpm_times(kComposed, kHandedOver)});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto report = read_bpm(GetParam(), base::ByteSpan(whole).first(size));
    if (!report) continue;
    EXPECT_EQ(report->session, (BpmSession{1, 2, 3, 4})) << size;
    EXPECT_FALSE(report->composed) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Codecs, Bpm, ::testing::Values(Codec::kH264, Codec::kHevc),
                         [](const auto& one) {
                           return std::string(one.param == Codec::kHevc ? "hevc" : "h264");
                         });

TEST(BpmMessage, MalformedOnesChangeNothing) {
  const base::Bytes good = bpm_session(1, 2, 3, 4);
  BpmReport report;
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(read_bpm_message(base::ByteSpan(good).first(size), report)) << size;
    EXPECT_EQ(report, BpmReport{});
  }
  EXPECT_TRUE(read_bpm_message(good, report));
}

struct TimeRow {
  std::string_view name;
  std::string_view message;  // hex behind the UUID
  bool is_read;
  std::optional<std::int64_t> composed;  // ms since 1970
};

TEST(BpmMessage, Times) {
  // clang-format off
  const TimeRow rows[] = {
      {"text", "00 0101 323032362d30352d30355431323a30303a30302e3030305a 00", true, 1777982400000},
      {"milliseconds", "00 0201 0000019df8a02400", true, 0x19df8a02400},
      {"a difference", "00 0301 0000000000000001", true, std::nullopt},
      {"two", "01 0301 0000000000000001 0201 0000000000000005", true, 5},
      {"another event", "00 0203 0000000000000005", true, std::nullopt},
      {"no time at all", "00 0101 6e6f7700", true, std::nullopt},
      {"beyond all years", "00 0201 7fffffffffffffff", true, std::nullopt},
      {"reserved bits", "f0 0201 0000000000000005", true, 5},
      {"text without end", "00 0101 323032362d30352d3035", false, std::nullopt},
      {"unknown type", "00 0901 00000000", false, std::nullopt},
      {"fewer than told", "01 0201 0000000000000005", false, std::nullopt},
  };
  // clang-format on
  for (const TimeRow& row : rows) {
    base::ByteWriter message(from_hex("0aecffe752724e2fa62fd19cd61a93b5"));
    message.bytes(from_hex(row.message));
    BpmReport report;
    EXPECT_EQ(read_bpm_message(message.span(), report), row.is_read) << row.name;
    std::optional<std::int64_t> composed;
    if (report.composed) composed = report.composed->time_since_epoch().count() / 1000;
    EXPECT_EQ(composed, row.composed) << row.name;
  }
}

TEST(BpmMessage, UnknownCountersArePassedOver) {
  base::ByteWriter message(from_hex("ca60e71c6a8b4388a377151df7bf8ac2"));
  message.bytes(from_hex("00 0204 0000000000000005 01 0900000001 0200000007"));
  BpmReport report;
  EXPECT_TRUE(read_bpm_message(message.span(), report));
  EXPECT_EQ(report.session, (BpmSession{0, 7, 0, 0}));
}

}  // namespace
}  // namespace media
