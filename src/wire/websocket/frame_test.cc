#include "wire/websocket/frame.h"

#include <gtest/gtest.h>

#include <string>

#include "wire/websocket/websocket_test_support.h"

namespace wire::websocket {
namespace {

using testing::hear;

std::string octets(const base::Slice& frame) {
  return base::to_hex(frame.span());
}

// The examples of RFC 6455 section 5.7.
TEST(WebSocketFrame, ExamplesOfTheStandard) {
  EXPECT_EQ(octets(text_frame("Hello")), "810548656c6c6f");
  const MaskKey key = {0x37, 0xfa, 0x21, 0x3d};
  EXPECT_EQ(octets(masked_frame(Opcode::kText, base::as_bytes("Hello"), key)),
            "818537fa213d7f9f4d5158");
  EXPECT_EQ(octets(ping_frame(base::as_bytes("Hello"))), "890548656c6c6f");
  EXPECT_EQ(octets(pong_frame(base::as_bytes("Hello"))), "8a0548656c6c6f");
  EXPECT_EQ(octets(ping_frame()), "8900");
  EXPECT_EQ(octets(pong_frame({})), "8a00");
  EXPECT_EQ(octets(empty_close_frame()), "8800");
  EXPECT_EQ(octets(close_frame(1000, "bye")), "880503e8627965");
}

TEST(WebSocketFrame, LengthsTakeTheShortestForm) {
  EXPECT_EQ(octets(text_frame(std::string(125, 'a'))).substr(0, 6), "817d61");
  EXPECT_EQ(octets(text_frame(std::string(126, 'a'))).substr(0, 10), "817e007e61");
  EXPECT_EQ(octets(text_frame(std::string(65'535, 'a'))).substr(0, 10), "817effff61");
  EXPECT_EQ(octets(text_frame(std::string(65'536, 'a'))).substr(0, 22), "817f000000000001000061");
}

TEST(WebSocketFrame, WhatIsWrittenCanBeRead) {
  for (const std::size_t size : {0, 1, 3, 15, 16, 17, 125, 126, 4096, 4097, 65'536}) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i % 26);
    testing::Recorder whole;
    Reader server(Reader::Role::kServer, 1 << 20);
    const base::Slice masked = masked_frame(Opcode::kText, base::as_bytes(text), {9, 0, 255, 7});
    ASSERT_TRUE(server.receive(masked.span(), whole));
    Reader client(Reader::Role::kClient, 1 << 20);
    ASSERT_TRUE(client.receive(text_frame(text).span(), whole));
    EXPECT_EQ(whole.octets, 2 * size);
    testing::Recorder direct;
    direct.on_text(text);
    EXPECT_EQ(whole.heard, direct.heard + direct.heard);
  }
  Reader client(Reader::Role::kClient, 1 << 20);
  EXPECT_EQ(hear(client, {close_frame(4000, "so").text()}), "close(4000,so)");
}

TEST(WebSocketFrame, MaskingGoesOnAnywhereInAPayload) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += static_cast<char>('0' + i % 40);
  const MaskKey key = {1, 200, 3, 77};
  base::Bytes whole(text.size());
  apply_mask(base::as_bytes(text), whole, key);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    ASSERT_EQ(whole[i], static_cast<std::uint8_t>(text[i] ^ key[i % 4]));
  }
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    base::Bytes pieces(base::as_bytes(text).begin(), base::as_bytes(text).end());
    const std::span<std::uint8_t> all = pieces;
    apply_mask(all.first(cut), all.first(cut), key);
    apply_mask(all.subspan(cut), all.subspan(cut), key, cut);
    ASSERT_EQ(pieces, whole) << cut;
  }
}

TEST(WebSocketFrame, ALongReasonIsCutBetweenCharacters) {
  const base::Slice exact = close_frame(1000, std::string(123, 'r'));
  EXPECT_EQ(exact.size(), 127u);
  const base::Slice cut = close_frame(1000, std::string(122, 'r') + "\xc3\xa9\xc3\xa9");
  EXPECT_EQ(cut.size(), 2u + 2u + 122u);
  Reader client(Reader::Role::kClient, 1000);
  EXPECT_EQ(hear(client, {cut.text()}), "close(1000,rrrr...122...rrrr)");
}

}  // namespace
}  // namespace wire::websocket
