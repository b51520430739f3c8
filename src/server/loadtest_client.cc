#include "server/loadtest_client.h"

#include <utility>

#include "base/check.h"
#include "io/loop.h"

namespace server::loadtest {

LoadConnection::LoadConnection(io::Loop& loop, const Target& target, const io::TlsContext* tls,
                               std::optional<io::Address> source, std::uint64_t& bytes,
                               Listener& listener)
    : loop_(loop),
      target_(target),
      tls_(tls),
      source_(source),
      bytes_(bytes),
      listener_(listener) {}

void LoadConnection::get(std::string_view path) {
  static const wire::http::Headers kHeaders = [] {
    wire::http::Headers headers;
    headers.add("User-Agent", "rostrum-loadtest");
    headers.add("Accept", "*/*");
    return headers;
  }();
  send(wire::http::Method::kGet,
       base::Slice::take(wire::http::serialise_request(wire::http::Method::kGet, path,
                                                       target_.authority(), kHeaders)));
}

void LoadConnection::send(wire::http::Method method, base::Slice request) {
  CHECK(!busy_);
  busy_ = true;
  method_ = method;
  request_ = std::move(request);
  if (connection_ != nullptr && !connection_->is_closing()) {
    write();
  } else {
    connect();
  }
}

void LoadConnection::connect() {
  connection_.reset();
  connector_ = std::make_unique<io::Connector>(
      loop_, io::Connector::Options{.host = target_.host, .port = target_.port, .source = source_},
      [this](base::Expected<io::Socket> socket) {
        if (!socket) {
          fail(socket.error().message);
          return;
        }
        connection_ = tls_ != nullptr ? io::Connection::tls_client(loop_, std::move(*socket), *tls_,
                                                                   target_.host, *this)
                                      : io::Connection::plain(loop_, std::move(*socket), *this);
        wire::http::ResponseReader::Listener& responses = *this;
        reader_ = std::make_unique<wire::http::ResponseReader>(responses);
        write();
        connector_.reset();
      });
}

void LoadConnection::write() {
  complete_ = false;
  status_ = 0;
  reader_->expect(method_);
  connection_->write(std::exchange(request_, {}));
}

void LoadConnection::on_data(base::ByteSpan data) {
  bytes_ += data.size();
  if (const auto received = reader_->receive(data); !received) {
    fail(received.error().message);
    return;
  }
  if (!complete_) return;
  complete_ = false;
  busy_ = false;
  if (!keeps_alive_) connection_->close_after_write();
  listener_.on_answer(*this, status_);
}

void LoadConnection::on_closed(const base::Error& reason) {
  if (busy_) {
    (void)reader_->end_of_input();
    if (complete_) {
      complete_ = false;
      busy_ = false;
      connection_.reset();
      listener_.on_answer(*this, status_);
      return;
    }
    fail(reason.message);
  } else {
    connection_.reset();
  }
}

void LoadConnection::on_head(const wire::http::ResponseHead& head) {
  status_ = head.status;
}

void LoadConnection::on_body(base::ByteSpan data) {
  listener_.on_body(*this, status_, data);
}

void LoadConnection::on_complete(bool keeps_alive) {
  complete_ = true;
  keeps_alive_ = keeps_alive;
}

// The connection may be the caller: it is replaced by the next get().
void LoadConnection::fail(std::string_view reason) {
  if (connection_ != nullptr) connection_->close_after_write();
  if (!busy_) return;
  busy_ = false;
  listener_.on_failed(*this, reason);
}

void LoadConnection::close() {
  busy_ = false;
  connector_.reset();
  connection_.reset();
}

}  // namespace server::loadtest
