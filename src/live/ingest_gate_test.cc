#include "live/ingest_gate.h"

#include <gtest/gtest.h>

namespace live {
namespace {

constexpr TrackKey kVideo{media::TrackKind::kVideo, 0};
constexpr TrackKey kAudio{media::TrackKind::kAudio, 0};

media::Sample sample(double seconds, bool keyframe, std::size_t size = 1000) {
  media::Sample made;
  made.dts = made.pts = static_cast<media::Ticks>(seconds * 1e6);
  made.keyframe = keyframe;
  made.data = base::Slice::take(base::Bytes(size, 1));
  return made;
}

base::WallTime at(double seconds) {
  return base::WallTime(std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6)));
}

TEST(IngestGate, OpensWithTwoPicturesAndSound) {
  IngestGate gate(kRtmpClock);
  gate.set_track(kVideo);
  gate.set_track(kAudio);
  ASSERT_TRUE(gate.add(kVideo, sample(0, true), at(50)));
  EXPECT_FALSE(gate.is_open());
  ASSERT_TRUE(gate.add(kVideo, sample(0.04, false), at(50.04)));
  EXPECT_TRUE(gate.is_open());
  EXPECT_EQ(gate.first_arrival(), at(50));
  EXPECT_EQ(gate.frame_interval(kVideo), 40'000);
  EXPECT_EQ(gate.frame_interval(kAudio), 0);
}

TEST(IngestGate, WaitsALittleForSoundUnlessThereIsNone) {
  for (const bool may_have_audio : {true, false}) {
    IngestGate gate(kRtmpClock);
    EncoderInfo info;
    info.may_have_audio = may_have_audio;
    gate.set_encoder(info);
    gate.set_track(kVideo);
    int pictures = 0;
    for (; !gate.is_open() && pictures < 100; ++pictures) {
      ASSERT_TRUE(gate.add(kVideo, sample(pictures / 25.0, pictures == 0), at(0)));
    }
    EXPECT_EQ(pictures, may_have_audio ? 9 : 2);
  }
}

TEST(IngestGate, HeldSoundDoesNotCountAsPictures) {
  IngestGate gate(kRtmpClock);
  gate.set_track(kVideo);
  gate.set_track(kAudio);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(gate.add(kAudio, sample(i * 0.02, true), at(0)));
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(gate.add(kVideo, sample(i * 0.04, false), at(0)));
  ASSERT_TRUE(gate.add(kVideo, sample(4, true), at(7)));
  ASSERT_TRUE(gate.add(kVideo, sample(4.04, false), at(7)));
  EXPECT_EQ(gate.first_arrival(), at(7));
  const auto held = gate.take();
  ASSERT_EQ(held.size(), 22u);
  EXPECT_EQ(held[0].track, kVideo);
  EXPECT_EQ(held[1].track, kAudio);
  EXPECT_EQ(held[1].sample.dts, 0);
}

TEST(IngestGate, RefusesWhatNeverBecomesPlayable) {
  IngestGate no_keyframe(kRtmpClock);
  no_keyframe.set_track(kVideo);
  base::Expected<void> taken;
  int count = 0;
  for (; taken && count < 10'000; ++count) {
    taken = no_keyframe.add(kVideo, sample(count * 0.04, false), at(0));
  }
  EXPECT_EQ(count, 4001);
  EXPECT_EQ(taken.error().code, base::ErrorCode::kUnsupported);

  IngestGate too_much(kRtmpClock);
  too_much.set_track(kVideo);
  too_much.set_track(kAudio);
  taken = {};
  for (count = 0; taken && count < 10'000; ++count) {
    taken = too_much.add(kAudio, sample(count * 0.001, true, 100'000), at(0));
  }
  EXPECT_EQ(taken.error().code, base::ErrorCode::kLimit);
  EXPECT_LT(count, 200);
}

}  // namespace
}  // namespace live
