// How known encoders talk to ServerSession, from the first byte to the last.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "wire/rtmp/encoder_test_support.h"
#include "wire/rtmp/server_session.h"

namespace wire::rtmp {
namespace {

using namespace test;
using base::Bytes;
using base::ByteSpan;

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

TEST(EncoderFlows, FfmpegFlowWhateverTheSplit) {
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

TEST(EncoderFlows, GstreamerFlow) {
  Peer peer;
  ASSERT_TRUE(peer.shake().send(from_hex(kGstreamerBegin) + kVideo + from_hex(kGstreamerEnd)));
  EXPECT_EQ(peer.recorder.events, (std::vector<std::string>{"connect app", "publish app key live",
                                                            "media 9 at 40 1701aa", "unpublish"}));
  EXPECT_EQ(peer.session.ignored_messages(), 0U);
}

// As OBS (its librtmp) talks: types 1 and 2 of chunk headers, window size, metadata and media on
// one chunk stream, the end by FCUnpublish and deleteStream.
TEST(EncoderFlows, ObsLikeFlow) {
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

}  // namespace
}  // namespace wire::rtmp
