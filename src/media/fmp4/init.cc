#include "media/fmp4/init.h"

#include <algorithm>

#include "media/fmp4/box.h"
#include "media/fmp4/track_boxes.h"

namespace media::fmp4 {
namespace {

using base::ByteWriter;

constexpr std::uint32_t kMovieTimescale = 1000;

bool is_av1(const Track& track) {
  return track.codec == Codec::kAv1;
}

void write_ftyp(ByteWriter& w, std::span<const Track> tracks) {
  const Box ftyp(w, "ftyp");
  w.text("iso6");  // signed composition offsets and tfdt
  w.u32(0);
  w.text("iso6");
  // A CMAF header describes exactly one track.
  if (tracks.size() == 1) w.text("cmfc");
  if (std::ranges::any_of(tracks, is_av1)) w.text("av01");
  w.text("mp41");
}

void write_mvhd(ByteWriter& w, std::size_t track_count) {
  const Box mvhd(w, "mvhd", 0, 0);
  w.zeros(8);  // creation and modification time
  w.u32(kMovieTimescale);
  w.u32(0);           // duration: in the fragments
  w.u32(0x00010000);  // rate
  w.u16(0x0100);      // volume
  w.zeros(10);
  write_matrix(w);
  w.zeros(24);
  w.u32(static_cast<std::uint32_t>(track_count + 1));
}

void write_tkhd(ByteWriter& w, const Track& track, std::uint32_t track_id) {
  const bool audio = track.kind() == TrackKind::kAudio;
  const Box tkhd(w, "tkhd", 0, 0x000003);  // enabled, in the movie
  w.zeros(8);
  w.u32(track_id);
  w.zeros(4);
  w.u32(0);  // duration
  w.zeros(8);
  w.u16(0);              // layer
  w.u16(audio ? 1 : 0);  // alternate group: audio tracks replace each
  w.u16(static_cast<std::uint16_t>(audio ? 0x0100 : 0));  // other; volume
  w.zeros(2);
  write_matrix(w);
  w.u32(audio ? 0 : track.video.width << 16);
  w.u32(audio ? 0 : track.video.height << 16);
}

void write_mdhd(ByteWriter& w, const Track& track) {
  const Box mdhd(w, "mdhd", 0, 0);
  w.zeros(8);
  w.u32(track.timescale);
  w.u32(0);  // duration
  w.u16(kUndetermined);
  w.u16(0);
}

// The sample tables must be there and are empty: every sample lives in a fragment.
void write_stbl(ByteWriter& w, const Track& track) {
  const Box stbl(w, "stbl");
  {
    const Box stsd(w, "stsd", 0, 0);
    w.u32(1);
    write_sample_entry(w, track);
  }
  for (const char* type : {"stts", "stsc"}) {
    const Box table(w, type, 0, 0);
    w.u32(0);
  }
  {
    const Box stsz(w, "stsz", 0, 0);
    w.u32(0);
    w.u32(0);
  }
  const Box stco(w, "stco", 0, 0);
  w.u32(0);
}

void write_minf(ByteWriter& w, const Track& track) {
  const Box minf(w, "minf");
  write_media_header(w, track.kind());
  write_stbl(w, track);
}

void write_trak(ByteWriter& w, const Track& track, std::uint32_t track_id) {
  const Box trak(w, "trak");
  write_tkhd(w, track, track_id);
  const Box mdia(w, "mdia");
  write_mdhd(w, track);
  write_hdlr(w, track.kind());
  write_minf(w, track);
}

void write_trex(ByteWriter& w, std::uint32_t track_id) {
  const Box trex(w, "trex", 0, 0);
  w.u32(track_id);
  w.u32(1);     // sample description
  w.zeros(12);  // default duration, size, flags: every fragment gives its own
}

}  // namespace

base::Bytes write_init_segment(std::span<const Track> tracks) {
  ByteWriter w(1024 * (tracks.size() + 1));
  write_ftyp(w, tracks);
  {
    const Box moov(w, "moov");
    write_mvhd(w, tracks.size());
    for (std::uint32_t i = 0; i < tracks.size(); ++i) write_trak(w, tracks[i], i + 1);
    const Box mvex(w, "mvex");
    for (std::uint32_t i = 0; i < tracks.size(); ++i) write_trex(w, i + 1);
  }
  return w.take();
}

}  // namespace media::fmp4
