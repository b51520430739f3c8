#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <set>

#include "live/playlist_lint_test_support.h"

namespace live::testing {
namespace {

using Attributes = std::map<std::string, std::string, std::less<>>;

// Rendered with five decimals.
constexpr double kRounding = 0.000011;

std::optional<Attributes> read_attributes(std::string_view text) {
  Attributes attributes;
  while (true) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) return std::nullopt;
    const std::string name(text.substr(0, equals));
    if (name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != std::string::npos) {
      return std::nullopt;
    }
    text.remove_prefix(equals + 1);
    std::size_t end = 0;
    if (text.starts_with('"')) {
      end = text.find('"', 1);
      if (end == std::string_view::npos) return std::nullopt;
      ++end;
    } else {
      end = std::min(text.find(','), text.size());
    }
    std::string value(text.substr(0, end));
    if (value.starts_with('"')) value = value.substr(1, value.size() - 2);
    if (!attributes.emplace(name, value).second) return std::nullopt;
    text.remove_prefix(end);
    if (text.empty()) return attributes;
    if (!text.starts_with(',')) return std::nullopt;
    text.remove_prefix(1);
  }
}

double read_date(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0;
  double second = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%6lfZ", &year, &month, &day, &hour, &minute,
                  &second) != 6) {
    return -1;
  }
  const std::chrono::sys_days days = std::chrono::year(year) /
                                     std::chrono::month(static_cast<unsigned>(month)) /
                                     std::chrono::day(static_cast<unsigned>(day));
  return static_cast<double>(days.time_since_epoch().count()) * 86'400 + hour * 3600 + minute * 60 +
         second;
}

/// One playlist, line by line.
class Reader {
 public:
  Reader(Container container, std::vector<std::string>& problems)
      : container_(container), problems_(problems) {}

  LintedPlaylist read(std::string_view text) {
    if (!text.ends_with('\n')) bad("does not end with a line feed");
    bool first = true;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      if (first && line != "#EXTM3U") bad("does not begin with #EXTM3U");
      if (!first) read_line(line);
      first = false;
    }
    if (has_segment_tags_ && !open_.parts.empty()) finish_segment(false);
    check();
    return std::move(out_);
  }

 private:
  void bad(const std::string& what) { problems_.push_back(what); }

  std::string value(const Attributes& attributes, std::string_view name) {
    const auto found = attributes.find(name);
    if (found == attributes.end()) {
      bad(fmt::format("attribute {} is missing", name));
      return "0";
    }
    return found->second;
  }
  double number(const Attributes& attributes, std::string_view name) {
    return std::atof(value(attributes, name).c_str());
  }

  void read_line(const std::string& line) {
    if (out_.ended) return bad("line behind the end: " + line);
    if (line.empty() || line.find('\r') != std::string::npos) return bad("bad line");
    if (line[0] != '#') return read_uri(line);
    const std::size_t colon = line.find(':');
    const std::string tag = line.substr(0, colon);
    const std::string rest = colon == std::string::npos ? "" : line.substr(colon + 1);
    static const std::set<std::string> kOnce{"#EXT-X-VERSION",
                                             "#EXT-X-TARGETDURATION",
                                             "#EXT-X-SERVER-CONTROL",
                                             "#EXT-X-PART-INF",
                                             "#EXT-X-MEDIA-SEQUENCE",
                                             "#EXT-X-DISCONTINUITY-SEQUENCE",
                                             "#EXT-X-INDEPENDENT-SEGMENTS",
                                             "#EXT-X-SKIP",
                                             "#EXT-X-PRELOAD-HINT",
                                             "#EXT-X-ENDLIST"};
    if (kOnce.contains(tag) && !seen_.insert(tag).second) bad(tag + " stands twice");
    if (tag == "#EXTINF") return read_extinf(rest);
    if (tag == "#EXT-X-DISCONTINUITY") {
      if (!open_.parts.empty() || extinf_) bad("discontinuity inside a segment");
      open_.discontinuity = true;
      has_segment_tags_ = true;
      return;
    }
    if (tag == "#EXT-X-PROGRAM-DATE-TIME") {
      open_.date = read_date(rest);
      if (open_.date <= 0) bad("bad date: " + rest);
      has_segment_tags_ = true;
      return;
    }
    if (tag == "#EXT-X-INDEPENDENT-SEGMENTS") {
      out_.independent_segments = true;
      return;
    }
    if (tag == "#EXT-X-ENDLIST") {
      out_.ended = true;
      return;
    }
    if (tag == "#EXT-X-PREFETCH") {
      out_.prefetch.push_back(rest);
      return;
    }
    if (tag == "#EXT-X-VERSION" || tag == "#EXT-X-TARGETDURATION" ||
        tag == "#EXT-X-MEDIA-SEQUENCE" || tag == "#EXT-X-DISCONTINUITY-SEQUENCE") {
      if (rest.empty() || rest.find_first_not_of("0123456789") != std::string::npos) {
        return bad("bad number: " + line);
      }
      const std::uint64_t count = std::stoull(rest);
      if (tag == "#EXT-X-VERSION") out_.version = static_cast<unsigned>(count);
      if (tag == "#EXT-X-TARGETDURATION") out_.target = static_cast<unsigned>(count);
      if (tag == "#EXT-X-MEDIA-SEQUENCE") out_.media_sequence = count;
      if (tag == "#EXT-X-DISCONTINUITY-SEQUENCE") out_.discontinuity_sequence = count;
      if (has_segment_tags_ || !out_.segments.empty()) bad(tag + " behind a segment");
      return;
    }
    const auto attributes = read_attributes(rest);
    if (!attributes) return bad("bad attributes: " + line);
    read_attribute_tag(tag, *attributes, line);
  }

  void read_attribute_tag(const std::string& tag, const Attributes& attributes,
                          const std::string& line) {
    if (tag == "#EXT-X-SERVER-CONTROL") {
      control_ = attributes;
    } else if (tag == "#EXT-X-PART-INF") {
      out_.part_target = number(attributes, "PART-TARGET");
    } else if (tag == "#EXT-X-SKIP") {
      out_.skipped = std::stoull(value(attributes, "SKIPPED-SEGMENTS"));
      if (out_.skipped == 0) bad("nothing is skipped");
    } else if (tag == "#EXT-X-MAP") {
      map_ = value(attributes, "URI");
      has_segment_tags_ = true;
      if (container_ == Container::kTs) bad("EXT-X-MAP in a transport stream");
    } else if (tag == "#EXT-X-PART") {
      LintedPart part{value(attributes, "URI"), number(attributes, "DURATION"),
                      attributes.contains("INDEPENDENT")};
      if (part.independent && attributes.find("INDEPENDENT")->second != "YES") bad(line);
      open_.parts.push_back(part);
      has_segment_tags_ = true;
    } else if (tag == "#EXT-X-DATERANGE") {
      for (const char* name : {"ID", "START-DATE", "CLASS"}) (void)value(attributes, name);
      if (read_date(value(attributes, "START-DATE")) <= 0) bad("bad date range: " + line);
      read_range(attributes, line);
      out_.date_ranges.push_back(line);
    } else if (tag == "#EXT-X-PRELOAD-HINT") {
      if (value(attributes, "TYPE") != "PART") bad("hint of another type: " + line);
      out_.hint = value(attributes, "URI");
    } else if (tag == "#EXT-X-RENDITION-REPORT") {
      out_.reports.push_back({value(attributes, "URI"), std::stoull(value(attributes, "LAST-MSN")),
                              std::stoull(value(attributes, "LAST-PART"))});
    } else {
      bad("unknown tag: " + line);
    }
  }

  // RFC 8216bis section 4.4.5.1.
  void read_range(const Attributes& attributes, const std::string& line) {
    LintedRange range{value(attributes, "ID"), value(attributes, "CLASS"),
                      read_date(value(attributes, "START-DATE")), 0, line};
    const auto duration = attributes.find("DURATION");
    const auto next = attributes.find("END-ON-NEXT");
    if ((duration == attributes.end()) == (next == attributes.end())) {
      bad("date range without a length, or with two: " + line);
    }
    if (next != attributes.end() && next->second != "YES") bad(line);
    if (duration != attributes.end()) {
      if (duration->second.find_first_not_of("0123456789.") != std::string::npos) bad(line);
      range.duration = std::atof(duration->second.c_str());
    }
    if (!seen_.insert("range " + range.id).second) bad("date range stands twice: " + line);
    out_.ranges.push_back(std::move(range));
  }

  void read_extinf(const std::string& rest) {
    if (extinf_) bad("two EXTINF without an address");
    const std::size_t comma = rest.find(',');
    if (comma == std::string::npos || rest.find('.') >= comma ||
        rest.substr(0, comma).find_first_not_of("0123456789.") != std::string::npos) {
      bad("bad EXTINF: " + rest);
    }
    open_.duration = std::atof(rest.c_str());
    if (comma != std::string::npos) open_.title = rest.substr(comma + 1);
    extinf_ = true;
    has_segment_tags_ = true;
  }

  void read_uri(const std::string& line) {
    if (!extinf_) return bad("address without EXTINF: " + line);
    open_.uri = line;
    finish_segment(true);
  }

  void finish_segment(bool complete) {
    open_.complete = complete;
    open_.msn = out_.media_sequence + out_.skipped + out_.segments.size();
    // A first segment's own discontinuity is counted already.
    if (open_.discontinuity && (!out_.segments.empty() || out_.skipped > 0)) ++discontinuities_;
    open_.discontinuity_sequence = out_.discontinuity_sequence + discontinuities_;
    open_.map = map_;
    if (open_.date <= 0) bad(fmt::format("segment {} has no date", open_.msn));
    out_.segments.push_back(std::move(open_));
    open_ = LintedSegment{};
    extinf_ = false;
    has_segment_tags_ = false;
  }

  void check() {
    for (const char* tag :
         {"#EXT-X-VERSION", "#EXT-X-TARGETDURATION", "#EXT-X-SERVER-CONTROL", "#EXT-X-PART-INF"}) {
      if (!seen_.contains(tag)) bad(std::string(tag) + " is missing");
    }
    if (out_.version < (out_.skipped > 0 ? 9u : 6u)) bad("version is too low");
    if (value(control_, "CAN-BLOCK-RELOAD") != "YES") bad("no blocking reload");
    if (number(control_, "PART-HOLD-BACK") + kRounding < 3 * out_.part_target)
      bad("PART-HOLD-BACK");
    if (number(control_, "HOLD-BACK") < 3.0 * out_.target) bad("HOLD-BACK");
    if (number(control_, "CAN-SKIP-UNTIL") < 6.0 * out_.target) bad("CAN-SKIP-UNTIL");
    if (extinf_) bad("EXTINF without an address");
    double behind = 0;  // from the end of the playlist to the end of the segment looked at
    for (auto segment = out_.segments.rbegin(); segment != out_.segments.rend(); ++segment) {
      check_segment(*segment, behind);
      double sum = 0;
      for (const LintedPart& part : segment->parts) sum += part.duration;
      behind += segment->complete ? segment->duration : sum;
    }
    for (std::size_t i = 0; i + 1 < out_.segments.size(); ++i) {
      if (!out_.segments[i].complete) bad("an open segment in the middle");
    }
    if (out_.independent_segments) {
      for (const auto& segment : out_.segments) {
        if (!segment.parts.empty() && !segment.parts.front().independent) {
          bad(fmt::format("segment {} is not independent", segment.msn));
        }
      }
    }
    check_edge();
  }

  void check_segment(const LintedSegment& segment, double behind) {
    const std::string name = fmt::format("segment {}", segment.msn);
    if (segment.complete && std::lround(segment.duration) > static_cast<long>(out_.target)) {
      bad(fmt::format("{} lasts {} s", name, segment.duration));
    }
    const char* extension = container_ == Container::kTs ? ".ts" : ".m4s";
    if (segment.complete && segment.uri != fmt::format("seg-{}{}", segment.msn, extension)) {
      bad(name + " has the address " + segment.uri);
    }
    if (container_ == Container::kFmp4 && segment.map.empty()) bad(name + " has no EXT-X-MAP");
    double sum = 0;
    for (std::size_t i = 0; i < segment.parts.size(); ++i) {
      const LintedPart& part = segment.parts[i];
      const bool last = segment.complete && i + 1 == segment.parts.size();
      sum += part.duration;
      if (part.uri != fmt::format("part-{}-{}{}", segment.msn, i, extension)) {
        bad(name + " has a part " + part.uri);
      }
      if (part.duration > out_.part_target + kRounding) {
        bad(fmt::format("{} lasts {} s, more than {}", part.uri, part.duration, out_.part_target));
      }
      if (!last && part.duration < 0.85 * out_.part_target) {
        bad(fmt::format("{} lasts {} s, less than 85 % of {}", part.uri, part.duration,
                        out_.part_target));
      }
      if (part.duration <= 0) bad(part.uri + " has no duration");
    }
    if (segment.complete && !segment.parts.empty() &&
        std::abs(sum - segment.duration) > kRounding * static_cast<double>(segment.parts.size())) {
      bad(fmt::format("{} lasts {} s, its parts {}", name, segment.duration, sum));
    }
    if (!segment.parts.empty() && behind > 3.0 * out_.target) bad(name + " still lists parts");
    if (segment.parts.empty() && segment.complete &&
        behind + segment.duration < 2.0 * out_.target) {
      bad(name + " lists no parts");
    }
  }

  void check_edge() {
    if (out_.ended) {
      if (!out_.hint.empty() || !out_.prefetch.empty()) bad("promises behind the end");
      return;
    }
    if (out_.hint.empty()) bad("no preload hint");
    std::uint64_t next = out_.media_sequence + out_.skipped + out_.segments.size();
    std::size_t part = 0;
    if (!out_.segments.empty() && !out_.segments.back().complete) {
      --next;
      part = out_.segments.back().parts.size();
    }
    const char* extension = container_ == Container::kTs ? ".ts" : ".m4s";
    if (!out_.segments.empty() && out_.hint != fmt::format("part-{}-{}{}", next, part, extension)) {
      bad("hint does not follow: " + out_.hint);
    }
    const std::vector<std::string> expected{fmt::format("seg-{}{}", next, extension),
                                            fmt::format("seg-{}{}", next + 1, extension)};
    if (!out_.segments.empty() && out_.prefetch != expected) bad("prefetch does not follow");
  }

  Container container_;
  std::vector<std::string>& problems_;
  LintedPlaylist out_;
  LintedSegment open_;
  Attributes control_;
  std::set<std::string> seen_;
  std::string map_;
  bool has_segment_tags_ = false;
  bool extinf_ = false;
  std::uint64_t discontinuities_ = 0;
};

}  // namespace

LintedPlaylist read_playlist(std::string_view text, Container container,
                             std::vector<std::string>& problems) {
  return Reader(container, problems).read(text);
}

}  // namespace live::testing
