#include "av/pipe_io.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <thread>

namespace av {
namespace {

using media::pipe::EndOutput;
using media::pipe::Message;
using media::pipe::SourceSample;

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC), 0); }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_reader() { close_end(0); }
  void close_writer() { close_end(1); }

 private:
  void close_end(std::size_t end) {
    if (ends_[end] >= 0) (void)close(ends_[end]);
    ends_[end] = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

Message large(std::uint8_t first) {
  base::Bytes octets(1'000'000);
  for (std::size_t i = 0; i < octets.size(); ++i) {
    octets[i] = static_cast<std::uint8_t>(first + i * 7);
  }
  return SourceSample{
      media::TrackKind::kVideo, 1, {.pts = first, .data = base::Slice::take(std::move(octets))}};
}

TEST(PipeIo, LargeMessagesComeThroughWhole) {
  Pipe pipe;
  Lifetime lifetime(Lifetime::Input::kIgnored, std::nullopt);
  // Much more than a pipe holds: the writer waits for the reader.
  std::thread writer([&] {
    for (const std::uint8_t first : std::array<std::uint8_t, 3>{1, 2, 3}) {
      EXPECT_TRUE(write_message(pipe.writer(), large(first)).has_value());
    }
    EXPECT_TRUE(write_message(pipe.writer(), EndOutput{}).has_value());
    pipe.close_writer();
  });
  PipeInput input(pipe.reader(), lifetime);
  std::vector<Message> messages;
  for (;;) {
    const auto more = input.read(messages);
    ASSERT_TRUE(more.has_value());
    if (!*more) break;
  }
  writer.join();
  ASSERT_EQ(messages.size(), 4U);
  for (const std::uint8_t first : std::array<std::uint8_t, 3>{1, 2, 3}) {
    const auto& got = std::get<SourceSample>(messages[first - 1U]).sample;
    const Message sent = large(first);
    EXPECT_EQ(got.pts, first);
    EXPECT_TRUE(
        std::ranges::equal(got.data.span(), std::get<SourceSample>(sent).sample.data.span()));
  }
}

TEST(PipeIo, GarbageIsAnError) {
  Pipe pipe;
  Lifetime lifetime(Lifetime::Input::kIgnored, std::nullopt);
  ASSERT_EQ(write(pipe.writer(), "GET / HTTP/1.1", 14), 14);
  PipeInput input(pipe.reader(), lifetime);
  std::vector<Message> messages;
  EXPECT_FALSE(input.read(messages).has_value());
}

TEST(PipeIo, NobodyWhoReadsIsAnError) {
  Pipe pipe;
  const Lifetime lifetime(Lifetime::Input::kIgnored, std::nullopt);  // ignores SIGPIPE
  pipe.close_reader();
  const auto written = write_message(pipe.writer(), EndOutput{});
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, base::ErrorCode::kClosed);
}

}  // namespace
}  // namespace av
