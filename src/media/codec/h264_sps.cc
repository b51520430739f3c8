// The sequence parameter set of H.264 (ITU-T H.264 7.3.2.1.1, E.1.1).
#include <fmt/format.h>

#include <algorithm>

#include "media/codec/bit_reader.h"
#include "media/codec/h264.h"
#include "media/codec/nal.h"

namespace media::h264 {

namespace {

constexpr std::uint32_t kExtendedSar = 255;
constexpr std::uint32_t kMaxDimension = 16'384;
constexpr double kMaxFrameRate = 1'000;

bool has_chroma_fields(std::uint8_t profile_idc) {
  switch (profile_idc) {
    case 44:
    case 83:
    case 86:
    case 100:
    case 110:
    case 118:
    case 122:
    case 128:
    case 134:
    case 135:
    case 138:
    case 139:
    case 244:
      return true;
    default:
      return false;
  }
}

void skip_scaling_list(BitReader& reader, unsigned entries) {
  std::int32_t last = 8;
  std::int32_t next = 8;
  for (unsigned i = 0; i < entries && reader.ok(); ++i) {
    if (next != 0) {
      const std::int32_t delta = reader.se();
      if (delta < -128 || delta > 127) return reader.set_failed();
      next = (last + delta + 256) % 256;
    }
    if (next != 0) last = next;
  }
}

void skip_hrd(BitReader& reader) {
  const std::uint32_t count = reader.ue_at_most(31) + 1;
  reader.skip(8);
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    (void)reader.ue();  // bit_rate_value_minus1: only its end matters
    (void)reader.ue();  // cpb_size_value_minus1: likewise
    reader.skip(1);
  }
  reader.skip(20);
}

/// Fills what the VUI says; leaves `sps` alone from the point where the bits run out.
void read_vui(BitReader& reader, Sps& sps) {
  if (reader.flag() && reader.bits(8) == kExtendedSar) reader.skip(32);
  if (reader.flag()) reader.skip(1);  // overscan
  if (reader.flag()) {                // video signal type
    reader.skip(4);
    if (reader.flag()) reader.skip(24);
  }
  if (reader.flag()) {  // chroma location
    (void)reader.ue();
    (void)reader.ue();
  }
  if (reader.flag()) {  // timing
    const std::uint32_t units_in_tick = reader.bits(32);
    const std::uint32_t time_scale = reader.bits(32);
    reader.skip(1);
    if (reader.ok() && units_in_tick > 0) {
      // A tick is a field, so a frame lasts two.
      const double rate = static_cast<double>(time_scale) / (2.0 * units_in_tick);
      if (rate <= kMaxFrameRate) sps.frame_rate = rate;
    }
  }
  const bool nal_hrd = reader.flag();
  if (nal_hrd) skip_hrd(reader);
  const bool vcl_hrd = reader.flag();
  if (vcl_hrd) skip_hrd(reader);
  if (nal_hrd || vcl_hrd) reader.skip(1);
  reader.skip(1);  // pic_struct_present_flag
  if (reader.flag()) {
    reader.skip(1);
    for (int i = 0; i < 4; ++i) (void)reader.ue();
    const std::uint32_t reorder_frames = reader.ue();
    const std::uint32_t buffered_frames = reader.ue();
    if (reader.ok() && (reorder_frames == 0 || buffered_frames == 0)) sps.reorders = false;
  }
}

}  // namespace

base::Expected<Sps> parse_sps(base::ByteSpan nal) {
  if (nal.empty() || nal_type(nal) != NalType::kSps) {
    return base::fail(base::ErrorCode::kMalformed, "not an H.264 sequence parameter set");
  }
  const base::Bytes rbsp = remove_emulation_prevention(nal.subspan(1));
  BitReader reader(rbsp);
  Sps sps;
  sps.profile_idc = reader.u8();
  sps.constraint_flags = reader.u8();
  sps.level_idc = reader.u8();
  sps.id = static_cast<std::uint8_t>(reader.ue_at_most(31));
  bool separate_planes = false;
  if (has_chroma_fields(sps.profile_idc)) {
    sps.chroma_format_idc = static_cast<std::uint8_t>(reader.ue_at_most(3));
    if (sps.chroma_format_idc == 3) separate_planes = reader.flag();
    sps.bit_depth_luma = static_cast<std::uint8_t>(8 + reader.ue_at_most(6));
    sps.bit_depth_chroma = static_cast<std::uint8_t>(8 + reader.ue_at_most(6));
    reader.skip(1);
    if (reader.flag()) {
      const unsigned lists = sps.chroma_format_idc == 3 ? 12 : 8;
      for (unsigned i = 0; i < lists && reader.ok(); ++i) {
        if (reader.flag()) skip_scaling_list(reader, i < 6 ? 16 : 64);
      }
    }
  }
  (void)reader.ue_at_most(12);  // log2_max_frame_num_minus4
  const std::uint32_t order_count_type = reader.ue_at_most(2);
  if (order_count_type == 0) {
    (void)reader.ue_at_most(12);
  } else if (order_count_type == 1) {
    reader.skip(1);
    (void)reader.se();
    (void)reader.se();
    const std::uint32_t cycle = reader.ue_at_most(255);
    for (std::uint32_t i = 0; i < cycle && reader.ok(); ++i) (void)reader.se();
  }
  const std::uint32_t reference_frames = reader.ue_at_most(16);
  reader.skip(1);
  const std::uint32_t width_in_blocks = reader.ue_at_most(kMaxDimension / 16 - 1) + 1;
  const std::uint32_t map_units = reader.ue_at_most(kMaxDimension / 16 - 1) + 1;
  const bool frames_only = reader.flag();
  if (!frames_only) reader.skip(1);
  reader.skip(1);
  std::uint32_t crop[4] = {0, 0, 0, 0};  // left, right, top, bottom
  if (reader.flag()) {
    for (std::uint32_t& edge : crop) edge = reader.ue_at_most(kMaxDimension);
  }
  if (!reader.ok()) {
    return base::fail(
        base::ErrorCode::kMalformed,
        fmt::format("H.264 sequence parameter set of {} bytes is broken: {}", nal.size(),
                    base::to_hex(nal.first(std::min<std::size_t>(nal.size(), 32)))));
  }

  const unsigned field_factor = frames_only ? 1 : 2;
  const unsigned chroma = separate_planes ? 0U : sps.chroma_format_idc;
  const unsigned unit_x = chroma == 1 || chroma == 2 ? 2 : 1;
  const unsigned unit_y = (chroma == 1 ? 2U : 1U) * field_factor;
  const std::uint32_t coded_width = width_in_blocks * 16;
  const std::uint32_t coded_height = map_units * 16 * field_factor;
  const std::uint32_t crop_x = (crop[0] + crop[1]) * unit_x;
  const std::uint32_t crop_y = (crop[2] + crop[3]) * unit_y;
  if (crop_x >= coded_width || crop_y >= coded_height) {
    return base::fail(base::ErrorCode::kMalformed,
                      fmt::format("H.264 crops {}x{} from a picture of {}x{}", crop_x, crop_y,
                                  coded_width, coded_height));
  }
  sps.width = coded_width - crop_x;
  sps.height = coded_height - crop_y;
  sps.interlaced = !frames_only;

  const bool intra_only =
      sps.profile_idc == 44 || (has_chroma_fields(sps.profile_idc) &&
                                (sps.constraint_flags & 0x10) != 0 && sps.profile_idc >= 100);
  const bool baseline = sps.profile_idc == 66;  // has no B slices
  sps.reorders = order_count_type != 2 && reference_frames > 0 && !intra_only && !baseline;
  if (reader.flag()) read_vui(reader, sps);
  return sps;
}

base::Expected<std::uint8_t> pps_id(base::ByteSpan nal) {
  if (nal.empty() || nal_type(nal) != NalType::kPps) {
    return base::fail(base::ErrorCode::kMalformed, "not an H.264 picture parameter set");
  }
  // The id has at most 17 bits; a few bytes are enough to find it.
  const base::Bytes rbsp =
      remove_emulation_prevention(nal.subspan(1, std::min<std::size_t>(nal.size() - 1, 8)));
  BitReader reader(rbsp);
  const std::uint32_t id = reader.ue_at_most(255);
  if (!reader.ok()) {
    return base::fail(base::ErrorCode::kMalformed, "H.264 picture parameter set has no valid id");
  }
  return static_cast<std::uint8_t>(id);
}

}  // namespace media::h264
