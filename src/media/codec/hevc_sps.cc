// The sequence parameter set of HEVC (ITU-T H.265 7.3.2.2, 7.3.3, E.2.1).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "media/codec/bit_reader.h"
#include "media/codec/hevc.h"
#include "media/codec/nal.h"

namespace media::hevc {

namespace {

constexpr std::uint32_t kMaxDimension = 16'888;
constexpr double kMaxFrameRate = 1'000;
constexpr std::uint32_t kMaxShortTermSets = 64;
constexpr std::uint32_t kMaxReferences = 16;

ProfileTierLevel read_profile(BitReader& reader, std::uint32_t sub_layers) {
  ProfileTierLevel profile;
  profile.profile_space = static_cast<std::uint8_t>(reader.bits(2));
  profile.high_tier = reader.flag();
  profile.profile_idc = static_cast<std::uint8_t>(reader.bits(5));
  profile.compatibility_flags = reader.bits(32);
  profile.constraint_flags = std::uint64_t{reader.bits(16)} << 32;
  profile.constraint_flags |= reader.bits(32);
  profile.level_idc = reader.u8();
  std::array<std::uint32_t, 8> present{};
  for (std::uint32_t i = 0; i < sub_layers; ++i) present[i] = reader.bits(2);
  if (sub_layers > 0) reader.skip(std::size_t{2} * (8 - sub_layers));
  for (std::uint32_t i = 0; i < sub_layers; ++i) {
    if ((present[i] & 2) != 0) reader.skip(88);
    if ((present[i] & 1) != 0) reader.skip(8);
  }
  return profile;
}

void skip_scaling_lists(BitReader& reader) {
  for (unsigned size = 0; size < 4; ++size) {
    for (unsigned matrix = 0; matrix < 6; matrix += size == 3 ? 3 : 1) {
      if (!reader.flag()) {
        (void)reader.ue();
        continue;
      }
      const unsigned coefficients = std::min(64U, 1U << (4 + (size << 1)));
      if (size > 1) (void)reader.se();
      for (unsigned i = 0; i < coefficients && reader.ok(); ++i) (void)reader.se();
    }
  }
}

/// st_ref_pic_set (7.3.7); returns how many pictures the set names, given the one before.
std::uint32_t skip_reference_set(BitReader& reader, bool first, std::uint32_t previous) {
  if (!first && reader.flag()) {
    reader.skip(1);
    (void)reader.ue();
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i <= previous && reader.ok(); ++i) {
      const bool used = reader.flag();
      if (used || reader.flag()) ++count;
    }
    return count;
  }
  const std::uint32_t negative = reader.ue_at_most(kMaxReferences);
  const std::uint32_t positive = reader.ue_at_most(kMaxReferences);
  for (std::uint32_t i = 0; i < negative + positive && reader.ok(); ++i) {
    (void)reader.ue();
    reader.skip(1);
  }
  return negative + positive;
}

/// Timing is in the middle of the VUI, behind much that does not matter.
double read_frame_rate(BitReader& reader, std::uint32_t order_count_bits) {
  (void)reader.ue();  // coding block and transform sizes
  (void)reader.ue();
  (void)reader.ue();
  (void)reader.ue();
  (void)reader.ue();
  (void)reader.ue();
  if (reader.flag() && reader.flag()) skip_scaling_lists(reader);
  reader.skip(2);
  if (reader.flag()) {  // PCM
    reader.skip(8);
    (void)reader.ue();
    (void)reader.ue();
    reader.skip(1);
  }
  const std::uint32_t sets = reader.ue_at_most(kMaxShortTermSets);
  std::uint32_t named = 0;
  for (std::uint32_t i = 0; i < sets && reader.ok(); ++i) {
    named = skip_reference_set(reader, i == 0, named);
    if (named > 2 * kMaxReferences) reader.set_failed();
  }
  if (reader.flag()) {
    const std::uint32_t long_term = reader.ue_at_most(32);
    reader.skip(std::size_t{long_term} * (order_count_bits + 1));
  }
  reader.skip(2);
  if (!reader.flag()) return 0;  // no VUI
  if (reader.flag() && reader.bits(8) == 255) reader.skip(32);
  if (reader.flag()) reader.skip(1);
  if (reader.flag()) {
    reader.skip(4);
    if (reader.flag()) reader.skip(24);
  }
  if (reader.flag()) {
    (void)reader.ue();
    (void)reader.ue();
  }
  reader.skip(3);
  if (reader.flag()) {
    for (int i = 0; i < 4; ++i) (void)reader.ue();
  }
  if (!reader.flag()) return 0;
  const std::uint32_t units_in_tick = reader.bits(32);
  const std::uint32_t time_scale = reader.bits(32);
  if (!reader.ok() || units_in_tick == 0) return 0;
  const double rate = static_cast<double>(time_scale) / units_in_tick;
  return rate <= kMaxFrameRate ? rate : 0;
}

}  // namespace

base::Expected<Sps> parse_sps(base::ByteSpan nal) {
  if (nal.size() < 2 || nal_type(nal) != NalType::kSps) {
    return base::fail(base::ErrorCode::kMalformed, "not an HEVC sequence parameter set");
  }
  const base::Bytes rbsp = remove_emulation_prevention(nal.subspan(2));
  BitReader reader(rbsp);
  Sps sps;
  reader.skip(4);
  const std::uint32_t sub_layers = reader.bits(3);
  sps.temporal_layers = static_cast<std::uint8_t>(sub_layers + 1);
  sps.temporal_id_nested = reader.flag();
  if (sub_layers > 6) reader.set_failed();
  sps.profile = read_profile(reader, std::min(sub_layers, 6U));
  sps.id = static_cast<std::uint8_t>(reader.ue_at_most(15));
  sps.chroma_format_idc = static_cast<std::uint8_t>(reader.ue_at_most(3));
  const bool separate_planes = sps.chroma_format_idc == 3 && reader.flag();
  const std::uint32_t coded_width = reader.ue_at_most(kMaxDimension);
  const std::uint32_t coded_height = reader.ue_at_most(kMaxDimension);
  std::uint32_t crop[4] = {0, 0, 0, 0};  // left, right, top, bottom
  if (reader.flag()) {
    for (std::uint32_t& edge : crop) edge = reader.ue_at_most(kMaxDimension);
  }
  sps.bit_depth_luma = static_cast<std::uint8_t>(8 + reader.ue_at_most(8));
  sps.bit_depth_chroma = static_cast<std::uint8_t>(8 + reader.ue_at_most(8));
  const std::uint32_t order_count_bits = reader.ue_at_most(12) + 4;
  const std::uint32_t first_layer = reader.flag() ? 0 : sub_layers;
  for (std::uint32_t i = first_layer; i <= sub_layers && reader.ok(); ++i) {
    (void)reader.ue_at_most(15);
    sps.reorders = reader.ue_at_most(15) > 0;
    (void)reader.ue();
  }
  if (!reader.ok()) {
    return base::fail(
        base::ErrorCode::kMalformed,
        fmt::format("HEVC sequence parameter set of {} bytes is broken: {}", nal.size(),
                    base::to_hex(nal.first(std::min<std::size_t>(nal.size(), 40)))));
  }
  const unsigned chroma = separate_planes ? 0U : sps.chroma_format_idc;
  const std::uint32_t crop_x = (crop[0] + crop[1]) * (chroma == 1 || chroma == 2 ? 2 : 1);
  const std::uint32_t crop_y = (crop[2] + crop[3]) * (chroma == 1 ? 2 : 1);
  if (crop_x >= coded_width || crop_y >= coded_height) {
    return base::fail(base::ErrorCode::kMalformed,
                      fmt::format("HEVC crops {}x{} from a picture of {}x{}", crop_x, crop_y,
                                  coded_width, coded_height));
  }
  sps.width = coded_width - crop_x;
  sps.height = coded_height - crop_y;
  sps.frame_rate = read_frame_rate(reader, order_count_bits);
  return sps;
}

}  // namespace media::hevc
