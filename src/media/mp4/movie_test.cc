#include "media/mp4/movie.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "media/ffprobe_test_support.h"
#include "media/footage_test_support.h"

namespace media::mp4 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Clips in chunks of `chunk` samples, one track's after the other's.
base::Bytes file_of(const std::vector<footage::Clip>& clips, std::size_t chunk) {
  Movie movie;
  base::ByteWriter payload;
  std::vector<std::size_t> next(clips.size());
  for (const footage::Clip& clip : clips) {
    movie.tracks.push_back({{clip.track}, SampleTables(clip.track.timescale)});
  }
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = 0; i < clips.size(); ++i) {
      SampleTables& tables = movie.tracks[i].tables;
      tables.begin_chunk(payload.size(), 0);
      for (std::size_t n = 0; n < chunk && next[i] < clips[i].samples.size(); ++n) {
        const Sample& sample = clips[i].samples[next[i]++];
        EXPECT_TRUE(tables.add(sample.dts, sample.pts,
                               static_cast<std::uint32_t>(sample.data.size()), sample.keyframe));
        payload.bytes(sample.data.span());
        more = true;
      }
    }
  }
  for (std::size_t i = 0; i < clips.size(); ++i) {
    movie.tracks[i].tables.end(clips[i].samples.back().duration);
  }
  movie.created = base::WallTime(std::chrono::seconds(1'700'000'000));
  base::Bytes file = write_movie_head(movie);
  file.insert(file.end(), payload.span().begin(), payload.span().end());
  return file;
}

std::vector<ffprobe::Packet> packets_of(const base::Bytes& file, int stream) {
  std::vector<ffprobe::Packet> packets = ffprobe::packets(file);
  std::erase_if(packets, [&](const ffprobe::Packet& packet) { return packet.stream != stream; });
  return packets;
}

class MovieOf : public ::testing::TestWithParam<Codec> {};

TEST_P(MovieOf, IsReadBackByFfprobeSampleForSample) {
  const footage::Clip clip = footage::repeated(footage::clip(GetParam()), 3, 900);
  for (const std::size_t chunk : {1u, 5u, 1000u}) {
    const base::Bytes file = file_of({clip}, chunk);
    const std::vector<ffprobe::Packet> packets = ffprobe::packets(file);
    ASSERT_EQ(packets.size(), clip.samples.size());
    for (std::size_t i = 0; i < packets.size(); ++i) {
      const Sample& sample = clip.samples[i];
      // The movie begins with its first picture.
      const Ticks shift = std::ranges::min(clip.samples, {}, &Sample::pts).pts;
      EXPECT_EQ(packets[i], (ffprobe::Packet{.stream = 0,
                                             .pts = sample.pts - shift,
                                             .dts = sample.dts - shift,
                                             .size = sample.data.size(),
                                             .keyframe = sample.keyframe}));
    }
  }
}

TEST_P(MovieOf, DecodesWithoutAnyComplaint) {
  const base::Bytes file = file_of({footage::repeated(footage::clip(GetParam()), 2)}, 4);
  const std::string output =
      ffprobe::run(file, "-v warning -show_frames -show_entries frame=media_type");
  EXPECT_THAT(output, Not(HasSubstr("rror")));
  EXPECT_THAT(output, Not(HasSubstr("nvalid")));
  EXPECT_THAT(output, HasSubstr("media_type"));
}

INSTANTIATE_TEST_SUITE_P(Codecs, MovieOf,
                         ::testing::Values(Codec::kH264, Codec::kHevc, Codec::kAac, Codec::kAv1,
                                           Codec::kOpus),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST(MovieTest, KeepsSoundAndPicturesTogether) {
  const footage::Clip video = footage::repeated(footage::clip(Codec::kH264), 3, 90'000);
  // Sound begins 100 ms after the first picture is decoded.
  const footage::Clip audio = footage::repeated(footage::clip(Codec::kAac), 3, 48'000 + 4'800);
  const base::Bytes file = file_of({video, audio}, 6);
  EXPECT_THAT(ffprobe::streams(file), ElementsAre("h264 64x48", "aac 48000 2"));
  const auto pictures = packets_of(file, 0);
  const auto sounds = packets_of(file, 1);
  ASSERT_THAT(pictures, Not(IsEmpty()));
  ASSERT_THAT(sounds, Not(IsEmpty()));
  const double first_picture = static_cast<double>(video.samples[0].pts) / 90'000;
  EXPECT_EQ(std::ranges::min(pictures, {}, &ffprobe::Packet::pts).pts, 0);
  EXPECT_NEAR(static_cast<double>(sounds[0].pts) / 48'000, 1.1 - first_picture, 0.0001);
}

TEST(MovieTest, StatesDurationAndTimeOfCreation) {
  const footage::Clip clip = footage::repeated(footage::clip(Codec::kAac), 4);
  const base::Bytes file = file_of({clip}, 10);
  const std::string output = ffprobe::run(
      file, "-v error -show_entries format=duration:format_tags=creation_time -of csv=p=0");
  const double seconds = static_cast<double>(clip.duration()) / 48'000;
  EXPECT_NEAR(std::stod(output), seconds, 0.002);
  EXPECT_THAT(output, HasSubstr("2023-11-14T22:13:20"));
}

TEST(MovieTest, ChangesTheConfigurationOnTheWay) {
  footage::Clip clip = footage::clip(Codec::kH264);
  Track other = clip.track;
  other.video.width = 32;
  Movie movie;
  movie.tracks.push_back({{clip.track, other}, SampleTables(clip.track.timescale)});
  SampleTables& tables = movie.tracks[0].tables;
  base::ByteWriter payload;
  const footage::Clip twice = footage::repeated(clip, 2);
  for (std::size_t i = 0; i < twice.samples.size(); ++i) {
    if (i % clip.samples.size() == 0) {
      tables.begin_chunk(payload.size(), static_cast<std::uint32_t>(i / clip.samples.size()));
    }
    const Sample& sample = twice.samples[i];
    ASSERT_TRUE(tables.add(sample.dts, sample.pts, static_cast<std::uint32_t>(sample.data.size()),
                           sample.keyframe));
    payload.bytes(sample.data.span());
  }
  tables.end(3'000);
  base::Bytes file = write_movie_head(movie);
  file.insert(file.end(), payload.span().begin(), payload.span().end());
  EXPECT_EQ(ffprobe::packets(file).size(), twice.samples.size());
}

TEST(SampleTablesTest, GapsAndStepsBackDoNotShiftWhatFollows) {
  SampleTables tables(1000);
  tables.begin_chunk(0, 0);
  for (const Ticks dts : {100, 120, 110, 140, 500}) {
    ASSERT_TRUE(tables.add(dts, dts, 1, true));
  }
  tables.end(20);
  EXPECT_EQ(tables.first_dts(), 100);
  EXPECT_EQ(tables.duration(), 420);
  EXPECT_EQ(tables.octets(), 5u);
  base::ByteWriter w;
  (void)tables.write(w);
  EXPECT_LE(w.size(), tables.written_size());
  base::ByteReader stts(w.span());
  stts.skip(16);
  std::vector<std::uint32_t> rows;
  for (int i = 0; i < 10; ++i) rows.push_back(stts.u32());
  EXPECT_THAT(rows, ElementsAre(1, 20, 1, 0, 1, 20, 1, 360, 1, 20));
}

TEST(SampleTablesTest, OffsetsBeyondFourGibibytesAreWritten) {
  SampleTables tables(1000);
  tables.begin_chunk(0, 0);
  ASSERT_TRUE(tables.add(0, 0, 1, true));
  tables.begin_chunk(7, 0);  // stays empty
  tables.begin_chunk(std::uint64_t{5} << 32, 0);
  ASSERT_TRUE(tables.add(1, 1, 1, true));
  tables.begin_chunk(std::uint64_t{6} << 32, 0);
  tables.end(1);
  base::ByteWriter w;
  const auto offsets = tables.write(w);
  SampleTables::shift_offsets(w, offsets, 16);
  base::ByteReader co64(w.span().subspan(offsets.position - 4));
  EXPECT_EQ(co64.u32(), 2u);
  EXPECT_EQ(co64.u64(), 16u);
  EXPECT_EQ(co64.u64(), (std::uint64_t{5} << 32) + 16);
  EXPECT_TRUE(co64.at_end());
}

}  // namespace
}  // namespace media::mp4
