#include "io/system.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <string_view>

#include "base/check.h"
#include "io/files.h"

namespace io {
namespace {

constexpr std::size_t kSmallFile = 64 * 1024;

/// The number at place `index` of a file of the kernel; 0 if there is none.
std::uint64_t number_in(const std::string& path, int index) {
  const auto content = read_file(path, kSmallFile);
  if (!content) return 0;
  std::string_view text = base::as_text(*content);
  for (int i = 0; i < index; ++i) {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return 0;
    text.remove_prefix(space + 1);
  }
  std::uint64_t value = 0;
  (void)std::from_chars(text.data(), text.data() + text.size(), value);  // stays 0 on failure
  return value;
}

std::chrono::microseconds duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

std::uint64_t raise_open_file_limit() {
  rlimit limit{};
  CHECK(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  const rlim_t most = number_in("/proc/sys/fs/nr_open", 0);
  if (most > limit.rlim_max) {
    const rlimit wish{.rlim_cur = most, .rlim_max = most};
    if (::setrlimit(RLIMIT_NOFILE, &wish) == 0) return most;  // root may
  }
  const rlimit wish{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &wish) == 0) return wish.rlim_cur;
  return limit.rlim_cur;
}

CpuTimes cpu_times() {
  rusage usage{};
  CHECK(::getrusage(RUSAGE_SELF, &usage) == 0);
  return {duration_of(usage.ru_utime), duration_of(usage.ru_stime)};
}

base::Expected<std::chrono::nanoseconds> cpu_time_of(std::uint32_t process) {
  clockid_t clock{};
  timespec time{};
  // 0 would be the calling process.
  if (process == 0 || ::clock_getcpuclockid(static_cast<pid_t>(process), &clock) != 0 ||
      ::clock_gettime(clock, &time) != 0) {
    return base::fail(base::ErrorCode::kNotFound, "there is no process " + std::to_string(process));
  }
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::chrono::nanoseconds thread_cpu_time() {
  timespec time{};
  CHECK(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::uint64_t resident_memory() {
  const long page = ::sysconf(_SC_PAGESIZE);
  return number_in("/proc/self/statm", 1) * static_cast<std::uint64_t>(std::max(page, 0L));
}

void random_bytes(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    CHECK(got > 0 || errno == EINTR);
    if (got > 0) out = out.subspan(static_cast<std::size_t>(got));
  }
}

std::string executable_path() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::string() : path.string();
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0') return "localhost";
  return name.data();
}

}  // namespace io
