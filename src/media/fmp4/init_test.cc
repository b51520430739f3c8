#include "media/fmp4/init.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/ffprobe_test_support.h"
#include "media/fmp4/fragment.h"
#include "media/footage_test_support.h"

namespace media::fmp4 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

base::Bytes whole_file(const std::vector<footage::Clip>& clips) {
  std::vector<Track> tracks;
  std::vector<TrackSamples> samples;
  for (const footage::Clip& clip : clips) tracks.push_back(clip.track);
  for (const footage::Clip& clip : clips) samples.push_back({&clip.track, clip.samples});
  base::Bytes file = write_init_segment(tracks);
  const base::Bytes fragment = write_fragment({.sequence_number = 1, .tracks = samples});
  file.insert(file.end(), fragment.begin(), fragment.end());
  return file;
}

struct Row {
  Codec codec;
  const char* stream;  // what ffprobe must see
};

class EveryCodec : public ::testing::TestWithParam<Row> {};

TEST_P(EveryCodec, IsReadBackByFfprobePacketForPacket) {
  const footage::Clip clip = footage::clip(GetParam().codec);
  const base::Bytes file = whole_file({clip});
  EXPECT_THAT(ffprobe::streams(file), ElementsAre(GetParam().stream));
  const std::vector<ffprobe::Packet> packets = ffprobe::packets(file);
  ASSERT_EQ(packets.size(), clip.samples.size());
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const Sample& sample = clip.samples[i];
    EXPECT_EQ(packets[i], (ffprobe::Packet{.stream = 0,
                                           .pts = sample.pts,
                                           .dts = sample.dts,
                                           .size = sample.data.size(),
                                           .keyframe = sample.keyframe}));
  }
}

TEST_P(EveryCodec, DecodesWithoutAnyComplaint) {
  const footage::Clip clip = footage::clip(GetParam().codec);
  const std::string output =
      ffprobe::run(whole_file({clip}), "-v warning -show_frames -show_entries frame=media_type");
  EXPECT_THAT(output, Not(HasSubstr("rror")));
  EXPECT_THAT(output, Not(HasSubstr("nvalid")));
  EXPECT_THAT(output, HasSubstr("media_type"));
}

INSTANTIATE_TEST_SUITE_P(
    Init, EveryCodec,
    ::testing::Values(Row{Codec::kH264, "h264 64x48"}, Row{Codec::kHevc, "hevc 64x48"},
                      Row{Codec::kAv1, "av1 64x48"}, Row{Codec::kVp9, "vp9 64x48"},
                      Row{Codec::kAac, "aac 48000 2"}, Row{Codec::kMp3, "mp3 48000 1"},
                      Row{Codec::kOpus, "opus 48000 2"}, Row{Codec::kFlac, "flac 48000 1"}),
    [](const auto& test) { return std::string(to_string(test.param.codec)); });

TEST(InitTest, NumbersTracksInTheOrderGiven) {
  const base::Bytes file = whole_file(
      {footage::clip(Codec::kHevc), footage::clip(Codec::kAac), footage::clip(Codec::kH264)});
  EXPECT_THAT(ffprobe::streams(file), ElementsAre("hevc 64x48", "aac 48000 2", "h264 64x48"));
  const std::string ids = ffprobe::run(file, "-v error -show_entries stream=id -of csv=p=0");
  EXPECT_EQ(ids, "0x1\n0x2\n0x3\n");
}

TEST(InitTest, StatesTheBitRateWhereTheEncoderAnnouncedOne) {
  footage::Clip clip = footage::clip(Codec::kAac);
  EXPECT_THAT(std::string(base::as_text(write_init_segment({&clip.track, 1}))),
              Not(HasSubstr("btrt")));
  clip.track.announced_bitrate = 128'000;
  const base::Bytes init = write_init_segment({&clip.track, 1});
  const std::string text(base::as_text(init));
  const std::size_t at = text.find("btrt");
  ASSERT_NE(at, std::string::npos);
  base::ByteReader reader(base::ByteSpan(init).subspan(at + 4));
  EXPECT_EQ(reader.u32(), 0u);
  EXPECT_EQ(reader.u32(), 128'000u);
  EXPECT_EQ(reader.u32(), 128'000u);
}

TEST(InitTest, NeverHasAnEditListAndClaimsCmafForSingleTracksOnly) {
  const Track video = footage::clip(Codec::kH264).track;
  const Track audio = footage::clip(Codec::kAac).track;
  const std::vector<Track> both = {video, audio};
  const std::string muxed(base::as_text(write_init_segment(both)));
  const std::string single(base::as_text(write_init_segment({&video, 1})));
  EXPECT_THAT(muxed, Not(HasSubstr("edts")));
  EXPECT_THAT(muxed, Not(HasSubstr("cmfc")));
  EXPECT_THAT(single, HasSubstr("cmfc"));
  EXPECT_THAT(single, HasSubstr("iso6"));
}

}  // namespace
}  // namespace media::fmp4
