#include "app/letters/live_rounds.h"

#include <utility>

#include "app/letters/columns.h"

namespace app {
namespace {

constexpr io::SqlMigration kMigrations[] = {{1, R"sql(
CREATE TABLE app_live_rounds (
  start BIGINT PRIMARY KEY,
  channel $TEXT NOT NULL,
  title $TEXT NOT NULL,
  at BIGINT NOT NULL,
  is_mailed BIGINT NOT NULL,
  is_pushing BIGINT NOT NULL,
  followed_at BIGINT NOT NULL,
  follower $TEXT NOT NULL
);
CREATE INDEX app_live_rounds_by_channel ON app_live_rounds (channel);
CREATE INDEX app_live_rounds_by_time ON app_live_rounds (at);
)sql"}};

base::Expected<bool> changed(base::Expected<io::SqlResult> result) {
  if (!result) return base::fail(std::move(result.error()));
  return result->changed > 0;
}

}  // namespace

base::Expected<void> make_live_round_tables(io::SqlConnection& sql) {
  return io::migrate(sql, "app.live_rounds", kMigrations);
}

base::Expected<void> add_round(io::SqlConnection& sql, const LiveRound& round) {
  return done(
      sql.run("INSERT INTO app_live_rounds (start, channel, title, at, is_mailed, is_pushing, "
              "followed_at, follower) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
              {round.start.id, round.start.channel, round.start.title,
               column_of_time(round.start.at), std::int64_t{round.is_mailed},
               std::int64_t{round.is_pushing}, round.mark.followed_at, round.mark.follower}));
}

base::Expected<bool> advance_round(io::SqlConnection& sql, const LiveRound& from,
                                   const LiveRound& to) {
  return changed(sql.run(
      "UPDATE app_live_rounds SET is_pushing = $5, followed_at = $6, follower = $7 WHERE start = "
      "$1 AND is_pushing = $2 AND followed_at = $3 AND follower = $4",
      {from.start.id, std::int64_t{from.is_pushing}, from.mark.followed_at, from.mark.follower,
       std::int64_t{to.is_pushing}, to.mark.followed_at, to.mark.follower}));
}

base::Expected<bool> end_round(io::SqlConnection& sql, const LiveRound& from) {
  return changed(sql.run(
      "DELETE FROM app_live_rounds WHERE start = $1 AND is_pushing = $2 AND followed_at = $3 AND "
      "follower = $4",
      {from.start.id, std::int64_t{from.is_pushing}, from.mark.followed_at, from.mark.follower}));
}

base::Expected<std::vector<LiveRound>> open_rounds(io::SqlConnection& sql, base::WallTime since,
                                                   std::int64_t most) {
  const auto found = sql.run(
      "SELECT start, channel, title, at, is_mailed, is_pushing, followed_at, follower FROM "
      "app_live_rounds WHERE at > $1 ORDER BY start LIMIT $2",
      {column_of_time(since), most});
  if (!found) return base::fail(found.error());
  std::vector<LiveRound> rounds;
  for (std::size_t row = 0; row < found->size(); ++row) {
    rounds.push_back(
        {.start = {.id = found->integer(row, 0),
                   .channel = found->text(row, 1),
                   .title = found->text(row, 2),
                   .at = time_of_column(found->integer(row, 3))},
         .is_mailed = found->integer(row, 4) != 0,
         .is_pushing = found->integer(row, 5) != 0,
         .mark = {.followed_at = found->integer(row, 6), .follower = found->text(row, 7)}});
  }
  return rounds;
}

base::Expected<void> forget_rounds(io::SqlConnection& sql, base::WallTime before) {
  return done(sql.run("DELETE FROM app_live_rounds WHERE at < $1", {column_of_time(before)}));
}

base::Expected<void> erase_rounds(io::SqlConnection& sql, const std::string& channel) {
  return done(sql.run("DELETE FROM app_live_rounds WHERE channel = $1", {channel}));
}

}  // namespace app
