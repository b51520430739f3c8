#include "media/id3.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace media {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

base::Bytes bytes(std::string_view text) {
  const base::ByteSpan view = base::as_bytes(text);
  return {view.begin(), view.end()};
}

// A version 2.`version` tag around finished frames.
base::Bytes tag(std::uint8_t version, std::uint8_t flags, std::string_view body) {
  base::ByteWriter w;
  w.text("ID3");
  w.u8(version);
  w.u8(0);
  w.u8(flags);
  w.u16(0);
  w.u8(static_cast<std::uint8_t>(body.size() >> 7));
  w.u8(static_cast<std::uint8_t>(body.size() & 0x7F));
  w.text(body);
  return w.take();
}

using namespace std::string_view_literals;

TEST(Id3Test, WritesTextFramesToTheByte) {
  EXPECT_EQ(write_id3_text("d", "v\xC3\xA9"), bytes("ID3\x04\x00\x00\x00\x00\x00\x10"
                                                    "TXXX\x00\x00\x00\x06\x00\x00\x03"
                                                    "d\x00v\xC3\xA9"sv));
}

TEST(Id3Test, WritesPrivateFramesToTheByte) {
  EXPECT_EQ(write_id3_private("o", "\x00\xFF"sv), bytes("ID3\x04\x00\x00\x00\x00\x00\x0E"
                                                        "PRIV\x00\x00\x00\x04\x00\x00"
                                                        "o\x00\x00\xFF"sv));
}

TEST(Id3Test, SizesAreSynchsafe) {
  const base::Bytes written = write_id3_private("o", std::string(16'384 + 200, 'x'));
  // 16,586 bytes of body in 7-bit digits: 1 * 16384 + 1 * 128 + 74.
  EXPECT_THAT(std::vector(written.begin() + 14, written.begin() + 18), ElementsAre(0, 1, 1, 74));
  EXPECT_THAT(std::vector(written.begin() + 6, written.begin() + 10), ElementsAre(0, 1, 1, 84));
}

TEST(Id3Test, ReadsBackWhatItWrites) {
  const std::vector<Id3Frame> frames = {
      {Id3Frame::Kind::kText, "segmentmetadata", R"({"cmd":"ld_lat_data"})"},
      {Id3Frame::Kind::kPrivate, "metadata.live-video.net", std::string("a\0b\xFF", 4)},
      {Id3Frame::Kind::kText, "", "\xE2\x80\x99 \xF0\x9F\x98\x80"},
      {Id3Frame::Kind::kPrivate, "empty", ""},
      {Id3Frame::Kind::kText, "", std::string(20'000, 'z')},
  };
  const base::Bytes written = write_id3(frames);
  const auto read = read_id3(written);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(*read, frames);
}

TEST(Id3Test, NamesEndAtTheirFirstZero) {
  const auto read = read_id3(write_id3_private("own\0er"sv, "p"));
  ASSERT_TRUE(read.has_value());
  EXPECT_THAT(*read, ElementsAre(Id3Frame{Id3Frame::Kind::kPrivate, "own", "p"}));
}

TEST(Id3Test, EveryTruncationIsRefused) {
  const base::Bytes written = write_id3_text("description", "value");
  for (std::size_t length = 0; length < written.size(); ++length) {
    EXPECT_FALSE(read_id3(base::ByteSpan(written).first(length)).has_value()) << length;
  }
}

TEST(Id3Test, ReadsTextInAllFourEncodings) {
  const struct {
    std::string_view body;
    std::string_view name, value;
  } rows[] = {
      {"TXXX\0\0\0\x05\0\0\x00\xE9\0\xFCz"sv, "\xC3\xA9", "\xC3\xBCz"},
      {"TXXX\0\0\0\x0B\0\0\x01\xFF\xFE\xE9\0\0\0\xFF\xFE\x3D\xD8"sv, "\xC3\xA9", "\xEF\xBF\xBD"},
      {"TXXX\0\0\0\x0D\0\0\x01\xFE\xFF\0\xE9\0\0\xFE\xFF\xD8\x3D\xDE\0"sv, "\xC3\xA9",
       "\xF0\x9F\x98\x80"},
      {"TXXX\0\0\0\x07\0\0\x02\0a\0\0\xDE\0"sv, "a", "\xEF\xBF\xBD"},
      {"TXXX\0\0\0\x05\0\0\x03\xC3\xA9\0z"sv, "\xC3\xA9", "z"},
      {"TXXX\0\0\0\x04\0\0\x03\xE9\0z"sv, "\xC3\xA9", "z"},  // not UTF-8 after all
      {"TXXX\0\0\0\x04\0\0\x03nov"sv, "nov", ""},            // no terminator
      {"TXXX\0\0\0\x07\0\0\x03"sv
       "d\0v\0xx"sv,
       "d", "v"},  // a second string is not ours
  };
  for (const auto& row : rows) {
    const auto read = read_id3(tag(4, 0, row.body));
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_THAT(*read, ElementsAre(Id3Frame{Id3Frame::Kind::kText, std::string(row.name),
                                            std::string(row.value)}));
  }
}

TEST(Id3Test, ReadsVersion23WithPlainSizesAndItsExtendedHeader) {
  std::string body("\0\0\0\x06\0\0\0\0\0\0"sv);
  body += "PRIV\0\0\0\x82\0\0o\0"sv;
  body += std::string(128, 'x');
  const auto read = read_id3(tag(3, 0x40, body));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_THAT(*read, ElementsAre(Id3Frame{Id3Frame::Kind::kPrivate, "o", std::string(128, 'x')}));
}

TEST(Id3Test, PassesOverPaddingAndOtherFramesAndCodedOnes) {
  const std::string_view body =
      "TIT2\0\0\0\x02\0\0\x03t"
      "PRIV\0\0\0\x03\0\x08o\0z"  // compressed
      "PRIV\0\0\0\x02\0\0ow"      // no terminator
      "TXXX\0\0\0\x02\0\0\x09q"   // no such encoding
      "TXXX\0\0\0\x04\0\0\x03"
      "d\0v"
      "\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv;
  const auto read = read_id3(tag(4, 0, body));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_THAT(*read, ElementsAre(Id3Frame{Id3Frame::Kind::kText, "d", "v"}));
  EXPECT_THAT(read_id3(tag(4, 0, "")).value(), IsEmpty());
}

TEST(Id3Test, RefusesWhatItCannotRead) {
  const auto code = [](const base::Bytes& data) { return read_id3(data).error().code; };
  EXPECT_EQ(code(bytes("TAG")), base::ErrorCode::kMalformed);
  EXPECT_EQ(code(tag(2, 0, "")), base::ErrorCode::kUnsupported);
  EXPECT_EQ(code(tag(4, 0x80, "")), base::ErrorCode::kUnsupported);
  EXPECT_EQ(code(bytes("ID3\4\0\0\x7F\x7F\x7F\x7F"sv)), base::ErrorCode::kLimit);
  EXPECT_EQ(code(bytes("ID3\4\0\0\xFF\0\0\0"sv)), base::ErrorCode::kMalformed);
  EXPECT_EQ(code(tag(4, 0, "PRIV\0\0\0\x09\0\0o\0"sv)), base::ErrorCode::kMalformed);
  EXPECT_EQ(code(tag(4, 0, "PRIV\0\0\0\x80\0\0o\0"sv)), base::ErrorCode::kMalformed);
  EXPECT_EQ(code(tag(4, 0x40, "\x7F\x7F\x7F\x7F"sv)), base::ErrorCode::kMalformed);
  std::string many;
  for (std::size_t i = 0; i <= kMaxId3Frames; ++i) many += "TIT2\0\0\0\x00\0\0"sv;
  EXPECT_EQ(code(tag(4, 0, many)), base::ErrorCode::kLimit);
}

}  // namespace
}  // namespace media
