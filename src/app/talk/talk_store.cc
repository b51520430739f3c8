#include "app/talk/talk_store.h"

#include <array>
#include <utility>

namespace app {
namespace {

constexpr std::array<std::pair<std::string_view, ChatRole>, 4> kRoles = {
    {{"NONE", ChatRole::kNone},
     {"VIP", ChatRole::kVip},
     {"MODERATOR", ChatRole::kModerator},
     {"OWNER", ChatRole::kOwner}}};

constexpr io::SqlMigration kMigrations[] = {
    {1, R"(
CREATE TABLE app_chat_bans (
  number $SERIAL,
  owner $TEXT NOT NULL,
  account $TEXT NOT NULL,
  until_at BIGINT,
  reason $TEXT NOT NULL,
  banned_by $TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  room_arn $TEXT NOT NULL,
  room_user $TEXT NOT NULL,
  UNIQUE (owner, account)
);
CREATE INDEX app_chat_bans_account ON app_chat_bans (account);
CREATE INDEX app_chat_bans_by ON app_chat_bans (banned_by);
CREATE INDEX app_chat_bans_until ON app_chat_bans (until_at);
CREATE TABLE app_chat_people (
  owner $TEXT NOT NULL,
  account $TEXT NOT NULL,
  role $TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (owner, account)
);
CREATE INDEX app_chat_people_account ON app_chat_people (account);
CREATE TABLE app_chat_settings (
  owner $TEXT PRIMARY KEY,
  slow_mode BIGINT NOT NULL,
  followers_only BIGINT NOT NULL,
  members_only BIGINT NOT NULL
);
CREATE TABLE app_chat_seats (
  account $TEXT NOT NULL,
  owner $TEXT NOT NULL,
  room_arn $TEXT NOT NULL,
  room_user $TEXT NOT NULL,
  role $TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (account, owner)
);
CREATE INDEX app_chat_seats_owner ON app_chat_seats (owner);
CREATE TABLE app_chat_reports (
  id $SERIAL,
  owner $TEXT NOT NULL,
  person $TEXT NOT NULL,
  reporter $TEXT NOT NULL,
  message_id $TEXT NOT NULL,
  message_text $TEXT NOT NULL,
  reason $TEXT NOT NULL,
  details $TEXT NOT NULL,
  state $TEXT NOT NULL,
  note $TEXT NOT NULL,
  handled_by $TEXT NOT NULL,
  handled_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX app_chat_reports_owner ON app_chat_reports (owner, id);
CREATE INDEX app_chat_reports_state ON app_chat_reports (state, id);
CREATE INDEX app_chat_reports_reporter ON app_chat_reports (reporter, created_at);
CREATE INDEX app_chat_reports_person ON app_chat_reports (person);
)"},
};

base::Expected<void> run(io::SqlConnection& sql, std::string_view statement,
                         std::initializer_list<io::SqlValue> values) {
  auto done = sql.run(statement, values);
  if (!done) return base::fail(std::move(done.error()));
  return {};
}

io::SqlValue text(std::string_view value) {
  return std::string(value);
}

constexpr std::string_view kBanColumns =
    "owner, account, until_at, reason, banned_by, created_at, room_arn, room_user";

ChatBan ban_at(const io::SqlResult& rows, std::size_t row) {
  ChatBan ban;
  ban.owner = rows.text(row, 0);
  ban.account = rows.text(row, 1);
  if (!rows.is_null(row, 2)) ban.until = time_from(rows.integer(row, 2));
  ban.reason = rows.text(row, 3);
  ban.by = rows.text(row, 4);
  ban.at = time_from(rows.integer(row, 5));
  ban.room_arn = rows.text(row, 6);
  ban.room_user = rows.text(row, 7);
  return ban;
}

ChatSeat seat_at(const io::SqlResult& rows, std::size_t row) {
  return {.account = rows.text(row, 0),
          .owner = rows.text(row, 1),
          .room_arn = rows.text(row, 2),
          .room_user = rows.text(row, 3),
          .role = chat_role_from(rows.text(row, 4))};
}

}  // namespace

std::string_view to_string(ChatRole role) {
  return kRoles.at(static_cast<std::size_t>(role)).first;
}

ChatRole chat_role_from(std::string_view name) {
  for (const auto& [known, role] : kRoles) {
    if (known == name) return role;
  }
  return ChatRole::kNone;
}

namespace talk {

base::Expected<void> migrate(io::SqlConnection& sql) {
  return io::migrate(sql, "app.talk", kMigrations);
}

// ---- bans -------------------------------------------------------------------------------------

base::Expected<std::optional<ChatBan>> find_ban(io::SqlConnection& sql, std::string_view owner,
                                                std::string_view account, base::WallTime now) {
  static const std::string kStatement = "SELECT " + std::string(kBanColumns) +
                                        " FROM app_chat_bans WHERE owner = $1 AND account = $2 AND "
                                        "(until_at IS NULL OR until_at > $3)";
  auto rows = sql.run(kStatement, {text(owner), text(account), microseconds(now)});
  if (!rows) return base::fail(std::move(rows.error()));
  if (rows->empty()) return std::optional<ChatBan>();
  return ban_at(*rows, 0);
}

base::Expected<BanPage> list_bans(io::SqlConnection& sql, std::string_view owner,
                                  std::int64_t before, std::size_t limit, base::WallTime now) {
  static const std::string kOfOne =
      "SELECT " + std::string(kBanColumns) +
      ", number FROM app_chat_bans WHERE (until_at IS NULL OR until_at > $1) AND number < $2 AND "
      "owner = $4 ORDER BY number DESC LIMIT $3";
  static const std::string kOfAll =
      "SELECT " + std::string(kBanColumns) +
      ", number FROM app_chat_bans WHERE (until_at IS NULL OR until_at > $1) AND number < $2 "
      "ORDER BY number DESC LIMIT $3";
  const io::SqlValue most = static_cast<std::int64_t>(limit);
  auto rows = owner.empty() ? sql.run(kOfAll, {microseconds(now), before, most})
                            : sql.run(kOfOne, {microseconds(now), before, most, text(owner)});
  if (!rows) return base::fail(std::move(rows.error()));
  BanPage page;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    page.bans.push_back(ban_at(*rows, row));
    page.last = rows->integer(row, 8);
  }
  return page;
}

base::Expected<std::vector<ChatBan>> bans_of_account(io::SqlConnection& sql,
                                                     std::string_view account) {
  static const std::string kStatement =
      "SELECT " + std::string(kBanColumns) + " FROM app_chat_bans WHERE account = $1 LIMIT 10000";
  auto rows = sql.run(kStatement, {text(account)});
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<ChatBan> bans;
  for (std::size_t row = 0; row < rows->size(); ++row) bans.push_back(ban_at(*rows, row));
  return bans;
}

base::Expected<std::int64_t> count_bans(io::SqlConnection& sql, std::string_view owner) {
  auto rows = sql.run("SELECT count(*) FROM app_chat_bans WHERE owner = $1", {text(owner)});
  if (!rows) return base::fail(std::move(rows.error()));
  return rows->integer(0, 0);
}

base::Expected<void> put_ban(io::SqlConnection& sql, const ChatBan& ban) {
  // Those that are over make room first, wherever they were; and a ban that is made anew is the
  // newest.
  if (auto pruned =
          run(sql, "DELETE FROM app_chat_bans WHERE until_at <= $1", {microseconds(ban.at)});
      !pruned) {
    return pruned;
  }
  if (auto gone = drop_ban(sql, ban.owner, ban.account); !gone) {
    return base::fail(std::move(gone.error()));
  }
  io::SqlValue until;
  if (ban.until) until = microseconds(*ban.until);
  return run(sql,
             "INSERT INTO app_chat_bans (owner, account, until_at, reason, banned_by, created_at, "
             "room_arn, room_user) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
             {ban.owner, ban.account, until, ban.reason, ban.by, microseconds(ban.at), ban.room_arn,
              ban.room_user});
}

base::Expected<bool> drop_ban(io::SqlConnection& sql, std::string_view owner,
                              std::string_view account) {
  auto gone = sql.run("DELETE FROM app_chat_bans WHERE owner = $1 AND account = $2",
                      {text(owner), text(account)});
  if (!gone) return base::fail(std::move(gone.error()));
  return gone->changed > 0;
}

base::Expected<void> note_ban_in_room(io::SqlConnection& sql, const ChatBan& ban) {
  return run(sql,
             "UPDATE app_chat_bans SET room_arn = $4, room_user = $5 WHERE owner = $1 AND "
             "account = $2 AND created_at = $3",
             {ban.owner, ban.account, microseconds(ban.at), ban.room_arn, ban.room_user});
}

// ---- roles ------------------------------------------------------------------------------------

base::Expected<ChatRole> find_role(io::SqlConnection& sql, std::string_view owner,
                                   std::string_view account) {
  auto rows = sql.run("SELECT role FROM app_chat_people WHERE owner = $1 AND account = $2",
                      {text(owner), text(account)});
  if (!rows) return base::fail(std::move(rows.error()));
  return rows->empty() ? ChatRole::kNone : chat_role_from(rows->text(0, 0));
}

base::Expected<std::vector<ChatPerson>> list_people(io::SqlConnection& sql,
                                                    std::string_view owner) {
  auto rows =
      sql.run("SELECT account, role FROM app_chat_people WHERE owner = $1 ORDER BY created_at",
              {text(owner)});
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<ChatPerson> people;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    people.push_back({rows->text(row, 0), chat_role_from(rows->text(row, 1))});
  }
  return people;
}

base::Expected<void> put_role(io::SqlConnection& sql, std::string_view owner,
                              std::string_view account, ChatRole role, base::WallTime now) {
  if (role == ChatRole::kNone) {
    return run(sql, "DELETE FROM app_chat_people WHERE owner = $1 AND account = $2",
               {text(owner), text(account)});
  }
  return run(sql,
             "INSERT INTO app_chat_people (owner, account, role, created_at) "
             "VALUES ($1, $2, $3, $4) "
             "ON CONFLICT (owner, account) DO UPDATE SET role = excluded.role",
             {text(owner), text(account), text(to_string(role)), microseconds(now)});
}

// ---- settings ---------------------------------------------------------------------------------

base::Expected<ChatSettings> load_settings(io::SqlConnection& sql, std::string_view owner) {
  auto rows = sql.run(
      "SELECT slow_mode, followers_only, members_only FROM app_chat_settings WHERE owner = $1",
      {text(owner)});
  if (!rows) return base::fail(std::move(rows.error()));
  ChatSettings settings;
  if (rows->empty()) return settings;
  settings.slow_mode = rows->integer(0, 0);
  settings.followers_only = rows->integer(0, 1);
  settings.members_only = rows->integer(0, 2) != 0;
  return settings;
}

base::Expected<void> save_settings(io::SqlConnection& sql, std::string_view owner,
                                   const ChatSettings& settings) {
  return run(sql,
             "INSERT INTO app_chat_settings (owner, slow_mode, followers_only, members_only) "
             "VALUES ($1, $2, $3, $4) ON CONFLICT (owner) DO UPDATE SET "
             "slow_mode = excluded.slow_mode, followers_only = excluded.followers_only, "
             "members_only = excluded.members_only",
             {text(owner), settings.slow_mode, settings.followers_only,
              std::int64_t{settings.members_only ? 1 : 0}});
}

// ---- seats ------------------------------------------------------------------------------------

base::Expected<std::optional<ChatSeat>> find_seat(io::SqlConnection& sql, std::string_view owner,
                                                  std::string_view account) {
  auto rows = sql.run(
      "SELECT account, owner, room_arn, room_user, role FROM app_chat_seats "
      "WHERE account = $1 AND owner = $2",
      {text(account), text(owner)});
  if (!rows) return base::fail(std::move(rows.error()));
  if (rows->empty()) return std::optional<ChatSeat>();
  return seat_at(*rows, 0);
}

base::Expected<std::vector<ChatSeat>> seats_of(io::SqlConnection& sql, std::string_view account) {
  auto rows = sql.run(
      "SELECT account, owner, room_arn, room_user, role FROM app_chat_seats "
      "WHERE account = $1 LIMIT 10000",
      {text(account)});
  if (!rows) return base::fail(std::move(rows.error()));
  std::vector<ChatSeat> seats;
  for (std::size_t row = 0; row < rows->size(); ++row) seats.push_back(seat_at(*rows, row));
  return seats;
}

base::Expected<void> put_seat(io::SqlConnection& sql, const ChatSeat& seat, base::WallTime now,
                              base::WallTime stale) {
  if (auto pruned = run(
          sql, "DELETE FROM app_chat_seats WHERE account = $1 AND role = 'NONE' AND seen_at < $2",
          {seat.account, microseconds(stale)});
      !pruned) {
    return pruned;
  }
  return run(sql,
             "INSERT INTO app_chat_seats (account, owner, room_arn, room_user, role, seen_at) "
             "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account, owner) DO UPDATE SET "
             "room_arn = excluded.room_arn, room_user = excluded.room_user, role = excluded.role, "
             "seen_at = excluded.seen_at",
             {seat.account, seat.owner, seat.room_arn, seat.room_user, text(to_string(seat.role)),
              microseconds(now)});
}

base::Expected<void> drop_seats(io::SqlConnection& sql, std::string_view account) {
  return run(sql, "DELETE FROM app_chat_seats WHERE account = $1", {text(account)});
}

// ---- deletion ---------------------------------------------------------------------------------

base::Expected<void> erase(io::SqlConnection& sql, std::string_view account) {
  for (const std::string_view statement :
       {"DELETE FROM app_chat_bans WHERE owner = $1",
        "DELETE FROM app_chat_people WHERE owner = $1",
        "DELETE FROM app_chat_people WHERE account = $1",
        "DELETE FROM app_chat_settings WHERE owner = $1",
        "DELETE FROM app_chat_seats WHERE owner = $1",
        "DELETE FROM app_chat_reports WHERE owner = $1",
        "DELETE FROM app_chat_reports WHERE reporter = $1",
        "DELETE FROM app_chat_reports WHERE person = $1",
        "UPDATE app_chat_bans SET banned_by = '' WHERE banned_by = $1"}) {
    if (auto done = run(sql, statement, {text(account)}); !done) return done;
  }
  return {};
}

base::Expected<void> erase_rest(io::SqlConnection& sql, std::string_view account) {
  if (auto done = drop_seats(sql, account); !done) return done;
  return run(sql, "DELETE FROM app_chat_bans WHERE account = $1", {text(account)});
}

}  // namespace talk
}  // namespace app
