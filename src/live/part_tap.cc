#include "live/part_tap.h"

#include <algorithm>
#include <utility>

#include "live/quality.h"

namespace live {
namespace {

Container view_of(media::PartContainer container) {
  return container == media::PartContainer::kMpegTs ? Container::kTs : Container::kFmp4;
}

class ViewedPart final : public media::PartMedia {
 public:
  ViewedPart(std::shared_ptr<const Part> part, Container container)
      : part_(std::move(part)), container_(container) {}

  base::Slice bytes() const override { return part_->bytes(container_); }
  std::span<const std::vector<media::Sample>> samples() const override { return part_->samples; }

 private:
  const std::shared_ptr<const Part> part_;
  const Container container_;
};

}  // namespace

PartTap::PartTap(std::unique_ptr<media::PartSink> sink, Container container)
    : sink_(std::move(sink)),
      container_(container == Container::kTs ? media::PartContainer::kMpegTs
                                             : media::PartContainer::kFmp4) {}

// One container for all renditions, and no way back: a recording is either or.
void PartTap::set_tracks(const std::map<TrackKey, media::Track>& tracks) {
  const bool fits = std::ranges::all_of(tracks, [](const auto& entry) {
    return media::mpegts::Muxer::create(std::span(&entry.second, 1)).has_value();
  });
  if (!fits) container_ = media::PartContainer::kFmp4;
}

std::string PartTap::choose_name(const std::string& rendition, const media::Track& leading,
                                 bool is_source) const {
  // A soundtrack beside the main one, or a rendition that was made under its own name.
  if (!is_source || (leading.kind() == media::TrackKind::kAudio && leading.id > 0)) {
    return rendition;
  }
  std::string name = quality_name(leading);
  const auto taken = [&] {
    return reserved_.contains(name) || std::ranges::any_of(renditions_, [&](const auto& other) {
             return other.second.name == name;
           });
  };
  if (taken()) name += "-source";
  if (taken()) name += "-" + rendition;
  return name;
}

void PartTap::on_part(const MadeHere& made) {
  const Part& part = *made.part;
  Rendition& rendition = renditions_[made.rendition];
  if (rendition.tracks != part.tracks) {
    const auto& tracks = part.tracks->tracks();
    const media::Track& leading = tracks.front();
    if (rendition.name.empty()) {
      rendition.name = choose_name(made.rendition, leading, made.is_source);
    }
    media::RenditionInfo info;
    info.name = rendition.name;
    info.is_source = made.is_source;
    info.container = container_;
    info.tracks = tracks;
    info.width = leading.video.width;
    info.height = leading.video.height;
    info.frame_rate = leading.video.frame_rate;
    for (const media::Track& track : tracks) info.bandwidth += assumed_bitrate(track);
    info.bandwidth += info.bandwidth / 10;
    if (container_ == media::PartContainer::kFmp4) info.init = part.tracks->init_segment();
    rendition.tracks = part.tracks;
    rendition.info = std::make_shared<const media::RenditionInfo>(std::move(info));
  }
  media::MadePart handed;
  handed.rendition = rendition.info;
  handed.segment = part.msn;
  handed.index = part.index;
  handed.independent = part.independent;
  handed.discontinuity = made.discontinuity && part.index == 0;
  handed.date = made.date;
  handed.start = part.start;
  handed.duration = part.duration;
  handed.media = std::make_shared<const ViewedPart>(made.part, view_of(rendition.info->container));
  sink_->on_part(handed);
}

void PartTap::on_end() {
  sink_->on_end();
}

}  // namespace live
