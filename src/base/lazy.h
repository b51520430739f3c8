// A value computed once, on whichever loop asks first, and then shared by all loops. Used for
// bytes that are needed only when somebody watches: muxed parts, rendered playlists.
#pragma once

#include <mutex>
#include <utility>

namespace base {

template <class T>
class Lazy {
 public:
  /// The value; the first caller computes it with `make()`, others wait for that.
  /// `make` must not throw and must not ask this Lazy again.
  template <class Make>
  const T& get(Make&& make) const {
    std::call_once(once_, [&] { value_ = std::forward<Make>(make)(); });
    return value_;
  }

 private:
  mutable std::once_flag once_;
  mutable T value_{};
};

}  // namespace base
