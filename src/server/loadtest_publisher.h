// One publisher of a load test: connects, publishes the synthetic broadcast in real time, counts.
// Owned by its worker, on the worker's loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/connection.h"
#include "io/connector.h"
#include "io/timer.h"
#include "server/loadtest_arguments.h"
#include "server/loadtest_source.h"
#include "server/loadtest_statistics.h"
#include "wire/rtmp/client_session.h"

namespace server::loadtest {

/// What the publishers of one worker have counted so far.
struct PublishFigures {
  std::int64_t publishing = 0;  // now
  std::uint64_t connected = 0;  // were let in
  std::uint64_t finished = 0;   // left in time
  std::uint64_t bytes = 0;      // handed to sockets
  std::uint64_t pictures = 0;
  Failures refused;    // in the server's words
  Failures dropped;    // after they were let in
  Histogram lateness;  // of sending, behind the pictures' schedule

  void merge(const PublishFigures& other);
};

class LoadPublisher final : private io::Connection::Handler {
 public:
  /// Everything outlives the publisher. `stream` is the last part of the path: a secret.
  LoadPublisher(io::Loop& loop, const Target& target, std::string stream, const io::TlsContext* tls,
                const SyntheticSource& source, PublishFigures& figures);

  void start();
  /// Says that the broadcast ends and closes.
  void finish();

 private:
  enum class State { kIdle, kConnecting, kStarting, kPublishing, kFinished };

  void on_data(base::ByteSpan data) override;
  void on_secured() override {}
  void on_closed(const base::Error& reason) override;

  void on_connected(io::Socket socket);
  void begin();
  void send_due();
  void send(wire::rtmp::MediaKind kind, base::Duration time, const base::Slice& payload);
  void flush();
  void fail(std::string_view reason);
  void end();

  io::Loop& loop_;
  const Target& target_;
  const std::string stream_;
  const io::TlsContext* tls_;
  const SyntheticSource& source_;
  PublishFigures& figures_;
  State state_ = State::kIdle;
  std::optional<io::Connector> connector_;
  std::unique_ptr<io::Connection> connection_;
  std::optional<wire::rtmp::ClientSession> session_;
  io::Timer timer_;
  std::vector<base::Slice> out_;
  base::MonotonicTime began_{};
  std::uint64_t picture_ = 0;
  std::uint64_t audio_ = 0;
};

}  // namespace server::loadtest
