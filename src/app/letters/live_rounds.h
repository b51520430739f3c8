// How far followers have been told of a start, kept in the database: a server that starts again
// goes on where the last one stopped, and of two that share a database only one goes on. Component
// "app.live_rounds"; times are microseconds since 1970.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/letters/notice_store.h"
#include "base/time.h"
#include "io/sql.h"

namespace app {

base::Expected<void> make_live_round_tables(io::SqlConnection& sql);

/// One start on its way to those who follow, and the last of them who was told.
struct LiveRound {
  LiveStart start;
  bool is_mailed = false;   // instant digests go out, too
  bool is_pushing = false;  // those with the page open and letters first
  FollowerMark mark;
};

/// Within the transaction that notes the start.
base::Expected<void> add_round(io::SqlConnection& sql, const LiveRound& round);
/// False if the round is not at `from` any more: somebody else goes on with it.
base::Expected<bool> advance_round(io::SqlConnection& sql, const LiveRound& from,
                                   const LiveRound& to);
base::Expected<bool> end_round(io::SqlConnection& sql, const LiveRound& from);
/// Of starts after `since`, the oldest first.
base::Expected<std::vector<LiveRound>> open_rounds(io::SqlConnection& sql, base::WallTime since,
                                                   std::int64_t most);
base::Expected<void> forget_rounds(io::SqlConnection& sql, base::WallTime before);
/// Of a channel whose account is deleted.
base::Expected<void> erase_rounds(io::SqlConnection& sql, const std::string& channel);

}  // namespace app
