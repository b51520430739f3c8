#include "wire/rtmp/server_session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

#include "wire/rtmp/stream_name.h"

namespace wire::rtmp {
namespace {

using base::Bytes;
using base::ByteSpan;
using namespace std::chrono_literals;

constexpr base::MonotonicTime kStart{};

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

// What ffmpeg 5.1 sends behind its handshake to publish to rtmp://127.0.0.1:19350/app with the
// name key?priority=3, up to its publish command; then the end of its broadcast.
constexpr std::string_view kFfmpegBegin =
    "0300000000008a1400000000020007636f6e6e656374003ff000000000000003000361707002000361707000"
    "047479706502000a6e6f6e707269766174650008666c617368566572020024464d4c452f332e302028636f6d"
    "70617469626c653b204c61766635392e32372e313030290005746355726c02001a72746d703a2f2f3132372e"
    "302e302e313a3139c33335302f617070000009020000000000040100000000000010004300000000002b1402"
    "000d72656c6561736553747265616d0040000000000000000502000e6b65793f7072696f726974793d334300"
    "00000000271402000946435075626c6973680040080000000000000502000e6b65793f7072696f726974793d"
    "33430000000000191402000c63726561746553747265616d004010000000000000050800000000002c140100"
    "00000200077075626c6973680040140000000000000502000e6b65793f7072696f726974793d330200046c69"
    "7665";
constexpr std::string_view kFfmpegEnd =
    "430000000000291402000b4643556e7075626c6973680040180000000000000502000e6b65793f7072696f72"
    "6974793d33430000000000221402000c64656c65746553747265616d00401c00000000000005003ff0000000"
    "000000";
// The same of GStreamer 1.22's rtmp2sink, name key.
constexpr std::string_view kGstreamerBegin =
    "030000000000741400000000020007636f6e6e656374003ff000000000000003000361707002000361707000"
    "047479706502000a6e6f6e707269766174650008666c61736856657202000e4c4e582031302c302c33322c31"
    "380005746355726c02001a72746d703a2f2f3132372e302e302e313a31393335312f61707000000902000000"
    "0000040500000000002625a0430000000000201402000d72656c6561736553747265616d0000000000000000"
    "00050200036b65794300000000001c1402000946435075626c697368000000000000000000050200036b6579"
    "430000000000191402000c63726561746553747265616d004000000000000000050300000000002114010000"
    "000200077075626c697368000000000000000000050200036b65790200046c69766542000000000004010000"
    "0080";
constexpr std::string_view kGstreamerEnd =
    "0300000000001e140000000002000b4643556e7075626c697368000000000000000000050200036b65794300"
    "000000001f1402000c64656c65746553747265616d000000000000000000050200036b6579";

// A video message of three bytes at 40 ms on chunk stream 6, message stream 1.
const Bytes kVideo = {6, 0, 0, 40, 0, 0, 3, 9, 1, 0, 0, 0, 0x17, 1, 0xAA};

// AMF0 and chunk headers by hand, so that nothing here leans on the code under test.
Bytes amf_text(std::string_view text) {
  Bytes out = {2, 0, static_cast<std::uint8_t>(text.size())};
  out.insert(out.end(), text.begin(), text.end());
  return out;
}
Bytes amf_number(std::uint16_t top) {  // the two highest bytes of the double
  return {0, static_cast<std::uint8_t>(top >> 8), static_cast<std::uint8_t>(top), 0, 0, 0, 0, 0, 0};
}
const Bytes kOne = amf_number(0x3FF0);
const Bytes kTwo = amf_number(0x4000);
const Bytes kNull = {5};
Bytes property(std::string_view name, const Bytes& value) {
  const Bytes text = amf_text(name);
  return Bytes(text.begin() + 1, text.end()) + value;
}
const Bytes kObjectEnd = {0, 0, 9};

// A message cut into chunks of 128 bytes, the size before anyone says otherwise.
Bytes message(std::uint8_t chunk_stream, std::uint8_t type, std::uint8_t stream,
              const Bytes& body) {
  Bytes out = {chunk_stream,
               0,
               0,
               0,
               0,
               static_cast<std::uint8_t>(body.size() >> 8),
               static_cast<std::uint8_t>(body.size()),
               type,
               stream,
               0,
               0,
               0};
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
Bytes connect(std::string_view app, const Bytes& more = {}) {
  return command(0, "connect", kOne,
                 Bytes{3} + property("app", amf_text(app)) +
                     property("tcUrl", amf_text("rtmp://host/" + std::string(app))) + more +
                     kObjectEnd);
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

struct Recorder : ServerListener {
  std::vector<std::string> events;
  std::function<void()> at_publish;
  std::function<void()> at_media;
  std::vector<MediaMessage> media;
  std::optional<ConnectInfo> connected;

  void on_connect(const ConnectInfo& info) override {
    connected = info;
    events.push_back("connect " + info.app);
  }
  void on_publish(const PublishRequest& request) override {
    events.push_back("publish " + request.app + ' ' + request.stream_name + ' ' + request.type);
    if (at_publish) at_publish();
  }
  void on_media(MediaMessage message) override {
    events.push_back("media " + std::to_string(static_cast<int>(message.kind)) + " at " +
                     std::to_string(message.timestamp) + ' ' +
                     base::to_hex(message.payload.span()));
    media.push_back(std::move(message));
    if (at_media) at_media();
  }
  void on_unpublish() override { events.push_back("unpublish"); }
};

struct Answer {
  int type = 0;
  std::uint32_t stream = 0;
  std::string text;  // hex for controls, printable characters of commands
};

// Reads what the session sent behind its handshake, with the session's own chunk reader, which its
// own tests have shown to be right.
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

struct Peer {
  explicit Peer(ServerSessionOptions options = {}) : session(options, recorder, kStart) {
    recorder.at_publish = [this] { EXPECT_TRUE(session.accept_publish(kStart)); };
  }
  // Through the handshake, its output dropped.
  Peer& shake() {
    EXPECT_TRUE(session.receive(client_handshake(), kStart));
    EXPECT_EQ(session.take_output().size(), 3073U);
    return *this;
  }
  base::Expected<void> send(ByteSpan bytes, base::MonotonicTime now = kStart) {
    auto result = session.receive(bytes, now);
    output = output + session.take_output();
    return result;
  }
  Recorder recorder;
  ServerSession session;
  Bytes output;
};

TEST(ServerSession, FfmpegFlowWhateverTheSplit) {
  const Bytes input = client_handshake() + from_hex(kFfmpegBegin) + kVideo + from_hex(kFfmpegEnd);
  const std::vector<std::string> expected = {"connect app", "publish app key?priority=3 live",
                                             "media 9 at 40 1701aa", "unpublish"};
  Bytes whole;
  for (std::size_t split = 0; split <= input.size(); ++split) {
    if (split > 2 && split < 3060 && split % 50 != 0) continue;  // inside the handshake's filler
    Peer peer;
    ASSERT_TRUE(peer.send(ByteSpan(input).first(split)));
    ASSERT_TRUE(peer.send(ByteSpan(input).subspan(split)));
    ASSERT_EQ(peer.recorder.events, expected) << split;
    if (split == 0) whole = peer.output;
    ASSERT_EQ(peer.output, whole) << split;
  }
  std::mt19937 random(4);
  for (int round = 0; round < 50; ++round) {
    Peer peer;
    for (ByteSpan rest = input; !rest.empty();) {
      const auto part = rest.first(std::min<std::size_t>(rest.size(), 1 + random() % 90));
      ASSERT_TRUE(peer.send(part));
      rest = rest.subspan(part.size());
    }
    ASSERT_EQ(peer.recorder.events, expected);
    ASSERT_EQ(peer.output, whole);
  }
  const auto all = answers(ByteSpan(whole).subspan(3073));
  // Window acknowledgement size, peer bandwidth, chunk size.
  EXPECT_EQ(base::to_hex(ByteSpan(whole).subspan(3073, 49)),
            "020000000000040500000000002625a0"
            "020000000000050600000000002625a002"
            "02000000000004010000000000001000");
  EXPECT_TRUE(has(all, 20, 0, "NetConnection.Connect.Success"));
  EXPECT_FALSE(has(all, 20, 0, "fourCcList"));  // it did not ask
  EXPECT_TRUE(has(all, 20, 0, "onFCPublish"));
  EXPECT_TRUE(has(all, 4, 0, "000000000001"));  // stream 1 begins
  EXPECT_TRUE(has(all, 20, 1, "NetStream.Publish.Start"));
  EXPECT_TRUE(has(all, 20, 0, "onFCUnpublish"));
  EXPECT_TRUE(has(all, 20, 1, "NetStream.Unpublish.Success"));
}

TEST(ServerSession, GstreamerFlow) {
  Peer peer;
  ASSERT_TRUE(peer.shake().send(from_hex(kGstreamerBegin) + kVideo + from_hex(kGstreamerEnd)));
  EXPECT_EQ(peer.recorder.events, (std::vector<std::string>{"connect app", "publish app key live",
                                                            "media 9 at 40 1701aa", "unpublish"}));
  EXPECT_EQ(peer.session.ignored_messages(), 0U);
}

// As OBS (its librtmp) talks: types 1 and 2 of chunk headers, window size, metadata and media on
// one chunk stream, the end by FCUnpublish and deleteStream.
TEST(ServerSession, ObsLikeFlow) {
  const auto medium = [](std::uint8_t type, const Bytes& body) {
    return Bytes{0x43, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(body.size()), type} + body;
  };
  Peer peer;
  peer.shake();
  ASSERT_TRUE(peer.send(Bytes{2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0x10, 0}));
  Bytes body = amf_text("connect") + kOne + Bytes{3} + property("app", amf_text("app")) +
               property("type", amf_text("nonprivate")) +
               property("flashVer", amf_text("FMLE/3.0 (compatible; FMSc/1.0)")) +
               property("swfUrl", amf_text("rtmp://host/app")) +
               property("tcUrl", amf_text("rtmp://host/app")) +
               property("fourCcList", Bytes{10, 0, 0, 0, 2} + amf_text("av01") + amf_text("hvc1")) +
               property("capsEx", kTwo) + kObjectEnd;
  ASSERT_TRUE(peer.send(Bytes{3, 0, 0, 0, 0, static_cast<std::uint8_t>(body.size() >> 8),
                              static_cast<std::uint8_t>(body.size()), 20, 0, 0, 0, 0} +
                        body));
  ASSERT_TRUE(peer.recorder.connected);
  ASSERT_TRUE(peer.recorder.connected->enhanced);
  EXPECT_EQ(peer.recorder.connected->flash_version, "FMLE/3.0 (compatible; FMSc/1.0)");
  EXPECT_EQ(peer.recorder.connected->enhanced->fourccs, (std::vector<std::string>{"av01", "hvc1"}));
  EXPECT_EQ(peer.recorder.connected->enhanced->caps_ex, 2U);
  auto all = answers(peer.output);
  EXPECT_TRUE(has(all, 20, 0, "fourCcList"));
  EXPECT_TRUE(has(all, 20, 0, "videoFourCcInfoMap"));
  EXPECT_TRUE(has(all, 20, 0, "capsEx"));

  ASSERT_TRUE(peer.send(Bytes{0x42, 0, 0, 0, 0, 0, 4, 5, 0, 0x26, 0x25, 0xA0}));
  ASSERT_TRUE(peer.send(medium(20, amf_text("releaseStream") + kTwo + kNull + amf_text("key"))));
  ASSERT_TRUE(peer.send(medium(20, amf_text("FCPublish") + kTwo + kNull + amf_text("key"))));
  ASSERT_TRUE(peer.send(medium(20, amf_text("createStream") + kTwo + kNull)));
  body = amf_text("publish") + kTwo + kNull + amf_text("key") + amf_text("live");
  ASSERT_TRUE(peer.send(
      Bytes{4, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(body.size()), 20, 1, 0, 0, 0} + body));
  ASSERT_TRUE(peer.session.is_publishing());
  // Metadata, then video and audio by deltas, then one of the same size and kind without header.
  ASSERT_TRUE(peer.send(Bytes{4, 0, 0, 0, 0, 0, 2, 18, 1, 0, 0, 0, 5, 5}));
  ASSERT_TRUE(peer.send(Bytes{0x44, 0, 0, 33, 0, 0, 1, 9, 0x17}));
  ASSERT_TRUE(peer.send(Bytes{0x44, 0, 0, 3, 0, 0, 1, 8, 0xAF}));
  ASSERT_TRUE(peer.send(Bytes{0x84, 0, 0, 23, 0xAE}));
  ASSERT_TRUE(peer.send(medium(20, amf_text("FCUnpublish") + kTwo + kNull + amf_text("key"))));
  ASSERT_TRUE(peer.send(medium(20, amf_text("deleteStream") + kTwo + kNull + kOne)));
  EXPECT_EQ(peer.recorder.events,
            (std::vector<std::string>{"connect app", "publish app key live", "media 18 at 0 0505",
                                      "media 9 at 33 17", "media 8 at 36 af", "media 8 at 59 ae",
                                      "unpublish"}));
}

TEST(ServerSession, PublishNamesComeFromWhereEncodersPutThem) {
  struct Row {
    const char* app;
    const char* name;
    const char* event;
  };
  for (const auto& row :
       {Row{"app", "key", "publish app key live"}, Row{"app/", "key", "publish app key live"},
        Row{"app/key", "", "publish app key live"},
        Row{"app?x=1", "key", "publish app key?x=1 live"},
        Row{"app/", "/key", "publish app key live"}}) {
    Peer peer;
    ASSERT_TRUE(peer.shake().send(connect(row.app) + publish(row.name)));
    ASSERT_EQ(peer.recorder.events.size(), 2U);
    EXPECT_EQ(peer.recorder.events[1], row.event);
  }
}

TEST(ServerSession, NothingIsReadWhileTheOwnerDecides) {
  Peer peer;
  peer.recorder.at_publish = nullptr;
  ASSERT_TRUE(peer.shake().send(connect("app") + publish("key") + kVideo));
  EXPECT_FALSE(peer.session.wants_input());
  EXPECT_FALSE(peer.session.deadline());
  ASSERT_TRUE(peer.send(kVideo));
  EXPECT_EQ(peer.recorder.events.size(), 2U);
  ASSERT_TRUE(peer.session.accept_publish(kStart));
  EXPECT_TRUE(peer.session.wants_input());
  EXPECT_EQ(peer.recorder.events.size(), 4U);
  ASSERT_TRUE(peer.send(kVideo));
  EXPECT_EQ(peer.recorder.events.size(), 5U);
}

TEST(ServerSession, HeldBytesAreBounded) {
  Peer peer;
  peer.recorder.at_publish = nullptr;
  ASSERT_TRUE(peer.shake().send(connect("app") + publish("key")));
  ASSERT_TRUE(peer.send(Bytes(128 * 1024, 0)));
  const auto result = peer.send(Bytes(1, 0));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, base::ErrorCode::kLimit);
}

TEST(ServerSession, RefusalsNameTheirStatus) {
  struct Row {
    PublishRefusal reason;
    const char* code;
  };
  for (const auto& row :
       {Row{PublishRefusal::kBadName, "NetStream.Publish.BadName"},
        Row{PublishRefusal::kDenied, "NetStream.Publish.Denied"},
        Row{PublishRefusal::kRejected, "NetStream.Publish.Rejected"},
        Row{PublishRefusal::kConnectRejected, "NetConnection.Connect.Rejected"}}) {
    for (const bool at_once : {true, false}) {
      Peer peer;
      peer.recorder.at_publish = nullptr;
      const auto refuse = [&] { peer.session.reject_publish(row.reason, "because"); };
      if (at_once) peer.recorder.at_publish = refuse;
      ASSERT_TRUE(peer.shake().send(connect("app") + publish("key") + kVideo));
      if (!at_once) refuse();
      ASSERT_TRUE(peer.send(kVideo));
      EXPECT_TRUE(peer.session.finished());
      EXPECT_EQ(peer.recorder.events.size(), 2U);
      const auto all = answers(peer.output);
      EXPECT_TRUE(has(all, 20, 1, row.code));
      EXPECT_TRUE(has(all, 20, 1, "because"));
      EXPECT_TRUE(has(all, 20, 1, "error"));
      EXPECT_FALSE(has(all, 20, 1, "Publish.Start"));
    }
  }
}

TEST(ServerSession, TheOwnerEndsABroadcastInMidInput) {
  Peer peer;
  peer.recorder.at_media = [&] { peer.session.end_publish("stopped by its owner"); };
  ASSERT_TRUE(peer.shake().send(connect("app") + publish("key") + kVideo + kVideo + kVideo));
  EXPECT_EQ(peer.recorder.media.size(), 1U);
  EXPECT_TRUE(peer.session.finished());
  const auto all = answers(peer.output);
  EXPECT_TRUE(has(all, 20, 1, "NetStream.Unpublish.Success"));
  EXPECT_TRUE(has(all, 20, 0, "NetConnection.Connect.Closed"));
}

TEST(ServerSession, MediaOutsideABroadcast) {
  {
    Peer peer;
    const auto result = peer.shake().send(connect("app") + kVideo);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, base::ErrorCode::kMalformed);
  }
  {
    Peer peer;
    EXPECT_FALSE(peer.shake().send(kVideo));
  }
  {
    Peer peer;  // what was under way when the broadcast ended
    ASSERT_TRUE(peer.shake().send(connect("app") + publish("key") +
                                  command(0, "FCUnpublish", kTwo, kNull + amf_text("key")) +
                                  kVideo));
    EXPECT_EQ(peer.session.ignored_messages(), 1U);
    EXPECT_TRUE(peer.recorder.media.empty());
    ASSERT_TRUE(peer.send(publish("key") + kVideo));  // and begins again
    EXPECT_EQ(peer.recorder.media.size(), 1U);
  }
}

TEST(ServerSession, Amf3WrappersAndAggregates) {
  Peer peer;
  const Bytes amf3_publish =
      message(3, 17, 1, Bytes{0} + amf_text("publish") + kTwo + kNull + amf_text("key"));
  ASSERT_TRUE(peer.shake().send(connect("app") + amf3_publish));
  ASSERT_TRUE(peer.send(message(4, 15, 1, Bytes{0, 5, 6}) + message(4, 15, 1, Bytes{1, 5, 6})));
  // Three tags, times 1000, 1020 and 0x01000400 ms; the last without a back pointer.
  const Bytes tags = Bytes{9, 0, 0, 2, 0, 3, 0xE8, 0, 0, 0, 0, 0x17, 1, 0, 0, 0, 13} +
                     Bytes{8, 0, 0, 1, 0, 3, 0xFC, 0, 0, 0, 0, 0xAF, 0, 0, 0, 12} +
                     Bytes{8, 0, 0, 1, 0, 4, 0, 1, 0, 0, 0, 0xAE};
  ASSERT_TRUE(peer.send(message(4, 22, 1, tags)));
  EXPECT_EQ(peer.recorder.events,
            (std::vector<std::string>{"connect app", "publish app key live", "media 18 at 0 0506",
                                      "media 9 at 0 1701", "media 8 at 20 af",
                                      "media 8 at 16777240 ae"}));
  EXPECT_EQ(peer.session.ignored_messages(), 1U);
  EXPECT_FALSE(peer.send(message(4, 22, 1, Bytes{9, 0, 0, 200, 0, 0, 0, 0, 0, 0, 0, 1})));
}

TEST(ServerSession, AcknowledgesAndAnswersPings) {
  Peer peer;
  ASSERT_TRUE(
      peer.shake().send(connect("app") + message(2, 5, 0, Bytes{0, 0, 0x10, 0}) + publish("key")));
  peer.output.clear();
  ASSERT_TRUE(peer.send(message(2, 4, 0, Bytes{0, 6, 1, 2, 3, 4})));
  // Our chunks are larger than 128 by now; these are not.
  EXPECT_EQ(base::to_hex(peer.output), "020000000000060400000000000701020304");
  peer.output.clear();
  const Bytes audio = message(4, 8, 1, Bytes(100, 1));
  while (peer.output.empty()) ASSERT_TRUE(peer.send(audio));
  // Everything since the first byte is counted, handshake included.
  base::ByteWriter expected;
  expected.bytes(from_hex("020000000000040300000000"));
  expected.u32(static_cast<std::uint32_t>(peer.session.received_bytes()));
  EXPECT_EQ(base::to_hex(peer.output), base::to_hex(expected.span()));
  EXPECT_GE(peer.session.received_bytes(), 4096U);
  EXPECT_LT(peer.session.received_bytes(), 4096U + audio.size());
}

TEST(ServerSession, OtherCommands) {
  Peer peer;
  ASSERT_TRUE(peer.shake().send(connect("app")));
  peer.output.clear();
  ASSERT_TRUE(peer.send(command(0, "_checkbw", kTwo, kNull) +
                        command(0, "getStreamLength", kTwo, kNull + amf_text("key")) +
                        command(1, "play", kTwo, kNull + amf_text("key")) +
                        command(0, "somethingElse", kTwo, kNull)));
  const auto all = answers(peer.output);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_TRUE(all[0].text.starts_with("_result"));
  EXPECT_TRUE(all[1].text.starts_with("_result"));
  EXPECT_EQ(all[2].stream, 1U);
  EXPECT_NE(all[2].text.find("NetStream.Play.Failed"), std::string::npos);
  EXPECT_EQ(peer.session.ignored_messages(), 1U);
  EXPECT_EQ(peer.recorder.events.size(), 1U);
}

TEST(ServerSession, HostileCommandsEndTheConnectionWithoutTheirValues) {
  struct Row {
    const char* name;
    Bytes bytes;
  };
  const Bytes key = amf_text("secret-key");
  for (const auto& row : {
           Row{"publish before connect", command(1, "publish", kTwo, kNull + key)},
           Row{"a second connect", connect("app") + connect("app")},
           Row{"a name that is no text", message(3, 20, 0, kOne + key)},
           Row{"nothing", message(3, 20, 0, Bytes{})},
           Row{"cut short", message(3, 20, 0, amf_text("connect") + kOne + Bytes{2, 0, 200, 's'})},
           Row{"over the limit before publish",
               connect("app") + Bytes{4, 0, 0, 0, 1, 0, 1, 9, 1, 0, 0, 0}},
       }) {
    Peer peer;
    peer.shake();
    const auto result = peer.send(row.bytes);
    ASSERT_FALSE(result) << row.name;
    EXPECT_EQ(result.error().message.find("secret"), std::string::npos) << row.name;
  }
}

TEST(ServerSession, AnswersThatNobodyReadsAreBounded) {
  Peer peer;
  ASSERT_TRUE(peer.shake().send(connect("app")));
  Bytes flood;
  for (int i = 0; i < 10'000; ++i) flood = flood + command(0, "_checkbw", kTwo, kNull);
  const auto result = peer.send(flood);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, base::ErrorCode::kLimit);
  EXPECT_LT(peer.output.size(), 200'000U);
}

TEST(ServerSession, LargeMessagesOnlyOncePublishing) {
  Peer peer;
  ASSERT_TRUE(peer.shake().send(connect("app") + publish("key")));
  ASSERT_TRUE(peer.send(message(2, 1, 0, Bytes{0, 0x7F, 0xFF, 0xFF})));
  ASSERT_TRUE(peer.send(Bytes{6, 0, 0, 1, 0x20, 0, 0, 9, 1, 0, 0, 0} + Bytes(0x200000, 7)));
  ASSERT_EQ(peer.recorder.media.size(), 1U);
  EXPECT_EQ(peer.recorder.media[0].payload.size(), 0x200000U);
}

TEST(ServerSession, DeadlinesFollowTheState) {
  ServerSessionOptions options;
  options.handshake_timeout = 5s;
  options.publish_timeout = 20s;
  options.silence_timeout = 30s;
  Peer peer(options);
  EXPECT_EQ(peer.session.deadline(), kStart + 5s);
  EXPECT_TRUE(peer.session.check_deadline(kStart + 4s));
  const auto late = peer.session.check_deadline(kStart + 5s);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, base::ErrorCode::kTimeout);
  peer.shake();
  EXPECT_EQ(peer.session.deadline(), kStart + 20s);
  ASSERT_TRUE(peer.send(connect("app"), kStart + 6s));
  EXPECT_EQ(peer.session.deadline(), kStart + 20s);
  peer.recorder.at_publish = nullptr;
  ASSERT_TRUE(peer.send(publish("key"), kStart + 7s));
  EXPECT_EQ(peer.session.deadline(), std::nullopt);
  EXPECT_TRUE(peer.session.check_deadline(kStart + 1000s));
  ASSERT_TRUE(peer.session.accept_publish(kStart + 8s));
  EXPECT_EQ(peer.session.deadline(), kStart + 38s);
  ASSERT_TRUE(peer.send(kVideo, kStart + 20s));
  EXPECT_EQ(peer.session.deadline(), kStart + 50s);
  // Pings are not a sign of life: silence is about media.
  ASSERT_TRUE(peer.send(message(2, 4, 0, Bytes{0, 6, 1, 2, 3, 4}), kStart + 40s));
  EXPECT_EQ(peer.session.deadline(), kStart + 50s);
  peer.session.end_publish("");
  EXPECT_EQ(peer.session.deadline(), std::nullopt);
}

}  // namespace
}  // namespace wire::rtmp
