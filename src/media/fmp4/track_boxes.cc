#include "media/fmp4/track_boxes.h"

#include "media/fmp4/box.h"

namespace media::fmp4 {
namespace {

using base::ByteWriter;

// Bit rates for players that size their buffers by them. Nothing is written where nothing is known.
void write_btrt(ByteWriter& w, std::uint32_t bitrate) {
  if (bitrate == 0) return;
  const Box btrt(w, "btrt");
  w.u32(0);  // decoding buffer: not stated
  w.u32(bitrate);
  w.u32(bitrate);
}

// MPEG-4 descriptors (ISO/IEC 14496-1 section 7.2.6): tag, length as four 7-bit digits, body.
constexpr std::size_t kDescriptorHeaderSize = 5;

void write_descriptor_header(ByteWriter& w, std::uint8_t tag, std::size_t size) {
  w.u8(tag);
  for (int shift = 21; shift >= 0; shift -= 7) {
    const auto digit = static_cast<std::uint8_t>((size >> shift) & 0x7F);
    w.u8(static_cast<std::uint8_t>(shift > 0 ? digit | 0x80 : digit));
  }
}

void write_esds(ByteWriter& w, const Track& track) {
  constexpr std::uint8_t kAudioStream = 0x05 << 2 | 1;
  const std::uint8_t object_type = track.codec == Codec::kAac ? 0x40 : 0x6B;
  const std::size_t specific =
      track.config.empty() ? 0 : kDescriptorHeaderSize + track.config.size();
  const std::size_t decoder = 13 + specific;
  const std::size_t elementary = 3 + kDescriptorHeaderSize + decoder + kDescriptorHeaderSize + 1;

  const Box esds(w, "esds", 0, 0);
  write_descriptor_header(w, 0x03, elementary);
  w.u16(0);  // ES_ID, unused in files
  w.u8(0);
  write_descriptor_header(w, 0x04, decoder);
  w.u8(object_type);
  w.u8(kAudioStream);
  w.u24(0);  // decoding buffer: not stated
  w.u32(track.announced_bitrate);
  w.u32(track.announced_bitrate);
  if (!track.config.empty()) {
    write_descriptor_header(w, 0x05, track.config.size());
    w.bytes(track.config.span());
  }
  write_descriptor_header(w, 0x06, 1);
  w.u8(0x02);  // synchronisation as MP4 files do it
}

void write_config(ByteWriter& w, std::string_view type, const Track& track) {
  const Box box(w, type);
  w.bytes(track.config.span());
}

void write_video_entry(ByteWriter& w, std::string_view type, const Track& track) {
  const Box entry(w, type);
  w.zeros(6);
  w.u16(1);  // data reference
  w.zeros(16);
  w.u16(static_cast<std::uint16_t>(track.video.width));
  w.u16(static_cast<std::uint16_t>(track.video.height));
  w.u32(0x00480000);  // 72 dpi
  w.u32(0x00480000);
  w.zeros(4);
  w.u16(1);     // frames per sample
  w.zeros(32);  // compressor name
  w.u16(24);    // depth
  w.u16(0xFFFF);
  switch (track.codec) {
    case Codec::kH264:
      write_config(w, "avcC", track);
      break;
    case Codec::kHevc:
      write_config(w, "hvcC", track);
      break;
    case Codec::kAv1:
      write_config(w, "av1C", track);
      break;
    default: {
      const Box vpcc(w, "vpcC", 1, 0);
      w.bytes(track.config.span());
    }
  }
  write_btrt(w, track.announced_bitrate);
}

void write_audio_entry(ByteWriter& w, std::string_view type, const Track& track) {
  const Box entry(w, type);
  w.zeros(6);
  w.u16(1);  // data reference
  w.zeros(8);
  w.u16(static_cast<std::uint16_t>(track.audio.channels));
  w.u16(16);  // sample size
  w.zeros(4);
  // 16.16 fixed point; a rate that does not fit is given by the codec's own configuration alone.
  w.u32(track.audio.sample_rate <= 0xFFFF ? track.audio.sample_rate << 16 : 0);
  switch (track.codec) {
    case Codec::kOpus:
      write_config(w, "dOps", track);
      break;
    case Codec::kFlac: {
      const Box dfla(w, "dfLa", 0, 0);
      w.bytes(track.config.span());
      break;
    }
    default:
      write_esds(w, track);
  }
  write_btrt(w, track.announced_bitrate);
}

}  // namespace

void write_sample_entry(ByteWriter& w, const Track& track) {
  switch (track.codec) {
    case Codec::kH264:
      return write_video_entry(w, "avc1", track);
    case Codec::kHevc:
      return write_video_entry(w, "hvc1", track);
    case Codec::kAv1:
      return write_video_entry(w, "av01", track);
    case Codec::kVp9:
      return write_video_entry(w, "vp09", track);
    case Codec::kAac:
    case Codec::kMp3:
      return write_audio_entry(w, "mp4a", track);
    case Codec::kOpus:
      return write_audio_entry(w, "Opus", track);
    case Codec::kFlac:
      return write_audio_entry(w, "fLaC", track);
  }
}

void write_matrix(ByteWriter& w) {
  for (const std::uint32_t value : {0x10000u, 0u, 0u, 0u, 0x10000u, 0u, 0u, 0u, 0x40000000u}) {
    w.u32(value);
  }
}

void write_hdlr(ByteWriter& w, TrackKind kind) {
  const Box hdlr(w, "hdlr", 0, 0);
  w.u32(0);
  w.text(kind == TrackKind::kVideo ? "vide" : "soun");
  w.zeros(12);
  w.text(kind == TrackKind::kVideo ? "Video" : "Audio");
  w.u8(0);
}

void write_media_header(ByteWriter& w, TrackKind kind) {
  if (kind == TrackKind::kVideo) {
    const Box vmhd(w, "vmhd", 0, 1);
    w.zeros(8);
  } else {
    const Box smhd(w, "smhd", 0, 0);
    w.zeros(4);
  }
  {
    const Box dinf(w, "dinf");
    const Box dref(w, "dref", 0, 0);
    w.u32(1);
    const Box url(w, "url ", 0, 1);  // the data is in this very file
  }
}

}  // namespace media::fmp4
