#include "media/mpegts/packet_writer.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace media::mpegts {

void PacketWriter::begin(std::uint16_t pid, std::uint8_t& counter, std::size_t size,
                         const FirstPacket& first) {
  DCHECK(remaining_ == 0 && size > 0);
  CHECK(packets_for(size, first) * kPacketSize <= out_.size() - position_);
  pid_ = pid;
  counter_ = &counter;
  first_ = first;
  at_start_ = true;
  remaining_ = size;
  room_ = 0;
}

void PacketWriter::put(base::ByteSpan data) {
  CHECK(data.size() <= remaining_);
  while (!data.empty()) {
    if (room_ == 0) start_packet();
    const std::size_t count = std::min(room_, data.size());
    std::memcpy(&out_[position_], data.data(), count);
    position_ += count;
    room_ -= count;
    remaining_ -= count;
    data = data.subspan(count);
  }
}

void PacketWriter::start_packet() {
  const FirstPacket what = at_start_ ? first_ : FirstPacket{};
  std::size_t adaptation = what.adaptation_size();
  // Only the last packet of a payload can have bytes to spare; an adaptation field takes them.
  if (remaining_ < kPacketRoom - adaptation) adaptation = kPacketRoom - remaining_;
  put_header(at_start_, pid_, adaptation > 0, true, *counter_);
  *counter_ = (*counter_ + 1) & 0x0F;
  at_start_ = false;
  if (adaptation > 0) {
    put_byte(adaptation - 1);  // a field of one byte is its length alone
    const std::size_t begin = position_;
    if (adaptation > 1) {
      put_byte((what.random_access ? kRandomAccessIndicator : 0) | (what.pcr ? kPcrFlag : 0));
      if (what.pcr) put_pcr(*what.pcr);
      fill(adaptation - 1 - (position_ - begin));
    }
  }
  room_ = kPacketRoom - adaptation;
}

void PacketWriter::section(std::uint16_t pid, std::uint8_t& counter, base::ByteSpan section) {
  CHECK(section.size() < kPacketRoom && out_.size() - position_ >= kPacketSize);
  put_header(true, pid, false, true, counter);
  counter = (counter + 1) & 0x0F;
  put_byte(0);  // pointer field: the section begins at once
  std::memcpy(&out_[position_], section.data(), section.size());
  position_ += section.size();
  fill(kPacketRoom - 1 - section.size());
}

void PacketWriter::clock_reference(std::uint16_t pid, std::uint8_t next_counter, Ticks pcr) {
  CHECK(out_.size() - position_ >= kPacketSize);
  put_header(false, pid, true, false, (next_counter + 15) & 0x0F);
  put_byte(kPacketRoom - 1);
  put_byte(kPcrFlag);
  put_pcr(pcr);
  fill(kPacketRoom - 8);
}

void PacketWriter::put_header(bool start, std::uint16_t pid, bool adaptation, bool payload,
                              std::uint8_t counter) {
  put_byte(kSyncByte);
  put_byte((start ? 0x40u : 0u) | pid >> 8);
  put_byte(pid);
  put_byte((adaptation ? 0x20u : 0u) | (payload ? 0x10u : 0u) | counter);
}

// 33 bits of 90 kHz, six reserved bits, nine bits of 27 MHz that we leave at zero.
void PacketWriter::put_pcr(Ticks pcr) {
  const std::uint64_t base = static_cast<std::uint64_t>(pcr) & kTimestampMask;
  put_byte(base >> 25);
  put_byte(base >> 17);
  put_byte(base >> 9);
  put_byte(base >> 1);
  put_byte((base & 1) << 7 | 0x7E);
  put_byte(0);
}

void PacketWriter::fill(std::size_t count) {
  std::memset(&out_[position_], 0xFF, count);
  position_ += count;
}

}  // namespace media::mpegts
