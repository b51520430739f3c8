#include "io/timer.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "base/check.h"
#include "io/loop.h"

namespace io {

struct Timer::State {
  explicit State(Loop& owner) : loop(owner), timer(owner.context()) {}

  Loop& loop;
  boost::asio::steady_timer timer;
  std::move_only_function<void()> expired;
  std::uint64_t round = 0;  // tells a wait that was replaced from the current one
};

Timer::Timer(Loop& loop) : state_(std::make_shared<State>(loop)) {}

Timer::~Timer() {
  cancel();
}

void Timer::start(base::Duration after, std::move_only_function<void()> expired) {
  start_at(Loop::precise_now() + after, std::move(expired));
}

void Timer::start_at(base::MonotonicTime when, std::move_only_function<void()> expired) {
  DCHECK(state_->loop.is_current());
  state_->expired = std::move(expired);
  const std::uint64_t round = ++state_->round;
  state_->timer.expires_at(when);
  state_->timer.async_wait([state = state_, round](const boost::system::error_code&) {
    // An expiry that was queued before cancel() arrives without an error: the round tells.
    if (state->round != round || !state->expired) return;
    auto run = std::exchange(state->expired, nullptr);
    run();
  });
}

void Timer::cancel() {
  DCHECK(state_->loop.is_current());
  ++state_->round;
  if (!state_->expired) return;
  state_->expired = nullptr;
  state_->timer.cancel();
}

bool Timer::is_running() const {
  return static_cast<bool>(state_->expired);
}

}  // namespace io
