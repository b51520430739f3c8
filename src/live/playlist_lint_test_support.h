// A strict reader of media playlists (RFC 8216bis) that remembers what it was told before: every
// rule that one playlist can break, and every promise that the next one has to keep. Test code
// only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "live/window.h"

namespace live::testing {

struct LintedPart {
  std::string uri;
  double duration = 0;
  bool independent = false;
  bool operator==(const LintedPart&) const = default;
};

struct LintedSegment {
  std::uint64_t msn = 0;
  std::uint64_t discontinuity_sequence = 0;
  bool discontinuity = false;
  bool complete = false;
  double duration = 0;
  double date = 0;  // seconds since 1970
  std::string uri;
  std::string title;
  std::string map;
  std::vector<LintedPart> parts;
  bool operator==(const LintedSegment&) const = default;
};

struct LintedReport {
  std::string uri;
  std::uint64_t msn = 0;
  std::uint64_t part = 0;
};

/// An EXT-X-DATERANGE.
struct LintedRange {
  std::string id;
  std::string range_class;
  double start = 0;     // seconds since 1970
  double duration = 0;  // 0 also if it ends with the next of its class
  std::string line;
};

struct LintedPlaylist {
  unsigned version = 0;
  unsigned target = 0;
  double part_target = 0;
  std::uint64_t media_sequence = 0;
  std::uint64_t discontinuity_sequence = 0;
  std::uint64_t skipped = 0;
  bool independent_segments = false;
  bool ended = false;
  std::vector<LintedSegment> segments;   // the last one may be open
  std::vector<std::string> date_ranges;  // whole lines, in their order
  std::vector<LintedRange> ranges;       // the same
  std::string hint;
  std::vector<std::string> prefetch;
  std::vector<LintedReport> reports;
};

/// Reads one playlist; what is wrong with it alone goes to `problems`.
LintedPlaylist read_playlist(std::string_view text, Container container,
                             std::vector<std::string>& problems);

/// Follows one playlist through its life.
class PlaylistLint {
 public:
  explicit PlaylistLint(Container container) : container_(container) {}

  /// The next state of the playlist, whole and as delta update.
  void feed(std::string_view full, std::string_view delta);
  /// What follows may leave a hint unkept: the publisher was lost, or its tracks changed.
  void allow_unkept_hint() { hint_may_fail_ = true; }

  const std::vector<std::string>& problems() const { return problems_; }
  const LintedPlaylist& latest() const { return latest_; }
  std::size_t hints_kept() const { return hints_kept_; }
  /// Segments that delta updates left out.
  std::size_t skipped() const { return skipped_; }
  std::size_t largest() const { return largest_; }

 private:
  void compare_delta(const LintedPlaylist& full, std::string_view text);
  void check_history(const LintedPlaylist& playlist);
  void check_hint(const LintedPlaylist& playlist);
  void check_dates(const LintedPlaylist& playlist);
  void check_ranges(const LintedPlaylist& playlist);
  void problem(std::string what);

  Container container_;
  std::vector<std::string> problems_;
  LintedPlaylist latest_;
  bool fed_ = false;
  bool hint_may_fail_ = false;
  std::size_t hints_kept_ = 0;
  std::size_t largest_ = 0;
  std::size_t skipped_ = 0;
  std::map<std::string, LintedRange> ranges_;     // all that were ever told, by id
  std::map<std::uint64_t, LintedSegment> known_;  // complete segments by number
};

}  // namespace live::testing
