#include "io/pipe_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "base/check.h"
#include "io/chores.h"

namespace io {
namespace {

using base::ErrorCode;

constexpr std::size_t kReadSize = std::size_t{64} * 1024;
constexpr int kPipeSize =
    256 * 1024;  // fewer wake-ups; as much as the system allows without asking
constexpr std::size_t kMaxLine = 1024;
constexpr std::size_t kMostAtOnce = 64;  // slices in one write
// Reading goes on for so many rounds before others of the loop have their turn.
constexpr int kRounds = 16;
constexpr int kFirstFree = 3;

void kill_and_reap(pid_t id) {
  (void)::kill(id, SIGKILL);
  (void)::waitpid(id, nullptr, 0);
}

struct Ends {
  Descriptor read;
  Descriptor write;
};

base::Expected<Ends> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return base::fail(system_error("pipe", errno));
  Ends out{Descriptor(ends[0]), Descriptor(ends[1])};
  // Where we run without standard streams ours must not be taken for the child's.
  for (Descriptor* end : {&out.read, &out.write}) {
    if (end->get() >= kFirstFree) continue;
    Descriptor higher(::fcntl(end->get(), F_DUPFD_CLOEXEC, kFirstFree));
    if (!higher.is_open()) return base::fail(system_error("pipe", errno));
    *end = std::move(higher);
  }
  (void)::fcntl(out.write.get(), F_SETPIPE_SZ, kPipeSize);
  return out;
}

struct SpawnSettings {
  SpawnSettings() {
    CHECK(::posix_spawn_file_actions_init(&actions) == 0);
    CHECK(::posix_spawnattr_init(&attributes) == 0);
  }
  ~SpawnSettings() {
    (void)::posix_spawn_file_actions_destroy(&actions);
    (void)::posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

}  // namespace

struct PipeProcess::Started {
  pid_t id = 0;
  Descriptor process;
  Descriptor input;
  Descriptor output;
  Descriptor errors;
};

namespace {

// posix_spawn copies no page tables: what it costs does not grow with us.
base::Expected<pid_t> spawn(const PipeProcess::Options& options, int input, int output,
                            int errors) {
  SpawnSettings settings;
  auto& actions = settings.actions;
  bool fine = ::posix_spawn_file_actions_adddup2(&actions, input, 0) == 0 &&
              ::posix_spawn_file_actions_adddup2(&actions, output, 1) == 0 &&
              ::posix_spawn_file_actions_adddup2(&actions, errors, 2) == 0 &&
              ::posix_spawn_file_actions_addclosefrom_np(&actions, kFirstFree) == 0;
  sigset_t none;
  sigset_t standard;
  (void)::sigemptyset(&none);
  (void)::sigemptyset(&standard);
  (void)::sigaddset(&standard, SIGPIPE);
  auto& attributes = settings.attributes;
  fine = fine && ::posix_spawnattr_setsigmask(&attributes, &none) == 0 &&
         ::posix_spawnattr_setsigdefault(&attributes, &standard) == 0 &&
         // Ctrl-C in a terminal is for us alone.
         ::posix_spawnattr_setpgroup(&attributes, 0) == 0 &&
         ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                     POSIX_SPAWN_SETPGROUP) == 0;
  CHECK(fine);
  std::vector<std::string> arguments = options.arguments;
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  pid_t id = 0;
  const int error =
      ::posix_spawnp(&id, pointers[0], &actions, &attributes, pointers.data(), ::environ);
  if (error != 0) return base::fail(system_error("cannot start " + arguments[0], error));
  // Threads that it makes later inherit this.
  if (options.niceness > ::getpriority(PRIO_PROCESS, 0)) {
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(id), options.niceness);
  }
  return id;
}

}  // namespace

PipeProcess::PipeProcess(Loop& loop, Chores& chores, Options options, Handler& handler)
    : loop_(loop),
      chores_(chores),
      options_(std::move(options)),
      handler_(handler),
      link_(std::make_shared<Link>(Link{this})) {
  const auto join = [this](End& end, void (PipeProcess::*ready)(std::uint32_t)) {
    end.process = this;
    end.ready = ready;
  };
  join(input_, &PipeProcess::on_writable);
  join(output_, &PipeProcess::on_readable);
  join(errors_, &PipeProcess::on_error_readable);
  join(exit_, &PipeProcess::on_ended);
}

std::unique_ptr<PipeProcess> PipeProcess::start(Loop& loop, Chores& chores, Options options,
                                                Handler& handler) {
  DCHECK(loop.is_current());
  CHECK(!options.arguments.empty());
  std::unique_ptr<PipeProcess> self(new PipeProcess(loop, chores, std::move(options), handler));
  chores.run([&loop, settings = self->options_, link = self->link_]() mutable {
    const auto launch = [&]() -> base::Expected<Started> {
      auto input = make_pipe();
      if (!input) return base::fail(std::move(input.error()));
      auto output = make_pipe();
      if (!output) return base::fail(std::move(output.error()));
      auto errors = make_pipe();
      if (!errors) return base::fail(std::move(errors.error()));
      const auto id = spawn(settings, input->read.get(), output->write.get(), errors->write.get());
      if (!id) return base::fail(id.error());
      Started started{*id, Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, *id, 0))),
                      std::move(input->write), std::move(output->read), std::move(errors->read)};
      for (const Descriptor* end : {&started.input, &started.output, &started.errors}) {
        if (!started.process.is_open() || ::fcntl(end->get(), F_SETFL, O_NONBLOCK) != 0) {
          const int reason = errno;
          kill_and_reap(*id);
          return base::fail(system_error("cannot start " + settings.arguments[0], reason));
        }
      }
      return started;
    };
    // Lives on if the loop never runs the task: then the child's input ends.
    loop.post([link = std::move(link), started = launch()]() mutable {
      if (link->process != nullptr) link->process->on_started(std::move(started));
    });
  });
  return self;
}

void PipeProcess::on_started(base::Expected<Started> started) {
  if (!started) return handler_.on_exit(started.error().message);
  id_ = started->id;
  exit_.descriptor = std::move(started->process);
  input_.descriptor = std::move(started->input);
  output_.descriptor = std::move(started->output);
  errors_.descriptor = std::move(started->errors);
  watch(exit_, EPOLLIN);
  watch(output_, EPOLLIN);
  watch(errors_, EPOLLIN);
  watch(input_, 0);
  flush();
}

PipeProcess::~PipeProcess() {
  link_->process = nullptr;
  for (End* end : {&input_, &output_, &errors_, &exit_}) close(*end);
  if (id_) chores_.run([id = *id_] { kill_and_reap(id); });
}

void PipeProcess::watch(End& end, std::uint32_t events) {
  loop_.watch(end.descriptor.get(), events, end);
  end.watched = events;
}

void PipeProcess::close(End& end) {
  if (!end.descriptor.is_open()) return;
  loop_.unwatch(end.descriptor.get(), end);
  end.descriptor.reset();
}

bool PipeProcess::write(std::span<const base::Slice> data) {
  std::size_t size = 0;
  for (const base::Slice& slice : data) size += slice.size();
  if (queued_ + size > options_.max_queued) return false;
  if (ends_input_) return true;
  for (const base::Slice& slice : data) {
    if (!slice.empty()) queue_.push_back(slice);
  }
  queued_ += size;
  if (input_.descriptor.is_open() && input_.watched == 0) flush();
  return true;
}

void PipeProcess::end_input() {
  ends_input_ = true;
  if (input_.descriptor.is_open() && queue_.empty()) close(input_);
}

void PipeProcess::on_writable(std::uint32_t) {
  flush();
}

void PipeProcess::flush() {
  while (input_.descriptor.is_open() && !queue_.empty()) {
    std::array<iovec, kMostAtOnce> pieces{};
    const std::size_t count = std::min(queue_.size(), pieces.size());
    for (std::size_t i = 0; i < count; ++i) {
      // writev() does not write to what it is given.
      pieces[i] = {const_cast<std::uint8_t*>(queue_[i].data()), queue_[i].size()};
    }
    const ssize_t written =
        ::writev(input_.descriptor.get(), pieces.data(), static_cast<int>(count));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno != EAGAIN) {
      // It has closed its input; its end comes through exit_.
      close(input_);
      ends_input_ = true;
      queue_.clear();
      queued_ = 0;
      return;
    }
    if (written < 0) break;
    auto left = static_cast<std::size_t>(written);
    queued_ -= left;
    while (left > 0) {
      base::Slice& front = queue_.front();
      if (left < front.size()) {
        front = front.sub(left);
        break;
      }
      left -= front.size();
      queue_.pop_front();
    }
  }
  if (!input_.descriptor.is_open()) return;
  if (queue_.empty() && ends_input_) return close(input_);
  const std::uint32_t wanted = queue_.empty() ? 0 : EPOLLOUT;
  if (wanted == input_.watched) return;
  loop_.rewatch(input_.descriptor.get(), wanted, input_);
  input_.watched = wanted;
}

void PipeProcess::on_readable(std::uint32_t) {
  (void)read_output(false);
}

bool PipeProcess::read_output(bool to_the_end) {
  const std::shared_ptr<Link> link = link_;
  for (int round = 0; (to_the_end || round < kRounds) && output_.descriptor.is_open(); ++round) {
    base::Bytes buffer(kReadSize);
    const ssize_t got = ::read(output_.descriptor.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return true;
    if (got <= 0) {
      close(output_);
      return true;
    }
    buffer.resize(static_cast<std::size_t>(got));
    // Small pieces must not hold on to a large allocation.
    if (buffer.size() < kReadSize / 2) buffer.shrink_to_fit();
    handler_.on_output(base::Slice::take(std::move(buffer)));
    if (link->process == nullptr) return false;
  }
  return true;
}

void PipeProcess::on_error_readable(std::uint32_t) {
  (void)read_errors(false);
}

bool PipeProcess::read_errors(bool to_the_end) {
  const std::shared_ptr<Link> link = link_;
  std::array<char, 4096> buffer{};
  for (int round = 0; (to_the_end || round < kRounds) && errors_.descriptor.is_open(); ++round) {
    const ssize_t got = ::read(errors_.descriptor.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return true;
    const bool over = got <= 0;
    if (over) close(errors_);
    for (const char c : std::string_view(buffer.data(), over ? 0 : static_cast<std::size_t>(got))) {
      if (c != '\n') {
        if (line_.size() < kMaxLine) line_.push_back(c);
        continue;
      }
      handler_.on_error_line(std::exchange(line_, {}));
      if (link->process == nullptr) return false;
    }
    if (over && !line_.empty()) {
      handler_.on_error_line(std::exchange(line_, {}));
      return link->process != nullptr;
    }
  }
  return true;
}

void PipeProcess::on_ended(std::uint32_t) {
  siginfo_t info{};
  const int pidfd = exit_.descriptor.get();
  if (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG) != 0) {
    CHECK(errno == EINTR);
    return;
  }
  if (info.si_pid == 0) return;
  id_.reset();
  close(exit_);
  close(input_);
  ends_input_ = true;
  queue_.clear();
  queued_ = 0;
  // What it had written counts; others that hold its pipes do not.
  if (!read_output(true) || !read_errors(true)) return;
  close(output_);
  close(errors_);
  handler_.on_exit(info.si_code == CLD_EXITED
                       ? "it returned " + std::to_string(info.si_status)
                       : "signal " + std::to_string(info.si_status) + " ended it");
}

}  // namespace io
