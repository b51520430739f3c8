#include "io/family.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "io/files.h"
#include "io/system.h"

namespace io {
namespace {

constexpr std::size_t kSmallFile = 64 * 1024;
// Whoever has more of them has other worries.
constexpr std::size_t kMostProcesses = 1000;

std::vector<std::uint64_t> numbers_in(const std::string& path) {
  std::vector<std::uint64_t> numbers;
  const auto content = read_file(path, kSmallFile);
  if (!content) return numbers;
  const std::string_view text = base::as_text(*content);
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  while (at != end) {
    std::uint64_t value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error == std::errc{}) numbers.push_back(value);
    at = next == at ? at + 1 : next;
  }
  return numbers;
}

/// Children of every thread: the kernel tells them by the thread that started them.
void add_children(std::uint64_t process, std::vector<std::uint64_t>& found) {
  std::error_code failed;
  const std::filesystem::path tasks = "/proc/" + std::to_string(process) + "/task";
  for (auto task = std::filesystem::directory_iterator(tasks, failed);
       !failed && task != std::filesystem::directory_iterator(); task.increment(failed)) {
    for (const std::uint64_t child : numbers_in(task->path() / "children")) {
      if (found.size() < kMostProcesses) found.push_back(child);
    }
  }
}

std::chrono::nanoseconds duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

FamilyUse family_use() {
  FamilyUse use;
  const CpuTimes own = cpu_times();
  use.cpu = own.user + own.system;
  use.resident = resident_memory();
  rusage ended{};
  CHECK(::getrusage(RUSAGE_CHILDREN, &ended) == 0);
  use.cpu += duration_of(ended.ru_utime) + duration_of(ended.ru_stime);
  std::vector<std::uint64_t> family;
  add_children(static_cast<std::uint64_t>(::getpid()), family);
  const auto page = static_cast<std::uint64_t>(std::max(::sysconf(_SC_PAGESIZE), 0L));
  for (std::size_t i = 0; i < family.size(); ++i) {
    const auto cpu = cpu_time_of(static_cast<std::uint32_t>(family[i]));
    if (!cpu) continue;  // it has just ended
    use.cpu += *cpu;
    ++use.children;
    const auto memory = numbers_in("/proc/" + std::to_string(family[i]) + "/statm");
    if (memory.size() > 1) use.resident += memory[1] * page;
    add_children(family[i], family);
  }
  return use;
}

std::uint64_t machine_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page <= 0) return 0;
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page);
}

unsigned machine_cores() {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    return static_cast<unsigned>(std::max(CPU_COUNT(&allowed), 1));
  }
  return std::max(std::thread::hardware_concurrency(), 1U);
}

DiskSpace disk_space(const std::string& path) {
  std::error_code failed;
  const std::filesystem::space_info space = std::filesystem::space(path, failed);
  if (failed || space.capacity == static_cast<std::uintmax_t>(-1)) return {};
  const std::uint64_t used = space.capacity - space.free;
  return {.used = used, .total = used + space.available};
}

}  // namespace io
