// The bus of chat over NATS JetStream: every node publishes what is said in its rooms to one stream
// and takes what comes back, its own too, so that all nodes have one order. A node keeps what was
// said lately in all rooms, for rooms that are opened. While NATS is away nothing can be said.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "base/error.h"
#include "chat/chat.h"

namespace io {
class Loop;
}

namespace control {

struct ChatNatsOptions {
  /// `nats://user:password@host:4222` or `tls://...`; several servers separated by commas.
  std::string url;
  /// Certificates (PEM) to trust for TLS; empty: those of the system.
  std::string trusted = {};
  /// Subjects begin with it; the stream's name is made of it.
  std::string prefix = "rostrum";
  /// What the stream did not take by then is given up.
  std::chrono::milliseconds timeout = std::chrono::seconds(3);
  /// Of the stream, which is kept in memory for a minute.
  std::size_t max_stream_bytes = 256 << 20;
  /// What was said lately, on this node.
  std::size_t max_recent_bytes = 32 << 20;
  /// How often a node says how many are in its rooms, if that changed; five times this without a
  /// word, and others forget it.
  std::chrono::milliseconds headcount_interval = std::chrono::seconds(2);
};

/// Connects on `loop`, where the work between NATS and the rooms is done; made and destroyed there,
/// or while loops do not run. kInvalid for a URL that names no server. That none can be reached
/// shows in publish(), and in the log.
base::Expected<std::unique_ptr<chat::Bus>> make_chat_nats_bus(io::Loop& loop,
                                                              ChatNatsOptions options);

}  // namespace control
