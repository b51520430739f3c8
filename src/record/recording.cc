#include "record/recording.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "io/files.h"
#include "record/layout.h"
#include "record/selection.h"

namespace record {
namespace {

constexpr std::size_t kRecordingIdLength = 12;
constexpr std::size_t kSessionIdLength = 16;
constexpr base::Duration kReportEvery = std::chrono::seconds(5);
// A journal is written anew when it has become so long, and several times as long as what it says.
constexpr std::size_t kJournalLeast = std::size_t{1} << 20;
constexpr std::size_t kJournalGrowth = 4;
// A failed recording may still be told of, and what it has be stored, for so long.
constexpr base::Duration kFailurePatience = std::chrono::minutes(5);
constexpr base::Duration kNoSpacePatience = std::chrono::minutes(1);

}  // namespace

RecordMetrics::RecordMetrics()
    : running(base::metrics().gauge("rostrum_recordings_running",
                                    "Recordings and time shifts with a broadcast on the air")),
      spool(base::metrics().gauge("rostrum_recording_spool_bytes",
                                  "Octets of recordings in the spool")),
      stored(base::metrics().counter("rostrum_recording_stored_bytes_total",
                                     "Octets of recordings brought to the object store")),
      retries(base::metrics().counter("rostrum_recording_upload_retries_total",
                                      "Uploads of recordings that failed and are tried again")),
      failures(
          base::metrics().counter("rostrum_recording_failures_total", "Recordings that failed")),
      parts(base::metrics().counter("rostrum_recording_parts_total", "Parts recorded")) {}

Recording::Recording(const Surroundings& around, std::string folder)
    : around_(around),
      folder_(std::move(folder)),
      plan_(state_, folder_),
      uploader_(around.store, plan_, *this) {}

Recording::~Recording() {
  around_.metrics.spool.add(-static_cast<std::int64_t>(spool_octets_));
}

base::Expected<std::unique_ptr<Recording>> Recording::begin(const Surroundings& around, Plan plan,
                                                            base::WallTime started_at) {
  const std::string id = base::random_alphanumeric(kRecordingIdLength);
  std::string folder = spool_folder(around.settings.spool, id);
  if (auto made = io::make_directories(folder); !made) return base::fail(std::move(made.error()));
  std::unique_ptr<Recording> recording(new Recording(around, std::move(folder)));
  auto journal = Journal::open(recording->folder_ + "/" + std::string(kJournalFile), 0);
  if (!journal) return base::fail(std::move(journal.error()));
  recording->journal_ = std::move(*journal);
  BeganRecord began{.plan = std::move(plan),
                    .recording = id,
                    .session = base::random_alphanumeric(kSessionIdLength),
                    .prefix = {},
                    .started_at = started_at};
  began.prefix = recording_prefix(began.plan.account, began.plan.channel, started_at, id);
  if (auto kept = recording->keep(began); !kept) return base::fail(std::move(kept.error()));
  recording->writer_.emplace(recording->folder_, recording->state_, *recording->journal_,
                             !recording->is_time_shift());
  return recording;
}

base::Expected<void> Recording::keep(const Record& record) {
  journal_->add(record);
  return state_.apply(record);
}

void Recording::keep_or_fail(const Record& record) {
  if (auto kept = keep(record); !kept) fail(kept.error().message, false);
}

bool Recording::takes(const Plan& plan, const media::RenditionInfo& info) const {
  if (phase_ != Phase::kWaiting || is_time_shift()) return false;
  if (state_.broadcasts().size() >= kMaxBroadcasts) return false;
  if (state_.facts().duration >= kMaxLength) return false;
  if (plan.bucket != state_.plan().bucket || plan.renditions != state_.plan().renditions ||
      plan.custom != state_.plan().custom) {
    return false;
  }
  const RecordedRendition described = describe(info);
  for (const CatalogRendition& known : state_.catalog().renditions) {
    if (known.info.name == described.name && known.generations.back().container != info.container) {
      return false;
    }
  }
  return std::ranges::any_of(state_.seen(), [&](const RecordedRendition& seen) {
    return seen.name == described.name && is_alike(seen, described);
  });
}

void Recording::begin_broadcast(const base::StreamId& stream, base::WallTime started_at) {
  phase_ = Phase::kOnAir;
  keep_or_fail(BroadcastRecord{.stream = stream, .at = started_at});
  writer_->begin_broadcast(around_.settings.segment);
  progress_.reset();
  progress_rendition_.clear();
  stand_in_decided_ = false;
  seen_.clear();
  seen_kept_.clear();
  if (state_.plan().renditions == Plan::Renditions::kNone) {
    progress_.emplace(around_.settings.segment, state_.catalog().duration);
  }
  changed_ = true;
}

void Recording::end_broadcast(const Now& now) {
  now_ = now;
  if (phase_ != Phase::kOnAir) return;
  choose_stand_in();
  if (phase_ != Phase::kOnAir) return;
  std::vector<MediaWriter::Finished> finished;
  writer_->end_broadcast(finished);
  sync(std::move(finished));
  keep_or_fail(BroadcastOverRecord{.at = state_.last_date()});
  if (phase_ != Phase::kOnAir) return;
  changed_ = true;
  const Plan& plan = state_.plan();
  const bool may_go_on = plan.reconnect_window > base::Duration::zero() && !is_time_shift() &&
                         state_.broadcasts().size() < kMaxBroadcasts &&
                         state_.facts().duration < kMaxLength && state_.has_media();
  if (!may_go_on) {
    end();
  } else {
    phase_ = Phase::kWaiting;
    waits_until_ =
        now.wall + std::chrono::duration_cast<std::chrono::microseconds>(plan.reconnect_window);
  }
  flush(now);
}

void Recording::end() {
  if (phase_ != Phase::kOnAir && phase_ != Phase::kWaiting) return;
  phase_ = Phase::kFinishing;
  keep_or_fail(EndingRecord{});
  changed_ = true;
  // Of a broadcast without media nothing is left, and nobody needs to know.
  if (is_time_shift()) {
    tell(Notice::Kind::kTimeShiftOver);
    finish_over();
  } else if (!state_.has_media()) {
    finish_over();
  }
}

void Recording::fail(const std::string& reason, bool out_of_space) {
  if (phase_ == Phase::kFailing || phase_ == Phase::kOver) return;
  base::log_error(
      "recording failed",
      {{"recording", id()}, {"channel", state_.plan().channel.str()}, {"reason", reason}});
  around_.metrics.failures.add();
  phase_ = Phase::kFailing;
  held_.clear();
  (void)state_.apply(FailedRecord{.reason = reason, .out_of_space = out_of_space});
  journal_->add(FailedRecord{.reason = reason, .out_of_space = out_of_space});
  std::vector<MediaWriter::Finished> finished;
  writer_->end_broadcast(finished);
  cut_files();
  (void)state_.apply(BroadcastOverRecord{.at = state_.last_date()});
  journal_->add(BroadcastOverRecord{.at = state_.last_date()});
  if (out_of_space) {
    plan_.drop_media();
    drop_unstored_files();
  } else {
    sync(std::move(finished));
  }
  (void)journal_->flush();  // it may be what failed
  plan_.drop_round();
  round_ = RoundIs::kNone;
  give_up_at_ = now_.monotonic + (out_of_space ? kNoSpacePatience : kFailurePatience);
  changed_ = true;
  if (is_time_shift()) {
    tell(Notice::Kind::kTimeShiftOver, reason);
    finish_over();
  }
}

void Recording::flush(const Now& now) {
  now_ = now;
  const std::uint64_t written = writer_ ? writer_->take_written() : 0;
  spool_octets_ += written;
  around_.metrics.spool.add(static_cast<std::int64_t>(written));
  if (phase_ != Phase::kFailing && phase_ != Phase::kOver) {
    if (auto flushed = journal_->flush(); !flushed) {
      fail(flushed.error().message, is_out_of_space(flushed.error()));
    }
  }
  if (changed_) publish();
  upload();
}

void Recording::tick(const Now& now) {
  now_ = now;
  remove_left(false);
  if (phase_ == Phase::kOver) {
    if (now.monotonic - *over_since_ >= kSpoolGrace) {
      around_.shelf.remove(id());
      remove_folder(folder_);
      gone_ = true;
    }
    return;
  }
  if (phase_ == Phase::kWaiting && now.wall >= waits_until_) end();
  if (phase_ == Phase::kOnAir && now.monotonic >= next_report_) {
    next_report_ = now.monotonic + kReportEvery;
    if (is_time_shift() && state_.has_media()) tell(Notice::Kind::kTimeShift);
    if (state_.is_started()) tell(Notice::Kind::kGoesOn);
  }
  if (phase_ != Phase::kFailing && journal_->size() > kJournalLeast &&
      journal_->size() > kJournalGrowth * checkpoint_size_) {
    if (auto replaced = journal_->replace(state_.checkpoint()); !replaced) {
      fail(replaced.error().message, is_out_of_space(replaced.error()));
    }
    checkpoint_size_ = journal_->size();
  }
  flush(now);
}

void Recording::tell(Notice::Kind kind, const std::string& reason) {
  Notice notice;
  notice.kind = kind;
  if (!state_.broadcasts().empty()) notice.stream = state_.broadcasts().back().stream;
  notice.reason = reason;
  notice.facts = state_.facts();
  around_.tell(notice);
}

void Recording::publish() {
  changed_ = false;
  if (phase_ == Phase::kOver) return;
  auto item = std::make_shared<ShelfItem>();
  item->facts = state_.facts();
  item->catalog = std::make_shared<const Catalog>(state_.failed() ? state_.stored_catalog()
                                                                  : state_.readable_catalog());
  item->running = phase_ == Phase::kOnAir;
  around_.shelf.put(std::move(item));
}

}  // namespace record
