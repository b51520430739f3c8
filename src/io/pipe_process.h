// A child process that is given octets and gives some back, without ever holding up its loop: it is
// started and reaped by a thread for chores, its pipes are non-blocking both ways.
//
// The child is expected to end when its input ends, and so ends with us, whatever happens to us.
#pragma once

#include <sys/types.h>

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/slice.h"
#include "io/descriptor.h"
#include "io/loop.h"

namespace io {

class Chores;

/// Made, used and destroyed on its loop. Destroying it kills the child at once and waits for
/// nothing.
class PipeProcess {
 public:
  struct Options {
    /// The program, by path or found in PATH, and its arguments. Others on the machine can read
    /// these.
    std::vector<std::string> arguments;
    /// How far its priority is lowered, 0 to 19.
    int niceness = 0;
    /// Octets that may wait for the child.
    std::size_t max_queued = std::size_t{16} << 20;
  };
  class Handler {
   public:
    /// What came from its standard output. May destroy the process.
    virtual void on_output(base::Slice data) = 0;
    /// A line of its standard error, without its end, cut at 1 KiB.
    virtual void on_error_line(std::string_view line) = 0;
    /// It has ended, or could not be started; all its output was given. The sentence is for the
    /// log. Exactly once, never from inside start(); may destroy the process.
    virtual void on_exit(const std::string& how) = 0;

   protected:
    ~Handler() = default;
  };

  /// Begins to start the program. `chores` and `handler` outlive this object.
  static std::unique_ptr<PipeProcess> start(Loop& loop, Chores& chores, Options options,
                                            Handler& handler);
  ~PipeProcess();
  PipeProcess(const PipeProcess&) = delete;
  PipeProcess& operator=(const PipeProcess&) = delete;

  /// Queues all of it or nothing; false if it would be more than may wait. What an ended child
  /// does not read any more is dropped.
  bool write(std::span<const base::Slice> data);
  /// Octets that wait for the child.
  std::size_t queued() const { return queued_; }
  /// Ends its input once what is queued has been read.
  void end_input();
  /// Nothing while it is being started and after its end.
  std::optional<pid_t> id() const { return id_; }

 private:
  struct End final : Watcher {
    void on_ready(std::uint32_t events) override { (process->*ready)(events); }
    PipeProcess* process = nullptr;
    void (PipeProcess::*ready)(std::uint32_t) = nullptr;
    Descriptor descriptor;
    std::uint32_t watched = 0;
  };
  struct Started;
  /// Whether the process is still there when the child has been started. Shared with that task.
  struct Link {
    PipeProcess* process = nullptr;
  };

  PipeProcess(Loop& loop, Chores& chores, Options options, Handler& handler);

  void on_started(base::Expected<Started> started);
  void on_writable(std::uint32_t events);
  void on_readable(std::uint32_t events);
  void on_error_readable(std::uint32_t events);
  void on_ended(std::uint32_t events);
  void flush();
  /// False if this object was destroyed meanwhile.
  bool read_output(bool to_the_end);
  bool read_errors(bool to_the_end);
  void watch(End& end, std::uint32_t events);
  void close(End& end);

  Loop& loop_;
  Chores& chores_;
  const Options options_;
  Handler& handler_;
  std::shared_ptr<Link> link_;
  std::optional<pid_t> id_;
  End input_;
  End output_;
  End errors_;
  End exit_;  // a pidfd
  std::deque<base::Slice> queue_;
  std::size_t queued_ = 0;
  bool ends_input_ = false;
  std::string line_;
};

}  // namespace io
