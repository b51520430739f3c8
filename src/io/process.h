// A child process with its output as lines on a loop. It dies with us, whatever happens to us.
#pragma once

#include <sys/types.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "io/descriptor.h"
#include "io/loop.h"

namespace io {

/// Made, used and destroyed on its loop. Destroying it kills the child and waits for its end,
/// which takes milliseconds, as does spawn(): not on a media loop.
class Process {
 public:
  enum class Output { kStandard, kError };
  struct Options {
    /// The program, by path or found in PATH, and its arguments. Others on the machine can read
    /// these: pass secrets by `input`.
    std::vector<std::string> arguments = {};
    /// "NAME=value", on top of our environment.
    std::vector<std::string> environment = {};
    /// What the child reads from its standard input, up to 32 KiB, then the end.
    std::string input = {};
    /// Leaves the standard input open after `input`: the child sees its end only when this object
    /// or this program ends, and may take that as the sign to end itself.
    bool keep_input_open = false;
  };
  struct ExitStatus {
    int code = 0;    // what it returned, if no signal ended it
    int signal = 0;  // the signal that ended it, or 0
  };
  class Handler {
   public:
    /// One line without its end; lines over 8 KiB come in pieces. May destroy the process.
    virtual void on_line(Output output, std::string_view line) = 0;
    /// The child has ended and all its lines were given. Exactly once, unless the process is
    /// destroyed before, which it may be here.
    virtual void on_exit(ExitStatus status) = 0;

   protected:
    ~Handler() = default;
  };

  /// Starts the program. The kernel ties the child to the *thread* that calls this: it is killed
  /// when that thread ends. Errors: kNotFound, kLimit (input too long), kIo.
  static base::Expected<std::unique_ptr<Process>> spawn(Loop& loop, const Options& options,
                                                        Handler& handler);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t id() const { return id_; }
  /// Asks it to end (SIGTERM).
  void terminate();
  /// Ends it (SIGKILL).
  void kill();

 private:
  struct Pipe final : Watcher {
    void on_ready(std::uint32_t events) override;

    Process* process = nullptr;
    Output output = Output::kStandard;
    Descriptor descriptor;
    std::string line;
  };
  struct Exit final : Watcher {
    void on_ready(std::uint32_t events) override;

    Process* process = nullptr;
    Descriptor descriptor;  // a pidfd
  };

  Process(Loop& loop, Handler& handler, pid_t id) : loop_(loop), handler_(handler), id_(id) {}

  bool read_pipe(Pipe& pipe);
  bool deliver(Pipe& pipe);
  void close_pipe(Pipe& pipe);
  void handle_exit();
  void send_signal(int number);

  Loop& loop_;
  Handler& handler_;
  const pid_t id_;
  Descriptor input_;  // what the child reads from, while it is kept open
  std::array<Pipe, 2> pipes_;
  Exit exit_;
  bool* alive_ = nullptr;  // set to false by the destructor while a callback runs
};

}  // namespace io
