#include "media/codec/captions.h"

#include <algorithm>
#include <array>
#include <optional>

#include "media/codec/nal.h"

namespace media {
namespace {

constexpr std::size_t kTripletSize = 3;
constexpr std::size_t kMaxTriplets = 31;  // cc_count has five bits
constexpr std::size_t kLengthSize = 4;

bool is_slice(Codec codec, std::uint8_t header) {
  if (codec == Codec::kHevc) return ((header >> 1) & 0x3F) < 32;
  const unsigned type = header & 0x1F;
  return type >= 1 && type <= 5;
}

/// Where the first slice begins, with its length.
std::optional<std::size_t> first_slice(Codec codec, base::ByteSpan sample) {
  base::ByteReader reader(sample);
  while (reader.remaining() > kLengthSize) {
    const std::size_t begin = sample.size() - reader.remaining();
    const base::ByteSpan unit = reader.bytes(reader.u32());
    if (!reader.ok()) return std::nullopt;
    if (!unit.empty() && is_slice(codec, unit.front())) return begin;
  }
  return std::nullopt;
}

base::Bytes caption_unit(Codec codec, base::ByteSpan triplets) {
  // itu_t_t35_country_code, provider code, "GA94", user_data_type_code
  static constexpr std::array<std::uint8_t, 8> kHead = {0xB5, 0x00, 0x31, 'G', 'A', '9', '4', 0x03};
  constexpr std::uint8_t kProcess = 0xC0;  // reserved bit and process_cc_data_flag
  base::ByteWriter payload(kCaptionHeaderSize + triplets.size() + 3);
  payload.u8(static_cast<std::uint8_t>(kSeiUserDataRegistered));
  payload.u8(static_cast<std::uint8_t>(kCaptionHeaderSize + triplets.size() + 1));
  payload.bytes(kHead);
  payload.u8(static_cast<std::uint8_t>(kProcess | (triplets.size() / kTripletSize)));
  payload.u8(0xFF);  // em_data
  payload.bytes(triplets);
  payload.u8(0xFF);  // marker_bits
  payload.u8(0x80);  // rbsp_trailing_bits
  const base::Bytes escaped = add_emulation_prevention(payload.take());
  base::ByteWriter unit(escaped.size() + 2);
  if (codec == Codec::kHevc) {
    unit.u16(0x4E01);  // PREFIX_SEI_NUT, layer 0, temporal id 0
  } else {
    unit.u8(0x06);
  }
  unit.bytes(escaped);
  return unit.take();
}

}  // namespace

base::Slice insert_captions(Codec codec, const base::Slice& sample, base::ByteSpan cc_data) {
  const std::size_t count = std::min(cc_data.size() / kTripletSize, kMaxTriplets);
  if (count == 0 || (codec != Codec::kH264 && codec != Codec::kHevc)) return sample;
  const auto place = first_slice(codec, sample.span());
  if (!place) return sample;
  const base::Bytes unit = caption_unit(codec, cc_data.first(count * kTripletSize));
  base::ByteWriter out(sample.size() + kLengthSize + unit.size());
  out.bytes(sample.span().first(*place));
  out.u32(static_cast<std::uint32_t>(unit.size()));
  out.bytes(unit);
  out.bytes(sample.span().subspan(*place));
  return base::Slice::take(out.take());
}

}  // namespace media
