// ffprobe as an oracle: what a program that nobody here wrote reads in the bytes that we write.
// ffmpeg is asked for the opposite. Test code only.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "media/types.h"

namespace media::ffprobe {

/// Output of `ffprobe arguments file`, standard error included, where the file holds `media`.
/// Fails the test if ffprobe cannot be run or reports failure.
std::string run(base::ByteSpan media, const std::string& arguments);

struct Packet {
  int stream = 0;
  Ticks pts = 0;
  Ticks dts = 0;
  std::size_t size = 0;
  bool keyframe = false;
  bool operator==(const Packet&) const = default;
};

/// Every packet, in the order of the file; times in each stream's own time base.
std::vector<Packet> packets(base::ByteSpan media);

/// "h264 64x48", "aac 48000 2", ... for every stream.
std::vector<std::string> streams(base::ByteSpan media);

/// The same streams as FFmpeg's own MPEG-TS muxer would send them.
base::Bytes remuxed_to_ts(base::ByteSpan media);

}  // namespace media::ffprobe
