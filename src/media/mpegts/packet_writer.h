// Cuts PES packets and sections into transport packets in memory that is large enough already. The
// sizes are arithmetic, so that they can be known without writing (packets_for).
#pragma once

#include <optional>
#include <span>

#include "base/bytes.h"
#include "media/mpegts/packet.h"
#include "media/types.h"

namespace media::mpegts {

/// What the adaptation field of the first packet of a payload says.
struct FirstPacket {
  bool random_access = false;
  std::optional<Ticks> pcr = {};  // 90 kHz

  /// Bytes of that field, without stuffing.
  std::size_t adaptation_size() const { return pcr ? 8 : (random_access ? 2 : 0); }
};

/// Transport packets for a payload of `size` bytes, at least 1.
inline std::size_t packets_for(std::size_t size, const FirstPacket& first) {
  const std::size_t room = kPacketRoom - first.adaptation_size();
  return size <= room ? 1 : 1 + (size - room + kPacketRoom - 1) / kPacketRoom;
}

/// Writes into `out`, which must have room for everything that is begun.
class PacketWriter {
 public:
  explicit PacketWriter(std::span<std::uint8_t> out) : out_(out) {}

  /// Bytes written, always whole packets between payloads.
  std::size_t position() const { return position_; }

  /// Begins a payload of exactly `size` bytes, which put() then brings. `counter` is the
  /// continuity counter of the next packet; it must live until the payload is complete.
  void begin(std::uint16_t pid, std::uint8_t& counter, std::size_t size, const FirstPacket& first);
  void put(base::ByteSpan data);

  /// A section that fits one packet.
  void section(std::uint16_t pid, std::uint8_t& counter, base::ByteSpan section);

  /// A packet with a clock reference and no payload. Such packets do not count: they repeat the
  /// counter of the one before (section 2.4.3.3).
  void clock_reference(std::uint16_t pid, std::uint8_t next_counter, Ticks pcr);

 private:
  void start_packet();
  void put_header(bool start, std::uint16_t pid, bool adaptation, bool payload,
                  std::uint8_t counter);
  void put_pcr(Ticks pcr);
  void put_byte(std::size_t value) { out_[position_++] = static_cast<std::uint8_t>(value); }
  void fill(std::size_t count);

  std::span<std::uint8_t> out_;
  std::size_t position_ = 0;

  std::uint16_t pid_ = 0;
  std::uint8_t* counter_ = nullptr;  // belongs to the caller of begin()
  FirstPacket first_;
  bool at_start_ = false;
  std::size_t remaining_ = 0;  // of the payload
  std::size_t room_ = 0;       // for payload in the packet that is open
};

}  // namespace media::mpegts
