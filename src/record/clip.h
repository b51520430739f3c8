// Makes clips, one after the other, on the recorder's loop: copies what a plan says from the spool
// or the store into the store, in bounded memory. The catalog and the playlists that name the rest
// are stored last: a clip that is given up half-way is never seen.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/object_store.h"
#include "io/timer.h"
#include "record/clip_plan.h"
#include "record/record.h"
#include "record/replay_files.h"
#include "record/replay_library.h"
#include "record/seams.h"
#include "record/workshop.h"

namespace record {

class ClipMaker final : public Clipper {
 public:
  using Done = std::move_only_function<void(base::Expected<Facts>)>;
  /// More are refused with kLimit.
  static constexpr std::size_t kMaxWaiting = 16;

  /// `read` and `spool` are stores of its own, either may be null; `store` outlives it.
  ClipMaker(io::Loop& loop, const Shelf& shelf, Above& above,
            std::unique_ptr<io::ObjectStore> spool, std::unique_ptr<io::ObjectStore> read,
            io::ObjectStore& store);
  ~ClipMaker() override;

  void clip(ClipRequest request, Done done) override;

 private:
  struct Task {
    ClipRequest request;
    Done done;
    ReplayEntry source;
    ClipPlan plan;
    std::size_t file = 0;                   // of the plan: the next to be copied
    std::size_t rendition = 0;              // whose samples are read
    std::size_t segment = 0;                // of it
    std::vector<base::ByteWriter> samples;  // by the clip's renditions
    /// Offsets and lengths of the segments' lists in these.
    std::vector<std::vector<std::pair<std::uint64_t, std::size_t>>> places;
    std::deque<io::PutObject> last;  // what is stored behind the media, in this order
    std::vector<io::ObjectName> stored;
    unsigned attempts = 0;  // of the object that is being stored
  };

  void begin_next();
  void on_source(base::Expected<ReplayEntry> source);
  void copy_next();
  void on_picture(const std::string& key, base::Expected<base::Slice> data);
  void read_samples();
  void on_samples(base::Expected<std::vector<base::Slice>> parts);
  void describe();
  void store_last();
  /// `then` when it is there; whatever is wrong ends the clip.
  void put(io::PutObject object, std::function<void()> then);
  void finish();
  void fail(base::Error error);
  static void place_samples(Task& task);
  void take_back();

  io::Loop& loop_;
  io::ObjectStore& store_;
  ReplayFiles files_;
  Workshop workshop_;
  ReplayLibrary library_;
  std::deque<Task> waiting_;  // the first is being made
  bool busy_ = false;
  std::unique_ptr<io::ObjectStore::Pending> putting_;
  std::deque<io::ObjectName> garbage_;  // of clips that failed
  std::unique_ptr<io::ObjectStore::Pending> removing_;
  io::Timer again_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // weakly held by posts
};

}  // namespace record
