// Polls and votes in the database: straight-line code over component "app.overlays".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/overlays/poll_record.h"
#include "base/error.h"
#include "base/time.h"
#include "io/sql.h"

namespace app {

/// A vote. `voter` is "a:<account id>" or "v:<visitor id>".
struct Ballot {
  std::string poll;
  std::string voter;
  std::size_t choice = 0;
  base::WallTime at{};
};

struct StoredPoll {
  PollRecord record;
  PollState state = PollState::kClosed;
  std::vector<std::int64_t> counts;
};

base::Expected<void> insert_poll(io::SqlConnection& sql, const PollRecord& poll);
base::Expected<void> update_poll(io::SqlConnection& sql, std::string_view id, PollState state,
                                 std::span<const std::int64_t> counts);
/// For each whether it is the voter's first in that poll; inside a transaction.
base::Expected<std::vector<bool>> insert_ballots(io::SqlConnection& sql,
                                                 std::span<const Ballot> ballots);

/// All that were not closed.
base::Expected<std::vector<StoredPoll>> unfinished_polls(io::SqlConnection& sql);
/// Newest first, started before `before`.
base::Expected<std::vector<StoredPoll>> polls_of(io::SqlConnection& sql, std::string_view account,
                                                 base::WallTime before, std::int64_t most);
base::Expected<std::optional<StoredPoll>> find_poll(io::SqlConnection& sql, std::string_view id);
/// By voter; behind `after_voter`.
base::Expected<std::vector<Ballot>> ballots_of(io::SqlConnection& sql, std::string_view poll,
                                               std::string_view after_voter, std::int64_t most);

/// Everything of an account: its polls with their votes, drafts, what it shows, and the votes that
/// it gave (closed polls keep their counts).
base::Expected<void> erase_overlays(io::SqlConnection& sql, std::string_view account);

}  // namespace app
