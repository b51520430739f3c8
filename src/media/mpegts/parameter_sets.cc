#include "media/mpegts/parameter_sets.h"

#include <algorithm>
#include <optional>

#include "media/codec/bit_reader.h"
#include "media/codec/h264.h"
#include "media/codec/hevc.h"

namespace media::mpegts {
namespace {

using Kind = ParameterSets::Kind;

constexpr auto kH264Sps = static_cast<std::uint8_t>(h264::NalType::kSps);
constexpr auto kH264Pps = static_cast<std::uint8_t>(h264::NalType::kPps);
constexpr auto kHevcVps = static_cast<std::uint8_t>(hevc::NalType::kVps);
constexpr auto kHevcSps = static_cast<std::uint8_t>(hevc::NalType::kSps);
constexpr auto kHevcPps = static_cast<std::uint8_t>(hevc::NalType::kPps);

std::uint8_t type_of(Codec codec, base::ByteSpan nal) {
  return codec == Codec::kH264 ? static_cast<std::uint8_t>(h264::nal_type(nal))
                               : static_cast<std::uint8_t>(hevc::nal_type(nal));
}

// The number under which later units refer to the set; nothing if the set is broken.
std::optional<std::uint32_t> id_of(Codec codec, base::ByteSpan nal) {
  const auto number = [](const auto& parsed) -> std::optional<std::uint32_t> {
    if (!parsed) return std::nullopt;
    return parsed->id;
  };
  const std::uint8_t type = type_of(codec, nal);
  if (codec == Codec::kH264) {
    if (type == kH264Sps) return number(h264::parse_sps(nal));
    const auto id = h264::pps_id(nal);
    return id ? std::optional<std::uint32_t>(*id) : std::nullopt;
  }
  if (type == kHevcSps) return number(hevc::parse_sps(nal));
  // VPS and PPS begin with their number, behind two bytes of header: 4 bits, or Exp-Golomb.
  constexpr std::uint32_t kMaxPps = 63;
  BitReader reader(nal);
  reader.skip(16);
  const std::uint32_t id = type == kHevcVps ? reader.bits(4) : reader.ue_at_most(kMaxPps);
  if (!reader.ok()) return std::nullopt;
  return id;
}

}  // namespace

Kind ParameterSets::kind_of(base::ByteSpan nal) const {
  if (codec_ == Codec::kH264) {
    switch (h264::nal_type(nal)) {
      case h264::NalType::kSps:
      case h264::NalType::kPps:
        return Kind::kParameters;
      case h264::NalType::kAccessUnitDelimiter:
      case h264::NalType::kFiller:
        return Kind::kIgnored;
      default: {
        const std::uint8_t type = type_of(codec_, nal);
        return type >= 1 && type <= 5 ? Kind::kPicture : Kind::kOther;
      }
    }
  }
  constexpr std::uint8_t kHevcFiller = 38;
  const std::uint8_t type = type_of(codec_, nal);
  if (type >= kHevcVps && type <= kHevcPps) return Kind::kParameters;
  if (type == kHevcFiller || hevc::nal_type(nal) == hevc::NalType::kAccessUnitDelimiter) {
    return Kind::kIgnored;
  }
  return hevc::nal_type(nal) <= hevc::NalType::kLastVcl ? Kind::kPicture : Kind::kOther;
}

void ParameterSets::add(base::ByteSpan nal) {
  // Encoders repeat the same bytes with every keyframe.
  const auto equal = [nal](const Set& set) { return std::ranges::equal(set.nal, nal); };
  if (std::ranges::any_of(sets_, equal)) return;
  const std::optional<std::uint32_t> id = id_of(codec_, nal);
  if (!id) return;
  const std::uint8_t type = type_of(codec_, nal);
  auto set = std::ranges::find_if(
      sets_, [&](const Set& known) { return known.type == type && known.id == *id; });
  if (set == sets_.end()) {
    if (sets_.size() == kMaxSets) return;
    set = sets_.insert(sets_.end(), Set{type, *id, {}});
  }
  set->nal.assign(nal.begin(), nal.end());
  changed_ = true;
}

bool ParameterSets::is_ready() const {
  const auto has = [this](std::uint8_t type) {
    return std::ranges::find(sets_, type, &Set::type) != sets_.end();
  };
  if (!changed_) return false;
  return codec_ == Codec::kH264 ? has(kH264Sps) && has(kH264Pps)
                                : has(kHevcVps) && has(kHevcSps) && has(kHevcPps);
}

std::vector<base::ByteSpan> ParameterSets::sets_of(std::uint8_t type) const {
  std::vector<base::ByteSpan> result;
  for (const Set& set : sets_) {
    if (set.type == type) result.push_back(set.nal);
  }
  return result;
}

base::Expected<Track> ParameterSets::make_track() {
  changed_ = false;
  auto config =
      codec_ == Codec::kH264
          ? h264::build_decoder_config(sets_of(kH264Sps), sets_of(kH264Pps))
          : hevc::build_decoder_config(sets_of(kHevcVps), sets_of(kHevcSps), sets_of(kHevcPps));
  if (!config) return base::fail(std::move(config.error()));
  const base::Slice slice = base::Slice::take(std::move(*config));
  return codec_ == Codec::kH264 ? h264::make_track(slice) : hevc::make_track(slice);
}

// Encoders with open groups of pictures or intra refresh send IDR pictures once, if ever: there the
// recovery points are where viewers can enter.
bool ParameterSets::is_keyframe(base::ByteSpan sample) const {
  if (codec_ == Codec::kHevc) return hevc::is_keyframe(sample);
  const h264::RandomAccess access = h264::random_access(sample);
  return access == h264::RandomAccess::kIdr || access == h264::RandomAccess::kRecoveryPoint;
}

}  // namespace media::mpegts
