#include "media/codec/aac.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "media/codec/bit_reader.h"

namespace media::aac {

using base::ErrorCode;

namespace {

constexpr std::array<std::uint32_t, 13> kSampleRates = {96'000, 88'200, 64'000, 48'000, 44'100,
                                                        32'000, 24'000, 22'050, 16'000, 12'000,
                                                        11'025, 8'000,  7'350};
constexpr std::uint32_t kMaxSampleRate = 192'000;
constexpr std::uint8_t kSbr = 5;
constexpr std::uint8_t kParametricStereo = 29;

std::uint8_t read_object_type(BitReader& reader) {
  const std::uint32_t type = reader.bits(5);
  return static_cast<std::uint8_t>(type == 31 ? 32 + reader.bits(6) : type);
}

std::uint32_t read_sample_rate(BitReader& reader) {
  const std::uint32_t index = reader.bits(4);
  return index == 15 ? reader.bits(24) : sample_rate_of(static_cast<std::uint8_t>(index));
}

/// Channels of channelConfiguration 1 to 14 (table 1.19); 0 where it is reserved.
std::uint32_t channels_of(std::uint8_t configuration) {
  static constexpr std::array<std::uint8_t, 15> kChannels = {0, 1, 2, 3, 4, 5,  6, 8,
                                                             0, 0, 0, 7, 8, 24, 8};
  return configuration < kChannels.size() ? kChannels[configuration] : 0;
}

/// Channels that a program_config_element (4.4.1.1) lists.
std::uint32_t read_program_channels(BitReader& reader) {
  reader.skip(10);  // tag, object type, sample rate index
  const std::uint32_t front = reader.bits(4);
  const std::uint32_t side = reader.bits(4);
  const std::uint32_t back = reader.bits(4);
  const std::uint32_t low_frequency = reader.bits(2);
  const std::uint32_t associated_data = reader.bits(3);
  const std::uint32_t coupling = reader.bits(4);
  if (reader.flag()) reader.skip(4);  // mono mixdown
  if (reader.flag()) reader.skip(4);  // stereo mixdown
  if (reader.flag()) reader.skip(3);  // matrix mixdown
  std::uint32_t channels = low_frequency;
  for (std::uint32_t i = 0; i < front + side + back; ++i) {
    channels += reader.flag() ? 2 : 1;
    reader.skip(4);
  }
  reader.skip(low_frequency * 4 + associated_data * 4 + coupling * 5);
  return channels;
}

/// The backward compatible signal of SBR and PS behind the core's configuration (1.6.2.1).
void read_sync_extension(BitReader& reader, AudioSpecificConfig& config) {
  if (config.sbr || reader.remaining() < 16 || reader.bits(11) != 0x2B7) return;
  if (read_object_type(reader) != kSbr || !reader.flag()) return;
  const std::uint32_t rate = read_sample_rate(reader);
  if (!reader.ok() || rate == 0 || rate > kMaxSampleRate) return;
  config.sbr = true;
  config.sample_rate = rate;
  if (reader.remaining() >= 12 && reader.bits(11) == 0x548) {
    config.parametric_stereo = reader.flag();
  }
}

}  // namespace

std::uint32_t sample_rate_of(std::uint8_t index) {
  return index < kSampleRates.size() ? kSampleRates[index] : 0;
}

base::Expected<AudioSpecificConfig> parse_config(base::ByteSpan bytes) {
  BitReader reader(bytes);
  AudioSpecificConfig config;
  config.signalled_type = read_object_type(reader);
  config.object_type = config.signalled_type;
  config.core_sample_rate = read_sample_rate(reader);
  config.channel_configuration = static_cast<std::uint8_t>(reader.bits(4));
  config.sample_rate = config.core_sample_rate;
  if (config.object_type == kSbr || config.object_type == kParametricStereo) {
    config.sbr = true;
    config.parametric_stereo = config.object_type == kParametricStereo;
    config.sample_rate = read_sample_rate(reader);
    config.object_type = read_object_type(reader);
  }
  const auto broken = [&bytes] {
    return base::fail(
        ErrorCode::kMalformed,
        fmt::format("AudioSpecificConfig is broken: {}",
                    base::to_hex(bytes.first(std::min<std::size_t>(bytes.size(), 32)))));
  };
  if (!reader.ok()) return broken();
  // Main, LC, SSR, LTP: the types whose frames have 1024 or 960 samples.
  if (config.object_type < 1 || config.object_type > 4) {
    return base::fail(ErrorCode::kUnsupported,
                      fmt::format("AAC object type {} is not supported", config.object_type));
  }
  const bool short_frames = reader.flag();
  if (reader.flag()) reader.skip(14);  // depends on a core coder: its delay
  reader.skip(1);                      // extension flag
  config.channels = config.channel_configuration == 0 ? read_program_channels(reader)
                                                      : channels_of(config.channel_configuration);
  if (!reader.ok()) return broken();
  if (config.channel_configuration == 0) {
    // The element ends with a comment on a byte boundary, before any extension.
    reader.align_to_byte();
    reader.skip(std::size_t{reader.bits(8)} * 8);
  }
  read_sync_extension(reader, config);
  if (config.core_sample_rate == 0 || config.core_sample_rate > kMaxSampleRate ||
      config.sample_rate < config.core_sample_rate || config.sample_rate > kMaxSampleRate ||
      config.channels == 0) {
    return broken();
  }
  if (config.parametric_stereo && config.channels == 1) config.channels = 2;
  const std::uint32_t core_samples = short_frames ? 960 : 1024;
  config.frame_samples = core_samples * (config.sample_rate >= 2 * config.core_sample_rate ? 2 : 1);
  return config;
}

base::Expected<Track> make_track(const base::Slice& bytes) {
  const auto config = parse_config(bytes.span());
  if (!config) return base::fail(config.error());
  Track track;
  track.codec = Codec::kAac;
  track.timescale = config->sample_rate;
  track.config = bytes;
  track.codec_string = fmt::format("mp4a.40.{}", config->signalled_type);
  track.audio = {.sample_rate = config->sample_rate,
                 .channels = config->channels,
                 .frame_samples = config->frame_samples};
  return track;
}

base::Expected<AdtsHeader> parse_adts(base::ByteSpan data) {
  BitReader reader(data);
  const std::uint32_t sync = reader.bits(12);
  reader.skip(1);  // MPEG-2 or MPEG-4: the rest is the same
  const std::uint32_t layer = reader.bits(2);
  const bool has_crc = !reader.flag();
  AdtsHeader header;
  header.object_type = static_cast<std::uint8_t>(reader.bits(2) + 1);
  header.sample_rate_index = static_cast<std::uint8_t>(reader.bits(4));
  reader.skip(1);
  header.channel_configuration = static_cast<std::uint8_t>(reader.bits(3));
  reader.skip(4);
  header.frame_size = reader.bits(13);
  reader.skip(11);
  header.blocks = static_cast<std::uint8_t>(reader.bits(2) + 1);
  header.header_size = has_crc ? kAdtsHeaderSize + 2 : kAdtsHeaderSize;
  if (!reader.ok() || sync != 0xFFF || layer != 0 ||
      header.sample_rate_index >= kSampleRates.size() || header.frame_size <= header.header_size) {
    return base::fail(
        ErrorCode::kMalformed,
        fmt::format("not an ADTS header: {}",
                    base::to_hex(data.first(std::min(data.size(), kAdtsHeaderSize)))));
  }
  return header;
}

base::Bytes config_of(const AdtsHeader& header) {
  const unsigned bits = (static_cast<unsigned>(header.object_type) << 11) |
                        (static_cast<unsigned>(header.sample_rate_index) << 7) |
                        (static_cast<unsigned>(header.channel_configuration) << 3);
  return {static_cast<std::uint8_t>(bits >> 8), static_cast<std::uint8_t>(bits)};
}

AdtsSplitter::Found AdtsSplitter::find(std::size_t& used) {
  const auto may_be_header = [](base::ByteSpan at) {
    return at[0] == 0xFF && (at[1] & 0xF6) == 0xF0;
  };
  const base::ByteSpan all = buffer_;
  while (all.size() - used >= kAdtsHeaderSize) {
    const base::ByteSpan rest = all.subspan(used);
    const auto header = may_be_header(rest) ? parse_adts(rest) : base::Expected<AdtsHeader>();
    if (may_be_header(rest) && header) {
      // Where one frame ended the next header is believed at once; after bytes that were none, a
      // second header must follow. That is decided by the bytes alone, not by how they arrive.
      const std::size_t needed = header->frame_size + (in_step_ ? 0 : 2);
      if (rest.size() < needed) return {};
      if (in_step_ || may_be_header(rest.subspan(header->frame_size))) {
        in_step_ = true;
        return {.header = *header,
                .payload = used + header->header_size,
                .payload_size = header->frame_size - header->header_size,
                .end = used + header->frame_size,
                .complete = true};
      }
    }
    in_step_ = false;
    ++used;
    ++skipped_;
  }
  return {};
}

}  // namespace media::aac
