#include "record/track_codec.h"

#include <cmath>

#include "record/varint.h"

namespace record {
namespace {

constexpr std::uint32_t kMaxConfig = 64 * 1024;
constexpr std::uint32_t kMaxText = 256;
constexpr std::uint32_t kMaxCodecs = 16;

std::uint32_t read_u32(base::ByteReader& in) {
  return read_count(in, UINT32_MAX);
}

// A rate that playlists can show.
double read_rate(base::ByteReader& in) {
  const double rate = in.f64();
  if (!(rate >= 0 && rate < 100'000)) in.set_failed();
  return in.ok() ? rate : 0;
}

}  // namespace

void write_track(base::ByteWriter& out, const media::Track& track) {
  write_varint(out, track.id);
  out.u8(static_cast<std::uint8_t>(track.codec));
  write_varint(out, track.timescale);
  write_octets(out, track.config.span());
  write_text(out, track.codec_string);
  write_varint(out, track.video.width);
  write_varint(out, track.video.height);
  out.f64(track.video.frame_rate);
  out.u8(track.video.reorders ? 1 : 0);
  write_text(out, track.video.profile);
  write_text(out, track.video.level);
  write_varint(out, track.audio.sample_rate);
  write_varint(out, track.audio.channels);
  write_varint(out, track.audio.frame_samples);
  write_varint(out, track.announced_bitrate);
}

media::Track read_track(base::ByteReader& in) {
  media::Track track;
  track.id = read_u32(in);
  const std::uint8_t codec = in.u8();
  if (codec > static_cast<std::uint8_t>(media::Codec::kFlac)) in.set_failed();
  if (in.ok()) track.codec = static_cast<media::Codec>(codec);
  track.timescale = read_u32(in);
  if (track.timescale == 0) in.set_failed();
  track.config = base::Slice::take(read_octets(in, kMaxConfig));
  track.codec_string = read_text(in, kMaxText);
  track.video.width = read_u32(in);
  track.video.height = read_u32(in);
  track.video.frame_rate = read_rate(in);
  track.video.reorders = read_bool(in);
  track.video.profile = read_text(in, kMaxText);
  track.video.level = read_text(in, kMaxText);
  track.audio.sample_rate = read_u32(in);
  track.audio.channels = read_u32(in);
  track.audio.frame_samples = read_u32(in);
  track.announced_bitrate = read_u32(in);
  return track;
}

void write_tracks(base::ByteWriter& out, const std::vector<media::Track>& tracks) {
  write_varint(out, tracks.size());
  for (const media::Track& track : tracks) write_track(out, track);
}

std::vector<media::Track> read_tracks(base::ByteReader& in) {
  std::vector<media::Track> tracks(read_count(in, kMaxTracks));
  for (media::Track& track : tracks) track = read_track(in);
  return tracks;
}

void write_rendition(base::ByteWriter& out, const RecordedRendition& rendition) {
  write_text(out, rendition.name);
  write_varint(out, rendition.width);
  write_varint(out, rendition.height);
  out.f64(rendition.frame_rate);
  write_varint(out, rendition.bandwidth);
  write_varint(out, rendition.codecs.size());
  for (const std::string& codec : rendition.codecs) write_text(out, codec);
}

RecordedRendition read_rendition(base::ByteReader& in) {
  RecordedRendition rendition;
  rendition.name = read_text(in, kMaxText);
  rendition.width = read_u32(in);
  rendition.height = read_u32(in);
  rendition.frame_rate = read_rate(in);
  rendition.bandwidth = read_u32(in);
  rendition.codecs.resize(read_count(in, kMaxCodecs));
  for (std::string& codec : rendition.codecs) codec = read_text(in, kMaxText);
  return rendition;
}

}  // namespace record
