#include "av/pipe_io.h"

#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace av {

using base::ErrorCode;
using base::fail;

base::Expected<bool> PipeInput::read(std::vector<media::pipe::Message>& out) {
  constexpr int kLookMilliseconds = 500;   // a signal may come just before the wait
  constexpr std::size_t kMost = 64 << 10;  // what a pipe holds
  for (;;) {
    if (lifetime_.is_over()) return false;
    pollfd input = {.fd = descriptor_, .events = POLLIN, .revents = 0};
    const int ready = poll(&input, 1, kLookMilliseconds);
    if (ready < 0 && errno != EINTR) return fail(ErrorCode::kIo, "waiting for input failed");
    if (ready <= 0) continue;
    base::Bytes octets(kMost);
    const ssize_t length = ::read(descriptor_, octets.data(), octets.size());
    if (length < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (length <= 0) return false;
    octets.resize(static_cast<std::size_t>(length));
    auto fed = reader_.feed(base::Slice::take(std::move(octets)), out);
    if (!fed) return fail(std::move(fed.error()));
    return true;
  }
}

base::Expected<void> write_message(int descriptor, const media::pipe::Message& message) {
  std::vector<base::Slice> slices = media::pipe::encode(message);
  std::size_t first = 0;
  while (first < slices.size()) {
    std::array<iovec, 2> parts{};
    std::size_t count = 0;
    for (std::size_t i = first; i < slices.size() && count < parts.size(); ++i) {
      // writev only reads; its argument is shared with readv.
      parts[count++] = {.iov_base = const_cast<std::uint8_t*>(slices[i].data()),
                        .iov_len = slices[i].size()};
    }
    const ssize_t written = writev(descriptor, parts.data(), static_cast<int>(count));
    // No other signals are handled than those that end the program.
    if (written < 0 && errno == EINTR) return fail(ErrorCode::kClosed, "told to end");
    if (written < 0 && errno == EAGAIN) {
      pollfd output = {.fd = descriptor, .events = POLLOUT, .revents = 0};
      // Otherwise writev says what is wrong.
      if (poll(&output, 1, -1) < 0 && errno == EINTR) {
        return fail(ErrorCode::kClosed, "told to end");
      }
      continue;
    }
    if (written <= 0) return fail(ErrorCode::kClosed, "nobody reads the output any more");
    auto left = static_cast<std::size_t>(written);
    while (first < slices.size() && left >= slices[first].size()) left -= slices[first++].size();
    if (left > 0) slices[first] = slices[first].sub(left);
  }
  return {};
}

}  // namespace av
