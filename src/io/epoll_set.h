// An epoll set and the batch of events taken from it. Part of a loop, used on its thread only.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "io/descriptor.h"

namespace io {

class Watcher;

class EpollSet {
 public:
  EpollSet();

  int native() const { return descriptor_.get(); }
  void add(int descriptor, std::uint32_t events, Watcher& watcher);
  void modify(int descriptor, std::uint32_t events, Watcher& watcher);
  /// The watcher may be destroyed afterwards, even while dispatch() runs.
  void remove(int descriptor, Watcher& watcher);
  /// Tells the watchers of descriptors that are ready now, one batch of them; returns how many
  /// there were.
  std::size_t dispatch();
  /// The most that dispatch() returns.
  std::size_t capacity() const { return batch_.size(); }

 private:
  Descriptor descriptor_;
  std::array<epoll_event, 128> batch_{};
  std::size_t batch_size_ = 0;
  std::size_t batch_next_ = 0;
};

}  // namespace io
