// One recording (or time shift) from its first part until everything of it is in the store: what
// comes in goes to the spool and the journal, from there to the store, and those above are told.
// On the recorder's thread; time is an argument.
//
//   on air -> waiting (for another broadcast) -> finishing -> over
//        any of them -> failing -> over
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "record/journal.h"
#include "record/media_writer.h"
#include "record/recording_state.h"
#include "record/rounds.h"
#include "record/store_plan.h"
#include "record/surroundings.h"
#include "record/uploader.h"

namespace record {

/// The present, as both clocks have it.
struct Now {
  base::MonotonicTime monotonic{};
  base::WallTime wall{};
};

class Recording final : private Uploader::Owner {
 public:
  enum class Phase : std::uint8_t { kOnAir, kWaiting, kFinishing, kFailing, kOver };
  /// Broadcasts and length of one recording.
  static constexpr std::size_t kMaxBroadcasts = 20;
  static constexpr base::Duration kMaxLength = std::chrono::hours(48);

  /// A new one, in a new folder.
  static base::Expected<std::unique_ptr<Recording>> begin(const Surroundings& around, Plan plan,
                                                          base::WallTime started_at);
  /// What a crash or an end of the program left in this folder; null if there is nothing to be
  /// finished. The folder of such is removed.
  static std::unique_ptr<Recording> recover(const Surroundings& around, const std::string& folder,
                                            const Now& now);
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  const std::string& id() const { return state_.began().recording; }
  const RecordingState& state() const { return state_; }
  Phase phase() const { return phase_; }
  /// All is told and the folder is gone.
  bool is_gone() const { return gone_; }
  /// Of its files in the spool.
  std::uint64_t spool_octets() const { return spool_octets_; }
  /// Whether a broadcast that begins with this rendition goes into it.
  bool takes(const Plan& plan, const media::RenditionInfo& info) const;

  void begin_broadcast(const base::StreamId& stream, base::WallTime started_at);
  void on_part(const media::MadePart& part);
  void end_broadcast(const Now& now);
  /// No broadcast goes into it any more.
  void end();
  void fail(const std::string& reason, bool out_of_space);
  /// After each bunch of parts: what was written so far counts.
  void flush(const Now& now);
  /// About once a second.
  void tick(const Now& now);
  /// Removes files that are in the store already, though somebody may still have been told of them.
  void drop_stored_files();

 private:
  enum class RoundIs : std::uint8_t { kNone, kRenewal, kFinal, kFailed };
  struct Leaving {
    std::string path;
    base::MonotonicTime when;
  };

  Recording(const Surroundings& around, std::string folder);

  base::Expected<void> keep(const Record& record);
  void keep_or_fail(const Record& record);
  void tell(Notice::Kind kind, const std::string& reason = {});
  void publish();
  bool is_time_shift() const { return state_.plan().time_shift > base::Duration::zero(); }

  // recording_media.cc
  void see(const media::MadePart& part);
  void record_part(const media::MadePart& part);
  void hold(const media::MadePart& part);
  void choose_stand_in();
  void note_progress(const media::MadePart& part);
  void picture(const media::MadePart& part);
  void on_picture(CatalogThumbnail thumbnail, base::Expected<media::pipe::Picture> picture);
  base::Expected<void> keep_picture(CatalogThumbnail thumbnail, const base::Slice& jpeg);
  void sync(std::vector<MediaWriter::Finished> finished);
  void drop_old_segments();

  // recording_store.cc
  void on_stored(const StoreJob& job) override;
  void on_store_failure(const StoreJob& job, const base::Error& error) override;
  void on_upload_over() override;
  void upload();
  void after_round();
  void begin_round_if_due();
  bool may_start() const;
  void begin_round(RoundKind kind);
  void drop_unstored_files();
  void leave(const std::string& key);
  void remove_left(bool all);
  void finish_over();
  std::string spool_path(std::uint32_t rendition, std::uint64_t number) const;

  // recovery.cc
  enum class Restored : std::uint8_t {
    kNothing,  // that anybody would miss
    kTakenUp,
    kLeft  // the disk does not allow it now
  };
  Restored restore(const JournalContents& contents, const Now& now);
  void cut_files();
  void resume_uploads();

  const Surroundings& around_;
  const std::string folder_;
  RecordingState state_;
  std::optional<Journal> journal_;
  std::optional<MediaWriter> writer_;
  StorePlan plan_;
  Uploader uploader_;
  Phase phase_ = Phase::kOnAir;
  bool gone_ = false;
  Now now_;
  std::uint64_t spool_octets_ = 0;
  bool changed_ = false;  // since the last snapshot
  std::size_t syncing_ = 0;
  std::size_t checkpoint_size_ = 0;

  std::set<const media::RenditionInfo*> seen_;  // of this broadcast; kept alive by the next
  std::vector<std::shared_ptr<const media::RenditionInfo>> seen_kept_;
  std::set<std::string, std::less<>> stand_ins_;  // renditions that are recorded all the same
  bool stand_in_decided_ = false;
  std::deque<media::MadePart> held_;
  std::optional<Cutter> progress_;  // where nothing but pictures is kept
  std::string progress_rendition_;

  media::Ticks picture_due_ = 0;
  bool picture_asked_ = false;

  base::WallTime waits_until_{};
  base::MonotonicTime next_report_{};
  base::MonotonicTime renew_at_{};
  std::optional<base::MonotonicTime> give_up_at_;  // of a failing one
  RoundIs round_ = RoundIs::kNone;
  bool newly_stored_ = false;
  std::deque<Leaving> leaving_;
  std::optional<base::MonotonicTime> over_since_;
  std::string last_store_error_;

  // Whoever holds it weakly learns from it that this is still there: answers come late.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace record
