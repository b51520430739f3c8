#include "media/codec/vp9.h"

#include <fmt/format.h>

#include "media/codec/bit_reader.h"

namespace media::vp9 {

namespace {

constexpr std::size_t kRecordSize = 8;
constexpr std::size_t kFullBoxHeader = 4;
constexpr std::uint32_t kSyncCode = 0x498342;
constexpr std::uint32_t kColorSpaceRgb = 7;

}  // namespace

base::Expected<FrameHeader> parse_frame_header(base::ByteSpan frame) {
  BitReader reader(frame);
  FrameHeader header;
  const std::uint32_t marker = reader.bits(2);
  header.profile = static_cast<std::uint8_t>(reader.bits(1) | reader.bits(1) << 1);
  if (header.profile == 3) reader.skip(1);
  bool good = marker == 2;
  const bool shows_existing = reader.flag();
  if (good && !shows_existing) {
    header.keyframe = !reader.flag();
    reader.skip(2);
    if (header.keyframe) {
      good = reader.bits(24) == kSyncCode;
      if (header.profile >= 2) reader.skip(1);
      const bool full_chroma_profile = header.profile == 1 || header.profile == 3;
      if (reader.bits(3) != kColorSpaceRgb) {
        reader.skip(1);
        if (full_chroma_profile) reader.skip(3);
      } else if (full_chroma_profile) {
        reader.skip(1);
      }
      header.width = reader.bits(16) + 1;
      header.height = reader.bits(16) + 1;
    }
  }
  if (!good || !reader.ok()) {
    return base::fail(base::ErrorCode::kMalformed,
                      fmt::format("VP9 frame of {} bytes has a broken header", frame.size()));
  }
  return header;
}

base::Expected<Track> make_track(const base::Slice& record) {
  base::Slice bare = record;
  // A bare record cannot begin like that: its bit depth would be zero.
  if (record.size() >= kFullBoxHeader + kRecordSize && record.span()[0] == 1 &&
      record.span()[1] == 0 && record.span()[2] == 0) {
    bare = record.sub(kFullBoxHeader);
  }
  base::ByteReader reader(bare.span());
  const std::uint8_t profile = reader.u8();
  const std::uint8_t level = reader.u8();
  const unsigned bit_depth = reader.u8() >> 4;
  reader.skip(3);
  reader.skip(reader.u16());
  if (!reader.ok() || profile > 3 || (bit_depth != 8 && bit_depth != 10 && bit_depth != 12)) {
    return base::fail(base::ErrorCode::kMalformed,
                      fmt::format("VP9 configuration of {} bytes is broken", record.size()));
  }
  Track track;
  track.codec = Codec::kVp9;
  track.config = bare;
  track.codec_string = fmt::format("vp09.{:02}.{:02}.{:02}", profile, level, bit_depth);
  track.video.profile = fmt::format("Profile {}", profile);
  if (level > 0) track.video.level = fmt::format("{}.{}", level / 10, level % 10);
  return track;
}

}  // namespace media::vp9
