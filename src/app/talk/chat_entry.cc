// Coming in: our route, and those of the UGC demo's backend with its names of errors.
#include "app/talk/talk_routes.h"

namespace app::talk {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMaxLength = 500;  // what rooms of channels are made with

Refusal unexpected() {
  return {.status = 500, .type = "UnexpectedException"};
}

// The channel of an ARN for the demo's ban and unban: somebody else's, of one's own platform.
struct DemoBan {
  ChannelRow own;
  std::string account;
};
Outcome<DemoBan> demo_ban_of(Call& call) {
  const std::string arn = call.text("bannedChannelArn");
  auto own = call.parts.channels->find(call.sql, call.me().id);
  auto other = call.parts.channels->find_by_arn(call.sql, arn);
  if (!own || !other) return std::unexpected(unexpected());
  if (*own && (*own)->channel_arn == arn) {
    return refuse(400, "UnexpectedException", "That is your own channel.");
  }
  if (!*own || !*other) return refuse(404, "UserNotFoundException", "There is no such channel.");
  return DemoBan{**own, (*other)->account};
}

Outcome<Answer> in_demo_words(const Outcome<void>& done, std::string_view failure) {
  if (done) return Answer(json::object{});
  const Refusal& why = done.error();
  if (why.status == 404) return refuse(404, "UserNotFoundException", why.message);
  if (why.status == 403) return refuse(403, "ForbiddenException", why.message);
  return refuse(why.status >= 500 ? 500 : why.status, failure, why.message);
}

}  // namespace

Outcome<Answer> enter(Call& call) {
  auto place = place_of(call);
  if (!place) return std::unexpected(std::move(place.error()));
  auto entry = minder_of(call).enter(call, place->channel, call.viewer, call.text("visitor"));
  if (!entry) return std::unexpected(std::move(entry.error()));
  json::object shown{{"token", entry->token},
                     {"sessionExpirationTime", entry->session_ends},
                     {"tokenExpirationTime", entry->token_ends},
                     {"capabilities", capabilities_of(*entry)},
                     {"userId", entry->user_id},
                     {"displayName", entry->display_name},
                     {"role", to_string(entry->role)},
                     {"maxLength", kMaxLength}};
  if (!call.viewer) shown["visitor"] = entry->user_id;
  if (entry->followers_only) shown["followersOnlySeconds"] = *entry->followers_only;
  return Answer(std::move(shown));
}

Outcome<Answer> demo_token(Call& call) {
  auto owner = call.parts.accounts->find_by_name(call.sql, call.text("chatRoomOwnerUsername"));
  if (!owner) return std::unexpected(unexpected());
  if (!*owner) return refuse(404, "UserNotFoundException", "There is nobody of that name.");
  auto channel = call.parts.channels->find(call.sql, (*owner)->id);
  if (!channel) return std::unexpected(unexpected());
  if (!*channel || (*channel)->room_arn.empty()) {
    return refuse(403, "ChatRoomArnNotFoundException", "This person has no chat yet.");
  }
  auto token = call.parts.chat->token(call, **channel, call.viewer);
  if (token) return Answer(std::move(*token));
  const Refusal& why = token.error();
  if (why.status == 401) return refuse(401, "UnauthorizedException", why.message);
  if (why.status == 403) return refuse(403, "ForbiddenException", why.message);
  if (why.status == 404) return refuse(403, "ChatRoomArnNotFoundException", why.message);
  return std::unexpected(unexpected());
}

Outcome<Answer> demo_ban(Call& call) {
  auto wanted = demo_ban_of(call);
  if (!wanted) return std::unexpected(std::move(wanted.error()));
  return in_demo_words(call.parts.chat->ban(call, wanted->own, wanted->account, {}, 0),
                       "BanUserException");
}

Outcome<Answer> demo_unban(Call& call) {
  auto wanted = demo_ban_of(call);
  if (!wanted) return std::unexpected(std::move(wanted.error()));
  return in_demo_words(call.parts.chat->unban(call, wanted->own, wanted->account),
                       "UnbanUserException");
}

}  // namespace app::talk
