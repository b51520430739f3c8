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
// A longer step between two pictures is a jump of the clock or a hole, and no media.
constexpr double kLongestPicture = 1.2;
// A longer step between keyframes is a jump of the clock.
constexpr double kLongestGroup = 600;
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

base::Expected<void> Publisher::check_size(const media::VideoFormat& video) {
  using Breach = StreamEvent::Breach;
  const std::int64_t pixels = std::int64_t{video.width} * video.height;
  const std::int64_t edge = std::max(video.width, video.height);
  Breach breach;
  if (pixels > grant_.max_pixels) {
    breach = {Breach::Limit::kTotalPixels, grant_.max_pixels, pixels - grant_.max_pixels};
  } else if (edge > grant_.max_edge) {
    breach = {Breach::Limit::kPixelsPerEdge, grant_.max_edge, edge - grant_.max_edge};
  } else {
    return {};
  }
  base::Error error{base::ErrorCode::kLimit,
                    fmt::format("picture of {}x{} exceeds this channel's limit of {} pixels "
                                "and {} an edge",
                                video.width, video.height, grant_.max_pixels, grant_.max_edge)};
  channel_->on_breach(breach, error.message);
  return refuse(std::move(error));
}

// The stream may end with this publisher: then this is why.
std::unexpected<base::Error> Publisher::refuse(base::Error error) {
  if (channel_ != nullptr) channel_->on_refused(*this, error.message);
  return base::fail(std::move(error));
}

base::Expected<void> Publisher::track(const media::Track& track) {
  if (channel_ == nullptr) return {};
  const TrackKey key{track.kind(), track.id};
  if (!tracks_.contains(key) && tracks_.size() >= kMaxTracks) {
    return base::fail(base::ErrorCode::kLimit,
                      fmt::format("more than {} tracks in one broadcast", kMaxTracks));
  }
  if (key.kind == media::TrackKind::kVideo) {
    if (auto fits = check_size(track.video); !fits) return fits;
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
  if (!timeline_) return {};  // hidden: told when it returns
  announce(key, nullptr);
  const ProgramClock clock{timeline_->end(), io::Loop::wall_now()};
  channel_->stream().break_here(clock);
  channel_->set_tracks(tracks_, clock);
  return {};
}

void Publisher::announce(TrackKey key, const IngestGate* gate) {
  const media::Track& track = tracks_.at(key);
  double frame_ticks = 0;
  if (key.kind == media::TrackKind::kAudio) {
    frame_ticks = track.audio.frame_samples;
  } else if (track.video.frame_rate > 0) {
    frame_ticks = media::kVideoTimescale / track.video.frame_rate;
    const media::Ticks interval =
        gate != nullptr
            ? gate->frame_interval(key) * media::kVideoTimescale / options_.clock.ticks_per_second
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
  if (auto fits = measure(key, sample); !fits) {
    ++dropped_.refused;
    return fits;
  }
  if (gate_ == nullptr) {
    place(key, sample);
    return {};
  }
  if (auto added = gate_->add(key, sample, io::Loop::wall_now()); !added) {
    return refuse(std::move(added.error()));
  }
  return gate_->is_open() ? open_gate() : base::Expected<void>{};
}

base::Expected<void> Publisher::measure(TrackKey key, const media::Sample& sample) {
  const std::size_t size = sample.data.size();
  const base::MonotonicTime now = last_sample_ = loop_.now();
  ingest_bytes().add(size);
  IngestMeter::Amount amount;
  if (key.kind == media::TrackKind::kAudio) {
    amount.audio_bytes = size;
  } else {
    amount.video_bytes = size;
    if (key == kMainVideo) {
      amount.pictures = 1;
      amount.media = measure_picture(sample);
    }
  }
  // The average changes only with the seconds.
  if (!meter_.add(amount, now) || !meter_.is_full(now)) return {};
  const auto rates = meter_.rates(now);
  const auto rate = rates ? static_cast<std::int64_t>(rates->total()) : 0;
  const auto limit = static_cast<std::int64_t>(grant_.max_bitrate);
  if (rate <= limit) return {};
  base::Error error{base::ErrorCode::kLimit,
                    fmt::format("{} bit/s exceeds this channel's limit of {} bit/s", rate, limit)};
  channel_->on_breach({StreamEvent::Breach::Limit::kIngestBitrate, limit, rate - limit},
                      error.message);
  return refuse(std::move(error));
}

// Returns how much media time has come since the picture before.
std::int64_t Publisher::measure_picture(const media::Sample& sample) {
  const double second = options_.clock.ticks_per_second;
  const auto since = [&](std::optional<std::int64_t>& last, double longest) {
    const std::int64_t step = last ? sample.dts - *last : 0;
    last = sample.dts;
    return step > 0 && static_cast<double>(step) <= longest * second ? step : 0;
  };
  if (sample.keyframe) {
    keyframe_interval_ = since(last_keyframe_, kLongestGroup);
    encoder_tally_.on_keyframe(tracks_.at(kMainVideo).codec, sample.data.span());
  }
  return since(last_picture_, kLongestPicture);
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
  ready_ = true;
  const std::unique_ptr<IngestGate> gate = std::move(gate_);
  dropped_.undecodable += gate->undecodable();
  if (!timeline_) return {};  // hidden: a slate is shown
  for (const auto& [key, track] : tracks_) announce(key, gate.get());
  for (GatedSample& held : gate->take()) {
    if (held.sample.duration == 0) held.sample.duration = gate->frame_interval(held.track);
    place(held.track, held.sample);
  }
  return {};
}

void Publisher::hide() {
  if (!timeline_) return;
  earlier_repairs_ = repairs();
  timeline_.reset();
  captions_.clear();
}

void Publisher::recall() {
  if (gate_ != nullptr || timeline_) return;
  gate_ = std::make_unique<IngestGate>(options_.clock);
  gate_->set_encoder(encoder_);
  for (const auto& [key, track] : tracks_) gate_->set_track(key);
}

void Publisher::start_timeline(media::Ticks start) {
  timeline_.emplace(options_.clock, start);
}

void Publisher::place(TrackKey key, const media::Sample& sample) {
  if (!timeline_) return;  // it is hidden: perhaps since the sample before
  if (key == kMainVideo && !captions_.empty()) {
    const base::Bytes captions = std::exchange(captions_, {});
    media::Sample captioned = sample;
    captioned.data = media::insert_captions(tracks_.at(key).codec, sample.data, captions);
    place(key, captioned);
    return;
  }
  const std::uint32_t id = key.kind == media::TrackKind::kVideo ? key.id : key.id + 0x10000;
  const auto placed = timeline_->place(id, sample);
  if (!placed) ++dropped_.displaced;
  if (placed && channel_ != nullptr) channel_->on_sample(key, *placed);
}

void Publisher::encoder(const EncoderInfo& info) {
  encoder_ = info;
  if (gate_ != nullptr) gate_->set_encoder(info);
}

void Publisher::text(const media::TimedText& text, std::int64_t source_time) {
  if (channel_ == nullptr || !ready_ || text.payload.size() > kMaxTextBytes) return;
  // While it is hidden its clock says nothing: then the text is for now. Too much at once: the rest
  // is not carried.
  (void)channel_->stream().add_text(text, timeline_ ? timeline_->stream_time(source_time) : 0);
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

TimelineRepairs Publisher::repairs() const {
  TimelineRepairs all = earlier_repairs_;
  if (timeline_) all += timeline_->repairs();
  return all;
}

DroppedSamples Publisher::dropped() const {
  DroppedSamples all = dropped_;
  if (gate_ != nullptr) all.undecodable += gate_->undecodable();
  return all;
}

std::optional<IngestMeter::Rates> Publisher::rates(int seconds) const {
  return meter_.rates(loop_.now(), seconds);
}

std::optional<double> Publisher::pace(int seconds) const {
  const auto media = meter_.media(seconds, loop_.now());
  if (!media) return std::nullopt;
  return static_cast<double>(*media) / options_.clock.ticks_per_second / seconds;
}

base::Duration Publisher::keyframe_interval() const {
  return std::chrono::microseconds(
      media::rescale(keyframe_interval_, options_.clock.ticks_per_second, 1'000'000));
}

void Publisher::kick(base::Error reason) {
  channel_ = nullptr;
  kick_timer_.start(base::Duration::zero(),
                    [this, why = std::move(reason)] { owner_.on_ended(why); });
}

}  // namespace live
