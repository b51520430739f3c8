// What is on: the directory, categories, search, and the channels that one follows.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <set>

#include "app/channels/cards.h"
#include "app/channels/categories.h"
#include "app/channels/channel_service.h"
#include "app/channels/search_words.h"

namespace app {
namespace {

namespace json = boost::json;
using enum Field::Type;
using wire::http::Method;

constexpr std::size_t kCarousel = 14;  // of followed channels in the directory
constexpr std::size_t kRecent = 12;    // past broadcasts there
constexpr std::size_t kLittle = 8;     // live channels, with fewer of which they are shown
constexpr std::size_t kFollowPage = 50;
constexpr std::int64_t kFoundUsually = 20;

// JSON that was rendered before.
Answer rendered(std::string text) {
  using wire::http::Response;
  Response response =
      Response::with_body(200, "application/json", base::Slice::take(std::move(text)));
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Content-Type-Options", "nosniff");
  return Answer::as_it_is(std::move(response));
}

// What was on, of channels that anybody may watch, as far as this viewer may.
Outcome<json::array> recent_of(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  json::array list;
  for (const json::value& entry : *channels.facts().recent()) {
    if (list.size() == kRecent) break;
    const json::object& recording = entry.as_object();
    if (!recording.contains("playbackUrl")) continue;
    auto owner = channels.profile(call.sql, ProfileKey::kArn, text_in(recording, "channelArn"));
    if (!owner) return std::unexpected(std::move(owner.error()));
    if (!*owner || (*owner)->row.is_members_only) continue;
    auto banned = channels.is_banned(call, **owner);
    if (!banned) return std::unexpected(std::move(banned.error()));
    if (!*banned) list.emplace_back(past_of(**owner, recording));
  }
  return list;
}

Outcome<Answer> directory(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto shelf = channels.shelf(call.sql);
  if (!shelf) return std::unexpected(std::move(shelf.error()));
  const std::string category = call.text("category");
  const std::string after = call.text("after");
  std::string text = "{" + (*shelf)->page(category, after);
  text += ",\"following\":";
  if (call.viewer && after.empty()) {
    auto accounts = channels.followed(call, **shelf);
    if (!accounts) return std::unexpected(std::move(accounts.error()));
    accounts->resize(std::min(accounts->size(), kCarousel));
    auto cards = channels.cards(call.sql, **shelf, *accounts);
    if (!cards) return std::unexpected(std::move(cards.error()));
    text += json::serialize(*cards);
  } else {
    text += "[]";
  }
  text += ",\"recent\":";
  if (after.empty() && category.empty() && (*shelf)->entries().size() < kLittle) {
    auto recent = recent_of(call);
    if (!recent) return std::unexpected(std::move(recent.error()));
    text += json::serialize(*recent);
  } else {
    text += "[]";
  }
  text += "}";
  return rendered(std::move(text));
}

Outcome<Answer> list_categories(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto shelf = channels.shelf(call.sql);
  if (!shelf) return std::unexpected(std::move(shelf.error()));
  auto names = channels.categories().names(call.sql);
  if (!names) return std::unexpected(std::move(names.error()));
  std::vector<std::string> all = **names;
  for (const auto& [name, live] : (*shelf)->categories()) {
    if (std::ranges::find(all, name) == all.end()) all.push_back(name);
  }
  std::vector<std::pair<std::int64_t, std::size_t>> order;
  for (std::size_t i = 0; i < all.size(); ++i) {
    order.emplace_back(-static_cast<std::int64_t>((*shelf)->live_in(all[i])), i);
  }
  std::ranges::sort(order);
  json::array list;
  for (const auto& [fewer, i] : order) {
    list.push_back(json::object{{"name", all[i]}, {"live", -fewer}});
  }
  return Answer(json::object{{"categories", std::move(list)}});
}

Outcome<Answer> search(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  const auto wanted = search_words(call.text("q"), 6);
  if (wanted.empty()) {
    return Answer(json::object{{"channels", json::array()}, {"categories", json::array()}});
  }
  const auto limit = static_cast<std::size_t>(call.integer("limit", kFoundUsually));
  auto shelf = channels.shelf(call.sql);
  if (!shelf) return std::unexpected(std::move(shelf.error()));
  // Whoever is live comes first.
  json::array cards;
  std::set<std::string> shown;
  for (const ShelfEntry* entry : (*shelf)->search(wanted, limit)) {
    cards.emplace_back(LiveShelf::card(*entry));
    if (entry->profile) shown.insert(entry->profile->row.account);
  }
  auto found = find_channels(call.sql, wanted, limit);
  if (!found) return std::unexpected(std::move(found.error()));
  std::erase_if(*found, [&](const std::string& account) { return shown.contains(account); });
  found->resize(std::min(found->size(), limit - cards.size()));
  auto others = channels.cards(call.sql, **shelf, *found);
  if (!others) return std::unexpected(std::move(others.error()));
  for (json::value& card : *others) cards.push_back(std::move(card));

  auto names = channels.categories().names(call.sql);
  if (!names) return std::unexpected(std::move(names.error()));
  json::array categories;
  for (const std::string& name : **names) {
    if (all_begin_words(wanted, search_words(name))) categories.emplace_back(name);
  }
  return Answer(
      json::object{{"channels", std::move(cards)}, {"categories", std::move(categories)}});
}

Outcome<Answer> following(Call& call) {
  ChannelService& channels = ChannelService::of(call);
  auto shelf = channels.shelf(call.sql);
  if (!shelf) return std::unexpected(std::move(shelf.error()));
  auto accounts = channels.followed(call, **shelf);
  if (!accounts) return std::unexpected(std::move(accounts.error()));
  const std::string after = call.text("after");
  std::size_t from = 0;
  if (!after.empty()) {
    const auto read = std::from_chars(after.data(), after.data() + after.size(), from);
    if (read.ec != std::errc() || read.ptr != after.data() + after.size()) {
      return invalid("after", "That is not what a page before this one gave.");
    }
  }
  from = std::min(from, accounts->size());
  const std::size_t end = std::min(from + kFollowPage, accounts->size());
  const bool is_last = end == accounts->size();
  auto cards = channels.cards(call.sql, **shelf,
                              {accounts->begin() + static_cast<std::ptrdiff_t>(from),
                               accounts->begin() + static_cast<std::ptrdiff_t>(end)});
  if (!cards) return std::unexpected(std::move(cards.error()));
  json::object answer{{"channels", std::move(*cards)}};
  if (!is_last) answer["next"] = std::to_string(end);
  return Answer(std::move(answer));
}

constexpr Field kDirectoryInput[] = {
    {.name = "category", .most = 60, .description = "Only channels of this category"},
    {.name = "after", .most = 100, .description = "next of the page before"}};
constexpr Field kPageInput[] = {
    {.name = "after", .most = 20, .description = "next of the page before"}};
constexpr Field kSearchInput[] = {
    {.name = "q",
     .need = Field::Need::kRequired,
     .most = 200,
     .description = "Beginnings of words of names, titles and categories"},
    {.name = "limit", .type = kInteger, .least = 1, .most = 50}};
constexpr Field kCategory[] = {{.name = "name"},
                               {.name = "live", .type = kInteger, .description = "How many"}};
constexpr Field kCategoriesOutput[] = {{.name = "categories",
                                        .type = kList,
                                        .description = "Those with most first",
                                        .members = kCategory}};

}  // namespace

std::span<const Route> directory_routes() {
  static const Field kDirectory[] = {
      {.name = "live", .type = kList, .description = "Newest first", .members = card_fields()},
      {.name = "total", .type = kInteger},
      {.name = "next", .description = "Absent at the end"},
      {.name = "following",
       .type = kList,
       .description = "For people who are signed in: at most 14",
       .members = card_fields()},
      {.name = "recent",
       .type = kList,
       .description = "Past broadcasts, when little is live",
       .members = past_fields()}};
  static const Field kFound[] = {{.name = "channels", .type = kList, .members = card_fields()},
                                 {.name = "categories", .type = kTexts}};
  static const Field kFollowing[] = {
      {.name = "channels",
       .type = kList,
       .description = "Live ones by their start, then last followed first",
       .members = card_fields()},
      {.name = "next"}};
  static const Route kRoutes[] = {
      {.method = Method::kGet,
       .path = "/api/platform/v1/directory",
       .summary = "List what is live",
       .input = kDirectoryInput,
       .output = kDirectory,
       .run = directory,
       .group = "Channels"},
      {.method = Method::kGet,
       .path = "/api/platform/v1/categories",
       .summary = "List categories",
       .output = kCategoriesOutput,
       .run = list_categories,
       .group = "Channels"},
      {.method = Method::kGet,
       .path = "/api/platform/v1/search",
       .summary = "Search for channels and categories",
       .input = kSearchInput,
       .output = kFound,
       .run = search,
       .group = "Channels"},
      {.method = Method::kGet,
       .path = "/api/platform/v1/following",
       .access = Access::kSignedIn,
       .summary = "List the channels that one follows",
       .input = kPageInput,
       .output = kFollowing,
       .run = following,
       .group = "Channels"},
  };
  return kRoutes;
}

}  // namespace app
