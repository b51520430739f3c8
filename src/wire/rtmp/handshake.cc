#include "wire/rtmp/handshake.h"

#include <algorithm>
#include <string>

namespace wire::rtmp {
namespace {

constexpr std::uint8_t kVersion = 3;
constexpr std::size_t kVersionField = 4;  // of packet 1, behind the time; zero in plain handshakes

// SplitMix64: fills handshake packets with bytes that differ from connection to connection.
void fill(std::span<std::uint8_t> out, std::uint64_t& state) {
  std::size_t i = 0;
  while (i < out.size()) {
    state += 0x9E3779B97F4A7C15U;
    std::uint64_t value = state;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
    value ^= value >> 31;
    for (int byte = 0; byte < 8 && i < out.size(); ++byte, value >>= 8) {
      out[i++] = static_cast<std::uint8_t>(value);
    }
  }
}

base::Expected<void> check_version(std::uint8_t version) {
  if (version == kVersion) return {};
  if (version == 6 || version == 8) {
    return base::fail(base::ErrorCode::kUnsupported,
                      "RTMPE (handshake version " + std::to_string(version) + ") is not offered");
  }
  return base::fail(base::ErrorCode::kMalformed,
                    "RTMP handshake begins with version " + std::to_string(version) + ", not 3");
}

using Packet = std::array<std::uint8_t, kHandshakePacketBytes>;

void append(base::Bytes& out, base::ByteSpan bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

base::Expected<std::size_t> ServerHandshake::receive(base::ByteSpan input, base::Bytes& out) {
  std::size_t used = 0;
  if (taken_ == 0 && !input.empty()) {
    if (auto version = check_version(input[0]); !version) return base::fail(version.error());
    taken_ = used = 1;
  }
  if (taken_ > 0 && taken_ < kFirstFlightBytes) {
    const auto part = input.subspan(used, std::min(kFirstFlightBytes - taken_,  //
                                                   input.size() - used));
    if (packet1_.empty()) packet1_.reserve(kHandshakePacketBytes);
    append(packet1_, part);
    taken_ += part.size();
    used += part.size();
    if (taken_ == kFirstFlightBytes) answer(out);
  }
  if (taken_ >= kFirstFlightBytes) {
    // Packet 2 of the client is counted, not compared: several encoders send anything here.
    const std::size_t skipped = std::min(kTotalBytes - taken_, input.size() - used);
    taken_ += skipped;
    used += skipped;
  }
  return used;
}

void ServerHandshake::answer(base::Bytes& out) {
  const auto version_field = base::ByteSpan(packet1_).subspan(kVersionField, 4);
  const bool may_be_signed = std::ranges::any_of(version_field, [](auto b) { return b != 0; });
  const auto found =
      may_be_signed ? find_digest(packet1_, DigestSide::kClient) : std::optional<FoundDigest>();
  kind_ = found ? HandshakeKind::kDigest : HandshakeKind::kPlain;

  Packet ours1 = {};  // time and version zero: "version 0" tells signing clients that we echo
  fill(std::span(ours1).subspan(8), seed_);
  Packet ours2;
  if (found) {
    // Clients expect a server that signs to call itself at least version 3.
    std::ranges::copy(std::array<std::uint8_t, 4>{4, 5, 0, 1}, ours1.begin() + kVersionField);
    (void)sign_packet1(ours1, DigestSide::kServer, found->scheme);  // wanted inside the packet only
    fill(ours2, seed_);
    sign_packet2(ours2, DigestSide::kServer, found->digest);
  } else {
    std::ranges::copy(packet1_, ours2.begin());
  }
  out.reserve(out.size() + kFirstFlightBytes + kHandshakePacketBytes);
  out.push_back(kVersion);
  append(out, ours1);
  append(out, ours2);
  packet1_ = base::Bytes();
}

void ClientHandshake::start(base::Bytes& out) {
  Packet ours1 = {};
  fill(std::span(ours1).subspan(8), seed_);
  out.push_back(kVersion);
  append(out, ours1);
}

base::Expected<std::size_t> ClientHandshake::receive(base::ByteSpan input, base::Bytes& out) {
  std::size_t used = 0;
  if (taken_ == 0 && !input.empty()) {
    if (auto version = check_version(input[0]); !version) return base::fail(version.error());
    taken_ = used = 1;
  }
  if (taken_ > 0 && taken_ < kFirstFlightBytes) {
    // The server's packet 1 goes back as our packet 2, byte for byte as it comes in.
    const auto part =
        input.subspan(used, std::min(kFirstFlightBytes - taken_, input.size() - used));
    append(out, part);
    taken_ += part.size();
    used += part.size();
  }
  if (taken_ >= kFirstFlightBytes) {
    const std::size_t skipped = std::min(kTotalBytes - taken_, input.size() - used);
    taken_ += skipped;
    used += skipped;
  }
  return used;
}

}  // namespace wire::rtmp
