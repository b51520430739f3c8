// Puts PES packets back together from the payloads of one PID (ISO/IEC 13818-1 section 2.4.3.7).
//
// A packet that states its length is complete with its last byte. One that does not (video, as most
// encoders send it) ends where the next one begins on the same PID: nothing earlier proves that it
// is complete, so such a stream is one picture late. Encoders that state lengths are not.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "media/mpegts/pes.h"

namespace media::mpegts {

class PesAssembler {
 public:
  /// Packets with more than `max_size` bytes are dropped.
  explicit PesAssembler(std::size_t max_size) : max_size_(max_size) {}

  /// `payload` of one transport packet; `start` is its payload_unit_start_indicator. Complete
  /// packets go to `sink(const PesHeader&, base::ByteSpan payload)`, valid during the call.
  template <class Sink>
  void push(base::ByteSpan payload, bool start, Sink&& sink) {
    if (start) {
      flush(sink);
      open_ = true;
    }
    if (!open_) return;
    append(payload);
    if (header_ && header_->payload_size && remaining() == 0) finish(sink);
  }

  /// Ends a packet without stated length, at the end of the stream.
  template <class Sink>
  void flush(Sink&& sink) {
    if (open_ && header_ && !header_->payload_size) {
      finish(sink);
    } else if (open_) {
      drop();
    }
  }

  /// Drops the packet that has begun, after a gap.
  void on_gap() {
    if (open_) drop();
  }

  /// Packets dropped because they were cut short, too large or not PES at all.
  std::uint64_t dropped() const { return dropped_; }
  bool is_open() const { return open_; }

 private:
  /// Bytes of payload still to come; only with a stated length.
  std::size_t remaining() const {
    return header_->header_size + *header_->payload_size - buffer_.size();
  }
  void append(base::ByteSpan payload);
  void drop();
  void close();

  template <class Sink>
  void finish(Sink& sink) {
    const base::ByteSpan payload = base::ByteSpan(buffer_).subspan(header_->header_size);
    if (!payload.empty()) sink(*header_, payload);
    close();
  }

  std::size_t max_size_;
  base::Bytes buffer_;  // header and payload
  std::optional<PesHeader> header_;
  bool open_ = false;
  std::uint64_t dropped_ = 0;
};

}  // namespace media::mpegts
