// Publishes messages to a NATS server and tells when each is safe: acknowledged by a stream of
// JetStream, or, without JetStream, received by the server. Connects by itself, again and again.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/error.h"
#include "io/loop.h"

namespace io {

/// Made, used and destroyed on its loop; the work is done on a thread of its own.
class NatsPublisher {
 public:
  struct Options {
    /// `nats://user:password@host:4222` or `tls://...`; several servers separated by commas.
    std::string url;
    /// Certificates (PEM) to trust for TLS; empty: those of the system.
    std::string trusted = {};
    /// False: no stream is asked to keep the messages.
    bool jetstream = true;
    /// False: a message that failed because the connection was lost is not sent once it is back.
    bool sends_after_loss = true;
    /// A message that is not acknowledged by then has failed. It may arrive all the same.
    std::chrono::milliseconds timeout = std::chrono::seconds(5);
    /// Messages and their octets that may wait for their acknowledgement.
    std::size_t max_waiting = 10'000;
    std::size_t max_waiting_bytes = 64 << 20;
  };
  using Acknowledged = std::move_only_function<void(base::Expected<void>)>;

  /// Starts to connect. kInvalid for a URL that names no server; that a server cannot be reached
  /// shows in publish(). No message holds what the URL says before its `@`.
  static base::Expected<std::unique_ptr<NatsPublisher>> create(Loop& loop, const Options& options);
  /// Functions that were not called yet are destroyed without a call. May wait for two seconds.
  ~NatsPublisher();
  NatsPublisher(const NatsPublisher&) = delete;
  NatsPublisher& operator=(const NatsPublisher&) = delete;

  /// Sends in the order of the calls. `message_id`, if not empty, goes along as `Nats-Msg-Id`:
  /// a stream keeps one of several messages with the same id. `acknowledged` is called on the loop,
  /// never within this call: kInvalid (a subject or id that cannot be one), kLimit (too many wait,
  /// or more octets than the server takes), kTimeout, kClosed (connection lost), kNotFound (no
  /// stream takes the subject, or the server has no JetStream), kIo (the server's error).
  void publish(std::string subject, std::string payload, std::string message_id,
               Acknowledged acknowledged);

  /// Whether there is a connection now.
  bool is_connected() const;

 private:
  struct Shared;
  class Worker;
  explicit NatsPublisher(std::shared_ptr<Shared> shared);

  // Also held by what was posted to the loop and by the library's callbacks, which may come late.
  const std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace io
