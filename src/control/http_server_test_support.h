// A small HTTP/1.1 server for tests, on the test's own loop: it records requests and answers as the
// test says.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/connection.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/tls.h"
#include "wire/http/http1_connection.h"

namespace control::test {

class HttpServer {
 public:
  class Client;
  /// A request and its connection, which is there until the request is answered or cancelled.
  struct Incoming {
    Client& client;
    wire::http::RequestId id;
    const wire::http::Request& request;

    void respond(std::uint16_t status, std::string body = {}) const;
    void respond(wire::http::Response response) const;
    /// Closes the connection without a word.
    void hang_up() const;
  };

  explicit HttpServer(io::Loop& loop, const io::TlsContext* tls = nullptr);
  ~HttpServer();

  std::uint16_t port() const { return listener_->local_port(); }
  std::string url(std::string_view path = "/") const;
  /// Closes every connection.
  void hang_up_all();
  /// No new connections from here on.
  void stop_listening() { listener_.reset(); }
  std::size_t open_connections() const { return clients_.size(); }

  /// What to do with a request; by default 200 without a body. It may answer later or never.
  std::function<void(const Incoming&)> answer;
  std::vector<wire::http::Request> requests;
  int accepted = 0;
  int cancelled = 0;

 private:
  io::Loop& loop_;
  const io::TlsContext* tls_;
  wire::http::ServerOptions options_;
  wire::http::DateText date_{base::WallTime(std::chrono::seconds(784111777))};
  std::vector<std::unique_ptr<Client>> clients_;
  std::unique_ptr<io::Listener> listener_;
};

}  // namespace control::test
