// Facts and limits of this process and machine.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>

#include "base/error.h"

namespace io {

/// Raises the limit of open files to the hard limit, or as root as far as the kernel goes.
/// Returns the limit that holds now.
std::uint64_t raise_open_file_limit();

struct CpuTimes {
  std::chrono::microseconds user{};
  std::chrono::microseconds system{};
};
/// CPU time used by all threads of this process so far.
CpuTimes cpu_times();
/// CPU time used by all threads of a process so far. kNotFound if there is none with this id.
base::Expected<std::chrono::nanoseconds> cpu_time_of(std::uint32_t process);
/// CPU time used by the calling thread so far.
std::chrono::nanoseconds thread_cpu_time();

/// Bytes of memory that are resident now; 0 if the kernel does not say.
std::uint64_t resident_memory();

/// Fills with bytes fit for keys.
void random_bytes(std::span<std::uint8_t> out);

/// The file this program was started from; empty if unknown.
std::string executable_path();
/// The machine's name; "localhost" if it has none.
std::string host_name();

}  // namespace io
