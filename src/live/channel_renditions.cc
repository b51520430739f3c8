// What a channel does about the renditions of its stream.
#include <algorithm>
#include <utility>

#include "io/loop.h"
#include "live/channel.h"

namespace live {

void Channel::set_tracks(const std::map<TrackKey, media::Track>& given, const ProgramClock& clock) {
  std::map<TrackKey, media::Track> tracks = given;
  broken_at_ = clock.anchor;
  const auto video = tracks.find({media::TrackKind::kVideo, 0});
  const auto audio = std::ranges::find_if(
      tracks, [](const auto& entry) { return entry.first.kind == media::TrackKind::kAudio; });
  const media::Track* made = audio != tracks.end() ? convert(audio->second) : nullptr;
  if (made != nullptr) {
    audio->second = *made;
  } else {
    converter_.reset();
  }
  const bool plans = renditions_ != nullptr && video != tracks.end();
  if (plans) {
    renditions_->plan(video->second.video, audio != tracks.end() ? &audio->second : nullptr);
  }
  stream_->set_tracks(std::move(tracks), clock);
  if (plans) renditions_->on_source_changed();
}

// What is made of it, or null if it goes into the stream as it is.
const media::Track* Channel::convert(const media::Track& sound) {
  Renditions::Workshop* workshop = host_.workshop();
  const Container container = fmp4_ ? Container::kFmp4 : Container::kTs;
  if (workshop == nullptr || converts_no_more_ || !SoundConverter::is_needed(sound, container)) {
    return nullptr;
  }
  if (converter_ == nullptr || !(converter_->source() == sound)) {
    SoundConverterHost& host = *this;
    converter_ = std::make_unique<SoundConverter>(loop_, workshop->helpers, host, sound);
  }
  return &converter_->track();
}

void Channel::on_converted(const media::Sample& sample) {
  const media::Track& track = converter_->track();
  const media::Ticks start = media::rescale(sample.dts, track.timescale, media::kVideoTimescale);
  // What comes too late for its side of a break is not heard.
  if (start < broken_at_ || (ad_break_ != nullptr && ad_break_->covers())) return;
  if (stream_->add({media::TrackKind::kAudio, track.id}, sample)) publish();
}

// A sound that few can hear is better than none.
void Channel::on_conversion_failed() {
  converts_no_more_ = true;
  converter_.reset();
  if (current_ == nullptr) return;
  const ProgramClock clock{current_->end(), io::Loop::wall_now()};
  stream_->break_here(clock);
  set_tracks(current_->tracks(), clock);
}

void Channel::on_watched() {
  if (renditions_ != nullptr && !is_over()) renditions_->on_watched(loop_.now());
}

void Channel::look_after_renditions() {
  renditions_timer_.start(Renditions::kLookInterval, [this] {
    if (host_.is_watched(id_)) renditions_->on_watched(loop_.now());
    renditions_->look(loop_.now());
    look_after_renditions();
  });
}

void Channel::on_renditions_change(StreamEvent::Renditions renditions, std::string sentence) {
  StreamEvent event = make_event(StreamEvent::Kind::kRenditionsChange, std::move(sentence));
  event.renditions = std::move(renditions);
  host_.on_event(event);
}

}  // namespace live
