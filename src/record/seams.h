// Where the two halves of the engine meet: the recorder (record/recorder_engine.h) makes the
// viewers' side and the maker of clips by these functions, which replay*.cc and clip*.cc define.
#pragma once

#include <functional>
#include <memory>

#include "base/error.h"
#include "record/record.h"
#include "record/shelf.h"

namespace record {

/// The viewers' side on one loop, made when the engine is made (before the loops run) and destroyed
/// when they have stopped. Makes its own store with above.make_store(loop). All outlive it.
std::unique_ptr<Replay> make_replay(io::Loop& loop, const Shelf& shelf, const Settings& settings,
                                    Above& above);

/// Makes clips on the recorder's loop.
class Clipper {
 public:
  virtual ~Clipper() = default;
  /// See Recorder::clip. Everything of the clip (media, playlists, catalog, samples, events) is in
  /// the store when `done` gets its facts, on the recorder's loop.
  virtual void clip(ClipRequest request,
                    std::move_only_function<void(base::Expected<Facts>)> done) = 0;
};
/// On the recorder's loop, which `store` belongs to; null where nothing is configured.
std::unique_ptr<Clipper> make_clipper(io::Loop& loop, const Shelf& shelf, const Settings& settings,
                                      Above& above, io::ObjectStore* store);

}  // namespace record
