#include "media/mpegts/framing.h"

#include <algorithm>
#include <string>

#include "media/codec/aac.h"
#include "media/codec/h264.h"
#include "media/codec/hevc.h"

namespace media::mpegts {
namespace {

using base::ErrorCode;
using base::fail;

// Access unit delimiters that allow every slice type (H.264 7.3.2.4, HEVC 7.3.2.5).
constexpr std::array<std::uint8_t, 6> kH264Delimiter = {0, 0, 0, 1, 0x09, 0xF0};
constexpr std::array<std::uint8_t, 7> kHevcDelimiter = {0, 0, 0, 1, 0x46, 0x01, 0x50};

}  // namespace

base::ByteSpan access_unit_delimiter(Codec codec) {
  return codec == Codec::kH264 ? base::ByteSpan(kH264Delimiter) : base::ByteSpan(kHevcDelimiter);
}

Unit classify(Codec codec, base::ByteSpan nal) {
  if (codec == Codec::kH264) {
    switch (h264::nal_type(nal)) {
      case h264::NalType::kAccessUnitDelimiter:
        return Unit::kDelimiter;
      case h264::NalType::kSps:
        return Unit::kSequenceParameters;
      default:
        return Unit::kOther;
    }
  }
  switch (hevc::nal_type(nal)) {
    case hevc::NalType::kAccessUnitDelimiter:
      return Unit::kDelimiter;
    case hevc::NalType::kSps:
      return Unit::kSequenceParameters;
    default:
      return Unit::kOther;
  }
}

base::Expected<AdtsTemplate> AdtsTemplate::create(base::ByteSpan audio_specific_config) {
  const auto config = aac::parse_config(audio_specific_config);
  if (!config) return fail(config.error());
  std::uint8_t index = 0;
  while (index < 13 && aac::sample_rate_of(index) != config->core_sample_rate) ++index;
  const std::uint8_t channels = config->channel_configuration;
  if (index == 13 || channels == 0 || channels > 7 || config->object_type < 1 ||
      config->object_type > 4) {
    return fail(ErrorCode::kUnsupported, "ADTS cannot carry AAC of object type " +
                                             std::to_string(config->object_type) + " at " +
                                             std::to_string(config->core_sample_rate) +
                                             " Hz with channels " + std::to_string(channels));
  }
  // Sync word, MPEG-4, no CRC; profile, rate, channels; length to come; variable bit rate.
  AdtsTemplate adts;
  adts.empty_ = {
      0xFF,
      0xF1,
      static_cast<std::uint8_t>((config->object_type - 1) << 6 | index << 2 | channels >> 2),
      static_cast<std::uint8_t>((channels & 3) << 6),
      0,
      0x1F,
      0xFC};
  return adts;
}

std::array<std::uint8_t, 7> AdtsTemplate::header_of(std::size_t size) const {
  std::array<std::uint8_t, 7> header = empty_;
  const std::size_t whole = header.size() + size;
  header[3] = static_cast<std::uint8_t>(header[3] | whole >> 11);
  header[4] = static_cast<std::uint8_t>(whole >> 3);
  header[5] = static_cast<std::uint8_t>(header[5] | (whole & 7) << 5);
  return header;
}

base::Expected<base::Bytes> annex_b_parameter_sets(const Track& track) {
  base::ByteWriter w;
  const auto put = [&w](base::ByteSpan nal) {
    w.bytes(kStartCode);
    w.bytes(nal);
  };
  const auto put_all = [&put](const auto& config, auto... kinds) -> base::Expected<void> {
    if (!config) return fail(config.error());
    for (const auto kind : {kinds...}) std::ranges::for_each(*config.*kind, put);
    return {};
  };
  const base::ByteSpan record = track.config.span();
  using H264 = h264::DecoderConfig;
  using Hevc = hevc::DecoderConfig;
  const auto done =
      track.codec == Codec::kH264
          ? put_all(h264::parse_decoder_config(record), &H264::sps, &H264::pps)
          : put_all(hevc::parse_decoder_config(record), &Hevc::vps, &Hevc::sps, &Hevc::pps);
  if (!done) return fail(done.error());
  return w.take();
}

}  // namespace media::mpegts
