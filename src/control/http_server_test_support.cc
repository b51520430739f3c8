#include "control/http_server_test_support.h"

#include <gtest/gtest.h>

#include <utility>

namespace control::test {

class HttpServer::Client final : public io::Connection::Handler,
                                 public wire::http::Connection::Listener {
 public:
  Client(HttpServer& server, io::Socket socket)
      : server_(server), http_(*this, server.options_, server.date_) {
    connection_ =
        server.tls_ == nullptr
            ? io::Connection::plain(server.loop_, std::move(socket), *this)
            : io::Connection::tls_server(server.loop_, std::move(socket), *server.tls_, *this);
  }
  void respond(wire::http::RequestId id, wire::http::Response response) {
    http_.respond(id, std::move(response));
    flush();
  }
  void hang_up() { connection_->close_after_write(); }

 private:
  void on_data(base::ByteSpan data) override {
    (void)http_.receive(data);
    flush();
  }
  void on_closed(const base::Error&) override {
    http_.close();
    std::erase_if(server_.clients_, [&](const auto& client) { return client.get() == this; });
  }
  void on_request(wire::http::RequestId id, wire::http::Request&& request) override {
    server_.requests.push_back(std::move(request));
    const Incoming incoming{*this, id, server_.requests.back()};
    if (server_.answer) {
      server_.answer(incoming);
    } else {
      incoming.respond(200);
    }
  }
  void on_cancelled(wire::http::RequestId) override { ++server_.cancelled; }
  void flush() {
    std::vector<base::Slice> output;
    http_.take_output(output);
    connection_->write(output);
    if (http_.should_close()) connection_->close_after_write();
  }

  HttpServer& server_;
  wire::http::Http1Connection http_;
  std::unique_ptr<io::Connection> connection_;
};

void HttpServer::Incoming::respond(wire::http::Response response) const {
  client.respond(id, std::move(response));
}
void HttpServer::Incoming::respond(std::uint16_t status, std::string body) const {
  respond(
      wire::http::Response::with_body(status, "text/plain", base::Slice::take(std::move(body))));
}
void HttpServer::Incoming::hang_up() const {
  client.hang_up();
}

HttpServer::HttpServer(io::Loop& loop, const io::TlsContext* tls) : loop_(loop), tls_(tls) {
  options_.max_body = options_.max_buffered = std::size_t{4} << 20;
  auto sockets = io::bind_tcp("127.0.0.1", 0, 1);
  if (!sockets) ADD_FAILURE() << sockets.error().message;
  listener_ =
      std::make_unique<io::Listener>(loop, std::move(sockets->front()), [this](io::Socket socket) {
        ++accepted;
        clients_.push_back(std::make_unique<Client>(*this, std::move(socket)));
      });
}

HttpServer::~HttpServer() = default;

void HttpServer::hang_up_all() {
  clients_.clear();
}

std::string HttpServer::url(std::string_view path) const {
  return std::string(tls_ != nullptr ? "https" : "http") +
         "://localhost:" + std::to_string(port()) + std::string(path);
}

}  // namespace control::test
