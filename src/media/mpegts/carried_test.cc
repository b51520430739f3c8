#include "media/mpegts/carried.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/mpegts/broadcast_test_support.h"
#include "media/mpegts/demuxer.h"
#include "media/mpegts/muxer.h"

namespace media::mpegts {
namespace {

using testing::Broadcast;
using ::testing::ElementsAreArray;
using testing::Recorder;

constexpr Ticks kPart = 18'000;

base::Slice units(const std::vector<base::Bytes>& nals) {
  base::ByteWriter writer;
  for (const base::Bytes& nal : nals) {
    writer.u32(static_cast<std::uint32_t>(nal.size()));
    writer.bytes(nal);
  }
  return base::Slice::take(writer.take());
}

Recorder through(const std::vector<footage::Clip>& clips) {
  const Broadcast broadcast(clips, kPart);
  const auto muxer = Muxer::create(broadcast.tracks());
  Recorder recorder;
  Demuxer demuxer(recorder);
  demuxer.push(mux_all(*muxer, broadcast));
  demuxer.flush();
  return recorder;
}

std::vector<std::size_t> sizes_of(const Recorder& recorder, const std::string& track) {
  std::vector<std::size_t> sizes;
  for (const auto& sample : recorder.samples_of(track)) sizes.push_back(sample.data.size());
  return sizes;
}

std::vector<std::size_t> carried_sizes(const footage::Clip& clip) {
  std::vector<std::size_t> sizes;
  for (const Sample& sample : clip.samples) {
    const std::size_t size = carried_size(clip.track.codec, sample.data.span());
    if (size > 0) sizes.push_back(size);
  }
  return sizes;
}

class Carried : public ::testing::TestWithParam<Codec> {};

TEST_P(Carried, IsWhatComesOutOfMuxerAndDemuxer) {
  const footage::Clip clip = footage::repeated(footage::clip(GetParam()), 3);
  const Recorder recorder = through({clip});
  const std::string name = std::string(to_string(GetParam())) + " 0";
  EXPECT_THAT(sizes_of(recorder, name), ElementsAreArray(carried_sizes(clip)));
  EXPECT_EQ(carried_sizes(clip).size(), clip.samples.size());
}

INSTANTIATE_TEST_SUITE_P(Codecs, Carried,
                         ::testing::Values(Codec::kH264, Codec::kHevc, Codec::kAac, Codec::kMp3),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST(CarriedTest, SamplesComeBackOctetForOctetWhereNothingIsLeftOut) {
  const footage::Clip video = footage::clip(Codec::kH264);
  const footage::Clip audio = footage::clip(Codec::kAac);
  const Recorder recorder = through({video, audio});
  for (const footage::Clip* clip : {&video, &audio}) {
    const auto back = recorder.samples_of(std::string(to_string(clip->track.codec)) + " 0");
    ASSERT_EQ(back.size(), clip->samples.size());
    for (std::size_t i = 0; i < back.size(); ++i) {
      const base::ByteSpan sent = clip->samples[i].data.span();
      if (carried_size(clip->track.codec, sent) != sent.size()) continue;
      EXPECT_TRUE(std::ranges::equal(back[i].data, sent)) << "sample " << i;
    }
  }
}

// Every strange thing a sample may hold, each between two ordinary samples of the clip.
TEST(CarriedTest, KnowsWhatStaysBehind) {
  const footage::Clip clip = footage::clip(Codec::kH264);
  const base::Bytes slice = {0x41, 0x9A, 0x22, 0x33};
  const std::vector<base::Slice> strange = {
      units({{0x09, 0xF0}, slice}),                         // a delimiter
      units({{0x0C, 0xFF, 0xFF, 0x80}, slice}),             // filler data
      units({{0x67, 0x42, 0xC0, 0x1E}, {0x68, 1}, slice}),  // parameter sets
      units({{0x41, 0x9A, 0x22, 0x00, 0x00}}),              // zeros behind a slice
      units({{0x41, 0x9A, 0x00, 0x00, 0x01, 0x41, 0x07}}),  // a start code inside
      units({{0x41, 0x9A, 0x00, 0x00, 0x01, 0x00, 0x00, 0x01, 0x0C, 0x07}, slice}),
      units({{0x41, 0x9A, 0x00, 0x00, 0x00, 0x01, 0x09, 0x07}, slice}),
      units({{0x06, 0x05, 0x01, 0x00, 0x80}, slice}),  // SEI stays
      units({{0x0A}, slice, {0x0B}}),                  // ends of sequence and stream
      units({{0x06, 0x05, 0x01, 0x00, 0x80}}),         // no picture
      units({{0x09, 0xF0}}),
      units({{0x00, 0x00}, slice}),
      units({{0x00}}),
  };
  for (std::size_t i = 0; i < strange.size(); ++i) {
    footage::Clip with = clip;
    with.samples[3].data = strange[i];
    const Recorder recorder = through({with});
    EXPECT_THAT(sizes_of(recorder, "h264 0"), ElementsAreArray(carried_sizes(with))) << i;
  }
}

TEST(CarriedTest, LeavesOutFramesThatNothingCanFrame) {
  footage::Clip clip = footage::clip(Codec::kAac);
  const base::Bytes large(8185, 0x55);
  const base::Bytes largest(8184, 0x55);
  clip.samples[1].data = base::Slice::copy_of(large);
  clip.samples[2].data = base::Slice::copy_of(largest);
  EXPECT_EQ(carried_size(Codec::kAac, large), 0u);
  EXPECT_EQ(carried_size(Codec::kAac, largest), largest.size());
  EXPECT_THAT(sizes_of(through({clip}), "aac 0"), ElementsAreArray(carried_sizes(clip)));
  EXPECT_EQ(carried_size(Codec::kMp3, base::Bytes{1, 2, 3}), 0u);
  EXPECT_EQ(carried_size(Codec::kOpus, base::Bytes{1, 2, 3}), 0u);
}

}  // namespace
}  // namespace media::mpegts
