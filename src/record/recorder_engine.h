// The recorder: hands what broadcasts give to their recordings, on a thread of its own, and lets
// those go on that an earlier run of the program has left in the spool.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/chores.h"
#include "io/descriptor.h"
#include "io/loop.h"
#include "io/object_store.h"
#include "io/timer.h"
#include "record/disk_syncer.h"
#include "record/part_queue.h"
#include "record/picture_maker.h"
#include "record/record.h"
#include "record/recording.h"
#include "record/removal.h"
#include "record/seams.h"
#include "record/shelf.h"
#include "record/surroundings.h"

namespace record {

/// What tests put in the place of the real ones.
struct EngineParts {
  std::function<std::unique_ptr<Replay>(io::Loop&, const Shelf&, const Settings&, Above&)> replay;
  std::function<std::unique_ptr<Clipper>(io::Loop&, const Shelf&, const Settings&, Above&,
                                         io::ObjectStore*)>
      clipper;
  /// On the recorder's loop; may give null.
  std::function<std::unique_ptr<PictureMaker>(io::Loop&)> pictures;
  base::Duration tick = std::chrono::seconds(1);
  base::Duration drain_patience = std::chrono::seconds(5);
};

class RecorderEngine final : public Recorder {
 public:
  /// kInvalid, kIo: the spool cannot be used; kConflict: another program uses it.
  static base::Expected<std::unique_ptr<Recorder>> create(io::LoopGroup& loops, Settings settings,
                                                          Above& above, EngineParts parts);
  ~RecorderEngine() override;

  std::unique_ptr<media::PartSink> open(Plan plan, base::StreamId stream,
                                        base::WallTime started_at) override;
  Replay& replay(io::Loop& loop) override;
  void clip(ClipRequest request,
            std::move_only_function<void(base::Expected<Facts>)> done) override;
  void remove(Facts facts, std::move_only_function<void(base::Expected<void>)> done) override;
  void drain(io::Loop& reply_to, std::move_only_function<void()> done) override;

 private:
  /// A broadcast that is on the air.
  struct Session {
    SinkBegan began;
    Recording* recording = nullptr;  // from its first part on
    bool is_over = false;            // nothing of it is recorded any more
  };
  struct Drain {
    io::Loop* reply_to = nullptr;
    std::move_only_function<void()> done;
    base::MonotonicTime deadline;
  };

  RecorderEngine(Settings settings, Above& above, EngineParts parts, io::Descriptor lock);

  io::Loop& loop() { return thread_.at(0); }
  Now now() const;
  void begin();
  void recover();
  void take(std::vector<SinkEvent> events);
  void on_part(Session& session, const media::MadePart& part);
  Recording* recording_for(const SinkBegan& began, const media::RenditionInfo& info);
  void fail_start(const SinkBegan& began, const std::string& reason);
  void end_session(Session& session);
  void tick();
  void keep_to_budget();
  void forget_gone();
  void go_on_draining();

  const Settings settings_;
  Above& above_;
  const EngineParts parts_;
  const io::Descriptor lock_;  // on the spool
  Shelf shelf_;
  RecordMetrics metrics_;
  std::vector<std::unique_ptr<Replay>> replays_;  // by the index of their loops

  io::LoopGroup thread_{1};
  // Of the thread; made by begin().
  std::unique_ptr<io::ObjectStore> store_;
  std::unique_ptr<PictureMaker> pictures_;
  std::unique_ptr<Clipper> clipper_;
  std::unique_ptr<DiskSyncer> syncer_;
  Surroundings around_;
  std::map<std::string, std::unique_ptr<Recording>> recordings_;
  std::map<std::uint64_t, Session> sessions_;
  std::map<std::uint64_t, std::unique_ptr<Removal>> removals_;
  std::uint64_t last_removal_ = 0;
  std::unique_ptr<io::Timer> timer_;
  std::unique_ptr<Drain> drain_;
  // Shared with the sinks; see there.
  std::shared_ptr<PartQueue> queue_;
};

}  // namespace record
