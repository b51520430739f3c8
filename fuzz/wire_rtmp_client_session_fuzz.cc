// A server that answers our publisher with anything, behind a handshake.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "wire/rtmp/client_session.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using wire::rtmp::ClientSession;
  ClientSession client({.connect = {"app", "rtmp://host/app", "fuzz", {}}, .stream_name = "key"});
  base::Bytes handshake(1 + 2 * wire::rtmp::kHandshakePacketBytes, 0);
  handshake[0] = 3;
  CHECK(client.receive(handshake).has_value());
  if (!client.receive(base::ByteSpan(data, size))) return 0;
  if (client.state() == ClientSession::State::kPublishing) {
    client.send_media(wire::rtmp::MediaKind::kVideo, 0, base::ByteSpan(data, size));
    client.unpublish();
    CHECK(client.state() == ClientSession::State::kEnded);
  }
  (void)client.take_output();
  return 0;
}
