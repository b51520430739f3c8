// The server's side of an HTTP/1.0 or 1.1 connection (RFC 9112). Pipelined requests are given to
// the listener at once, up to a bound, and answered in order. A connection that waits for one
// answer holds no parser and no buffer: some 300 octets.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "wire/http/connection.h"

namespace wire::http {

class Http1Connection final : public Connection {
 public:
  /// All three outlive the connection. `date` is read whenever a response is serialised.
  Http1Connection(Listener& listener, const ServerOptions& options, const DateText& date);
  ~Http1Connection() override;
  Http1Connection(const Http1Connection&) = delete;
  Http1Connection& operator=(const Http1Connection&) = delete;

  base::Expected<void> receive(base::ByteSpan data) override;
  void respond(RequestId id, Response response) override;
  void append(RequestId id, base::Slice data) override;
  void finish(RequestId id) override;
  void abort(RequestId id) override;
  void take_output(std::vector<base::Slice>& out, std::size_t budget) override;
  using Connection::take_output;
  bool has_output() const override { return !output_.empty(); }
  std::size_t queued_bytes() const override { return queued_bytes_; }
  bool wants_input() const override;
  bool is_receiving() const override;
  std::size_t open_requests() const override;
  bool should_close() const override { return closing_ && output_.empty(); }
  void drain() override;
  void close() override;

  /// True once a request with is_upgrade was answered with 101 (its Upgrade field is the owner's):
  /// the bytes that follow belong to another protocol, and receive() takes no more.
  bool is_upgraded() const { return input_ == Input::kUpgraded; }
  /// The bytes of that protocol which have arrived already.
  base::Bytes take_unparsed() { return std::exchange(buffered_, {}); }

 private:
  class Incoming;  // a request that is still arriving
  enum class Input : std::uint8_t {
    kOpen,
    kAwaitingUpgrade,  // what follows cannot be read before the answer
    kUpgraded,
    kClosed,  // the last request has come, or a broken one
  };
  /// A request given to the listener, until its answer is complete and no other is before it.
  struct Exchange {
    RequestId id;
    bool is_head : 1 = false;
    bool is_http_1_0 : 1 = false;
    bool closes : 1 = false;
    bool is_answered : 1 = false;
    bool is_chunked : 1 = false;
    bool has_chunk : 1 = false;
    bool is_complete : 1 = false;
    std::vector<base::Slice> output;  // held back behind earlier answers
  };

  base::Expected<void> parse_buffered();
  base::Expected<std::size_t> parse(base::ByteSpan input);
  base::Expected<std::size_t> start_request(base::ByteSpan input);
  base::Expected<void> refuse(std::uint16_t status, base::Error error);
  base::Expected<void> refuse_incoming(base::Error error);
  void deliver();
  bool may_parse() const;

  Exchange* find(RequestId id);
  void emit(Exchange& exchange, base::Slice data);
  void emit_chunk(Exchange& exchange, base::Slice data);
  void complete(Exchange& exchange);
  void advance();
  void end_after_this();
  void offer_continue();
  void cancel_all();

  Listener& listener_;
  const ServerOptions& options_;
  const DateText& date_;
  std::unique_ptr<Incoming> incoming_;
  base::Bytes buffered_;             // bytes not parsed yet
  std::vector<Exchange> exchanges_;  // in order of arrival
  std::vector<base::Slice> output_;
  std::size_t queued_bytes_ = 0;
  std::uint64_t next_id_ = 1;
  std::uint32_t scanned_ = 0;  // of buffered_, by find_head_end
  Input input_ = Input::kOpen;
  bool is_parsing_ = false;
  bool owes_continue_ = false;
  bool draining_ = false;
  bool closing_ = false;
};

}  // namespace wire::http
