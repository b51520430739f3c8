// Channels as people who look after the platform see them.
#include <boost/json/array.hpp>

#include "app/channels/cards.h"
#include "app/channels/channel_service.h"
#include "app/people/names.h"

namespace app {
namespace {

namespace json = boost::json;
using enum Field::Type;
using wire::http::Method;

constexpr std::int64_t kPage = 50;

json::object entry_of(const ShelfPtr& shelf, const ChannelProfile& profile) {
  const ShelfEntry* entry = shelf->find(profile.row.account);
  json::object card =
      card_of(profile, entry != nullptr ? &entry->live : nullptr,
              entry != nullptr ? std::string_view(entry->thumbnail) : std::string_view());
  card["account"] = profile.row.account;
  card["channelArn"] = profile.row.channel_arn;
  return card;
}

// In the order of names; those that are live are few enough to be shown together.
Outcome<Answer> list(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto shelf = channels.shelf(call.sql);
  if (!shelf) return std::unexpected(std::move(shelf.error()));
  const std::string query = folded(call.text("query"));
  json::array list;
  std::string next;
  if (call.flag("live")) {
    for (const ShelfEntry& entry : (*shelf)->entries()) {
      if (!entry.profile) continue;
      if (folded(entry.profile->name).find(query) == std::string::npos) continue;
      list.emplace_back(entry_of(*shelf, *entry.profile));
      if (list.size() == 500) break;
    }
  } else {
    auto rows = call.sql.run(
        "SELECT c.account, a.name_key FROM app_accounts a JOIN app_channels c ON c.account = a.id "
        "WHERE a.name_key > $1 AND a.name_key >= $2 AND a.name_key < $3 AND c.channel_arn IS NOT "
        "NULL ORDER BY a.name_key LIMIT $4",
        {folded(call.text("after")), query, query + "\x7F", kPage + 1});
    if (!rows) return broken(rows.error());
    for (std::size_t i = 0; i < rows->size() && i < static_cast<std::size_t>(kPage); ++i) {
      // Those of suspended people, too.
      auto found = channels.find_profile(call.sql, rows->text(i, 0));
      if (!found) return std::unexpected(std::move(found.error()));
      if (*found) list.emplace_back(entry_of(*shelf, **found));
    }
    if (rows->size() > static_cast<std::size_t>(kPage)) {
      next = rows->text(static_cast<std::size_t>(kPage) - 1, 1);
    }
  }
  json::object answer{{"channels", std::move(list)}};
  if (!next.empty()) answer["next"] = next;
  return Answer(std::move(answer));
}

Outcome<Answer> stop(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto found = channels.find_profile_by_name(call.sql, call.capture("name"));
  if (!found) return std::unexpected(std::move(found.error()));
  if (!*found) return not_found("There is no such channel.");
  if (auto stopped = channels.stop_stream(call, (*found)->row); !stopped) {
    return std::unexpected(std::move(stopped.error()));
  }
  return Answer::nothing();
}

constexpr Field kListInput[] = {
    {.name = "query", .most = 40, .description = "The beginning of a name; part of one of live"},
    {.name = "live", .type = kBoolean, .description = "Only what is live"},
    {.name = "after", .most = 40, .description = "next of the page before"}};

}  // namespace

std::span<const Route> channel_admin_routes() {
  static const std::vector<Field> kEntry = [] {
    std::vector<Field> fields(card_fields().begin(), card_fields().end());
    fields.push_back({.name = "account"});
    fields.push_back({.name = "channelArn"});
    return fields;
  }();
  static const Field kOutput[] = {{.name = "channels", .type = kList, .members = kEntry},
                                  {.name = "next"}};
  static const Route kRoutes[] = {
      {.method = Method::kGet,
       .path = "/api/platform/v1/admin/channels",
       .access = Access::kModerator,
       .summary = "List channels",
       .input = kListInput,
       .output = kOutput,
       .run = list,
       .group = "Administration"},
      {.method = Method::kPost,
       .path = "/api/platform/v1/admin/channels/{name}/stop",
       .access = Access::kModerator,
       .pace = Pace::kSlow,
       .summary = "End a channel's broadcast",
       .run = stop,
       .group = "Administration"},
  };
  return kRoutes;
}

}  // namespace app
