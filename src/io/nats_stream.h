// Reads a stream of NATS JetStream in its order, without gaps that go unnoticed, and makes the
// stream if it is missing. Connects by itself, again and again, and goes on behind the last message
// it had. Publishing is NatsPublisher's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "base/error.h"
#include "base/slice.h"
#include "io/loop.h"

namespace io {

/// Made, used and destroyed on its loop; the work is done on a thread of its own.
class NatsStreamReader {
 public:
  struct Message {
    std::string subject;
    base::Slice payload;
    std::uint64_t sequence = 0;  // rises within the stream; a stream made anew begins again
    std::int64_t timestamp = 0;  // when the stream took it, nanoseconds since 1970
  };

  /// On the loop, never from inside create().
  class Handler {
   public:
    virtual void on_message(Message message) = 0;
    /// What was said between the messages before and behind this call is lost: the stream was made
    /// anew, or gave up what was not read in time.
    virtual void on_missed() = 0;

   protected:
    ~Handler() = default;
  };

  struct Options {
    /// `nats://user:password@host:4222` or `tls://...`; several servers separated by commas.
    std::string url;
    /// Certificates (PEM) to trust for TLS; empty: those of the system.
    std::string trusted = {};
    std::string stream = {};    // its name: letters, digits, `-` and `_`
    std::string subjects = {};  // what it takes; wildcards are allowed
    // Of a stream that is made here: in memory, the oldest go first.
    std::chrono::seconds max_age{60};
    std::size_t max_stream_bytes = 256 << 20;
    /// Octets received that the loop has not handled yet; beyond, the server has to wait.
    std::size_t max_waiting_bytes = 16 << 20;
    /// How often the server says that it is there; three times this without a word is a loss.
    std::chrono::milliseconds heartbeat = std::chrono::seconds(1);
  };

  /// Starts to connect and to read, from the oldest message the stream has. kInvalid for a URL that
  /// names no server, or a stream's name that cannot be one. No log line holds what the URL says
  /// before its `@`.
  static base::Expected<std::unique_ptr<NatsStreamReader>> create(Loop& loop,
                                                                  const Options& options,
                                                                  Handler& handler);
  /// The handler is not called any more. May wait for two seconds.
  ~NatsStreamReader();
  NatsStreamReader(const NatsStreamReader&) = delete;
  NatsStreamReader& operator=(const NatsStreamReader&) = delete;

  /// Whether the stream is being read now.
  bool is_connected() const;

 private:
  struct Shared;
  class Worker;
  explicit NatsStreamReader(std::shared_ptr<Shared> shared);

  // Also held by what was posted to the loop and by the library's callbacks, which may come late.
  const std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace io
