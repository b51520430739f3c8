#include "live/transcoder.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "io/loop.h"

namespace live {
namespace {

using media::pipe::Message;

constexpr media::Ticks kScale = media::kVideoTimescale;
// Kept for a helper that takes over: beyond this only what comes since the newest keyframe.
constexpr std::size_t kMostBytes = std::size_t{24} << 20;
constexpr std::size_t kMostSamples = 4096;
// Sound alone is kept for so long.
constexpr media::Ticks kSoundKept = kScale;

}  // namespace

Transcoder::Transcoder(io::Loop& loop, const HelperFactory& factory, TranscoderOwner& owner)
    : loop_(loop), factory_(factory), owner_(owner), again_(loop) {}

Transcoder::~Transcoder() = default;

void Transcoder::start(media::pipe::TranscodeJob job) {
  job_ = std::move(job);
  std::erase_if(ends_, [&](const auto& end) {
    const auto same = [&](const auto& output) { return output.id == end.first.id; };
    return end.first.kind == media::TrackKind::kVideo ? std::ranges::none_of(job_.video, same)
                                                      : std::ranges::none_of(job_.audio, same);
  });
  launch();
}

// The pictures decide; what is made at one time is at most a picture apart.
std::optional<media::Ticks> Transcoder::got_to(media::TrackKind kind) const {
  std::optional<media::Ticks> latest;
  for (const auto& [key, end] : ends_) {
    if (key.kind == kind) latest = std::max(latest.value_or(end), end);
  }
  return latest;
}

media::Ticks Transcoder::resume_at() const {
  return got_to(has_pictures() ? media::TrackKind::kVideo : media::TrackKind::kAudio).value_or(0);
}

void Transcoder::launch() {
  link_ = factory_(*this);
  job_.deliver_from = resume_at();
  send(job_);
  for (const auto& [kind, track] : old_tracks_) send(media::pipe::SourceTrack{track});
  for (const Given& given : history_) send(given);
}

void Transcoder::send(const Given& given) {
  if (const auto* track = std::get_if<media::Track>(&given.what)) {
    send(media::pipe::SourceTrack{*track});
  } else {
    send(media::pipe::SourceSample{given.kind, 0, std::get<media::Sample>(given.what)});
  }
}

void Transcoder::send(const Message& message) {
  if (link_ == nullptr || link_->send(message)) return;
  // It has not read for seconds. From a fresh call stack: the caller is in the middle of something.
  link_.reset();
  history_.clear();
  history_bytes_ = 0;
  old_tracks_ = tracks_;
  again_.start(base::Duration::zero(), [this] { fall("it does not read what it is given"); });
}

void Transcoder::set_track(const media::Track& track) {
  tracks_[track.kind()] = track;
  if (history_.empty()) {
    old_tracks_[track.kind()] = track;
    send(media::pipe::SourceTrack{track});
    return;
  }
  history_.push_back({track.kind(), history_.back().pts, track});
  send(history_.back());
}

void Transcoder::add(media::TrackKind kind, const media::Sample& sample) {
  const auto track = tracks_.find(kind);
  if (track == tracks_.end()) return;
  const bool begins = kind == media::TrackKind::kVideo && sample.keyframe;
  if (history_.empty() && has_pictures() && !begins) return;
  const media::Ticks pts = media::rescale(sample.pts, track->second.timescale, kScale);
  history_.push_back({kind, pts, sample});
  history_bytes_ += sample.data.size();
  given_[kind] = std::max(given_[kind], pts);
  if (!first_given_) first_given_ = pts;
  send(history_.back());
  if (begins || !has_pictures() || history_bytes_ > kMostBytes || history_.size() > kMostSamples) {
    trim();
  }
}

void Transcoder::drop_front() {
  Given& front = history_.front();
  if (auto* track = std::get_if<media::Track>(&front.what)) {
    old_tracks_[front.kind] = std::move(*track);
  } else {
    history_bytes_ -= std::get<media::Sample>(front.what).data.size();
  }
  history_.pop_front();
}

// Another helper has to begin with the last keyframe before what is missing.
void Transcoder::trim() {
  const auto is_key = [](const Given& given) {
    const auto* sample = std::get_if<media::Sample>(&given.what);
    return sample != nullptr && given.kind == media::TrackKind::kVideo && sample->keyframe;
  };
  if (!has_pictures()) {
    const media::Ticks needed = resume_at() - kSoundKept;
    while (!history_.empty() && (history_.front().pts < needed || history_.size() > kMostSamples)) {
      drop_front();
    }
    return;
  }
  const media::Ticks needed = resume_at();
  const bool too_much = history_bytes_ > kMostBytes || history_.size() > kMostSamples;
  std::size_t first = 0;
  for (std::size_t i = 0; i < history_.size(); ++i) {
    if (is_key(history_[i]) && (too_much || history_[i].pts <= needed)) first = i;
  }
  // One group of pictures alone is too much: it cannot be taken up again.
  if (too_much && first == 0) first = history_.size();
  while (first-- > 0) drop_front();
}

void Transcoder::end_output(TrackKey key) {
  const auto same = [&](const auto& output) { return output.id == key.id; };
  if (key.kind == media::TrackKind::kVideo) {
    std::erase_if(job_.video, same);
  } else {
    std::erase_if(job_.audio, same);
  }
  ends_.erase(key);
  send(media::pipe::EndOutput{key.kind, key.id});
}

void Transcoder::on_message(Message message) {
  if (const auto* track = std::get_if<media::pipe::OutputTrack>(&message)) {
    const TrackKey key{track->track.kind(), track->track.id};
    scales_[key] = track->track.timescale;
    owner_.on_made_track(key, track->track);
  } else if (const auto* made = std::get_if<media::pipe::OutputSample>(&message)) {
    const TrackKey key{made->kind, made->id};
    const auto scale = scales_.find(key);
    if (scale == scales_.end() || scale->second == 0) return;
    const media::Sample& sample = made->sample;
    const media::Ticks end = media::rescale(sample.pts + sample.duration, scale->second, kScale);
    // An output that was ended meanwhile is not wanted any more.
    const auto same = [&](const auto& output) { return output.id == key.id; };
    const bool wanted = key.kind == media::TrackKind::kVideo
                            ? std::ranges::any_of(job_.video, same)
                            : std::ranges::any_of(job_.audio, same);
    if (!wanted) return;
    ends_[key] = std::max(ends_[key], end);
    owner_.on_made_sample(key, sample);
  } else if (const auto* failure = std::get_if<media::pipe::Failure>(&message)) {
    base::log_warn("rendition helper failed", {{"why", failure->sentence}});
  }
}

void Transcoder::on_ended(const std::string& how) {
  fall(how);
}

void Transcoder::fall(const std::string& how) {
  const base::MonotonicTime now = loop_.now();
  crashes_.push_back(now);
  while (now - crashes_.front() > kCrashTime) crashes_.pop_front();
  if (crashes_.size() > kMostCrashes) {
    link_.reset();
    owner_.on_given_up(how);
    return;
  }
  owner_.on_restart(how);
  launch();
}

media::Ticks Transcoder::lag() const {
  const auto kind = has_pictures() ? media::TrackKind::kVideo : media::TrackKind::kAudio;
  const auto given = given_.find(kind);
  if (given == given_.end() || !first_given_) return 0;
  return std::max<media::Ticks>(0, given->second - got_to(kind).value_or(*first_given_));
}

}  // namespace live
