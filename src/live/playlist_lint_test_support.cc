#include "live/playlist_lint_test_support.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace live::testing {

void PlaylistLint::problem(std::string what) {
  if (problems_.size() < 20) problems_.push_back(std::move(what));
}

void PlaylistLint::feed(std::string_view full, std::string_view delta) {
  largest_ = std::max(largest_, full.size());
  std::vector<std::string> found;
  LintedPlaylist playlist = read_playlist(full, container_, found);
  for (std::string& what : found) problem(std::move(what));
  compare_delta(playlist, delta);
  if (!playlist.segments.empty()) check_history(playlist);
  check_hint(playlist);
  check_dates(playlist);
  check_ranges(playlist);
  for (const LintedSegment& segment : playlist.segments) {
    if (segment.complete) known_.insert_or_assign(segment.msn, segment);
  }
  latest_ = std::move(playlist);
  fed_ = true;
}

// What a client makes of the delta update and what it knew must be what the whole playlist says.
void PlaylistLint::compare_delta(const LintedPlaylist& full, std::string_view text) {
  std::vector<std::string> found;
  const LintedPlaylist delta = read_playlist(text, container_, found);
  for (const std::string& what : found) problem("delta: " + what);
  if (delta.skipped + delta.segments.size() != full.segments.size()) {
    problem("delta: other number of segments");
    return;
  }
  skipped_ += delta.skipped;
  for (std::size_t i = 0; i < delta.segments.size(); ++i) {
    LintedSegment merged = delta.segments[i];
    const LintedSegment& whole = full.segments[i + delta.skipped];
    merged.discontinuity_sequence = whole.discontinuity_sequence;
    if (!(merged == whole)) problem(fmt::format("delta: segment {} differs", merged.msn));
  }
  for (std::size_t i = 0; i < delta.skipped; ++i) {
    const auto known = known_.find(full.segments[i].msn);
    if (fed_ && full.segments.size() <= latest_.segments.size() && known == known_.end()) {
      problem("delta: skips what nobody knows");
    }
  }
  if (delta.hint != full.hint || delta.ended != full.ended ||
      delta.media_sequence != full.media_sequence ||
      delta.discontinuity_sequence != full.discontinuity_sequence ||
      delta.date_ranges != full.date_ranges) {
    problem("delta: another playlist");
  }
}

void PlaylistLint::check_history(const LintedPlaylist& playlist) {
  if (fed_) {
    if (latest_.ended && !playlist.ended) problem("goes on behind its end");
    if (playlist.target != latest_.target) problem("EXT-X-TARGETDURATION has changed");
    if (!latest_.segments.empty() && playlist.part_target != latest_.part_target) {
      problem("PART-TARGET has changed");
    }
    if (playlist.media_sequence < latest_.media_sequence ||
        playlist.discontinuity_sequence < latest_.discontinuity_sequence) {
      problem("sequence numbers go back");
    }
    if (!latest_.segments.empty() && playlist.segments.back().msn < latest_.segments.back().msn) {
      problem("the newest segment has gone");
    }
  }
  if (!known_.empty() && playlist.media_sequence > known_.rbegin()->first + 1) {
    problem(fmt::format("segment {} follows {}", playlist.media_sequence, known_.rbegin()->first));
  }
  for (const LintedSegment& segment : playlist.segments) {
    const auto known = known_.find(segment.msn);
    if (known != known_.end()) {
      const LintedSegment& before = known->second;
      if (segment.uri != before.uri || segment.duration != before.duration ||
          segment.date != before.date || segment.map != before.map ||
          segment.discontinuity_sequence != before.discontinuity_sequence) {
        problem(fmt::format("segment {} has changed", segment.msn));
      }
      if (!segment.parts.empty() && segment.parts != before.parts) {
        problem(fmt::format("parts of segment {} have changed", segment.msn));
      }
    }
  }
  // What was open before has only grown.
  if (fed_ && !latest_.segments.empty() && !latest_.segments.back().complete) {
    const LintedSegment& before = latest_.segments.back();
    for (const LintedSegment& segment : playlist.segments) {
      if (segment.msn != before.msn || segment.parts.empty()) continue;
      if (segment.parts.size() < before.parts.size() ||
          !std::equal(before.parts.begin(), before.parts.end(), segment.parts.begin())) {
        problem(fmt::format("parts of segment {} have changed", segment.msn));
      }
      if (segment.date != before.date) problem("a date has changed");
    }
  }
}

void PlaylistLint::check_hint(const LintedPlaylist& playlist) {
  if (!fed_ || latest_.hint.empty() || playlist.hint == latest_.hint || playlist.ended) return;
  bool kept = false;
  for (const LintedSegment& segment : playlist.segments) {
    for (const LintedPart& part : segment.parts) kept = kept || part.uri == latest_.hint;
  }
  if (kept) {
    ++hints_kept_;
  } else if (!hint_may_fail_) {
    problem("hint was not kept: " + latest_.hint);
  }
  hint_may_fail_ = false;
}

// What was told of a range stays true, and an advertisement is told as long as any of it is listed.
void PlaylistLint::check_ranges(const LintedPlaylist& playlist) {
  for (const LintedRange& range : playlist.ranges) {
    const auto known = ranges_.emplace(range.id, range).first;
    if (known->second.line != range.line) problem("a date range has changed: " + range.line);
  }
  if (playlist.segments.empty()) return;
  for (const auto& [id, range] : ranges_) {
    const bool told = std::any_of(playlist.ranges.begin(), playlist.ranges.end(),
                                  [&](const LintedRange& other) { return other.id == range.id; });
    // Half a millisecond of rounding.
    const bool listed = range.start + range.duration > playlist.segments.front().date + 0.0005;
    if (!told && listed && range.range_class.starts_with("live-video-net-")) {
      problem("a date range has gone: " + range.line);
    }
  }
}

void PlaylistLint::check_dates(const LintedPlaylist& playlist) {
  for (std::size_t i = 1; i < playlist.segments.size(); ++i) {
    const LintedSegment& before = playlist.segments[i - 1];
    const LintedSegment& segment = playlist.segments[i];
    const double step = segment.date - before.date - before.duration;
    if (!segment.discontinuity && std::abs(step) > 0.002) {
      problem(fmt::format("date of segment {} is off by {} s", segment.msn, step));
    }
    // Behind a break the clock on the wall counts again; it may be a little behind the media's.
    if (segment.date < before.date) {
      problem(fmt::format("date of segment {} goes back", segment.msn));
    }
    if (segment.discontinuity !=
        (segment.discontinuity_sequence != before.discontinuity_sequence)) {
      problem("discontinuities are miscounted");
    }
  }
}

}  // namespace live::testing
