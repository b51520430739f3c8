#include "io/family.h"

#include <gtest/gtest.h>

#include "io/io_test_support.h"
#include "io/loop.h"
#include "io/process.h"
#include "io/system.h"

namespace io {
namespace {

TEST(Family, CountsWhatThisProcessUses) {
  const FamilyUse before = family_use();
  EXPECT_GT(before.resident, 1u << 20);
  volatile std::uint64_t sum = 0;
  const std::chrono::nanoseconds begin = thread_cpu_time();
  while (thread_cpu_time() - begin < std::chrono::milliseconds(30)) sum = sum + 1;
  EXPECT_GE(family_use().cpu - before.cpu, std::chrono::milliseconds(20));
}

TEST(Family, CountsChildrenWhileTheyLiveAndAfterwards) {
  struct Watch final : Process::Handler {
    void on_line(Process::Output, std::string_view line) override { said = line; }
    void on_exit(Process::ExitStatus) override { ended = true; }
    std::string said;
    bool ended = false;
  };
  Loop loop;
  Watch watch;
  const FamilyUse before = family_use();
  // Works a little, says so, and waits for the end of its input.
  auto child = Process::spawn(
      loop,
      {.arguments = {"/bin/sh", "-c",
                     "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo done; read x"},
       .keep_input_open = true},
      watch);
  ASSERT_TRUE(child) << child.error().message;
  while (watch.said.empty()) loop.run_once(std::chrono::milliseconds(100));
  const FamilyUse during = family_use();
  if (during.children == 0) GTEST_SKIP() << "this kernel does not tell children";
  EXPECT_EQ(during.children, before.children + 1);
  EXPECT_GT(during.cpu, before.cpu);
  (*child)->kill();
  while (!watch.ended) loop.run_once(std::chrono::milliseconds(100));
  const FamilyUse after = family_use();
  EXPECT_EQ(after.children, before.children);
  EXPECT_GE(after.cpu + std::chrono::milliseconds(1), during.cpu);
}

TEST(Family, KnowsTheMachine) {
  EXPECT_GE(machine_cores(), 1u);
  EXPECT_GT(machine_memory(), family_use().resident);
  const DiskSpace disk = disk_space("/");
  EXPECT_GT(disk.total, 0u);
  EXPECT_LE(disk.used, disk.total);
  EXPECT_EQ(disk_space("/no/such/place").total, 0u);
}

}  // namespace
}  // namespace io
