#include "media/mpegts/muxer.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "media/codec/aac.h"
#include "media/codec/nal.h"
#include "media/mpegts/pes.h"
#include "media/mpegts/psi.h"

namespace media::mpegts {
namespace {

using base::ErrorCode;
using base::fail;

constexpr Ticks kClockInterval = 8'100;      // 90 ms: the standard's limit is 100
constexpr std::size_t kMaxExtraClocks = 10;  // about a second without a picture

StreamType stream_type(const Track& track) {
  switch (track.codec) {
    case Codec::kH264:
      return StreamType::kH264;
    case Codec::kHevc:
      return StreamType::kHevc;
    case Codec::kAac:
      return StreamType::kAdtsAac;
    default:
      // MPEG-2 brought the sample rates below 32 kHz.
      return track.audio.sample_rate < 32'000 ? StreamType::kMpeg2Audio : StreamType::kMpeg1Audio;
  }
}

Ticks pts_in_90khz(const Sample& sample, std::uint32_t timescale) {
  return rescale(sample.pts, timescale, kVideoTimescale);
}

// First presentation time of the track that carries the clock, or of any if that one is silent.
Ticks first_pts(const Part& part, std::size_t clock_stream) {
  const TrackSamples& clock = part.tracks[clock_stream];
  if (!clock.samples.empty()) return pts_in_90khz(clock.samples.front(), clock.track->timescale);
  Ticks first = std::numeric_limits<Ticks>::max();
  for (const TrackSamples& track : part.tracks) {
    if (track.samples.empty()) continue;
    first = std::min(first, pts_in_90khz(track.samples.front(), track.track->timescale));
  }
  if (first == std::numeric_limits<Ticks>::max()) first = 0;
  return first;
}

std::uint64_t timestamp(Ticks time) {
  return static_cast<std::uint64_t>(time + kTimestampOffset) & kTimestampMask;
}

}  // namespace

bool ts_can_carry(Codec codec) {
  return codec == Codec::kH264 || codec == Codec::kHevc || codec == Codec::kAac ||
         codec == Codec::kMp3;
}

base::Expected<Muxer> Muxer::create(std::span<const Track> tracks) {
  if (tracks.empty()) return fail(ErrorCode::kInvalid, "an MPEG-TS without tracks");
  if (tracks.size() > kMaxTracks) {
    return fail(ErrorCode::kLimit, std::to_string(tracks.size()) + " tracks in one MPEG-TS");
  }
  Muxer muxer;
  Pmt pmt;
  std::uint8_t videos = 0;
  std::uint8_t audios = 0;
  for (const Track& track : tracks) {
    if (!ts_can_carry(track.codec)) {
      return fail(ErrorCode::kUnsupported,
                  "MPEG-TS cannot carry " + std::string(to_string(track.codec)));
    }
    Stream stream;
    stream.codec = track.codec;
    stream.timescale = track.timescale;
    stream.frame_duration = track.audio.frame_samples;
    stream.pid = static_cast<std::uint16_t>(kFirstTrackPid + muxer.streams_.size());
    if (track.kind() == TrackKind::kVideo) {
      if (videos == 0) muxer.clock_stream_ = muxer.streams_.size();
      stream.stream_id = static_cast<std::uint8_t>(kFirstVideoStream + videos++);
      auto sets = annex_b_parameter_sets(track);
      if (!sets) return fail(std::move(sets.error()));
      stream.parameter_sets = std::move(*sets);
    } else {
      stream.stream_id = static_cast<std::uint8_t>(kFirstAudioStream + audios++);
      if (track.codec == Codec::kAac) {
        const auto adts = AdtsTemplate::create(track.config.span());
        if (!adts) return fail(adts.error());
        stream.adts = *adts;
      }
    }
    pmt.streams.push_back({stream_type(track), stream.pid});
    muxer.streams_.push_back(std::move(stream));
  }
  pmt.pcr_pid = muxer.streams_[muxer.clock_stream_].pid;
  pmt.streams.push_back({StreamType::kMetadata, kMetadataPid});
  muxer.pmt_ = write_pmt(pmt);
  muxer.pat_ = write_pat({.version = 0, .programs = {{pmt.program, kPmtPid}}});
  return muxer;
}

// Lengths in front of units become start codes of the same size, so that only what is added or left
// out changes the size.
void Muxer::plan_video(const Sample& sample, PesPlan& plan) const {
  const Stream& stream = streams_[plan.stream];
  bool has_parameters = false;
  std::size_t units = 0;
  LengthPrefixedNals nals(sample.data.span(), 4);
  while (const auto nal = nals.next()) {
    const Unit unit = classify(stream.codec, *nal);
    if (unit == Unit::kDelimiter) continue;
    if (unit == Unit::kSequenceParameters) has_parameters = true;
    units += kStartCode.size() + nal->size();
  }
  plan.samples = plan.samples.first(1);
  if (units == 0) return;
  plan.add_parameter_sets = sample.keyframe && !has_parameters;
  plan.payload_size = access_unit_delimiter(stream.codec).size() + units +
                      (plan.add_parameter_sets ? stream.parameter_sets.size() : 0);
  plan.first.random_access = sample.keyframe;
  plan.header_size = sample.pts != sample.dts ? kPesSizeWithDts : kPesSizeWithPts;
  if (plan.stream == clock_stream_ && sample.duration > kClockInterval) {
    plan.extra_clocks =
        std::min(static_cast<std::size_t>((sample.duration - 1) / kClockInterval), kMaxExtraClocks);
  }
}

void Muxer::plan_audio(std::span<const Sample> rest, PesPlan& plan) const {
  const Stream& stream = streams_[plan.stream];
  const std::size_t header = stream.codec == Codec::kAac ? aac::kAdtsHeaderSize : 0;
  const std::size_t largest_frame =
      stream.codec == Codec::kAac ? kMaxAdtsFrame : kMaxTagSize;  // the same room as a tag has
  const Ticks tolerance = stream.timescale / 1000;
  const Ticks longest = plan.stream == clock_stream_
                            ? rescale(kClockInterval, kVideoTimescale, stream.timescale)
                            : std::numeric_limits<Ticks>::max();
  const Ticks start = rest.front().dts;
  Ticks expected = start;
  std::size_t count = 0;
  for (const Sample& sample : rest) {
    const std::size_t size = header + sample.data.size();
    const Ticks duration = stream.frame_duration > 0 ? stream.frame_duration : sample.duration;
    const bool follows = sample.dts - expected <= tolerance && expected - sample.dts <= tolerance;
    const bool fits = size <= largest_frame && plan.payload_size + size <= kMaxTagSize &&
                      (count == 0 || sample.dts - start + duration <= longest);
    if (sample.data.empty() || !follows || !fits) break;
    plan.payload_size += size;
    ++count;
    expected += duration;
  }
  // A first frame that fits nowhere is passed over by itself.
  plan.samples = rest.first(std::max<std::size_t>(count, 1));
  plan.first.random_access = plan.stream == clock_stream_;
  plan.header_size = kPesSizeWithPts;
}

Muxer::PesPlan Muxer::plan(std::size_t stream, std::span<const Sample> rest) const {
  PesPlan plan;
  plan.stream = stream;
  plan.samples = rest;
  if (streams_[stream].kind() == TrackKind::kVideo) {
    plan_video(rest.front(), plan);
  } else {
    plan_audio(rest, plan);
  }
  if (stream == clock_stream_) {
    const Ticks dts = rescale(rest.front().dts, streams_[stream].timescale, kVideoTimescale);
    plan.first.pcr = dts + kTimestampOffset - kClockLead;
  }
  return plan;
}

template <class Sink>
void Muxer::walk(const Part& part, Sink& sink) const {
  CHECK(part.tracks.size() == streams_.size());
  if (part.tables == Tables::kWrite) sink.tables();
  const auto put_tag = [&sink](const base::Slice& tag, Ticks time) {
    if (!tag.empty() && tag.size() <= kMaxTagSize) sink.tag(tag.span(), time);
  };
  if (!part.segment_tag.empty()) put_tag(part.segment_tag, first_pts(part, clock_stream_));

  constexpr Ticks kDone = std::numeric_limits<Ticks>::max();
  std::array<std::size_t, kMaxTracks> next{};
  std::array<Ticks, kMaxTracks> times{};  // dts of the next sample, in 90 kHz
  const auto look = [&](std::size_t i) {
    const TrackSamples& track = part.tracks[i];
    times[i] = next[i] == track.samples.size()
                   ? kDone
                   : rescale(track.samples[next[i]].dts, streams_[i].timescale, kVideoTimescale);
  };
  for (std::size_t i = 0; i < streams_.size(); ++i) look(i);
  std::size_t next_cue = 0;
  while (true) {
    const auto earliest = std::min_element(times.begin(), times.begin() + std::ssize(streams_));
    const Ticks time = *earliest;
    for (; next_cue < part.cues.size() && part.cues[next_cue].time <= time; ++next_cue) {
      put_tag(part.cues[next_cue].tag, part.cues[next_cue].time);
    }
    if (time == kDone) return;
    const auto i = static_cast<std::size_t>(earliest - times.begin());
    const PesPlan pes = plan(i, part.tracks[i].samples.subspan(next[i]));
    if (pes.payload_size > 0) sink.pes(pes);
    next[i] += pes.samples.size();
    look(i);
  }
}

/// Advances counters, and adds up packets, as if everything were written.
class Muxer::Counter {
 public:
  explicit Counter(const Continuity& start) : continuity_(start) {}

  void tables() {
    advance(continuity_.pat, 1);
    advance(continuity_.pmt, 1);
  }
  void tag(base::ByteSpan tag, Ticks) {
    advance(continuity_.metadata, packets_for(kPesSizeWithPts + tag.size(), {}));
  }
  void pes(const PesPlan& pes) {
    advance(continuity_.tracks[pes.stream],
            packets_for(pes.header_size + pes.payload_size, pes.first));
    packets_ += pes.extra_clocks;
  }

  std::size_t packets() const { return packets_; }
  const Continuity& end() const { return continuity_; }

 private:
  void advance(std::uint8_t& counter, std::size_t packets) {
    counter = (counter + packets) & 0x0F;
    packets_ += packets;
  }

  Continuity continuity_;
  std::size_t packets_ = 0;
};

class Muxer::Writer {
 public:
  Writer(const Muxer& muxer, std::span<std::uint8_t> out, const Continuity& start)
      : muxer_(muxer), packets_(out), continuity_(start) {}

  void tables() {
    packets_.section(kPatPid, continuity_.pat, muxer_.pat_);
    packets_.section(kPmtPid, continuity_.pmt, muxer_.pmt_);
  }

  void tag(base::ByteSpan tag, Ticks time) {
    const PesHeaderBytes header = write_pes_header(
        {.stream_id = kPrivateStream1, .pts = timestamp(time), .payload_size = tag.size()});
    packets_.begin(kMetadataPid, continuity_.metadata, header.size + tag.size(), {});
    packets_.put(header.span());
    packets_.put(tag);
  }

  void pes(const PesPlan& pes) {
    const Stream& stream = muxer_.streams_[pes.stream];
    std::uint8_t& counter = continuity_.tracks[pes.stream];
    const Sample& sample = pes.samples.front();
    PesHeader fields{.stream_id = stream.stream_id, .payload_size = pes.payload_size};
    fields.pts = timestamp(pts_in_90khz(sample, stream.timescale));
    if (pes.header_size == kPesSizeWithDts) fields.dts = timestamp(sample.dts);
    const PesHeaderBytes header = write_pes_header(fields);
    packets_.begin(stream.pid, counter, header.size + pes.payload_size, pes.first);
    packets_.put(header.span());
    if (stream.kind() == TrackKind::kVideo) {
      put_access_unit(stream, sample, pes.add_parameter_sets);
    } else {
      for (const Sample& frame : pes.samples) put_frame(stream, frame.data.span());
    }
    for (std::size_t i = 1; i <= pes.extra_clocks; ++i) {
      packets_.clock_reference(stream.pid, counter,
                               *pes.first.pcr + kClockInterval * static_cast<Ticks>(i));
    }
  }

  std::size_t position() const { return packets_.position(); }
  const Continuity& end() const { return continuity_; }

 private:
  void put_access_unit(const Stream& stream, const Sample& sample, bool add_parameter_sets) {
    packets_.put(access_unit_delimiter(stream.codec));
    if (add_parameter_sets) packets_.put(stream.parameter_sets);
    LengthPrefixedNals nals(sample.data.span(), 4);
    while (const auto nal = nals.next()) {
      if (classify(stream.codec, *nal) == Unit::kDelimiter) continue;
      packets_.put(kStartCode);
      packets_.put(*nal);
    }
  }

  void put_frame(const Stream& stream, base::ByteSpan frame) {
    if (stream.codec == Codec::kAac) {
      packets_.put(stream.adts.header_of(frame.size()));
    }
    packets_.put(frame);
  }

  const Muxer& muxer_;
  PacketWriter packets_;
  Continuity continuity_;
};

Continuity Muxer::count(const Part& part, const Continuity& start) const {
  Counter counter(start);
  walk(part, counter);
  return counter.end();
}

MuxedPart Muxer::mux(const Part& part, const Continuity& start) const {
  Counter counter(start);
  walk(part, counter);
  MuxedPart muxed{base::Bytes(counter.packets() * kPacketSize), {}};
  Writer writer(*this, muxed.bytes, start);
  walk(part, writer);
  CHECK(writer.position() == muxed.bytes.size());
  muxed.end = writer.end();
  DCHECK(muxed.end == counter.end());
  return muxed;
}

}  // namespace media::mpegts
