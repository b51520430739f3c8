#include "live/publisher.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "io/loop.h"
#include "live/channel.h"
#include "live/metrics.h"
#include "media/codec/captions.h"

namespace live {
namespace {

constexpr TrackKey kMainVideo{media::TrackKind::kVideo, 0};
constexpr std::size_t kMaxTracks = 16;
constexpr std::size_t kMaxTextBytes = 4096;
// cc_data for one picture: at most 31 triplets fit into a caption message.
constexpr std::size_t kMaxCaptionBytes = 31 * 3;

}  // namespace

Publisher::Publisher(io::Loop& loop, Channel& channel, PublishGrant grant, IngestOptions options,
                     IngestOwner& owner)
    : loop_(loop),
      channel_(&channel),
      stream_(channel.stream_id()),
      grant_(std::move(grant)),
      options_(std::move(options)),
      owner_(owner),
      gate_(std::make_unique<IngestGate>(options_.clock)),
      kick_timer_(loop) {
  publisher_gauge().add(1);
}

Publisher::~Publisher() {
  publisher_gauge().add(-1);
  if (channel_ != nullptr) channel_->on_gone(*this, finished_);
}

const base::StreamId& Publisher::stream() const {
  return stream_;
}

base::Expected<void> Publisher::track(const media::Track& track) {
  if (channel_ == nullptr) return {};
  const TrackKey key{track.kind(), track.id};
  if (!tracks_.contains(key) && tracks_.size() >= kMaxTracks) {
    return base::fail(base::ErrorCode::kLimit,
                      fmt::format("more than {} tracks in one broadcast", kMaxTracks));
  }
  if (key.kind == media::TrackKind::kVideo) {
    const std::uint64_t pixels = std::uint64_t{track.video.width} * track.video.height;
    if (pixels > grant_.max_pixels ||
        std::max(track.video.width, track.video.height) > grant_.max_edge) {
      base::Error breach{
          base::ErrorCode::kLimit,
          fmt::format("picture of {}x{} exceeds this channel's limit of {} pixels "
                      "and {} an edge",
                      track.video.width, track.video.height, grant_.max_pixels, grant_.max_edge)};
      channel_->on_limit(breach);
      return base::fail(std::move(breach));
    }
  }
  media::Track named = track;
  if (key.kind == media::TrackKind::kVideo && named.video.frame_rate <= 0) {
    named.video.frame_rate = encoder_.frame_rate;
  }
  if (named.announced_bitrate == 0 && key.id == 0) {
    named.announced_bitrate =
        key.kind == media::TrackKind::kVideo ? encoder_.video_bitrate : encoder_.audio_bitrate;
  }
  const auto before = tracks_.find(key);
  if (before != tracks_.end() && before->second == named) return {};
  tracks_[key] = named;
  if (gate_ != nullptr) {
    gate_->set_track(key);
    return {};
  }
  announce(key);
  const ProgramClock clock{timeline_->end(), io::Loop::wall_now()};
  channel_->stream().break_here(clock);
  channel_->stream().set_tracks(tracks_, clock);
  return {};
}

void Publisher::announce(TrackKey key) {
  const media::Track& track = tracks_.at(key);
  double frame_ticks = 0;
  if (key.kind == media::TrackKind::kAudio) {
    frame_ticks = track.audio.frame_samples;
  } else if (track.video.frame_rate > 0) {
    frame_ticks = media::kVideoTimescale / track.video.frame_rate;
    const media::Ticks interval =
        gate_ != nullptr
            ? gate_->frame_interval(key) * media::kVideoTimescale / options_.clock.ticks_per_second
            : 0;
    // A bitstream may promise a rate that the camera does not keep.
    if (interval > 0 && std::abs(frame_ticks - static_cast<double>(interval)) > frame_ticks / 5) {
      frame_ticks = 0;
    }
  }
  timeline_->set_track(key.kind == media::TrackKind::kVideo ? key.id : key.id + 0x10000, key.kind,
                       track.timescale, frame_ticks);
}

base::Expected<void> Publisher::sample(media::TrackKind kind, std::uint32_t id,
                                       const media::Sample& sample) {
  if (channel_ == nullptr) return {};
  const TrackKey key{kind, id};
  if (!tracks_.contains(key)) return {};
  const base::MonotonicTime now = loop_.now();
  rate_.add(sample.data.size(), now);
  ingest_bytes().add(sample.data.size());
  if (rate_.is_full(now) && rate_.bits_per_second(now) > grant_.max_bitrate) {
    base::Error breach{base::ErrorCode::kLimit,
                       fmt::format("{} bit/s exceeds this channel's limit of {} bit/s",
                                   rate_.bits_per_second(now), grant_.max_bitrate)};
    channel_->on_limit(breach);
    return base::fail(std::move(breach));
  }
  if (gate_ == nullptr) {
    place(key, sample);
    return {};
  }
  if (auto added = gate_->add(key, sample, io::Loop::wall_now()); !added) return added;
  return gate_->is_open() ? open_gate() : base::Expected<void>{};
}

base::Expected<void> Publisher::open_gate() {
  for (auto& [key, track] : tracks_) {
    const media::Ticks interval = gate_->frame_interval(key);
    if (key.kind != media::TrackKind::kVideo || track.video.frame_rate > 0 || interval == 0) {
      continue;
    }
    // Nobody said the rate: two frames tell it well enough for names and playlists.
    track.video.frame_rate = std::round(static_cast<double>(options_.clock.ticks_per_second) /
                                        static_cast<double>(interval));
  }
  if (auto ready = channel_->on_ready(*this); !ready) return ready;
  if (channel_ == nullptr) return {};
  CHECK(timeline_.has_value());
  for (const auto& [key, track] : tracks_) announce(key);
  const std::unique_ptr<IngestGate> gate = std::move(gate_);
  for (GatedSample& held : gate->take()) {
    if (held.sample.duration == 0) held.sample.duration = gate->frame_interval(held.track);
    place(held.track, held.sample);
  }
  return {};
}

void Publisher::start_timeline(media::Ticks start) {
  timeline_.emplace(options_.clock, start);
}

void Publisher::place(TrackKey key, const media::Sample& sample) {
  if (key == kMainVideo && !captions_.empty()) {
    const base::Bytes captions = std::exchange(captions_, {});
    media::Sample captioned = sample;
    captioned.data = media::insert_captions(tracks_.at(key).codec, sample.data, captions);
    place(key, captioned);
    return;
  }
  const std::uint32_t id = key.kind == media::TrackKind::kVideo ? key.id : key.id + 0x10000;
  if (const auto placed = timeline_->place(id, sample); placed && channel_ != nullptr) {
    channel_->on_sample(key, *placed);
  }
}

void Publisher::encoder(const EncoderInfo& info) {
  encoder_ = info;
  if (gate_ != nullptr) gate_->set_encoder(info);
}

void Publisher::text(const media::TimedText& text, std::int64_t source_time) {
  if (channel_ == nullptr || gate_ != nullptr || text.payload.size() > kMaxTextBytes) return;
  // Too much at once: the rest is not carried.
  (void)channel_->stream().add_text(text, timeline_->stream_time(source_time));
}

// The bytes wait for the next picture of the main video track, into which they belong.
void Publisher::captions(const media::CaptionData& captions, std::int64_t) {
  if (captions_.size() + captions.cc_data.size() > kMaxCaptionBytes) captions_.clear();
  const base::ByteSpan data = captions.cc_data.span();
  captions_.insert(captions_.end(), data.begin(), data.end());
}

void Publisher::finish() {
  finished_ = true;
}

const TimelineRepairs& Publisher::repairs() const {
  static const TimelineRepairs kNone;
  return timeline_ ? timeline_->repairs() : kNone;
}

std::uint64_t Publisher::bitrate() const {
  return rate_.bits_per_second(loop_.now());
}

void Publisher::kick(base::Error reason) {
  channel_ = nullptr;
  kick_timer_.start(base::Duration::zero(),
                    [this, why = std::move(reason)] { owner_.on_ended(why); });
}

}  // namespace live
