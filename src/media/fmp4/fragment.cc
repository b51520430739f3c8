#include "media/fmp4/fragment.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "media/fmp4/box.h"

namespace media::fmp4 {
namespace {

using base::ByteWriter;

constexpr std::string_view kTwitchScheme = "urn:twitch:id3";
constexpr std::string_view kAomScheme = "https://aomedia.org/emsg/ID3";
constexpr std::uint32_t kUnknownDuration = 0xFFFFFFFF;

// Sample flags (section 8.8.3.1): depends on nothing and is a sync sample; or depends on others.
constexpr std::uint32_t kSyncSample = 0x02000000;
constexpr std::uint32_t kNonSyncSample = 0x01010000;

// tfhd and trun flags (sections 8.8.7 and 8.8.8).
constexpr std::uint32_t kDefaultFlagsPresent = 0x000020;
constexpr std::uint32_t kDefaultBaseIsMoof = 0x020000;
constexpr std::uint32_t kDataOffsetPresent = 0x000001;
constexpr std::uint32_t kDurationPresent = 0x000100;
constexpr std::uint32_t kSizePresent = 0x000200;
constexpr std::uint32_t kFlagsPresent = 0x000400;
constexpr std::uint32_t kCompositionOffsetPresent = 0x000800;

constexpr std::size_t kStypSize = kBoxHeaderSize + 16;
constexpr std::size_t kPrftSize = kFullBoxHeaderSize + 20;
constexpr std::size_t kMfhdSize = kFullBoxHeaderSize + 4;
constexpr std::size_t kTfdtSize = kFullBoxHeaderSize + 8;

// Audio is all keyframes in presentation order: half of each row of its table can be left out.
bool is_plain(const Track& track) {
  return track.kind() == TrackKind::kAudio;
}

std::size_t traf_size(const TrackSamples& part) {
  const bool plain = is_plain(*part.track);
  const std::size_t tfhd = kFullBoxHeaderSize + (plain ? 8 : 4);
  const std::size_t trun = kFullBoxHeaderSize + 8 + part.samples.size() * (plain ? 8 : 16);
  return kBoxHeaderSize + tfhd + kTfdtSize + trun;
}

std::size_t emsg_sizes(const Id3Cue& cue) {
  const std::size_t version_0 = kFullBoxHeaderSize + 16 + kTwitchScheme.size() + 2;
  const std::size_t version_1 = kFullBoxHeaderSize + 20 + kAomScheme.size() + 2;
  return version_0 + version_1 + 2 * cue.tag.size();
}

void write_styp(ByteWriter& w) {
  const Box styp(w, "styp");
  w.text("msdh");
  w.u32(0);
  w.text("msdh");
  w.text("iso6");
}

// Flags 8 say: an association of media time and UTC that is consistent over the presentation.
void write_prft(ByteWriter& w, base::WallTime time, std::uint32_t track_id, Ticks media_time) {
  constexpr std::int64_t kUnixEpochInNtp = 2'208'988'800;
  const std::int64_t micros = time.time_since_epoch().count();
  const auto seconds = static_cast<std::uint64_t>(micros / 1'000'000 + kUnixEpochInNtp);
  const auto fraction = (static_cast<std::uint64_t>(micros % 1'000'000) << 32) / 1'000'000;
  const Box prft(w, "prft", 1, 8);
  w.u32(track_id);
  w.u64(seconds << 32 | fraction);
  w.u64(static_cast<std::uint64_t>(media_time));
}

void write_emsg_version_0(ByteWriter& w, const Id3Cue& cue, std::uint32_t timescale, Ticks delta) {
  const Box emsg(w, "emsg", 0, 0);
  w.text(kTwitchScheme);
  w.u8(0);
  w.u8(0);  // empty value
  w.u32(timescale);
  w.u32(static_cast<std::uint32_t>(delta));
  w.u32(kUnknownDuration);
  w.u32(cue.id);
  w.bytes(cue.tag.span());
}

void write_emsg_version_1(ByteWriter& w, const Id3Cue& cue, std::uint32_t timescale, Ticks time) {
  const Box emsg(w, "emsg", 1, 0);
  w.u32(timescale);
  w.u64(static_cast<std::uint64_t>(time));
  w.u32(kUnknownDuration);
  w.u32(cue.id);
  w.text(kAomScheme);
  w.u8(0);
  w.u8(0);  // empty value
  w.bytes(cue.tag.span());
}

// Event times are in the first track's time scale, as CMAF asks, though each box names it.
void write_cues(ByteWriter& w, const Fragment& fragment, const Track& first_track) {
  if (fragment.cues.empty()) return;
  Ticks earliest = std::numeric_limits<Ticks>::max();  // in 90 kHz, over all tracks
  for (const TrackSamples& part : fragment.tracks) {
    for (const Sample& sample : part.samples) {
      earliest = std::min(earliest, rescale(sample.pts, part.track->timescale, kVideoTimescale));
    }
  }
  const std::uint32_t timescale = first_track.timescale;
  for (const Id3Cue& cue : fragment.cues) {
    const Ticks delta = std::clamp<Ticks>(rescale(cue.time - earliest, kVideoTimescale, timescale),
                                          0, kUnknownDuration - 1);
    write_emsg_version_0(w, cue, timescale, delta);
    const Ticks time = std::max<Ticks>(rescale(cue.time, kVideoTimescale, timescale), 0);
    write_emsg_version_1(w, cue, timescale, time);
  }
}

std::uint32_t duration_of(std::span<const Sample> samples, std::size_t i) {
  const Ticks duration =
      i + 1 < samples.size() ? samples[i + 1].dts - samples[i].dts : samples[i].duration;
  return static_cast<std::uint32_t>(std::clamp<Ticks>(duration, 0, 0xFFFFFFFF));
}

void write_trun(ByteWriter& w, const TrackSamples& part, std::size_t data_offset) {
  const bool plain = is_plain(*part.track);
  const std::uint32_t flags = kDataOffsetPresent | kDurationPresent | kSizePresent |
                              (plain ? 0 : kFlagsPresent | kCompositionOffsetPresent);
  const Box trun(w, "trun", 1, flags);
  w.u32(static_cast<std::uint32_t>(part.samples.size()));
  w.u32(static_cast<std::uint32_t>(data_offset));
  for (std::size_t i = 0; i < part.samples.size(); ++i) {
    const Sample& sample = part.samples[i];
    w.u32(duration_of(part.samples, i));
    w.u32(static_cast<std::uint32_t>(sample.data.size()));
    if (plain) continue;
    w.u32(sample.keyframe ? kSyncSample : kNonSyncSample);
    const Ticks offset =
        std::clamp<Ticks>(sample.pts - sample.dts, std::numeric_limits<std::int32_t>::min(),
                          std::numeric_limits<std::int32_t>::max());
    w.u32(static_cast<std::uint32_t>(offset));
  }
}

void write_traf(ByteWriter& w, const TrackSamples& part, std::uint32_t track_id,
                std::size_t data_offset) {
  const bool plain = is_plain(*part.track);
  const Box traf(w, "traf");
  {
    const Box tfhd(w, "tfhd", 0, kDefaultBaseIsMoof | (plain ? kDefaultFlagsPresent : 0));
    w.u32(track_id);
    if (plain) w.u32(kSyncSample);
  }
  {
    const Box tfdt(w, "tfdt", 1, 0);
    w.u64(static_cast<std::uint64_t>(part.samples.front().dts));
  }
  write_trun(w, part, data_offset);
}

}  // namespace

base::Bytes write_fragment(const Fragment& fragment) {
  std::size_t moof_size = kBoxHeaderSize + kMfhdSize;
  std::size_t payload_size = 0;
  std::size_t first = fragment.tracks.size();  // index of the first track that has samples
  for (std::size_t i = 0; i < fragment.tracks.size(); ++i) {
    const TrackSamples& part = fragment.tracks[i];
    if (part.samples.empty()) continue;
    DCHECK(part.samples.front().dts >= 0);
    first = std::min(first, i);
    moof_size += traf_size(part);
    for (const Sample& sample : part.samples) payload_size += sample.data.size();
  }
  CHECK(first < fragment.tracks.size());
  CHECK(payload_size < std::numeric_limits<std::uint32_t>::max() - kBoxHeaderSize - moof_size);

  std::size_t total = moof_size + kBoxHeaderSize + payload_size;
  if (fragment.segment_type == SegmentType::kWrite) total += kStypSize;
  if (fragment.producer_time) total += kPrftSize;
  for (const Id3Cue& cue : fragment.cues) total += emsg_sizes(cue);

  ByteWriter w(total);
  const TrackSamples& reference = fragment.tracks[first];
  if (fragment.segment_type == SegmentType::kWrite) write_styp(w);
  if (fragment.producer_time) {
    write_prft(w, *fragment.producer_time, static_cast<std::uint32_t>(first + 1),
               reference.samples.front().pts);
  }
  write_cues(w, fragment, *reference.track);
  {
    const Box moof(w, "moof");
    {
      const Box mfhd(w, "mfhd", 0, 0);
      w.u32(fragment.sequence_number);
    }
    std::size_t data_offset = moof_size + kBoxHeaderSize;
    for (std::size_t i = 0; i < fragment.tracks.size(); ++i) {
      const TrackSamples& part = fragment.tracks[i];
      if (part.samples.empty()) continue;
      write_traf(w, part, static_cast<std::uint32_t>(i + 1), data_offset);
      for (const Sample& sample : part.samples) data_offset += sample.data.size();
    }
  }
  {
    const Box mdat(w, "mdat");
    for (const TrackSamples& part : fragment.tracks) {
      for (const Sample& sample : part.samples) w.bytes(sample.data.span());
    }
  }
  CHECK(w.size() == total);
  return w.take();
}

}  // namespace media::fmp4
