#include "control/schema.h"

#include "control/chat_history.h"
#include "control/chat_log_store.h"
#include "control/event_store.h"
#include "control/metric_tables.h"

namespace control {
namespace {

// Times are microseconds since 1970 in UTC. Tags, lists and structures that are never searched are
// kept as JSON text. Secrets are sealed (SecretBox).
constexpr std::string_view kFirst = R"sql(
CREATE TABLE channels (
  id $TEXT PRIMARY KEY,
  name $TEXT NOT NULL,
  latency_mode $TEXT NOT NULL,
  type $TEXT NOT NULL,
  authorized BIGINT NOT NULL,
  insecure_ingest BIGINT NOT NULL,
  preset $TEXT NOT NULL,
  container_format $TEXT NOT NULL,
  multitrack $TEXT NOT NULL,
  recording_configuration $TEXT NOT NULL,
  restriction_policy $TEXT NOT NULL,
  ad_configuration $TEXT NOT NULL,
  srt_passphrase $OCTETS,
  max_bitrate BIGINT NOT NULL,
  tags $TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX channels_by_name ON channels (name, id);
CREATE INDEX channels_by_recording ON channels (recording_configuration, id);
CREATE INDEX channels_by_policy ON channels (restriction_policy, id);
CREATE INDEX channels_by_ads ON channels (ad_configuration, id);
CREATE TABLE stream_keys (
  id $TEXT PRIMARY KEY,
  channel_id $TEXT NOT NULL UNIQUE REFERENCES channels (id) ON DELETE CASCADE,
  fingerprint $OCTETS NOT NULL UNIQUE,
  sealed $OCTETS NOT NULL,
  tags $TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE playback_key_pairs (
  id $TEXT PRIMARY KEY,
  name $TEXT NOT NULL,
  public_key $TEXT NOT NULL,
  fingerprint $TEXT NOT NULL UNIQUE,
  tags $TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE playback_restriction_policies (
  id $TEXT PRIMARY KEY,
  name $TEXT NOT NULL,
  countries $TEXT NOT NULL,
  origins $TEXT NOT NULL,
  strict_origin BIGINT NOT NULL,
  tags $TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE recording_configurations (
  id $TEXT PRIMARY KEY,
  name $TEXT NOT NULL,
  bucket $TEXT NOT NULL,
  state $TEXT NOT NULL,
  reconnect_window BIGINT NOT NULL,
  thumbnails $TEXT NOT NULL,
  renditions $TEXT NOT NULL,
  tags $TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE ad_configurations (
  id $TEXT PRIMARY KEY,
  name $TEXT NOT NULL,
  playback_configurations $TEXT NOT NULL,
  post_roll $TEXT NOT NULL,
  tags $TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE stream_sessions (
  id $TEXT PRIMARY KEY,
  channel_id $TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT,
  seen_at BIGINT NOT NULL,
  has_error BIGINT NOT NULL,
  channel $TEXT NOT NULL,
  ingest $TEXT NOT NULL,
  recording $TEXT NOT NULL
);
CREATE INDEX stream_sessions_by_channel ON stream_sessions (channel_id, started_at, id);
CREATE INDEX stream_sessions_by_start ON stream_sessions (started_at);
CREATE TABLE stream_session_events (
  session_id $TEXT NOT NULL REFERENCES stream_sessions (id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  name $TEXT NOT NULL,
  type $TEXT NOT NULL,
  code $TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (session_id, number)
);
CREATE TABLE viewer_revocations (
  channel_id $TEXT NOT NULL,
  viewer_id $TEXT NOT NULL,
  version BIGINT NOT NULL,
  revoked_at BIGINT NOT NULL,
  PRIMARY KEY (channel_id, viewer_id)
);
CREATE TABLE used_tokens (
  id $TEXT PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
CREATE INDEX used_tokens_by_expiry ON used_tokens (expires_at);
CREATE TABLE access_keys (
  id $TEXT PRIMARY KEY,
  name $TEXT NOT NULL,
  sealed $OCTETS NOT NULL,
  read_only BIGINT NOT NULL,
  service $TEXT NOT NULL,
  resource $TEXT NOT NULL,
  requests_per_second BIGINT NOT NULL,
  requests_per_day BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE access_key_usage (
  key_id $TEXT NOT NULL,
  day BIGINT NOT NULL,
  requests BIGINT NOT NULL,
  PRIMARY KEY (key_id, day)
);
)sql";

// The few rows among very many that are asked for again and again: sessions that last, for the
// server's regular round, and channels that the directory may show.
constexpr std::string_view kSecond = R"sql(
CREATE INDEX stream_sessions_open ON stream_sessions (id) WHERE ended_at IS NULL;
CREATE INDEX channels_public ON channels (id) WHERE authorized = 0;
)sql";

// Chat. A room that was deleted stays, invisible, until its logs have been delivered. `moderation`
// is what PutRoomModeration takes; `pinned` a message's id or ''.
constexpr std::string_view kThird = R"sql(
CREATE TABLE rooms (
  id $TEXT PRIMARY KEY,
  name $TEXT NOT NULL,
  max_rate BIGINT NOT NULL,
  max_length BIGINT NOT NULL,
  review_uri $TEXT NOT NULL,
  review_fallback $TEXT NOT NULL,
  moderation $TEXT NOT NULL,
  pinned $TEXT NOT NULL,
  tags $TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  deleted_at BIGINT
);
CREATE INDEX rooms_by_update ON rooms (updated_at, id);
CREATE INDEX rooms_by_name ON rooms (name, updated_at);
CREATE INDEX rooms_deleted ON rooms (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE TABLE logging_configurations (
  id $TEXT PRIMARY KEY,
  name $TEXT NOT NULL,
  destination $TEXT NOT NULL,
  tags $TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE TABLE room_logging (
  room_id $TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  configuration_id $TEXT NOT NULL REFERENCES logging_configurations (id),
  PRIMARY KEY (room_id, number)
);
CREATE INDEX room_logging_by_configuration ON room_logging (configuration_id, room_id);
CREATE TABLE room_roles (
  room_id $TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  user_id $TEXT NOT NULL,
  role $TEXT NOT NULL,
  PRIMARY KEY (room_id, user_id)
);
CREATE TABLE room_bans (
  room_id $TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  user_id $TEXT NOT NULL,
  until_at BIGINT,
  reason $TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (room_id, user_id)
);
CREATE INDEX room_bans_by_end ON room_bans (until_at) WHERE until_at IS NOT NULL;
CREATE TABLE channel_rooms (
  channel_id $TEXT PRIMARY KEY REFERENCES channels (id) ON DELETE CASCADE,
  room_id $TEXT NOT NULL UNIQUE REFERENCES rooms (id) ON DELETE CASCADE
);
)sql";

// Recordings outlive their channels. `state` is RECORDING, ENDED or FAILED; `duration` is in
// microseconds; `seen_at` is when the recorder last spoke of it. One with `remove_at` is gone for
// everybody; its objects are removed from that time on. `access` is set when its channel is
// deleted: the rules that still hold (recording/past_access.h). `detail` of a session's event is
// what it said beside its name, as JSON.
constexpr std::string_view kRecordings = R"sql(
CREATE TABLE recordings (
  id $TEXT PRIMARY KEY,
  session_id $TEXT NOT NULL,
  channel_id $TEXT NOT NULL,
  channel_arn $TEXT NOT NULL,
  channel_name $TEXT NOT NULL,
  bucket $TEXT NOT NULL,
  prefix $TEXT NOT NULL,
  state $TEXT NOT NULL,
  reason $TEXT NOT NULL,
  streams $TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT,
  duration BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  container $TEXT NOT NULL,
  renditions $TEXT NOT NULL,
  thumbnails BIGINT NOT NULL,
  thumbnail_interval BIGINT NOT NULL,
  clip_of $TEXT NOT NULL,
  name $TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  remove_at BIGINT,
  access $TEXT NOT NULL
);
CREATE INDEX recordings_by_start ON recordings (started_at, id);
CREATE INDEX recordings_by_channel ON recordings (channel_id, started_at, id);
CREATE INDEX recordings_by_end ON recordings (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX recordings_open ON recordings (seen_at) WHERE state = 'RECORDING';
CREATE INDEX recordings_to_remove ON recordings (remove_at) WHERE remove_at IS NOT NULL;
CREATE TABLE recording_streams (
  stream_id $TEXT NOT NULL,
  recording_id $TEXT NOT NULL REFERENCES recordings (id) ON DELETE CASCADE,
  PRIMARY KEY (stream_id, recording_id)
);
CREATE INDEX recording_streams_by_recording ON recording_streams (recording_id);
ALTER TABLE stream_session_events ADD COLUMN detail $TEXT NOT NULL DEFAULT '';
)sql";

constexpr io::SqlMigration kMigrations[] = {
    {1, kFirst}, {2, kSecond}, {3, kThird}, {4, kRecordings}};

}  // namespace

base::Expected<void> migrate_schema(io::SqlConnection& sql) {
  if (auto own = io::migrate(sql, "control", kMigrations); !own) return own;
  if (auto events = migrate_event_tables(sql); !events) return events;
  if (auto chat = migrate_chat_history(sql); !chat) return chat;
  if (auto logs = migrate_chat_logs(sql); !logs) return logs;
  return migrate_metrics(sql);
}

}  // namespace control
