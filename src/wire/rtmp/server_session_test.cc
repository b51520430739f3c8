#include "wire/rtmp/server_session.h"

#include <gtest/gtest.h>

#include "wire/rtmp/encoder_test_support.h"

namespace wire::rtmp {
namespace {

using namespace test;
using base::Bytes;
using namespace std::chrono_literals;

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

TEST(ServerSession, OneBroadcastAConnectionAtATime) {
  Peer peer;
  ASSERT_TRUE(peer.shake().send(connect("app") + publish("key")));
  peer.output.clear();
  ASSERT_TRUE(peer.send(publish("other")));
  EXPECT_TRUE(has(answers(peer.output), 20, 1, "NetStream.Publish.BadName"));
  EXPECT_TRUE(peer.session.is_publishing());
  // Another stream's end is not ours; no number at all, as GStreamer sends it, is.
  ASSERT_TRUE(peer.send(command(0, "deleteStream", kTwo, kNull + kTwo)));
  EXPECT_TRUE(peer.session.is_publishing());
  ASSERT_TRUE(peer.send(command(0, "deleteStream", kTwo, kNull + amf_text("key"))));
  EXPECT_FALSE(peer.session.is_publishing());
  EXPECT_EQ(peer.recorder.events,
            (std::vector<std::string>{"connect app", "publish app key live", "unpublish"}));
}

TEST(ServerSession, MessageStreamsAreNumberedAndBounded) {
  Peer peer;
  ASSERT_TRUE(peer.shake().send(connect("app")));
  for (int i = 0; i < 16; ++i) {
    peer.output.clear();
    ASSERT_TRUE(peer.send(command(0, "createStream", kTwo, kNull)));
    // _result, transaction 2, null, and 1 for the first.
    const auto body = amf_text("_result") + kTwo + kNull + kOne;
    if (i == 0) {
      EXPECT_EQ(base::to_hex(base::ByteSpan(peer.output).subspan(12)), base::to_hex(body));
    }
  }
  const auto result = peer.send(command(0, "createStream", kTwo, kNull));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, base::ErrorCode::kLimit);
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
