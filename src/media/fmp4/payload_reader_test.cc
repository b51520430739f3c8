#include "media/fmp4/payload_reader.h"

#include <gtest/gtest.h>

#include "media/fmp4/fragment.h"
#include "media/footage_test_support.h"

namespace media::fmp4 {
namespace {

base::Bytes all_of(const std::vector<base::Slice>& slices) {
  base::Bytes bytes;
  for (const base::Slice& slice : slices) {
    bytes.insert(bytes.end(), slice.span().begin(), slice.span().end());
  }
  return bytes;
}

struct Segment {
  base::Bytes file;
  base::Bytes payload;
};

Segment segment() {
  const footage::Clip video = footage::clip(Codec::kH264);
  const footage::Clip audio = footage::clip(Codec::kAac);
  Segment made;
  for (std::uint32_t i = 0; i < 3; ++i) {
    const TrackSamples tracks[] = {{&video.track, video.samples}, {&audio.track, audio.samples}};
    const Id3Cue cue{1, 0, base::Slice::unowned("ID3 tag")};
    const base::Bytes fragment =
        write_fragment({.sequence_number = i,
                        .tracks = tracks,
                        .cues = {&cue, 1},
                        .segment_type = i == 0 ? SegmentType::kWrite : SegmentType::kOmit});
    made.file.insert(made.file.end(), fragment.begin(), fragment.end());
    for (const TrackSamples& track : tracks) {
      for (const Sample& sample : track.samples) {
        made.payload.insert(made.payload.end(), sample.data.span().begin(),
                            sample.data.span().end());
      }
    }
  }
  return made;
}

TEST(PayloadReaderTest, GivesTheSamplesHoweverTheSegmentIsSplit) {
  const Segment made = segment();
  for (const std::size_t piece :
       {std::size_t{1}, std::size_t{3}, std::size_t{8}, std::size_t{1000}, made.file.size()}) {
    PayloadReader reader;
    std::vector<base::Slice> out;
    for (std::size_t at = 0; at < made.file.size(); at += piece) {
      const auto part =
          base::ByteSpan(made.file).subspan(at, std::min(piece, made.file.size() - at));
      ASSERT_TRUE(reader.push(base::Slice::copy_of(part), out));
    }
    EXPECT_EQ(all_of(out), made.payload) << piece;
    EXPECT_TRUE(reader.is_between_boxes());
  }
}

TEST(PayloadReaderTest, ReadsSizesOfSixtyFourBits) {
  base::ByteWriter file;
  file.u32(1);
  file.text("mdat");
  file.u64(19);
  file.text("abc");
  file.u32(8);
  file.text("mdat");  // empty
  file.u32(9);
  file.text("mdatd");
  for (const std::size_t piece : {1u, 5u, 100u}) {
    PayloadReader reader;
    std::vector<base::Slice> out;
    for (std::size_t at = 0; at < file.size(); at += piece) {
      const auto part = file.span().subspan(at, std::min(piece, file.size() - at));
      ASSERT_TRUE(reader.push(base::Slice::copy_of(part), out));
    }
    EXPECT_EQ(base::as_text(all_of(out)), "abcd");
    EXPECT_TRUE(reader.is_between_boxes());
  }
}

TEST(PayloadReaderTest, RefusesBoxesThatCannotBe) {
  for (const std::uint32_t size : {0u, 2u, 7u}) {
    base::ByteWriter file;
    file.u32(size);
    file.text("mdat");
    PayloadReader reader;
    std::vector<base::Slice> out;
    EXPECT_FALSE(reader.push(base::Slice::copy_of(file.span()), out));
    EXPECT_FALSE(reader.push(base::Slice::unowned("more"), out));
    EXPECT_TRUE(out.empty());
    EXPECT_FALSE(reader.is_between_boxes());
  }
  base::ByteWriter large;
  large.u32(1);
  large.text("mdat");
  large.u64(15);
  PayloadReader reader;
  std::vector<base::Slice> out;
  EXPECT_FALSE(reader.push(base::Slice::copy_of(large.span()), out));
}

}  // namespace
}  // namespace media::fmp4
