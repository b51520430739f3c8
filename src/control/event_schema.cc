// The tables of the event bus.
#include "control/event_store.h"

namespace control {
namespace {

// Times are microseconds since 1970 in UTC. A lane (event_lanes) exists exactly while something
// waits in it (event_deliveries).
constexpr std::string_view kFirst = R"sql(
CREATE TABLE event_state (
  name $TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO event_state (name, value) VALUES ('rules', 0);
CREATE TABLE event_rules (
  name $TEXT PRIMARY KEY,
  description $TEXT NOT NULL,
  pattern $TEXT NOT NULL,
  enabled BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE event_targets (
  rule $TEXT NOT NULL REFERENCES event_rules (name) ON DELETE CASCADE,
  id $TEXT NOT NULL,
  kind $TEXT NOT NULL,
  url $TEXT NOT NULL,
  subject $TEXT NOT NULL,
  sealed $OCTETS,
  PRIMARY KEY (rule, id)
);
CREATE TABLE events (
  sequence $SERIAL,
  id $TEXT NOT NULL,
  resource $TEXT NOT NULL,
  detail_type $TEXT NOT NULL,
  envelope $TEXT NOT NULL,
  recorded_at BIGINT NOT NULL
);
CREATE INDEX events_by_resource ON events (resource, sequence);
CREATE INDEX events_by_time ON events (recorded_at);
CREATE TABLE event_deliveries (
  id $SERIAL,
  rule $TEXT NOT NULL,
  target $TEXT NOT NULL,
  channel $TEXT NOT NULL,
  event BIGINT NOT NULL REFERENCES events (sequence),
  queued_at BIGINT NOT NULL
);
CREATE INDEX event_deliveries_by_lane ON event_deliveries (rule, target, channel, id);
CREATE INDEX event_deliveries_by_event ON event_deliveries (event);
CREATE TABLE event_lanes (
  rule $TEXT NOT NULL,
  target $TEXT NOT NULL,
  channel $TEXT NOT NULL,
  next_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  PRIMARY KEY (rule, target, channel)
);
CREATE INDEX event_lanes_by_time ON event_lanes (next_at);
CREATE INDEX event_lanes_by_target ON event_lanes (rule, target, next_at);
CREATE TABLE event_dead_letters (
  id $SERIAL,
  rule $TEXT NOT NULL,
  target $TEXT NOT NULL,
  channel $TEXT NOT NULL,
  event BIGINT NOT NULL REFERENCES events (sequence),
  reason $TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  dead_at BIGINT NOT NULL
);
CREATE INDEX event_dead_letters_by_rule ON event_dead_letters (rule, id);
CREATE INDEX event_dead_letters_by_event ON event_dead_letters (event);
CREATE INDEX event_dead_letters_by_time ON event_dead_letters (dead_at);
)sql";

constexpr io::SqlMigration kMigrations[] = {{1, kFirst}};

}  // namespace

base::Expected<void> migrate_event_tables(io::SqlConnection& sql) {
  return io::migrate(sql, "events", kMigrations);
}

}  // namespace control
