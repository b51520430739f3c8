// What the recorder asks and tells (record::Above), and what others want to know of recordings.
// Called from media loops and the recorder's thread; the database answers on its workers.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "control/arn.h"
#include "control/control.h"
#include "control/recording/bucket_checks.h"
#include "control/recording/recording_book.h"
#include "control/recording/recording_remover.h"
#include "control/recording/replay_gate.h"
#include "record/record.h"

namespace control {

class EventBus;
class LiveBoard;
class ViewerGates;

class RecordingDesk final : public record::Above {
 public:
  struct Around {
    const Settings& settings;
    io::SqlWorkers& sql;
    EventBus& events;
    ViewerGates& viewers;
    const LiveBoard& board;
    io::Loop& loop;  // control's own
  };
  /// Everything outlives it.
  explicit RecordingDesk(const Around& around);
  ~RecordingDesk() override;

  // record::Above
  void on_notice(const record::Notice& notice) override;
  std::unique_ptr<io::ObjectStore> make_store(io::Loop& loop) override;
  void find(const std::string& recording, io::Loop& reply_to,
            std::move_only_function<void(std::optional<record::Facts>)> done) override;
  record::ReplayAdmission& replay_admission(io::Loop& loop) override;

  /// Before start().
  void set_recorder(record::Recorder& recorder) { recorder_ = &recorder; }
  /// Null if there is none.
  record::Recorder* recorder() const { return recorder_; }
  // On control's loop.
  void start();
  void stop();
  /// From time to time.
  void look_after(base::WallTime now);

  RecordingBook& book() { return book_; }
  RecordingRemover& remover() { return remover_; }
  BucketChecks& buckets() { return buckets_; }

  /// How far back one can go in the channel's broadcast.
  std::optional<base::WallTime> reach_of(const base::ChannelId& channel, base::WallTime now) const;
  /// As in Control.
  void list_for_pages(const base::ChannelId& channel, std::string before, std::size_t limit,
                      std::move_only_function<void(base::Expected<ChannelRecordings>)> done);

 private:
  const Around around_;
  RecordingBook book_;
  RecordingRemover remover_;
  BucketChecks buckets_;
  record::Recorder* recorder_ = nullptr;
  std::vector<std::pair<io::Loop*, std::unique_ptr<ReplayGate>>> gates_;
};

}  // namespace control
