#include "live/encoder_figures.h"

#include <gtest/gtest.h>

#include "media/codec/bpm_test_support.h"

namespace live {
namespace {

using media::testing::bpm_rendition;
using media::testing::bpm_session;
using media::testing::bpm_times;
using media::testing::picture_with_sei;

void tell(EncoderTally& tally, const std::vector<base::Bytes>& messages) {
  tally.on_keyframe(media::Codec::kH264, picture_with_sei(media::Codec::kH264, messages));
}

TEST(EncoderTally, SaysNothingOfEncodersThatDoNot) {
  EncoderTally tally;
  tell(tally, {});
  EXPECT_FALSE(tally.figures());
}

TEST(EncoderTally, AddsUpWhatCameSinceTheReportBefore) {
  EncoderTally tally;
  tell(tally, {bpm_session(0, 0, 0, 0), bpm_rendition(0, 0, 0)});
  tell(tally, {bpm_session(120, 3, 2, 115), bpm_rendition(120, 5, 115)});
  tell(tally, {bpm_session(120, 1, 0, 119), bpm_rendition(120, 0, 120)});
  EXPECT_EQ(
      tally.figures(),
      (EncoderFigures{
          .rendered = 240, .lagged = 4, .dropped = 2, .output = 234, .skipped = 5, .delay = {}}));
}

TEST(EncoderTally, KnowsTheNewestWayThroughTheEncoder) {
  EncoderTally tally;
  tell(tally, {bpm_times("2026-05-05T12:00:00.000Z", "2026-05-05T12:00:00.090Z")});
  EXPECT_EQ(tally.figures()->delay, std::chrono::milliseconds(90));
  // A clock that was set back or forth says nothing.
  tell(tally, {bpm_times("2026-05-05T12:00:00.000Z", "2026-05-05T11:00:00.000Z")});
  EXPECT_EQ(tally.figures()->delay, std::chrono::milliseconds(90));
  tell(tally, {bpm_times("2026-05-05T12:00:00.000Z", "2026-05-05T13:00:00.000Z")});
  EXPECT_EQ(tally.figures()->delay, std::chrono::milliseconds(90));
  tell(tally, {bpm_times("2026-05-05T12:00:00.000Z", "2026-05-05T12:00:00.070Z")});
  EXPECT_EQ(tally.figures()->delay, std::chrono::milliseconds(70));
}

}  // namespace
}  // namespace live
