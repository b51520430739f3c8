// An epoll set and the batch of events taken from it. Part of a loop, used on its thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "io/descriptor.h"

namespace io {

class Watcher;

class EpollSet {
 public:
  EpollSet();
  ~EpollSet();
  EpollSet(const EpollSet&) = delete;
  EpollSet& operator=(const EpollSet&) = delete;

  int native() const { return descriptor_.get(); }
  void add(int descriptor, std::uint32_t events, Watcher& watcher);
  void modify(int descriptor, std::uint32_t events, Watcher& watcher);
  /// The watcher may be destroyed afterwards, even while dispatch() runs.
  void remove(int descriptor, Watcher& watcher);
  /// Tells the watchers of descriptors that are ready now, one batch of them; returns how many
  /// there were.
  std::size_t dispatch();
  /// The most that dispatch() returns.
  static constexpr std::size_t capacity() { return kBatch; }

 private:
  static constexpr std::size_t kBatch = 128;
  struct Batch;

  Descriptor descriptor_;
  std::unique_ptr<Batch> batch_;  // events taken and not handled yet
};

}  // namespace io
