// A publisher that sends anything. The first byte chooses whether the handshake is given, whether
// the owner answers at once, later or with a refusal, and the size of the pieces.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "wire/rtmp/server_session.h"
#include "wire/rtmp/stream_name.h"

namespace {

using wire::rtmp::ServerSession;

struct Owner : wire::rtmp::ServerListener {
  ServerSession* session = nullptr;
  unsigned answer = 0;
  std::size_t media_bytes = 0;

  void on_connect(const wire::rtmp::ConnectInfo& info) override {
    CHECK(info.app.size() <= 65'536);
  }
  void on_publish(const wire::rtmp::PublishRequest& request) override {
    (void)wire::rtmp::parse_stream_name(request.stream_name);
    if (answer == 0) CHECK(session->accept_publish({}).has_value());
    if (answer == 1) session->reject_publish(wire::rtmp::PublishRefusal::kDenied, "no");
  }
  void on_media(wire::rtmp::MediaMessage message) override {
    media_bytes += message.payload.size();
    if (media_bytes > 50'000) session->end_publish("enough");
  }
  void on_unpublish() override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint8_t choice = data[0];
  Owner owner;
  owner.answer = choice & 3U;
  ServerSession session({}, owner, {});
  owner.session = &session;
  if ((choice & 4U) == 0) {
    base::Bytes handshake(1 + 2 * wire::rtmp::kHandshakePacketBytes, 0);
    handshake[0] = 3;
    CHECK(session.receive(handshake, {}).has_value());
  }
  const base::ByteSpan input(data + 1, size - 1);
  const std::size_t step = (choice & 8U) != 0 ? 7 : 4096;
  for (std::size_t i = 0; i < input.size(); i += step) {
    if (!session.receive(input.subspan(i, std::min(step, input.size() - i)), {})) return 0;
    if (!session.wants_input() && !session.accept_publish({})) return 0;
    (void)session.take_output();
  }
  return 0;
}
