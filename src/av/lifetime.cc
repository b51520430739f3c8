#include "av/lifetime.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace av {
namespace {

volatile std::sig_atomic_t stop_requested = 0;  // the only thing a signal handler may touch

void request_stop(int) {
  stop_requested = 1;
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  (void)sigaction(signal, &action, nullptr);  // cannot fail for these signals
}

}  // namespace

Lifetime::Lifetime(Input input, std::optional<base::Duration> duration) : input_(input) {
  if (duration) end_ = std::chrono::steady_clock::now() + *duration;
  handle(SIGTERM, request_stop);
  handle(SIGINT, request_stop);
  handle(SIGPIPE, SIG_IGN);
}

bool Lifetime::is_over() {
  if (!over_) watch_input(0);
  if (stop_requested != 0) over_ = true;
  if (end_ && std::chrono::steady_clock::now() >= *end_) over_ = true;
  return over_;
}

void Lifetime::wait_until(base::WallTime time) {
  const auto now = std::chrono::system_clock::now();
  if (time <= now || over_) return;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(time - now);
  watch_input(static_cast<int>(std::min<std::int64_t>(wait.count(), 100)));
}

void Lifetime::watch_input(int timeout_milliseconds) {
  pollfd input = {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  const nfds_t count = input_ == Input::kWatched ? 1 : 0;
  if (poll(&input, count, timeout_milliseconds) <= 0 || input.revents == 0) return;
  std::array<char, 512> ignored{};
  const ssize_t length = read(STDIN_FILENO, ignored.data(), ignored.size());
  if (length == 0 || (length < 0 && errno != EINTR && errno != EAGAIN)) over_ = true;
}

std::string read_input_line() {
  constexpr std::size_t kLongest = 4096;
  std::string line;
  char c = 0;
  while (line.size() < kLongest) {
    const ssize_t length = read(STDIN_FILENO, &c, 1);
    if (length < 0 && errno == EINTR && stop_requested == 0) continue;
    if (length != 1 || c == '\n') break;
    line += c;
  }
  return line;
}

}  // namespace av
