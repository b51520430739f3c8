#include "app/channels/schema.h"

namespace app {
namespace {

// A row stands before the channel is made: whoever inserts it makes the channel, and what a crash
// left half made is found by its account. `followers` is what counting app_follows would give:
// pages show it, and popular channels have many.
constexpr std::string_view kChannelsFirst = R"sql(
CREATE TABLE app_channels (
  account $TEXT PRIMARY KEY,
  channel_arn $TEXT UNIQUE,
  room_arn $TEXT UNIQUE,
  stream_key_arn $TEXT,
  title $TEXT NOT NULL DEFAULT '',
  category $TEXT NOT NULL DEFAULT '',
  about $TEXT NOT NULL DEFAULT '',
  members_only BIGINT NOT NULL DEFAULT 0,
  followers BIGINT NOT NULL DEFAULT 0,
  last_live_at BIGINT,
  resource_name $TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL
);
CREATE INDEX app_channels_by_category ON app_channels (category);
CREATE INDEX app_channels_by_last_live ON app_channels (last_live_at);
CREATE TABLE app_follows (
  follower $TEXT NOT NULL,
  followed $TEXT NOT NULL,
  followed_at BIGINT NOT NULL,
  PRIMARY KEY (follower, followed)
);
CREATE INDEX app_follows_by_followed ON app_follows (followed, followed_at);
CREATE INDEX app_follows_by_time ON app_follows (follower, followed_at);
CREATE TABLE app_channel_words (
  word $TEXT NOT NULL,
  account $TEXT NOT NULL,
  PRIMARY KEY (word, account)
);
CREATE INDEX app_channel_words_by_account ON app_channel_words (account);
)sql";

// Resources of deleted accounts until they are gone: what is live, or still being recorded, cannot
// be deleted at once.
constexpr std::string_view kChannelsSecond = R"sql(
CREATE TABLE app_channel_leftovers (
  account $TEXT PRIMARY KEY,
  channel_arn $TEXT NOT NULL,
  room_arn $TEXT NOT NULL,
  since BIGINT NOT NULL
);
)sql";

constexpr io::SqlMigration kChannels[] = {{1, kChannelsFirst}, {2, kChannelsSecond}};

// Rows of pictures that were replaced stay until their objects are gone.
constexpr std::string_view kAssetsFirst = R"sql(
CREATE TABLE app_assets (
  id $TEXT PRIMARY KEY,
  owner $TEXT NOT NULL,
  kind $TEXT NOT NULL,
  media_type $TEXT NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  octets BIGINT NOT NULL,
  uploaded_at BIGINT NOT NULL,
  replaced_at BIGINT
);
CREATE INDEX app_assets_by_owner ON app_assets (owner, kind, uploaded_at);
CREATE INDEX app_assets_by_end ON app_assets (replaced_at);
)sql";

constexpr io::SqlMigration kAssets[] = {{1, kAssetsFirst}};

}  // namespace

base::Expected<void> make_channel_tables(io::SqlConnection& sql) {
  return io::migrate(sql, "app.channels", kChannels);
}

base::Expected<void> make_asset_tables(io::SqlConnection& sql) {
  return io::migrate(sql, "app.assets", kAssets);
}

}  // namespace app
