#include "io/io_test_support.h"

#include "base/check.h"

#if __has_feature(thread_sanitizer)
// libsrt's own locks, which its authors take in more than one order. Nothing of ours.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "deadlock:libsrt.so\nrace:libsrt.so\nmutex:libsrt.so\n";
}
#endif

namespace io::test {

SocketPair connect_pair(Loop& loop) {
  auto sockets = bind_tcp("127.0.0.1", 0, 1);
  CHECK(sockets.has_value());
  SocketPair out;
  Listener listener(loop, std::move(sockets->front()),
                    [&](Socket socket) { out.server = std::move(socket); });
  Connector connector(loop, {.host = "127.0.0.1", .port = listener.local_port()},
                      [&](base::Expected<Socket> socket) {
                        CHECK(socket.has_value());
                        out.client = std::move(*socket);
                      });
  CHECK(drive(loop,
              [&] { return out.client.descriptor.is_open() && out.server.descriptor.is_open(); }));
  return out;
}

Pair::Pair(Loop& loop, bool tls) {
  SocketPair sockets = connect_pair(loop);
  if (!tls) {
    client.connection = Connection::plain(loop, std::move(sockets.client), client);
    server.connection = Connection::plain(loop, std::move(sockets.server), server);
    return;
  }
  const auto pem = make_development_certificate({});
  CHECK(pem.has_value());
  auto for_server = TlsContext::server(*pem, {});
  auto for_client = TlsContext::client({.alpn = {"http/1.1"}, .trusted = pem->certificate});
  CHECK(for_server.has_value() && for_client.has_value());
  server_context = std::move(*for_server);
  client_context = std::move(*for_client);
  client.connection =
      Connection::tls_client(loop, std::move(sockets.client), *client_context, "localhost", client);
  server.connection =
      Connection::tls_server(loop, std::move(sockets.server), *server_context, server);
  CHECK(drive(loop, [&] { return client.secured == 1 && server.secured == 1; }));
}

}  // namespace io::test
