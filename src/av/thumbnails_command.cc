#include "av/thumbnails_command.h"

#include <unistd.h>

#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "av/libav.h"
#include "av/lifetime.h"
#include "av/pipe_io.h"
#include "av/thumbnail_maker.h"

namespace av {
namespace {

using base::ErrorCode;
using base::fail;
using media::pipe::Message;

constexpr int kNiceness = 10;  // nobody waits for a thumbnail

base::Expected<void> answer_all(Lifetime& lifetime) {
  PipeInput input(STDIN_FILENO, lifetime);
  ThumbnailMaker maker;
  std::vector<Message> messages;
  for (;;) {
    messages.clear();
    const auto more = input.read(messages);
    if (!more) return fail(more.error());
    for (const Message& message : messages) {
      const auto* request = std::get_if<media::pipe::PictureRequest>(&message);
      if (request == nullptr) {
        return fail(ErrorCode::kMalformed, "a message that is no request for a picture");
      }
      if (auto written = write_message(STDOUT_FILENO, maker.make(*request)); !written) {
        return written;
      }
    }
    if (!*more) return {};
  }
}

}  // namespace

const std::string_view kThumbnailsUsage =
    "rostrum-av thumbnails\n"
    "  makes JPEGs of keyframes; started by the server, which speaks to it through standard input\n"
    "  and output\n";

int run_thumbnails() {
  silence_libav();
  (void)nice(kNiceness);  // works as well without, only less politely
  Lifetime lifetime(Lifetime::Input::kIgnored, std::nullopt);
  const auto done = answer_all(lifetime);
  if (done) return 0;
  if (done.error().code != ErrorCode::kClosed) {
    (void)std::fprintf(stderr, "rostrum-av thumbnails: %s\n", done.error().message.c_str());
    // The exit code says it, too.
    (void)write_message(STDOUT_FILENO, media::pipe::Failure{done.error().message});
  }
  return 1;
}

}  // namespace av
