#include "media/codec/flac.h"

#include <fmt/format.h>

#include <bit>

#include "media/codec/bit_reader.h"

namespace media::flac {

using base::ErrorCode;

namespace {

constexpr std::string_view kMagic = "fLaC";
constexpr std::size_t kStreamInfoSize = 34;
constexpr std::uint32_t kMaxSampleRate = 655'350;

}  // namespace

base::Expected<Track> make_track(const base::Slice& config) {
  base::ByteReader reader(config.span());
  base::ByteSpan info;
  if (config.size() == kStreamInfoSize) {
    info = reader.rest();
  } else {
    if (config.text().starts_with(kMagic)) reader.skip(kMagic.size());
    const unsigned type = reader.u8() & 0x7FU;
    const std::uint32_t size = reader.u24();
    info = reader.bytes(kStreamInfoSize);
    if (type != 0 || size != kStreamInfoSize) reader.set_failed();
  }
  BitReader bits(info);
  const std::uint32_t min_block = bits.bits(16);
  const std::uint32_t max_block = bits.bits(16);
  bits.skip(48);
  const std::uint32_t rate = bits.bits(20);
  const std::uint32_t channels = bits.bits(3) + 1;
  if (!reader.ok() || !bits.ok() || rate == 0 || rate > kMaxSampleRate || min_block < 16 ||
      max_block < min_block) {
    return base::fail(ErrorCode::kMalformed,
                      fmt::format("FLAC STREAMINFO in {} bytes is broken", config.size()));
  }
  base::ByteWriter block(4 + kStreamInfoSize);
  block.u32(0x80000000U | kStreamInfoSize);  // the last metadata block
  block.bytes(info);
  Track track;
  track.codec = Codec::kFlac;
  track.timescale = rate;
  track.config = base::Slice::take(block.take());
  track.codec_string = "fLaC";
  track.audio = {.sample_rate = rate,
                 .channels = channels,
                 .frame_samples = min_block == max_block ? min_block : 0};
  return track;
}

base::Expected<std::uint32_t> frame_samples(base::ByteSpan frame) {
  base::ByteReader reader(frame);
  const bool synchronised = (reader.u16() & 0xFFFE) == 0xFFF8;
  const unsigned code = reader.u8() >> 4;
  reader.skip(1);
  // A number coded like UTF-8: as many bytes as its first one has leading ones, or one.
  const int ones = std::countl_one(reader.u8());
  if (ones > 1) reader.skip(static_cast<std::size_t>(ones) - 1);
  std::uint32_t samples = 0;
  if (code == 1) {
    samples = 192;
  } else if (code >= 2 && code <= 5) {
    samples = 576U << (code - 2);
  } else if (code == 6) {
    samples = reader.u8() + 1U;
  } else if (code == 7) {
    samples = reader.u16() + 1U;
  } else if (code >= 8) {
    samples = 256U << (code - 8);
  }
  if (!reader.ok() || !synchronised || ones == 1 || ones == 8 || samples == 0) {
    return base::fail(ErrorCode::kMalformed,
                      fmt::format("FLAC frame of {} bytes has a broken header", frame.size()));
  }
  return samples;
}

}  // namespace media::flac
