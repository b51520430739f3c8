#include "control/health/machine_load.h"

#include <gtest/gtest.h>

#include "base/metrics.h"
#include "io/loop.h"
#include "io/system.h"

namespace control {
namespace {

void work(std::chrono::milliseconds time) {
  volatile std::uint64_t sum = 0;
  const auto begin = io::thread_cpu_time();
  while (io::thread_cpu_time() - begin < time) sum = sum + 1;
}

/// Until it has done something.
void run(io::Loop& loop) {
  while (!loop.run_once(std::chrono::seconds(1))) {
  }
}

TEST(MachineLoad, FindsRatesBetweenTwoLooks) {
  io::Loop loop;
  MachineLoad load("/");
  load.add_loop(loop);
  base::Counter& received = base::metrics().counter("rostrum_ingest_bytes_total", "");
  const base::MonotonicTime start = io::Loop::precise_now();
  load.look({}, start);
  run(loop);
  EXPECT_EQ(load.figures().received, 0u);
  EXPECT_EQ(load.figures().cpu, 0);
  received.add(125'000);
  work(std::chrono::milliseconds(20));
  // Sooner than a second: what was found before still holds.
  load.look({}, start + std::chrono::milliseconds(500));
  EXPECT_EQ(load.figures().received, 0u);
  load.look(base::WallTime(std::chrono::seconds(9)), start + std::chrono::seconds(2));
  run(loop);
  const LoadFigures figures = load.figures();
  EXPECT_EQ(figures.at, base::WallTime(std::chrono::seconds(9)));
  EXPECT_EQ(figures.received, 500'000u);
  EXPECT_GE(figures.cpu, 0.008);
  EXPECT_GE(figures.cores, 1u);
  EXPECT_GT(figures.memory_used, 0u);
  EXPECT_GT(figures.memory_total, figures.memory_used);
  EXPECT_GT(figures.disk_total, figures.disk_used);
  ASSERT_EQ(figures.loops.size(), 1u);
  EXPECT_GT(figures.loops[0], 0);  // this thread has worked in between
  EXPECT_LE(figures.loops[0], 1);
}

// A loop's answer may come when nobody wants it any more.
TEST(MachineLoad, MayGoBeforeItsLoops) {
  io::Loop loop;
  {
    MachineLoad load("/");
    load.add_loop(loop);
    load.look({}, io::Loop::precise_now());
  }
  run(loop);
}

}  // namespace
}  // namespace control
