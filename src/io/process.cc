#include "io/process.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "base/check.h"

namespace io {
namespace {

using base::ErrorCode;

constexpr std::size_t kMaxLine = 8 * 1024;
constexpr std::size_t kMaxInput = 32 * 1024;  // fits into a pipe, so that writing never waits
constexpr std::size_t kFirstFree = 3;         // descriptors 0, 1 and 2 are the child's own

// glibc 2.36 declares these two without C linkage, so they are made here.
int open_pidfd(pid_t id) {
  return static_cast<int>(::syscall(SYS_pidfd_open, id, 0));
}

void signal_pidfd(int descriptor, int number) {
  // Fails only when the process has ended.
  (void)::syscall(SYS_pidfd_send_signal, descriptor, number, nullptr, 0);
}

struct PipeEnds {
  Descriptor read;
  Descriptor write;
};

base::Expected<PipeEnds> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return base::fail(system_error("pipe", errno));
  PipeEnds out{Descriptor(ends[0]), Descriptor(ends[1])};
  // dup2() onto 0 to 2 in the child must not hit an end that is still needed.
  for (Descriptor* end : {&out.read, &out.write}) {
    if (end->get() >= static_cast<int>(kFirstFree)) continue;
    Descriptor higher(::fcntl(end->get(), F_DUPFD_CLOEXEC, static_cast<int>(kFirstFree)));
    if (!higher.is_open()) return base::fail(system_error("pipe", errno));
    *end = std::move(higher);
  }
  return out;
}

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
  while (!rest.empty()) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    const std::string candidate = std::string(rest.substr(0, colon)) + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return name;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (std::string& text : strings) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// Everything the child needs, made before fork(): between fork() and execve() of a program with
// threads only async-signal-safe calls are allowed, so no memory may be asked for there.
struct Plan {
  std::string program;
  std::vector<char*> arguments;
  std::vector<char*> environment;
  int input = -1;
  int output = -1;
  int errors = -1;
  int report = -1;  // gets the error number if the program cannot be started
  pid_t parent = 0;
};

[[noreturn]] void become(const Plan& plan) {
  const auto give_up = [&] {
    const int reason = errno;
    (void)!::write(plan.report, &reason, sizeof reason);
    ::_exit(127);
  };
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up();
  if (::getppid() != plan.parent) ::_exit(127);  // the parent died before the line above
  // Ctrl-C in a terminal is for us alone: we end our children when we have drained.
  (void)::setpgid(0, 0);
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  sigset_t none;
  (void)::sigemptyset(&none);
  if (::sigaction(SIGPIPE, &standard, nullptr) != 0) give_up();
  if (::sigprocmask(SIG_SETMASK, &none, nullptr) != 0) give_up();
  if (::dup2(plan.input, 0) < 0 || ::dup2(plan.output, 1) < 0 || ::dup2(plan.errors, 2) < 0) {
    give_up();
  }
  // Libraries may have opened descriptors without close-on-exec.
  (void)::close_range(kFirstFree, ~0U, CLOSE_RANGE_CLOEXEC);
  (void)::execve(plan.program.c_str(), plan.arguments.data(), plan.environment.data());
  give_up();
  ::_exit(127);
}

std::vector<std::string> environment_with(const std::vector<std::string>& more) {
  std::vector<std::string> out = more;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('=') + 1);
    bool replaced = false;
    for (const std::string& own : more) replaced = replaced || own.starts_with(name);
    if (!replaced) out.emplace_back(text);
  }
  return out;
}

}  // namespace

base::Expected<std::unique_ptr<Process>> Process::spawn(Loop& loop, const Options& options,
                                                        Handler& handler) {
  DCHECK(loop.is_current());
  CHECK(!options.arguments.empty());
  const std::string& name = options.arguments.front();
  if (options.input.size() > kMaxInput) {
    return base::fail(ErrorCode::kLimit, "too much input for " + name);
  }
  std::array<base::Expected<PipeEnds>, 4> pipes{make_pipe(), make_pipe(), make_pipe(), make_pipe()};
  for (auto& pipe : pipes) {
    if (!pipe) return base::fail(std::move(pipe.error()).with_context("cannot start " + name));
  }
  auto& [input, output, errors, report] = pipes;
  if (!options.input.empty()) {
    const ssize_t written = ::write(input->write.get(), options.input.data(), options.input.size());
    CHECK(written == static_cast<ssize_t>(options.input.size()));
  }
  if (!options.keep_input_open) input->write.reset();

  std::vector<std::string> arguments = options.arguments;
  std::vector<std::string> environment = environment_with(options.environment);
  const Plan plan{.program = find_program(name),
                  .arguments = pointers_to(arguments),
                  .environment = pointers_to(environment),
                  .input = input->read.get(),
                  .output = output->write.get(),
                  .errors = errors->write.get(),
                  .report = report->write.get(),
                  .parent = ::getpid()};
  const pid_t id = ::fork();
  if (id < 0) return base::fail(system_error("cannot start " + name, errno));
  if (id == 0) become(plan);

  report->write.reset();
  int reason = 0;
  ssize_t got = 0;
  do {
    got = ::read(report->read.get(), &reason, sizeof reason);
  } while (got < 0 && errno == EINTR);
  if (got == static_cast<ssize_t>(sizeof reason)) {
    (void)::waitpid(id, nullptr, 0);  // it has ended
    return base::fail(system_error("cannot start " + name, reason));
  }

  std::unique_ptr<Process> self(new Process(loop, handler, id));
  self->input_ = std::move(input->write);
  self->exit_.process = self.get();
  self->exit_.descriptor = Descriptor(open_pidfd(id));
  CHECK(self->exit_.descriptor.is_open());
  loop.watch(self->exit_.descriptor.get(), EPOLLIN, self->exit_);
  for (std::size_t i = 0; i < self->pipes_.size(); ++i) {
    Pipe& pipe = self->pipes_[i];
    pipe.process = self.get();
    pipe.output = i == 0 ? Output::kStandard : Output::kError;
    pipe.descriptor = std::move((i == 0 ? output : errors)->read);
    CHECK(::fcntl(pipe.descriptor.get(), F_SETFL, O_NONBLOCK) == 0);
    loop.watch(pipe.descriptor.get(), EPOLLIN, pipe);
  }
  return self;
}

Process::~Process() {
  if (alive_ != nullptr) *alive_ = false;
  for (Pipe& pipe : pipes_) close_pipe(pipe);
  if (!exit_.descriptor.is_open()) return;
  loop_.unwatch(exit_.descriptor.get(), exit_);
  send_signal(SIGKILL);
  (void)::waitpid(id_, nullptr, 0);
}

void Process::terminate() {
  send_signal(SIGTERM);
}

void Process::kill() {
  send_signal(SIGKILL);
}

void Process::send_signal(int number) {
  // After its end the id may belong to another process.
  if (exit_.descriptor.is_open()) signal_pidfd(exit_.descriptor.get(), number);
}

void Process::Pipe::on_ready(std::uint32_t) {
  (void)process->read_pipe(*this);
}

void Process::Exit::on_ready(std::uint32_t) {
  process->handle_exit();
}

bool Process::read_pipe(Pipe& pipe) {
  std::array<char, 4096> buffer{};
  while (pipe.descriptor.is_open()) {
    const ssize_t got = ::read(pipe.descriptor.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return true;
    if (got <= 0) {
      if (!pipe.line.empty() && !deliver(pipe)) return false;
      close_pipe(pipe);
      return true;
    }
    for (const char c : std::string_view(buffer.data(), static_cast<std::size_t>(got))) {
      if (c != '\n') pipe.line.push_back(c);
      if ((c == '\n' || pipe.line.size() >= kMaxLine) && !deliver(pipe)) return false;
    }
  }
  return true;
}

bool Process::deliver(Pipe& pipe) {
  const std::string line = std::exchange(pipe.line, std::string());
  bool alive = true;
  alive_ = &alive;
  handler_.on_line(pipe.output, line);
  if (!alive) return false;
  alive_ = nullptr;
  return true;
}

void Process::close_pipe(Pipe& pipe) {
  if (!pipe.descriptor.is_open()) return;
  loop_.unwatch(pipe.descriptor.get(), pipe);
  pipe.descriptor.reset();
}

void Process::handle_exit() {
  siginfo_t info{};
  const int pidfd = exit_.descriptor.get();
  if (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG) != 0) {
    CHECK(errno == EINTR);
    return;
  }
  loop_.unwatch(pidfd, exit_);
  exit_.descriptor.reset();
  // Grandchildren may hold the pipes for ever: what is in them now is what counts.
  for (Pipe& pipe : pipes_) {
    if (!read_pipe(pipe)) return;
    if (!pipe.line.empty() && !deliver(pipe)) return;
    close_pipe(pipe);
  }
  ExitStatus status;
  (info.si_code == CLD_EXITED ? status.code : status.signal) = info.si_status;
  handler_.on_exit(status);
}

}  // namespace io
