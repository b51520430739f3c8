// Puts files on the disk for good (fsync), which may take long, on a thread of its own.
#pragma once

#include <cstddef>
#include <functional>

#include "base/error.h"
#include "io/descriptor.h"
#include "io/loop.h"

namespace record {

/// Made, used and destroyed on one loop, whose tasks may outlive it.
class DiskSyncer {
 public:
  using Done = std::move_only_function<void(base::Expected<void>)>;

  explicit DiskSyncer(io::Loop& home);
  ~DiskSyncer();

  /// Closes the file afterwards; `done` is called on the home loop. Where very much waits, files
  /// are left to the kernel.
  void sync(io::Descriptor file, Done done);

 private:
  static constexpr std::size_t kMaxWaiting = 512;

  io::Loop& home_;
  std::size_t waiting_ = 0;
  io::LoopGroup thread_{1};
};

}  // namespace record
