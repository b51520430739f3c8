// An amount that many share, from any thread: what was taken never exceeds what there is.
#pragma once

#include <atomic>
#include <cstdint>

namespace base {

class Budget {
 public:
  void set_capacity(std::int64_t capacity) { capacity_.store(capacity, std::memory_order_relaxed); }
  std::int64_t capacity() const { return capacity_.load(std::memory_order_relaxed); }
  std::int64_t used() const { return used_.load(std::memory_order_relaxed); }

  /// False, and nothing is taken, if there is not so much left.
  bool try_take(std::int64_t amount) {
    std::int64_t used = used_.load(std::memory_order_relaxed);
    do {
      if (used + amount > capacity()) return false;
    } while (!used_.compare_exchange_weak(used, used + amount, std::memory_order_relaxed));
    return true;
  }
  void give_back(std::int64_t amount) { used_.fetch_sub(amount, std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> capacity_{0};
  std::atomic<std::int64_t> used_{0};
};

}  // namespace base
