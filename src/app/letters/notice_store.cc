#include "app/letters/notice_store.h"

#include <limits>
#include <set>
#include <utility>

#include "app/letters/columns.h"

namespace app {
namespace {

using namespace std::chrono_literals;

constexpr auto kBetweenStarts = 10min;
constexpr auto kBetweenLetters = 6h;
constexpr std::int64_t kKeptStarts = 10;  // of one channel
constexpr std::int64_t kMostUnseen = 100;

constexpr io::SqlMigration kMigrations[] = {{1, R"sql(
CREATE TABLE app_live_starts (
  id $SERIAL,
  channel $TEXT NOT NULL,
  title $TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX app_live_starts_by_channel ON app_live_starts (channel, at);
CREATE INDEX app_live_starts_by_time ON app_live_starts (at);
CREATE TABLE app_live_told (
  channel $TEXT PRIMARY KEY,
  told_at BIGINT NOT NULL,
  mailed_at BIGINT NOT NULL
);
CREATE TABLE app_notice_settings (
  account $TEXT PRIMARY KEY,
  page BIGINT NOT NULL,
  push BIGINT NOT NULL,
  digest $TEXT NOT NULL,
  site_url $TEXT NOT NULL,
  seen_at BIGINT NOT NULL,
  told_until BIGINT NOT NULL,
  digest_due BIGINT NOT NULL
);
CREATE INDEX app_notice_settings_by_due ON app_notice_settings (digest, digest_due);
CREATE TABLE app_push_targets (
  endpoint $TEXT PRIMARY KEY,
  account $TEXT NOT NULL,
  browser_key $OCTETS NOT NULL,
  auth $OCTETS NOT NULL,
  is_local BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE INDEX app_push_targets_by_account ON app_push_targets (account, made_at);
)sql"}};

// Of a row f of app_follows: the follower may come to the channel at the time `now`, a parameter.
std::string not_banned(std::string_view now) {
  return " AND NOT EXISTS (SELECT 1 FROM app_chat_bans b WHERE b.owner = f.followed AND b.account "
         "= f.follower AND (b.until_at IS NULL OR b.until_at > " +
         std::string(now) + "))";
}

base::Expected<std::vector<LiveStart>> starts_in(base::Expected<io::SqlResult> result) {
  if (!result) return base::fail(std::move(result.error()));
  std::vector<LiveStart> starts;
  for (std::size_t row = 0; row < result->size(); ++row) {
    starts.push_back({.id = result->integer(row, 0),
                      .channel = result->text(row, 1),
                      .title = result->text(row, 2),
                      .at = time_of_column(result->integer(row, 3))});
  }
  return starts;
}

}  // namespace

base::Expected<void> make_notice_tables(io::SqlConnection& sql) {
  return io::migrate(sql, "app.notices", kMigrations);
}

std::string_view to_string(Digest digest) {
  switch (digest) {
    case Digest::kOff:
      return "off";
    case Digest::kInstant:
      return "instant";
    case Digest::kDaily:
      return "daily";
  }
  return "off";
}

std::optional<Digest> digest_from(std::string_view text) {
  for (const Digest digest : {Digest::kOff, Digest::kInstant, Digest::kDaily}) {
    if (to_string(digest) == text) return digest;
  }
  return std::nullopt;
}

base::Expected<NoticeSettings> read_notice_settings(io::SqlConnection& sql,
                                                    const std::string& account) {
  const auto found =
      sql.run("SELECT page, push, digest FROM app_notice_settings WHERE account = $1", {account});
  if (!found) return base::fail(found.error());
  if (found->empty()) return NoticeSettings{};
  return NoticeSettings{.page = found->integer(0, 0) != 0,
                        .push = found->integer(0, 1) != 0,
                        .digest = digest_from(found->text(0, 2)).value_or(Digest::kOff)};
}

base::Expected<void> write_notice_settings(io::SqlConnection& sql, const std::string& account,
                                           const NoticeSettings& settings,
                                           const std::string& site_url, base::WallTime digest_due) {
  // Whoever asks for daily letters hears of what comes from now on.
  return done(sql.run(
      "INSERT INTO app_notice_settings (account, page, push, digest, site_url, seen_at, "
      "told_until, digest_due) VALUES ($1, $2, $3, $4, $5, 0, $7, $6) ON CONFLICT (account) DO "
      "UPDATE SET page = $2, push = $3, digest = $4, site_url = $5, told_until = CASE WHEN "
      "app_notice_settings.digest = $4 THEN app_notice_settings.told_until ELSE $7 END, "
      "digest_due = CASE WHEN app_notice_settings.digest = $4 THEN "
      "app_notice_settings.digest_due ELSE $6 END",
      {account, std::int64_t{settings.page}, std::int64_t{settings.push},
       std::string(to_string(settings.digest)), site_url, column_of_time(digest_due),
       column_of_time(digest_due - 24h)}));
}

base::Expected<void> end_digest(io::SqlConnection& sql, const std::string& account) {
  return done(
      sql.run("UPDATE app_notice_settings SET digest = 'off' WHERE account = $1", {account}));
}

base::Expected<std::optional<CalledStart>> note_start(io::SqlConnection& sql,
                                                      const std::string& channel,
                                                      const std::string& title,
                                                      base::WallTime now) {
  const auto told =
      sql.run("SELECT told_at, mailed_at FROM app_live_told WHERE channel = $1", {channel});
  if (!told) return base::fail(told.error());
  const base::WallTime told_at =
      told->empty() ? base::WallTime() : time_of_column(told->integer(0, 0));
  base::WallTime mailed_at = told->empty() ? base::WallTime() : time_of_column(told->integer(0, 1));
  if (!told->empty() && now - told_at < kBetweenStarts) return std::nullopt;
  CalledStart called;
  called.is_mailed = now - mailed_at >= kBetweenLetters;
  if (called.is_mailed) mailed_at = now;
  called.start = {.id = 0, .channel = channel, .title = title, .at = now};
  auto wrote = sql.run(
      "INSERT INTO app_live_told (channel, told_at, mailed_at) VALUES ($1, $2, $3) ON CONFLICT "
      "(channel) DO UPDATE SET told_at = $2, mailed_at = $3",
      {channel, column_of_time(now), column_of_time(mailed_at)});
  if (!wrote) return base::fail(std::move(wrote.error()));
  const auto added =
      sql.run("INSERT INTO app_live_starts (channel, title, at) VALUES ($1, $2, $3) RETURNING id",
              {channel, title, column_of_time(now)});
  if (!added) return base::fail(added.error());
  called.start.id = added->integer(0, 0);
  auto trimmed = sql.run(
      "DELETE FROM app_live_starts WHERE channel = $1 AND at <= (SELECT at FROM app_live_starts "
      "WHERE channel = $1 ORDER BY at DESC LIMIT 1 OFFSET $2)",
      {channel, kKeptStarts});
  if (!trimmed) return base::fail(std::move(trimmed.error()));
  return called;
}

base::Expected<std::vector<LiveStart>> starts_for(io::SqlConnection& sql,
                                                  const std::string& account, std::int64_t before,
                                                  std::int64_t most, base::WallTime now) {
  static const std::string kStatement =
      "SELECT s.id, s.channel, s.title, s.at FROM app_follows f JOIN app_live_starts s ON "
      "s.channel = f.followed AND s.at >= f.followed_at WHERE f.follower = $1 AND s.id < $2" +
      not_banned("$4") + " ORDER BY s.id DESC LIMIT $3";
  return starts_in(sql.run(kStatement, {account, before, most, column_of_time(now)}));
}

base::Expected<base::WallTime> read_seen_at(io::SqlConnection& sql, const std::string& account) {
  const auto seen =
      sql.run("SELECT seen_at FROM app_notice_settings WHERE account = $1", {account});
  if (!seen) return base::fail(seen.error());
  return time_of_column(seen->empty() ? 0 : seen->integer(0, 0));
}

base::Expected<SeenState> read_seen(io::SqlConnection& sql, const std::string& account,
                                    base::WallTime now) {
  static const std::string kCount =
      "SELECT COUNT(*) FROM (SELECT s.id FROM app_follows f JOIN app_live_starts s ON "
      "s.channel = f.followed AND s.at >= f.followed_at WHERE f.follower = $1 AND s.at > $2" +
      not_banned("$4") + " LIMIT $3) AS unseen";
  const auto seen_at = read_seen_at(sql, account);
  if (!seen_at) return base::fail(seen_at.error());
  const auto counted =
      sql.run(kCount, {account, column_of_time(*seen_at), kMostUnseen, column_of_time(now)});
  if (!counted) return base::fail(counted.error());
  return SeenState{.seen_at = *seen_at, .unseen = counted->integer(0, 0)};
}

base::Expected<void> mark_seen(io::SqlConnection& sql, const std::string& account,
                               base::WallTime now) {
  return done(sql.run(
      "INSERT INTO app_notice_settings (account, page, push, digest, site_url, seen_at, "
      "told_until, digest_due) VALUES ($1, 1, 1, 'off', '', $2, 0, 0) ON CONFLICT (account) DO "
      "UPDATE SET seen_at = $2",
      {account, column_of_time(now)}));
}

base::Expected<std::vector<Follower>> followers_after(io::SqlConnection& sql,
                                                      const std::string& channel,
                                                      const FollowerMark& mark, std::int64_t most,
                                                      base::WallTime now) {
  static const std::string kStatement =
      "SELECT f.follower, f.followed_at, s.page, s.push, s.digest, s.site_url FROM app_follows f "
      "LEFT JOIN app_notice_settings s ON s.account = f.follower WHERE f.followed = $1 AND "
      "f.followed_at >= $2 AND (f.followed_at > $2 OR f.follower > $3)" +
      not_banned("$5") + " ORDER BY f.followed_at, f.follower LIMIT $4";
  const auto found =
      sql.run(kStatement, {channel, mark.followed_at, mark.follower, most, column_of_time(now)});
  if (!found) return base::fail(found.error());
  std::vector<Follower> followers;
  for (std::size_t row = 0; row < found->size(); ++row) {
    Follower follower;
    follower.mark = {.followed_at = found->integer(row, 1), .follower = found->text(row, 0)};
    if (!found->is_null(row, 2)) {
      follower.settings = {.page = found->integer(row, 2) != 0,
                           .push = found->integer(row, 3) != 0,
                           .digest = digest_from(found->text(row, 4)).value_or(Digest::kOff)};
      follower.site_url = found->text(row, 5);
    }
    followers.push_back(std::move(follower));
  }
  return followers;
}

base::Expected<PushPage> push_targets_after(io::SqlConnection& sql, const std::string& channel,
                                            const FollowerMark& mark, std::int64_t followers,
                                            base::WallTime now) {
  static const std::string kStatement =
      "SELECT p.endpoint, p.browser_key, p.auth, p.is_local, p.failures FROM app_follows f JOIN "
      "app_push_targets p ON p.account = f.follower LEFT JOIN app_notice_settings s ON s.account = "
      "f.follower WHERE f.followed = $1 AND f.followed_at >= $2 AND f.followed_at <= $3 AND "
      "(f.followed_at > $2 OR f.follower > $4) AND (f.followed_at < $3 OR f.follower <= $5) AND "
      "COALESCE(s.push, 1) = 1" +
      not_banned("$6");
  const auto page = followers_after(sql, channel, mark, followers, now);
  if (!page) return base::fail(page.error());
  PushPage out;
  if (page->empty()) return out;
  const FollowerMark& last = page->back().mark;
  const auto found = sql.run(kStatement, {channel, mark.followed_at, last.followed_at,
                                          mark.follower, last.follower, column_of_time(now)});
  if (!found) return base::fail(found.error());
  for (std::size_t row = 0; row < found->size(); ++row) {
    out.targets.push_back({.subscription = {.endpoint = found->text(row, 0),
                                            .key = found->octets(row, 1),
                                            .auth = found->octets(row, 2)},
                           .is_local = found->integer(row, 3) != 0,
                           .failures = found->integer(row, 4)});
  }
  if (static_cast<std::int64_t>(page->size()) == followers) out.next = last;
  return out;
}

base::Expected<void> add_push_target(io::SqlConnection& sql, const std::string& account,
                                     const PushSubscription& subscription, bool is_local,
                                     base::WallTime now) {
  auto added = sql.run(
      "INSERT INTO app_push_targets (endpoint, account, browser_key, auth, is_local, failures, "
      "made_at) VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT (endpoint) DO UPDATE SET account = "
      "$2, browser_key = $3, auth = $4, is_local = $5, failures = 0, made_at = $6",
      {subscription.endpoint, account, subscription.key, subscription.auth, std::int64_t{is_local},
       column_of_time(now)});
  if (!added) return base::fail(std::move(added.error()));
  return done(sql.run(
      "DELETE FROM app_push_targets WHERE account = $1 AND endpoint NOT IN (SELECT endpoint FROM "
      "app_push_targets WHERE account = $1 ORDER BY made_at DESC, endpoint LIMIT $2)",
      {account, kMaxPushTargets}));
}

base::Expected<void> remove_push_target(io::SqlConnection& sql, const std::string& account,
                                        const std::string& endpoint) {
  return done(
      sql.run("DELETE FROM app_push_targets WHERE endpoint = $1 AND ($2 = '' OR account = $2)",
              {endpoint, account}));
}

base::Expected<void> set_push_failures(io::SqlConnection& sql, const std::string& endpoint,
                                       std::int64_t failures) {
  return done(sql.run("UPDATE app_push_targets SET failures = $1 WHERE endpoint = $2",
                      {failures, endpoint}));
}

base::Expected<std::vector<DueDigest>> due_digests(io::SqlConnection& sql, base::WallTime now,
                                                   std::int64_t most) {
  const auto found = sql.run(
      "SELECT account, site_url, told_until FROM app_notice_settings WHERE digest = "
      "'daily' AND digest_due <= $1 ORDER BY digest_due LIMIT $2",
      {column_of_time(now), most});
  if (!found) return base::fail(found.error());
  std::vector<DueDigest> due;
  for (std::size_t row = 0; row < found->size(); ++row) {
    due.push_back({.account = found->text(row, 0),
                   .site_url = found->text(row, 1),
                   .since = time_of_column(found->integer(row, 2))});
  }
  return due;
}

base::Expected<void> set_digest_due(io::SqlConnection& sql, const std::string& account,
                                    base::WallTime told_until, base::WallTime due) {
  return done(
      sql.run("UPDATE app_notice_settings SET told_until = $2, digest_due = $3 WHERE account = $1",
              {account, column_of_time(told_until), column_of_time(due)}));
}

base::Expected<std::vector<LiveStart>> starts_since(io::SqlConnection& sql,
                                                    const std::string& account,
                                                    base::WallTime since, std::int64_t most,
                                                    base::WallTime now) {
  static const std::string kStatement =
      "SELECT s.id, s.channel, s.title, s.at FROM app_follows f JOIN app_live_starts s ON "
      "s.channel = f.followed AND s.at >= f.followed_at WHERE f.follower = $1 AND s.at > $2" +
      not_banned("$4") + " ORDER BY s.id DESC LIMIT $3";
  auto all = starts_in(sql.run(
      kStatement, {account, column_of_time(since), most * kKeptStarts, column_of_time(now)}));
  if (!all) return all;
  std::set<std::string> told;
  std::vector<LiveStart> starts;
  for (LiveStart& start : *all) {
    if (static_cast<std::int64_t>(starts.size()) == most) break;
    if (told.insert(start.channel).second) starts.push_back(std::move(start));
  }
  return starts;
}

base::Expected<void> erase_notices(io::SqlConnection& sql, const std::string& account) {
  for (const char* statement : {"DELETE FROM app_live_starts WHERE channel = $1",
                                "DELETE FROM app_live_told WHERE channel = $1",
                                "DELETE FROM app_notice_settings WHERE account = $1",
                                "DELETE FROM app_push_targets WHERE account = $1"}) {
    if (auto erased = done(sql.run(statement, {account})); !erased) return erased;
  }
  return {};
}

base::Expected<void> forget_starts(io::SqlConnection& sql, base::WallTime before) {
  return done(sql.run("DELETE FROM app_live_starts WHERE at < $1", {column_of_time(before)}));
}

}  // namespace app
