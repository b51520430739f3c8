#include "live/slate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/files.h"
#include "live/slate_player.h"
#include "live/slate_test_support.h"

namespace live {
namespace {

using ::testing::HasSubstr;
using testing::make_slate;
using testing::SlateFile;
using testing::write_slate;

TEST(Slate, HoldsWhatTheFileHas) {
  const auto slate = make_slate({.seconds = 3, .rate = 25, .gop = 1});
  EXPECT_EQ(slate->video().codec, media::Codec::kH264);
  EXPECT_EQ(slate->audio().audio.sample_rate, 48'000u);
  EXPECT_EQ(slate->length(), 3 * 90'000);
  ASSERT_FALSE(slate->entries().empty());
  EXPECT_TRUE(slate->entries().front().sample.keyframe);
  EXPECT_EQ(slate->entries().front().kind, media::TrackKind::kVideo);
  std::size_t pictures = 0;
  std::size_t sounds = 0;
  media::Ticks before = 0;
  for (const Slate::Entry& entry : slate->entries()) {
    EXPECT_GE(entry.at, before);
    before = entry.at;
    EXPECT_TRUE(testing::is_of_slate(entry.sample));
    if (entry.kind == media::TrackKind::kVideo) {
      EXPECT_EQ(entry.sample.dts, static_cast<media::Ticks>(pictures) * 3600);
      EXPECT_EQ(entry.sample.duration, 3600);
      EXPECT_EQ(entry.sample.keyframe, pictures % 25 == 0);
      ++pictures;
    } else {
      EXPECT_EQ(entry.sample.dts, static_cast<media::Ticks>(sounds) * 1024);
      ++sounds;
    }
  }
  EXPECT_EQ(pictures, 75u);
  EXPECT_EQ(sounds, 140u);
}

TEST(Slate, RefusesWhatCannotBePlayed) {
  struct Row {
    SlateFile file;
    base::ErrorCode code;
    const char* sentence;
  };
  const Row rows[] = {
      {{.video = false}, base::ErrorCode::kUnsupported, "no video"},
      {{.audio = false}, base::ErrorCode::kUnsupported, "no sound"},
      {{.gop = 30, .keyframe_first = false},
       base::ErrorCode::kUnsupported,
       "no video that begins with a keyframe"},
      {{.seconds = 0.5}, base::ErrorCode::kLimit, "lasts 1 to 600 seconds"},
      {{.seconds = 610, .rate = 5}, base::ErrorCode::kLimit, "lasts 1 to 600 seconds"},
      {{.audio_seconds = 1}, base::ErrorCode::kUnsupported, "sound lasts 1.0 of 3.0 seconds"},
      {{.hole_at = 1}, base::ErrorCode::kMalformed, "behind its predecessor"},
  };
  for (const Row& row : rows) {
    const auto slate = Slate::parse(write_slate(row.file));
    ASSERT_FALSE(slate) << row.sentence;
    EXPECT_EQ(slate.error().code, row.code) << slate.error().message;
    EXPECT_THAT(slate.error().message, HasSubstr(row.sentence));
  }
  const auto noise = Slate::parse(base::Bytes(5000, 0x33));
  ASSERT_FALSE(noise);
  EXPECT_THAT(noise.error().message, HasSubstr("no MPEG transport stream"));
}

TEST(Slate, BeginsWithTheFirstKeyframe) {
  const auto slate = make_slate({.seconds = 3, .gop = 1, .keyframe_first = false});
  EXPECT_EQ(slate->length(), 2 * 90'000);
  EXPECT_TRUE(slate->entries().front().sample.keyframe);
}

TEST(Slate, IsLoadedFromAFile) {
  const auto folder = io::TemporaryDirectory::create();
  ASSERT_TRUE(folder);
  const std::string path = folder->path() + "/slate.ts";
  EXPECT_EQ(load_slate(path).error().code, base::ErrorCode::kNotFound);
  ASSERT_TRUE(io::write_file_atomic(path, write_slate({}), 0600));
  ASSERT_TRUE(load_slate(path));
  ASSERT_TRUE(io::write_file_atomic(path, write_slate({.audio = false}), 0600));
  const auto silent = load_slate(path);
  ASSERT_FALSE(silent);
  EXPECT_THAT(silent.error().message, HasSubstr("slate.ts"));
}

TEST(SlatePlayer, PlaysEvenlyOverAndOver) {
  const media::Ticks start = 1'000'007;
  const base::MonotonicTime began{std::chrono::seconds(100)};
  SlatePlayer player(make_slate({.seconds = 2, .rate = 30}), start, began);
  media::Ticks next_picture = start;
  media::Ticks last_sound = 0;
  std::size_t keyframes = 0;
  for (int step = 0; step <= 200; ++step) {
    const auto now = began + std::chrono::milliseconds(50 * step);
    const media::Ticks clock = start + step * 4500;
    while (const auto due = player.next(now)) {
      if (due->kind == media::TrackKind::kVideo) {
        EXPECT_EQ(due->sample.dts, next_picture);
        EXPECT_LE(due->sample.dts, clock);
        next_picture += due->sample.duration;
        keyframes += due->sample.keyframe ? 1 : 0;
      } else {
        EXPECT_GE(due->sample.dts, last_sound);
        EXPECT_LT(due->sample.dts - last_sound, last_sound > 0 ? 2 * 1024 : 1'000'000);
        last_sound = due->sample.dts + due->sample.duration;
      }
    }
    EXPECT_GT(next_picture, clock);
    EXPECT_GE(player.end(), next_picture);
  }
  EXPECT_EQ(keyframes, 11u);
}

TEST(SlatePlayer, DoesNotCatchUpAfterALongPause) {
  const base::MonotonicTime began{std::chrono::seconds(100)};
  SlatePlayer player(make_slate(), 0, began);
  ASSERT_TRUE(player.next(began));
  const auto back = began + std::chrono::minutes(5);
  EXPECT_TRUE(player.next(back));
  EXPECT_FALSE(player.next(back));
  std::size_t given = 0;
  while (player.next(back + std::chrono::seconds(1))) ++given;
  EXPECT_NEAR(static_cast<double>(given), 25 + 47, 2);
}

}  // namespace
}  // namespace live
