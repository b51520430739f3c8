#include "live/packager.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "media/id3.h"

namespace live {
namespace {

constexpr media::Ticks kScale = media::kVideoTimescale;
// A segment may be rounded to the target duration: it must stay below half a second more.
constexpr media::Ticks kSegmentSlack = kScale * 45 / 100;
// Segments that left the playlist stay available for clients that read an older playlist.
constexpr media::Ticks kUnlistedKept = 4 * kScale;

media::Ticks to_ticks(base::Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count() * 9 / 100;
}

}  // namespace

base::WallTime ProgramClock::date_of(media::Ticks time) const {
  return date + std::chrono::microseconds((time - anchor) * 100 / 9);
}

Packager::Packager(std::string rendition, PackagingSettings settings, Place first)
    : rendition_(std::move(rendition)),
      settings_(settings),
      next_msn_(first.msn),
      discontinuity_sequence_(first.discontinuity_sequence) {
  times_.target_duration = static_cast<std::uint32_t>(
      std::max(1.0, std::ceil(std::chrono::duration<double>(settings.segment).count() - 0.001)));
  times_.listed = settings.window;
}

bool Packager::has_video() const {
  return tracks_->tracks().front().kind() == media::TrackKind::kVideo;
}

media::Ticks Packager::to_stream(media::Ticks time, std::size_t index) const {
  return media::rescale(time, tracks_->tracks()[index].timescale, kScale);
}

bool Packager::set_tracks(std::shared_ptr<const TrackSet> tracks, const ProgramClock& clock) {
  const bool first = tracks_ == nullptr;
  const bool completed = first ? false : break_here(clock);
  clock_ = clock;
  tracks_ = std::move(tracks);
  return completed;
}

// PART-TARGET: as many whole frames as come nearest to the wanted duration. It may never change,
// and no part may be longer.
void Packager::fix_times(const media::Sample& first) {
  const media::Ticks wanted = to_ticks(settings_.part);
  media::Ticks frame = to_stream(first.duration, 0);
  if (frame <= 0 || frame > kScale) frame = kScale / 30;
  const media::Ticks frames = std::max<media::Ticks>(1, (wanted + frame / 2) / frame);
  frame_target_ = frames * frame;
  // Up to the next millisecond, and one more for clocks that count milliseconds.
  times_.part_target = (frame_target_ + 89) / 90 * 90;
  if (times_.part_target != frame_target_ || frame % 10 != 0) times_.part_target += 90;
  times_fixed_ = true;
}

// Whether a keyframe at this distance from the segment's start should begin the next segment: the
// segment is long enough, or would grow too long if it took in another group of pictures.
bool Packager::wants_cut(media::Ticks elapsed) const {
  const media::Ticks target = to_ticks(settings_.segment);
  if (elapsed * 10 >= target * 9) return true;
  const media::Ticks longest = times_.target_duration * kScale + kSegmentSlack;
  const media::Ticks frame = open_.frames > 0 ? (open_.end - open_.part->start) /
                                                    static_cast<media::Ticks>(open_.frames)
                                              : kScale / 30;
  return group_frames_ > 0 && elapsed > 0 && elapsed + group_frames_ * frame > longest;
}

void Packager::learn_group(bool keyframe) {
  if (keyframe) {
    if (frames_since_key_ > 0) {
      group_stable_ = frames_since_key_ == group_frames_;
      group_frames_ = frames_since_key_;
    }
    frames_since_key_ = 0;
  }
  ++frames_since_key_;
}

bool Packager::add(std::size_t index, const media::Sample& sample) {
  CHECK(tracks_ != nullptr && index < tracks_->tracks().size());
  if (ended_) return false;
  if (!is_leading(index)) {
    if (started_) append(index, sample);
    return false;
  }
  if (!times_fixed_) {
    if (!sample.keyframe) return false;
    fix_times(sample);
  }
  if (!started_ && !sample.keyframe) return false;
  const media::Ticks start = to_stream(sample.dts, 0);
  const bool video = has_video();
  bool completed = false;
  if (video) {
    if (sample.keyframe && open_.frames > 0 && wants_cut(start - segment_start_)) {
      close_part();
      close_segment();
      completed = true;
    } else if (close_waits_) {
      close_part();
      decide_after_close();
      completed = true;
    } else if (open_.frames > 0 && start - open_.part->start > times_.part_target) {
      // The frame came later than its predecessor had announced.
      close_part();
      decide_after_close();
      completed = true;
    }
    learn_group(sample.keyframe);
  }
  close_waits_ = false;
  if (open_.part == nullptr) open_part(start);
  if (open_.frames == 0) {
    open_.part->start = start;
    open_.part->independent = sample.keyframe || !video;
  }
  append(index, sample);
  const media::Ticks frame = std::max<media::Ticks>(1, to_stream(sample.duration, 0));
  open_.end = start + frame;
  ++open_.frames;
  // Half a frame of tolerance: full when another frame of this length would not fit.
  if (open_.end - open_.part->start + frame / 2 < frame_target_) return completed;
  const bool next_may_cut = video && !group_stable_ && wants_cut(open_.end - segment_start_) &&
                            open_.end - segment_start_ + frame_target_ <=
                                times_.target_duration * kScale + kSegmentSlack;
  if (next_may_cut) {
    close_waits_ = true;
    return completed;
  }
  close_part();
  decide_after_close();
  return true;
}

// A part has just been closed, with its last frame or for another reason: says whether the next
// one will begin a new segment.
void Packager::decide_after_close() {
  const media::Ticks elapsed = told_end_ - segment_start_;
  const media::Ticks longest = times_.target_duration * kScale + kSegmentSlack;
  bool cut = elapsed + times_.part_target > longest;
  if (has_video()) {
    cut = cut || (group_stable_ && frames_since_key_ == group_frames_ && wants_cut(elapsed));
  } else if (segment_limit_ && told_end_ >= *segment_limit_) {
    cut = true;
  }
  if (cut) close_segment();
}

media::Ticks Packager::open_start() const {
  return open_.part != nullptr ? open_.part->start : told_end_;
}

void Packager::open_part(media::Ticks start) {
  if (open_segment_ == nullptr) {
    open_segment_ = std::make_shared<Segment>();
    open_segment_->msn = next_msn_++;
    open_segment_->discontinuity = discontinuity_pending_;
    if (discontinuity_pending_) ++discontinuity_sequence_;
    discontinuity_pending_ = false;
    open_segment_->discontinuity_sequence = discontinuity_sequence_;
    open_segment_->tracks = tracks_;
    // A cut that was announced in time starts where the last part was said to end.
    const bool continues = started_ && !open_segment_->discontinuity;
    segment_start_ = continues ? told_end_ : start;
    if (!continues) told_end_ = start;
    open_segment_->date = clock_.date_of(segment_start_);
  }
  started_ = true;
  open_ = OpenPart{};
  open_.part = std::make_shared<Part>();
  open_.part->msn = open_segment_->msn;
  open_.part->index = static_cast<std::uint32_t>(open_segment_->parts.size());
  open_.part->start = start;
  open_.part->tracks = tracks_;
  open_.part->samples.resize(tracks_->tracks().size());
  if (open_.part->index == 0) open_.part->segment_tag = segment_tag(open_segment_->date, start);
}

void Packager::append(std::size_t index, const media::Sample& sample) {
  if (open_.part == nullptr) open_part(told_end_);
  open_.part->samples[index].push_back(sample);
  open_.bytes += sample.data.size();
}

void Packager::close_part() {
  std::shared_ptr<Part> part = std::move(open_.part);
  CHECK(part != nullptr);
  part->duration = std::max<media::Ticks>(1, open_.end - told_end_);
  told_end_ = open_.end;
  std::erase_if(cues_, [&](const Cue& cue) {
    if (cue.time >= told_end_) return false;
    part->cues.push_back(cue);
    part->cues.back().time = std::max(cue.time, part->start);
    return true;
  });
  part->continuity = continuity_;
  if (part->tracks->fits(Container::kTs)) continuity_ = part->continuity_after();
  window_bytes_ += open_.bytes;
  open_segment_->duration += part->duration;
  open_segment_->parts.push_back(std::move(part));
  open_ = OpenPart{};
  close_waits_ = false;
}

void Packager::close_segment() {
  if (open_segment_ == nullptr) return;
  if (open_segment_->parts.empty()) {
    // Opened by samples that never got a leading one: its number is still promised.
    --next_msn_;
    if (open_segment_->discontinuity) --discontinuity_sequence_;
    discontinuity_pending_ = open_segment_->discontinuity;
    open_segment_ = nullptr;
    return;
  }
  open_segment_->complete = true;
  segments_.push_back(std::move(open_segment_));
  open_segment_ = nullptr;
  segment_limit_.reset();
  segment_ends_.push_back(told_end_);
  trim();
}

// Drops segments that nobody can ask for any more.
void Packager::trim() {
  media::Ticks kept = 0;
  for (const auto& segment : segments_) kept += segment->duration;
  const media::Ticks wanted = to_ticks(settings_.window) + kUnlistedKept;
  while (segments_.size() > 3 && kept - segments_.front()->duration >= wanted) {
    kept -= segments_.front()->duration;
    for (const auto& part : segments_.front()->parts) {
      for (const auto& samples : part->samples) {
        for (const auto& sample : samples) window_bytes_ -= sample.data.size();
      }
    }
    segments_.pop_front();
  }
}

void Packager::add_cue(const Cue& cue) {
  // The number of waiting cues is bounded by the rate at which they are let in.
  cues_.push_back(cue);
  cues_.back().time = std::max(cue.time, open_start());
}

void Packager::end_segment_at(media::Ticks time) { segment_limit_ = time; }

bool Packager::break_here(const ProgramClock& clock) {
  const bool completed = open_.part != nullptr && open_.frames > 0;
  if (completed) close_part();
  open_ = OpenPart{};
  close_segment();
  clock_ = clock;
  discontinuity_pending_ = discontinuity_pending_ || started_;
  started_ = false;
  frames_since_key_ = 0;
  group_frames_ = 0;
  group_stable_ = false;
  close_waits_ = false;
  return completed;
}

void Packager::finish() {
  (void)break_here(clock_);
  ended_ = true;
}

Packager::Place Packager::next_place() const { return {next_msn_, discontinuity_sequence_}; }

// The first cue of every segment: players of the IVS family take latency and their anchor for
// later cues from it.
base::Slice Packager::segment_tag(base::WallTime date, media::Ticks start) const {
  const auto epoch_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(date.time_since_epoch()).count();
  return base::Slice::take(media::write_id3_text(
      "segmentmetadata",
      fmt::format(R"({{"cmd":"ld_lat_data","transc_r":{0},"transc_s":{0},"stream_offset":{1:.3f}}})",
                  epoch_ms, static_cast<double>(start) / kScale)));
}

RenditionReport Packager::report() const {
  RenditionReport report{rendition_, 0, std::nullopt};
  const Segment* last = open_segment_ ? open_segment_.get()
                        : segments_.empty() ? nullptr
                                            : segments_.back().get();
  if (last == nullptr) return report;
  report.last_msn = last->msn;
  if (!last->parts.empty()) report.last_part = static_cast<std::uint32_t>(last->parts.size() - 1);
  return report;
}

std::shared_ptr<const Window> Packager::snapshot(std::vector<RenditionReport> reports) const {
  auto window = std::make_shared<Window>();
  window->rendition = rendition_;
  window->times = times_;
  window->reports = std::move(reports);
  window->ended = ended_;
  window->segments.assign(segments_.begin(), segments_.end());
  if (open_segment_ != nullptr && !open_segment_->parts.empty()) {
    window->segments.push_back(std::make_shared<const Segment>(*open_segment_));
    window->next = {open_segment_->msn, static_cast<std::uint32_t>(open_segment_->parts.size())};
  } else if (open_segment_ != nullptr) {
    window->next = {open_segment_->msn, 0};
  } else {
    window->next = {next_msn_, 0};
  }
  const media::Ticks listed = to_ticks(settings_.window);
  media::Ticks sum = 0;
  std::size_t first = window->segments.size();
  while (first > 0 && (sum < listed || window->segments.size() - first < 3)) {
    sum += window->segments[--first]->duration;
  }
  window->first_listed = first;
  return window;
}

}  // namespace live
