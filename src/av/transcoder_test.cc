#include "av/transcoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "av/libav.h"
#include "av/source_test_support.h"
#include "media/codec/h264.h"
#include "media/codec/nal.h"

namespace av {
namespace {

using media::Codec;
using media::Ticks;
using media::TrackKind;
using test::Clip;
using test::PictureForm;
using test::Seen;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
namespace pipe = media::pipe;

constexpr Ticks kAt30 = 3000;

// What a transcoder made, by output.
struct Made {
  std::map<std::uint32_t, Clip> video;
  std::map<std::uint32_t, Clip> audio;
  std::vector<std::string> log;
  std::vector<std::pair<TrackKind, Ticks>> order;
};

class TranscoderTest : public testing::Test {
 protected:
  TranscoderTest() { silence_libav(); }

  void start(pipe::TranscodeJob job) {
    job.preset = "ultrafast";
    auto created = Transcoder::create(
        std::move(job), [this](const pipe::Message& message) { return take(message); },
        [this](std::string_view sentence) { made_.log.emplace_back(sentence); });
    ASSERT_TRUE(created.has_value()) << created.error().message;
    transcoder_.emplace(*std::move(created));
  }

  base::Expected<void> take(const pipe::Message& message) {
    if (const auto* track = std::get_if<pipe::OutputTrack>(&message)) {
      auto& outputs = track->track.kind() == TrackKind::kVideo ? made_.video : made_.audio;
      outputs[track->track.id].track = track->track;
    } else {
      const auto& one = std::get<pipe::OutputSample>(message);
      auto& clip = one.kind == TrackKind::kVideo ? made_.video[one.id] : made_.audio[one.id];
      EXPECT_NE(clip.track.codec_string, "") << "a sample before its track";
      clip.samples.push_back(one.sample);
      made_.order.emplace_back(one.kind, one.sample.pts);
    }
    return {};
  }

  void feed(const pipe::Message& message) {
    const auto handled = transcoder_->handle(message);
    ASSERT_TRUE(handled.has_value()) << handled.error().message;
  }
  void feed(const media::Sample& sample) { feed(pipe::SourceSample{TrackKind::kVideo, 0, sample}); }
  void feed(const Clip& clip) {
    feed(pipe::SourceTrack{clip.track});
    for (const media::Sample& sample : clip.samples) {
      feed(pipe::SourceSample{clip.track.kind(), clip.track.id, sample});
    }
  }
  const Made& finish() {
    const auto finished = transcoder_->finish();
    EXPECT_TRUE(finished.has_value());
    return made_;
  }

  Made made_;
  std::optional<Transcoder> transcoder_;
};

pipe::TranscodeJob ladder(std::uint32_t max_frame_rate = 0) {
  pipe::TranscodeJob job;
  // The smallest first: the order of the job is not that of the work.
  job.video = {{.id = 3, .width = 96, .height = 54, .bitrate = 100'000},
               {.id = 1, .width = 240, .height = 136, .bitrate = 500'000},
               {.id = 2, .width = 160, .height = 90, .bitrate = 300'000}};
  for (pipe::VideoOutput& output : job.video) output.max_frame_rate = max_frame_rate;
  return job;
}

std::vector<Ticks> times(const std::vector<media::Sample>& samples) {
  std::vector<Ticks> out;
  for (const media::Sample& sample : samples) out.push_back(sample.pts);
  return out;
}

std::vector<Ticks> keyframes(const std::vector<media::Sample>& samples) {
  std::vector<Ticks> out;
  for (const media::Sample& sample : samples) {
    if (sample.keyframe) out.push_back(sample.pts);
  }
  return out;
}

std::vector<Ticks> shown(Clip clip) {
  std::ranges::sort(clip.samples, {}, &media::Sample::pts);
  return times(clip.samples);
}

// Every picture of a rendition shows what the source shows at that time.
void expect_true_to_source(const Clip& clip, Ticks distance) {
  for (const Seen& seen : test::look_at(clip, distance)) {
    EXPECT_LT(seen.error, 6) << "at " << seen.pts;
    EXPECT_GT(seen.error_of_other, seen.error + 2) << "at " << seen.pts;
  }
}

TEST_F(TranscoderTest, ALadderHasEveryPictureAtItsTimeAndTheSourcesKeyframes) {
  for (const int b_frames : {0, 2}) {
    made_ = {};
    start(ladder());
    const Clip source = test::pictures({.b_frames = b_frames, .first = 300});
    feed(source);
    const Made& made = finish();
    ASSERT_THAT(made.video, SizeIs(3));
    for (const auto& [id, clip] : made.video) {
      EXPECT_EQ(times(clip.samples), shown(source));
      EXPECT_EQ(keyframes(clip.samples), keyframes(source.samples));
      EXPECT_THAT(keyframes(clip.samples), SizeIs(4));
      for (const media::Sample& sample : clip.samples) {
        EXPECT_EQ(sample.dts, sample.pts);
        EXPECT_EQ(sample.duration, kAt30);
        EXPECT_EQ(
            media::h264::random_access(sample.data.span()),
            sample.keyframe ? media::h264::RandomAccess::kIdr : media::h264::RandomAccess::kNone);
      }
      expect_true_to_source(clip, kAt30);
    }
    EXPECT_THAT(made.log, IsEmpty());
  }
}

TEST_F(TranscoderTest, TracksSayWhatIsInTheParameterSets) {
  start(ladder());
  feed(test::pictures({.pictures = 4}));
  const Made& made = finish();
  for (const auto& [id, clip] : made.video) {
    const auto config = media::h264::parse_decoder_config(clip.track.config.span());
    ASSERT_TRUE(config.has_value());
    const auto sps = media::h264::parse_sps(config->sps.at(0));
    ASSERT_TRUE(sps.has_value());
    const auto outputs = ladder().video;
    const auto& output = *std::ranges::find(outputs, id, &pipe::VideoOutput::id);
    EXPECT_EQ(sps->width, output.width);
    EXPECT_EQ(sps->height, output.height);
    EXPECT_FALSE(sps->reorders);
    EXPECT_NEAR(sps->frame_rate, 30, 0.01);
    EXPECT_EQ(clip.track.video.width, output.width);
    EXPECT_EQ(clip.track.video.height, output.height);
    EXPECT_EQ(clip.track.video.frame_rate, 30);
    EXPECT_EQ(clip.track.announced_bitrate, output.bitrate);
    EXPECT_EQ(clip.track.timescale, media::kVideoTimescale);
  }
}

TEST_F(TranscoderTest, APictureComesOutAsSoonAsItIsIn) {
  start(ladder());
  const Clip source = test::pictures({.pictures = 10});
  feed(pipe::SourceTrack{source.track});
  for (std::size_t i = 0; i < source.samples.size(); ++i) {
    feed(source.samples[i]);
    EXPECT_EQ(made_.video[1].samples.size(), i + 1);
    EXPECT_EQ(made_.video[2].samples.size(), i + 1);
    EXPECT_EQ(made_.video[3].samples.size(), i + 1);
  }
}

TEST_F(TranscoderTest, ThreadsShareAPictureAndHoldNoneBack) {
  pipe::TranscodeJob job;
  job.video = {{.id = 1, .width = 640, .height = 360, .bitrate = 800'000}};
  job.threads = 3;
  start(job);
  const Clip source = test::pictures({.width = 640, .height = 360, .pictures = 8});
  feed(pipe::SourceTrack{source.track});
  for (std::size_t i = 0; i < source.samples.size(); ++i) {
    feed(source.samples[i]);
    EXPECT_EQ(made_.video[1].samples.size(), i + 1);
  }
  const Made& made = finish();
  media::LengthPrefixedNals nals(made.video.at(1).samples[1].data.span(), 4);
  int slices = 0;
  while (const auto nal = nals.next()) {
    slices += media::h264::nal_type(*nal) == media::h264::NalType::kSlice ? 1 : 0;
  }
  EXPECT_EQ(slices, 3);
  expect_true_to_source(made.video.at(1), kAt30);
}

TEST_F(TranscoderTest, SixtyBecomesThirtyWithEveryKeyframe) {
  constexpr Ticks kAt60 = 1500;
  auto job = ladder(30);
  job.video[1].max_frame_rate = 60;  // the largest keeps all
  start(job);
  // Groups of odd length: the second keyframe is no even picture.
  const Clip source =
      test::pictures({.frame_rate = 60, .pictures = 93, .group = 31, .b_frames = 2});
  feed(source);
  const Made& made = finish();
  EXPECT_EQ(times(made.video.at(1).samples), shown(source));
  const std::vector<Ticks> halved = times(made.video.at(2).samples);
  EXPECT_EQ(times(made.video.at(3).samples), halved);
  std::vector<Ticks> wanted;
  for (Ticks group = 0; group < 3; ++group) {
    for (Ticks i = 0; i < 31; i += 2) wanted.push_back((group * 31 + i) * kAt60);
  }
  EXPECT_EQ(halved, wanted);
  for (const auto& [id, clip] : made.video) {
    EXPECT_THAT(keyframes(clip.samples), ElementsAre(0, 31 * kAt60, 62 * kAt60));
    EXPECT_EQ(clip.track.video.frame_rate, id == 1 ? 60 : 30);
    for (const media::Sample& sample : clip.samples) {
      EXPECT_EQ(sample.duration, id == 1 ? kAt60 : 2 * kAt60);
    }
    expect_true_to_source(clip, kAt60);
  }
}

TEST_F(TranscoderTest, TheBitrateIsHeldAlsoWhereTheSourceSaysAWrongRate) {
  for (const double said : {30.0, 120.0, 0.0}) {
    SCOPED_TRACE(said);
    made_ = {};
    pipe::TranscodeJob job;
    job.video = {{.id = 1, .width = 160, .height = 90, .bitrate = 60'000}};
    start(job);
    Clip source = test::pictures(
        {.width = 160, .height = 90, .frame_rate = 60, .pictures = 480, .group = 60});
    source.track.video.frame_rate = said;
    feed(source);
    const Made& made = finish();
    double octets = 0;
    for (const media::Sample& sample : made.video.at(1).samples) {
      if (sample.pts >= 2 * 90'000) octets += static_cast<double>(sample.data.size());
    }
    EXPECT_NEAR(octets * 8 / 6, 60'000, 15'000);
  }
}

TEST_F(TranscoderTest, WhoTakesOverGoesOnWithAKeyframeWhereItIsTold) {
  auto job = ladder();
  job.deliver_from = 20 * kAt30;
  start(job);
  const Clip source = test::pictures({.pictures = 40, .b_frames = 2});
  feed(source);
  const Made& made = finish();
  for (const auto& [id, clip] : made.video) {
    EXPECT_EQ(times(clip.samples).front(), 20 * kAt30);
    EXPECT_THAT(clip.samples, SizeIs(20));
    EXPECT_THAT(keyframes(clip.samples), ElementsAre(20 * kAt30, 30 * kAt30));
    expect_true_to_source(clip, kAt30);
  }
}

TEST_F(TranscoderTest, AllRenditionsBeginWithOnePicture) {
  auto job = ladder(30);
  job.video[1].max_frame_rate = 0;
  job.deliver_from = 1500 * 21;  // a picture that the others leave out
  start(job);
  feed(test::pictures({.frame_rate = 60, .pictures = 40, .group = 40}));
  const Made& made = finish();
  for (const auto& [id, clip] : made.video) EXPECT_EQ(clip.samples.front().pts, 22 * 1500);
}

TEST_F(TranscoderTest, BrokenSamplesArePassedOver) {
  start(ladder());
  const Clip source = test::pictures({.pictures = 60, .group = 20});
  feed(pipe::SourceTrack{source.track});
  for (std::size_t i = 0; i < source.samples.size(); ++i) {
    media::Sample sample = source.samples[i];
    if (i == 25) sample.data = base::Slice::take(base::Bytes{0, 0, 0, 200, 0x41, 1});
    if (i == 26) sample.data = {};
    feed(sample);
  }
  const Made& made = finish();
  for (const auto& [id, clip] : made.video) {
    EXPECT_THAT(keyframes(clip.samples), ElementsAre(0, 20 * kAt30, 40 * kAt30));
    // Up to the damage, and from the next keyframe on.
    EXPECT_THAT(clip.samples, SizeIs(45));
    expect_true_to_source(clip, kAt30);
  }
  EXPECT_THAT(made.log, SizeIs(1));
}

TEST_F(TranscoderTest, NothingComesBeforeAKeyframeOrATrack) {
  start(ladder());
  Clip source = test::pictures({.pictures = 30});
  feed(source.samples[0]);
  source.samples.erase(source.samples.begin(), source.samples.begin() + 5);
  feed(source);
  const Made& made = finish();
  for (const auto& [id, clip] : made.video) EXPECT_EQ(clip.samples.front().pts, 15 * kAt30);
}

TEST_F(TranscoderTest, BeginsAtAKeyframeOfAnOpenGroup) {
  const Clip all =
      test::pictures({.pictures = 60, .group = 20, .b_frames = 2, .open_groups = true});
  const auto keys = keyframes(all.samples);
  ASSERT_THAT(keys, SizeIs(testing::Ge(3U)));
  start(ladder());
  Clip source = all;
  // From the second keyframe on; the pictures behind it that are shown before it cannot be decoded.
  const auto second = std::ranges::find(source.samples, keys[1], &media::Sample::pts);
  ASSERT_EQ(media::h264::random_access(second->data.span()),
            media::h264::RandomAccess::kRecoveryPoint);
  source.samples.erase(source.samples.begin(), second);
  ASSERT_LT(shown(source).front(), keys[1]);
  feed(source);
  const Made& made = finish();
  for (const auto& [id, clip] : made.video) {
    EXPECT_EQ(clip.samples.front().pts, keys[1]);
    EXPECT_EQ(clip.samples.back().pts, 59 * kAt30);
    EXPECT_EQ(keyframes(clip.samples), std::vector<Ticks>(keys.begin() + 1, keys.end()));
    EXPECT_THAT(clip.samples, SizeIs(static_cast<std::size_t>(60 - keys[1] / kAt30)));
    expect_true_to_source(clip, kAt30);
  }
}

TEST_F(TranscoderTest, ASourceMayChangeItsSizeAndRenditionsKeepTheirs) {
  start(ladder());
  const Clip first = test::pictures({.pictures = 30, .b_frames = 2});
  const Clip second = test::pictures({.width = 640, .height = 360, .pictures = 30, .first = 30});
  feed(first);
  feed(second);
  const Made& made = finish();
  std::vector<Ticks> wanted = shown(first);
  std::ranges::copy(shown(second), std::back_inserter(wanted));
  for (const auto& [id, clip] : made.video) {
    EXPECT_EQ(times(clip.samples), wanted);
    EXPECT_THAT(keyframes(clip.samples), ElementsAre(0, 15 * kAt30, 30 * kAt30, 45 * kAt30));
    for (const Seen& seen : test::look_at(clip, kAt30)) {
      EXPECT_EQ(seen.width, static_cast<int>(clip.track.video.width));
    }
    expect_true_to_source(clip, kAt30);
  }
}

TEST_F(TranscoderTest, AnOutputThatEndsIsNotMadeAnyMore) {
  start(ladder());
  const Clip source = test::pictures({.pictures = 30});
  feed(pipe::SourceTrack{source.track});
  for (std::size_t i = 0; i < 30; ++i) {
    if (i == 10) feed(pipe::EndOutput{TrackKind::kVideo, 1});
    if (i == 11) feed(pipe::EndOutput{TrackKind::kVideo, 77});  // never was
    if (i == 20) feed(pipe::EndOutput{TrackKind::kVideo, 3});
    feed(source.samples[i]);
  }
  const Made& made = finish();
  EXPECT_THAT(made.video.at(1).samples, SizeIs(10));
  EXPECT_THAT(made.video.at(2).samples, SizeIs(30));
  EXPECT_THAT(made.video.at(3).samples, SizeIs(20));
  expect_true_to_source(made.video.at(2), kAt30);
}

TEST_F(TranscoderTest, FullRangePicturesBecomeLimited) {
  start(ladder());
  feed(test::pictures({.pictures = 4, .full_range = true}));
  const Made& made = finish();
  for (const auto& [id, clip] : made.video) expect_true_to_source(clip, kAt30);
}

TEST_F(TranscoderTest, TakesEveryCodecThatTracksMayHave) {
  for (const Codec codec : {Codec::kHevc, Codec::kVp9, Codec::kAv1}) {
    SCOPED_TRACE(media::to_string(codec));
    made_ = {};
    pipe::TranscodeJob job;
    job.video = {{.id = 1, .width = 160, .height = 90, .bitrate = 600'000}};
    start(job);
    const Clip source = test::pictures({.codec = codec, .pictures = 12, .group = 6});
    feed(source);
    const Made& made = finish();
    EXPECT_EQ(times(made.video.at(1).samples), shown(source));
    EXPECT_EQ(keyframes(made.video.at(1).samples), keyframes(source.samples));
    expect_true_to_source(made.video.at(1), kAt30);
  }
}

// cc_data triplets of a rendition, all pictures one behind the other.
base::Bytes captions_of(const Clip& clip) {
  base::Bytes out;
  for (const media::Sample& sample : clip.samples) {
    media::LengthPrefixedNals nals(sample.data.span(), 4);
    while (const auto nal = nals.next()) {
      if (media::h264::nal_type(*nal) != media::h264::NalType::kSei) continue;
      media::SeiMessages messages(*nal, 1);
      while (const auto message = messages.next()) {
        const auto captions = media::caption_bytes(*message);
        out.insert(out.end(), captions.begin(), captions.end());
      }
    }
  }
  return out;
}

TEST_F(TranscoderTest, CaptionsComeAlongAlsoOfPicturesThatAreLeftOut) {
  auto job = ladder(30);
  job.video[1].max_frame_rate = 0;
  start(job);
  const auto captions = [](int picture) {
    return base::Bytes{0xFC, 0x80, static_cast<std::uint8_t>(picture)};
  };
  feed(test::pictures({.frame_rate = 60, .pictures = 20, .group = 20, .captions = captions}));
  const Made& made = finish();
  base::Bytes wanted;
  for (int i = 0; i < 19; ++i) std::ranges::copy(captions(i), std::back_inserter(wanted));
  EXPECT_EQ(captions_of(made.video.at(2)), wanted);
  EXPECT_EQ(captions_of(made.video.at(3)), wanted);
  std::ranges::copy(captions(19), std::back_inserter(wanted));
  EXPECT_EQ(captions_of(made.video.at(1)), wanted);
}

struct SoundRow {
  Codec codec;
  int sample_rate;
  int channels;
  std::uint32_t out_rate;
  std::uint32_t out_channels;
};

TEST_F(TranscoderTest, SoundOfAnyKindBecomesAacAtItsTime) {
  for (const SoundRow& row :
       {SoundRow{Codec::kAac, 48'000, 2, 48'000, 2}, SoundRow{Codec::kAac, 44'100, 2, 44'100, 2},
        SoundRow{Codec::kAac, 44'100, 1, 44'100, 1}, SoundRow{Codec::kAac, 32'000, 2, 48'000, 2},
        SoundRow{Codec::kAac, 48'000, 6, 48'000, 2}, SoundRow{Codec::kMp3, 44'100, 2, 44'100, 2},
        SoundRow{Codec::kMp3, 22'050, 1, 48'000, 1}, SoundRow{Codec::kOpus, 48'000, 2, 48'000, 2},
        SoundRow{Codec::kFlac, 96'000, 2, 48'000, 2}}) {
    SCOPED_TRACE(std::string(media::to_string(row.codec)) + " " + std::to_string(row.sample_rate));
    made_ = {};
    pipe::TranscodeJob job;
    job.audio = {{.id = 7, .source = 0, .bitrate = 64'000},
                 {.id = 8, .source = 0, .bitrate = 96'000}};
    start(job);
    const Clip source = test::tone(row.codec, row.sample_rate, row.channels, 3, 10);
    feed(source);
    const Made& made = finish();
    for (const std::uint32_t id : {7U, 8U}) {
      const Clip& clip = made.audio.at(id);
      EXPECT_EQ(clip.track.codec, Codec::kAac);
      EXPECT_EQ(clip.track.codec_string, "mp4a.40.2");
      EXPECT_EQ(clip.track.timescale, row.out_rate);
      EXPECT_EQ(clip.track.audio.sample_rate, row.out_rate);
      EXPECT_EQ(clip.track.audio.channels, row.out_channels);
      const auto rate = static_cast<Ticks>(row.out_rate);
      EXPECT_EQ(clip.samples.front().pts, 10 * rate / 1024 * 1024);
      for (std::size_t i = 0; i < clip.samples.size(); ++i) {
        EXPECT_EQ(clip.samples[i].pts, clip.samples[0].pts + static_cast<Ticks>(i) * 1024);
        EXPECT_EQ(clip.samples[i].dts, clip.samples[i].pts);
        EXPECT_EQ(clip.samples[i].duration, 1024);
        EXPECT_TRUE(clip.samples[i].keyframe);
      }
      const Ticks end = clip.samples.back().pts + 1024;
      EXPECT_GE(end, 13 * rate - 4096);
      EXPECT_LE(end, 13 * rate + 4096);
      // The first burst has no silence before it and a decoder that has just begun.
      const std::vector<double> heard = test::bursts(clip);
      ASSERT_THAT(heard, SizeIs(3));
      EXPECT_NEAR(heard[1], 11, 0.002);
      EXPECT_NEAR(heard[2], 12, 0.002);
    }
    EXPECT_THAT(made.log, IsEmpty());
  }
}

TEST_F(TranscoderTest, SoundMayChangeItsFormAndTheOutputKeepsIts) {
  pipe::TranscodeJob job;
  job.audio = {{.id = 7, .source = 0, .bitrate = 64'000}};
  start(job);
  feed(test::tone(Codec::kAac, 44'100, 2, 3));
  feed(test::tone(Codec::kMp3, 48'000, 1, 3, 3));
  feed(test::tone(Codec::kOpus, 48'000, 2, 3, 6));
  const Made& made = finish();
  const Clip& clip = made.audio.at(7);
  EXPECT_EQ(clip.track.audio.sample_rate, 44'100U);
  EXPECT_EQ(clip.track.audio.channels, 2U);
  for (std::size_t i = 0; i < clip.samples.size(); ++i) {
    EXPECT_EQ(clip.samples[i].pts, static_cast<Ticks>(i) * 1024);
  }
  const std::vector<double> heard = test::bursts(clip);
  ASSERT_THAT(heard, SizeIs(9));
  for (const int second : {1, 2, 4, 5, 7, 8}) {
    EXPECT_NEAR(heard[static_cast<std::size_t>(second)], second, 0.01) << second;
  }
  EXPECT_THAT(made.log, IsEmpty());
}

TEST_F(TranscoderTest, AHoleInTheSoundStaysAHole) {
  pipe::TranscodeJob job;
  job.audio = {{.id = 7, .source = 0, .bitrate = 64'000}};
  start(job);
  Clip source = test::tone(Codec::kAac, 48'000, 2, 6);
  // Half a second is missing in the third, and one frame is broken.
  std::erase_if(source.samples, [](const media::Sample& sample) {
    return sample.pts >= 2 * 48'000 + 20'000 && sample.pts < 2 * 48'000 + 44'000;
  });
  source.samples[60].data = base::Slice::take(base::Bytes(90, 0xFF));
  feed(source);
  const Made& made = finish();
  const auto& samples = made.audio.at(7).samples;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    EXPECT_EQ(samples[i].pts, static_cast<Ticks>(i) * 1024);
  }
  const std::vector<double> heard = test::bursts(made.audio.at(7));
  ASSERT_THAT(heard, SizeIs(6));
  for (int i = 1; i < 6; ++i) EXPECT_NEAR(heard[static_cast<std::size_t>(i)], i, 0.002);
  EXPECT_THAT(made.log, SizeIs(testing::Le(1U)));
}

TEST_F(TranscoderTest, WhoTakesOverGoesOnWithTheNextFrameOfSound) {
  const Clip source = test::tone(Codec::kAac, 44'100, 2, 4);
  pipe::TranscodeJob job;
  job.audio = {{.id = 7, .source = 0, .bitrate = 64'000}};
  start(job);
  feed(source);
  const std::vector<Ticks> all = times(finish().audio.at(7).samples);

  made_ = {};
  job.deliver_from = media::rescale(all.at(100), 44'100, 90'000);
  start(job);
  Clip rest = source;
  rest.samples.erase(rest.samples.begin(), rest.samples.begin() + 77);
  feed(rest);
  const std::vector<Ticks> after = times(finish().audio.at(7).samples);
  EXPECT_EQ(after, std::vector<Ticks>(all.begin() + 100, all.end()));
}

TEST_F(TranscoderTest, SoundAndPicturesComeTogether) {
  auto job = ladder();
  job.audio = {{.id = 1, .source = 0, .bitrate = 64'000}};  // ids count separately
  start(job);
  const Clip video = test::pictures({.pictures = 60});
  const Clip audio = test::tone(Codec::kAac, 48'000, 2, 2);
  feed(pipe::SourceTrack{video.track});
  feed(pipe::SourceTrack{audio.track});
  std::size_t heard = 0;
  for (const media::Sample& sample : video.samples) {
    for (; heard < audio.samples.size() && audio.samples[heard].pts * 15 / 8 <= sample.pts;
         ++heard) {
      feed(pipe::SourceSample{TrackKind::kAudio, 0, audio.samples[heard]});
    }
    feed(sample);
    // The encoder holds one frame back.
    const Ticks end = made_.audio[1].samples.empty() ? 0 : made_.audio[1].samples.back().pts + 1024;
    EXPECT_GE(end * 15 / 8, sample.pts - 2 * 1920);
  }
  EXPECT_THAT(finish().video.at(1).samples, SizeIs(60));
}

TEST_F(TranscoderTest, WhatCannotBeDoneIsSaidInASentence) {
  const auto sink = [](const pipe::Message&) { return base::Expected<void>{}; };
  const auto log = [](std::string_view) {};
  auto job = ladder();
  job.encoder = "h264_imaginary";
  const auto unknown = Transcoder::create(job, sink, log);
  ASSERT_FALSE(unknown.has_value());
  EXPECT_THAT(unknown.error().message, HasSubstr("h264_imaginary"));
  job.encoder = "libx265";
  EXPECT_FALSE(Transcoder::create(job, sink, log).has_value());
  job = ladder();
  job.video[0].width = 97;
  EXPECT_FALSE(Transcoder::create(job, sink, log).has_value());
  EXPECT_FALSE(Transcoder::create({}, sink, log).has_value());

  job = ladder();
  job.preset = "leisurely";
  auto transcoder = Transcoder::create(job, sink, log);
  ASSERT_TRUE(transcoder.has_value());
  const Clip source = test::pictures({.pictures = 1});
  ASSERT_TRUE(transcoder->handle(pipe::SourceTrack{source.track}).has_value());
  const auto handled =
      transcoder->handle(pipe::SourceSample{TrackKind::kVideo, 0, source.samples[0]});
  ASSERT_FALSE(handled.has_value());
  EXPECT_THAT(handled.error().message, HasSubstr("libx264"));
  EXPECT_THAT(handled.error().message, HasSubstr("leisurely"));
  EXPECT_FALSE(transcoder->handle(pipe::Failure{}).has_value());
}

TEST_F(TranscoderTest, TheSinksErrorEndsIt) {
  int left = 5;
  auto transcoder = Transcoder::create(
      ladder(),
      [&](const pipe::Message&) -> base::Expected<void> {
        if (left-- > 0) return {};
        return base::fail(base::ErrorCode::kClosed, "gone");
      },
      [](std::string_view) {});
  ASSERT_TRUE(transcoder.has_value());
  const Clip source = test::pictures({.pictures = 3});
  base::Expected<void> handled = transcoder->handle(pipe::SourceTrack{source.track});
  for (const media::Sample& sample : source.samples) {
    if (handled) handled = transcoder->handle(pipe::SourceSample{TrackKind::kVideo, 0, sample});
  }
  ASSERT_FALSE(handled.has_value());
  EXPECT_EQ(handled.error().message, "gone");
}

}  // namespace
}  // namespace av
