#include "record/catalog.h"

#include <gtest/gtest.h>

namespace record {
namespace {

Catalog sample() {
  Catalog catalog;
  catalog.recording = "AbCdEf123456";
  catalog.ended = true;
  catalog.duration = 12'345'678;
  for (int r = 0; r < 2; ++r) {
    CatalogRendition rendition;
    rendition.info = {.name = r == 0 ? "720p30" : "audio_only",
                      .width = 1280,
                      .height = 720,
                      .frame_rate = 29.97,
                      .bandwidth = 2'400'000,
                      .codecs = {"avc1.64001F", "mp4a.40.2"}};
    rendition.is_source = r == 0;
    media::Track track;
    track.id = 3;
    track.config = base::Slice::take(std::string("config"));
    track.codec_string = "avc1.64001F";
    track.video.width = 1280;
    track.video.profile = "High";
    rendition.generations.push_back({.container = media::PartContainer::kFmp4,
                                     .init_bytes = 800,
                                     .tracks = {track, media::Track{}}});
    for (std::uint64_t i = 0; i < 40; ++i) {
      CatalogSegment segment;
      segment.number = i + (i > 20 ? 3 : 0);
      segment.position = static_cast<media::Ticks>(i) * 900'000 + 7;
      segment.start = segment.position - 4'000;
      segment.date = base::WallTime(std::chrono::microseconds(1'800'000'000'000'123 + i));
      segment.discontinuity = i % 7 == 0;
      segment.complete = i != 39;
      for (std::uint32_t j = 0; j < 5; ++j) {
        segment.pieces.push_back({.offset = static_cast<std::uint32_t>(segment.bytes),
                                  .length = 1000 * (j + 1),
                                  .duration = 180'000 + j});
        segment.bytes += segment.pieces.back().length;
        segment.duration += segment.pieces.back().duration;
      }
      segment.samples_offset = i * 500;
      segment.samples_length = 500;
      rendition.segments.push_back(std::move(segment));
    }
    catalog.renditions.push_back(std::move(rendition));
  }
  for (std::uint16_t i = 0; i < 70; ++i) {
    catalog.thumbnails.push_back({.position = i * 5'400'000, .width = 1280, .height = i});
  }
  return catalog;
}

TEST(Catalog, ComesBackAsItWas) {
  const Catalog catalog = sample();
  const auto read = parse_catalog(encode_catalog(catalog));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->recording, catalog.recording);
  EXPECT_TRUE(read->ended);
  EXPECT_EQ(read->duration, catalog.duration);
  ASSERT_EQ(read->renditions.size(), 2U);
  for (std::size_t r = 0; r < 2; ++r) {
    const CatalogRendition& one = catalog.renditions[r];
    const CatalogRendition& other = read->renditions[r];
    EXPECT_EQ(other.info.name, one.info.name);
    EXPECT_EQ(other.info.codecs, one.info.codecs);
    EXPECT_EQ(other.info.frame_rate, 29.97);
    EXPECT_EQ(other.is_source, one.is_source);
    EXPECT_EQ(other.generations, one.generations);
    ASSERT_EQ(other.segments.size(), one.segments.size());
    for (std::size_t i = 0; i < one.segments.size(); ++i) {
      EXPECT_EQ(other.segments[i], one.segments[i]) << i;
    }
  }
  ASSERT_EQ(read->thumbnails.size(), 70U);
  EXPECT_EQ(read->thumbnails[69], catalog.thumbnails[69]);
}

TEST(Catalog, BreaksOffNowhereUnnoticed) {
  const base::Bytes data = encode_catalog(sample());
  for (std::size_t i = 0; i < data.size(); ++i) {
    EXPECT_FALSE(parse_catalog(base::ByteSpan(data).first(i))) << i;
  }
  base::Bytes more = data;
  more.push_back(0);
  EXPECT_FALSE(parse_catalog(more));
  base::Bytes later = data;
  later[4] = 2;
  ASSERT_FALSE(parse_catalog(later));
  EXPECT_EQ(parse_catalog(later).error().code, base::ErrorCode::kUnsupported);
}

TEST(Catalog, SamplesComeBackPartByPart) {
  media::RenditionInfo info;
  info.container = media::PartContainer::kFmp4;
  info.tracks.resize(2);
  std::vector<std::vector<media::Sample>> tracks(2);
  for (int i = 0; i < 12; ++i) {
    media::Sample sample;
    sample.dts = 1'000'000 + i * 3000;
    sample.pts = sample.dts + (i % 4 - 1) * 3000;
    sample.duration = i < 6 ? 3000 : 3003;
    sample.keyframe = i == 0;
    sample.data = base::Slice::take(std::string(static_cast<std::size_t>(300 + i), 'x'));
    tracks[0].push_back(sample);
  }
  base::ByteWriter out;
  append_part_samples(out, info, tracks);
  append_part_samples(out, info, std::vector<std::vector<media::Sample>>(2));
  const auto read = parse_samples(out.span());
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2U);
  const TrackTable& table = (*read)[0][0];
  EXPECT_EQ(table.first_dts, 1'000'000);
  ASSERT_EQ(table.samples.size(), 12U);
  EXPECT_EQ(table.samples[0],
            (SampleEntry{.size = 300, .duration = 3000, .composition = -3000, .keyframe = true}));
  EXPECT_EQ(table.samples[11],
            (SampleEntry{.size = 311, .duration = 3003, .composition = 6000, .keyframe = false}));
  EXPECT_TRUE((*read)[1][0].samples.empty());
  EXPECT_FALSE(parse_samples(out.span().first(20)));
}

TEST(ChunkList, CopiesStayAsTheyWere) {
  ChunkList<int> list;
  for (int i = 0; i < 100; ++i) list.push_back(i);
  const ChunkList<int> copy = list;
  list.last() = -1;
  for (int i = 0; i < 50; ++i) list.pop_back();
  for (int i = 0; i < 10; ++i) list.push_back(1000 + i);
  list.drop_front(40);
  ASSERT_EQ(list.size(), 20U);
  EXPECT_EQ(list[0], 40);
  EXPECT_EQ(list[9], 49);
  EXPECT_EQ(list[10], 1000);
  ASSERT_EQ(copy.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(copy[static_cast<std::size_t>(i)], i);
  list.drop_front(20);
  EXPECT_TRUE(list.empty());
  list.push_back(7);
  EXPECT_EQ(list[0], 7);
}

}  // namespace
}  // namespace record
