// What a crash, or the end of the program, left of a recording.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "io/files.h"
#include "record/layout.h"
#include "record/recording.h"
#include "record/spool_file.h"

namespace record {

std::unique_ptr<Recording> Recording::recover(const Surroundings& around, const std::string& folder,
                                              const Now& now) {
  std::unique_ptr<Recording> recording(new Recording(around, folder));
  auto contents = read_journal(folder + "/" + std::string(kJournalFile));
  if (!contents && contents.error().code != base::ErrorCode::kNotFound) {
    base::log_error("recording cannot be taken up again",
                    {{"folder", folder}, {"reason", contents.error().message}});
    return nullptr;
  }
  const Restored restored = contents ? recording->restore(*contents, now) : Restored::kNothing;
  if (restored == Restored::kNothing) remove_folder(folder);
  return restored == Restored::kTakenUp ? std::move(recording) : nullptr;
}

Recording::Restored Recording::restore(const JournalContents& contents, const Now& now) {
  now_ = now;
  for (const Record& record : contents.records) {
    if (!state_.apply(record)) break;
  }
  const bool was_on_air = state_.on_air();
  if (is_time_shift()) {
    tell(Notice::Kind::kTimeShiftOver);
    return Restored::kNothing;
  }
  cut_files();
  if (!state_.has_media() && !state_.is_started()) return Restored::kNothing;
  if (was_on_air) (void)state_.apply(BroadcastOverRecord{.at = state_.last_date()});

  auto journal = Journal::open(folder_ + "/" + std::string(kJournalFile), contents.valid);
  auto replaced = journal ? journal->replace(state_.checkpoint())
                          : base::Expected<void>(base::fail(std::move(journal.error())));
  if (!replaced) {
    base::log_error("recording cannot be taken up again",
                    {{"recording", id()}, {"reason", replaced.error().message}});
    return Restored::kLeft;
  }
  journal_ = std::move(*journal);
  checkpoint_size_ = journal_->size();
  writer_.emplace(folder_, state_, *journal_, true);
  if (state_.thumbnails() > 0) {
    const auto interval = std::max(state_.plan().thumbnails.interval, std::chrono::seconds(1));
    picture_due_ =
        state_.catalog().thumbnails.back().position + interval.count() * media::kVideoTimescale;
  }
  waits_until_ = state_.last_date() + std::chrono::duration_cast<std::chrono::microseconds>(
                                          state_.plan().reconnect_window);
  newly_stored_ = true;
  changed_ = true;
  if (state_.failed()) {
    phase_ = Phase::kFailing;
    give_up_at_ = now.monotonic + std::chrono::minutes(1);
  } else if (state_.is_ending()) {
    phase_ = Phase::kFinishing;
  } else {
    phase_ = Phase::kWaiting;
    if (state_.plan().reconnect_window == base::Duration::zero() || now.wall >= waits_until_) {
      end();
    }
  }
  resume_uploads();
  base::log_info("recording taken up again",
                 {{"recording", id()},
                  {"channel", state_.plan().channel.str()},
                  {"seconds", static_cast<double>(state_.facts().duration.count()) / 1e9}});
  return Restored::kTakenUp;
}

// Files end with the last part that the journal knows, and the journal with what is in the files.
void Recording::cut_files() {
  for (std::uint32_t i = 0; i < state_.renditions().size(); ++i) {
    const CatalogRendition& rendition = state_.catalog().renditions[i];
    const std::string samples = folder_ + "/" + spool_samples_key(rendition.info.name);
    if (rendition.segments.empty()) continue;
    const std::string path = folder_ + "/" + spool_path(i, rendition.segments.back().number);
    const bool open = !rendition.segments.back().complete;
    const auto sizes =
        state_.cut_open_segment(i, {.segment = file_size(path), .samples = file_size(samples)});
    if (open) truncate_file(path, sizes.segment);
    truncate_file(samples, sizes.samples);
  }
}

void Recording::resume_uploads() {
  const bool out_of_space = state_.failed() && state_.failed()->out_of_space;
  bool lost = false;
  std::uint64_t octets = 0;
  for (std::uint32_t i = 0; i < state_.renditions().size(); ++i) {
    const CatalogRendition& rendition = state_.catalog().renditions[i];
    octets += file_size(folder_ + "/" + spool_samples_key(rendition.info.name));
    for (std::size_t j = 0; j < rendition.segments.size(); ++j) {
      const CatalogSegment& segment = rendition.segments[j];
      const std::string key = spool_path(i, segment.number);
      const std::uint64_t size = file_size(folder_ + "/" + key);
      octets += size;
      if (state_.renditions()[i].is_stored(segment.number)) {
        if (size > 0) leave(key);
        continue;
      }
      if (out_of_space) continue;
      if (size == segment.bytes) plan_.segment_ready(i, segment.number);
      if (size != segment.bytes) lost = true;
    }
  }
  for (std::uint32_t i = 0; i < state_.thumbnails(); ++i) {
    const std::uint64_t size = file_size(folder_ + "/" + spool_thumbnail_key(i));
    octets += size;
    if (size > 0) plan_.thumbnail_ready(i);
  }
  if (state_.plan().thumbnails.latest && state_.thumbnails() > 0) {
    constexpr std::size_t kMaxPicture = std::size_t{8} << 20;
    auto latest =
        io::read_file(folder_ + "/" + spool_thumbnail_key(state_.thumbnails() - 1), kMaxPicture);
    if (latest && !latest->empty()) plan_.latest_ready(base::Slice::take(std::move(*latest)));
  }
  spool_octets_ = octets;
  around_.metrics.spool.add(static_cast<std::int64_t>(octets));
  if (lost) fail("a part of the recording is missing in the spool", false);
}

}  // namespace record
