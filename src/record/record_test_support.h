// What tests of recordings are made with: a store in memory that fails and hangs on demand, and
// broadcasts of made-up parts.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/files.h"
#include "io/loop.h"
#include "io/object_store.h"
#include "media/made_part.h"
#include "record/recording.h"

namespace record {

/// Objects in memory, on one loop. Keys with their bucket: "bucket/key".
class MemoryStore final : public io::ObjectStore {
 public:
  enum class Mode { kWorks, kFails, kHangs };
  /// What outlives the store; used on its loop only.
  struct Contents {
    std::map<std::string, std::string> objects;
    std::vector<std::string> order;  // keys as they were put
    Mode mode = Mode::kWorks;
    std::size_t refused = 0;
  };

  MemoryStore(io::Loop& loop, Contents& contents) : loop_(loop), contents_(contents) {}

  std::unique_ptr<Pending> put(io::PutObject object, Done<void> done) override;
  std::unique_ptr<Pending> put_file(io::PutFile file, Done<void> done) override;
  std::unique_ptr<Pending> get(io::GetObject object, Done<base::Slice> done) override;
  std::unique_ptr<Pending> head(io::ObjectName name, Done<io::ObjectInfo> done) override;
  std::unique_ptr<Pending> list(io::ListObjects which, Done<io::ObjectPage> done) override;
  std::unique_ptr<Pending> remove(io::ObjectName name, Done<void> done) override;

 private:
  template <class Result, class Work>
  std::unique_ptr<Pending> answer(Done<Result> done, Work work);

  io::Loop& loop_;
  Contents& contents_;
};

/// The parts of a made-up broadcast: 200 ms each, ten in a segment, every segment with a keyframe.
class Broadcast {
 public:
  struct Options {
    std::vector<std::string> renditions{"720p30"};
    media::PartContainer container = media::PartContainer::kMpegTs;
    base::WallTime started_at{std::chrono::seconds(1'800'000'000)};
    std::size_t part_bytes = 1000;
    std::uint32_t bandwidth = 1'000'000;
    media::Ticks start = 900'000;
  };
  explicit Broadcast(Options options);

  /// The next part of every rendition.
  std::vector<media::MadePart> next();
  /// So many seconds of it.
  void play(Recording& recording, int seconds);
  /// A gap in what comes in.
  void gap(media::Ticks ticks);

  base::WallTime date() const;  // of the end of what was played
  const Options& options() const { return options_; }

 private:
  const Options options_;
  std::vector<std::shared_ptr<const media::RenditionInfo>> infos_;
  std::uint64_t count_ = 0;
  media::Ticks time_ = 0;
  bool discontinuity_ = false;
};

/// The octets of one of its parts.
std::string part_octets(const std::string& rendition, std::uint64_t number, std::size_t size);

/// What stands around recordings, with a clock of its own.
class RecordRig {
 public:
  RecordRig();

  Plan plan() const;
  std::unique_ptr<Recording> begin(const Plan& plan, const Broadcast& broadcast,
                                   const std::string& stream = "st-1");
  /// Handles what is due, now and after so much more time, in steps of a second.
  void run(Recording& recording, std::chrono::seconds time = {});
  void settle();
  std::vector<std::unique_ptr<Recording>> recover();
  const Notice* told(Notice::Kind kind) const;
  const std::string* object(const std::string& key) const;
  /// With all recordings' folders.
  std::string spool() const { return settings.spool; }

  io::TemporaryDirectory folder;
  Settings settings;
  io::Loop loop;
  MemoryStore::Contents contents;
  MemoryStore store;
  Shelf shelf;
  RecordMetrics metrics;
  std::vector<Notice> notices;
  Surroundings around;
  Now now;
};

}  // namespace record
