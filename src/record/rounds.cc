#include "record/rounds.h"

#include <utility>

#include "record/events_json.h"
#include "record/layout.h"
#include "record/spool_file.h"
#include "record/vod_playlist.h"

namespace record {
namespace {

class Maker {
 public:
  Maker(const RecordingState& state, const std::string& folder, const RoundOptions& options)
      : state_(state), folder_(folder), options_(options) {}

  StorePlan::Round make() {
    round_.emplace_back();
    for (std::size_t i = 0; i < catalog().renditions.size(); ++i) add_variant(i);
    if (options_.kind != RoundKind::kRenewal) add_own();
    round_.emplace_back();
    if (!lines_.empty()) add_masters();
    round_.emplace_back();
    if (options_.tells_start) add_event(EventFile::kStarted);
    round_.emplace_back();
    if (options_.kind == RoundKind::kFinal) add_event(EventFile::kEnded);
    if (options_.kind == RoundKind::kFailed) add_event(EventFile::kFailed);
    return std::move(round_);
  }

 private:
  const Catalog& catalog() const { return state_.catalog(); }
  const std::string& prefix() const { return state_.began().prefix; }

  void add(std::string key, base::Slice content, std::string_view type) {
    round_.back().emplace_back(
        io::PutObject{.name = {.bucket = state_.plan().bucket, .key = std::move(key)},
                      .content = {std::move(content)},
                      .content_type = std::string(type)});
  }
  void add_text(std::string key, std::string content, std::string_view type) {
    add(std::move(key), base::Slice::take(std::move(content)), type);
  }

  void add_variant(std::size_t index) {
    const CatalogRendition& rendition = catalog().renditions[index];
    const std::size_t segments = options_.kind == RoundKind::kFinal ? rendition.segments.size()
                                                                    : state_.stored_prefix(index);
    if (segments == 0) return;
    const bool ended = options_.kind != RoundKind::kRenewal;
    const auto& name = rendition.info.name;
    add_text(rendition_key(prefix(), name, kPlaylist),
             render_variant(rendition, {.byte_ranges = false,
                                        .segments = segments,
                                        .ended = ended,
                                        .least_target = options_.least_target}),
             kPlaylistType);
    add_text(rendition_key(prefix(), name, kByteRangePlaylist),
             render_variant(
                 rendition,
                 {.byte_ranges = true, .segments = segments, .ended = ended, .least_target = 1}),
             kPlaylistType);
    const Bandwidth bandwidth = measure_bandwidth(rendition, segments);
    RecordedRendition info = rendition.info;
    info.bandwidth =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(bandwidth.peak, UINT32_MAX));
    infos_.push_back(std::move(info));
    lines_.push_back({.info = nullptr, .average_bandwidth = bandwidth.average});
    const std::size_t last = rendition.segments[segments - 1].generation;
    container_ = rendition.generations[last].container;
  }

  void add_own() {
    const std::string& recording = state_.began().recording;
    for (const CatalogRendition& rendition : catalog().renditions) {
      std::string path = folder_ + "/" + spool_samples_key(rendition.info.name);
      if (file_size(path) == 0) continue;
      round_.back().emplace_back(
          io::PutFile{.name = {.bucket = state_.plan().bucket,
                               .key = samples_key(recording, rendition.info.name)},
                      .path = std::move(path)});
    }
    const bool all = options_.kind == RoundKind::kFinal;
    add(catalog_key(recording),
        base::Slice::take(encode_catalog(all ? catalog() : state_.stored_catalog())),
        "application/octet-stream");
  }

  void add_masters() {
    for (std::size_t i = 0; i < lines_.size(); ++i) lines_[i].info = &infos_[i];
    for (const auto& [name, playlist] :
         {std::pair(kMasterPlaylist, kPlaylist), std::pair(kByteRangeMaster, kByteRangePlaylist)}) {
      add_text(hls_key(prefix(), name), render_master(lines_, playlist, container_), kPlaylistType);
    }
  }

  void add_event(EventFile which) {
    Facts facts = state_.facts();
    const ThumbnailPlan& plan = state_.plan().thumbnails;
    EventFileInput input{.which = which,
                         .message = options_.message,
                         .has_hls = state_.plan().renditions != Plan::Renditions::kNone,
                         .has_thumbnails = plan.enabled && plan.sequential,
                         .has_latest_thumbnail = plan.enabled && plan.latest,
                         .thumbnail = {}};
    if (state_.has_latest_thumbnail()) {
      const CatalogThumbnail& latest = state_.latest_thumbnail();
      input.thumbnail = {.width = latest.width, .height = latest.height};
    }
    if (which == EventFile::kFailed) {
      facts.duration = std::chrono::microseconds(state_.stored_catalog().duration * 100 / 9);
    }
    add_text(event_key(prefix(), which), render_event_file(facts, input), kJsonType);
  }

  const RecordingState& state_;
  const std::string& folder_;
  const RoundOptions& options_;
  StorePlan::Round round_;
  std::vector<RecordedRendition> infos_;
  std::vector<VariantLine> lines_;
  media::PartContainer container_ = media::PartContainer::kMpegTs;
};

}  // namespace

StorePlan::Round make_round(const RecordingState& state, const std::string& folder,
                            const RoundOptions& options) {
  return Maker(state, folder, options).make();
}

}  // namespace record
