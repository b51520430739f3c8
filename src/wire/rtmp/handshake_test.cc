#include "wire/rtmp/handshake.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <numeric>

namespace wire::rtmp {
namespace {

using base::Bytes;
using base::ByteSpan;

// An independent HMAC (RFC 2104) on the bare hash.
Bytes sha256(ByteSpan data) {
  Bytes out(32);
  EXPECT_EQ(EVP_Digest(data.data(), data.size(), out.data(), nullptr, EVP_sha256(), nullptr), 1);
  return out;
}

Bytes hmac(ByteSpan key, ByteSpan data) {
  Bytes block(64, 0);
  if (key.size() > 64) {
    std::ranges::copy(sha256(key), block.begin());
  } else {
    std::ranges::copy(key, block.begin());
  }
  Bytes inner;
  for (const auto b : block) inner.push_back(b ^ 0x36);
  inner.insert(inner.end(), data.begin(), data.end());
  Bytes outer;
  for (const auto b : block) outer.push_back(b ^ 0x5C);
  const auto hash = sha256(inner);
  outer.insert(outer.end(), hash.begin(), hash.end());
  return sha256(outer);
}

Bytes key_of(std::string_view sentence) {
  Bytes key(sentence.begin(), sentence.end());
  for (const int b : {0xF0, 0xEE, 0xC2, 0x4A, 0x80, 0x68, 0xBE, 0xE8, 0x2E, 0x00, 0xD0,
                      0xD1, 0x02, 0x9E, 0x7E, 0x57, 0x6E, 0xEC, 0x5D, 0x2D, 0x29, 0x80,
                      0x6F, 0xAB, 0x93, 0xB8, 0xE6, 0x36, 0xCF, 0xEB, 0x31, 0xAE}) {
    key.push_back(static_cast<std::uint8_t>(b));
  }
  return key;
}

Bytes without(ByteSpan packet, std::size_t position) {
  Bytes rest(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(position));
  rest.insert(rest.end(), packet.begin() + static_cast<std::ptrdiff_t>(position) + 32,
              packet.end());
  return rest;
}

std::size_t position_at(ByteSpan packet, std::size_t base) {
  return (packet[base] + packet[base + 1] + packet[base + 2] + packet[base + 3]) % 728U + base + 4;
}

// Version and packet 1 as a Flash-like client makes them; the digest by the HMAC above.
Bytes signed_first_flight(std::size_t base, std::uint8_t fill) {
  Bytes packet(1536);
  std::iota(packet.begin(), packet.end(), fill);
  std::ranges::copy(Bytes{0, 0, 0, 0, 9, 0, 124, 2}, packet.begin());
  const auto position = position_at(packet, base);
  const auto digest = hmac(base::as_bytes("Genuine Adobe Flash Player 001"),  //
                           without(packet, position));
  std::ranges::copy(digest, packet.begin() + static_cast<std::ptrdiff_t>(position));
  packet.insert(packet.begin(), 3);
  return packet;
}

TEST(ServerHandshake, EchoesAPlainClientWhateverTheSplit) {
  Bytes input(1 + 1536 + 1536 + 5, 0xAB);
  input[0] = 3;
  for (int i = 5; i < 9; ++i) input[static_cast<std::size_t>(i)] = 0;
  Bytes whole;
  {
    ServerHandshake handshake(7);
    const auto used = handshake.receive(input, whole);
    ASSERT_TRUE(used);
    EXPECT_EQ(*used, input.size() - 5);
    EXPECT_TRUE(handshake.done());
    EXPECT_EQ(handshake.kind(), HandshakeKind::kPlain);
  }
  ASSERT_EQ(whole.size(), 1U + 1536 + 1536);
  EXPECT_EQ(whole[0], 3);
  EXPECT_TRUE(std::ranges::equal(ByteSpan(whole).subspan(1537), ByteSpan(input).subspan(1, 1536)));
  EXPECT_EQ(base::to_hex(ByteSpan(whole).subspan(1, 8)), "0000000000000000");
  for (std::size_t split = 0; split <= input.size(); ++split) {
    ServerHandshake handshake(7);
    Bytes out;
    const auto first = handshake.receive(ByteSpan(input).first(split), out);
    ASSERT_TRUE(first);
    const auto second = handshake.receive(ByteSpan(input).subspan(*first), out);
    ASSERT_TRUE(second);
    ASSERT_EQ(*first + *second, input.size() - 5) << split;
    ASSERT_TRUE(handshake.done());
    ASSERT_EQ(out, whole) << split;
  }
}

TEST(ServerHandshake, SignsForADigestClientInBothSchemes) {
  for (const std::size_t base : {std::size_t{8}, std::size_t{772}}) {
    for (const auto seed : Bytes{0, 1, 77, 200}) {
      const auto input = signed_first_flight(base, seed);
      ServerHandshake handshake(seed);
      Bytes out;
      ASSERT_TRUE(handshake.receive(input, out));
      ASSERT_EQ(handshake.kind(), HandshakeKind::kDigest) << base << ' ' << int{seed};
      EXPECT_FALSE(handshake.done());
      ASSERT_EQ(out.size(), 3073U);
      const auto packet1 = ByteSpan(out).subspan(1, 1536);
      EXPECT_GE(packet1[4], 3);
      const auto position = position_at(packet1, base);
      EXPECT_EQ(base::to_hex(hmac(base::as_bytes("Genuine Adobe Flash Media Server 001"),
                                  without(packet1, position))),
                base::to_hex(packet1.subspan(position, 32)));
      const auto client1 = ByteSpan(input).subspan(1);
      const auto answer_key = hmac(key_of("Genuine Adobe Flash Media Server 001"),
                                   client1.subspan(position_at(client1, base), 32));
      const auto packet2 = ByteSpan(out).subspan(1537);
      EXPECT_EQ(base::to_hex(hmac(answer_key, packet2.first(1504))),
                base::to_hex(packet2.last(32)));
    }
  }
}

TEST(ServerHandshake, FallsBackToEchoWhenTheDigestIsWrong) {
  auto input = signed_first_flight(8, 3);
  input[1000] ^= 1;
  ServerHandshake handshake(1);
  Bytes out;
  ASSERT_TRUE(handshake.receive(input, out));
  EXPECT_EQ(handshake.kind(), HandshakeKind::kPlain);
  EXPECT_TRUE(std::ranges::equal(ByteSpan(out).subspan(1537), ByteSpan(input).subspan(1)));
  // Clients take version 0 in packet 1 as "this server does not sign".
  EXPECT_EQ(base::to_hex(ByteSpan(out).subspan(5, 4)), "00000000");
}

TEST(ServerHandshake, RefusesOtherProtocols) {
  struct Row {
    std::uint8_t first;
    base::ErrorCode code;
  };
  for (const auto& row :
       {Row{0x16, base::ErrorCode::kMalformed}, Row{'G', base::ErrorCode::kMalformed},
        Row{6, base::ErrorCode::kUnsupported}, Row{8, base::ErrorCode::kUnsupported}}) {
    ServerHandshake handshake(1);
    Bytes out;
    const auto result = handshake.receive(Bytes{row.first, 0, 0}, out);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, row.code);
    EXPECT_TRUE(out.empty());
  }
}

TEST(Digest, PacketTwoOfAClientAnswersTheServersDigest) {
  std::array<std::uint8_t, kHandshakePacketBytes> packet = {};
  std::iota(packet.begin(), packet.end(), std::uint8_t{9});
  Digest peer;
  peer.fill(0x5A);
  sign_packet2(packet, DigestSide::kClient, peer);
  const auto key = hmac(key_of("Genuine Adobe Flash Player 001"), peer);
  EXPECT_EQ(base::to_hex(ByteSpan(packet).last(32)),
            base::to_hex(hmac(key, ByteSpan(packet).first(1504))));
}

TEST(Handshake, ClientAndServerFinishWhateverTheSplit) {
  for (const std::size_t step : {1U, 2U, 7U, 500U, 1536U, 1537U, 5000U}) {
    ClientHandshake client(11);
    ServerHandshake server(12);
    Bytes client_out;
    Bytes server_out;
    client.start(client_out);
    while (!client.done() || !server.done()) {
      const Bytes up = std::exchange(client_out, {});
      for (std::size_t i = 0; i < up.size(); i += step) {
        const auto part = ByteSpan(up).subspan(i, std::min(step, up.size() - i));
        const auto used = server.receive(part, server_out);
        ASSERT_TRUE(used);
        ASSERT_EQ(*used, part.size());
      }
      const Bytes down = std::exchange(server_out, {});
      ASSERT_FALSE(up.empty() && down.empty());
      for (std::size_t i = 0; i < down.size(); i += step) {
        const auto part = ByteSpan(down).subspan(i, std::min(step, down.size() - i));
        ASSERT_TRUE(client.receive(part, client_out));
      }
    }
    EXPECT_EQ(server.kind(), HandshakeKind::kPlain);
  }
}

}  // namespace
}  // namespace wire::rtmp
