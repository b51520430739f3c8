// The tables of the results service of polls, and straight-line code over them, for the threads of
// io::SqlWorkers. Beside the votes stand their counts, kept in the same transaction: what is asked
// most is read in as many rows as there are different answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/poll_reply.h"
#include "base/error.h"
#include "base/time.h"
#include "io/sql.h"

namespace app {

struct PollLimits {
  std::size_t polls = 0;
  std::size_t voters = 0;   // of one poll
  std::size_t answers = 0;  // distinct ones, of one poll
};

struct PollVote {
  std::string poll_id;
  std::string requestor_id;
  std::string response;
  base::WallTime at;
};

/// What a page of /requestor-get lists, newest first.
inline constexpr std::size_t kNewestAnswers = 5;
/// How many voters /poll-get names at most: those whose ids sort last. All are counted.
inline constexpr std::size_t kListedVoters = 20'000;

base::Expected<void> migrate_polls(io::SqlConnection& sql);

/// Writes votes in this order, the last of one person for one poll wins; inside a transaction.
/// Gives for each whether it was taken: not beyond a limit.
base::Expected<std::vector<bool>> write_votes(io::SqlConnection& sql, const PollLimits& limits,
                                              std::span<const PollVote> votes);

base::Expected<PollItems> read_requestor(io::SqlConnection& sql, std::string_view requestor_id);

/// The counts of a poll, by answer. An unknown poll has none.
base::Expected<std::vector<AnswerCount>> read_counts(io::SqlConnection& sql,
                                                     std::string_view poll_id);

struct PollContent {
  PollItems items;                  // by requestor, descending
  std::vector<AnswerCount> counts;  // in the order in which `items` has the answers
};
/// `with_voters` false: no items. The connection must be outside of a transaction.
base::Expected<PollContent> read_poll(io::SqlConnection& sql, std::string_view poll_id,
                                      bool with_voters);

/// What one step of expiring did.
struct ExpiryStep {
  std::string poll_id;  // the poll that lost votes; empty: none is old enough
  std::int64_t removed = 0;
};
/// Removes up to `most` votes of one poll whose last vote is from before `before`, and the poll
/// when it has no more; inside a transaction. Votes that arrive between two steps stay right: the
/// counts go down with what is removed.
base::Expected<ExpiryStep> expire_votes(io::SqlConnection& sql, base::WallTime before,
                                        std::int64_t most);

}  // namespace app
