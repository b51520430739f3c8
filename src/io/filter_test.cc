#include "io/filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>

namespace io {
namespace {

using base::ErrorCode;

TEST(Filter, GivesBackWhatTheProgramMakesOfIt) {
  // More than any pipe holds, both ways at once.
  const std::string input(std::size_t{3} << 20, 'a');
  const auto result = run_filter({"tr", "a", "b"}, base::as_bytes(input));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->exit_code, 0);
  EXPECT_EQ(base::as_text(result->output), std::string(input.size(), 'b'));
}

TEST(Filter, TellsHowTheProgramEnded) {
  const auto code = run_filter({"sh", "-c", "echo no >&2; exit 3"}, {});
  ASSERT_TRUE(code);
  EXPECT_EQ(code->exit_code, 3);
  EXPECT_EQ(code->errors, "no\n");
  const auto killed = run_filter({"sh", "-c", "kill -9 $$"}, {});
  ASSERT_TRUE(killed);
  EXPECT_EQ(killed->signal, SIGKILL);
}

TEST(Filter, MayLeaveItsInputUnread) {
  const std::string input(std::size_t{3} << 20, 'a');
  const auto result = run_filter({"sh", "-c", "echo done"}, base::as_bytes(input));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(base::as_text(result->output), "done\n");
}

TEST(Filter, KeepsErrorsShort) {
  const auto result = run_filter({"sh", "-c", "head -c 100000 /dev/zero >&2"}, {});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->errors.size(), 1024U);
}

TEST(Filter, EndsProgramsThatTakeTooLongOrGiveTooMuch) {
  const auto late = run_filter({"sleep", "60"}, {}, {.time = std::chrono::milliseconds(50)});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kTimeout);
  const auto silent = run_filter({"sh", "-c", "exec sleep 60 >&- 2>&-"}, {},
                                 {.time = std::chrono::milliseconds(50)});
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().code, ErrorCode::kTimeout);
  const auto much = run_filter({"cat", "/dev/zero"}, {}, {.max_output = 1000});
  ASSERT_FALSE(much);
  EXPECT_EQ(much.error().code, ErrorCode::kLimit);
}

TEST(Filter, SaysThatThereIsNoSuchProgram) {
  const auto result = run_filter({"/nowhere/at/all"}, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace io
