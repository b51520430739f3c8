#include "app/talk/chat_minder.h"

#include "app/talk/minder.h"
#include "base/log.h"

namespace app {
namespace {

// What happens to an account is made known to rooms on a slow thread: nobody waits for it.
template <class Work>
void later(Parts& parts, const Account& account, Work work) {
  if (!parts.slow.give([account, work](io::SqlConnection& sql) { work(sql, account); })) {
    base::log_warn("a change of an account did not reach chat rooms", {{"account", account.id}});
  }
}

}  // namespace

base::Expected<std::unique_ptr<ChatMinder>> ChatMinder::create(Parts& parts,
                                                               io::SqlConnection& sql) {
  if (auto migrated = talk::migrate(sql); !migrated) {
    return base::fail(std::move(migrated.error()));
  }
  auto minder = std::make_unique<Minder>(parts);
  // The crews end before the parts.
  Minder* const here = minder.get();
  parts.accounts->add_belongings(
      {.erase = [](io::SqlConnection& writer, const Account& account) -> Outcome<void> {
         if (auto erased = talk::erase(writer, account.id); !erased) return broken(erased.error());
         return {};
       },
       .after =
           [&parts, here](const Account& account) {
             later(parts, account, [here](io::SqlConnection& crew, const Account& gone) {
               here->on_erased(crew, gone);
             });
           }});
  parts.accounts->when_renamed([&parts, here](const Account& account, const std::string&) {
    later(parts, account, [here](io::SqlConnection& crew, const Account& renamed) {
      here->on_renamed(crew, renamed);
    });
  });
  parts.accounts->when_changed([&parts, here](const Account& account) {
    later(parts, account, [here](io::SqlConnection& crew, const Account& changed) {
      here->on_changed(crew, changed);
    });
  });
  return minder;
}

// ---- what the routes of this folder share -----------------------------------------------------

Outcome<ChatPlace> place_of(Call& call) {
  auto owner = call.parts.accounts->find_by_name(call.sql, call.capture("name"));
  if (!owner) return std::unexpected(std::move(owner.error()));
  if (!*owner) return not_found("There is no such channel.");
  auto channel = call.parts.channels->find(call.sql, (*owner)->id);
  if (!channel) return std::unexpected(std::move(channel.error()));
  if (!*channel) return not_found("There is no such channel.");
  return ChatPlace{std::move(**owner), std::move(**channel)};
}

Outcome<ChatPlace> moderated_place_of(Call& call) {
  auto place = place_of(call);
  if (!place) return place;
  auto role = minder_of(call).role_now(call.sql, place->owner.id, call.me(), call.now);
  if (!role) return std::unexpected(std::move(role.error()));
  if (*role < ChatRole::kModerator) return forbidden("You do not moderate this channel.");
  return place;
}

Outcome<Account> person_of(Call& call) {
  auto person = call.parts.accounts->find_by_name(call.sql, call.capture("person"));
  if (!person) return std::unexpected(std::move(person.error()));
  if (!*person) return not_found("There is nobody of that name.");
  return std::move(**person);
}

boost::json::object shown_person(Call& call, std::string_view account) {
  auto found = call.parts.accounts->find(call.sql, account);
  if (!found || !*found) return {{"name", ""}, {"avatar", ""}, {"color", ""}};
  return {{"name", (*found)->name}, {"avatar", (*found)->avatar}, {"color", (*found)->color}};
}

std::string name_of(Call& call, std::string_view account) {
  if (account.empty()) return {};
  auto found = call.parts.accounts->find(call.sql, account);
  return found && *found ? (*found)->name : std::string();
}

boost::json::array capabilities_of(const ChatEntry& entry) {
  boost::json::array capabilities{"VIEW_MESSAGE"};
  if (entry.may_send) capabilities.emplace_back("SEND_MESSAGE");
  if (entry.may_moderate) {
    capabilities.emplace_back("DELETE_MESSAGE");
    capabilities.emplace_back("DISCONNECT_USER");
  }
  return capabilities;
}

std::unexpected<Refusal> refusal_of(const control::OwnAnswer& answer, std::string_view what) {
  if (is_missing(answer)) return not_found(std::string(what) + " is not there any more.");
  if (answer.error == "ValidationException") return refuse(400, "Invalid", answer.message);
  if (answer.error == "ThrottlingException") {
    return refuse(503, "Busy", "The server has too much to do. Try again in a moment.");
  }
  return broken(what, answer);
}

}  // namespace app
