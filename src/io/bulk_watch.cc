#include "io/bulk_watch.h"

#include <sys/epoll.h>

#include "io/timer.h"

namespace io {
namespace {

// Rates are judged over windows of this length.
constexpr base::Duration kWindow = std::chrono::milliseconds(100);
// More wake-ups than this in a window are worth pacing: twice what the pace itself makes.
constexpr unsigned kBusy = 50;
// Fewer events than this in a window are not.
constexpr std::size_t kIdle = 30;

}  // namespace

BulkWatch::BulkWatch(Loop& loop) : loop_(loop), timer_(std::make_unique<Timer>(loop)) {
  loop_.watch(set_.native(), EPOLLIN, *this);
}

BulkWatch::~BulkWatch() {
  loop_.unwatch(set_.native(), *this);
}

void BulkWatch::on_ready(std::uint32_t) {
  const base::MonotonicTime now = loop_.now();
  if (now - window_start_ >= kWindow) {
    window_start_ = now;
    looks_ = 0;
  }
  ++looks_;
  (void)set_.dispatch();
  if (looks_ <= kBusy) return;
  paced_ = true;
  window_start_ = now;
  events_ = 0;
  loop_.rewatch(set_.native(), 0, *this);
  timer_->start(kPace, [this] { look(); });
}

void BulkWatch::look() {
  const base::MonotonicTime now = loop_.now();
  // Every descriptor gets one turn, then the rest of the loop: a full batch may not be all.
  const std::size_t got = set_.dispatch();
  events_ += got;
  if (now - window_start_ >= kWindow) {
    if (events_ < kIdle) {
      paced_ = false;
      looks_ = 0;
      window_start_ = now;
      loop_.rewatch(set_.native(), EPOLLIN, *this);
      return;
    }
    window_start_ = now;
    events_ = 0;
  }
  timer_->start_at(got == set_.capacity() ? now : now + kPace, [this] { look(); });
}

}  // namespace io
