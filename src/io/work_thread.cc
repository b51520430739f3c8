#include "io/work_thread.h"

#include <pthread.h>

#include <utility>

namespace io {

WorkThread::WorkThread(const char* name, const Limits& limits)
    : limits_(limits), thread_([this] { run(); }) {
  (void)::pthread_setname_np(thread_.native_handle(), name);
}

WorkThread::~WorkThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_one();
  thread_.join();
}

bool WorkThread::give(std::size_t octets, Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= limits_.tasks) return false;
    if (octets_ > 0 && octets_ + octets > limits_.octets) return false;
    octets_ += octets;
    waiting_.push_back({octets, std::move(task)});
  }
  wanted_.notify_one();
  return true;
}

void WorkThread::run() {
  while (true) {
    Waiting next;
    {
      std::unique_lock lock(mutex_);
      wanted_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (stopping_) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    Tell tell = next.task();
    next.task = nullptr;
    {
      const std::lock_guard lock(mutex_);
      octets_ -= next.octets;
    }
    if (tell) tell();
  }
}

}  // namespace io
