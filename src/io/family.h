// What this program and the helpers that it has started use of the machine, and what the machine
// has. Reads files of the kernel: some hundred microseconds, not on a media loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace io {

/// Of this process and all its descendants.
struct FamilyUse {
  /// CPU time so far, also of children that have ended and were waited for.
  std::chrono::nanoseconds cpu{};
  std::uint64_t resident = 0;  // octets of memory
  std::uint32_t children = 0;  // that live now, descendants of theirs included
};
FamilyUse family_use();

/// Octets of memory that the machine has; 0 if the kernel does not say.
std::uint64_t machine_memory();
/// Processors that this program may use.
unsigned machine_cores();

/// The file system that a folder or file stands on; zeros if there is no such place.
struct DiskSpace {
  std::uint64_t used = 0;   // octets
  std::uint64_t total = 0;  // what we could have of it: without what is kept for root
};
DiskSpace disk_space(const std::string& path);

}  // namespace io
