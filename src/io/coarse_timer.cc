#include "io/coarse_timer.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "io/loop.h"
#include "io/timer.h"

namespace io {
namespace {

constexpr std::chrono::seconds kTick{1};

}  // namespace

CoarseTimer::CoarseTimer(Loop& loop) : timers_(&loop.coarse_timers()) {}

void CoarseTimer::start(std::chrono::seconds after, std::move_only_function<void()> expired) {
  cancel();
  expired_ = std::move(expired);
  deadline_ = timers_->tick_for(after);
  timers_->link(*this);
}

void CoarseTimer::restart(std::chrono::seconds after) {
  if (!is_running()) return;
  deadline_ = timers_->tick_for(after);
  // A later deadline is noticed when the old slot comes up; only an earlier one must move now.
  if (deadline_ >= scheduled_) return;
  unlink();
  timers_->link(*this);
}

void CoarseTimer::cancel() {
  if (!is_running()) return;
  unlink();
  expired_ = nullptr;
}

void CoarseTimer::unlink() {
  auto& head = (*timers_->slots_)[scheduled_ % CoarseTimers::kSlots];
  if (next_ == this) {
    if (head == this) head = nullptr;
  } else {
    if (head == this) head = next_;
    previous_->next_ = next_;
    next_->previous_ = previous_;
  }
  previous_ = next_ = nullptr;
  --timers_->size_;
}

CoarseTimers::CoarseTimers(Loop& loop)
    : loop_(loop),
      origin_(Loop::precise_now()),
      ticker_(std::make_unique<Timer>(loop)),
      slots_(std::make_unique<std::array<CoarseTimer*, kSlots>>()) {}

CoarseTimers::~CoarseTimers() {
  CHECK(size_ == 0);
}

std::uint32_t CoarseTimers::tick_for(std::chrono::seconds after) const {
  DCHECK(loop_.is_current());
  // Rounded up, so that no timer is early. 2^32 seconds are 136 years.
  const auto due = loop_.now() - origin_ + std::max(after, std::chrono::seconds(0));
  return static_cast<std::uint32_t>(due / kTick) + 1;
}

void CoarseTimers::link(CoarseTimer& timer) {
  if (size_ == 0) {
    // Nothing was waiting, so no slot was missed while the wheel stood still.
    handled_ = tick_for(std::chrono::seconds(0)) - 1;
    arm();
  }
  timer.deadline_ = std::max(timer.deadline_, handled_ + 1);
  // Farther than the wheel reaches: looked at when the last slot comes up, then placed again.
  timer.scheduled_ = std::min(timer.deadline_, handled_ + kSlots - 1);
  auto& head = (*slots_)[timer.scheduled_ % kSlots];
  if (head == nullptr) {
    head = timer.previous_ = timer.next_ = &timer;
  } else {
    timer.next_ = head;
    timer.previous_ = head->previous_;
    head->previous_->next_ = &timer;
    head->previous_ = &timer;
  }
  ++size_;
}

void CoarseTimers::arm() {
  ticker_->start_at(origin_ + (handled_ + 1) * kTick, [this] { on_tick(); });
}

void CoarseTimers::on_tick() {
  const std::uint32_t current = tick_for(std::chrono::seconds(0)) - 1;
  // A stall longer than the wheel is round: each slot once is enough, deadlines are absolute.
  if (current - handled_ > kSlots) handled_ = current - kSlots;
  while (handled_ < current && size_ > 0) {
    ++handled_;
    handle_slot(handled_);
  }
  if (size_ > 0) arm();
}

void CoarseTimers::handle_slot(std::uint32_t tick) {
  auto& head = (*slots_)[tick % kSlots];
  // Whatever is linked from here on goes to a later slot, so this one empties.
  while (CoarseTimer* timer = head) {
    timer->unlink();
    if (timer->deadline_ > tick) {
      link(*timer);
      continue;
    }
    auto run = std::exchange(timer->expired_, nullptr);
    run();
  }
}

}  // namespace io
