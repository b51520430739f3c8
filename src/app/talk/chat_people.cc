// Moderators and VIPs, whom a channel's owner names.
#include <boost/json/array.hpp>

#include "app/talk/talk_routes.h"

namespace app::talk {
namespace {

namespace json = boost::json;

// Roles are the owner's to give; administrators of the platform help out.
Outcome<ChatPlace> owned_place_of(Call& call) {
  auto place = place_of(call);
  if (!place) return place;
  if (call.me().id != place->owner.id && call.me().role != Role::kAdministrator) {
    return forbidden("Only the owner of the channel may do that.");
  }
  return place;
}

Outcome<Answer> change(Call& call, ChatRole role, bool gives) {
  auto place = owned_place_of(call);
  if (!place) return std::unexpected(std::move(place.error()));
  auto person = person_of(call);
  if (!person) return std::unexpected(std::move(person.error()));
  if (person->id == place->owner.id) {
    return refuse(409, "Owner", "The owner of a channel needs no other role there.");
  }
  auto before = find_role(call.sql, place->owner.id, person->id);
  if (!before) return broken(before.error());
  // Who is a VIP is not taken off the list of VIPs by way of the moderators.
  if (gives ? *before == role : *before != role) return Answer::nothing();
  auto done = minder_of(call).give_role(call, *place, *person, gives ? role : ChatRole::kNone);
  if (!done) return std::unexpected(std::move(done.error()));
  return Answer::nothing();
}

}  // namespace

Outcome<Answer> list_people(Call& call) {
  auto place = moderated_place_of(call);
  if (!place) return std::unexpected(std::move(place.error()));
  auto people = list_people(call.sql, place->owner.id);
  if (!people) return broken(people.error());
  json::array moderators;
  json::array vips;
  for (const ChatPerson& person : *people) {
    json::array& list = person.role == ChatRole::kModerator ? moderators : vips;
    list.push_back(shown_person(call, person.account));
  }
  return Answer(json::object{{"moderators", std::move(moderators)}, {"vips", std::move(vips)}});
}

Outcome<Answer> add_moderator(Call& call) {
  return change(call, ChatRole::kModerator, true);
}
Outcome<Answer> remove_moderator(Call& call) {
  return change(call, ChatRole::kModerator, false);
}
Outcome<Answer> add_vip(Call& call) {
  return change(call, ChatRole::kVip, true);
}
Outcome<Answer> remove_vip(Call& call) {
  return change(call, ChatRole::kVip, false);
}

}  // namespace app::talk
