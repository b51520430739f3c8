// Accepting TCP connections. To share a port among loops the sockets are bound first, anywhere,
// and then each is listened to by a Listener on its loop; the kernel spreads the connections.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/address.h"
#include "io/descriptor.h"
#include "io/loop.h"

namespace io {

class Timer;

/// A bound and listening socket that no loop watches yet. May be moved to any thread.
struct ListenSocket {
  Descriptor descriptor;
  Address local;
};

/// Binds `count` sockets to one port (0: a free one, the same for all). An empty `ip` or "::"
/// takes IPv6 and IPv4 alike, or IPv4 alone on a machine without IPv6.
/// Errors: kConflict if the port is taken, kInvalid or kIo otherwise; all name the address.
base::Expected<std::vector<ListenSocket>> bind_tcp(const std::string& ip, std::uint16_t port,
                                                   std::size_t count);

/// Made, used and destroyed on its loop; destroying it stops listening.
class Listener final : private Watcher {
 public:
  using Accept = std::move_only_function<void(Socket)>;

  /// Calls `accept` for each new connection. It may destroy the listener.
  Listener(Loop& loop, ListenSocket socket, Accept accept);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t local_port() const { return local_.port(); }
  const Address& local() const { return local_; }
  /// Connections closed at once because the process had no descriptor left.
  std::uint64_t refused() const { return refused_; }

 private:
  enum class Outcome { kNext, kDone };

  void on_ready(std::uint32_t events) override;
  Outcome handle_accept_error(int error_number);
  void count_refused();
  void rest();

  Loop& loop_;
  Descriptor descriptor_;
  Address local_;
  Accept accept_;
  Descriptor spare_;  // given up to accept and close a connection when there is no other left
  std::unique_ptr<Timer> rest_timer_;
  std::unique_ptr<Timer> report_timer_;
  std::uint64_t refused_ = 0;
  bool* alive_ = nullptr;
};

}  // namespace io
