// The two ends of the pipe to the server: messages of media/pipe from one file descriptor and to
// another. Blocking; used by the program's one thread. The descriptors belong to the caller.
#pragma once

#include <vector>

#include "av/lifetime.h"
#include "base/error.h"
#include "media/pipe/messages.h"

namespace av {

class PipeInput {
 public:
  /// `lifetime` (it must not watch the input itself) ends a wait early.
  PipeInput(int descriptor, Lifetime& lifetime) : descriptor_(descriptor), lifetime_(lifetime) {}

  /// Waits for octets and appends the messages that they complete, which may be none. False at the
  /// end: the parent has closed its end, or it is time to end. kMalformed for what is no message.
  base::Expected<bool> read(std::vector<media::pipe::Message>& out);

 private:
  int descriptor_;
  Lifetime& lifetime_;
  media::pipe::Reader reader_;
};

/// Writes the whole message, however long the other side takes to read it: what is slow there slows
/// this program down, and nothing piles up. kClosed when nobody reads any more.
base::Expected<void> write_message(int descriptor, const media::pipe::Message& message);

}  // namespace av
