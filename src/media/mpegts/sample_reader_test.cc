#include "media/mpegts/sample_reader.h"

#include <gtest/gtest.h>

#include "media/mpegts/broadcast_test_support.h"
#include "media/mpegts/carried.h"

namespace media::mpegts {
namespace {

using testing::Broadcast;

using Samples = std::vector<std::vector<base::Bytes>>;  // by track

Samples read(std::span<const Track> tracks, base::ByteSpan stream, std::size_t piece) {
  SampleReader reader(tracks);
  std::vector<SampleReader::Read> read;
  while (!stream.empty()) {
    const base::ByteSpan front = stream.first(std::min(piece, stream.size()));
    reader.push(front, read);
    stream = stream.subspan(front.size());
  }
  reader.flush(read);
  Samples samples(tracks.size());
  for (const auto& sample : read) {
    const base::ByteSpan data = sample.data.span();
    samples.at(sample.track).emplace_back(data.begin(), data.end());
  }
  return samples;
}

struct Row {
  Codec video;
  Codec audio;
};

class ReadsBack : public ::testing::TestWithParam<Row> {};

TEST_P(ReadsBack, EverySampleOctetForOctetHoweverTheStreamIsSplit) {
  const std::vector<footage::Clip> clips = {footage::repeated(footage::clip(GetParam().video), 4),
                                            footage::repeated(footage::clip(GetParam().audio), 4)};
  const Broadcast broadcast(clips, 18'000);
  const std::vector<Track> tracks = broadcast.tracks();
  const auto muxer = Muxer::create(tracks);
  ASSERT_TRUE(muxer);
  const base::Bytes stream = mux_all(*muxer, broadcast);
  const Samples samples = read(tracks, stream, stream.size());
  // What a demuxer reads is the same.
  testing::Recorder recorder;
  Demuxer demuxer(recorder);
  demuxer.push(stream);
  demuxer.flush();
  for (std::size_t track = 0; track < clips.size(); ++track) {
    const auto expected =
        recorder.samples_of(std::string(to_string(clips[track].track.codec)) + " 0");
    ASSERT_EQ(samples[track].size(), clips[track].samples.size());
    ASSERT_EQ(expected.size(), clips[track].samples.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(samples[track][i], expected[i].data) << i;
      EXPECT_EQ(samples[track][i].size(),
                carried_size(clips[track].track.codec, clips[track].samples[i].data.span()));
    }
  }
  for (const std::size_t piece : {1u, 7u, 187u, 188u, 189u, 1000u}) {
    EXPECT_EQ(read(tracks, stream, piece), samples) << piece;
  }
}

INSTANTIATE_TEST_SUITE_P(Codecs, ReadsBack,
                         ::testing::Values(Row{Codec::kH264, Codec::kAac},
                                           Row{Codec::kHevc, Codec::kMp3}),
                         [](const auto& test) {
                           return std::string(to_string(test.param.video)) + "_" +
                                  std::string(to_string(test.param.audio));
                         });

TEST(SampleReaderTest, NeedsNoKeyframeAndNoTables) {
  const std::vector<footage::Clip> clips = {footage::clip(Codec::kH264)};
  const Broadcast broadcast(clips, 9'000);
  const auto muxer = Muxer::create(broadcast.tracks());
  const MuxedPart muxed = muxer->mux(broadcast.part(1), {});
  const std::size_t count = broadcast.part(1).tracks[0].samples.size();
  ASSERT_FALSE(broadcast.part(1).tracks[0].samples.front().keyframe);
  EXPECT_EQ(read(broadcast.tracks(), muxed.bytes, 4096)[0].size(), count);
}

TEST(SampleReaderTest, PassesOverWhatItDoesNotKnow) {
  const std::vector<Track> tracks = {footage::clip(Codec::kOpus).track};
  base::Bytes junk(188 * 3, 0x47);
  EXPECT_EQ(read(tracks, junk, 100), Samples(1));
}

}  // namespace
}  // namespace media::mpegts
