#include "media/codec/aac.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "media/codec/hex_test_support.h"

namespace media::aac {
namespace {

using namespace media::testing;

TEST(Aac, DescribesConfigurations) {
  struct Row {
    std::string_view hex;
    std::string codec;
    std::uint32_t rate, channels, frame_samples;
  };
  const Row rows[] = {
      {kAscLcStereo48, "mp4a.40.2", 48'000, 2, 1024},
      {kAscLcStereo44, "mp4a.40.2", 44'100, 2, 1024},
      {"1208", "mp4a.40.2", 44'100, 1, 1024},
      {"1214", "mp4a.40.2", 44'100, 2, 960},
      {"11b0", "mp4a.40.2", 48'000, 6, 1024},
      {"11b8", "mp4a.40.2", 48'000, 8, 1024},
      {"2b118800", "mp4a.40.5", 48'000, 2, 2048},          // explicit SBR, 24 kHz core
      {"eb098800", "mp4a.40.29", 48'000, 2, 2048},         // explicit PS, mono core
      {"131056e598", "mp4a.40.2", 48'000, 2, 2048},        // SBR signalled behind an LC core
      {"13 0856e5 9d4880", "mp4a.40.2", 48'000, 2, 2048},  // SBR and PS behind a mono LC core
      {"1780 5dc010", "mp4a.40.2", 48'000, 2, 1024},       // rate written out (index 15)
  };
  for (const Row& row : rows) {
    const auto track = make_track(slice_of(row.hex));
    ASSERT_TRUE(track) << row.hex << ": " << track.error().message;
    EXPECT_EQ(track->codec_string, row.codec) << row.hex;
    EXPECT_EQ(track->audio.sample_rate, row.rate) << row.hex;
    EXPECT_EQ(track->timescale, row.rate) << row.hex;
    EXPECT_EQ(track->audio.channels, row.channels) << row.hex;
    EXPECT_EQ(track->audio.frame_samples, row.frame_samples) << row.hex;
    EXPECT_EQ(track->codec, Codec::kAac);
  }
}

TEST(Aac, RefusesWhatItCannotCarry) {
  struct Row {
    std::string_view hex;
    base::ErrorCode code;
  };
  const Row rows[] = {
      {"", base::ErrorCode::kMalformed},           {"12", base::ErrorCode::kMalformed},
      {"1690", base::ErrorCode::kMalformed},        // rate index 13
      {"1248", base::ErrorCode::kMalformed},        // channel configuration 9
      {"b990", base::ErrorCode::kUnsupported},      // 23: AAC-LD
      {"f8e6 40", base::ErrorCode::kUnsupported},   // 39: ELD
      {"0190", base::ErrorCode::kUnsupported},      // 0
      {"17ffffff88", base::ErrorCode::kMalformed},  // 16.7 MHz
  };
  for (const Row& row : rows) {
    const auto parsed = parse_config(from_hex(row.hex));
    ASSERT_FALSE(parsed) << row.hex;
    EXPECT_EQ(parsed.error().code, row.code) << row.hex << ": " << parsed.error().message;
  }
}

TEST(Aac, CountsChannelsOfAProgramConfigElement) {
  // LC, 48 kHz, configuration 0; in front a pair and a single, a pair at the back, one LFE.
  const auto parsed = parse_config(from_hex("118004c8050020188000"));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->channels, 6U);
}

// Header as ffmpeg writes it: LC, 44.1 kHz, mono, 266 bytes with the header.
constexpr std::string_view kAdts = "fff15040213ffc";

TEST(Adts, ParsesAndMakesAConfig) {
  const auto header = parse_adts(from_hex(kAdts));
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(header->frame_size, 265U);
  EXPECT_EQ(header->header_size, 7U);
  EXPECT_EQ(header->blocks, 1);
  EXPECT_EQ(base::to_hex(config_of(*header)), "1208");
  for (std::size_t size = 0; size < 7; ++size) {
    EXPECT_FALSE(parse_adts(base::ByteSpan(from_hex(kAdts)).first(size)));
  }
  EXPECT_FALSE(parse_adts(from_hex("fff17440213ffc")));  // rate index 13
  EXPECT_FALSE(parse_adts(from_hex("fff1504000dffc")));  // shorter than its header
  EXPECT_FALSE(parse_adts(from_hex("fff35040213ffc")));  // layer
}

base::Bytes adts_frame(std::uint8_t fill, std::size_t payload) {
  base::Bytes frame = from_hex("fff150400000fc");
  const std::size_t size = payload + 7;
  frame[3] |= static_cast<std::uint8_t>(size >> 11);
  frame[4] = static_cast<std::uint8_t>(size >> 3);
  frame[5] = static_cast<std::uint8_t>((size & 7) << 5 | 0x1F);
  frame.resize(size, fill);
  return frame;
}

std::vector<std::string> split(base::ByteSpan stream, std::size_t at, std::uint64_t& skipped) {
  std::vector<std::string> frames;
  AdtsSplitter splitter;
  const auto sink = [&frames](const AdtsHeader&, base::ByteSpan payload) {
    frames.push_back(base::to_hex(payload));
  };
  splitter.push(stream.first(at), sink);
  splitter.push(stream.subspan(at), sink);
  EXPECT_LE(splitter.pending(), 8191U + 7U);
  skipped = splitter.skipped();
  return frames;
}

TEST(AdtsSplitter, SplitsTheSameHoweverItArrives) {
  base::Bytes stream = adts_frame(1, 3);
  for (const base::Bytes& piece :
       {adts_frame(2, 5), from_hex("ffffff00fff1"), adts_frame(3, 2), adts_frame(4, 9)}) {
    stream.insert(stream.end(), piece.begin(), piece.end());
  }
  const std::vector<std::string> expected = {"010101", "0202020202", "0303", "040404040404040404"};
  for (std::size_t at = 0; at <= stream.size(); ++at) {
    std::uint64_t skipped = 0;
    EXPECT_EQ(split(stream, at, skipped), expected) << at;
    EXPECT_EQ(skipped, 6U) << at;
  }
}

}  // namespace
}  // namespace media::aac
