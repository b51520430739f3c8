#include "app/poll_store.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace app {
namespace {

using base::Expected;

// `voters` and poll_answers.votes are what counting poll_votes would give. `previous` is what the
// person had answered before the row was written last: an upsert can hand back only what is in the
// row afterwards, and this way one statement both stores a vote and says which one it replaced.
constexpr std::string_view kFirst = R"sql(
CREATE TABLE polls (
  poll_id $TEXT PRIMARY KEY,
  voters BIGINT NOT NULL,
  touched_at BIGINT NOT NULL
);
CREATE INDEX polls_by_age ON polls (touched_at);
CREATE TABLE poll_answers (
  poll_id $TEXT NOT NULL,
  answer $TEXT NOT NULL,
  votes BIGINT NOT NULL,
  PRIMARY KEY (poll_id, answer)
);
CREATE TABLE poll_votes (
  poll_id $TEXT NOT NULL,
  requestor_id $TEXT NOT NULL,
  response $TEXT NOT NULL,
  previous $TEXT,
  answered_at BIGINT NOT NULL,
  PRIMARY KEY (poll_id, requestor_id)
);
CREATE INDEX poll_votes_by_requestor ON poll_votes (requestor_id, answered_at);
)sql";

constexpr io::SqlMigration kMigrations[] = {{1, kFirst}};

std::int64_t micros(base::WallTime time) {
  return time.time_since_epoch().count();
}

io::SqlValue value(std::string_view text) {
  return std::string(text);
}

// The counts of a poll while a transaction changes them.
struct Tally {
  bool is_new = false;
  std::int64_t voters = 0;
  std::int64_t touched_at = 0;
  std::map<std::string, std::int64_t> answers;
  std::set<std::string> changed;
};

Expected<Tally> load_tally(io::SqlConnection& sql, const std::string& poll_id) {
  Tally tally;
  const auto poll =
      sql.run("SELECT voters, touched_at FROM polls WHERE poll_id = $1", {value(poll_id)});
  if (!poll) return base::fail(poll.error());
  tally.is_new = poll->empty();
  if (tally.is_new) return tally;
  tally.voters = poll->integer(0, 0);
  tally.touched_at = poll->integer(0, 1);
  const auto answers =
      sql.run("SELECT answer, votes FROM poll_answers WHERE poll_id = $1", {value(poll_id)});
  if (!answers) return base::fail(answers.error());
  for (std::size_t i = 0; i < answers->size(); ++i) {
    tally.answers[answers->text(i, 0)] = answers->integer(i, 1);
  }
  return tally;
}

Expected<void> store_tally(io::SqlConnection& sql, const std::string& poll_id, const Tally& tally) {
  for (const std::string& answer : tally.changed) {
    const auto found = tally.answers.find(answer);
    const auto stored =
        found == tally.answers.end()
            ? sql.run("DELETE FROM poll_answers WHERE poll_id = $1 AND answer = $2",
                      {value(poll_id), value(answer)})
            : sql.run(
                  "INSERT INTO poll_answers (poll_id, answer, votes) VALUES ($1, $2, $3) "
                  "ON CONFLICT (poll_id, answer) DO UPDATE SET votes = excluded.votes",
                  {value(poll_id), value(answer), found->second});
    if (!stored) return base::fail(stored.error());
  }
  const auto stored = sql.run(
      "INSERT INTO polls (poll_id, voters, touched_at) VALUES ($1, $2, $3) ON CONFLICT (poll_id) "
      "DO UPDATE SET voters = excluded.voters, touched_at = excluded.touched_at",
      {value(poll_id), tally.voters, tally.touched_at});
  if (!stored) return base::fail(stored.error());
  return {};
}

void add_votes(Tally& tally, const std::string& answer, std::int64_t votes) {
  tally.changed.insert(answer);
  if ((tally.answers[answer] += votes) <= 0) tally.answers.erase(answer);
}

// One transaction's worth of votes.
class VoteWriter {
 public:
  VoteWriter(io::SqlConnection& sql, const PollLimits& limits) : sql_(sql), limits_(limits) {}

  Expected<bool> write(const PollVote& vote) {
    auto found = tally_of(vote.poll_id);
    if (!found) return base::fail(found.error());
    Tally& tally = **found;
    auto allowed = may_take(tally, vote);
    if (!allowed || !*allowed) return allowed;
    const auto before = sql_.run(
        "INSERT INTO poll_votes (poll_id, requestor_id, response, previous, answered_at) "
        "VALUES ($1, $2, $3, NULL, $4) ON CONFLICT (poll_id, requestor_id) DO UPDATE SET "
        "previous = poll_votes.response, response = excluded.response, "
        "answered_at = excluded.answered_at RETURNING previous",
        {value(vote.poll_id), value(vote.requestor_id), value(vote.response), micros(vote.at)});
    if (!before) return base::fail(before.error());
    if (tally.is_new) ++polls_;
    tally.is_new = false;
    tally.touched_at = std::max(tally.touched_at, micros(vote.at));
    if (before->is_null(0, 0)) {
      ++tally.voters;
    } else {
      add_votes(tally, before->text(0, 0), -1);
    }
    add_votes(tally, vote.response, 1);
    return true;
  }

  Expected<void> finish() {
    for (const auto& [poll_id, tally] : tallies_) {
      if (tally.changed.empty()) continue;
      if (auto stored = store_tally(sql_, poll_id, tally); !stored) return stored;
    }
    return {};
  }

 private:
  Expected<Tally*> tally_of(const std::string& poll_id) {
    const auto known = tallies_.find(poll_id);
    if (known != tallies_.end()) return &known->second;
    auto tally = load_tally(sql_, poll_id);
    if (!tally) return base::fail(tally.error());
    return &tallies_.emplace(poll_id, std::move(*tally)).first->second;
  }

  Expected<bool> may_take(const Tally& tally, const PollVote& vote) {
    if (!tally.answers.contains(vote.response) && tally.answers.size() >= limits_.answers) {
      return false;
    }
    if (tally.is_new) return has_room_for_poll();
    if (tally.voters < static_cast<std::int64_t>(limits_.voters)) return true;
    const auto known = sql_.run("SELECT 1 FROM poll_votes WHERE poll_id = $1 AND requestor_id = $2",
                                {value(vote.poll_id), value(vote.requestor_id)});
    if (!known) return base::fail(known.error());
    return !known->empty();
  }

  Expected<bool> has_room_for_poll() {
    if (polls_ < 0) {
      const auto counted = sql_.run("SELECT COUNT(*) FROM polls");
      if (!counted) return base::fail(counted.error());
      polls_ = counted->integer(0, 0);
    }
    return polls_ < static_cast<std::int64_t>(limits_.polls);
  }

  io::SqlConnection& sql_;
  const PollLimits& limits_;
  std::unordered_map<std::string, Tally> tallies_;
  std::int64_t polls_ = -1;  // not counted yet
};

}  // namespace

Expected<void> migrate_polls(io::SqlConnection& sql) {
  return io::migrate(sql, "polls", kMigrations);
}

Expected<std::vector<bool>> write_votes(io::SqlConnection& sql, const PollLimits& limits,
                                        std::span<const PollVote> votes) {
  VoteWriter writer(sql, limits);
  std::vector<bool> taken;
  taken.reserve(votes.size());
  for (const PollVote& vote : votes) {
    const auto written = writer.write(vote);
    if (!written) return base::fail(written.error());
    taken.push_back(*written);
  }
  if (auto finished = writer.finish(); !finished) return base::fail(finished.error());
  return taken;
}

Expected<PollItems> read_requestor(io::SqlConnection& sql, std::string_view requestor_id) {
  const auto rows = sql.run(
      "SELECT poll_id, response FROM poll_votes WHERE requestor_id = $1 "
      "ORDER BY answered_at DESC, poll_id DESC LIMIT $2",
      {value(requestor_id), static_cast<std::int64_t>(kNewestAnswers)});
  if (!rows) return base::fail(rows.error());
  PollItems items;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    items.emplace_back(rows->text(i, 0), rows->text(i, 1));
  }
  return items;
}

Expected<std::vector<AnswerCount>> read_counts(io::SqlConnection& sql, std::string_view poll_id) {
  const auto rows =
      sql.run("SELECT answer, votes FROM poll_answers WHERE poll_id = $1 ORDER BY answer",
              {value(poll_id)});
  if (!rows) return base::fail(rows.error());
  std::vector<AnswerCount> counts;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    counts.emplace_back(rows->text(i, 0), rows->integer(i, 1));
  }
  return counts;
}

Expected<PollContent> read_poll(io::SqlConnection& sql, std::string_view poll_id,
                                bool with_voters) {
  PollContent content;
  // Both questions see one state: nobody is listed who is not counted.
  if (auto begun = sql.begin(false); !begun) return base::fail(begun.error());
  const auto read = [&]() -> Expected<void> {
    auto counts = read_counts(sql, poll_id);
    if (!counts) return base::fail(counts.error());
    content.counts = std::move(*counts);
    if (!with_voters) return {};
    auto rows = sql.run(
        "SELECT requestor_id, response FROM poll_votes WHERE poll_id = $1 "
        "ORDER BY requestor_id DESC LIMIT $2",
        {value(poll_id), static_cast<std::int64_t>(kListedVoters)});
    if (!rows) return base::fail(rows.error());
    for (std::size_t i = 0; i < rows->size(); ++i) {
      content.items.emplace_back(rows->text(i, 0), rows->text(i, 1));
    }
    return {};
  };
  if (auto done = read(); !done) {
    sql.rollback();
    return base::fail(done.error());
  }
  if (auto committed = sql.commit(); !committed) return base::fail(committed.error());

  std::unordered_map<std::string_view, std::size_t> first_seen;
  for (const auto& [requestor, answer] : content.items) {
    first_seen.emplace(answer, first_seen.size());
  }
  const auto place = [&](const AnswerCount& count) {
    const auto found = first_seen.find(count.first);
    return std::pair(found == first_seen.end() ? first_seen.size() : found->second,
                     std::string_view(count.first));
  };
  std::sort(content.counts.begin(), content.counts.end(),
            [&](const AnswerCount& a, const AnswerCount& b) { return place(a) < place(b); });
  return content;
}

Expected<ExpiryStep> expire_votes(io::SqlConnection& sql, base::WallTime before,
                                  std::int64_t most) {
  const auto old =
      sql.run("SELECT poll_id FROM polls WHERE touched_at < $1 ORDER BY touched_at LIMIT 1",
              {micros(before)});
  if (!old) return base::fail(old.error());
  if (old->empty()) return ExpiryStep{};
  ExpiryStep step{old->text(0, 0), 0};
  auto tally = load_tally(sql, step.poll_id);
  if (!tally) return base::fail(tally.error());
  const auto removed = sql.run(
      "DELETE FROM poll_votes WHERE poll_id = $1 AND requestor_id IN "
      "(SELECT requestor_id FROM poll_votes WHERE poll_id = $1 LIMIT $2) RETURNING response",
      {value(step.poll_id), most});
  if (!removed) return base::fail(removed.error());
  step.removed = static_cast<std::int64_t>(removed->size());
  for (std::size_t i = 0; i < removed->size(); ++i) add_votes(*tally, removed->text(i, 0), -1);
  tally->voters -= step.removed;
  if (auto stored = store_tally(sql, step.poll_id, *tally); !stored) {
    return base::fail(stored.error());
  }
  if (tally->voters <= 0) {
    const auto gone = sql.run("DELETE FROM polls WHERE poll_id = $1", {value(step.poll_id)});
    if (!gone) return base::fail(gone.error());
  }
  return step;
}

}  // namespace app
