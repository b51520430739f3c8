#include "app/overlays/ballot_store.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace app {
namespace {

namespace json = boost::json;
using base::Expected;

constexpr std::string_view kColumns =
    "SELECT id, account, channel_arn, room_arn, question, options, duration, is_hidden, "
    "takes_visitors, started_at, closes_at, expires_at, state, counts FROM app_polls ";

io::SqlValue value(std::string_view text) {
  return std::string(text);
}

std::int64_t micros(base::WallTime time) {
  return time.time_since_epoch().count();
}

base::WallTime time_of(std::int64_t micros) {
  return base::WallTime(std::chrono::microseconds(micros));
}

PollState state_of(std::string_view text) {
  if (text == to_string(PollState::kOpen)) return PollState::kOpen;
  return text == to_string(PollState::kResult) ? PollState::kResult : PollState::kClosed;
}

std::string counts_text(std::span<const std::int64_t> counts) {
  return json::serialize(json::array(counts.begin(), counts.end()));
}

// What stands in our own rows.
json::array list_of(const std::string& text) {
  boost::system::error_code failed;
  json::value value = json::parse(text, failed);
  return !failed && value.is_array() ? std::move(value.get_array()) : json::array();
}

StoredPoll poll_of(const io::SqlResult& rows, std::size_t i) {
  StoredPoll poll;
  PollRecord& record = poll.record;
  record.id = rows.text(i, 0);
  record.account = rows.text(i, 1);
  record.channel_arn = rows.text(i, 2);
  record.room_arn = rows.text(i, 3);
  record.question = rows.text(i, 4);
  for (const json::value& option : list_of(rows.text(i, 5))) {
    if (option.is_string()) record.options.emplace_back(option.get_string());
  }
  record.duration = std::chrono::seconds(rows.integer(i, 6));
  record.is_hidden = rows.integer(i, 7) != 0;
  record.takes_visitors = rows.integer(i, 8) != 0;
  record.started_at = time_of(rows.integer(i, 9));
  record.closes_at = time_of(rows.integer(i, 10));
  record.expires_at = time_of(rows.integer(i, 11));
  poll.state = state_of(rows.text(i, 12));
  for (const json::value& count : list_of(rows.text(i, 13))) {
    poll.counts.push_back(count.is_int64() ? count.get_int64() : 0);
  }
  poll.counts.resize(record.options.size());
  return poll;
}

Expected<std::vector<StoredPoll>> polls_in(Expected<io::SqlResult> rows) {
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<StoredPoll> polls;
  for (std::size_t i = 0; i < rows->size(); ++i) polls.push_back(poll_of(*rows, i));
  return polls;
}

}  // namespace

Expected<void> insert_poll(io::SqlConnection& sql, const PollRecord& poll) {
  const json::array options(poll.options.begin(), poll.options.end());
  const std::vector<std::int64_t> none(poll.options.size());
  const auto done = sql.run(
      "INSERT INTO app_polls (id, account, channel_arn, room_arn, question, options, duration, "
      "is_hidden, takes_visitors, started_at, closes_at, expires_at, state, counts) VALUES "
      "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open', $13)",
      {value(poll.id), value(poll.account), value(poll.channel_arn), value(poll.room_arn),
       value(poll.question), json::serialize(options), std::int64_t{poll.duration.count()},
       std::int64_t{poll.is_hidden}, std::int64_t{poll.takes_visitors}, micros(poll.started_at),
       micros(poll.closes_at), micros(poll.expires_at), counts_text(none)});
  if (!done) return base::fail(done.error());
  return {};
}

Expected<void> update_poll(io::SqlConnection& sql, std::string_view id, PollState state,
                           std::span<const std::int64_t> counts) {
  const auto done = sql.run("UPDATE app_polls SET state = $2, counts = $3 WHERE id = $1",
                            {value(id), value(to_string(state)), counts_text(counts)});
  if (!done) return base::fail(done.error());
  return {};
}

Expected<std::vector<bool>> insert_ballots(io::SqlConnection& sql,
                                           std::span<const Ballot> ballots) {
  std::vector<bool> first;
  first.reserve(ballots.size());
  for (const Ballot& ballot : ballots) {
    const auto done = sql.run(
        "INSERT INTO app_poll_votes (poll, voter, choice, voted_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (poll, voter) DO NOTHING",
        {value(ballot.poll), value(ballot.voter), static_cast<std::int64_t>(ballot.choice),
         micros(ballot.at)});
    if (!done) return base::fail(done.error());
    first.push_back(done->changed > 0);
  }
  return first;
}

Expected<std::vector<StoredPoll>> unfinished_polls(io::SqlConnection& sql) {
  static const std::string kAll = std::string(kColumns) + "WHERE state <> 'closed'";
  return polls_in(sql.run(kAll));
}

Expected<std::vector<StoredPoll>> polls_of(io::SqlConnection& sql, std::string_view account,
                                           base::WallTime before, std::int64_t most) {
  static const std::string kPage =
      std::string(kColumns) +
      "WHERE account = $1 AND started_at < $2 ORDER BY started_at DESC LIMIT $3";
  return polls_in(sql.run(kPage, {value(account), micros(before), most}));
}

Expected<std::optional<StoredPoll>> find_poll(io::SqlConnection& sql, std::string_view id) {
  static const std::string kOne = std::string(kColumns) + "WHERE id = $1";
  const auto rows = sql.run(kOne, {value(id)});
  if (!rows) return base::fail(rows.error());
  if (rows->empty()) return std::nullopt;
  return poll_of(*rows, 0);
}

Expected<std::vector<Ballot>> ballots_of(io::SqlConnection& sql, std::string_view poll,
                                         std::string_view after_voter, std::int64_t most) {
  const auto rows = sql.run(
      "SELECT voter, choice, voted_at FROM app_poll_votes WHERE poll = $1 AND voter > $2 "
      "ORDER BY voter LIMIT $3",
      {value(poll), value(after_voter), most});
  if (!rows) return base::fail(rows.error());
  std::vector<Ballot> ballots;
  ballots.reserve(rows->size());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    ballots.push_back({std::string(poll), rows->text(i, 0),
                       static_cast<std::size_t>(rows->integer(i, 1)),
                       time_of(rows->integer(i, 2))});
  }
  return ballots;
}

Expected<void> erase_overlays(io::SqlConnection& sql, std::string_view account) {
  for (const std::string_view statement :
       {"DELETE FROM app_poll_votes WHERE poll IN (SELECT id FROM app_polls WHERE account = $1)",
        "DELETE FROM app_polls WHERE account = $1", "DELETE FROM app_overlays WHERE account = $1",
        "DELETE FROM app_overlay_drafts WHERE account = $1"}) {
    if (const auto done = sql.run(statement, {value(account)}); !done) {
      return base::fail(done.error());
    }
  }
  const auto done =
      sql.run("DELETE FROM app_poll_votes WHERE voter = $1", {value("a:" + std::string(account))});
  if (!done) return base::fail(done.error());
  return {};
}

}  // namespace app
