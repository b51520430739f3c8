#include "io/epoll_set.h"

#include <sys/epoll.h>

#include <array>
#include <cerrno>

#include "base/check.h"
#include "io/loop.h"

namespace io {

struct EpollSet::Batch {
  std::array<epoll_event, kBatch> events{};
  std::size_t size = 0;
  std::size_t next = 0;
};

EpollSet::EpollSet()
    : descriptor_(::epoll_create1(EPOLL_CLOEXEC)), batch_(std::make_unique<Batch>()) {
  CHECK(descriptor_.is_open());
}

EpollSet::~EpollSet() = default;

void EpollSet::add(int descriptor, std::uint32_t events, Watcher& watcher) {
  epoll_event event{.events = events, .data = {.ptr = &watcher}};
  CHECK(::epoll_ctl(native(), EPOLL_CTL_ADD, descriptor, &event) == 0);
}

void EpollSet::modify(int descriptor, std::uint32_t events, Watcher& watcher) {
  epoll_event event{.events = events, .data = {.ptr = &watcher}};
  CHECK(::epoll_ctl(native(), EPOLL_CTL_MOD, descriptor, &event) == 0);
}

void EpollSet::remove(int descriptor, Watcher& watcher) {
  epoll_event event{};
  CHECK(::epoll_ctl(native(), EPOLL_CTL_DEL, descriptor, &event) == 0);
  // The watcher may be about to go while an event for it waits in the batch being handled.
  for (std::size_t i = batch_->next; i < batch_->size; ++i) {
    epoll_event& waiting = batch_->events[i];
    if (waiting.data.ptr == &watcher) waiting.data.ptr = nullptr;
  }
}

std::size_t EpollSet::dispatch() {
  Batch& batch = *batch_;
  const int count =
      ::epoll_wait(native(), batch.events.data(), static_cast<int>(batch.events.size()), 0);
  if (count < 0) {
    CHECK(errno == EINTR);
    return 0;
  }
  batch.size = static_cast<std::size_t>(count);
  batch.next = 0;
  while (batch.next < batch.size) {
    const epoll_event& event = batch.events[batch.next++];
    if (event.data.ptr == nullptr) continue;
    static_cast<Watcher*>(event.data.ptr)->on_ready(event.events);
  }
  batch.size = 0;
  return static_cast<std::size_t>(count);
}

}  // namespace io
