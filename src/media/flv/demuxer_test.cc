#include "media/flv/demuxer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "media/codec/hex_test_support.h"
#include "media/flv/tag_writer.h"

namespace media::flv {
namespace {

using namespace media::testing;

/// Writes down what comes out, one line a call.
class Recorder : public FlvTrackListener {
 public:
  void on_track(const Track& track) override {
    tracks.push_back(track);
    lines.push_back(
        fmt::format("track {} {} {}", to_string(track.codec), track.id, track.codec_string));
  }
  void on_sample(TrackKind kind, std::uint32_t track_id, Sample sample) override {
    lines.push_back(fmt::format("{} {} {} {}{} {}", kind == TrackKind::kVideo ? "video" : "audio",
                                track_id, sample.dts, sample.pts, sample.keyframe ? " key" : "",
                                base::to_hex(sample.data.span())));
    samples.push_back(std::move(sample));
  }
  void on_metadata(const EncoderMetadata& metadata) override {
    lines.push_back("metadata " + metadata.encoder);
  }
  void on_timed_text(std::int64_t time_us, TimedText text) override {
    lines.push_back(fmt::format("text {} {}", time_us, text.payload));
  }
  void on_captions(std::int64_t time_us, CaptionData captions) override {
    lines.push_back(fmt::format("captions {} {}", time_us, base::to_hex(captions.cc_data.span())));
  }
  void on_track_end(TrackKind kind, std::uint32_t track_id) override {
    lines.push_back(
        fmt::format("end {} {}", kind == TrackKind::kVideo ? "video" : "audio", track_id));
  }

  std::vector<std::string> take() { return std::exchange(lines, {}); }

  std::vector<std::string> lines;
  std::vector<Track> tracks;
  std::vector<Sample> samples;
};

using Lines = std::vector<std::string>;

class FlvTrackReaderTest : public ::testing::Test {
 protected:
  base::Expected<void> video(std::uint32_t ms, base::Bytes body) {
    return reader_.read(MessageType::kVideo, ms, base::Slice::take(std::move(body)));
  }
  base::Expected<void> audio(std::uint32_t ms, base::Bytes body) {
    return reader_.read(MessageType::kAudio, ms, base::Slice::take(std::move(body)));
  }
  base::Expected<void> data(std::uint32_t ms, base::Bytes body) {
    return reader_.read(MessageType::kData, ms, base::Slice::take(std::move(body)));
  }

  static constexpr TagTarget kAvc{.codec = Codec::kH264};
  static constexpr TagTarget kAac{.codec = Codec::kAac};

  Recorder out_;
  FlvTrackReader reader_{out_};
};

TEST_F(FlvTrackReaderTest, ReadsAClassicBroadcast) {
  EncoderMetadata metadata;
  metadata.encoder = "obs";
  metadata.video_bitrate_kbps = 2500;
  metadata.audio_bitrate_kbps = 128;
  ASSERT_TRUE(data(0, write_metadata(metadata)));
  ASSERT_TRUE(video(0, write_config(kAvc, from_hex(kAvccHigh180))));
  ASSERT_TRUE(audio(0, write_config(kAac, from_hex(kAscLcStereo48))));
  ASSERT_TRUE(video(40, write_frame(kAvc, from_hex("0000000265b8"),
                                    {.keyframe = true, .composition_offset_ms = 67})));
  ASSERT_TRUE(audio(42, write_frame(kAac, from_hex("2122"), {})));
  ASSERT_TRUE(video(73, write_frame(kAvc, from_hex("000000024198"),
                                    {.keyframe = false, .composition_offset_ms = -5})));
  ASSERT_TRUE(video(80, write_sequence_end(kAvc)));
  EXPECT_EQ(out_.take(),
            (Lines{"metadata obs", "track h264 0 avc1.64000D", "track aac 0 mp4a.40.2",
                   "video 0 40000 107000 key 0000000265b8", "audio 0 42000 42000 key 2122",
                   "video 0 73000 68000 000000024198", "end video 0"}));
  EXPECT_EQ(out_.tracks[0].announced_bitrate, 2'500'000U);
  EXPECT_EQ(out_.tracks[1].announced_bitrate, 128'000U);
  EXPECT_EQ(out_.tracks[0].video.width, 320U);
  EXPECT_EQ(out_.tracks[1].audio.channels, 2U);
  EXPECT_EQ(reader_.counters().frames_without_config, 0U);
}

TEST_F(FlvTrackReaderTest, SharesTheBytesOfTheMessage) {
  ASSERT_TRUE(video(0, write_config(kAvc, from_hex(kAvccHigh180))));
  const base::Slice body =
      base::Slice::take(write_frame(kAvc, from_hex("0000000265b8"), {.keyframe = true}));
  ASSERT_TRUE(reader_.read(MessageType::kVideo, 0, body));
  EXPECT_EQ(out_.samples.at(0).data.data(), body.data() + 5);
}

TEST_F(FlvTrackReaderTest, CountsFramesBeforeTheirConfiguration) {
  ASSERT_TRUE(video(0, write_frame(kAvc, from_hex("0000000265b8"), {})));
  ASSERT_TRUE(audio(0, write_frame(kAac, from_hex("21"), {})));
  EXPECT_EQ(out_.take(), Lines());
  EXPECT_EQ(reader_.counters().frames_without_config, 2U);
  // A frame of another codec than the track's is in the same position.
  ASSERT_TRUE(video(0, write_config(kAvc, from_hex(kAvccHigh180))));
  ASSERT_TRUE(video(0, write_frame({.codec = Codec::kHevc, .form = TagForm::kEnhanced},
                                   from_hex("000000022601"), {})));
  EXPECT_EQ(reader_.counters().frames_without_config, 3U);
}

TEST_F(FlvTrackReaderTest, AnnouncesOnlyChanges) {
  ASSERT_TRUE(video(0, write_config(kAvc, from_hex(kAvccHigh180))));
  ASSERT_TRUE(video(10, write_config(kAvc, from_hex(kAvccHigh180))));
  ASSERT_TRUE(video(20, write_config(kAvc, from_hex(kAvccMain1080))));
  ASSERT_TRUE(video(30, write_sequence_end(kAvc)));
  ASSERT_TRUE(video(31, write_sequence_end(kAvc)));
  ASSERT_TRUE(video(40, write_config(kAvc, from_hex(kAvccMain1080))));
  EXPECT_EQ(out_.take(), (Lines{"track h264 0 avc1.64000D", "track h264 0 avc1.4D4028",
                                "end video 0", "track h264 0 avc1.4D4028"}));
}

TEST_F(FlvTrackReaderTest, MakesLengthsFourBytesLong) {
  std::string one_byte(kAvccBaseline);
  one_byte[9] = 'c';
  ASSERT_TRUE(video(0, write_config(kAvc, from_hex(one_byte))));
  ASSERT_TRUE(video(0, write_frame(kAvc, from_hex("0265b80141"), {.keyframe = true})));
  EXPECT_EQ(base::to_hex(out_.tracks.at(0).config.span()), kAvccBaseline);
  EXPECT_EQ(out_.take().back(), "video 0 0 0 key 0000000265b80000000141");
}

TEST_F(FlvTrackReaderTest, BelievesTheBitstreamAboutKeyframes) {
  ASSERT_TRUE(video(0, write_config(kAvc, from_hex(kAvccHigh180))));
  struct Row {
    std::string_view sample;
    bool claimed, key;
  };
  const Row rows[] = {{"0000000265b8", false, true},
                      {"000000024198", true, false},
                      {"0000000241b0", true, true},
                      {"0000000241b0", false, false},
                      {"00000005060601c480000000024198", true, true},
                      {"00000005060601c480000000024198", false, false}};
  for (const Row& row : rows) {
    ASSERT_TRUE(video(0, write_frame(kAvc, from_hex(row.sample), {.keyframe = row.claimed})));
    EXPECT_EQ(out_.samples.back().keyframe, row.key) << row.sample << row.claimed;
  }
}

TEST_F(FlvTrackReaderTest, LearnsMp3FromItsFrames) {
  // MPEG-1, 32 kbit/s, 48 kHz, stereo: frames of 96 bytes and 24 ms
  base::Bytes two_frames = from_hex("fffb1444");
  two_frames.resize(96, 1);
  const base::Bytes one_frame = two_frames;
  two_frames.insert(two_frames.end(), one_frame.begin(), one_frame.end());
  const TagTarget mp3{.codec = Codec::kMp3};
  ASSERT_TRUE(audio(10, write_frame(mp3, two_frames, {})));
  ASSERT_EQ(out_.samples.size(), 2U);
  EXPECT_EQ(out_.take().front(), "track mp3 0 mp4a.40.34");
  EXPECT_EQ(out_.tracks[0].audio,
            (AudioFormat{.sample_rate = 48'000, .channels = 2, .frame_samples = 1152}));
  EXPECT_EQ(out_.samples[1].dts, 34'000);
  EXPECT_EQ(out_.samples[1].data.size(), 96U);
  ASSERT_TRUE(audio(60, write_frame(mp3, from_hex("fffb10c4 00"), {})));  // 44.1 kHz, mono
  EXPECT_EQ(out_.tracks.back().audio,
            (AudioFormat{.sample_rate = 44'100, .channels = 1, .frame_samples = 1152}));
  EXPECT_FALSE(audio(70, write_frame(mp3, from_hex("00112233"), {})));
}

TEST_F(FlvTrackReaderTest, KeepsTracksApart) {
  const TagTarget first{.codec = Codec::kH264, .form = TagForm::kEnhanced};
  const TagTarget second{.codec = Codec::kH264, .form = TagForm::kEnhanced, .track_id = 1};
  const TagTarget sound{.codec = Codec::kAac, .form = TagForm::kEnhanced, .track_id = 1};
  EncoderMetadata metadata;
  metadata.video_tracks[1].bitrate_kbps = 900;
  ASSERT_TRUE(data(0, write_metadata(metadata)));
  ASSERT_TRUE(video(0, write_config(first, from_hex(kAvccMain1080))));
  ASSERT_TRUE(video(0, write_config(second, from_hex(kAvccHigh180))));
  ASSERT_TRUE(audio(0, write_config(sound, from_hex(kAscLcStereo44))));
  ASSERT_TRUE(video(5, write_frame(second, from_hex("0000000265b8"),
                                   {.keyframe = true, .nanosecond_offset = 250'000})));
  ASSERT_TRUE(audio(6, write_frame(sound, from_hex("21"), {})));
  EXPECT_EQ(out_.take(), (Lines{"metadata ", "track h264 0 avc1.4D4028", "track h264 1 avc1.64000D",
                                "track aac 1 mp4a.40.2", "video 1 5250 5250 key 0000000265b8",
                                "audio 1 6000 6000 key 21"}));
  EXPECT_EQ(out_.tracks[1].announced_bitrate, 900'000U);
  EXPECT_EQ(out_.tracks[0].announced_bitrate, 0U);
}

TEST_F(FlvTrackReaderTest, LearnsAv1FromItsFirstKeyframe) {
  const TagTarget av1{.codec = Codec::kAv1, .form = TagForm::kEnhanced};
  const std::string header = std::string(kAv1cMain).substr(8);
  // Recent ffmpeg sends an empty configuration first; the other form is the descriptor of MPEG-TS.
  for (const std::string_view config : {"9061763031", "956176303180048101000c"}) {
    ASSERT_TRUE(video(0, from_hex(config)));
    ASSERT_TRUE(video(1, write_frame(av1, from_hex("12003201aa"), {.keyframe = false})));
    EXPECT_EQ(out_.take(), Lines());
    ASSERT_TRUE(video(2, write_frame(av1, from_hex("1200" + header + "3201aa"), {})));
    EXPECT_EQ(out_.take(),
              (Lines{"track av1 0 av01.0.01M.08", "video 0 2000 2000 key " + header + "3201aa"}));
    EXPECT_EQ(base::to_hex(out_.tracks.back().config.span()), kAv1cMain);
    ASSERT_TRUE(video(3, write_sequence_end(av1)));
    EXPECT_EQ(out_.take(), Lines{"end video 0"});
  }
  EXPECT_EQ(reader_.counters().frames_without_config, 2U);
}

TEST_F(FlvTrackReaderTest, LearnsTheSizeOfVp9FromKeyframes) {
  const TagTarget vp9{.codec = Codec::kVp9, .form = TagForm::kEnhanced};
  ASSERT_TRUE(video(0, write_config(vp9, from_hex("0015820202020000"))));
  ASSERT_TRUE(video(1, write_frame(vp9, from_hex("8600"), {.keyframe = false})));
  const base::Bytes key = from_hex("824983420027f01676");
  ASSERT_TRUE(video(2, write_frame(vp9, key, {})));
  ASSERT_TRUE(video(3, write_frame(vp9, key, {})));
  ASSERT_EQ(out_.tracks.size(), 1U);
  EXPECT_EQ(out_.tracks[0].video.width, 640U);
  EXPECT_EQ(out_.tracks[0].video.height, 360U);
  ASSERT_TRUE(video(4, write_frame(vp9, from_hex("824983420013f00b36"), {})));
  ASSERT_EQ(out_.tracks.size(), 2U);
  EXPECT_EQ(out_.tracks[1].video.width, 320U);
  EXPECT_EQ(reader_.counters().frames_without_config, 1U);
}

TEST_F(FlvTrackReaderTest, PassesOverEmptyConfigurations) {
  EXPECT_TRUE(video(0, write_config(kAvc, {})));
  EXPECT_TRUE(video(0, write_frame(kAvc, from_hex("0000000265b8"), {})));
  EXPECT_EQ(out_.take(), Lines());
  ASSERT_TRUE(audio(0, from_hex("904f707573")));
  EXPECT_EQ(out_.take(), Lines{"track opus 0 opus"});
}

TEST_F(FlvTrackReaderTest, ReadsHevc) {
  const TagTarget hevc{.codec = Codec::kHevc, .form = TagForm::kEnhanced};
  ASSERT_TRUE(video(0, write_config(hevc, from_hex(kHvccMain1080))));
  ASSERT_TRUE(video(0, write_frame(hevc, from_hex("000000032601af"),
                                   {.keyframe = true, .composition_offset_ms = 80})));
  ASSERT_TRUE(video(40, write_frame(hevc, from_hex("000000030201af"), {.keyframe = true})));
  EXPECT_EQ(out_.take(),
            (Lines{"track hevc 0 hvc1.1.6.L120.90", "video 0 0 80000 key 000000032601af",
                   "video 0 40000 40000 000000030201af"}));
}

TEST_F(FlvTrackReaderTest, BoundsTracks) {
  for (std::uint8_t id = 0; id < kMaxTracksPerKind; ++id) {
    ASSERT_TRUE(
        video(0, write_config({.codec = Codec::kH264, .form = TagForm::kEnhanced, .track_id = id},
                              from_hex(kAvccHigh180))));
  }
  const auto more =
      video(0, write_config({.codec = Codec::kH264, .form = TagForm::kEnhanced, .track_id = 200},
                            from_hex(kAvccHigh180)));
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, base::ErrorCode::kLimit);
  EXPECT_TRUE(more.error().message.starts_with("video track 200: ")) << more.error().message;
}

TEST_F(FlvTrackReaderTest, GoesOnAfterErrors) {
  ASSERT_TRUE(video(0, write_config(kAvc, from_hex(kAvccHigh180))));
  EXPECT_FALSE(video(0, write_frame(kAvc, from_hex("0000000965b8"), {})));
  EXPECT_FALSE(video(0, from_hex("22")));
  EXPECT_FALSE(video(0, write_config(kAvc, from_hex("0101"))));
  ASSERT_TRUE(data(0, from_hex("02ff")));
  EXPECT_EQ(reader_.counters().broken_data, 1U);
  ASSERT_TRUE(video(9, write_frame(kAvc, from_hex("0000000265b8"), {.keyframe = true})));
  EXPECT_EQ(out_.take().back(), "video 0 9000 9000 key 0000000265b8");
}

TEST_F(FlvTrackReaderTest, PassesTextAndCaptionsOn) {
  using amf0::Value;
  ASSERT_TRUE(
      data(4'294'967'295U, amf0::write_all({Value::string("onTextData"),
                                            Value::object({{"text", Value::string("hi")}})})));
  ASSERT_TRUE(data(7, amf0::write_all({Value::string("onCaptionInfo"),
                                       Value::object({{"type", Value::string("708")},
                                                      {"data", Value::string("/JQg")}})})));
  ASSERT_TRUE(data(8, amf0::write_all({Value::string("onFI")})));
  EXPECT_EQ(out_.take(), (Lines{"text 4294967295000 hi", "captions 7000 fc9420"}));
  EXPECT_EQ(reader_.counters().ignored_data, 1U);
}

}  // namespace
}  // namespace media::flv
