#include "media/codec/mp3.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace media::mp3 {

base::Expected<FrameHeader> parse_header(base::ByteSpan data) {
  static constexpr std::array<std::uint16_t, 16> kBitrates1 = {
      0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0};
  static constexpr std::array<std::uint16_t, 16> kBitrates2 = {0,  8,  16, 24,  32,  40,  48,  56,
                                                               64, 80, 96, 112, 128, 144, 160, 0};
  static constexpr std::array<std::uint32_t, 4> kRates1 = {44'100, 48'000, 32'000, 0};

  base::ByteReader reader(data);
  const std::uint32_t word = reader.u32();
  const unsigned version = (word >> 19) & 3;  // 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5
  const unsigned layer = (word >> 17) & 3;
  const unsigned bitrate_index = (word >> 12) & 15;
  const unsigned rate_index = (word >> 10) & 3;
  const bool padded = (word & 0x200) != 0;
  const bool mono = ((word >> 6) & 3) == 3;
  if (!reader.ok() || (word >> 21) != 0x7FF || version == 1 || layer == 0 || bitrate_index == 15 ||
      rate_index == 3) {
    return base::fail(base::ErrorCode::kMalformed,
                      fmt::format("not an MPEG audio frame: {}",
                                  base::to_hex(data.first(std::min(data.size(), kHeaderSize)))));
  }
  if (layer != 1) {
    return base::fail(base::ErrorCode::kUnsupported,
                      fmt::format("MPEG audio layer {} is not supported", 4 - layer));
  }
  FrameHeader header;
  header.sample_rate = kRates1[rate_index] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
  header.channels = mono ? 1 : 2;
  header.frame_samples = version == 3 ? 1152 : 576;
  header.bitrate = 1000U * (version == 3 ? kBitrates1 : kBitrates2)[bitrate_index];
  if (header.bitrate > 0) {
    header.frame_size =
        header.frame_samples / 8 * header.bitrate / header.sample_rate + (padded ? 1 : 0);
  }
  return header;
}

Track make_track(const FrameHeader& header) {
  Track track;
  track.codec = Codec::kMp3;
  track.timescale = header.sample_rate;
  track.codec_string = "mp4a.40.34";
  track.audio = {.sample_rate = header.sample_rate,
                 .channels = header.channels,
                 .frame_samples = header.frame_samples};
  return track;
}

}  // namespace media::mp3
