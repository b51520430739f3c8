#include "io/filter.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "base/check.h"
#include "io/descriptor.h"
#include "io/loop.h"

namespace io {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::size_t kMaxErrors = 1024;
constexpr int kFirstFree = 3;  // descriptors 0, 1 and 2 are the child's own

struct Ends {
  Descriptor ours;
  Descriptor theirs;
};

// Sockets in place of pipes: what is sent to a child that has ended is an error, not a signal.
base::Expected<Ends> make_ends() {
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    return fail(system_error("socketpair", errno));
  }
  Ends ends{Descriptor(pair[0]), Descriptor(pair[1])};
  // The child's ends become 0 to 2, so none of them may be one of these.
  if (ends.theirs.get() < kFirstFree) {
    Descriptor higher(::fcntl(ends.theirs.get(), F_DUPFD_CLOEXEC, kFirstFree));
    if (!higher.is_open()) return fail(system_error("socketpair", errno));
    ends.theirs = std::move(higher);
  }
  if (::fcntl(ends.ours.get(), F_SETFL, O_NONBLOCK) != 0) {
    return fail(system_error("socketpair", errno));
  }
  return ends;
}

struct Actions {
  Actions() { CHECK(::posix_spawn_file_actions_init(&value) == 0); }
  ~Actions() { (void)::posix_spawn_file_actions_destroy(&value); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  posix_spawn_file_actions_t value{};
};

struct Attributes {
  Attributes() {
    CHECK(::posix_spawnattr_init(&value) == 0);
    sigset_t none;
    sigset_t standard;
    (void)::sigemptyset(&none);
    (void)::sigemptyset(&standard);
    (void)::sigaddset(&standard, SIGPIPE);
    CHECK(::posix_spawnattr_setsigmask(&value, &none) == 0);
    CHECK(::posix_spawnattr_setsigdefault(&value, &standard) == 0);
    // Ctrl-C in a terminal is for us alone.
    CHECK(::posix_spawnattr_setpgroup(&value, 0) == 0);
    constexpr short kFlags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;
    CHECK(::posix_spawnattr_setflags(&value, kFlags) == 0);
  }
  ~Attributes() { (void)::posix_spawnattr_destroy(&value); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  posix_spawnattr_t value{};
};

// The child, killed at the end unless it has ended by itself.
class Child {
 public:
  explicit Child(pid_t id) : id_(id) {}
  ~Child() {
    if (id_ <= 0) return;
    (void)::kill(id_, SIGKILL);
    (void)wait();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  bool ends_until(base::MonotonicTime end) const {
    // glibc 2.36 declares its own function without C linkage.
    const Descriptor descriptor(static_cast<int>(::syscall(SYS_pidfd_open, id_, 0)));
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Loop::precise_now());
      if (left.count() <= 0) return false;
      pollfd watched{descriptor.get(), POLLIN, 0};
      const int ready = ::poll(&watched, 1, static_cast<int>(left.count()));
      if (ready > 0) return true;
      if (ready < 0 && errno != EINTR) return false;
    }
  }
  int wait() {
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = 0;
    return status;
  }

 private:
  pid_t id_;
};

struct Pipes {
  Ends input;
  Ends output;
  Ends errors;
};

base::Expected<pid_t> start(std::vector<std::string>& arguments, const Pipes& pipes) {
  Actions actions;
  const std::array<int, 3> theirs = {pipes.input.theirs.get(), pipes.output.theirs.get(),
                                     pipes.errors.theirs.get()};
  for (int target = 0; target < kFirstFree; ++target) {
    CHECK(::posix_spawn_file_actions_adddup2(
              &actions.value, theirs[static_cast<std::size_t>(target)], target) == 0);
  }
  // Libraries may have opened descriptors without close-on-exec.
  CHECK(::posix_spawn_file_actions_addclosefrom_np(&actions.value, kFirstFree) == 0);
  const Attributes attributes;
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  pid_t id = 0;
  const int code = ::posix_spawnp(&id, words.front(), &actions.value, &attributes.value,
                                  words.data(), ::environ);
  if (code != 0) {
    auto error = system_error("cannot start " + arguments.front(), code);
    error.code = ErrorCode::kNotFound;
    return fail(std::move(error));
  }
  return id;
}

// Sends what the child takes now; an end that it closed takes nothing more.
void send_some(Descriptor& end, base::ByteSpan& input) {
  while (!input.empty()) {
    const ssize_t count = ::send(end.get(), input.data(), input.size(), MSG_NOSIGNAL);
    if (count > 0) {
      input = input.subspan(static_cast<std::size_t>(count));
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    break;
  }
  end.reset();
}

// False once there is no more to come.
template <class Take>
bool receive_some(Descriptor& end, Take take) {
  std::array<std::uint8_t, std::size_t{64} << 10> piece;
  for (;;) {
    const ssize_t count = ::read(end.get(), piece.data(), piece.size());
    if (count > 0) {
      if (!take(base::ByteSpan(piece).first(static_cast<std::size_t>(count)))) return false;
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    end.reset();
    return false;
  }
}

}  // namespace

base::Expected<FilterResult> run_filter(std::vector<std::string> arguments, base::ByteSpan input,
                                        const FilterLimits& limits) {
  CHECK(!arguments.empty());
  std::array<base::Expected<Ends>, 3> made{make_ends(), make_ends(), make_ends()};
  for (auto& ends : made) {
    if (!ends) return fail(std::move(ends.error()));
  }
  Pipes pipes{std::move(*made[0]), std::move(*made[1]), std::move(*made[2])};
  const auto id = start(arguments, pipes);
  if (!id) return fail(id.error());
  Child child(*id);
  for (Ends* ends : {&pipes.input, &pipes.output, &pipes.errors}) ends->theirs.reset();
  if (input.empty()) pipes.input.ours.reset();

  FilterResult result;
  const base::MonotonicTime end = Loop::precise_now() + limits.time;
  const auto take_output = [&](base::ByteSpan octets) {
    result.output.insert(result.output.end(), octets.begin(), octets.end());
    return result.output.size() <= limits.max_output;
  };
  const auto take_errors = [&](base::ByteSpan octets) {
    const std::size_t room = kMaxErrors - std::min(kMaxErrors, result.errors.size());
    result.errors += base::as_text(octets.first(std::min(room, octets.size())));
    return true;
  };
  while (pipes.output.ours.is_open() || pipes.errors.ours.is_open()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Loop::precise_now());
    if (left.count() <= 0) return fail(ErrorCode::kTimeout, arguments.front() + " took too long");
    // Closed ends are -1, which poll() passes over.
    std::array<pollfd, 3> watched = {{{pipes.input.ours.get(), POLLOUT, 0},
                                      {pipes.output.ours.get(), POLLIN, 0},
                                      {pipes.errors.ours.get(), POLLIN, 0}}};
    const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) return fail(system_error("poll", errno));
    if (ready <= 0) continue;
    if (watched[0].revents != 0) send_some(pipes.input.ours, input);
    if (watched[1].revents != 0) (void)receive_some(pipes.output.ours, take_output);
    if (watched[2].revents != 0) (void)receive_some(pipes.errors.ours, take_errors);
    if (result.output.size() > limits.max_output) {
      return fail(ErrorCode::kLimit, arguments.front() + " gives more than is wanted");
    }
  }
  // It has closed its output and should end now.
  if (!child.ends_until(end)) return fail(ErrorCode::kTimeout, arguments.front() + " does not end");
  const int status = child.wait();
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  return result;
}

}  // namespace io
