#include "media/mp4/movie.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "media/fmp4/box.h"
#include "media/fmp4/track_boxes.h"

namespace media::mp4 {
namespace {

using base::ByteWriter;
using fmp4::Box;

constexpr std::uint32_t kMovieTimescale = kVideoTimescale;
constexpr std::size_t kLargeHeaderSize = 16;

/// Where a track stands in the movie, in kMovieTimescale.
struct Placement {
  Ticks delay = 0;     // in front of its first sample
  Ticks duration = 0;  // of what is shown
  Ticks entry = 0;     // media time of what is shown first, in the track's time scale
  Ticks end() const { return delay + duration; }
};

Placement place(const SampleTables& tables, Ticks movie_start) {
  Placement placement;
  const std::uint32_t timescale = tables.timescale();
  placement.delay = rescale(tables.first_pts(), timescale, kMovieTimescale) - movie_start;
  placement.entry = std::max<Ticks>(0, tables.first_pts() - tables.first_dts());
  placement.duration = rescale(tables.duration(), timescale, kMovieTimescale);
  return placement;
}

std::uint64_t since_1904(base::WallTime time) {
  constexpr std::int64_t kUnixEpoch = 2'082'844'800;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, seconds + kUnixEpoch));
}

void write_ftyp(ByteWriter& w) {
  const Box ftyp(w, "ftyp");
  w.text("isom");
  w.u32(0x200);
  w.text("isom");
  w.text("iso6");  // composition offsets may be negative
  w.text("mp41");
}

void write_mvhd(ByteWriter& w, const Movie& movie, Ticks duration) {
  const Box mvhd(w, "mvhd", 1, 0);
  w.u64(since_1904(movie.created));
  w.u64(since_1904(movie.created));
  w.u32(kMovieTimescale);
  w.u64(static_cast<std::uint64_t>(duration));
  w.u32(0x00010000);  // rate
  w.u16(0x0100);      // volume
  w.zeros(10);
  fmp4::write_matrix(w);
  w.zeros(24);
  w.u32(static_cast<std::uint32_t>(movie.tracks.size() + 1));
}

void write_tkhd(ByteWriter& w, const Movie& movie, std::size_t index, const Placement& placement) {
  const std::vector<Track>& descriptions = movie.tracks[index].descriptions;
  const bool audio = descriptions.front().kind() == TrackKind::kAudio;
  const Box tkhd(w, "tkhd", 1, 0x000003);  // enabled, in the movie
  w.u64(since_1904(movie.created));
  w.u64(since_1904(movie.created));
  w.u32(static_cast<std::uint32_t>(index + 1));
  w.zeros(4);
  w.u64(static_cast<std::uint64_t>(placement.end()));
  w.zeros(8);
  w.u16(0);              // layer
  w.u16(audio ? 1 : 0);  // alternate group: audio tracks replace each other
  w.u16(static_cast<std::uint16_t>(audio ? 0x0100 : 0));  // volume
  w.zeros(2);
  fmp4::write_matrix(w);
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  for (const Track& track : descriptions) {
    width = std::max(width, track.video.width);
    height = std::max(height, track.video.height);
  }
  w.u32(audio ? 0 : width << 16);
  w.u32(audio ? 0 : height << 16);
}

void write_edts(ByteWriter& w, const Placement& placement) {
  constexpr std::uint32_t kNormalRate = 0x00010000;
  const Box edts(w, "edts");
  const Box elst(w, "elst", 1, 0);
  w.u32(placement.delay > 0 ? 2 : 1);
  if (placement.delay > 0) {  // nothing
    w.u64(static_cast<std::uint64_t>(placement.delay));
    w.u64(std::numeric_limits<std::uint64_t>::max());
    w.u32(kNormalRate);
  }
  w.u64(static_cast<std::uint64_t>(placement.duration));
  w.u64(static_cast<std::uint64_t>(placement.entry));
  w.u32(kNormalRate);
}

void write_mdhd(ByteWriter& w, const Movie& movie, const SampleTables& tables) {
  const Box mdhd(w, "mdhd", 1, 0);
  w.u64(since_1904(movie.created));
  w.u64(since_1904(movie.created));
  w.u32(tables.timescale());
  w.u64(static_cast<std::uint64_t>(tables.duration()));
  w.u16(fmp4::kUndetermined);
  w.u16(0);
}

SampleTables::OffsetTable write_trak(ByteWriter& w, const Movie& movie, std::size_t index,
                                     const Placement& placement) {
  const MovieTrack& track = movie.tracks[index];
  const TrackKind kind = track.descriptions.front().kind();
  const Box trak(w, "trak");
  write_tkhd(w, movie, index, placement);
  write_edts(w, placement);
  const Box mdia(w, "mdia");
  write_mdhd(w, movie, track.tables);
  fmp4::write_hdlr(w, kind);
  const Box minf(w, "minf");
  fmp4::write_media_header(w, kind);
  const Box stbl(w, "stbl");
  {
    const Box stsd(w, "stsd", 0, 0);
    w.u32(static_cast<std::uint32_t>(track.descriptions.size()));
    for (const Track& description : track.descriptions) fmp4::write_sample_entry(w, description);
  }
  return track.tables.write(w);
}

}  // namespace

base::Bytes write_movie_head(const Movie& movie) {
  CHECK(!movie.tracks.empty());
  Ticks start = std::numeric_limits<Ticks>::max();
  std::size_t estimate = 1024;
  std::uint64_t payload = 0;
  for (const MovieTrack& track : movie.tracks) {
    CHECK(!track.descriptions.empty() && track.tables.samples() > 0);
    start = std::min(start,
                     rescale(track.tables.first_pts(), track.tables.timescale(), kMovieTimescale));
    estimate += 1024 * (1 + track.descriptions.size()) + track.tables.written_size();
    payload += track.tables.octets();
  }
  std::vector<Placement> placements;
  Ticks duration = 0;
  for (const MovieTrack& track : movie.tracks) {
    placements.push_back(place(track.tables, start));
    duration = std::max(duration, placements.back().end());
  }
  ByteWriter w(estimate);
  write_ftyp(w);
  std::vector<SampleTables::OffsetTable> offsets;
  {
    const Box moov(w, "moov");
    write_mvhd(w, movie, duration);
    for (std::size_t i = 0; i < movie.tracks.size(); ++i) {
      offsets.push_back(write_trak(w, movie, i, placements[i]));
    }
  }
  // mdat, with a size of 64 bits whether it needs that or not.
  w.u32(1);
  w.text("mdat");
  w.u64(kLargeHeaderSize + payload);
  for (const auto& table : offsets) SampleTables::shift_offsets(w, table, w.size());
  return w.take();
}

}  // namespace media::mp4
