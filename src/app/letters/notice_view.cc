#include "app/letters/notice_view.h"

#include <map>
#include <string>
#include <utility>

#include "app/channels/assets.h"
#include "app/channels/channels.h"
#include "app/core/live_board.h"
#include "app/people/accounts.h"
#include "app/talk/chat_minder.h"

namespace app {
namespace {

namespace json = boost::json;

// Of a channel that somebody is told of; empty if it has gone.
Outcome<json::object> card_of(Parts& parts, io::SqlConnection& sql, const std::string& account) {
  const auto owner = parts.accounts->find(sql, account);
  if (!owner) return std::unexpected(owner.error());
  if (!*owner || (*owner)->state == Account::State::kSuspended) return json::object();
  const auto channel = parts.channels->find(sql, account);
  if (!channel) return std::unexpected(channel.error());
  if (!*channel) return json::object();
  json::object card{{"name", (*owner)->name},
                    {"avatar", (*owner)->avatar},
                    {"color", (*owner)->color},
                    {"title", (*channel)->title},
                    {"category", (*channel)->category},
                    {"live", false},
                    {"viewers", 0},
                    {"watchUrl", "/" + (*owner)->name}};
  for (const auto& [kind, member] : {std::pair("avatar", "avatarUrl"), {"banner", "bannerUrl"}}) {
    const auto picture = parts.assets->find(sql, account, kind);
    if (!picture) return std::unexpected(picture.error());
    if (*picture) card[member] = (*picture)->url;
  }
  if (const auto live = parts.live.find((*channel)->channel_arn)) {
    card["live"] = true;
    card["viewers"] = live->viewers;
    card["startedAt"] = base::to_rfc3339_ms(live->started_at);
    card["streamId"] = live->stream_id;
  }
  return card;
}

// Where whoever is told does something about it; empty for those who may not any more.
Outcome<std::string> place_of(Parts& parts, io::SqlConnection& sql, const AccountNotice& notice,
                              std::string_view channel) {
  if (notice.kind != kReportNotice) return "/manager";
  const auto reader = parts.accounts->find(sql, notice.account);
  if (!reader) return std::unexpected(reader.error());
  if (!*reader) return std::string();
  if ((*reader)->role >= Role::kModerator) return "/admin/reports";
  if (notice.account == notice.channel) return "/manager?chat=reports";
  const auto role = parts.chat->role_in(
      sql, notice.channel,
      {.id = notice.account, .name = {}, .role = (*reader)->role, .session = {}});
  if (!role) return std::unexpected(role.error());
  return *role == "MODERATOR" ? "/" + std::string(channel) + "?reports=open" : std::string();
}

}  // namespace

Outcome<json::array> show_account_notices(Parts& parts, io::SqlConnection& sql,
                                          std::span<const AccountNotice> notices,
                                          base::WallTime seen_at) {
  json::array shown;
  for (const AccountNotice& notice : notices) {
    auto card = card_of(parts, sql, notice.channel);
    if (!card) return std::unexpected(std::move(card.error()));
    if (card->empty()) continue;
    auto place = place_of(parts, sql, notice, std::string_view(card->at("name").get_string()));
    if (!place) return std::unexpected(std::move(place.error()));
    if (place->empty()) continue;
    // Their ids are not those of starts.
    shown.push_back(json::object{{"id", "n" + std::to_string(notice.id)},
                                 {"kind", notice.kind},
                                 {"channel", std::move(*card)},
                                 {"at", base::to_rfc3339_ms(notice.at)},
                                 {"seen", notice.at <= seen_at},
                                 {"count", notice.count},
                                 {"url", std::move(*place)}});
  }
  return shown;
}

Outcome<json::array> show_notices(Parts& parts, io::SqlConnection& sql,
                                  std::span<const LiveStart> starts, base::WallTime seen_at) {
  std::map<std::string, json::object> cards;
  json::array shown;
  for (const LiveStart& start : starts) {
    auto known = cards.find(start.channel);
    if (known == cards.end()) {
      auto card = card_of(parts, sql, start.channel);
      if (!card) return std::unexpected(std::move(card.error()));
      known = cards.emplace(start.channel, std::move(*card)).first;
    }
    if (known->second.empty()) continue;
    shown.push_back(json::object{{"id", std::to_string(start.id)},
                                 {"kind", "live"},
                                 {"channel", known->second},
                                 {"at", base::to_rfc3339_ms(start.at)},
                                 {"seen", start.at <= seen_at}});
  }
  return shown;
}

}  // namespace app
