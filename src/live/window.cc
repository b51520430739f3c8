#include "live/window.h"

#include <algorithm>

#include "live/playlist.h"
#include "media/fmp4/fragment.h"
#include "media/fmp4/init.h"
#include "media/track_samples.h"
#include "wire/http/gzip.h"

namespace live {
namespace {

std::vector<media::TrackSamples> track_samples(const Part& part) {
  std::vector<media::TrackSamples> tracks;
  tracks.reserve(part.samples.size());
  for (std::size_t i = 0; i < part.samples.size(); ++i) {
    tracks.push_back({&part.tracks->tracks()[i], part.samples[i]});
  }
  return tracks;
}

// Players drop repetitions of an id: segments and cues must not share theirs.
constexpr std::uint32_t kSegmentIds = 0x8000'0000u;

std::vector<media::Id3Cue> id3_cues(const Part& part) {
  std::vector<media::Id3Cue> cues;
  for (const Cue& cue : part.cues) {
    cues.push_back({static_cast<std::uint32_t>(cue.id) & ~kSegmentIds, cue.time, cue.id3});
  }
  return cues;
}

base::Bytes write_fmp4(const Part& part) {
  const auto tracks = track_samples(part);
  auto cues = id3_cues(part);
  if (!part.segment_tag.empty()) {
    cues.insert(cues.begin(),
                {static_cast<std::uint32_t>(part.msn) | kSegmentIds, part.start, part.segment_tag});
  }
  media::fmp4::Fragment fragment;
  fragment.sequence_number = static_cast<std::uint32_t>(part.msn * 64 + part.index);
  fragment.tracks = tracks;
  fragment.cues = cues;
  return media::fmp4::write_fragment(fragment);
}

// Calls `use` with what the MPEG-TS muxer is given. Every part tells its programme, not only those
// that a player may begin at: hls.js looks at the first part it loads after a change of quality to
// find out what it is, whichever that is, and takes one without PAT for bare AAC.
template <class Use>
auto with_ts_part(const Part& part, Use use) {
  const auto tracks = track_samples(part);
  const auto cues = id3_cues(part);
  media::mpegts::Part ts;
  ts.tracks = tracks;
  ts.cues = cues;
  ts.tables = media::mpegts::Tables::kWrite;
  ts.segment_tag = part.segment_tag;
  return use(ts);
}

std::optional<media::mpegts::Muxer> ts_muxer_for(const std::vector<media::Track>& tracks) {
  auto muxer = media::mpegts::Muxer::create(tracks);
  if (!muxer) return std::nullopt;  // codecs that MPEG-TS does not carry: fMP4 only
  return std::move(*muxer);
}

}  // namespace

std::string_view to_string(Container container) {
  return container == Container::kTs ? "ts" : "fmp4";
}

TrackSet::TrackSet(std::uint64_t generation, std::vector<media::Track> tracks)
    : generation_(generation), tracks_(std::move(tracks)), ts_(ts_muxer_for(tracks_)) {}

const base::Slice& TrackSet::init_segment() const {
  return init_.get([&] { return base::Slice::take(media::fmp4::write_init_segment(tracks_)); });
}

const base::Slice& Part::bytes(Container container) const {
  if (container == Container::kFmp4) {
    return fmp4_.get([&] { return base::Slice::take(write_fmp4(*this)); });
  }
  return ts_.get([&] {
    return with_ts_part(*this, [&](const media::mpegts::Part& part) {
      return base::Slice::take(tracks->ts_muxer().mux(part, continuity).bytes);
    });
  });
}

media::mpegts::Continuity Part::continuity_after() const {
  return with_ts_part(*this, [&](const media::mpegts::Part& part) {
    return tracks->ts_muxer().count(part, continuity);
  });
}

std::vector<base::Slice> Segment::bytes(Container container) const {
  std::vector<base::Slice> slices;
  slices.reserve(parts.size());
  for (const auto& part : parts) slices.push_back(part->bytes(container));
  return slices;
}

std::shared_ptr<const Segment> Window::segment(std::uint64_t msn) const {
  if (segments.empty() || msn < segments.front()->msn) return nullptr;
  const std::uint64_t index = msn - segments.front()->msn;
  return index < segments.size() ? segments[index] : nullptr;
}

std::shared_ptr<const Part> Window::part(PartPosition position) const {
  const auto found = segment(position.msn);
  return found != nullptr && position.part < found->parts.size() ? found->parts[position.part]
                                                                 : nullptr;
}

std::shared_ptr<const TrackSet> Window::track_set(std::uint64_t generation) const {
  for (const auto& segment : segments) {
    if (segment->tracks->generation() == generation) return segment->tracks;
  }
  return nullptr;
}

PartPosition Window::last() const {
  if (segments.empty()) return {};
  const Segment& newest = *segments.back();
  return {newest.msn, static_cast<std::uint32_t>(newest.parts.size()) - 1};
}

bool Window::has(std::uint64_t msn, std::optional<std::uint32_t> part) const {
  if (segments.empty()) return false;
  const Segment& newest = *segments.back();
  if (newest.msn != msn) return newest.msn > msn;
  return part ? *part < newest.parts.size() || newest.complete : newest.complete;
}

const RenderedPlaylist& Window::playlist(Container container, bool skip) const {
  return playlists_[container == Container::kTs][skip].get([&] {
    RenderedPlaylist rendered;
    std::string text = render_media_playlist(*this, container, skip);
    rendered.gzip = base::Slice::take(wire::http::gzip(base::as_bytes(text), 1));
    rendered.text = base::Slice::take(std::move(text));
    return rendered;
  });
}

}  // namespace live
