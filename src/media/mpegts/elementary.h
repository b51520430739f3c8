// Elementary streams: from the payloads of PES packets to Samples and the Tracks they need.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "media/mpegts/demuxer_listener.h"
#include "media/mpegts/packet.h"
#include "media/mpegts/pes.h"

namespace media::mpegts {

class Elementary {
 public:
  virtual ~Elementary() = default;
  /// One PES packet, complete.
  virtual void on_pes(const PesHeader& header, base::ByteSpan payload,
                      DemuxerListener& listener) = 0;
  /// Something is missing between the last packet and the next.
  virtual void on_gap() {}
  /// Packets or frames that could not be used.
  std::uint64_t damaged() const { return damaged_; }

 protected:
  std::uint64_t damaged_ = 0;
};

/// H.264 or HEVC in Annex B framing, one access unit in each PES packet. Parameter sets move from
/// the stream to the Track; delimiters and filler data go. Samples before the first complete set
/// are dropped.
std::unique_ptr<Elementary> make_video(Codec codec, std::uint32_t track_id);
/// AAC behind ADTS headers, frames where they will in the PES packets.
std::unique_ptr<Elementary> make_aac(std::uint32_t track_id);
std::unique_ptr<Elementary> make_mp3(std::uint32_t track_id);
/// ID3 tags.
std::unique_ptr<Elementary> make_metadata();

}  // namespace media::mpegts
