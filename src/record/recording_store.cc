// A recording's way out: to the store, and out of the spool.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "record/layout.h"
#include "record/recording.h"
#include "record/spool_file.h"

namespace record {
namespace {

constexpr base::Duration kRenewEvery = std::chrono::seconds(30);
// Playlists of long recordings are renewed more rarely: they list everything.
constexpr int kRenewShare = 480;

}  // namespace

std::string Recording::spool_path(std::uint32_t rendition, std::uint64_t number) const {
  const CatalogRendition& known = state_.catalog().renditions[rendition];
  // The same file name whichever generation of that container it is of.
  for (const auto container : {media::PartContainer::kMpegTs, media::PartContainer::kFmp4}) {
    const std::string key = spool_segment_key(known.info.name, segment_name(number, container));
    if (file_size(folder_ + "/" + key) > 0) return key;
  }
  return spool_segment_key(known.info.name,
                           segment_name(number, known.generations.back().container));
}

void Recording::on_stored(const StoreJob& job) {
  around_.metrics.stored.add(job.octets);
  if (!last_store_error_.empty()) {
    base::log_info("recording is being stored again", {{"recording", id()}});
    last_store_error_.clear();
  }
  newly_stored_ = true;
  if (job.kind == StoreJob::Kind::kSegment) {
    const StoredRecord record{.rendition = job.rendition, .number = job.number};
    journal_->add(record);
    (void)state_.apply(record);  // cannot fail
    leave(spool_path(job.rendition, job.number));
  } else if (job.kind == StoreJob::Kind::kThumbnail) {
    leave(spool_thumbnail_key(static_cast<std::uint32_t>(job.number)));
  }
}

void Recording::on_store_failure(const StoreJob& job, const base::Error& error) {
  around_.metrics.retries.add();
  // One line for each kind of failure, not one for each attempt.
  if (last_store_error_ != error.message) {
    base::log_warn("recording cannot be stored, will try again",
                   {{"recording", id()}, {"reason", error.message}});
    last_store_error_ = error.message;
  }
  const auto* file = std::get_if<io::PutFile>(&job.put);
  if (file != nullptr && error.code == base::ErrorCode::kInvalid && file_size(file->path) == 0 &&
      job.kind == StoreJob::Kind::kSegment) {
    fail("a segment is missing in the spool", false);
  }
}

void Recording::on_upload_over() {
  flush(now_);
}

void Recording::upload() {
  if (is_time_shift() || phase_ == Phase::kOver) return;
  uploader_.pump(now_.monotonic);
  if (plan_.take_round_done()) after_round();
  if (phase_ == Phase::kOver) return;
  begin_round_if_due();
  if (phase_ != Phase::kOver) uploader_.pump(now_.monotonic);
}

bool Recording::may_start() const {
  if (state_.plan().renditions == Plan::Renditions::kNone) return state_.has_media();
  for (std::size_t i = 0; i < state_.renditions().size(); ++i) {
    if (state_.stored_prefix(i) > 0) return true;
  }
  return false;
}

void Recording::begin_round_if_due() {
  if (plan_.has_round()) {
    if (phase_ == Phase::kFailing && now_.monotonic >= *give_up_at_) {
      plan_.drop_round();
      after_round();
    }
    return;
  }
  const bool idle = plan_.is_media_stored() && syncing_ == 0;
  if (phase_ == Phase::kFailing) {
    if (idle || now_.monotonic >= *give_up_at_) begin_round(RoundKind::kFailed);
    return;
  }
  if (!state_.is_started()) {
    if (may_start()) begin_round(RoundKind::kRenewal);
    return;
  }
  if (phase_ == Phase::kFinishing) {
    if (idle) begin_round(RoundKind::kFinal);
    return;
  }
  if (newly_stored_ && now_.monotonic >= renew_at_) begin_round(RoundKind::kRenewal);
}

void Recording::begin_round(RoundKind kind) {
  round_ = RoundIs::kRenewal;
  if (kind == RoundKind::kFinal) round_ = RoundIs::kFinal;
  if (kind == RoundKind::kFailed) {
    round_ = RoundIs::kFailed;
    // There is still time for one attempt.
    give_up_at_ = std::max(*give_up_at_, now_.monotonic + std::chrono::seconds(20));
  }
  const RoundOptions options{
      .kind = kind,
      .tells_start = !state_.is_started() && kind == RoundKind::kRenewal,
      .message = state_.failed() ? std::string_view(state_.failed()->reason) : std::string_view(),
      .least_target = static_cast<std::uint32_t>(
          std::chrono::ceil<std::chrono::seconds>(around_.settings.segment).count() + 2)};
  newly_stored_ = false;
  renew_at_ =
      now_.monotonic + std::max<base::Duration>(kRenewEvery, state_.facts().duration / kRenewShare);
  plan_.begin_round(make_round(state_, folder_, options), false);
}

void Recording::after_round() {
  switch (std::exchange(round_, RoundIs::kNone)) {
    case RoundIs::kNone:
      break;
    case RoundIs::kRenewal:
      if (state_.is_started()) break;
      keep_or_fail(StartedRecord{});
      if (phase_ != Phase::kFailing) tell(Notice::Kind::kStarted);
      break;
    case RoundIs::kFinal:
      tell(Notice::Kind::kEnded);
      base::log_info("recording is complete",
                     {{"recording", id()},
                      {"channel", state_.plan().channel.str()},
                      {"seconds", static_cast<double>(state_.facts().duration.count()) / 1e9},
                      {"bytes", state_.bytes()}});
      finish_over();
      break;
    case RoundIs::kFailed:
      tell(state_.is_started() ? Notice::Kind::kEndFailed : Notice::Kind::kStartFailed,
           state_.failed()->reason);
      finish_over();
      break;
  }
}

// Nothing is left to be done. Files stay a little for those who were told of them.
void Recording::finish_over() {
  phase_ = Phase::kOver;
  over_since_ = now_.monotonic;
  uploader_.stop();
  journal_.reset();
  // A folder without a journal is removed at the next start.
  (void)remove_file(folder_ + "/" + std::string(kJournalFile));
  auto item = std::make_shared<ShelfItem>();
  item->facts = state_.facts();
  item->catalog =
      std::make_shared<const Catalog>(state_.failed() ? state_.stored_catalog() : state_.catalog());
  around_.shelf.put(std::move(item));
}

void Recording::leave(const std::string& key) {
  leaving_.push_back({.path = folder_ + "/" + key, .when = now_.monotonic + kSpoolGrace});
}

void Recording::remove_left(bool all) {
  while (!leaving_.empty() && (all || leaving_.front().when <= now_.monotonic)) {
    const std::uint64_t octets = std::min(spool_octets_, remove_file(leaving_.front().path));
    spool_octets_ -= octets;
    around_.metrics.spool.add(-static_cast<std::int64_t>(octets));
    leaving_.pop_front();
  }
}

void Recording::drop_stored_files() {
  remove_left(true);
}

void Recording::drop_unstored_files() {
  for (std::uint32_t i = 0; i < state_.renditions().size(); ++i) {
    const ChunkList<CatalogSegment>& segments = state_.catalog().renditions[i].segments;
    for (std::size_t j = segments.size(); j > state_.stored_prefix(i); --j) {
      leave(spool_path(i, segments[j - 1].number));
    }
  }
  remove_left(true);
}

}  // namespace record
