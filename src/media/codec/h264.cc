#include "media/codec/h264.h"

#include <fmt/format.h>

#include <algorithm>

#include "media/codec/bit_reader.h"
#include "media/codec/nal.h"

namespace media::h264 {

using base::ByteSpan;
using base::ErrorCode;

namespace {

constexpr std::size_t kMaxSpsCount = 31;  // five bits
constexpr std::size_t kMaxPpsCount = 255;

bool has_high_fields(std::uint8_t profile_idc) {
  return profile_idc == 100 || profile_idc == 110 || profile_idc == 122 || profile_idc == 144 ||
         profile_idc == 244;
}

bool is_intra_slice(ByteSpan nal) {
  // first_mb_in_slice and slice_type are short; emulation prevention needs two zeros before.
  const base::Bytes start =
      remove_emulation_prevention(nal.subspan(1, std::min<std::size_t>(nal.size() - 1, 12)));
  BitReader reader(start);
  (void)reader.ue();  // first_mb_in_slice
  const std::uint32_t type = reader.ue_at_most(9) % 5;
  return reader.ok() && (type == 2 || type == 4);
}

bool has_recovery_point(ByteSpan nal) {
  SeiMessages messages(nal, 1);
  while (const auto message = messages.next()) {
    if (message->type == kSeiRecoveryPoint) return true;
  }
  return false;
}

}  // namespace

base::Expected<DecoderConfig> parse_decoder_config(ByteSpan avcc) {
  base::ByteReader reader(avcc);
  const std::uint8_t version = reader.u8();
  reader.skip(3);  // profile, compatibility, level: repeated in the SPS, which is believed
  const unsigned length_size = (reader.u8() & 3U) + 1;
  if (!reader.ok() || version != 1) {
    return base::fail(ErrorCode::kMalformed,
                      fmt::format("avcC of {} bytes has version {}", avcc.size(), version));
  }
  if (length_size == 3) {
    return base::fail(ErrorCode::kMalformed, "avcC announces NAL unit lengths of 3 bytes");
  }
  DecoderConfig config;
  config.length_size = length_size;
  const auto read_sets = [&reader](std::size_t count, NalType type, std::vector<ByteSpan>& out) {
    for (std::size_t i = 0; i < count && reader.ok(); ++i) {
      const ByteSpan unit = reader.bytes(reader.u16());
      if (unit.empty() || nal_type(unit) != type) return reader.set_failed();
      out.push_back(unit);
    }
  };
  read_sets(reader.u8() & 0x1FU, NalType::kSps, config.sps);
  read_sets(reader.u8(), NalType::kPps, config.pps);
  // What follows are fields of the High profiles, which some encoders leave out: not needed.
  if (!reader.ok() || config.sps.empty() || config.pps.empty()) {
    return base::fail(ErrorCode::kMalformed,
                      fmt::format("avcC of {} bytes has no complete SPS and PPS", avcc.size()));
  }
  return config;
}

base::Expected<base::Bytes> build_decoder_config(std::span<const ByteSpan> sps,
                                                 std::span<const ByteSpan> pps) {
  if (sps.empty() || pps.empty()) {
    return base::fail(ErrorCode::kMalformed, "avcC needs an SPS and a PPS");
  }
  const auto too_long = [](ByteSpan unit) { return unit.size() > 0xFFFF; };
  if (sps.size() > kMaxSpsCount || pps.size() > kMaxPpsCount ||
      std::ranges::any_of(sps, too_long) || std::ranges::any_of(pps, too_long)) {
    return base::fail(ErrorCode::kLimit,
                      fmt::format("{} SPS and {} PPS do not fit an avcC", sps.size(), pps.size()));
  }
  const auto first = parse_sps(sps.front());
  if (!first) return base::fail(first.error());
  base::ByteWriter out(64);
  out.u8(1);
  out.u8(first->profile_idc);
  out.u8(first->constraint_flags);
  out.u8(first->level_idc);
  out.u8(0xFF);  // 4-byte lengths
  const auto write_sets = [&out](std::span<const ByteSpan> sets) {
    for (const ByteSpan unit : sets) {
      out.u16(static_cast<std::uint16_t>(unit.size()));
      out.bytes(unit);
    }
  };
  out.u8(static_cast<std::uint8_t>(0xE0U | sps.size()));
  write_sets(sps);
  out.u8(static_cast<std::uint8_t>(pps.size()));
  write_sets(pps);
  if (has_high_fields(first->profile_idc)) {
    out.u8(static_cast<std::uint8_t>(0xFCU | first->chroma_format_idc));
    out.u8(static_cast<std::uint8_t>(0xF8U | (first->bit_depth_luma - 8U)));
    out.u8(static_cast<std::uint8_t>(0xF8U | (first->bit_depth_chroma - 8U)));
    out.u8(0);  // no SPS extensions
  }
  return out.take();
}

base::Expected<Track> make_track(const base::Slice& avcc) {
  const auto config = parse_decoder_config(avcc.span());
  if (!config) return base::fail(config.error());
  const auto sps = parse_sps(config->sps.front());
  if (!sps) return base::fail(sps.error());
  Track track;
  track.codec = Codec::kH264;
  track.config = avcc;
  if (config->length_size != 4) {
    base::Bytes rewritten(avcc.span().begin(), avcc.span().end());
    rewritten[4] |= 3;
    track.config = base::Slice::take(std::move(rewritten));
  }
  track.codec_string = codec_string(*sps);
  track.video = {.width = sps->width,
                 .height = sps->height,
                 .frame_rate = sps->frame_rate,
                 .reorders = sps->reorders,
                 .profile = profile_name(*sps),
                 .level = level_name(*sps)};
  return track;
}

RandomAccess random_access(ByteSpan sample) {
  bool recovery_point = false;
  LengthPrefixedNals units(sample, 4);
  while (const auto unit = units.next()) {
    switch (nal_type(*unit)) {
      case NalType::kIdrSlice:
        return RandomAccess::kIdr;
      case NalType::kSei:
        recovery_point = recovery_point || has_recovery_point(*unit);
        break;
      case NalType::kSlice:
      case NalType::kPartitionA:
        // SEI stands before the slices, and slices of IDR pictures do not mix with others.
        if (recovery_point) return RandomAccess::kRecoveryPoint;
        return is_intra_slice(*unit) ? RandomAccess::kIntra : RandomAccess::kNone;
      default:
        break;
    }
  }
  return RandomAccess::kNone;
}

std::string profile_name(const Sps& sps) {
  switch (sps.profile_idc) {
    case 44:
      return "CAVLC 4:4:4 Intra";
    case 66:
      return "Baseline";
    case 77:
      return "Main";
    case 88:
      return "Extended";
    case 100:
      return "High";
    case 110:
      return "High 10";
    case 118:
      return "Multiview High";
    case 122:
      return "High 4:2:2";
    case 128:
      return "Stereo High";
    case 244:
      return "High 4:4:4 Predictive";
    default:
      return {};
  }
}

std::string level_name(const Sps& sps) {
  const bool old_profile = sps.profile_idc == 66 || sps.profile_idc == 77 || sps.profile_idc == 88;
  if (sps.level_idc == 9 ||
      (sps.level_idc == 11 && old_profile && (sps.constraint_flags & 0x10) != 0)) {
    return "1b";
  }
  return fmt::format("{}.{}", sps.level_idc / 10, sps.level_idc % 10);
}

std::string codec_string(const Sps& sps) {
  return fmt::format("avc1.{:02X}{:02X}{:02X}", sps.profile_idc, sps.constraint_flags,
                     sps.level_idc);
}

}  // namespace media::h264
