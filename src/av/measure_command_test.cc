#include "av/measure_command.h"

#include <gtest/gtest.h>

#include <array>

#include "av/libav.h"
#include "av/scenery.h"

namespace av {
namespace {

TEST(Measure, OptionsAreRead) {
  const std::array<std::string_view, 6> words = {"--seconds", "3",        "--encoder",
                                                 "h264_qsv",  "--preset", "fast"};
  const auto options = parse_measure_options(words);
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->seconds, 3);
  EXPECT_EQ(options->encoder.name, "h264_qsv");
  EXPECT_EQ(options->encoder.preset, "fast");
  const auto nothing = parse_measure_options({});
  ASSERT_TRUE(nothing.has_value());
  EXPECT_EQ(nothing->encoder.name, "libx264");
  EXPECT_EQ(nothing->encoder.preset, "veryfast");
}

TEST(Measure, WrongOptionsAreRefused) {
  using Words = std::array<std::string_view, 2>;
  for (const Words& words :
       {Words{"--seconds", "0"}, Words{"--seconds", "61"}, Words{"--seconds", "1s"},
        Words{"--seconds", ""}, Words{"--encoder", ""}, Words{"--encoder", "a\"b"},
        Words{"--preset", "a b"}, Words{"--speed", "1"}}) {
    EXPECT_FALSE(parse_measure_options(words).has_value()) << words[0] << ' ' << words[1];
  }
  const std::array<std::string_view, 1> alone = {"--seconds"};
  EXPECT_FALSE(parse_measure_options(alone).has_value());
}

TEST(Measure, BothCostSomething) {
  silence_libav();
  const auto cost = measure_cost({.seconds = 1, .encoder = {.preset = "ultrafast"}});
  ASSERT_TRUE(cost.has_value());
  EXPECT_GT(cost->decode, 0.0001);
  EXPECT_GT(cost->encode, 0.0001);
  EXPECT_LT(cost->decode, 0.2);
  EXPECT_LT(cost->encode, 0.5);
  EXPECT_FALSE(measure_cost({.seconds = 1, .encoder = {.name = "h264_imaginary"}}).has_value());
}

TEST(Scenery, MovesAndIsTheSameEachTime) {
  Scenery one(320, 180);
  Scenery other(320, 180);
  Picture first(320, 180);
  Picture second(320, 180);
  one.draw(0, first);
  other.draw(0, second);
  EXPECT_EQ(first.y, second.y);
  other.draw(1, second);
  EXPECT_NE(first.y, second.y);
  one.draw(1000, first);  // far beyond where it turns round
}

}  // namespace
}  // namespace av
