// A server for tests of clients: each connection is answered by a function on a thread of the
// server's own, one after the other. Everything is inline.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "base/check.h"
#include "io/descriptor.h"

namespace io::test {

/// One connection, as the server sees it.
class Conversation {
 public:
  explicit Conversation(int descriptor) : descriptor_(descriptor) {}

  /// Without its line end; nothing once the client has gone.
  std::optional<std::string> line() {
    while (true) {
      const std::size_t end = received_.find('\n');
      if (end != std::string::npos) {
        std::string found = received_.substr(0, end);
        received_.erase(0, end + 1);
        if (found.ends_with('\r')) found.pop_back();
        return found;
      }
      if (!more()) return std::nullopt;
    }
  }
  /// So many octets, or fewer if the client has gone.
  std::string octets(std::size_t count) {
    while (received_.size() < count && more()) {
    }
    std::string found = received_.substr(0, count);
    received_.erase(0, found.size());
    return found;
  }
  void say(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

 private:
  bool more() {
    char piece[4096];
    const ssize_t got = ::recv(descriptor_, piece, sizeof piece, 0);
    if (got <= 0) return false;
    received_.append(piece, static_cast<std::size_t>(got));
    return true;
  }
  int descriptor_;
  std::string received_;
};

class TalkServer {
 public:
  /// `talk` may be called until the server's end, never twice at once.
  explicit TalkServer(std::function<void(Conversation&)> talk) : talk_(std::move(talk)) {
    listener_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CHECK(::listen(listener_.get(), 16) == 0);
    socklen_t length = sizeof address;
    CHECK(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~TalkServer() {
    (void)::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  TalkServer(const TalkServer&) = delete;
  TalkServer& operator=(const TalkServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void run() {
    while (true) {
      const Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (client.get() < 0) return;
      Conversation conversation(client.get());
      talk_(conversation);
    }
  }
  std::function<void(Conversation&)> talk_;
  Descriptor listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace io::test
