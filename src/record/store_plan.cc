#include "record/store_plan.h"

#include "record/layout.h"

namespace record {

void StorePlan::segment_ready(std::size_t rendition, std::uint64_t number) {
  segments_.emplace(number, static_cast<std::uint32_t>(rendition));
}

void StorePlan::thumbnail_ready(std::uint32_t number) {
  thumbnails_.push_back(number);
}

void StorePlan::drop_media() {
  segments_.clear();
  thumbnails_.clear();
  latest_.reset();
}

void StorePlan::begin_round(Round round, bool after_media) {
  round_ = std::move(round);
  round_active_ = true;
  round_after_media_ = after_media;
  round_in_flight_ = 0;
  ++round_id_;
}

void StorePlan::drop_round() {
  round_.clear();
  round_active_ = false;
  round_in_flight_ = 0;
  ++round_id_;
}

io::ObjectName StorePlan::named(std::string key) const {
  return {.bucket = state_.plan().bucket, .key = std::move(key)};
}

io::PutFile StorePlan::file(std::string key, const std::string& spool_key,
                            std::string_view type) const {
  return {.name = named(std::move(key)),
          .path = folder_ + "/" + spool_key,
          .content_type = std::string(type)};
}

std::optional<StoreJob> StorePlan::next() {
  if (auto job = next_segment()) return job;
  if (auto job = next_picture()) return job;
  return next_of_round();
}

std::optional<StoreJob> StorePlan::next_init(std::uint32_t rendition, std::uint32_t generation) {
  const Place place{rendition, generation};
  if (inits_stored_.contains(place) || inits_in_flight_.contains(place)) return std::nullopt;
  const std::string& name = state_.catalog().renditions[rendition].info.name;
  const std::string init = init_name(generation);
  inits_in_flight_.insert(place);
  ++media_in_flight_;
  return StoreJob{.kind = StoreJob::Kind::kInit,
                  .rendition = rendition,
                  .number = generation,
                  .put = file(rendition_key(state_.began().prefix, name, init),
                              spool_segment_key(name, init), "video/mp4"),
                  .octets = 0};
}

const CatalogSegment* StorePlan::segment(std::uint32_t rendition, std::uint64_t number) const {
  const ChunkList<CatalogSegment>& all = state_.catalog().renditions[rendition].segments;
  // In the order of their numbers, with gaps: found by halving.
  std::size_t low = 0;
  std::size_t high = all.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (all[middle].number < number) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < all.size() && all[low].number == number ? &all[low] : nullptr;
}

std::optional<StoreJob> StorePlan::next_segment() {
  for (auto it = segments_.begin(); it != segments_.end();) {
    const auto [number, rendition] = *it;
    const CatalogSegment* found = segment(rendition, number);
    if (found == nullptr) {
      it = segments_.erase(it);  // it was dropped meanwhile
      continue;
    }
    const CatalogRendition& known = state_.catalog().renditions[rendition];
    const CatalogGeneration& generation = known.generations[found->generation];
    if (generation.container == media::PartContainer::kFmp4) {
      // Its initialization segment goes first.
      if (auto init = next_init(rendition, found->generation)) return init;
      if (!inits_stored_.contains({rendition, found->generation})) {
        ++it;
        continue;
      }
    }
    const std::string name = segment_name(number, generation.container);
    segments_.erase(it);
    ++media_in_flight_;
    return StoreJob{.kind = StoreJob::Kind::kSegment,
                    .rendition = rendition,
                    .number = number,
                    .put = file(rendition_key(state_.began().prefix, known.info.name, name),
                                spool_segment_key(known.info.name, name),
                                content_type_of(generation.container)),
                    .octets = found->bytes};
  }
  return std::nullopt;
}

std::optional<StoreJob> StorePlan::next_picture() {
  if (picture_in_flight_) return std::nullopt;
  StoreJob job;
  if (!thumbnails_.empty()) {
    job.kind = StoreJob::Kind::kThumbnail;
    job.number = thumbnails_.front();
    job.put = file(thumbnail_key(state_.began().prefix, thumbnails_.front()),
                   spool_thumbnail_key(thumbnails_.front()), kJpegType);
    thumbnails_.pop_front();
  } else if (latest_) {
    job.kind = StoreJob::Kind::kLatest;
    job.octets = latest_->size();
    job.put = io::PutObject{.name = named(latest_thumbnail_key(state_.began().prefix)),
                            .content = {*latest_},
                            .content_type = std::string(kJpegType)};
    latest_.reset();
  } else {
    return std::nullopt;
  }
  picture_in_flight_ = true;
  ++media_in_flight_;
  return job;
}

std::optional<StoreJob> StorePlan::next_of_round() {
  if (!round_active_ || (round_after_media_ && !is_media_stored())) return std::nullopt;
  while (!round_.empty() && round_.front().empty() && round_in_flight_ == 0) round_.pop_front();
  if (round_.empty() && round_in_flight_ == 0) {
    round_active_ = false;
    round_done_ = true;
    return std::nullopt;
  }
  if (round_.empty() || round_.front().empty()) return std::nullopt;
  StoreJob job{.kind = StoreJob::Kind::kRound,
               .rendition = 0,
               .number = round_id_,
               .put = std::move(round_.front().back()),
               .octets = 0};
  round_.front().pop_back();
  ++round_in_flight_;
  return job;
}

void StorePlan::done(const StoreJob& job) {
  if (job.kind == StoreJob::Kind::kRound) {
    if (job.number != round_id_ || !round_active_) return;
    --round_in_flight_;
    if (round_in_flight_ > 0) return;
    while (!round_.empty() && round_.front().empty()) round_.pop_front();
    if (!round_.empty()) return;
    round_active_ = false;
    round_done_ = true;
    return;
  }
  --media_in_flight_;
  if (job.kind == StoreJob::Kind::kInit) {
    inits_in_flight_.erase({job.rendition, job.number});
    inits_stored_.emplace(job.rendition, job.number);
  } else if (job.kind != StoreJob::Kind::kSegment) {
    picture_in_flight_ = false;
  }
}

void StorePlan::failed(StoreJob job) {
  switch (job.kind) {
    case StoreJob::Kind::kRound:
      if (job.number != round_id_ || !round_active_) return;
      --round_in_flight_;
      if (round_.empty()) round_.emplace_back();
      round_.front().push_back(std::move(job.put));
      return;
    case StoreJob::Kind::kInit:
      inits_in_flight_.erase({job.rendition, job.number});
      break;
    case StoreJob::Kind::kSegment:
      segments_.emplace(job.number, job.rendition);
      break;
    case StoreJob::Kind::kThumbnail:
      thumbnails_.push_front(static_cast<std::uint32_t>(job.number));
      picture_in_flight_ = false;
      break;
    case StoreJob::Kind::kLatest:
      // A newer one may wait already.
      if (!latest_) latest_ = std::get<io::PutObject>(job.put).content.front();
      picture_in_flight_ = false;
      break;
  }
  --media_in_flight_;
}

}  // namespace record
