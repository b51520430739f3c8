#include "app/overlays/overlay_schema.h"

namespace app {
namespace {

// app_polls.counts are final once the poll is closed; before, the votes are counted.
constexpr std::string_view kFirst = R"sql(
CREATE TABLE app_overlay_drafts (
  account $TEXT NOT NULL,
  kind $TEXT NOT NULL,
  data $TEXT NOT NULL,
  saved_at BIGINT NOT NULL,
  PRIMARY KEY (account, kind)
);
CREATE TABLE app_overlays (
  account $TEXT PRIMARY KEY,
  kind $TEXT NOT NULL,
  data $TEXT NOT NULL,
  channel_arn $TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  expires_at BIGINT
);
CREATE TABLE app_polls (
  id $TEXT PRIMARY KEY,
  account $TEXT NOT NULL,
  channel_arn $TEXT NOT NULL,
  room_arn $TEXT NOT NULL,
  question $TEXT NOT NULL,
  options $TEXT NOT NULL,
  duration BIGINT NOT NULL,
  is_hidden BIGINT NOT NULL,
  takes_visitors BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  closes_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  state $TEXT NOT NULL,
  counts $TEXT NOT NULL
);
CREATE INDEX app_polls_by_account ON app_polls (account, started_at);
CREATE INDEX app_polls_unfinished ON app_polls (state) WHERE state <> 'closed';
CREATE TABLE app_poll_votes (
  poll $TEXT NOT NULL,
  voter $TEXT NOT NULL,
  choice BIGINT NOT NULL,
  voted_at BIGINT NOT NULL,
  PRIMARY KEY (poll, voter)
);
CREATE INDEX app_poll_votes_by_voter ON app_poll_votes (voter);
)sql";

constexpr io::SqlMigration kMigrations[] = {{1, kFirst}};

}  // namespace

base::Expected<void> migrate_overlays(io::SqlConnection& sql) {
  return io::migrate(sql, "app.overlays", kMigrations);
}

}  // namespace app
