// What of a recording has to be stored next, in an order in which no playlist ever names what is
// not in the store: segments and pictures as they come, and now and then a round of playlists with
// what is in the store then. Knows no store. On the recorder's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "io/object_store.h"
#include "record/recording_state.h"

namespace record {

using StorePut = std::variant<io::PutObject, io::PutFile>;

struct StoreJob {
  enum class Kind : std::uint8_t { kInit, kSegment, kThumbnail, kLatest, kRound };
  Kind kind = Kind::kRound;
  std::uint32_t rendition = 0;
  std::uint64_t number = 0;  // of the segment or picture, the generation of an init
  StorePut put;
  std::uint64_t octets = 0;
};

class StorePlan {
 public:
  /// `state` outlives it. `folder` is the recording's in the spool.
  StorePlan(const RecordingState& state, std::string folder)
      : state_(state), folder_(std::move(folder)) {}

  /// Its file is whole.
  void segment_ready(std::size_t rendition, std::uint64_t number);
  void thumbnail_ready(std::uint32_t number);
  /// Takes the place of one that waits.
  void latest_ready(base::Slice jpeg) { latest_ = std::move(jpeg); }
  /// Forgets the segments and pictures that wait.
  void drop_media();

  using Round = std::deque<std::vector<StorePut>>;  // stages: one after the other
  /// Stored behind everything that waits now if `after_media`. One at a time.
  void begin_round(Round round, bool after_media);
  bool has_round() const { return round_active_; }
  /// A round has been stored as a whole since the last call.
  bool take_round_done() { return std::exchange(round_done_, false); }
  void drop_round();

  /// Nothing of media and pictures is under way or waits.
  bool is_media_stored() const {
    return segments_.empty() && thumbnails_.empty() && !latest_ && media_in_flight_ == 0;
  }

  std::optional<StoreJob> next();
  void done(const StoreJob& job);
  void failed(StoreJob job);

 private:
  const CatalogSegment* segment(std::uint32_t rendition, std::uint64_t number) const;
  std::optional<StoreJob> next_init(std::uint32_t rendition, std::uint32_t generation);
  std::optional<StoreJob> next_segment();
  std::optional<StoreJob> next_picture();
  std::optional<StoreJob> next_of_round();
  io::ObjectName named(std::string key) const;
  io::PutFile file(std::string key, const std::string& spool_key, std::string_view type) const;

  using Place = std::pair<std::uint32_t, std::uint64_t>;  // rendition, number

  const RecordingState& state_;
  const std::string folder_;
  std::set<std::pair<std::uint64_t, std::uint32_t>> segments_;  // number, rendition: oldest first
  std::set<Place> inits_stored_;
  std::set<Place> inits_in_flight_;
  std::deque<std::uint32_t> thumbnails_;
  std::optional<base::Slice> latest_;
  std::size_t media_in_flight_ = 0;
  bool picture_in_flight_ = false;
  Round round_;
  std::size_t round_in_flight_ = 0;
  std::uint64_t round_id_ = 0;
  bool round_active_ = false;
  bool round_after_media_ = false;
  bool round_done_ = false;
};

}  // namespace record
