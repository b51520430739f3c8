// Bans and time-outs of a channel, and those of all channels for the platform's moderators.
#include <boost/json/array.hpp>

#include "app/talk/talk_routes.h"

namespace app::talk {
namespace {

namespace json = boost::json;

constexpr std::size_t kBansOfPage = 50;

json::object shown(Call& call, const ChatBan& ban) {
  json::object object = shown_person(call, ban.account);
  object["at"] = base::to_rfc3339(ban.at);
  if (ban.until) object["until"] = base::to_rfc3339(*ban.until);
  object["reason"] = ban.reason;
  object["by"] = name_of(call, ban.by);
  return object;
}

Outcome<Answer> page_of(Call& call, std::string_view owner) {
  auto before = place_after(call);
  if (!before) return std::unexpected(std::move(before.error()));
  auto page = list_bans(call.sql, owner, *before, kBansOfPage, call.now);
  if (!page) return broken(page.error());
  json::array bans;
  for (const ChatBan& ban : page->bans) {
    json::object object = shown(call, ban);
    if (owner.empty()) object["channel"] = name_of(call, ban.owner);
    bans.push_back(std::move(object));
  }
  json::object answer{{"bans", std::move(bans)}};
  if (page->bans.size() == kBansOfPage) answer["next"] = std::to_string(page->last);
  return Answer(std::move(answer));
}

}  // namespace

Outcome<Answer> list_bans(Call& call) {
  auto place = moderated_place_of(call);
  if (!place) return std::unexpected(std::move(place.error()));
  if (!call.has("after")) {
    if (auto read = minder_of(call).read_room(call, *place); !read) {
      return std::unexpected(std::move(read.error()));
    }
  }
  return page_of(call, place->owner.id);
}

Outcome<Answer> ban(Call& call) {
  auto place = moderated_place_of(call);
  if (!place) return std::unexpected(std::move(place.error()));
  auto person = person_of(call);
  if (!person) return std::unexpected(std::move(person.error()));
  const std::string reason = call.text("reason");
  auto done = minder_of(call).ban(call, place->channel, person->id, trimmed(reason),
                                  call.integer("seconds"));
  if (!done) return std::unexpected(std::move(done.error()));
  return Answer::nothing();
}

Outcome<Answer> unban(Call& call) {
  auto place = moderated_place_of(call);
  if (!place) return std::unexpected(std::move(place.error()));
  auto person = person_of(call);
  if (!person) return std::unexpected(std::move(person.error()));
  auto done = minder_of(call).unban(call, place->channel, person->id);
  if (!done) return std::unexpected(std::move(done.error()));
  return Answer::nothing();
}

Outcome<Answer> list_all_bans(Call& call) {
  return page_of(call, {});
}

}  // namespace app::talk
