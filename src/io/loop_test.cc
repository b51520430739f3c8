#include "io/loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "io/coarse_timer.h"
#include "io/io_test_support.h"
#include "io/timer.h"

namespace io {
namespace {

using namespace std::chrono_literals;
using test::drive;

TEST(Loop, RunsPostsInOrderAndReturnsAfterStop) {
  Loop loop;
  std::vector<int> order;
  for (int i = 0; i < 100; ++i) loop.post([&order, i] { order.push_back(i); });
  loop.post([&] { loop.stop(); });
  loop.run();
  ASSERT_EQ(order.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(Loop, StopBeforeRunIsNotLost) {
  Loop loop;
  loop.stop();
  loop.run();
  bool ran = false;
  loop.post([&] {
    ran = true;
    loop.stop();
  });
  loop.run();
  EXPECT_TRUE(ran);
}

TEST(Loop, PostFromATaskRunsLater) {
  Loop loop;
  bool inner = false;
  bool inner_during_outer = false;
  loop.post([&] {
    loop.post([&] { inner = true; });
    inner_during_outer = inner;
  });
  EXPECT_TRUE(drive(loop, [&] { return inner; }));
  EXPECT_FALSE(inner_during_outer);
}

TEST(Loop, TasksThatNeverRanAreDestroyed) {
  const auto token = std::make_shared<int>(1);
  {
    Loop loop;
    loop.post([token] {});
    EXPECT_EQ(token.use_count(), 2);
  }
  EXPECT_EQ(token.use_count(), 1);
}

TEST(LoopGroup, PostsCrossLoopsAndThreadsJoin) {
  LoopGroup group(3);
  EXPECT_TRUE(group.at(0).is_current());  // nobody runs it yet
  group.start();
  std::atomic<int> hops{0};
  std::atomic<bool> on_wrong_loop{false};
  std::atomic<bool> done{false};
  // A ball that goes round the loops.
  struct Ball {
    LoopGroup& group;
    std::atomic<int>& hops;
    std::atomic<bool>& wrong;
    std::atomic<bool>& done;
    void at(std::size_t i) {
      if (!group.at(i).is_current() || group.at((i + 1) % 3).is_current()) wrong = true;
      if (++hops == 3000) {
        done = true;
        done.notify_all();
        return;
      }
      group.at((i + 1) % 3).post([this, next = (i + 1) % 3] { at(next); });
    }
  } ball{group, hops, on_wrong_loop, done};
  group.at(0).post([&] { ball.at(0); });
  done.wait(false);
  group.stop_and_join();
  EXPECT_EQ(hops.load(), 3000);
  EXPECT_FALSE(on_wrong_loop.load());
}

TEST(Loop, PostsFromManyThreadsAllArrive) {
  Loop loop;
  int count = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 5000; ++i) loop.post([&] { ++count; });
      });
    }
    EXPECT_TRUE(drive(loop, [&] { return count == 20000; }));
  }
}

TEST(Loop, NowStandsStillWithinAHandlerAndMovesBetween) {
  Loop loop;
  base::MonotonicTime first;
  base::MonotonicTime again;
  base::MonotonicTime later;
  loop.post([&] {
    first = loop.now();
    while (Loop::precise_now() - first < 1ms) {
    }
    again = loop.now();
  });
  ASSERT_TRUE(drive(loop, [&] { return again != base::MonotonicTime(); }));
  loop.post([&] { later = loop.now(); });
  ASSERT_TRUE(drive(loop, [&] { return later != base::MonotonicTime(); }));
  EXPECT_EQ(first, again);
  EXPECT_GE(later - first, 1ms);
}

TEST(Timer, FiresOnceAndNotEarly) {
  Loop loop;
  Timer timer(loop);
  int fired = 0;
  const auto begin = Loop::precise_now();
  timer.start(5ms, [&] { ++fired; });
  EXPECT_TRUE(timer.is_running());
  ASSERT_TRUE(drive(loop, [&] { return fired > 0; }));
  EXPECT_GE(Loop::precise_now() - begin, 5ms);
  EXPECT_FALSE(timer.is_running());
  bool other = false;
  Timer after(loop);
  after.start(10ms, [&] { other = true; });
  ASSERT_TRUE(drive(loop, [&] { return other; }));
  EXPECT_EQ(fired, 1);
}

TEST(Timer, StartAgainReplacesCancelForgetsDestructionCancels) {
  Loop loop;
  std::string events;
  Timer replaced(loop);
  replaced.start(1ms, [&] { events += "old "; });
  replaced.start(2ms, [&] { events += "new "; });
  Timer cancelled(loop);
  cancelled.start(1ms, [&] { events += "cancelled "; });
  cancelled.cancel();
  EXPECT_FALSE(cancelled.is_running());
  auto destroyed = std::make_unique<Timer>(loop);
  destroyed->start(1ms, [&] { events += "destroyed "; });
  destroyed.reset();
  Timer last(loop);
  bool done = false;
  last.start(10ms, [&] { done = true; });
  ASSERT_TRUE(drive(loop, [&] { return done; }));
  EXPECT_EQ(events, "new ");
}

TEST(Timer, MayRestartOrDestroyItselfInItsCallback) {
  Loop loop;
  auto timer = std::make_unique<Timer>(loop);
  int rounds = 0;
  std::function<void()> tick = [&] {
    if (++rounds == 3) {
      timer.reset();
    } else {
      timer->start(1ms, [&] { tick(); });
    }
  };
  timer->start(1ms, [&] { tick(); });
  ASSERT_TRUE(drive(loop, [&] { return timer == nullptr; }));
  EXPECT_EQ(rounds, 3);
}

TEST(CoarseTimer, FiresAfterItsSecondsCancelsAndMayBePushedBack) {
  Loop loop;
  EXPECT_EQ(loop.coarse_timers().size(), 0U);
  CoarseTimer plain(loop);
  CoarseTimer pushed(loop);
  CoarseTimer pulled(loop);
  CoarseTimer cancelled(loop);
  CoarseTimer far(loop);
  std::vector<std::pair<std::string, base::MonotonicTime>> events;
  const auto note = [&](const char* name) {
    return [&events, name] { events.emplace_back(name, Loop::precise_now()); };
  };
  const auto begin = Loop::precise_now();
  plain.start(1s, note("plain"));
  pushed.start(1s, note("pushed"));
  pushed.restart(2s);
  pulled.start(300s, note("pulled"));
  pulled.restart(1s);
  cancelled.start(1s, note("cancelled"));
  cancelled.cancel();
  far.start(1000s, note("far"));  // farther than the wheel is round
  EXPECT_EQ(loop.coarse_timers().size(), 4U);
  ASSERT_TRUE(drive(loop, [&] { return events.size() == 3; }));
  EXPECT_EQ(events[2].first, "pushed");
  EXPECT_GE(events[0].second - begin, 1s);
  EXPECT_LE(events[0].second - begin, 2500ms);
  EXPECT_GE(events[2].second - begin, 2s);
  EXPECT_TRUE(far.is_running());
  EXPECT_FALSE(plain.is_running());
  EXPECT_EQ(loop.coarse_timers().size(), 1U);
}

TEST(CoarseTimer, CallbackMayDestroyOthersOfTheSameSecondAndItself) {
  Loop loop;
  std::vector<std::unique_ptr<CoarseTimer>> timers;
  int fired = 0;
  for (int i = 0; i < 10; ++i) {
    timers.push_back(std::make_unique<CoarseTimer>(loop));
    timers.back()->start(0s, [&] {
      ++fired;
      timers.clear();
    });
  }
  ASSERT_TRUE(drive(loop, [&] { return timers.empty(); }));
  EXPECT_EQ(fired, 1);
  EXPECT_EQ(loop.coarse_timers().size(), 0U);
}

}  // namespace
}  // namespace io
