#include "media/codec/hevc.h"

#include <fmt/format.h>

#include <algorithm>

#include "media/codec/nal.h"

namespace media::hevc {

using base::ByteSpan;
using base::ErrorCode;

namespace {

constexpr std::size_t kMaxUnits = 64;
constexpr std::size_t kLengthSizeOffset = 21;

}  // namespace

base::Expected<DecoderConfig> parse_decoder_config(ByteSpan hvcc) {
  base::ByteReader reader(hvcc);
  const std::uint8_t version = reader.u8();
  reader.skip(kLengthSizeOffset - 1);  // repeated in the SPS, which is believed
  const unsigned length_size = (reader.u8() & 3U) + 1;
  const unsigned arrays = reader.u8();
  // Drafts of the format, and encoders that follow them, wrote version 0.
  if (!reader.ok() || version > 1 || length_size == 3) {
    return base::fail(ErrorCode::kMalformed,
                      fmt::format("hvcC of {} bytes has version {} and lengths of {} bytes",
                                  hvcc.size(), version, length_size));
  }
  DecoderConfig config;
  config.length_size = length_size;
  std::size_t units = 0;
  for (unsigned i = 0; i < arrays && reader.ok(); ++i) {
    const auto type = static_cast<NalType>(reader.u8() & 0x3F);
    const unsigned count = reader.u16();
    for (unsigned j = 0; j < count && reader.ok(); ++j) {
      if (++units > kMaxUnits) {
        return base::fail(ErrorCode::kLimit, fmt::format("hvcC has more than {} units", kMaxUnits));
      }
      const ByteSpan unit = reader.bytes(reader.u16());
      const bool wanted = type == NalType::kVps || type == NalType::kSps || type == NalType::kPps;
      if (!reader.ok() || !wanted) continue;
      if (unit.size() < 2 || nal_type(unit) != type) {
        reader.set_failed();
        continue;
      }
      (type == NalType::kVps   ? config.vps
       : type == NalType::kSps ? config.sps
                               : config.pps)
          .push_back(unit);
    }
  }
  if (!reader.ok() || config.sps.empty()) {
    return base::fail(ErrorCode::kMalformed,
                      fmt::format("hvcC of {} bytes has no complete SPS", hvcc.size()));
  }
  return config;
}

base::Expected<base::Bytes> build_decoder_config(std::span<const ByteSpan> vps,
                                                 std::span<const ByteSpan> sps,
                                                 std::span<const ByteSpan> pps) {
  if (sps.empty() || pps.empty()) {
    return base::fail(ErrorCode::kMalformed, "hvcC needs an SPS and a PPS");
  }
  const auto too_long = [](ByteSpan unit) { return unit.size() > 0xFFFF; };
  if (vps.size() + sps.size() + pps.size() > kMaxUnits || std::ranges::any_of(vps, too_long) ||
      std::ranges::any_of(sps, too_long) || std::ranges::any_of(pps, too_long)) {
    return base::fail(ErrorCode::kLimit, fmt::format("{} parameter sets do not fit an hvcC",
                                                     vps.size() + sps.size() + pps.size()));
  }
  const auto first = parse_sps(sps.front());
  if (!first) return base::fail(first.error());
  const ProfileTierLevel& profile = first->profile;
  base::ByteWriter out(128);
  out.u8(1);
  out.u8(static_cast<std::uint8_t>(profile.profile_space << 6 | (profile.high_tier ? 0x20 : 0) |
                                   profile.profile_idc));
  out.u32(profile.compatibility_flags);
  out.u16(static_cast<std::uint16_t>(profile.constraint_flags >> 32));
  out.u32(static_cast<std::uint32_t>(profile.constraint_flags));
  out.u8(profile.level_idc);
  out.u16(0xF000);  // spatial segmentation: none
  out.u8(0xFC);     // parallelism: unknown
  out.u8(static_cast<std::uint8_t>(0xFCU | first->chroma_format_idc));
  out.u8(static_cast<std::uint8_t>(0xF8U | (first->bit_depth_luma - 8U)));
  out.u8(static_cast<std::uint8_t>(0xF8U | (first->bit_depth_chroma - 8U)));
  out.u16(0);  // average frame rate: not said
  out.u8(static_cast<std::uint8_t>(first->temporal_layers << 3 |
                                   (first->temporal_id_nested ? 4 : 0) | 3));
  out.u8(vps.empty() ? 2 : 3);
  const auto write_array = [&out](NalType type, std::span<const ByteSpan> units) {
    if (units.empty()) return;
    out.u8(static_cast<std::uint8_t>(0x80U | static_cast<unsigned>(type)));  // complete
    out.u16(static_cast<std::uint16_t>(units.size()));
    for (const ByteSpan unit : units) {
      out.u16(static_cast<std::uint16_t>(unit.size()));
      out.bytes(unit);
    }
  };
  write_array(NalType::kVps, vps);
  write_array(NalType::kSps, sps);
  write_array(NalType::kPps, pps);
  return out.take();
}

base::Expected<Track> make_track(const base::Slice& hvcc) {
  const auto config = parse_decoder_config(hvcc.span());
  if (!config) return base::fail(config.error());
  const auto sps = parse_sps(config->sps.front());
  if (!sps) return base::fail(sps.error());
  Track track;
  track.codec = Codec::kHevc;
  track.config = hvcc;
  if (config->length_size != 4 || hvcc.span().front() != 1) {
    base::Bytes rewritten(hvcc.span().begin(), hvcc.span().end());
    rewritten[0] = 1;
    rewritten[kLengthSizeOffset] |= 3;
    track.config = base::Slice::take(std::move(rewritten));
  }
  track.codec_string = codec_string(sps->profile);
  track.video = {.width = sps->width,
                 .height = sps->height,
                 .frame_rate = sps->frame_rate,
                 .reorders = sps->reorders,
                 .profile = profile_name(sps->profile),
                 .level = level_name(sps->profile)};
  return track;
}

bool is_keyframe(ByteSpan sample) {
  LengthPrefixedNals units(sample, 4);
  while (const auto unit = units.next()) {
    const NalType type = nal_type(*unit);
    if (type <= NalType::kLastVcl) {
      return type >= NalType::kFirstIrap && type <= NalType::kLastIrap;
    }
  }
  return false;
}

std::string profile_name(const ProfileTierLevel& profile) {
  switch (profile.profile_idc) {
    case 1:
      return "Main";
    case 2:
      return "Main 10";
    case 3:
      return "Main Still Picture";
    case 4:
      return "Format Range Extensions";
    default:
      return {};
  }
}

std::string level_name(const ProfileTierLevel& profile) {
  return fmt::format("{}.{}", profile.level_idc / 30, profile.level_idc % 30 / 3);
}

std::string codec_string(const ProfileTierLevel& profile) {
  std::string out = "hvc1.";
  if (profile.profile_space > 0) out += static_cast<char>('A' + profile.profile_space - 1);
  std::uint32_t reversed = 0;
  for (unsigned i = 0; i < 32; ++i)
    reversed |= ((profile.compatibility_flags >> i) & 1) << (31 - i);
  out += fmt::format("{}.{:X}.{}{}", profile.profile_idc, reversed, profile.high_tier ? 'H' : 'L',
                     profile.level_idc);
  // Six bytes of constraints, without zeros at the end.
  for (std::uint64_t left = profile.constraint_flags << 16; left != 0; left <<= 8) {
    out += fmt::format(".{:X}", left >> 56);
  }
  return out;
}

}  // namespace media::hevc
