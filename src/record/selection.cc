#include "record/selection.h"

#include <algorithm>
#include <cmath>

#include "record/layout.h"

namespace record {
namespace {

std::uint32_t edge(std::uint32_t width, std::uint32_t height) {
  return std::min(width, height);
}

}  // namespace

RecordedRendition describe(const media::RenditionInfo& info) {
  RecordedRendition rendition{.name = info.name,
                              .width = info.width,
                              .height = info.height,
                              .frame_rate = info.frame_rate,
                              .bandwidth = info.bandwidth,
                              .codecs = {}};
  for (const media::Track& track : info.tracks) {
    if (track.codec_string.empty() ||
        std::ranges::find(rendition.codecs, track.codec_string) != rendition.codecs.end()) {
      continue;
    }
    rendition.codecs.push_back(track.codec_string);
  }
  return rendition;
}

Choice choose(const Plan& plan, const media::RenditionInfo& info) {
  if (plan.renditions == Plan::Renditions::kAll) return Choice::kRecord;
  if (plan.renditions == Plan::Renditions::kNone) return Choice::kSkip;
  if (info.height == 0) return Choice::kStandIn;
  const ResolutionClass one = class_of(edge(info.width, info.height));
  const bool wanted = std::ranges::find(plan.custom, one) != plan.custom.end();
  return wanted ? Choice::kRecord : Choice::kStandIn;
}

bool is_pictured(const Plan& plan, const media::RenditionInfo& info,
                 const std::vector<RecordedRendition>& others) {
  if (info.height == 0) return false;
  // Of equal ones the first by this order.
  const auto before = [&](const RecordedRendition& a, const RecordedRendition& b) {
    const std::uint32_t of_a = edge(a.width, a.height);
    const std::uint32_t of_b = edge(b.width, b.height);
    if (of_a == of_b) return a.name < b.name;
    // The lowest resolution is the lowest; otherwise the largest of a class.
    const bool lowest = plan.thumbnails.resolution == ResolutionClass::kLowest;
    return lowest ? of_a < of_b : of_a > of_b;
  };
  const auto wanted = [&](const RecordedRendition& one) {
    if (one.height == 0) return false;
    return !plan.thumbnails.resolution ||
           class_of(edge(one.width, one.height)) == *plan.thumbnails.resolution;
  };
  const RecordedRendition* best = nullptr;
  for (const RecordedRendition& one : others) {
    if (wanted(one) && (best == nullptr || before(one, *best))) best = &one;
  }
  if (best != nullptr) return best->name == info.name;
  // As the service has it: of the source if there is no rendition of that class.
  const auto largest = std::ranges::max_element(
      others, {}, [](const RecordedRendition& one) { return edge(one.width, one.height); });
  return largest != others.end() && largest->name == info.name;
}

bool is_alike(const RecordedRendition& a, const RecordedRendition& b) {
  if (a.width != b.width || a.height != b.height || a.codecs != b.codecs) return false;
  if (std::abs(a.frame_rate - b.frame_rate) > 0.5) return false;
  if (a.bandwidth == 0 || b.bandwidth == 0) return true;  // not known
  const double larger = std::max(a.bandwidth, b.bandwidth);
  const double smaller = std::min(a.bandwidth, b.bandwidth);
  return larger <= smaller * 1.5;
}

bool is_rendition_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

}  // namespace record
