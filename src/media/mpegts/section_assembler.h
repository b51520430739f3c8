// Puts PSI sections back together from the payloads of one PID (ISO/IEC 13818-1 section 2.4.4).
#pragma once

#include "base/bytes.h"
#include "media/mpegts/psi.h"

namespace media::mpegts {

class SectionAssembler {
 public:
  /// `payload` of one packet; `start` is its payload_unit_start_indicator. Every complete section
  /// goes to `sink(base::ByteSpan)`, valid during the call. Sections above kMaxSectionSize are
  /// dropped.
  template <class Sink>
  void push(base::ByteSpan payload, bool start, Sink&& sink) {
    if (start) {
      if (payload.empty()) return;
      const std::size_t pointer = payload[0];
      payload = payload.subspan(1);
      if (pointer > payload.size()) return reset();
      append(payload.first(pointer));
      deliver(sink);
      payload = payload.subspan(pointer);
      buffer_.clear();
      in_section_ = true;
    }
    if (!in_section_) return;
    append(payload);
    deliver(sink);
  }

  /// Forgets a section that has begun, after a gap.
  void reset() {
    buffer_.clear();
    in_section_ = false;
  }

 private:
  void append(base::ByteSpan data) {
    if (in_section_) buffer_.insert(buffer_.end(), data.begin(), data.end());
  }

  template <class Sink>
  void deliver(Sink& sink) {
    std::size_t used = 0;
    while (in_section_ && buffer_.size() - used >= 3) {
      const base::ByteSpan rest = base::ByteSpan(buffer_).subspan(used);
      const std::size_t size = 3 + ((rest[1] & 0x0Fu) << 8 | rest[2]);
      if (rest[0] == kStuffing || size > kMaxSectionSize) return reset();
      if (rest.size() < size) break;
      sink(rest.first(size));
      used += size;
    }
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(used));
  }

  static constexpr std::uint8_t kStuffing = 0xFF;  // a table id that never is

  base::Bytes buffer_;
  bool in_section_ = false;
};

}  // namespace media::mpegts
