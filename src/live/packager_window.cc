// What a Packager shows of itself: the window that viewers read, and where it stands.
#include <algorithm>
#include <utility>

#include "live/packager.h"

namespace live {
namespace {

constexpr media::Ticks kShortestGroup = media::kVideoTimescale / 100;

}  // namespace

Packager::Place Packager::next_place() const {
  return {next_msn_, discontinuity_sequence_};
}

Packager::Edge Packager::edge() const {
  const bool open = open_segment_ != nullptr;
  const base::WallTime next = clock_.date_of(told_end_);
  if (!open) return {next_msn_, false, next, next};
  // As many groups of pictures as make a segment, if they stay as long as they are.
  const media::Ticks group =
      group_length_ > 0 ? std::max(group_length_, kShortestGroup) : to_ticks(settings_.segment);
  media::Ticks length = group;
  while (!wants_cut(length)) length += group;
  return {open_segment_->msn, true, open_segment_->date,
          std::max(next, clock_.date_of(segment_start_ + length))};
}

bool Packager::begins_segment(const media::Sample& sample) const {
  if (open_segment_ == nullptr) return started_ || sample.keyframe;
  return has_video() && sample.keyframe && open_.frames > 0 &&
         wants_cut(to_stream(sample.dts, 0) - segment_start_);
}

std::vector<std::pair<std::size_t, media::Sample>> Packager::open_samples() const {
  std::vector<std::pair<std::size_t, media::Sample>> all;
  if (open_segment_ == nullptr) return all;
  std::vector<std::shared_ptr<const Part>> parts = open_segment_->parts;
  if (open_.part != nullptr) parts.push_back(open_.part);
  // Sound may have opened it; then its first picture is still to come.
  const bool waits = parts.size() == 1 && open_.part != nullptr && open_.frames == 0;
  if (parts.empty() || (!parts.front()->independent && !waits)) return all;
  for (const auto& part : parts) {
    for (std::size_t i = 0; i < part->samples.size(); ++i) {
      for (const media::Sample& sample : part->samples[i]) all.emplace_back(i, sample);
    }
  }
  std::ranges::sort(all, {}, [this](const auto& entry) {
    return std::pair(to_stream(entry.second.dts, entry.first), entry.first);
  });
  return all;
}

RenditionReport Packager::report() const {
  RenditionReport report{rendition_, 0, std::nullopt};
  const bool open = open_segment_ != nullptr && !open_segment_->parts.empty();
  const Segment* last = open                ? open_segment_.get()
                        : segments_.empty() ? nullptr
                                            : segments_.back().get();
  if (last == nullptr) return report;
  report.last_msn = last->msn;
  report.last_part = static_cast<std::uint32_t>(last->parts.size() - 1);
  return report;
}

std::shared_ptr<const Window> Packager::snapshot(std::vector<RenditionReport> reports) {
  if (window_ != nullptr) return window_;
  auto window = std::make_shared<Window>();
  window->rendition = rendition_;
  window->times = times_;
  window->reports = std::move(reports);
  window->ended = ended_;
  window->segments.assign(segments_.begin(), segments_.end());
  if (open_segment_ != nullptr && !open_segment_->parts.empty()) {
    window->segments.push_back(std::make_shared<const Segment>(*open_segment_));
    window->next = {open_segment_->msn, static_cast<std::uint32_t>(open_segment_->parts.size())};
  } else {
    window->next = {open_segment_ != nullptr ? open_segment_->msn : next_msn_, 0};
  }
  window->starting = follow_ != nullptr && window->segments.empty();
  const media::Ticks listed = to_ticks(settings_.window);
  media::Ticks sum = 0;
  std::size_t first = window->segments.size();
  while (first > 0 && (sum < listed || window->segments.size() - first < 3)) {
    sum += window->segments[--first]->duration;
  }
  window->first_listed = first;
  if (!window->segments.empty()) window_ = window;
  return window;
}

}  // namespace live
