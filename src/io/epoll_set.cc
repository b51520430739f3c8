#include "io/epoll_set.h"

#include <cerrno>

#include "base/check.h"
#include "io/loop.h"

namespace io {

EpollSet::EpollSet() : descriptor_(::epoll_create1(EPOLL_CLOEXEC)) {
  CHECK(descriptor_.is_open());
}

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
  for (std::size_t i = batch_next_; i < batch_size_; ++i) {
    if (batch_[i].data.ptr == &watcher) batch_[i].data.ptr = nullptr;
  }
}

std::size_t EpollSet::dispatch() {
  const int count = ::epoll_wait(native(), batch_.data(), static_cast<int>(batch_.size()), 0);
  if (count < 0) {
    CHECK(errno == EINTR);
    return 0;
  }
  batch_size_ = static_cast<std::size_t>(count);
  batch_next_ = 0;
  while (batch_next_ < batch_size_) {
    const epoll_event& event = batch_[batch_next_++];
    if (event.data.ptr == nullptr) continue;
    static_cast<Watcher*>(event.data.ptr)->on_ready(event.events);
  }
  batch_size_ = 0;
  return static_cast<std::size_t>(count);
}

}  // namespace io
