#include "io/process.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <functional>
#include <optional>

#include "io/io_test_support.h"
#include "io/signals.h"

namespace io {
namespace {

using test::drive;

struct Child final : Process::Handler {
  void on_line(Process::Output output, std::string_view line) override {
    (output == Process::Output::kStandard ? out : err).emplace_back(line);
    if (react_to_line) react_to_line();
  }
  void on_exit(Process::ExitStatus exit_status) override {
    ++exits;
    status = exit_status;
    if (react_to_exit) react_to_exit();
  }
  void spawn(Loop& loop, Process::Options options) {
    auto started = Process::spawn(loop, options, *this);
    ASSERT_TRUE(started) << started.error().message;
    process = std::move(*started);
  }
  void shell(Loop& loop, const std::string& script) {
    spawn(loop, {.arguments = {"sh", "-c", script}});
  }

  std::unique_ptr<Process> process;
  std::vector<std::string> out;
  std::vector<std::string> err;
  int exits = 0;
  Process::ExitStatus status;
  std::function<void()> react_to_line;
  std::function<void()> react_to_exit;
};

TEST(Process, LinesEnvironmentInputAndExitCode) {
  Loop loop;
  Child child;
  child.spawn(
      loop,
      {.arguments = {"sh", "-c", "echo \"$GREETING\"; cat; echo oops >&2; printf unended; exit 3"},
       .environment = {"GREETING=hello you"},
       .input = "from input\n"});
  ASSERT_TRUE(drive(loop, [&] { return child.exits > 0; }));
  EXPECT_EQ(child.out, (std::vector<std::string>{"hello you", "from input", "unended"}));
  EXPECT_EQ(child.err, std::vector<std::string>{"oops"});
  EXPECT_EQ(child.status.code, 3);
  EXPECT_EQ(child.status.signal, 0);
  child.process->kill();  // nobody any more
}

TEST(Process, ALongLineComesInPiecesAndMuchOutputIsComplete) {
  Loop loop;
  Child child;
  child.shell(loop, "head -c 20000 /dev/zero | tr '\\0' x; echo; seq 1 20000");
  ASSERT_TRUE(drive(loop, [&] { return child.exits > 0; }));
  ASSERT_EQ(child.out.size(), 3U + 20000U);
  EXPECT_EQ(child.out[0].size(), 8192U);
  EXPECT_EQ(child.out[2].size(), 20000U - 2 * 8192U);
  EXPECT_EQ(child.out.back(), "20000");
}

TEST(Process, TerminateAndKill) {
  Loop loop;
  for (const bool hard : {false, true}) {
    Child child;
    child.shell(loop, "echo ready; exec sleep 1000");
    child.react_to_line = [&] { hard ? child.process->kill() : child.process->terminate(); };
    ASSERT_TRUE(drive(loop, [&] { return child.exits > 0; }));
    EXPECT_EQ(child.status.signal, hard ? SIGKILL : SIGTERM);
  }
}

TEST(Process, DestructionEndsAndReapsTheChildAlsoInCallbacks) {
  Loop loop;
  Child child;
  child.shell(loop, "echo ready; echo more; exec sleep 1000");
  const pid_t id = child.process->id();
  child.react_to_line = [&] { child.process.reset(); };
  ASSERT_TRUE(drive(loop, [&] { return child.process == nullptr; }));
  EXPECT_EQ(child.out, std::vector<std::string>{"ready"});
  EXPECT_EQ(::waitpid(id, nullptr, WNOHANG), -1);  // reaped already
  EXPECT_EQ(child.exits, 0);

  Child other;
  other.shell(loop, "exit 0");
  other.react_to_exit = [&] { other.process.reset(); };
  EXPECT_TRUE(drive(loop, [&] { return other.process == nullptr; }));
}

TEST(Process, ExitIsReportedThoughAGrandchildHoldsThePipes) {
  Loop loop;
  Child child;
  child.shell(loop, "sleep 30 & echo $!; exit 5");
  ASSERT_TRUE(drive(loop, [&] { return child.exits > 0; }));
  EXPECT_EQ(child.status.code, 5);
  ASSERT_EQ(child.out.size(), 1U);
  EXPECT_EQ(::kill(std::stoi(child.out.front()), SIGKILL), 0);
}

TEST(Process, InputMayBeKeptOpen) {
  Loop loop;
  Child child;
  child.spawn(
      loop,
      {.arguments = {"sh", "-c", "cat; exit 7"}, .input = "first\n", .keep_input_open = true});
  CoarseTimer wait(loop);
  wait.start(std::chrono::seconds(0), [&] { child.process->terminate(); });
  ASSERT_TRUE(drive(loop, [&] { return child.exits > 0; }));
  EXPECT_EQ(child.out, std::vector<std::string>{"first"});
  EXPECT_EQ(child.status.signal, SIGTERM);  // and not 7, as after the end of the input
}

TEST(Process, ProgramThatDoesNotExistIsAnError) {
  Loop loop;
  Child child;
  for (const char* name : {"/no/such/program", "no-such-program-anywhere"}) {
    const auto result = Process::spawn(loop, {.arguments = {name}}, child);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, base::ErrorCode::kNotFound);
    EXPECT_NE(result.error().message.find(name), std::string::npos);
  }
}

TEST(SignalSet, DeliversEachSignalUntilDestroyed) {
  Loop loop;
  std::vector<int> received;
  std::unique_ptr<SignalSet> signals;
  signals = std::make_unique<SignalSet>(loop, std::initializer_list<int>{SIGTERM, SIGHUP},
                                        [&](int number) {
                                          received.push_back(number);
                                          if (received.size() == 2) signals.reset();
                                        });
  ASSERT_EQ(::raise(SIGHUP), 0);
  ASSERT_TRUE(drive(loop, [&] { return received.size() == 1; }));
  ASSERT_EQ(::raise(SIGTERM), 0);
  ASSERT_TRUE(drive(loop, [&] { return signals == nullptr; }));
  EXPECT_EQ(received, (std::vector<int>{SIGHUP, SIGTERM}));
}

}  // namespace
}  // namespace io
