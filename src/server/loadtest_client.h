// One HTTP connection of a load test's actor: one request at a time, kept alive, made anew when it
// was lost. Owned by the actor, on its loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/slice.h"
#include "io/connection.h"
#include "io/connector.h"
#include "server/loadtest_arguments.h"
#include "wire/http/client.h"

namespace server::loadtest {

class LoadConnection final : private io::Connection::Handler,
                             private wire::http::ResponseReader::Listener {
 public:
  class Listener {
   public:
    /// A piece of the body of an answer with this status; valid during the call.
    virtual void on_body(LoadConnection& from, std::uint16_t status, base::ByteSpan data) = 0;
    /// The answer is complete; may call get().
    virtual void on_answer(LoadConnection& from, std::uint16_t status) = 0;
    /// No answer will come: not connected, or lost. May call get() later, not from here.
    virtual void on_failed(LoadConnection& from, std::string_view reason) = 0;

   protected:
    ~Listener() = default;
  };

  /// All references outlive the connection. `bytes` counts what comes in.
  LoadConnection(io::Loop& loop, const Target& target, const io::TlsContext* tls,
                 std::optional<io::Address> source, std::uint64_t& bytes, Listener& listener);

  /// Asks for a path with its query. Nothing may be under way.
  void get(std::string_view path);
  /// Sends the octets of a request with this method. Nothing may be under way.
  void send(wire::http::Method method, base::Slice request);
  bool is_busy() const { return busy_; }
  void close();

 private:
  void on_data(base::ByteSpan data) override;
  void on_closed(const base::Error& reason) override;
  void on_head(const wire::http::ResponseHead& head) override;
  void on_body(base::ByteSpan data) override;
  void on_complete(bool keeps_alive) override;

  void connect();
  void write();
  void fail(std::string_view reason);

  io::Loop& loop_;
  const Target& target_;
  const io::TlsContext* tls_;
  const std::optional<io::Address> source_;
  std::uint64_t& bytes_;
  Listener& listener_;
  std::unique_ptr<io::Connector> connector_;
  std::unique_ptr<io::Connection> connection_;
  std::unique_ptr<wire::http::ResponseReader> reader_;
  wire::http::Method method_ = wire::http::Method::kGet;
  base::Slice request_;  // that waits for the connection
  std::uint16_t status_ = 0;
  bool busy_ = false;
  bool complete_ = false;
  bool keeps_alive_ = false;
};

}  // namespace server::loadtest
