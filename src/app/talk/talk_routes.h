// The handlers behind the routes of chat; their table is in talk_routes.cc.
#pragma once

#include "app/core/call.h"
#include "app/talk/minder.h"

namespace app::talk {

// chat_entry.cc
Outcome<Answer> enter(Call& call);
Outcome<Answer> demo_token(Call& call);
Outcome<Answer> demo_ban(Call& call);
Outcome<Answer> demo_unban(Call& call);

// past_talk.cc
Outcome<Answer> list_messages(Call& call);

// bans.cc
Outcome<Answer> list_bans(Call& call);
Outcome<Answer> ban(Call& call);
Outcome<Answer> unban(Call& call);
Outcome<Answer> list_all_bans(Call& call);

// chat_people.cc
Outcome<Answer> list_people(Call& call);
Outcome<Answer> add_moderator(Call& call);
Outcome<Answer> remove_moderator(Call& call);
Outcome<Answer> add_vip(Call& call);
Outcome<Answer> remove_vip(Call& call);

// chat_settings.cc
Outcome<Answer> get_settings(Call& call);
Outcome<Answer> put_settings(Call& call);
Outcome<Answer> delete_message(Call& call);
Outcome<Answer> pin(Call& call);
Outcome<Answer> unpin(Call& call);

// reports.cc
Outcome<Answer> report(Call& call);
Outcome<Answer> list_reports(Call& call);
Outcome<Answer> list_all_reports(Call& call);
Outcome<Answer> handle_report(Call& call);
Outcome<Answer> handle_own_report(Call& call);

/// `after` of a list as a number that falls; 400 if it is none that a list gave.
Outcome<std::int64_t> place_after(Call& call);

}  // namespace app::talk
