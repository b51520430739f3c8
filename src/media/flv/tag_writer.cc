#include "media/flv/tag_writer.h"

#include "base/check.h"
#include "media/flv/tag_codes.h"
#include "media/flv/tags.h"

namespace media::flv {

namespace {

/// 44 kHz, 16 bits, stereo: what AAC requires here whatever the stream really has, E.4.2.1.
constexpr std::uint8_t kSoundFlags = 0x0F;

struct Header {
  std::uint8_t packet_type = 0;
  bool keyframe = true;
  std::uint32_t nanoseconds = 0;
};

/// Everything of an enhanced message up to the body of the track.
void write_enhanced_header(base::ByteWriter& out, const TagTarget& target, const Header& header) {
  const bool video = kind_of(target.codec) == TrackKind::kVideo;
  const unsigned high =
      video ? 0x80U | ((header.keyframe ? kFrameKey : kFrameInter) << 4) : kSoundEnhanced << 4;
  const bool multitrack = target.track_id != 0;
  const std::uint8_t multitrack_type = video ? kVideoMultitrack : kAudioMultitrack;
  const std::uint8_t outer = multitrack ? multitrack_type : header.packet_type;
  if (header.nanoseconds > 0) {
    out.u8(static_cast<std::uint8_t>(high | kPacketModEx));
    out.u8(3 - 1);
    out.u24(header.nanoseconds);
    out.u8(static_cast<std::uint8_t>((kModExNanoseconds << 4) | outer));
  } else {
    out.u8(static_cast<std::uint8_t>(high | outer));
  }
  if (multitrack) out.u8(static_cast<std::uint8_t>((kOneTrack << 4) | header.packet_type));
  out.text(four_cc_of(target.codec));
  if (multitrack) out.u8(target.track_id);
}

void write_classic_header(base::ByteWriter& out, Codec codec, std::uint8_t packet_type,
                          bool keyframe, std::int32_t composition) {
  switch (codec) {
    case Codec::kH264:
      out.u8(static_cast<std::uint8_t>(((keyframe ? kFrameKey : kFrameInter) << 4) | kVideoAvc));
      out.u8(packet_type);
      out.u24(static_cast<std::uint32_t>(composition) & 0xFFFFFF);
      break;
    case Codec::kAac:
      out.u8(static_cast<std::uint8_t>((kSoundAac << 4) | kSoundFlags));
      out.u8(packet_type);
      break;
    default:
      out.u8(static_cast<std::uint8_t>((kSoundMp3 << 4) | kSoundFlags));
  }
}

constexpr std::size_t kHeaderReserve = 16;

}  // namespace

bool is_writable(const TagTarget& target) {
  if (target.form == TagForm::kEnhanced) return true;
  return target.track_id == 0 && (target.codec == Codec::kH264 || target.codec == Codec::kAac ||
                                  target.codec == Codec::kMp3);
}

base::Bytes write_config(const TagTarget& target, base::ByteSpan config) {
  CHECK(is_writable(target));
  base::ByteWriter out(kHeaderReserve + config.size());
  if (target.form == TagForm::kEnhanced) {
    write_enhanced_header(out, target, {.packet_type = kSequenceStart});
  } else {
    CHECK(target.codec != Codec::kMp3);  // its classic form has no configuration
    write_classic_header(out, target.codec, kAvcConfig, true, 0);
  }
  out.bytes(config);
  return out.take();
}

base::Bytes write_frame(const TagTarget& target, base::ByteSpan frame, const FrameTiming& timing) {
  CHECK(is_writable(target));
  CHECK(timing.nanosecond_offset < 1'000'000);
  const std::int32_t composition = timing.composition_offset_ms;
  CHECK(composition >= -0x800000 && composition <= 0x7FFFFF);
  base::ByteWriter out(kHeaderReserve + frame.size());
  if (target.form == TagForm::kEnhanced) {
    const bool has_composition = target.codec == Codec::kH264 || target.codec == Codec::kHevc;
    const bool short_form = has_composition && composition == 0;
    write_enhanced_header(out, target,
                          {.packet_type = short_form ? kVideoCodedFramesX : kCodedFrames,
                           .keyframe = timing.keyframe,
                           .nanoseconds = timing.nanosecond_offset});
    if (has_composition && !short_form) {
      out.u24(static_cast<std::uint32_t>(composition) & 0xFFFFFF);
    }
  } else {
    write_classic_header(out, target.codec, kAvcFrame, timing.keyframe, composition);
  }
  out.bytes(frame);
  return out.take();
}

base::Bytes write_sequence_end(const TagTarget& target) {
  CHECK(is_writable(target));
  base::ByteWriter out(kHeaderReserve);
  if (target.form == TagForm::kEnhanced) {
    write_enhanced_header(out, target, {.packet_type = kSequenceEnd});
  } else if (target.codec == Codec::kH264) {
    write_classic_header(out, target.codec, kAvcEnd, true, 0);
  }
  return out.take();
}

}  // namespace media::flv
