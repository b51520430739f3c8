#include "wire/rtmp/encoder_test_support.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "wire/rtmp/chunk_reader.h"

namespace wire::rtmp::test {

using base::Bytes;
using base::ByteSpan;

Bytes from_hex(std::string_view text) {
  Bytes out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes amf_text(std::string_view text) {
  Bytes out = {2, 0, static_cast<std::uint8_t>(text.size())};
  out.insert(out.end(), text.begin(), text.end());
  return out;
}
Bytes amf_number(std::uint16_t top) {  // the two highest bytes of the double
  return {0, static_cast<std::uint8_t>(top >> 8), static_cast<std::uint8_t>(top), 0, 0, 0, 0, 0, 0};
}
Bytes property(std::string_view name, const Bytes& value) {
  const Bytes text = amf_text(name);
  return Bytes(text.begin() + 1, text.end()) + value;
}

Bytes message(std::uint8_t chunk_stream, std::uint8_t type, std::uint8_t stream,
              const Bytes& body) {
  const auto high = static_cast<std::uint8_t>(body.size() >> 8);
  const auto low = static_cast<std::uint8_t>(body.size());
  Bytes out = {chunk_stream, 0, 0, 0, 0, high, low, type, stream, 0, 0, 0};
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (i > 0 && i % 128 == 0) out.push_back(static_cast<std::uint8_t>(0xC0 | chunk_stream));
    out.push_back(body[i]);
  }
  return out;
}
Bytes command(std::uint8_t stream, std::string_view name, const Bytes& transaction,
              const Bytes& rest) {
  return message(3, 20, stream, amf_text(name) + transaction + rest);
}
Bytes connect(std::string_view app) {
  return command(0, "connect", kOne,
                 Bytes{3} + property("app", amf_text(app)) +
                     property("tcUrl", amf_text("rtmp://host/" + std::string(app))) + kObjectEnd);
}
Bytes publish(std::string_view name) {
  return command(1, "publish", kTwo, kNull + amf_text(name) + amf_text("live"));
}

Bytes client_handshake() {
  Bytes out(1 + 2 * 1536, 0x33);
  out[0] = 3;
  std::fill_n(out.begin() + 1, 8, std::uint8_t{0});
  return out;
}

void Recorder::on_connect(const ConnectInfo& info) {
  connected = info;
  events.push_back("connect " + info.app);
}

void Recorder::on_publish(const PublishRequest& request) {
  events.push_back("publish " + request.app + ' ' + request.stream_name + ' ' + request.type);
  if (at_publish) at_publish();
}

void Recorder::on_media(MediaMessage heard) {
  events.push_back("media " + std::to_string(static_cast<int>(heard.kind)) + " at " +
                   std::to_string(heard.timestamp) + ' ' + base::to_hex(heard.payload.span()));
  media.push_back(std::move(heard));
  if (at_media) at_media();
}

void Recorder::on_unpublish() {
  events.push_back("unpublish");
}

std::vector<Answer> answers(ByteSpan output) {
  ChunkReader reader({64, 1U << 20, 1U << 20});
  std::vector<Answer> all;
  RtmpMessage read;
  while (true) {
    const auto more = reader.read(output, read);
    EXPECT_TRUE(more);
    if (!more || !*more) return all;
    Answer answer{static_cast<int>(read.type), read.stream_id, {}};
    if (answer.type == 20) {
      for (const char c : read.payload.text()) {
        if (c > ' ' && c < 127) answer.text += c;
      }
    } else {
      answer.text = base::to_hex(read.payload.span());
    }
    all.push_back(answer);
  }
}

bool has(const std::vector<Answer>& all, int type, std::uint32_t stream, std::string_view text) {
  return std::ranges::any_of(all, [&](const Answer& answer) {
    return answer.type == type && answer.stream == stream &&
           answer.text.find(text) != std::string::npos;
  });
}

Peer::Peer(const ServerSessionOptions& options) : session(options, recorder, kStart) {
  recorder.at_publish = [this] { EXPECT_TRUE(session.accept_publish(kStart)); };
}

Peer& Peer::shake() {
  EXPECT_TRUE(session.receive(client_handshake(), kStart));
  EXPECT_EQ(session.take_output().size(), 3073U);
  return *this;
}

base::Expected<void> Peer::send(ByteSpan bytes, base::MonotonicTime now) {
  auto result = session.receive(bytes, now);
  output = output + session.take_output();
  return result;
}

}  // namespace wire::rtmp::test
