// The server's side of an HTTP/2 connection (RFC 9113), framed by nghttp2. Whether a connection
// speaks HTTP/2 is its owner's choice: by ALPN "h2", or by looks_like_http2 in clear text.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "wire/http/connection.h"

namespace wire::http {

/// Whether a connection's first bytes are HTTP/2's client preface (RFC 9113 section 3.4).
enum class Http2Preface { kYes, kNo, kNeedMore };
Http2Preface looks_like_http2(base::ByteSpan first_bytes);

/// Slices of response bodies leave without being copied; frame headers and header blocks of one
/// take_output() share one allocation. A RequestId is the number of its stream. Connection errors
/// that nghttp2 answers with GOAWAY by itself show in should_close() only.
class Http2Connection final : public Connection {
 public:
  /// All three outlive the connection. `date` is read whenever a response is submitted.
  Http2Connection(Listener& listener, const ServerOptions& options, const DateText& date);
  ~Http2Connection() override;
  Http2Connection(const Http2Connection&) = delete;
  Http2Connection& operator=(const Http2Connection&) = delete;

  base::Expected<void> receive(base::ByteSpan data) override;
  void respond(RequestId id, Response response) override;
  void append(RequestId id, base::Slice data) override;
  void finish(RequestId id) override;
  void abort(RequestId id) override;
  /// Takes what the peer's windows allow.
  void take_output(std::vector<base::Slice>& out, std::size_t budget) override;
  using Connection::take_output;
  bool has_output() const override;
  std::size_t queued_bytes() const override;
  bool wants_input() const override;
  bool is_receiving() const override;
  std::size_t open_requests() const override;
  bool should_close() const override;
  void drain() override;
  void close() override;

 private:
  class Session;  // everything that knows nghttp2
  std::unique_ptr<Session> session_;
};

}  // namespace wire::http
