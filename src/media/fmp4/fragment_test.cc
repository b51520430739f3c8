#include "media/fmp4/fragment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/ffprobe_test_support.h"
#include "media/fmp4/init.h"
#include "media/footage_test_support.h"

namespace media::fmp4 {
namespace {

using ::testing::ElementsAre;

struct ParsedBox {
  std::string type;
  base::ByteSpan body;
};

// The boxes of one level. Every size has to fit exactly.
std::vector<ParsedBox> boxes(base::ByteSpan data) {
  std::vector<ParsedBox> result;
  base::ByteReader reader(data);
  while (!reader.at_end()) {
    const std::uint32_t size = reader.u32();
    const std::string type(reader.text(4));
    const base::ByteSpan body = reader.bytes(size - 8);
    if (!reader.ok()) {
      ADD_FAILURE() << "box " << type << " of " << size << " bytes does not fit";
      break;
    }
    result.push_back({type, body});
  }
  return result;
}

std::vector<std::string> types(base::ByteSpan data) {
  std::vector<std::string> result;
  for (const ParsedBox& box : boxes(data)) result.push_back(box.type);
  return result;
}

base::ByteSpan find(base::ByteSpan data, std::string_view type, std::size_t nth = 0) {
  for (const ParsedBox& box : boxes(data)) {
    if (box.type == type && nth-- == 0) return box.body;
  }
  ADD_FAILURE() << "no box " << type;
  return {};
}

Id3Cue cue(std::uint32_t id, Ticks time, std::string_view tag) {
  return {id, time, base::Slice::unowned(tag)};
}

TEST(FragmentTest, HasTheBoxesInTheOrderOfACmafChunk) {
  const footage::Clip video = footage::clip(Codec::kH264);
  const TrackSamples tracks[] = {{&video.track, video.samples}};
  const Id3Cue cues[] = {cue(1, 0, "ID3")};
  const base::Bytes bare = write_fragment({.sequence_number = 5, .tracks = tracks});
  EXPECT_THAT(types(bare), ElementsAre("moof", "mdat"));
  const base::Bytes full = write_fragment({.sequence_number = 5,
                                           .tracks = tracks,
                                           .cues = cues,
                                           .segment_type = SegmentType::kWrite,
                                           .producer_time = base::WallTime{}});
  EXPECT_THAT(types(full), ElementsAre("styp", "prft", "emsg", "emsg", "moof", "mdat"));
  EXPECT_EQ(full.size(), full.capacity());  // the size was known beforehand
  base::ByteReader mfhd(find(find(full, "moof"), "mfhd"));
  EXPECT_EQ(mfhd.u32(), 0u);
  EXPECT_EQ(mfhd.u32(), 5u);
}

TEST(FragmentTest, LeavesOutTracksWithoutSamplesButKeepsTheNumbers) {
  const footage::Clip video = footage::clip(Codec::kH264);
  const footage::Clip audio = footage::clip(Codec::kAac);
  const TrackSamples tracks[] = {{&video.track, {}}, {&audio.track, audio.samples}};
  const base::Bytes fragment = write_fragment({.sequence_number = 1, .tracks = tracks});
  const base::ByteSpan moof = find(fragment, "moof");
  EXPECT_THAT(types(moof), ElementsAre("mfhd", "traf"));
  base::ByteReader tfhd(find(find(moof, "traf"), "tfhd"));
  EXPECT_EQ(tfhd.u32(), 0x020020u);
  EXPECT_EQ(tfhd.u32(), 2u);
}

TEST(FragmentTest, DataOffsetsPointAtEachTracksFirstSample) {
  const footage::Clip video = footage::clip(Codec::kH264);
  const footage::Clip audio = footage::clip(Codec::kAac);
  const TrackSamples tracks[] = {{&video.track, video.samples}, {&audio.track, audio.samples}};
  const Id3Cue cues[] = {cue(1, 0, "ID3")};
  const base::Bytes fragment =
      write_fragment({.sequence_number = 1, .tracks = tracks, .cues = cues});
  const std::size_t moof_start = base::as_text(fragment).find("moof") - 4;
  const base::ByteSpan moof = find(fragment, "moof");
  for (std::size_t i = 0; i < 2; ++i) {
    base::ByteReader trun(find(find(moof, "traf", i), "trun"));
    EXPECT_EQ(trun.u8(), 1);  // signed composition offsets
    trun.skip(3);
    EXPECT_EQ(trun.u32(), tracks[i].samples.size());
    const base::ByteSpan expected = tracks[i].samples.front().data.span();
    const base::ByteSpan at =
        base::ByteSpan(fragment).subspan(moof_start + trun.u32(), expected.size());
    EXPECT_TRUE(std::ranges::equal(at, expected));
  }
}

TEST(FragmentTest, CarriesTimesBeyond33Bits) {
  const Ticks start = (Ticks{1} << 33) * 5 + 12'345;
  const footage::Clip video = footage::repeated(footage::clip(Codec::kH264), 1, start);
  const TrackSamples tracks[] = {{&video.track, video.samples}};
  base::Bytes file = write_init_segment({&video.track, 1});
  const base::Bytes fragment = write_fragment({.sequence_number = 1, .tracks = tracks});
  file.insert(file.end(), fragment.begin(), fragment.end());
  const std::vector<ffprobe::Packet> packets = ffprobe::packets(file);
  ASSERT_EQ(packets.size(), video.samples.size());
  EXPECT_EQ(packets.front().dts, start);
  EXPECT_EQ(packets.front().pts, video.samples.front().pts);
}

TEST(FragmentTest, KeepsPresentationTimesBelowDecodingTimes) {
  footage::Clip video = footage::clip(Codec::kHevc);
  for (Sample& sample : video.samples) {
    sample.dts += 9000;
    sample.pts += 9000 - 1500;
  }
  const TrackSamples tracks[] = {{&video.track, video.samples}};
  const base::Bytes fragment = write_fragment({.sequence_number = 1, .tracks = tracks});
  base::ByteReader trun(find(find(find(fragment, "moof"), "traf"), "trun"));
  trun.skip(12 + 12);
  EXPECT_EQ(static_cast<std::int32_t>(trun.u32()), -1500);
}

TEST(FragmentTest, DurationsFollowTheDtsSoThatNoErrorAddsUp) {
  footage::Clip video = footage::clip(Codec::kHevc);
  video.samples.resize(3);
  video.samples[1].dts = 3100;  // durations still say 3000
  video.samples[2].dts = 6050;
  video.samples[2].duration = 2900;
  const TrackSamples tracks[] = {{&video.track, video.samples}};
  const base::Bytes fragment = write_fragment({.sequence_number = 1, .tracks = tracks});
  base::ByteReader trun(find(find(find(fragment, "moof"), "traf"), "trun"));
  trun.skip(12);
  for (const std::uint32_t expected : {3100u, 2950u, 2900u}) {
    EXPECT_EQ(trun.u32(), expected);
    trun.skip(12);
  }
  EXPECT_TRUE(trun.at_end());
}

TEST(FragmentTest, WritesEachCueInBothFormsOfEmsg) {
  // Nothing is shown before the keyframe, and that two frames after its dts.
  const footage::Clip video = footage::repeated(footage::clip(Codec::kH264), 1, 900'000);
  const TrackSamples tracks[] = {{&video.track, video.samples}};
  const Ticks earliest = 900'000 + 6000;
  const Id3Cue cues[] = {cue(77, earliest + 4500, "ID3 one"), cue(78, 0, "ID3 two")};
  const base::Bytes fragment =
      write_fragment({.sequence_number = 1, .tracks = tracks, .cues = cues});

  base::ByteReader v0(find(fragment, "emsg", 0));
  EXPECT_EQ(v0.u32(), 0u);  // version and flags
  EXPECT_EQ(v0.text(15), std::string_view("urn:twitch:id3\0", 15));
  EXPECT_EQ(v0.u8(), 0);
  EXPECT_EQ(v0.u32(), 90'000u);
  EXPECT_EQ(v0.u32(), 4500u);
  EXPECT_EQ(v0.u32(), 0xFFFFFFFFu);
  EXPECT_EQ(v0.u32(), 77u);
  EXPECT_EQ(base::as_text(v0.rest()), "ID3 one");

  base::ByteReader v1(find(fragment, "emsg", 1));
  EXPECT_EQ(v1.u32(), 0x01000000u);
  EXPECT_EQ(v1.u32(), 90'000u);
  EXPECT_EQ(v1.u64(), static_cast<std::uint64_t>(earliest + 4500));
  EXPECT_EQ(v1.u32(), 0xFFFFFFFFu);
  EXPECT_EQ(v1.u32(), 77u);
  EXPECT_EQ(v1.text(29), std::string_view("https://aomedia.org/emsg/ID3\0", 29));
  EXPECT_EQ(v1.u8(), 0);
  EXPECT_EQ(base::as_text(v1.rest()), "ID3 one");

  base::ByteReader late(find(fragment, "emsg", 2));  // a cue from before the fragment: at once
  late.skip(4 + 16 + 4);
  EXPECT_EQ(late.u32(), 0u);
}

TEST(FragmentTest, CueTimesAreInTheTracksOwnScaleForAudioOnly) {
  const footage::Clip audio = footage::repeated(footage::clip(Codec::kAac), 1, 96'000);
  const TrackSamples tracks[] = {{&audio.track, audio.samples}};
  const Id3Cue cues[] = {cue(1, 90'000 * 2 + 45'000, "ID3")};
  const base::Bytes fragment =
      write_fragment({.sequence_number = 1, .tracks = tracks, .cues = cues});
  base::ByteReader v0(find(fragment, "emsg", 0));
  v0.skip(4 + 16);
  EXPECT_EQ(v0.u32(), 48'000u);
  EXPECT_EQ(v0.u32(), 24'000u);
  base::ByteReader v1(find(fragment, "emsg", 1));
  v1.skip(4);
  EXPECT_EQ(v1.u32(), 48'000u);
  EXPECT_EQ(v1.u64(), 96'000u + 24'000u);
}

TEST(FragmentTest, ProducerTimeIsNtpOfTheFirstSample) {
  const footage::Clip video = footage::clip(Codec::kH264);
  const TrackSamples tracks[] = {{&video.track, video.samples}};
  const base::WallTime time{std::chrono::microseconds(1'700'000'000'500'000)};
  const base::Bytes fragment =
      write_fragment({.sequence_number = 1, .tracks = tracks, .producer_time = time});
  base::ByteReader prft(find(fragment, "prft"));
  EXPECT_EQ(prft.u32(), 0x01000008u);
  EXPECT_EQ(prft.u32(), 1u);
  EXPECT_EQ(prft.u32(), 1'700'000'000u + 2'208'988'800u);
  EXPECT_EQ(prft.u32(), 0x80000000u);
  EXPECT_EQ(prft.u64(), 6000u);
  EXPECT_TRUE(prft.at_end());
}

TEST(FragmentTest, ARunOfPartsReadsLikeOneFile) {
  const footage::Clip video = footage::repeated(footage::clip(Codec::kH264), 4);
  const footage::Clip audio = footage::repeated(footage::clip(Codec::kAac), 3);
  const std::vector<Track> tracks = {video.track, audio.track};
  base::Bytes file = write_init_segment(tracks);
  std::uint32_t number = 0;
  for (std::size_t v = 0, a = 0; v < video.samples.size(); v += 6, a += 7) {
    const TrackSamples part[] = {
        {&video.track, std::span(video.samples).subspan(v, 6)},
        {&audio.track, std::span(audio.samples).subspan(a, std::min<std::size_t>(7, 60 - a))}};
    const base::Bytes fragment = write_fragment({.sequence_number = ++number, .tracks = part});
    file.insert(file.end(), fragment.begin(), fragment.end());
  }
  std::vector<ffprobe::Packet> read[2];
  for (const ffprobe::Packet& packet : ffprobe::packets(file)) {
    read[packet.stream].push_back(packet);
  }
  ASSERT_EQ(read[0].size(), video.samples.size());
  for (std::size_t i = 0; i < read[0].size(); ++i) {
    EXPECT_EQ(read[0][i].pts, video.samples[i].pts);
    EXPECT_EQ(read[0][i].dts, video.samples[i].dts);
    EXPECT_EQ(read[0][i].keyframe, video.samples[i].keyframe);
  }
  ASSERT_EQ(read[1].size(), 56u);
  for (std::size_t i = 0; i < read[1].size(); ++i) {
    EXPECT_EQ(read[1][i].pts, audio.samples[i].pts);
  }
}

}  // namespace
}  // namespace media::fmp4
