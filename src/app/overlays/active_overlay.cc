#include "app/overlays/active_overlay.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace app {
namespace {

namespace json = boost::json;

std::int64_t micros(base::WallTime time) {
  return time.time_since_epoch().count();
}

base::WallTime time_of(std::int64_t micros) {
  return base::WallTime(std::chrono::microseconds(micros));
}

}  // namespace

json::object ActiveOverlay::json() const {
  json::object shown{
      {"kind", to_string(kind)}, {"data", data}, {"startedAt", base::to_rfc3339_ms(started_at)}};
  if (expires_at) shown["expiresAt"] = base::to_rfc3339_ms(*expires_at);
  return shown;
}

base::Expected<void> store_active(io::SqlConnection& sql, const std::string& account,
                                  const ActiveOverlay& active) {
  const auto done = sql.run(
      "INSERT INTO app_overlays (account, kind, data, channel_arn, started_at, expires_at) "
      "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account) DO UPDATE SET kind = excluded.kind, "
      "data = excluded.data, channel_arn = excluded.channel_arn, "
      "started_at = excluded.started_at, expires_at = excluded.expires_at",
      {account, std::string(to_string(active.kind)), json::serialize(active.data),
       active.channel_arn, micros(active.started_at),
       active.expires_at ? io::SqlValue(micros(*active.expires_at)) : io::SqlValue()});
  if (!done) return base::fail(done.error());
  return {};
}

base::Expected<void> remove_active(io::SqlConnection& sql, const std::string& account) {
  const auto done = sql.run("DELETE FROM app_overlays WHERE account = $1", {account});
  if (!done) return base::fail(done.error());
  return {};
}

base::Expected<std::vector<std::pair<std::string, ActiveOverlay>>> stored_actives(
    io::SqlConnection& sql) {
  const auto rows =
      sql.run("SELECT account, kind, data, channel_arn, started_at, expires_at FROM app_overlays");
  if (!rows) return base::fail(rows.error());
  std::vector<std::pair<std::string, ActiveOverlay>> all;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    boost::system::error_code failed;
    json::value data = json::parse(rows->text(i, 2), failed);
    const auto kind = overlay_kind(rows->text(i, 1));
    if (failed || !data.is_object() || !kind) continue;  // of another version of ours
    ActiveOverlay active{.kind = *kind,
                         .data = std::move(data.get_object()),
                         .channel_arn = rows->text(i, 3),
                         .started_at = time_of(rows->integer(i, 4)),
                         .expires_at = {}};
    if (!rows->is_null(i, 5)) active.expires_at = time_of(rows->integer(i, 5));
    all.emplace_back(rows->text(i, 0), std::move(active));
  }
  return all;
}

}  // namespace app
