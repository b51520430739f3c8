#include "record/thumbnailer.h"

#include <gtest/gtest.h>

#include <optional>

#include "io/chores.h"
#include "io/loop.h"

namespace record {
namespace {

class ThumbnailerTest : public ::testing::TestWithParam<const char*> {
 protected:
  std::string ask(Thumbnailer& thumbnailer) {
    std::optional<std::string> answer;
    media::Sample sample;
    sample.keyframe = true;
    sample.data = base::Slice::take(std::string("abcd"));
    thumbnailer.make({}, sample, 1280, 720, [&](base::Expected<media::pipe::Picture> picture) {
      answer = picture ? "a picture" : picture.error().message;
    });
    EXPECT_FALSE(answer.has_value()) << "answered from inside the call";
    const auto deadline = io::Loop::precise_now() + std::chrono::seconds(30);
    while (!answer && io::Loop::precise_now() < deadline) {
      (void)loop_.run_once(std::chrono::seconds(1));
    }
    return answer.value_or("no answer");
  }

  io::Loop loop_;
  io::Chores chores_;
};

// A helper that ends at once, one that talks nonsense, and none at all: whoever asked is told, and
// it is not started again at once.
TEST_P(ThumbnailerTest, AHelperThatIsNoHelp) {
  Thumbnailer thumbnailer(loop_, chores_, GetParam());
  const std::string first = ask(thumbnailer);
  EXPECT_NE(first, "no answer");
  EXPECT_NE(first, "a picture");
  EXPECT_EQ(ask(thumbnailer), "the helper program for thumbnails is not there");
}
INSTANTIATE_TEST_SUITE_P(Helpers, ThumbnailerTest,
                         ::testing::Values("/bin/false", "/nowhere/to-be-found", "/usr/bin/yes"));

}  // namespace
}  // namespace record
