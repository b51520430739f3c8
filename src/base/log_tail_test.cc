#include "base/log_tail.h"

#include <gtest/gtest.h>

#include <thread>

namespace base {
namespace {

constexpr WallTime kAt{std::chrono::seconds(1'800'000'000)};

std::string texts(const LogTail::Page& page) {
  std::string all;
  for (const LogLine& line : page.lines) all += line.text + std::to_string(line.sequence) + " ";
  return all;
}

TEST(LogTail, KeepsTheNewestLines) {
  LogTail tail(3);
  EXPECT_EQ(tail.newest(LogLevel::kDebug, 10).last, 0u);
  for (const char* text : {"a", "b", "c", "d"}) tail.add(kAt, LogLevel::kInfo, text);
  EXPECT_EQ(texts(tail.newest(LogLevel::kDebug, 10)), "b2 c3 d4 ");
  EXPECT_EQ(texts(tail.newest(LogLevel::kDebug, 2)), "c3 d4 ");
  EXPECT_EQ(tail.newest(LogLevel::kDebug, 2).last, 4u);
  EXPECT_EQ(tail.newest(LogLevel::kDebug, 2).lines.front().time, kAt);
}

TEST(LogTail, GoesOnBehindALine) {
  LogTail tail(10);
  for (const char* text : {"a", "b", "c", "d"}) tail.add(kAt, LogLevel::kInfo, text);
  EXPECT_EQ(texts(tail.read(2, LogLevel::kDebug, 10)), "c3 d4 ");
  const LogTail::Page page = tail.read(0, LogLevel::kDebug, 3);
  EXPECT_EQ(texts(page), "a1 b2 c3 ");
  EXPECT_EQ(page.last, 3u);
  EXPECT_EQ(texts(tail.read(4, LogLevel::kDebug, 3)), "");
  EXPECT_EQ(tail.read(4, LogLevel::kDebug, 3).last, 4u);
  // A number of an earlier run.
  EXPECT_EQ(texts(tail.read(9000, LogLevel::kDebug, 1)), "a1 ");
}

TEST(LogTail, LeavesOutWhatIsLessGrave) {
  LogTail tail(10);
  tail.add(kAt, LogLevel::kInfo, "a");
  tail.add(kAt, LogLevel::kWarn, "b");
  tail.add(kAt, LogLevel::kInfo, "c");
  tail.add(kAt, LogLevel::kError, "d");
  tail.add(kAt, LogLevel::kDebug, "e");
  EXPECT_EQ(texts(tail.newest(LogLevel::kWarn, 10)), "b2 d4 ");
  EXPECT_EQ(texts(tail.newest(LogLevel::kWarn, 1)), "d4 ");
  const LogTail::Page first = tail.read(0, LogLevel::kWarn, 1);
  EXPECT_EQ(texts(first), "b2 ");
  EXPECT_EQ(first.last, 3u);
  const LogTail::Page second = tail.read(first.last, LogLevel::kWarn, 1);
  EXPECT_EQ(texts(second), "d4 ");
  EXPECT_EQ(second.last, 5u);
}

TEST(LogTail, CutsLongLinesBetweenCharacters) {
  LogTail tail(2);
  tail.add(kAt, LogLevel::kInfo, std::string(LogTail::kLongestLine - 1, 'x') + "ä");
  EXPECT_EQ(tail.newest(LogLevel::kInfo, 1).lines[0].text.size(), LogTail::kLongestLine - 1);
}

TEST(LogTail, HasWhatIsLogged) {
  const std::uint64_t before = log_tail().newest(LogLevel::kDebug, 0).last;
  log_warn("something odd", {{"channel", "ab c"}, {"count", 3}});
  log_debug("not written at this level");
  const LogTail::Page page = log_tail().read(before, LogLevel::kDebug, 10);
  ASSERT_EQ(page.lines.size(), 1u);
  EXPECT_EQ(page.lines[0].text, "something odd channel=\"ab c\" count=3");
  EXPECT_EQ(page.lines[0].level, LogLevel::kWarn);
}

TEST(LogTail, IsSafeFromEveryThread) {
  LogTail tail(100);
  const auto work = [&tail] {
    for (int i = 0; i < 500; ++i) {
      tail.add(kAt, LogLevel::kInfo, "line");
      (void)tail.read(0, LogLevel::kInfo, 5);
    }
  };
  std::thread other(work);
  work();
  other.join();
  EXPECT_EQ(tail.newest(LogLevel::kInfo, 1000).lines.size(), 100u);
  EXPECT_EQ(tail.newest(LogLevel::kInfo, 1000).last, 1000u);
}

}  // namespace
}  // namespace base
