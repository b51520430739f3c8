#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "av/testcard_command.h"

namespace av {
namespace {

using Words = std::vector<std::string_view>;

TEST(TestcardOptions, AreRead) {
  const auto options =
      parse_testcard_options(Words{"--url", "rtmp://h/app/key", "--size", "640x360", "--fps", "60",
                                   "--bitrate", "800k", "--duration", "5"});
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->url, "rtmp://h/app/key");
  EXPECT_EQ(options->video.width, 640);
  EXPECT_EQ(options->video.height, 360);
  EXPECT_EQ(options->video.frame_rate, 60);
  EXPECT_EQ(options->video.bitrate, 800'000);
  EXPECT_EQ(options->duration, std::chrono::seconds(5));
}

TEST(TestcardOptions, AHyphenMeansStandardInput) {
  const auto options = parse_testcard_options(Words{"--url", "-"});
  ASSERT_TRUE(options.has_value());
  EXPECT_TRUE(options->url.empty());
  EXPECT_FALSE(options->duration.has_value());
  EXPECT_EQ(options->video.width, 1280);
}

TEST(TestcardOptions, MistakesAreNamed) {
  struct Row {
    Words words;
    std::string message;
  };
  const std::string size = "--size must be WIDTHxHEIGHT, even, from 480x270 to 3840x2160";
  for (const Row& row : {
           Row{{}, "--url is missing"},
           Row{{"url"}, "every option begins with two hyphens"},
           Row{{"--url"}, "--url needs a value"},
           Row{{"--url", "http://secret"}, "--url must be - or begin with rtmp:// or rtmps://"},
           Row{{"--url", "-", "--colour", "red"}, "there is no option --colour"},
           Row{{"--url", "-", "--size", "1280"}, size},
           Row{{"--url", "-", "--size", "1281x720"}, size},
           Row{{"--url", "-", "--size", "320x180"}, size},
           Row{{"--url", "-", "--size", "99999x720"}, size},
           Row{{"--url", "-", "--fps", "0"}, "--fps must be from 1 to 120"},
           Row{{"--url", "-", "--bitrate", "2500"}, "--bitrate must be from 100k to 50000k"},
           Row{{"--url", "-", "--duration", "0"}, "--duration must be whole seconds, at least 1"},
       }) {
    const auto options = parse_testcard_options(row.words);
    ASSERT_FALSE(options.has_value());
    EXPECT_EQ(options.error().message, row.message);
  }
}

}  // namespace
}  // namespace av
