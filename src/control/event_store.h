// Events and what is to be done with them, in the database. A *lane* is everything that waits for
// one target about one channel: it is delivered in order, so only its first delivery is tried and
// the others wait behind it. Functions are called inside transactions, on a worker's thread.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "io/sql.h"

namespace control {

/// Makes the tables.
base::Expected<void> migrate_event_tables(io::SqlConnection& sql);

struct LaneKey {
  std::string rule;
  std::string target;
  std::string channel;  // an ARN, or empty: the whole account
  auto operator<=>(const LaneKey&) const = default;
};

struct NewEvent {
  std::string id;  // UUID
  std::string resource;
  std::string detail_type;
  std::string envelope;
  base::WallTime recorded_at{};
};

/// An event as it is kept. Sequences rise with every event and are never used twice.
struct KeptEvent {
  std::int64_t sequence = 0;
  std::string resource;
  std::string detail_type;
  std::string envelope;
};

struct Delivery {
  std::int64_t id = 0;
  std::string event_id;
  std::string detail_type;
  std::string envelope;
  base::WallTime queued_at{};
};

struct Lane {
  LaneKey key;
  std::int64_t attempts = 0;  // of the first delivery, failed ones
};

/// What became of the first deliveries of a lane.
struct LaneResult {
  LaneKey key = {};
  std::int64_t delivered_up_to = 0;  // their last id; 0: none
  enum class Next : std::uint8_t {
    kGoOn,   // the next one is due now
    kRetry,  // the next one has failed: again at `next_at`
    kDead,   // the next one has failed for good: it becomes a dead letter
  } next = Next::kGoOn;
  std::int64_t failed = 0;      // the delivery that failed
  std::int64_t attempts = 0;    // of it, with this one
  base::WallTime next_at{};     // for kRetry
  base::WallTime give_up_at{};  // with a dead letter go all that were queued before, up to kMaxDead
  std::string reason = {};      // one sentence
};

struct DeadLetter {
  std::int64_t id = 0;
  std::string rule;
  std::string target;
  std::string envelope;
  std::string reason;
  std::int64_t attempts = 0;
  base::WallTime event_at{};
  base::WallTime dead_at{};
};

/// Which dead letters; both empty: all.
struct DeadLetterChoice {
  std::string rule;
  std::vector<std::int64_t> ids;  // at most 100
};

namespace event_store {

/// Dead letters made at once, replayed or deleted at once.
inline constexpr std::int64_t kMaxDead = 1000;

base::Expected<std::int64_t> append(io::SqlConnection& sql, const NewEvent& event);
/// Puts an event at the end of a lane.
base::Expected<void> queue(io::SqlConnection& sql, const LaneKey& lane, std::int64_t sequence,
                           base::WallTime now);

/// Lanes whose first delivery is due, longest due first; of one target if that is given.
base::Expected<std::vector<Lane>> due_lanes(io::SqlConnection& sql, base::WallTime now,
                                            std::int64_t limit);
base::Expected<std::vector<Lane>> due_lanes_of(io::SqlConnection& sql, std::string_view rule,
                                               std::string_view target, base::WallTime now,
                                               std::int64_t limit);
/// Targets that something waits for.
base::Expected<std::vector<LaneKey>> waiting_targets(io::SqlConnection& sql);
/// When the next lane will be due; nothing if none waits.
base::Expected<std::optional<base::WallTime>> next_due(io::SqlConnection& sql, base::WallTime now);
/// The first deliveries of a lane, in order.
base::Expected<std::vector<Delivery>> first_of(io::SqlConnection& sql, const LaneKey& lane,
                                               std::int64_t limit);
/// Returns how many became dead letters.
base::Expected<std::int64_t> apply(io::SqlConnection& sql, const LaneResult& result,
                                   base::WallTime now);
/// Forgets what waits for a target that there is no more.
base::Expected<void> drop_lane(io::SqlConnection& sql, const LaneKey& lane);
base::Expected<std::int64_t> backlog(io::SqlConnection& sql);

/// Newest first; older than `before` if that is not 0; of one channel if `resource` is not empty.
base::Expected<std::vector<KeptEvent>> newest(io::SqlConnection& sql, std::string_view resource,
                                              std::int64_t before, std::int64_t limit);
/// In order, behind `after`.
base::Expected<std::vector<KeptEvent>> following(io::SqlConnection& sql, std::int64_t after,
                                                 std::int64_t limit);
/// 0 if there is none.
base::Expected<std::int64_t> last_sequence(io::SqlConnection& sql);

/// Behind `after`, by id.
base::Expected<std::vector<DeadLetter>> list_dead(io::SqlConnection& sql, std::string_view rule,
                                                  std::int64_t after, std::int64_t limit);
/// Queues them again as if they had just happened and forgets them; at most kMaxDead, oldest first.
/// Those whose target is gone come to nothing: they are dropped by whoever delivers.
base::Expected<std::int64_t> replay_dead(io::SqlConnection& sql, const DeadLetterChoice& choice,
                                         base::WallTime now);
base::Expected<std::int64_t> delete_dead(io::SqlConnection& sql, const DeadLetterChoice& choice);

/// What is kept, and how long.
struct Retention {
  base::Duration events = std::chrono::hours(24 * 3);
  std::int64_t max_events = 500'000;
  base::Duration dead_letters = std::chrono::hours(24 * 14);
  std::int64_t max_dead_letters = 100'000;
};
/// One step of cleaning up; true if there may be more to do. Events stay as long as a delivery or
/// a dead letter needs them.
base::Expected<bool> clean_up(io::SqlConnection& sql, const Retention& retention,
                              base::WallTime now);

}  // namespace event_store
}  // namespace control
