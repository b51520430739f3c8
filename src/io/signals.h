// Signals of the process, delivered as callbacks on a loop.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>

namespace io {

class Loop;

/// While it lives, the given signals (SIGTERM, SIGINT, SIGHUP, …) no longer have their default
/// effect. Made, used and destroyed on its loop.
class SignalSet {
 public:
  /// Calls `received` with the signal's number each time one comes; it may destroy the set.
  SignalSet(Loop& loop, std::initializer_list<int> signals,
            std::move_only_function<void(int)> received);
  ~SignalSet();
  SignalSet(const SignalSet&) = delete;
  SignalSet& operator=(const SignalSet&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the wait that is under way
};

}  // namespace io
