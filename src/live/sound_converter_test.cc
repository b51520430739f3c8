#include "live/sound_converter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "io/loop.h"
#include "live/helper_rig_test_support.h"
#include "live/stream_rig_test_support.h"

namespace live {
namespace {

media::Track sound(media::Codec codec, std::uint32_t rate, std::uint32_t channels) {
  media::Track track = testing::audio_track();
  track.codec = codec;
  track.timescale = rate;
  track.audio = {rate, channels, 960};
  return track;
}

class SoundConverterTest : public ::testing::Test, private SoundConverterHost {
 protected:
  std::unique_ptr<SoundConverter> make(const media::Track& source) {
    SoundConverterHost& host = *this;
    return std::make_unique<SoundConverter>(loop_, factory_, host, source);
  }
  media::Sample sample(int n) {
    media::Sample made;
    made.dts = made.pts = n * 960;
    made.duration = 960;
    made.keyframe = true;
    made.data = base::Slice::unowned("x");
    return made;
  }

  io::Loop loop_;
  testing::Helpers helpers_;
  HelperFactory factory_ = helpers_.factory();
  std::vector<media::Ticks> made_;
  unsigned failures_ = 0;

 private:
  void on_converted(const media::Sample& sample) override { made_.push_back(sample.dts); }
  void on_conversion_failed() override { ++failures_; }
};

TEST_F(SoundConverterTest, IsForWhatPlayersCannotUse) {
  const auto needed = [](media::Codec codec, Container container) {
    return SoundConverter::is_needed(sound(codec, 48'000, 2), container);
  };
  for (const Container container : {Container::kTs, Container::kFmp4}) {
    EXPECT_TRUE(needed(media::Codec::kOpus, container));
    EXPECT_TRUE(needed(media::Codec::kFlac, container));
    EXPECT_FALSE(needed(media::Codec::kAac, container));
  }
  EXPECT_FALSE(needed(media::Codec::kMp3, Container::kTs));
  EXPECT_TRUE(needed(media::Codec::kMp3, Container::kFmp4));
}

TEST_F(SoundConverterTest, SaysAtOnceWhatComes) {
  const auto stereo = make(sound(media::Codec::kOpus, 48'000, 6));
  EXPECT_EQ(stereo->track().codec, media::Codec::kAac);
  EXPECT_EQ(stereo->track().codec_string, "mp4a.40.2");
  EXPECT_EQ(stereo->track().audio.sample_rate, 48'000u);
  EXPECT_EQ(stereo->track().audio.channels, 2u);
  const auto mono = make(sound(media::Codec::kMp3, 44'100, 1));
  EXPECT_EQ(mono->track().timescale, 44'100u);
  EXPECT_EQ(mono->track().audio.channels, 1u);
  const auto slow = make(sound(media::Codec::kMp3, 22'050, 2));
  EXPECT_EQ(slow->track().timescale, 48'000u);
}

TEST_F(SoundConverterTest, GoesOnWhereAHelperHasEnded) {
  const auto converter = make(sound(media::Codec::kOpus, 48'000, 2));
  for (int i = 0; i < 50; ++i) converter->add(sample(i));
  helpers_.work();
  ASSERT_EQ(made_.size(), 50u);
  for (int i = 50; i < 60; ++i) converter->add(sample(i));
  helpers_.alive.at(0)->crash();
  for (int i = 60; i < 80; ++i) converter->add(sample(i));
  helpers_.work();
  ASSERT_EQ(made_.size(), 80u);
  for (std::size_t i = 0; i < made_.size(); ++i) {
    EXPECT_EQ(made_[i], static_cast<media::Ticks>(i) * 960);
  }
  EXPECT_EQ(failures_, 0u);
}

TEST_F(SoundConverterTest, TellsWhenItCannotGoOn) {
  const auto converter = make(sound(media::Codec::kOpus, 48'000, 2));
  for (int i = 0; i < 3; ++i) helpers_.alive.at(0)->crash();
  EXPECT_EQ(failures_, 1u);
  converter->add(sample(0));
  EXPECT_TRUE(made_.empty());
}

}  // namespace
}  // namespace live
