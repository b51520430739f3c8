#include "app/people/people_schema.h"

namespace app {
namespace {

constexpr io::SqlMigration kMigrations[] = {{1, R"(
CREATE TABLE app_accounts (
  id $TEXT PRIMARY KEY,
  name $TEXT NOT NULL,
  name_key $TEXT NOT NULL UNIQUE,
  email $TEXT NOT NULL,
  email_key $TEXT UNIQUE,
  password $TEXT NOT NULL,
  role $TEXT NOT NULL,
  state $TEXT NOT NULL,
  reason $TEXT NOT NULL,
  avatar $TEXT NOT NULL,
  color $TEXT NOT NULL,
  language $TEXT NOT NULL,
  generation BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL
);
CREATE INDEX app_accounts_by_state ON app_accounts (state, created_at);
CREATE TABLE app_account_names (
  name_key $TEXT PRIMARY KEY,
  account $TEXT NOT NULL,
  given_at BIGINT NOT NULL
);
CREATE INDEX app_account_names_by_account ON app_account_names (account);
CREATE TABLE app_account_sessions (
  key $TEXT PRIMARY KEY,
  id $TEXT NOT NULL UNIQUE,
  account $TEXT NOT NULL,
  generation BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  device $TEXT NOT NULL,
  address $TEXT NOT NULL
);
CREATE INDEX app_account_sessions_by_account ON app_account_sessions (account, seen_at);
CREATE INDEX app_account_sessions_by_end ON app_account_sessions (expires_at);
CREATE TABLE app_account_codes (
  key $TEXT PRIMARY KEY,
  account $TEXT NOT NULL,
  purpose $TEXT NOT NULL,
  value $TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX app_account_codes_by_account ON app_account_codes (account, purpose, created_at);
CREATE INDEX app_account_codes_by_end ON app_account_codes (expires_at);
CREATE TABLE app_account_letters (
  number $SERIAL,
  address $TEXT NOT NULL,
  sent_at BIGINT NOT NULL
);
CREATE INDEX app_account_letters_by_address ON app_account_letters (address, sent_at);
CREATE INDEX app_account_letters_by_time ON app_account_letters (sent_at);
CREATE TABLE app_account_identities (
  provider $TEXT NOT NULL,
  subject $TEXT NOT NULL,
  account $TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (provider, subject)
);
CREATE INDEX app_account_identities_by_account ON app_account_identities (account);
CREATE TABLE app_limits (
  name $TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
)"}};

}  // namespace

base::Expected<void> migrate_people(io::SqlConnection& sql) {
  return io::migrate(sql, "app.people", kMigrations);
}

std::int64_t micros(base::WallTime time) {
  return time.time_since_epoch().count();
}

base::WallTime from_micros(std::int64_t count) {
  return base::WallTime(std::chrono::microseconds(count));
}

}  // namespace app
