// A recording's way in: parts and pictures.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "io/files.h"
#include "record/layout.h"
#include "record/recording.h"
#include "record/selection.h"
#include "record/spool_file.h"

namespace record {
namespace {

// For so long wanted renditions may take to turn up, before another one stands in for them.
constexpr media::Ticks kStandInAfter = 6 * media::kVideoTimescale;
constexpr std::size_t kMaxHeld = 4096;  // parts
// Files are put on the disk for good this far apart at least; see DiskSyncer.
constexpr std::size_t kMaxSyncing = 64;

}  // namespace

void Recording::on_part(const media::MadePart& part) {
  if (phase_ != Phase::kOnAir) return;
  around_.metrics.parts.add();
  see(part);
  if (phase_ != Phase::kOnAir) return;
  const std::string& name = part.rendition->name;
  const Choice choice = choose(state_.plan(), *part.rendition);
  if (choice == Choice::kRecord) {
    // What was wanted is there: nothing has to stand in for it.
    if (state_.plan().renditions == Plan::Renditions::kCustom) stand_in_decided_ = true;
    held_.clear();
    record_part(part);
  } else if (choice == Choice::kSkip) {
    note_progress(part);
  } else if (stand_ins_.contains(name)) {
    record_part(part);
  } else if (!stand_in_decided_) {
    hold(part);
  }
  if (phase_ == Phase::kOnAir) picture(part);
}

// Renditions that are not recorded count, too, when another broadcast is to go on here.
void Recording::see(const media::MadePart& part) {
  if (!seen_.insert(part.rendition.get()).second) return;
  seen_kept_.push_back(part.rendition);
  const bool known = std::ranges::any_of(state_.seen(), [&](const RecordedRendition& rendition) {
    return rendition.name == part.rendition->name;
  });
  if (known) return;
  keep_or_fail(RenditionRecord{.recorded = false,
                               .is_source = part.rendition->is_source,
                               .info = describe(*part.rendition),
                               .generation = {}});
}

void Recording::record_part(const media::MadePart& part) {
  std::vector<MediaWriter::Finished> finished;
  const auto begun = writer_->write(part, finished);
  sync(std::move(finished));
  if (!begun) {
    fail(begun.error().message, is_out_of_space(begun.error()));
    return;
  }
  if (!*begun) return;
  changed_ = true;
  if (is_time_shift()) drop_old_segments();
}

void Recording::hold(const media::MadePart& part) {
  held_.push_back(part);
  const auto first = std::ranges::find_if(held_, [&](const media::MadePart& one) {
    return one.rendition->name == part.rendition->name;
  });
  if (part.start - first->start >= kStandInAfter || held_.size() >= kMaxHeld) choose_stand_in();
}

// None of the wanted renditions is there: the best that there is takes their place.
void Recording::choose_stand_in() {
  stand_in_decided_ = true;
  if (held_.empty()) return;
  const auto best = std::ranges::max_element(held_, {}, [](const media::MadePart& part) {
    return std::pair(part.rendition->height, part.rendition->bandwidth);
  });
  const std::string name = best->rendition->name;
  stand_ins_.insert(name);
  base::log_info("recording the best rendition, for none of the wanted is there",
                 {{"recording", id()}, {"rendition", name}});
  for (const media::MadePart& part : std::exchange(held_, {})) {
    if (part.rendition->name == name && phase_ == Phase::kOnAir) record_part(part);
  }
}

void Recording::note_progress(const media::MadePart& part) {
  if (progress_rendition_.empty()) progress_rendition_ = part.rendition->name;
  if (!progress_ || part.rendition->name != progress_rendition_) return;
  const auto place = progress_->place(0, part, false);
  if (!place) return;
  const ProgressRecord record{
      .duration = place->position + part.duration,
      .date = part.date + std::chrono::microseconds(part.duration * 100 / 9)};
  if (part.index == 0) keep_or_fail(record);
  if (part.index != 0) (void)state_.apply(record);  // cannot fail; the journal hears of it soon
}

void Recording::picture(const media::MadePart& part) {
  const ThumbnailPlan& plan = state_.plan().thumbnails;
  if (!plan.enabled || is_time_shift() || around_.pictures == nullptr || picture_asked_) return;
  if (!part.independent || part.rendition->height == 0) return;
  const media::Ticks position =
      std::max<media::Ticks>(0, state_.catalog().duration - part.duration);
  if (position < picture_due_ || !is_pictured(state_.plan(), *part.rendition, state_.seen())) {
    return;
  }
  const auto samples = part.media->samples();
  for (std::size_t i = 0; i < samples.size() && i < part.rendition->tracks.size(); ++i) {
    if (part.rendition->tracks[i].kind() != media::TrackKind::kVideo) continue;
    if (samples[i].empty() || !samples[i].front().keyframe) continue;
    picture_asked_ = true;
    const CatalogThumbnail thumbnail{.position = position, .width = 0, .height = 0};
    around_.pictures->make(part.rendition->tracks[i], samples[i].front(), part.rendition->width,
                           part.rendition->height,
                           [this, thumbnail, alive = std::weak_ptr(alive_)](auto picture) {
                             if (!alive.expired()) on_picture(thumbnail, std::move(picture));
                           });
    return;
  }
}

void Recording::on_picture(CatalogThumbnail thumbnail,
                           base::Expected<media::pipe::Picture> picture) {
  picture_asked_ = false;
  if (phase_ == Phase::kFailing || phase_ == Phase::kOver || state_.is_ending()) return;
  if (!picture || picture->jpeg.empty()) {
    // The next keyframe is as good.
    base::log_debug(
        "no thumbnail",
        {{"recording", id()}, {"reason", picture ? picture->error : picture.error().message}});
    return;
  }
  thumbnail.width = static_cast<std::uint16_t>(std::min(picture->width, 65'535U));
  thumbnail.height = static_cast<std::uint16_t>(std::min(picture->height, 65'535U));
  if (auto kept = keep_picture(thumbnail, picture->jpeg); !kept) {
    fail(kept.error().message, is_out_of_space(kept.error()));
    return;
  }
  const auto interval = std::max(state_.plan().thumbnails.interval, std::chrono::seconds(1));
  picture_due_ = thumbnail.position + interval.count() * media::kVideoTimescale;
  changed_ = true;
}

base::Expected<void> Recording::keep_picture(CatalogThumbnail thumbnail, const base::Slice& jpeg) {
  const ThumbnailPlan& plan = state_.plan().thumbnails;
  const std::uint32_t number = state_.thumbnails();
  if (plan.sequential) {
    auto file = SpoolFile::create(folder_ + "/" + spool_thumbnail_key(number));
    if (!file) return base::fail(std::move(file.error()));
    if (auto written = file->append(jpeg.span()); !written) return written;
    spool_octets_ += jpeg.size();
    around_.metrics.spool.add(static_cast<std::int64_t>(jpeg.size()));
  }
  auto kept = keep(ThumbnailRecord{.thumbnail = thumbnail,
                                   .bytes = static_cast<std::uint32_t>(jpeg.size()),
                                   .sequential = plan.sequential});
  if (!kept) return kept;
  if (plan.sequential) plan_.thumbnail_ready(number);
  if (plan.latest) plan_.latest_ready(jpeg);
  return {};
}

// A segment is stored when it is on the disk for good.
void Recording::sync(std::vector<MediaWriter::Finished> finished) {
  if (is_time_shift()) return;
  for (MediaWriter::Finished& one : finished) {
    if (syncing_ >= kMaxSyncing) {
      plan_.segment_ready(one.rendition, one.number);
      continue;
    }
    ++syncing_;
    around_.sync(std::move(one.file),
                 [this, alive = std::weak_ptr(alive_), rendition = one.rendition,
                  number = one.number](base::Expected<void> result) {
                   if (alive.expired()) return;
                   --syncing_;
                   if (!result) {
                     fail(result.error().message, is_out_of_space(result.error()));
                   } else if (!state_.failed() || !state_.failed()->out_of_space) {
                     plan_.segment_ready(rendition, number);
                   }
                   upload();
                 });
  }
}

void Recording::drop_old_segments() {
  const media::Ticks kept =
      std::chrono::duration_cast<std::chrono::microseconds>(state_.plan().time_shift).count() * 9 /
      100;
  for (std::uint32_t i = 0; i < state_.catalog().renditions.size(); ++i) {
    const ChunkList<CatalogSegment>& segments = state_.catalog().renditions[i].segments;
    std::uint32_t count = 0;
    while (count + 1 < segments.size() &&
           segments[count + 1].position + kept <= state_.catalog().duration) {
      const auto& generation =
          state_.catalog().renditions[i].generations[segments[count].generation];
      leave(spool_segment_key(state_.catalog().renditions[i].info.name,
                              segment_name(segments[count].number, generation.container)));
      ++count;
    }
    if (count > 0) keep_or_fail(DroppedRecord{.rendition = i, .count = count});
  }
}

}  // namespace record
