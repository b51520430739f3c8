#include "app/letters/account_notices.h"

#include <utility>

#include "app/letters/columns.h"
#include "app/letters/notice_store.h"

namespace app {
namespace {

constexpr io::SqlMigration kMigrations[] = {{1, R"sql(
CREATE TABLE app_account_notices (
  id $SERIAL,
  account $TEXT NOT NULL,
  kind $TEXT NOT NULL,
  channel $TEXT NOT NULL,
  count BIGINT NOT NULL,
  at BIGINT NOT NULL,
  UNIQUE (account, kind, channel)
);
CREATE INDEX app_account_notices_by_account ON app_account_notices (account, at);
CREATE INDEX app_account_notices_by_channel ON app_account_notices (channel);
CREATE INDEX app_account_notices_by_time ON app_account_notices (at);
)sql"}};

base::Expected<std::vector<AccountNotice>> notices_in(base::Expected<io::SqlResult> result) {
  if (!result) return base::fail(std::move(result.error()));
  std::vector<AccountNotice> notices;
  for (std::size_t row = 0; row < result->size(); ++row) {
    notices.push_back({.id = result->integer(row, 0),
                       .account = result->text(row, 1),
                       .kind = result->text(row, 2),
                       .channel = result->text(row, 3),
                       .count = result->integer(row, 4),
                       .at = time_of_column(result->integer(row, 5))});
  }
  return notices;
}

}  // namespace

base::Expected<void> make_account_notice_tables(io::SqlConnection& sql) {
  return io::migrate(sql, "app.account_notices", kMigrations);
}

base::Expected<AccountNotice> put_account_notice(io::SqlConnection& sql, const std::string& account,
                                                 std::string_view kind, const std::string& channel,
                                                 base::WallTime now) {
  const auto known = find_account_notice(sql, account, kind, channel);
  if (!known) return base::fail(known.error());
  const auto seen_at = read_seen_at(sql, account);
  if (!seen_at) return base::fail(seen_at.error());
  AccountNotice notice{.account = account,
                       .kind = std::string(kind),
                       .channel = channel,
                       .count = 1,
                       .at = now,
                       .is_new = true};
  if (*known && (*known)->at > *seen_at) {
    notice.id = (*known)->id;
    notice.count = (*known)->count + 1;
    notice.is_new = false;
    auto added = done(sql.run("UPDATE app_account_notices SET count = $2, at = $3 WHERE id = $1",
                              {notice.id, notice.count, column_of_time(now)}));
    if (!added) return base::fail(std::move(added.error()));
    return notice;
  }
  if (*known) {
    auto gone = done(sql.run("DELETE FROM app_account_notices WHERE id = $1", {(*known)->id}));
    if (!gone) return base::fail(std::move(gone.error()));
  }
  const auto made = sql.run(
      "INSERT INTO app_account_notices (account, kind, channel, count, at) VALUES ($1, $2, $3, 1, "
      "$4) RETURNING id",
      {account, notice.kind, channel, column_of_time(now)});
  if (!made) return base::fail(made.error());
  notice.id = made->integer(0, 0);
  auto trimmed = done(
      sql.run("DELETE FROM app_account_notices WHERE account = $1 AND id NOT IN (SELECT id FROM "
              "app_account_notices WHERE account = $1 ORDER BY at DESC, id DESC LIMIT $2)",
              {account, kMaxAccountNotices}));
  if (!trimmed) return base::fail(std::move(trimmed.error()));
  return notice;
}

base::Expected<std::vector<AccountNotice>> account_notices(io::SqlConnection& sql,
                                                           const std::string& account) {
  return notices_in(
      sql.run("SELECT id, account, kind, channel, count, at FROM app_account_notices WHERE account "
              "= $1 ORDER BY at DESC, id DESC LIMIT $2",
              {account, kMaxAccountNotices}));
}

base::Expected<std::optional<AccountNotice>> find_account_notice(io::SqlConnection& sql,
                                                                 const std::string& account,
                                                                 std::string_view kind,
                                                                 const std::string& channel) {
  auto found = notices_in(
      sql.run("SELECT id, account, kind, channel, count, at FROM app_account_notices WHERE account "
              "= $1 AND kind = $2 AND channel = $3",
              {account, std::string(kind), channel}));
  if (!found) return base::fail(std::move(found.error()));
  if (found->empty()) return std::optional<AccountNotice>();
  return std::move(found->front());
}

base::Expected<void> drop_account_notice(io::SqlConnection& sql, const std::string& account,
                                         std::string_view kind, const std::string& channel) {
  return done(
      sql.run("DELETE FROM app_account_notices WHERE account = $1 AND kind = $2 AND channel = $3",
              {account, std::string(kind), channel}));
}

base::Expected<std::int64_t> count_account_notices(io::SqlConnection& sql,
                                                   const std::string& account,
                                                   base::WallTime seen_at) {
  const auto counted =
      sql.run("SELECT COUNT(*) FROM app_account_notices WHERE account = $1 AND at > $2",
              {account, column_of_time(seen_at)});
  if (!counted) return base::fail(counted.error());
  return counted->integer(0, 0);
}

base::Expected<void> forget_account_notices(io::SqlConnection& sql, base::WallTime before) {
  return done(sql.run("DELETE FROM app_account_notices WHERE at < $1", {column_of_time(before)}));
}

base::Expected<void> erase_account_notices(io::SqlConnection& sql, const std::string& account) {
  return done(
      sql.run("DELETE FROM app_account_notices WHERE account = $1 OR channel = $1", {account}));
}

}  // namespace app
