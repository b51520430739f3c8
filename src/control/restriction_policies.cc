// Playback restriction policies: countries and origins from which a channel may be watched.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

#include "base/ids.h"
#include "control/call.h"
#include "control/listing.h"
#include "control/platform.h"
#include "control/viewer_gates.h"

namespace control {
namespace {

namespace json = boost::json;

constexpr std::size_t kIdLength = 12;
constexpr std::string_view kColumns = "id, name, countries, origins, strict_origin, tags";

json::object policy_object(const Call& call, const io::SqlResult& rows, std::size_t row) {
  return {{"arn", make_arn(call.platform.home, "playback-restriction-policy", rows.text(row, 0))},
          {"name", rows.text(row, 1)},
          {"allowedCountries", parse_kept(rows.text(row, 2))},
          {"allowedOrigins", parse_kept(rows.text(row, 3))},
          {"enableStrictOriginEnforcement", rows.integer(row, 4) != 0},
          {"tags", parse_kept(rows.text(row, 5))}};
}

ApiResult<void> check_lists(const Call& call) {
  const auto count = [&](std::string_view member) -> std::int64_t {
    return has(call.input, member)
               ? static_cast<std::int64_t>(call.input.at(member).as_array().size())
               : 0;
  };
  const std::int64_t countries = service_quota("playbackRestrictionPolicyCountries");
  const std::int64_t origins = service_quota("playbackRestrictionPolicyOrigins");
  if (count("allowedCountries") > countries) {
    return invalid(fmt::format("allowedCountries may have at most {} entries", countries));
  }
  if (count("allowedOrigins") > origins) {
    return invalid(fmt::format("allowedOrigins may have at most {} entries", origins));
  }
  if (has(call.input, "allowedCountries")) {
    for (const json::value& country : call.input.at("allowedCountries").as_array()) {
      if (!std::ranges::all_of(country.get_string(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
        return invalid("allowedCountries must be two capital letters each (ISO 3166 alpha-2)");
      }
    }
  }
  return {};
}

ApiResult<io::SqlResult> named_policy(Call& call) {
  static const std::string statement =
      fmt::format("SELECT {} FROM playback_restriction_policies WHERE id = $1", kColumns);
  const std::string arn = text_of(call.input, "arn");
  auto rows = call.sql.run(
      statement, {std::string(own_id(call.platform.home, "playback-restriction-policy", arn))});
  if (!rows) return internal(rows.error());
  if (rows->empty())
    return not_found(fmt::format("there is no playback restriction policy {}", arn));
  return std::move(*rows);
}

void tell_viewers(Call& call) {
  call.after_commit.emplace_back(
      [&platform = call.platform] { platform.viewers.forget_policies(); });
}

ApiObject create_policy(Call& call) {
  if (auto checked = check_lists(call); !checked) return std::unexpected(checked.error());
  auto counted = call.sql.run("SELECT count(*) FROM playback_restriction_policies");
  if (!counted) return internal(counted.error());
  const std::int64_t most = quota(call, "playbackRestrictionPolicies");
  if (counted->integer(0, 0) >= most) {
    return quota_exceeded(
        fmt::format("there may be at most {} playback restriction policies", most));
  }
  const std::string id = base::random_alphanumeric(kIdLength);
  auto made = call.sql.run(
      "INSERT INTO playback_restriction_policies (id, name, countries, origins, strict_origin, "
      "tags, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) "
      "RETURNING id, name, countries, origins, strict_origin, tags",
      {id, text_of(call.input, "name"), json_of(call.input, "allowedCountries", "[]"),
       json_of(call.input, "allowedOrigins", "[]"),
       std::int64_t{boolean_of(call.input, "enableStrictOriginEnforcement", false)},
       json_of(call.input, "tags", "{}"), std::int64_t{call.now.time_since_epoch().count()}});
  if (!made) return internal(made.error());
  return json::object{{"playbackRestrictionPolicy", policy_object(call, *made, 0)}};
}

ApiObject get_policy(Call& call) {
  auto rows = named_policy(call);
  if (!rows) return std::unexpected(rows.error());
  return json::object{{"playbackRestrictionPolicy", policy_object(call, *rows, 0)}};
}

ApiObject update_policy(Call& call) {
  auto rows = named_policy(call);
  if (!rows) return std::unexpected(rows.error());
  if (auto checked = check_lists(call); !checked) return std::unexpected(checked.error());
  auto updated = call.sql.run(
      "UPDATE playback_restriction_policies SET name = $2, countries = $3, origins = $4, "
      "strict_origin = $5 WHERE id = $1 "
      "RETURNING id, name, countries, origins, strict_origin, tags",
      {rows->text(0, 0), text_of(call.input, "name", rows->text(0, 1)),
       json_of(call.input, "allowedCountries", rows->text(0, 2)),
       json_of(call.input, "allowedOrigins", rows->text(0, 3)),
       std::int64_t{
           boolean_of(call.input, "enableStrictOriginEnforcement", rows->integer(0, 4) != 0)}});
  if (!updated) return internal(updated.error());
  tell_viewers(call);
  return json::object{{"playbackRestrictionPolicy", policy_object(call, *updated, 0)}};
}

ApiObject delete_policy(Call& call) {
  auto rows = named_policy(call);
  if (!rows) return std::unexpected(rows.error());
  auto used = call.sql.run("SELECT 1 FROM channels WHERE restriction_policy = $1 LIMIT 1",
                           {rows->text(0, 0)});
  if (!used) return internal(used.error());
  if (!used->empty()) return conflict("a channel uses this playback restriction policy");
  auto deleted =
      call.sql.run("DELETE FROM playback_restriction_policies WHERE id = $1", {rows->text(0, 0)});
  if (!deleted) return internal(deleted.error());
  tell_viewers(call);
  return json::object{};
}

ApiObject list_policies(Call& call) {
  static const std::string statement = fmt::format(
      "SELECT {} FROM playback_restriction_policies WHERE id > $1 ORDER BY id LIMIT $2", kColumns);
  return listing(
      call, statement, "playbackRestrictionPolicies",
      [&](const io::SqlResult& rows, std::size_t row) { return policy_object(call, rows, row); });
}

}  // namespace

std::span<const Handler> restriction_policy_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"CreatePlaybackRestrictionPolicy", kWrite, create_policy},
      {"GetPlaybackRestrictionPolicy", kRead, get_policy},
      {"UpdatePlaybackRestrictionPolicy", kWrite, update_policy},
      {"DeletePlaybackRestrictionPolicy", kWrite, delete_policy},
      {"ListPlaybackRestrictionPolicies", kRead, list_policies},
  };
  return kHandlers;
}

}  // namespace control
