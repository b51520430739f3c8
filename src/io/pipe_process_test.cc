#include "io/pipe_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <string>
#include <vector>

#include "io/chores.h"

namespace io {
namespace {

using namespace std::chrono_literals;

struct Told final : PipeProcess::Handler {
  void on_output(base::Slice data) override {
    output += data.text();
    if (on_data) on_data();
  }
  void on_error_line(std::string_view line) override { errors.emplace_back(line); }
  void on_exit(const std::string& how) override {
    exits.push_back(how);
    if (at_exit) at_exit();
  }
  std::function<void()> on_data;
  std::function<void()> at_exit;
  std::string output;
  std::vector<std::string> errors;
  std::vector<std::string> exits;
};

class PipeProcessTest : public ::testing::Test {
 protected:
  std::unique_ptr<PipeProcess> start(std::vector<std::string> arguments, int niceness = 0,
                                     std::size_t max_queued = 1 << 20) {
    return PipeProcess::start(loop_, chores_, {std::move(arguments), niceness, max_queued}, told_);
  }
  bool drive(const std::function<bool()>& done) {
    const auto until = Loop::precise_now() + 20s;
    while (!done()) {
      if (Loop::precise_now() > until) return false;
      (void)loop_.run_once(20ms);
    }
    return true;
  }
  bool drive_to_exit() {
    return drive([this] { return !told_.exits.empty(); });
  }

  Loop loop_;
  Chores chores_;
  Told told_;
};

TEST_F(PipeProcessTest, GivesBackWhatItWasGiven) {
  const auto process = start({"cat"});
  std::string sent;
  for (int i = 0; i < 300; ++i) {
    const std::string piece(static_cast<std::size_t>(i * 7 % 4096),
                            static_cast<char>('a' + i % 26));
    sent += piece;
    const base::Slice head = base::Slice::copy_of(base::as_bytes(piece));
    ASSERT_TRUE(process->write(std::vector{head, base::Slice()}));
  }
  process->end_input();
  ASSERT_TRUE(drive_to_exit());
  EXPECT_EQ(told_.output, sent);
  EXPECT_THAT(told_.exits, ::testing::ElementsAre("it returned 0"));
  EXPECT_EQ(process->queued(), 0u);
  EXPECT_FALSE(process->id());
}

TEST_F(PipeProcessTest, WhatMayWaitIsBounded) {
  const auto process = start({"sleep", "60"}, 0, 1'000'000);
  const base::Slice piece = base::Slice::take(base::Bytes(100'000));
  ASSERT_TRUE(drive([&] { return process->id().has_value(); }));
  std::size_t taken = 0;
  while (taken < 100 && process->write(std::span(&piece, 1))) ++taken;
  // What is in the pipe itself does not wait with us.
  EXPECT_GE(taken, 10u);
  EXPECT_LT(taken, 25u);
  EXPECT_LE(process->queued(), 1'000'000u);
}

TEST_F(PipeProcessTest, DestroyingKillsAndReaps) {
  auto process = start({"sleep", "60"});
  ASSERT_TRUE(drive([&] { return process->id().has_value(); }));
  const pid_t id = *process->id();
  process.reset();
  ASSERT_TRUE(drive([&] { return ::kill(id, 0) != 0; }));
  EXPECT_EQ(errno, ESRCH);
  EXPECT_TRUE(told_.exits.empty());
}

TEST_F(PipeProcessTest, OneThatIsDestroyedWhileItStartsLeavesNothingBehind) {
  start({"sh", "-c", "cat; echo never"}).reset();
  // The next one is started after it, and both by the same thread.
  const auto process = start({"true"});
  ASSERT_TRUE(drive_to_exit());
  EXPECT_EQ(told_.output, "");
  EXPECT_EQ(told_.exits.size(), 1u);
}

TEST_F(PipeProcessTest, AProgramThatIsNotThereIsAnExit) {
  const auto process = start({"/nowhere/at/all"});
  EXPECT_TRUE(told_.exits.empty());
  ASSERT_TRUE(drive_to_exit());
  EXPECT_THAT(told_.exits[0], ::testing::HasSubstr("cannot start /nowhere/at/all"));
}

TEST_F(PipeProcessTest, ErrorsComeAsLinesAndTheEndSaysHow) {
  const auto process = start({"sh", "-c", "echo one >&2; printf two >&2; kill -9 $$"});
  ASSERT_TRUE(drive_to_exit());
  EXPECT_THAT(told_.errors, ::testing::ElementsAre("one", "two"));
  EXPECT_THAT(told_.exits, ::testing::ElementsAre("signal 9 ended it"));
  // Nothing waits for one that has ended.
  const base::Slice piece = base::Slice::unowned("x");
  EXPECT_TRUE(process->write(std::span(&piece, 1)));
  EXPECT_EQ(process->queued(), 0u);
}

TEST_F(PipeProcessTest, IsOfLowerPriorityIfItShall) {
  const auto process = start({"sh", "-c", "read x; nice"}, 7);
  ASSERT_TRUE(drive([&] { return process->id().has_value(); }));
  const base::Slice line = base::Slice::unowned("go\n");
  ASSERT_TRUE(process->write(std::span(&line, 1)));
  ASSERT_TRUE(drive_to_exit());
  const int own = ::getpriority(PRIO_PROCESS, 0);
  EXPECT_EQ(told_.output, std::to_string(std::max(own, 7)) + "\n");
}

TEST_F(PipeProcessTest, MayBeDestroyedByWhatItTells) {
  for (const bool at_exit : {false, true}) {
    auto process = start({"sh", "-c", "echo x"});
    told_ = {};
    bool gone = false;
    (at_exit ? told_.at_exit : told_.on_data) = [&] {
      process.reset();
      gone = true;
    };
    ASSERT_TRUE(drive([&] { return gone; }));
  }
}

}  // namespace
}  // namespace io
