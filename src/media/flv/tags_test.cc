#include "media/flv/tags.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "media/codec/hex_test_support.h"
#include "media/flv/tag_writer.h"

namespace media::flv {
namespace {

using namespace media::testing;
using Kind = TagEvent::Kind;

base::Expected<void> parse(TrackKind kind, base::ByteSpan body, std::vector<TagEvent>& events) {
  return kind == TrackKind::kVideo ? parse_video(body, events) : parse_audio(body, events);
}

/// Events as text: kind, codec, track, flags, times and bytes.
std::string describe(TrackKind kind, base::ByteSpan body) {
  std::vector<TagEvent> events;
  const auto parsed = parse(kind, body, events);
  if (!parsed) return std::string(base::to_string(parsed.error().code));
  std::string out;
  for (const TagEvent& event : events) {
    static constexpr std::string_view kNames[] = {"config", "tsconfig", "frame", "end"};
    if (!out.empty()) out += "; ";
    out += kNames[static_cast<std::size_t>(event.kind)];
    out += " " + std::string(to_string(event.codec)) + " " + std::to_string(event.track_id);
    if (event.kind == Kind::kFrame) {
      out += event.keyframe ? " key" : " inter";
      if (event.composition_offset_ms != 0)
        out += " " + std::to_string(event.composition_offset_ms);
      if (event.nanosecond_offset != 0) out += " +" + std::to_string(event.nanosecond_offset);
    }
    out += " " + base::to_hex(body.subspan(event.offset, event.length));
  }
  return out;
}

struct Row {
  TrackKind kind;
  std::string_view body;
  std::string_view expected;
};

constexpr auto kV = TrackKind::kVideo;
constexpr auto kA = TrackKind::kAudio;

const Row kRows[] = {
    // Classic video
    {kV, "", ""},
    {kV, "1700000000 aabb", "config h264 0 aabb"},
    {kV, "1701000043 aabb", "frame h264 0 key 67 aabb"},
    {kV, "2701ffffd8 aabb", "frame h264 0 inter -40 aabb"},
    {kV, "2701000000", ""},
    {kV, "1702000000", "end h264 0 "},
    {kV, "1702", "end h264 0 "},
    {kV, "5700", ""},
    {kV, "17", "malformed"},
    {kV, "17010000", "malformed"},
    {kV, "1703000000", "malformed"},
    {kV, "22", "unsupported"},
    {kV, "14aa", "unsupported"},
    {kV, "1c00000000", "unsupported"},
    // Classic audio
    {kA, "", ""},
    {kA, "af00 1210", "config aac 0 1210"},
    {kA, "af01 aabb", "frame aac 0 key aabb"},
    {kA, "af01", ""},
    {kA, "2f fffb50", "frame mp3 0 key fffb50"},
    {kA, "af", "malformed"},
    {kA, "af02", "malformed"},
    {kA, "b6", "unsupported"},
    {kA, "06", "unsupported"},
    // Enhanced video
    {kV, "90 68766331 aabb", "config hevc 0 aabb"},
    {kV, "91 68766331 000021 aabb", "frame hevc 0 key 33 aabb"},
    {kV, "a3 68766331 aabb", "frame hevc 0 inter aabb"},
    {kV, "a1 61766331 ffffff aabb", "frame h264 0 inter -1 aabb"},
    {kV, "91 61763031 aabb", "frame av1 0 key aabb"},
    {kV, "a1 76703039 aabb", "frame vp9 0 inter aabb"},
    {kV, "95 61763031 80048100", "tsconfig av1 0 80048100"},
    {kV, "92 61763031", "end av1 0 "},
    {kV, "94 61763031 0200", ""},
    {kV, "d1 00", ""},
    {kV, "91 76766331 aabb", "unsupported"},
    {kV, "91 6d703461 aabb", "unsupported"},  // an audio codec in video
    {kV, "98 61763031", "unsupported"},
    {kV, "90 687663", "malformed"},
    {kV, "91 68766331 0000", "malformed"},
    // ModEx: 1,000 ns before a frame, an unknown modifier, a long one
    {kV, "97 02 0003e8 03 68766331 aabb", "frame hevc 0 key +1000 aabb"},
    {kV, "97 00 55 13 68766331 aabb", "frame hevc 0 key aabb"},
    {kV, "97 02 ffffff 03 68766331 aabb", "frame hevc 0 key +999999 aabb"},
    {kV, "97 02 0003", "malformed"},
    {kV, "97ff0000 55 03 68766331 aa", "frame hevc 0 key aa"},
    // Multitrack
    {kV, "96 00 61766331 02 aabb", "config h264 2 aabb"},
    {kV, "a6 01 61766331 03 000028 aabb", "frame h264 3 inter 40 aabb"},
    {kV, "96 13 61766331 00 000002 aabb 01 000001 cc",
     "frame h264 0 key aabb; frame h264 1 key cc"},
    {kV, "96 20 61766331 00 000002 aabb 68766331 01 000001 cc",
     "config h264 0 aabb; config hevc 1 cc"},
    {kV, "96 13 61766331 00 000003 aabb", "malformed"},
    {kV, "96 16 61766331 00 000002 aabb", "malformed"},
    {kV, "96 30 61766331 00 000002 aabb", "unsupported"},
    {kV, "96 13 61766331", "malformed"},
    // Enhanced audio
    {kA, "90 6d703461 1210", "config aac 0 1210"},
    {kA, "91 2e6d7033 fffb", "frame mp3 0 key fffb"},
    {kA, "90 4f707573", "config opus 0 "},
    {kA, "91 664c6143 fff8", "frame flac 0 key fff8"},
    {kA, "92 6d703461", "end aac 0 "},
    {kA, "94 4f707573 0102", ""},
    {kA, "97 02 000001 01 4f707573 aa", "frame opus 0 key +1 aa"},
    {kA, "95 01 6d703461 01 aabb", "frame aac 1 key aabb"},
    {kA, "91 61632d33 0b77", "unsupported"},
    {kA, "93 6d703461 aa", "unsupported"},
    {kA, "91 61763031 aa", "unsupported"},
};

TEST(Tags, ParseTable) {
  for (const Row& row : kRows) {
    EXPECT_EQ(describe(row.kind, from_hex(row.body)), row.expected) << row.body;
  }
}

TEST(Tags, NameTheCodecTheyRefuse) {
  std::vector<TagEvent> events;
  EXPECT_NE(parse_audio(from_hex("b6"), events).error().message.find("Speex"), std::string::npos);
  EXPECT_NE(parse_video(from_hex("22"), events).error().message.find("Sorenson"),
            std::string::npos);
  EXPECT_NE(parse_audio(from_hex("9161632d330b77"), events).error().message.find("ac-3"),
            std::string::npos);
  // Bytes that are no text are not repeated.
  EXPECT_NE(parse_video(from_hex("91001b0aff"), events).error().message.find("????"),
            std::string::npos);
}

TEST(Tags, EveryTruncationIsHandledAndStaysInside) {
  for (const Row& row : kRows) {
    const base::Bytes body = from_hex(row.body);
    for (std::size_t size = 0; size <= body.size(); ++size) {
      // A copy of the exact size, so that a read past the end is seen by the sanitizer.
      const base::Bytes cut(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size));
      std::vector<TagEvent> events(3);
      if (!parse(row.kind, cut, events)) EXPECT_TRUE(events.empty());
      for (const TagEvent& event : events) EXPECT_LE(event.offset + event.length, size);
    }
  }
}

TEST(Tags, LimitTracksAndModifiers) {
  std::string many = "96 13 61766331";
  for (int i = 0; i < 33; ++i) many += "00 000001 aa";
  EXPECT_EQ(describe(kV, from_hex(many)), "limit");
  std::string modifiers = "97";
  for (int i = 0; i < 20; ++i) modifiers += "0000 17";
  EXPECT_EQ(describe(kV, from_hex(modifiers)), "malformed");
}

TEST(TagWriter, WritesWhatTheParserReads) {
  const base::Bytes payload = from_hex("0102030405");
  for (const Codec codec : {Codec::kH264, Codec::kHevc, Codec::kAv1, Codec::kVp9, Codec::kAac,
                            Codec::kMp3, Codec::kOpus, Codec::kFlac}) {
    for (const TagForm form : {TagForm::kClassic, TagForm::kEnhanced}) {
      for (const std::uint8_t track_id : {std::uint8_t{0}, std::uint8_t{7}}) {
        const TagTarget target{.codec = codec, .form = form, .track_id = track_id};
        if (!is_writable(target)) continue;
        const TrackKind kind = kind_of(codec);
        const std::string id = std::string(to_string(codec)) + " " + std::to_string(track_id);
        const bool classic_mp3 = codec == Codec::kMp3 && form == TagForm::kClassic;
        if (!classic_mp3) {
          EXPECT_EQ(describe(kind, write_config(target, payload)), "config " + id + " 0102030405");
        }
        const bool has_times = codec == Codec::kH264 || codec == Codec::kHevc;
        const bool enhanced = form == TagForm::kEnhanced;
        for (const bool key : {true, false}) {
          for (const std::int32_t offset : {0, 80, -0x800000}) {
            for (const std::uint32_t nanoseconds : {0U, 999'999U}) {
              std::string expected = "frame " + id;
              expected += key || kind == kA ? " key" : " inter";
              if (has_times && offset != 0) expected += " " + std::to_string(offset);
              if (enhanced && nanoseconds != 0) expected += " +" + std::to_string(nanoseconds);
              EXPECT_EQ(describe(kind, write_frame(target, payload,
                                                   {.keyframe = key,
                                                    .composition_offset_ms = offset,
                                                    .nanosecond_offset = nanoseconds})),
                        expected + " 0102030405");
            }
          }
        }
        const base::Bytes end = write_sequence_end(target);
        const bool has_end = enhanced || codec == Codec::kH264;
        EXPECT_EQ(describe(kind, end), has_end ? "end " + id + " " : "");
      }
    }
  }
}

}  // namespace
}  // namespace media::flv
