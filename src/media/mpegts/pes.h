// The header of a packetised elementary stream packet (ISO/IEC 13818-1 section 2.4.3.6): read and
// written here and nowhere else.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"

namespace media::mpegts {

inline constexpr std::uint8_t kPrivateStream1 = 0xBD;
inline constexpr std::uint8_t kFirstAudioStream = 0xC0;  // to 0xDF
inline constexpr std::uint8_t kFirstVideoStream = 0xE0;  // to 0xEF

/// Bytes in front of what PES_packet_length counts, and the largest value of that.
inline constexpr std::size_t kPesPrefixSize = 6;
inline constexpr std::size_t kMaxPesLength = 0xFFFF;

/// Size of a header with a PTS alone, and with PTS and DTS.
inline constexpr std::size_t kPesSizeWithPts = 14;
inline constexpr std::size_t kPesSizeWithDts = 19;

struct PesHeader {
  std::uint8_t stream_id = 0;
  /// 33 bits of 90 kHz.
  std::optional<std::uint64_t> pts = {};
  std::optional<std::uint64_t> dts = {};  // only together with a PTS, and other than it
  /// Bytes that follow the header; nothing if the packet does not say (video of any length).
  std::optional<std::size_t> payload_size = {};
  /// Bytes of the header itself. Only read; writing makes one of the two sizes above.
  std::size_t header_size = 0;
};

struct PesHeaderBytes {
  std::array<std::uint8_t, kPesSizeWithDts> bytes{};
  std::size_t size = 0;
  base::ByteSpan span() const { return base::ByteSpan(bytes).first(size); }
};

/// `header.pts` is set. A payload that is too long for the length field is left unsaid.
PesHeaderBytes write_pes_header(const PesHeader& header);

/// Bytes from the front of a packet that parse_pes_header() has to see: 9, and 255 more at most.
inline constexpr std::size_t kMinPesHeaderSize = 9;
/// Size of the whole header, from its first 9 bytes.
inline std::size_t pes_header_size(base::ByteSpan front) {
  return kMinPesHeaderSize + front[8];
}

/// `front` holds the whole header. kMalformed without start code or marker bits, or with a length
/// below the header's; kUnsupported for stream ids whose packets have no such header (padding,
/// program stream map and the like).
base::Expected<PesHeader> parse_pes_header(base::ByteSpan front);

}  // namespace media::mpegts
