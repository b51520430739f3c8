#include "av/transcode_command.h"

#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "av/libav.h"
#include "av/lifetime.h"
#include "av/pipe_io.h"
#include "av/transcoder.h"

namespace av {
namespace {

using base::ErrorCode;
using base::fail;
using media::pipe::Message;

constexpr int kNiceness = 5;  // the server's own threads go first

void log_line(std::string_view sentence) {
  (void)std::fprintf(stderr, "rostrum-av transcode: %.*s\n", static_cast<int>(sentence.size()),
                     sentence.data());
}

base::Expected<void> write_out(const Message& message) {
  return write_message(STDOUT_FILENO, message);
}

// What is no longer wanted is known before anything else that came with it is worked on: it is
// ended because the machine falls behind.
base::Expected<void> handle(Transcoder& transcoder, const std::vector<Message>& messages) {
  for (const bool ends : {true, false}) {
    for (const Message& message : messages) {
      if (std::holds_alternative<media::pipe::EndOutput>(message) != ends) continue;
      if (auto handled = transcoder.handle(message); !handled) return handled;
    }
  }
  return {};
}

base::Expected<void> transcode(Lifetime& lifetime) {
  PipeInput input(STDIN_FILENO, lifetime);
  std::optional<Transcoder> transcoder;
  std::vector<Message> messages;
  for (;;) {
    messages.clear();
    const auto more = input.read(messages);
    if (!more) return fail(more.error());
    auto next = messages.begin();
    if (!transcoder && next != messages.end()) {
      auto* job = std::get_if<media::pipe::TranscodeJob>(&*next);
      if (job == nullptr) return fail(ErrorCode::kMalformed, "the first message is no job");
      auto created = Transcoder::create(std::move(*job), write_out, log_line);
      if (!created) return fail(std::move(created.error()));
      transcoder = *std::move(created);
      messages.erase(next);
    }
    if (transcoder) {
      if (auto handled = handle(*transcoder, messages); !handled) return handled;
    }
    if (!*more) break;
  }
  // Told to end at once: nobody waits for the rest.
  if (!transcoder || lifetime.is_over()) return {};
  return transcoder->finish();
}

}  // namespace

const std::string_view kTranscodeUsage =
    "rostrum-av transcode\n"
    "  makes renditions of a broadcast; started by the server, which speaks to it through "
    "standard\n"
    "  input and output\n";

int run_transcode() {
  silence_libav();
  (void)nice(kNiceness);  // works as well without, only less politely
  Lifetime lifetime(Lifetime::Input::kIgnored, std::nullopt);
  const auto done = transcode(lifetime);
  if (done) return 0;
  if (done.error().code != ErrorCode::kClosed) {
    log_line(done.error().message);
    (void)write_out(media::pipe::Failure{done.error().message});  // the exit code says it, too
  }
  return 1;
}

}  // namespace av
