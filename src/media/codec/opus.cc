#include "media/codec/opus.h"

#include <fmt/format.h>

#include <array>
#include <bit>

namespace media::opus {

using base::ErrorCode;

namespace {

constexpr std::string_view kMagic = "OpusHead";
constexpr std::uint32_t kMaxPacketSamples = kSampleRate / 1000 * 120;

/// The fields that both headers carry, in different byte orders.
struct Header {
  std::uint8_t channels = 0;
  std::uint16_t pre_skip = 0;
  std::uint32_t input_rate = 0;
  std::uint16_t gain = 0;
  std::uint8_t mapping_family = 0;
  base::ByteSpan mapping;  // stream count, coupled count, one byte a channel; for families above 0
};

base::Expected<Header> read_rest(base::ByteReader& reader, Header header) {
  header.mapping_family = reader.u8();
  if (header.mapping_family != 0) header.mapping = reader.bytes(2U + header.channels);
  const bool too_many = header.mapping_family == 0 && header.channels > 2;
  if (!reader.ok() || header.channels == 0 || too_many) {
    return base::fail(ErrorCode::kMalformed,
                      fmt::format("Opus header of {} channels in mapping family {} is broken",
                                  header.channels, header.mapping_family));
  }
  return header;
}

base::Expected<Header> parse_head(base::ByteSpan head) {
  base::ByteReader reader(head);
  const bool magic = reader.text(kMagic.size()) == kMagic;
  const unsigned major_version = reader.u8() >> 4;
  if (!reader.ok() || !magic || major_version != 0) {
    return base::fail(ErrorCode::kMalformed, "not an OpusHead of version 0 or 1");
  }
  Header header;
  header.channels = reader.u8();
  header.pre_skip = std::byteswap(reader.u16());
  header.input_rate = reader.u32_little_endian();
  header.gain = std::byteswap(reader.u16());
  return read_rest(reader, header);
}

base::Expected<Header> parse_dops(base::ByteSpan dops) {
  base::ByteReader reader(dops);
  if (reader.u8() != 0) return base::fail(ErrorCode::kMalformed, "dOps is not of version 0");
  Header header;
  header.channels = reader.u8();
  header.pre_skip = reader.u16();
  header.input_rate = reader.u32();
  header.gain = reader.u16();
  return read_rest(reader, header);
}

}  // namespace

base::Expected<base::Bytes> dops_from_head(base::ByteSpan opus_head) {
  const auto header = parse_head(opus_head);
  if (!header) return base::fail(header.error());
  base::ByteWriter out(16);
  out.u8(0);
  out.u8(header->channels);
  out.u16(header->pre_skip);
  out.u32(header->input_rate);
  out.u16(header->gain);
  out.u8(header->mapping_family);
  out.bytes(header->mapping);
  return out.take();
}

base::Expected<base::Bytes> head_from_dops(base::ByteSpan dops) {
  const auto header = parse_dops(dops);
  if (!header) return base::fail(header.error());
  base::ByteWriter out(24);
  out.text(kMagic);
  out.u8(1);
  out.u8(header->channels);
  out.u16(std::byteswap(header->pre_skip));
  out.u32_little_endian(header->input_rate);
  out.u16(std::byteswap(header->gain));
  out.u8(header->mapping_family);
  out.bytes(header->mapping);
  return out.take();
}

base::Bytes stereo_dops() {
  // 312 samples are what libopus needs before its sound is right.
  return {0, 2, 0x01, 0x38, 0, 0, 0xBB, 0x80, 0, 0, 0};
}

base::Expected<Track> make_track(const base::Slice& config) {
  base::Slice dops = config;
  if (config.empty()) {
    dops = base::Slice::take(stereo_dops());
  } else if (config.text().starts_with(kMagic)) {
    auto converted = dops_from_head(config.span());
    if (!converted) return base::fail(converted.error());
    dops = base::Slice::take(*std::move(converted));
  }
  const auto header = parse_dops(dops.span());
  if (!header) return base::fail(header.error());
  Track track;
  track.codec = Codec::kOpus;
  track.timescale = kSampleRate;
  track.config = dops;
  track.codec_string = "opus";
  track.audio = {.sample_rate = kSampleRate, .channels = header->channels, .frame_samples = 0};
  return track;
}

base::Expected<std::uint32_t> packet_samples(base::ByteSpan packet) {
  static constexpr std::array<std::uint32_t, 4> kSilk = {480, 960, 1920, 2880};
  static constexpr std::array<std::uint32_t, 4> kCelt = {120, 240, 480, 960};
  base::ByteReader reader(packet);
  const std::uint8_t toc = reader.u8();
  const unsigned config = toc >> 3;
  const std::uint32_t frame = config < 12   ? kSilk[config & 3]
                              : config < 16 ? kSilk[config & 1]
                                            : kCelt[config & 3];
  std::uint32_t frames = 1;
  if ((toc & 3) == 3) {
    frames = reader.u8() & 0x3FU;
  } else if ((toc & 3) != 0) {
    frames = 2;
  }
  const std::uint32_t samples = frame * frames;
  if (!reader.ok() || samples == 0 || samples > kMaxPacketSamples) {
    return base::fail(
        ErrorCode::kMalformed,
        fmt::format("Opus packet of {} bytes says it has {} samples", packet.size(), samples));
  }
  return samples;
}

}  // namespace media::opus
