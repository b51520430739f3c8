#include "media/codec/annexb.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "media/codec/bit_reader.h"
#include "media/codec/h264.h"
#include "media/codec/hevc.h"
#include "media/codec/nal.h"

namespace media {

using base::ByteSpan;
using base::ErrorCode;
using base::Expected;

namespace {

constexpr std::size_t kMaxSetSize = 4096;

enum class Use { kKeep, kParameterSet, kDrop };

Use use_of(Codec codec, ByteSpan nal) {
  if (codec == Codec::kH264) {
    switch (h264::nal_type(nal)) {
      case h264::NalType::kSps:
      case h264::NalType::kPps:
        return Use::kParameterSet;
      case h264::NalType::kAccessUnitDelimiter:
      case h264::NalType::kEndOfSequence:
      case h264::NalType::kEndOfStream:
      case h264::NalType::kFiller:
        return Use::kDrop;
      default:
        return Use::kKeep;
    }
  }
  if (nal.size() < 2) return Use::kDrop;
  switch (hevc::nal_type(nal)) {
    case hevc::NalType::kVps:
    case hevc::NalType::kSps:
    case hevc::NalType::kPps:
      return Use::kParameterSet;
    case hevc::NalType::kAccessUnitDelimiter:
    case hevc::NalType::kEndOfSequence:
    case hevc::NalType::kEndOfStream:
    case hevc::NalType::kFiller:
      return Use::kDrop;
    default:
      return Use::kKeep;
  }
}

std::vector<ByteSpan> views(const std::map<std::uint32_t, base::Bytes>& sets) {
  std::vector<ByteSpan> out;
  for (const auto& [id, bytes] : sets) out.emplace_back(bytes);
  return out;
}

/// The Exp-Golomb id at the front of an HEVC PPS.
Expected<std::uint32_t> hevc_pps_id(ByteSpan nal) {
  const base::Bytes rbsp =
      remove_emulation_prevention(nal.subspan(2, std::min<std::size_t>(nal.size() - 2, 8)));
  BitReader reader(rbsp);
  const std::uint32_t id = reader.ue_at_most(63);
  if (!reader.ok()) {
    return base::fail(ErrorCode::kMalformed, "HEVC picture parameter set has no valid id");
  }
  return id;
}

}  // namespace

AnnexBReader::AnnexBReader(Codec codec) : codec_(codec) {
  CHECK(codec == Codec::kH264 || codec == Codec::kHevc);
}

Expected<void> AnnexBReader::remember(ByteSpan nal, Sets& sets, std::uint32_t id) {
  if (nal.size() > kMaxSetSize) {
    return base::fail(ErrorCode::kLimit, fmt::format("a parameter set has {} bytes", nal.size()));
  }
  base::Bytes& known = sets[id];
  if (std::ranges::equal(known, nal)) return {};
  known.assign(nal.begin(), nal.end());
  sets_changed_ = true;
  return {};
}

Expected<void> AnnexBReader::remember_h264(ByteSpan nal) {
  if (h264::nal_type(nal) == h264::NalType::kSps) {
    const auto sps = h264::parse_sps(nal);
    if (!sps) return base::fail(sps.error());
    return remember(nal, sps_, sps->id);
  }
  const auto id = h264::pps_id(nal);
  if (!id) return base::fail(id.error());
  return remember(nal, pps_, *id);
}

Expected<void> AnnexBReader::remember_hevc(ByteSpan nal) {
  switch (hevc::nal_type(nal)) {
    case hevc::NalType::kVps:
      if (nal.size() < 3) return base::fail(ErrorCode::kMalformed, "HEVC VPS is empty");
      return remember(nal, vps_, nal[2] >> 4);
    case hevc::NalType::kSps: {
      const auto sps = hevc::parse_sps(nal);
      if (!sps) return base::fail(sps.error());
      return remember(nal, sps_, sps->id);
    }
    default: {
      const auto id = hevc_pps_id(nal);
      if (!id) return base::fail(id.error());
      return remember(nal, pps_, *id);
    }
  }
}

Expected<void> AnnexBReader::update_track() {
  sets_changed_ = false;
  const auto sps = views(sps_);
  const auto pps = views(pps_);
  const bool hevc = codec_ == Codec::kHevc;
  auto config = hevc ? hevc::build_decoder_config(views(vps_), sps, pps)
                     : h264::build_decoder_config(sps, pps);
  if (!config) return base::fail(std::move(config).error());
  const base::Slice slice = base::Slice::take(*std::move(config));
  auto track = hevc ? hevc::make_track(slice) : h264::make_track(slice);
  if (!track) return base::fail(std::move(track).error());
  track_ = *std::move(track);
  return {};
}

Expected<AnnexBUnit> AnnexBReader::read(ByteSpan access_unit) {
  AnnexBUnit unit;
  base::ByteWriter out(access_unit.size() + 16);
  AnnexBNals nals(access_unit);
  while (const auto nal = nals.next()) {
    switch (use_of(codec_, *nal)) {
      case Use::kKeep:
        out.u32(static_cast<std::uint32_t>(nal->size()));
        out.bytes(*nal);
        break;
      case Use::kParameterSet: {
        auto kept = codec_ == Codec::kH264 ? remember_h264(*nal) : remember_hevc(*nal);
        if (!kept) return base::fail(std::move(kept).error());
        break;
      }
      case Use::kDrop:
        break;
    }
  }
  const bool complete = !sps_.empty() && !pps_.empty() && (codec_ == Codec::kH264 || !vps_.empty());
  if (sets_changed_ && complete) {
    auto updated = update_track();
    if (!updated) return base::fail(std::move(updated).error());
    unit.track_changed = true;
  }
  unit.data = base::Slice::take(out.take());
  if (codec_ == Codec::kH264) {
    unit.keyframe = h264::random_access(unit.data.span()) >= h264::RandomAccess::kRecoveryPoint;
  } else {
    unit.keyframe = hevc::is_keyframe(unit.data.span());
  }
  return unit;
}

}  // namespace media
