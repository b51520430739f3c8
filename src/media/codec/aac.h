// AAC: AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1) and ADTS headers (13818-7, 6.2).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"
#include "media/types.h"

namespace media::aac {

/// What an AudioSpecificConfig says. Rates in Hz.
struct AudioSpecificConfig {
  std::uint8_t object_type = 0;        // of the core: 2 is AAC-LC
  std::uint8_t signalled_type = 0;     // the first one in the record: 5 or 29 for explicit HE-AAC
  std::uint32_t core_sample_rate = 0;  // that of the core coder
  std::uint32_t sample_rate = 0;       // that of the decoded sound (twice the core's with SBR)
  std::uint8_t channel_configuration = 0;
  std::uint32_t channels = 0;       // of the decoded sound (2 with parametric stereo)
  std::uint32_t frame_samples = 0;  // decoded PCM samples of one frame at `sample_rate`
  bool sbr = false;
  bool parametric_stereo = false;
};

/// kMalformed if cut short or of impossible values; kUnsupported for object types that are not of
/// the AAC family with 1024 or 960 samples a frame (LD, ELD, scalable, USAC, ...).
base::Expected<AudioSpecificConfig> parse_config(base::ByteSpan config);

/// Everything a Track says about AAC, with id 0 and the sample rate as time scale.
base::Expected<Track> make_track(const base::Slice& config);

/// Size of an ADTS header without CRC, and of what parse_adts needs to see.
inline constexpr std::size_t kAdtsHeaderSize = 7;

struct AdtsHeader {
  std::uint8_t object_type = 2;
  std::uint8_t sample_rate_index = 0;         // 0 to 12
  std::uint8_t channel_configuration = 0;     // 0: the frame has a program config element
  std::size_t header_size = kAdtsHeaderSize;  // 9 with a CRC
  std::size_t frame_size = 0;                 // with the header
  std::uint8_t blocks = 1;                    // raw data blocks, 1 to 4
};

/// Parses the header at the front of `data`; only its first 7 bytes are looked at.
base::Expected<AdtsHeader> parse_adts(base::ByteSpan data);

/// The two-byte AudioSpecificConfig of a stream with this header.
base::Bytes config_of(const AdtsHeader& header);

/// Sample rate of an index of table 1.18; 0 for 13 and above.
std::uint32_t sample_rate_of(std::uint8_t index);

/// Takes ADTS frames out of a byte stream that arrives in any pieces, as in MPEG-TS. Bytes that
/// are no frame are passed over until a header is followed by another one.
class AdtsSplitter {
 public:
  /// `frame` is the raw data block(s) without header, valid during the call.
  template <class Sink>
  void push(base::ByteSpan data, Sink&& sink) {
    buffer_.insert(buffer_.end(), data.begin(), data.end());
    std::size_t used = 0;
    while (const auto found = find(used)) {
      sink(found.header, base::ByteSpan(buffer_).subspan(found.payload, found.payload_size));
      used = found.end;
    }
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(used));
  }

  /// Bytes passed over because they were no ADTS frame.
  std::uint64_t skipped() const { return skipped_; }
  /// Forgets a frame that has begun, after a gap in the stream.
  void reset() {
    buffer_.clear();
    in_step_ = true;
  }
  /// Bytes held back: at most one frame (8 KiB) and a header, however much is pushed.
  std::size_t pending() const { return buffer_.size(); }

 private:
  struct Found {
    AdtsHeader header;
    std::size_t payload = 0;
    std::size_t payload_size = 0;
    std::size_t end = 0;
    bool complete = false;
    explicit operator bool() const { return complete; }
  };
  /// The first complete frame at or after `used`, which moves over bytes that are none.
  Found find(std::size_t& used);

  base::Bytes buffer_;
  std::uint64_t skipped_ = 0;
  bool in_step_ = true;  // the last frame ended where the next one has to begin
};

}  // namespace media::aac
