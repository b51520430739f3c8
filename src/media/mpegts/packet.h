// The transport packet (ISO/IEC 13818-1 section 2.4.3.2) and the numbers that the muxer and the
// demuxer share.
#pragma once

#include <cstddef>
#include <cstdint>

namespace media::mpegts {

inline constexpr std::size_t kPacketSize = 188;
inline constexpr std::size_t kPacketHeaderSize = 4;
inline constexpr std::size_t kPacketRoom = kPacketSize - kPacketHeaderSize;
inline constexpr std::uint8_t kSyncByte = 0x47;

inline constexpr std::uint16_t kPatPid = 0x0000;
inline constexpr std::uint16_t kNullPid = 0x1FFF;

/// PTS, DTS and the PCR base count 90 kHz in 33 bits.
inline constexpr std::uint64_t kTimestampMask = (std::uint64_t{1} << 33) - 1;

/// Second byte of an adaptation field.
inline constexpr std::uint8_t kDiscontinuityIndicator = 0x80;
inline constexpr std::uint8_t kRandomAccessIndicator = 0x40;
inline constexpr std::uint8_t kPcrFlag = 0x10;

/// stream_type, table 2-34; those that matter here.
enum class StreamType : std::uint8_t {
  kMpeg1Audio = 0x03,
  kMpeg2Audio = 0x04,
  kPrivateData = 0x06,
  kAdtsAac = 0x0F,
  kLatmAac = 0x11,
  kMetadata = 0x15,  // ID3, by Apple's "Timed Metadata for HTTP Live Streaming"
  kH264 = 0x1B,
  kHevc = 0x24,
};

}  // namespace media::mpegts
