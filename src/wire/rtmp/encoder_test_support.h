// An encoder of bytes for the tests of ServerSession: AMF0 and chunks by hand, so that nothing of
// what an encoder says leans on the code under test, and a listener that writes down what it hears.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "wire/rtmp/server_session.h"

namespace wire::rtmp::test {

inline constexpr base::MonotonicTime kStart{};

base::Bytes from_hex(std::string_view text);
base::Bytes operator+(base::Bytes a, const base::Bytes& b);

base::Bytes amf_text(std::string_view text);
/// A number by the two highest bytes of its double.
base::Bytes amf_number(std::uint16_t top);
/// A name and a value inside an object.
base::Bytes property(std::string_view name, const base::Bytes& value);
inline const base::Bytes kOne = amf_number(0x3FF0);
inline const base::Bytes kTwo = amf_number(0x4000);
inline const base::Bytes kNull = {5};
inline const base::Bytes kObjectEnd = {0, 0, 9};

/// A message cut into chunks of 128 bytes, the size before anyone says otherwise.
base::Bytes message(std::uint8_t chunk_stream, std::uint8_t type, std::uint8_t stream,
                    const base::Bytes& body);
base::Bytes command(std::uint8_t stream, std::string_view name, const base::Bytes& transaction,
                    const base::Bytes& rest);
base::Bytes connect(std::string_view app);
base::Bytes publish(std::string_view name);
/// A video message of three bytes at 40 ms on chunk stream 6, message stream 1.
inline const base::Bytes kVideo = {6, 0, 0, 40, 0, 0, 3, 9, 1, 0, 0, 0, 0x17, 1, 0xAA};
/// Version, packet 1 and packet 2 of a plain client.
base::Bytes client_handshake();

/// Events in words: "connect <app>", "publish <app> <name> <type>", "media <type> at <ms> <hex>",
/// "unpublish".
struct Recorder : ServerListener {
  std::vector<std::string> events;
  std::function<void()> at_publish;
  std::function<void()> at_media;
  std::vector<MediaMessage> media;
  std::optional<ConnectInfo> connected;

  void on_connect(const ConnectInfo& info) override;
  void on_publish(const PublishRequest& request) override;
  void on_media(MediaMessage message) override;
  void on_unpublish() override;
};

/// What a session sent: hex of controls, the printable characters of commands.
struct Answer {
  int type = 0;
  std::uint32_t stream = 0;
  std::string text;
};
/// Reads what a session sent behind its handshake, with our own chunk reader, which its own tests
/// have shown to be right. Set Chunk Size does not show.
std::vector<Answer> answers(base::ByteSpan output);
bool has(const std::vector<Answer>& all, int type, std::uint32_t stream, std::string_view text);

/// A session whose owner accepts at once unless told otherwise.
struct Peer {
  explicit Peer(const ServerSessionOptions& options = {});
  /// Goes through the handshake and drops its output.
  Peer& shake();
  base::Expected<void> send(base::ByteSpan bytes, base::MonotonicTime now = kStart);

  Recorder recorder;
  ServerSession session;
  base::Bytes output;
};

}  // namespace wire::rtmp::test
