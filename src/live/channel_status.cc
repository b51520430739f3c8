// What a channel tells about itself.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "io/loop.h"
#include "live/channel.h"
#include "live/quality.h"

namespace live {
namespace {

// Figures are averages over the time between two of their points in a series.
constexpr int kFigureSeconds = 5;

}  // namespace

void Channel::remember(const Publisher& publisher) {
  past_.repairs += publisher.repairs();
  past_.dropped += publisher.dropped();
}

StreamEvent Channel::make_event(StreamEvent::Kind kind, std::string detail) const {
  StreamEvent event;
  event.kind = kind;
  event.channel = id_;
  event.stream = stream_->id();
  event.at = io::Loop::wall_now();
  event.detail = std::move(detail);
  return event;
}

void Channel::event(StreamEvent::Kind kind, std::string detail) {
  host_.on_event(make_event(kind, std::move(detail)));
}

void Channel::event_with_status(StreamEvent::Kind kind) {
  StreamEvent event = make_event(kind, {});
  event.status = std::make_shared<const StreamStatus>(status());
  host_.on_event(event);
}

StreamStatus Channel::status() const {
  StreamStatus status;
  status.channel = id_;
  if (stream_ == nullptr) return status;
  status.stream = stream_->id();
  status.started_at = stream_->started_at();
  status.live = state_ == State::kLive && told_start_;
  status.health = health_.health();
  status.encoder = encoder_;
  status.protocol = protocol_;
  status.remote_address = remote_address_;
  status.window_bytes = stream_->window_bytes();
  status.repairs = past_.repairs;
  status.dropped = past_.dropped;
  if (current_ != nullptr) {
    const auto rates = current_->rates(kFigureSeconds);
    status.measured = rates.has_value();
    if (rates) {
      status.bitrate = rates->total();
      status.video_bitrate = rates->video;
      status.audio_bitrate = rates->audio;
      status.frame_rate = rates->frame_rate;
    }
    status.keyframe_interval = current_->keyframe_interval();
    status.repairs += current_->repairs();
    status.dropped += current_->dropped();
    status.pace = current_->pace(HealthWatch::kWindow);
    status.silence = loop_.now() - std::max(came_, current_->last_sample());
    status.max_bitrate = current_->grant().max_bitrate;
    status.encoder_figures = current_->encoder_figures();
  }
  for (const auto& [key, track] : stream_->tracks()) {
    const bool video = key.kind == media::TrackKind::kVideo;
    status.tracks.push_back({fmt::format("{} {}", video ? "video" : "audio", key.id),
                             track.codec_string, track.video.width, track.video.height,
                             track.video.frame_rate, track.audio.sample_rate,
                             track.audio.channels});
  }
  const auto video = stream_->tracks().find({media::TrackKind::kVideo, 0});
  if (video != stream_->tracks().end()) {
    RenditionStatus source;
    source.name = quality_name(video->second);
    source.is_source = true;
    source.width = video->second.video.width;
    source.height = video->second.video.height;
    source.frame_rate = video->second.video.frame_rate;
    source.bitrate = stream_->source_bitrate();
    status.renditions.push_back(std::move(source));
  }
  if (renditions_ != nullptr) {
    std::ranges::move(renditions_->status(), std::back_inserter(status.renditions));
  }
  return status;
}

}  // namespace live
