// Connecting to a host: name resolution, each of its addresses in turn, a deadline.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "io/address.h"
#include "io/descriptor.h"

namespace io {

class Loop;

/// Made, used and destroyed on its loop; destroying it gives up.
class Connector {
 public:
  struct Options {
    std::string host = {};  // name or address
    std::uint16_t port = 0;
    std::chrono::milliseconds timeout{10'000};  // for everything, name resolution included
    /// Where to connect from; its port is ignored. A load generator has 28,000 ports each.
    std::optional<Address> source = {};
  };
  /// Gets the connected socket, for Connection::plain or tls_client, or the last error (kTimeout,
  /// kNotFound for an unknown name, kIo). Called once, never from the constructor; may destroy the
  /// connector.
  using Done = std::move_only_function<void(base::Expected<Socket>)>;

  Connector(Loop& loop, Options options, Done done);
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

 private:
  struct Attempt;
  std::shared_ptr<Attempt> attempt_;  // shared with the name resolution under way
};

}  // namespace io
