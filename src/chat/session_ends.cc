#include "chat/session_ends.h"

#include <algorithm>
#include <chrono>

#include "io/loop.h"

namespace chat {
namespace {

// The wall clock may be set while a long session lasts: look at it now and then.
constexpr base::WallTime::duration kLongestWait = std::chrono::minutes(1);
constexpr auto kLater = [](const auto& a, const auto& b) { return a.at > b.at; };

}  // namespace

void SessionEnds::add(MemberId member, base::WallTime ends_at, std::size_t members) {
  if (heap_.size() > 2 * members + 1024) forget_gone();
  heap_.push_back({ends_at, member});
  std::ranges::push_heap(heap_, kLater);
  if (!timer_.is_running() || ends_at < armed_for_) arm();
}

void SessionEnds::arm() {
  if (heap_.empty()) return;
  armed_for_ = heap_.front().at;
  const base::WallTime::duration wait = armed_for_ - io::Loop::wall_now();
  timer_.start(std::clamp(wait, base::WallTime::duration::zero(), kLongestWait),
               [this] { on_timer(); });
}

void SessionEnds::on_timer() {
  const base::WallTime now = io::Loop::wall_now();
  while (!heap_.empty() && heap_.front().at <= now) {
    const MemberId member = heap_.front().member;
    std::ranges::pop_heap(heap_, kLater);
    heap_.pop_back();
    ended_(member);
  }
  arm();
}

void SessionEnds::forget_gone() {
  std::erase_if(heap_, [&](const End& end) { return !is_here_(end.member); });
  std::ranges::make_heap(heap_, kLater);
}

}  // namespace chat
