#include "wire/rtmp/client_session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>

#include "wire/rtmp/server_session.h"

namespace wire::rtmp {
namespace {

using base::Bytes;
using base::ByteSpan;

constexpr base::MonotonicTime kNow{};

struct Owner : ServerListener {
  ServerSession* session = nullptr;
  std::optional<PublishRefusal> refusal;
  std::optional<ConnectInfo> connected;
  std::string requested;
  std::vector<MediaMessage> media;
  int unpublished = 0;

  void on_connect(const ConnectInfo& info) override { connected = info; }
  void on_publish(const PublishRequest& request) override {
    requested = request.app + ' ' + request.stream_name;
    if (refusal) {
      session->reject_publish(*refusal, "not this one");
    } else {
      EXPECT_TRUE(session->accept_publish(kNow));
    }
  }
  void on_media(MediaMessage message) override { media.push_back(std::move(message)); }
  void on_unpublish() override { ++unpublished; }
};

ClientSessionOptions client_options(std::uint32_t chunk_size) {
  ClientSessionOptions options;
  options.connect = {"app", "rtmp://host/app", "test/1", EnhancedCapabilities{{"hvc1"}, 2}};
  options.stream_name = "key?priority=1";
  options.chunk_size = chunk_size;
  return options;
}

// A client and a server with wires between them that deliver `step` bytes at a time.
struct Pair {
  explicit Pair(std::uint32_t chunk_size = 65'536, std::size_t step_bytes = 100'000)
      : client(client_options(chunk_size)),
        server(ServerSessionOptions(), owner, kNow),
        step(step_bytes) {
    owner.session = &server;
  }

  void run() {
    while (client.has_output() || server.has_output()) {
      const Bytes up = client.take_output();
      for (std::size_t i = 0; i < up.size(); i += step) {
        const auto result =
            server.receive(ByteSpan(up).subspan(i, std::min(step, up.size() - i)), kNow);
        ASSERT_TRUE(result) << result.error().message;
      }
      const Bytes down = server.take_output();
      for (std::size_t i = 0; i < down.size(); i += step) {
        const auto result =
            client.receive(ByteSpan(down).subspan(i, std::min(step, down.size() - i)));
        ASSERT_TRUE(result) << result.error().message;
      }
    }
  }

  Owner owner;
  ClientSession client;
  ServerSession server;
  std::size_t step;
};

TEST(ClientSession, PublishesToOurServerWithAnyChunkSizeAndStep) {
  std::mt19937 random(2);
  for (const std::uint32_t chunk_size : {1U, 2U, 100U, 128U, 4096U, 65'536U}) {
    for (const std::size_t step : {1U, 3U, 1000U, 100'000U}) {
      Pair pair(chunk_size, step);
      pair.run();
      ASSERT_EQ(pair.client.state(), ClientSession::State::kPublishing) << chunk_size;
      EXPECT_EQ(pair.client.status().code, "NetStream.Publish.Start");
      EXPECT_EQ(pair.owner.requested, "app key?priority=1");
      ASSERT_TRUE(pair.owner.connected && pair.owner.connected->enhanced);
      EXPECT_EQ(pair.owner.connected->enhanced->fourccs, std::vector<std::string>{"hvc1"});
      std::vector<MediaMessage> sent;
      for (std::uint32_t i = 0; i < 12; ++i) {
        Bytes payload(i % 4 == 0 ? 5000 : random() % 300);
        for (auto& byte : payload) byte = static_cast<std::uint8_t>(random());
        const auto kind = i == 0       ? MediaKind::kData
                          : i % 2 == 0 ? MediaKind::kAudio
                                       : MediaKind::kVideo;
        MediaMessage message{kind, 0xFFFFF0 + i * 3, base::Slice::take(std::move(payload))};
        if (i % 3 == 0) {
          pair.run();
          std::vector<base::Slice> slices;
          pair.client.send_media(message.kind, message.timestamp, message.payload, slices);
          for (const auto& slice : slices) ASSERT_TRUE(pair.server.receive(slice.span(), kNow));
        } else {
          pair.client.send_media(message.kind, message.timestamp, message.payload.span());
        }
        sent.push_back(std::move(message));
      }
      pair.client.unpublish();
      pair.run();
      EXPECT_EQ(pair.client.state(), ClientSession::State::kEnded);
      EXPECT_EQ(pair.owner.unpublished, 1);
      ASSERT_EQ(pair.owner.media.size(), sent.size());
      for (std::size_t i = 0; i < sent.size(); ++i) {
        EXPECT_EQ(pair.owner.media[i].kind, sent[i].kind);
        EXPECT_EQ(pair.owner.media[i].timestamp, sent[i].timestamp);
        EXPECT_TRUE(std::ranges::equal(pair.owner.media[i].payload.span(), sent[i].payload.span()));
      }
    }
  }
}

TEST(ClientSession, TellsWhyItWasRefused) {
  Pair pair;
  pair.owner.refusal = PublishRefusal::kBadName;
  pair.run();
  EXPECT_EQ(pair.client.state(), ClientSession::State::kRefused);
  EXPECT_EQ(pair.client.status().code, "NetStream.Publish.BadName");
  EXPECT_EQ(pair.client.status().description, "not this one");
  EXPECT_TRUE(pair.server.finished());
}

TEST(ClientSession, LearnsThatTheServerEndedIt) {
  Pair pair;
  pair.run();
  pair.server.end_publish("stopped");
  pair.run();
  EXPECT_EQ(pair.client.state(), ClientSession::State::kEnded);
  EXPECT_EQ(pair.client.status().code, "NetStream.Unpublish.Success");
  EXPECT_EQ(pair.client.status().description, "stopped");
}

// Answers of other servers, by hand.
TEST(ClientSession, RefusalOfConnectAndUnknownHelpers) {
  const auto answer = [](std::string_view name, std::uint8_t transaction_top,
                         std::uint8_t transaction_next) {
    Bytes body = {2, 0, static_cast<std::uint8_t>(name.size())};
    body.insert(body.end(), name.begin(), name.end());
    body.insert(body.end(), {0, transaction_top, transaction_next, 0, 0, 0, 0, 0, 0, 5});
    Bytes out = {3, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(body.size()), 20, 0, 0, 0, 0};
    out.insert(out.end(), body.begin(), body.end());
    return out;
  };
  Bytes handshake(3073, 0);
  handshake[0] = 3;
  {
    ClientSession client(client_options(4096));
    ASSERT_TRUE(client.receive(handshake));
    ASSERT_TRUE(client.receive(answer("_error", 0x40, 0x00)));  // 2: releaseStream
    EXPECT_EQ(client.state(), ClientSession::State::kStarting);
    ASSERT_TRUE(client.receive(answer("_error", 0x3F, 0xF0)));  // 1: connect
    EXPECT_EQ(client.state(), ClientSession::State::kRefused);
  }
  {
    ClientSession client(client_options(4096));
    ASSERT_TRUE(client.receive(handshake));
    ASSERT_TRUE(client.receive(answer("_result", 0x40, 0x10)));  // 4: createStream, no stream
    EXPECT_EQ(client.state(), ClientSession::State::kRefused);
  }
}

}  // namespace
}  // namespace wire::rtmp
