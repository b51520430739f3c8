// MP3, Opus and FLAC.
#include <gtest/gtest.h>

#include <string>

#include "media/codec/flac.h"
#include "media/codec/hex_test_support.h"
#include "media/codec/mp3.h"
#include "media/codec/opus.h"
#include "media/codec/track_config.h"

namespace media {
namespace {

using namespace media::testing;

TEST(Mp3, ReadsFrameHeaders) {
  struct Row {
    std::string_view hex;
    std::uint32_t rate, channels, samples, bitrate;
    std::size_t size;
  };
  for (const Row& row : {Row{"fffb50c4", 44'100, 1, 1152, 64'000, 208},  // libmp3lame
                         Row{"fffb52c4", 44'100, 1, 1152, 64'000, 209},  // the same, padded
                         Row{"fffbe444", 48'000, 2, 1152, 320'000, 960},
                         Row{"fff380c4", 22'050, 1, 576, 64'000, 208},  // MPEG-2
                         Row{"ffe388c4", 8'000, 1, 576, 64'000, 576},   // MPEG-2.5
                         Row{"fffb04c4", 48'000, 1, 1152, 0, 0}}) {     // free format
    const auto header = mp3::parse_header(from_hex(row.hex));
    ASSERT_TRUE(header) << row.hex;
    EXPECT_EQ(header->sample_rate, row.rate) << row.hex;
    EXPECT_EQ(header->channels, row.channels) << row.hex;
    EXPECT_EQ(header->frame_samples, row.samples) << row.hex;
    EXPECT_EQ(header->bitrate, row.bitrate) << row.hex;
    EXPECT_EQ(header->frame_size, row.size) << row.hex;
  }
  for (const std::string_view bad :
       {"", "fffb50", "00fb50c4", "ffeb50c4", "fffbf0c4", "fffb5cc4", "fff950c4"}) {
    EXPECT_FALSE(mp3::parse_header(from_hex(bad))) << bad;
  }
  EXPECT_EQ(mp3::parse_header(from_hex("fffd50c4")).error().code, base::ErrorCode::kUnsupported);
  const Track track = mp3::make_track(*mp3::parse_header(from_hex("fffb50c4")));
  EXPECT_EQ(track.codec_string, "mp4a.40.34");
  EXPECT_EQ(track.timescale, 44'100U);
  EXPECT_TRUE(track.config.empty());
}

constexpr std::string_view kDops = "000101380000bb80000000";
constexpr std::string_view kOpusHead = "4f707573486561640101380180bb0000000000";

TEST(Opus, ConvertsHeadersBothWays) {
  EXPECT_EQ(base::to_hex(opus::dops_from_head(from_hex(kOpusHead)).value()), kDops);
  EXPECT_EQ(base::to_hex(opus::head_from_dops(from_hex(kDops)).value()), kOpusHead);
  const std::string surround = "000601380000bb80000001 04 02 000401020305";
  const auto head = opus::head_from_dops(from_hex(surround));
  ASSERT_TRUE(head);
  EXPECT_EQ(base::to_hex(opus::dops_from_head(*head).value()), base::to_hex(from_hex(surround)));
  const base::Bytes whole = *head;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(opus::dops_from_head(base::ByteSpan(whole).first(size))) << size;
  }
  EXPECT_FALSE(opus::head_from_dops(from_hex("010101380000bb80000000")));  // version
  EXPECT_FALSE(opus::head_from_dops(from_hex("000001380000bb80000000")));  // no channel
  EXPECT_FALSE(opus::head_from_dops(from_hex("000301380000bb80000000")));  // 3 in family 0
}

TEST(Opus, DescribesEveryForm) {
  for (const std::string_view hex : {kDops, kOpusHead}) {
    const auto track = make_track(Codec::kOpus, slice_of(hex));
    ASSERT_TRUE(track);
    EXPECT_EQ(base::to_hex(track->config.span()), kDops);
    EXPECT_EQ(track->codec_string, "opus");
    EXPECT_EQ(track->audio,
              (AudioFormat{.sample_rate = 48'000, .channels = 1, .frame_samples = 0}));
  }
  const auto silent = make_track(Codec::kOpus, {});
  ASSERT_TRUE(silent);
  EXPECT_EQ(silent->audio.channels, 2U);
}

TEST(Opus, CountsSamplesOfPackets) {
  struct Row {
    std::string_view hex;
    std::uint32_t samples;
  };
  for (const Row& row :
       {Row{"f8b4", 960}, Row{"f9b4", 1920}, Row{"fab4", 1920}, Row{"fb03", 2880}, Row{"00", 480},
        Row{"18", 2880}, Row{"60", 480}, Row{"78", 960}, Row{"80", 120}, Row{"fb06", 5760}}) {
    EXPECT_EQ(opus::packet_samples(from_hex(row.hex)).value(), row.samples) << row.hex;
  }
  for (const std::string_view bad : {"", "fb", "fb00", "fb07", "1b3f"}) {
    EXPECT_FALSE(opus::packet_samples(from_hex(bad))) << bad;
  }
}

constexpr std::string_view kStreamInfo =  // ffmpeg: 44.1 kHz, mono, blocks of 4608
    "120012000 0047e0004da0ac440f00000227464b80e4dc9c9bd5ca308a6942a1c06ec";

TEST(Flac, DescribesEveryForm) {
  const std::string info = base::to_hex(from_hex(kStreamInfo));
  const std::string block = "80000022" + info;
  for (const std::string& hex :
       {info, block, "664c6143" + block, "664c614300000022" + info + "8400000400000000"}) {
    const auto track = make_track(Codec::kFlac, slice_of(hex));
    ASSERT_TRUE(track) << hex << track.error().message;
    EXPECT_EQ(base::to_hex(track->config.span()), block);
    EXPECT_EQ(track->codec_string, "fLaC");
    EXPECT_EQ(track->timescale, 44'100U);
    EXPECT_EQ(track->audio,
              (AudioFormat{.sample_rate = 44'100, .channels = 1, .frame_samples = 4608}));
  }
  const base::Bytes whole = from_hex(block);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (size == 34) continue;  // the size of a bare STREAMINFO, which then says nonsense
    EXPECT_FALSE(flac::make_track(base::Slice::copy_of(base::ByteSpan(whole).first(size)))) << size;
  }
  EXPECT_FALSE(make_track(Codec::kFlac, slice_of("84000022" + info)));
}

TEST(Flac, ReadsBlockSizes) {
  struct Row {
    std::string_view hex;
    std::uint32_t samples;
  };
  for (const Row& row :
       {Row{"fff8590800 3c", 4608}, Row{"fff8190800", 192}, Row{"fff86908 05 7f", 128},
        Row{"fff87908 05 0fff", 4096}, Row{"fff9c908 c280", 4096}, Row{"fff8f908 00", 32'768}}) {
    EXPECT_EQ(flac::frame_samples(from_hex(row.hex)).value(), row.samples) << row.hex;
  }
  for (const std::string_view bad :
       {"", "fff85908", "fff8090800", "00f8590800", "fff8790805ff", "fff8590880", "fff85908ff"}) {
    EXPECT_FALSE(flac::frame_samples(from_hex(bad))) << bad;
  }
}

}  // namespace
}  // namespace media
