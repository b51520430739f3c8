// What administrators do with people: look for them, make accounts, change roles, suspend, delete;
// and the limits of the whole platform.
#include <boost/json/array.hpp>

#include "app/core/live_board.h"
#include "app/letters/post.h"
#include "app/people/names.h"
#include "app/people/password_hash.h"
#include "app/people/password_rules.h"
#include "app/people/registration.h"

namespace app {
namespace {

namespace json = boost::json;
using wire::http::Method;
using Type = Field::Type;
constexpr auto kRequired = Field::Need::kRequired;
constexpr std::string_view kGroup = "Administration";
constexpr std::string_view kRoles = "viewer|streamer|moderator|administrator";

constexpr Field kSummary[] = {{"accounts", Type::kInteger},
                              {"live", Type::kInteger, {}, 0, 0, "Channels, now"},
                              {"viewers", Type::kInteger, {}, 0, 0, "Of all of them"},
                              {"openReports", Type::kInteger},
                              {"suspended", Type::kInteger, {}, 0, 0, "Accounts"}};
constexpr Field kQuery[] = {{"query", Type::kText, {}, 0, 254, "Part of a name or address"},
                            {"role", Type::kText, {}, 0, 0, {}, kRoles},
                            {"state", Type::kText, {}, 0, 0, {}, "unverified|active|suspended"},
                            {"after", Type::kText, {}, 0, 100, "The former answer's next"},
                            {"limit", Type::kInteger, {}, 1, 200}};
constexpr Field kPage[] = {
    {"accounts", Type::kList, {}, 0, 0, "As GET /session shows them, with lastSeenAt"},
    {"next", Type::kText, {}, 0, 0, "Absent at the end"}};
constexpr Field kShown[] = {
    {"account", Type::kObject, {}, 0, 0, "As GET /session shows it, with lastSeenAt and reason"}};
constexpr Field kNew[] = {
    {"name", Type::kText, kRequired},
    {"email", Type::kText, kRequired, 0, 254},
    {"password", Type::kText, {}, 0, 0, "Left out: a letter asks the person to choose one"},
    {"role", Type::kText, {}, 0, 0, {}, kRoles}};
constexpr Field kChange[] = {{"role", Type::kText, {}, 0, 0, {}, kRoles},
                             {"state", Type::kText, {}, 0, 0, {}, "active|suspended"},
                             {"reason", Type::kText, {}, 0, 500, "Told to the one suspended"}};
constexpr Field kLimits[] = {
    {"registration", Type::kBoolean, {}, 0, 0, "Anybody may make an account"},
    {"everyoneStreams", Type::kBoolean, {}, 0, 0, "New accounts may go live"},
    {"maxLive",
     Type::kInteger,
     {},
     0,
     1'000'000,
     "Channels at a time; one more is stopped as it starts. 0: no limit"}};

json::object shown_to_administrators(const AccountRow& row) {
  json::object account = describe_row(row);
  account["lastSeenAt"] = base::to_rfc3339(row.seen_at);
  if (!row.reason.empty()) account["reason"] = row.reason;
  return account;
}

Outcome<Answer> summary(Call& call) {
  auto counted = run_sql(call.sql,
                         "SELECT (SELECT COUNT(*) FROM app_accounts), "
                         "(SELECT COUNT(*) FROM app_accounts WHERE state = 'suspended'), "
                         "(SELECT COUNT(*) FROM app_chat_reports WHERE state = 'open')");
  if (!counted) return std::unexpected(std::move(counted.error()));
  const auto live = call.parts.live.all();
  std::int64_t viewers = 0;
  for (const LiveChannel& channel : *live) viewers += channel.viewers;
  return Answer(json::object{{"accounts", counted->integer(0, 0)},
                             {"live", live->size()},
                             {"viewers", viewers},
                             {"openReports", counted->integer(0, 2)},
                             {"suspended", counted->integer(0, 1)}});
}

Outcome<Answer> list(Call& call) {
  AccountQuery query{.text = std::string(trimmed(call.text("query"))),
                     .role = role_from(call.text("role")),
                     .state = state_from(call.text("state")),
                     .after = call.text("after"),
                     .limit = call.integer("limit", 50)};
  const auto wanted = static_cast<std::size_t>(query.limit);
  ++query.limit;  // whether there is more
  auto rows = list_account_rows(call.sql, query);
  if (!rows) return std::unexpected(std::move(rows.error()));
  json::object page;
  if (rows->size() > wanted) {
    rows->resize(wanted);
    page["next"] = folded(rows->back().account.name);
  }
  json::array& accounts = page["accounts"].emplace_array();
  for (const AccountRow& row : *rows) accounts.push_back(shown_to_administrators(row));
  return Answer(std::move(page));
}

Outcome<AccountRow> load(Call& call, io::SqlConnection& sql) {
  auto row = load_account(sql, call.capture("id"));
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) return not_found("There is no such account.");
  return std::move(**row);
}

Outcome<Answer> show(Call& call) {
  auto row = load(call, call.sql);
  if (!row) return std::unexpected(std::move(row.error()));
  return Answer(json::object{{"account", shown_to_administrators(*row)}});
}

Outcome<Answer> make(Call& call) {
  AccountsService& people = AccountsService::of(call);
  const std::string name(trimmed(call.text("name")));
  const std::string email(trimmed(call.text("email")));
  if (auto fits = people.check_new_name(name); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  // Administrators may let in whom they want, whatever the domain.
  if (auto fits = check_email(email); !fits) return std::unexpected(std::move(fits.error()));
  AccountRow row = new_account(name, email, call.now);
  row.account.role = role_from(call.text("role")).value_or(people.first_role());
  const bool is_invited = !call.has("password");
  if (!is_invited) {
    if (auto fits = check_new_password(call.text("password")); !fits) {
      return std::unexpected(std::move(fits.error()));
    }
    row.password = hash_password(call.text("password"));
  }
  const std::string code = new_code();
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    if (auto made = insert_account(sql, row); !made) return made;
    if (!is_invited) return {};
    return queue_code(call, sql,
                      {.code = code,
                       .purpose = CodePurpose::kReset,
                       .account = row.account.id,
                       .value = {},
                       .lifetime = kInvitationLasts},
                      welcome_letter(letter_for(call, row.account), code));
  });
  if (!written) return std::unexpected(std::move(written.error()));
  if (is_invited) call.parts.post->look();
  Answer answer(json::object{{"account", shown_to_administrators(row)}});
  answer.status = 201;
  return answer;
}

// Nobody takes away their own rights, or the account that they use: so one administrator stays.
Outcome<void> is_not_oneself(Call& call) {
  if (call.capture("id") != call.me().id) return {};
  return refuse(409, "Yourself", "Another administrator has to do that to your account.");
}

Outcome<Answer> change(Call& call) {
  AccountsService& people = AccountsService::of(call);
  if (auto other = is_not_oneself(call); !other) {
    return std::unexpected(std::move(other.error()));
  }
  std::optional<AccountRow> now;
  bool is_other = false;
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto row = load(call, sql);
    if (!row) return std::unexpected(std::move(row.error()));
    now = *row;
    now->account.role = role_from(call.text("role")).value_or(row->account.role);
    now->account.state = state_from(call.text("state")).value_or(row->account.state);
    const bool is_suspended = now->account.state == Account::State::kSuspended;
    now->reason = is_suspended ? call.text("reason", row->reason) : std::string();
    is_other = now->account.role != row->account.role || now->account.state != row->account.state;
    auto set =
        set_standing(sql, now->account.id, now->account.role, now->account.state, now->reason);
    if (!set || !is_suspended) return set;
    auto ended = end_everything(sql, now->account.id);
    if (!ended) return std::unexpected(std::move(ended.error()));
    return {};
  });
  if (!written) return std::unexpected(std::move(written.error()));
  if (is_other) people.tell_changed(now->account);
  return Answer(json::object{{"account", shown_to_administrators(*now)}});
}

Outcome<Answer> remove(Call& call) {
  if (auto other = is_not_oneself(call); !other) {
    return std::unexpected(std::move(other.error()));
  }
  if (auto gone = AccountsService::of(call).delete_account(call.capture("id")); !gone) {
    return std::unexpected(std::move(gone.error()));
  }
  return Answer::nothing();
}

json::object described(const PlatformLimits& limits) {
  return {{"registration", limits.registration},
          {"everyoneStreams", limits.everyone_streams},
          {"maxLive", limits.max_live}};
}

Outcome<Answer> show_limits(Call& call) {
  return Answer(described(call.parts.accounts->limits()));
}

Outcome<Answer> change_limits(Call& call) {
  PlatformLimits limits = call.parts.accounts->limits();
  limits.registration = call.flag("registration", limits.registration);
  limits.everyone_streams = call.flag("everyoneStreams", limits.everyone_streams);
  limits.max_live = call.integer("maxLive", limits.max_live);
  if (auto set = AccountsService::of(call).set_limits(limits); !set) {
    return std::unexpected(std::move(set.error()));
  }
  return Answer(described(limits));
}

constexpr Route kRoutes[] = {
    {.method = Method::kGet,
     .path = "/api/platform/v1/admin/summary",
     .access = Access::kAdministrator,
     .summary = "The platform in numbers",
     .output = kSummary,
     .run = summary,
     .group = kGroup},
    {.method = Method::kGet,
     .path = "/api/platform/v1/admin/accounts",
     .access = Access::kAdministrator,
     .summary = "Accounts by name",
     .input = kQuery,
     .output = kPage,
     .run = list,
     .group = kGroup},
    {.method = Method::kGet,
     .path = "/api/platform/v1/admin/accounts/{id}",
     .access = Access::kAdministrator,
     .summary = "One account",
     .output = kShown,
     .run = show,
     .group = kGroup},
    {.method = Method::kPost,
     .path = "/api/platform/v1/admin/accounts",
     .access = Access::kAdministrator,
     .pace = Pace::kSlow,
     .summary = "Make an account for somebody",
     .input = kNew,
     .output = kShown,
     .run = make,
     .group = kGroup},
    {.method = Method::kPatch,
     .path = "/api/platform/v1/admin/accounts/{id}",
     .access = Access::kAdministrator,
     .pace = Pace::kSlow,  // who has to know is told
     .summary = "Change somebody's role, suspend an account or let it in again",
     .input = kChange,
     .output = kShown,
     .run = change,
     .group = kGroup},
    {.method = Method::kDelete,
     .path = "/api/platform/v1/admin/accounts/{id}",
     .access = Access::kAdministrator,
     .pace = Pace::kSlow,
     .summary = "Delete an account with everything that belongs to it",
     .run = remove,
     .group = kGroup},
    {.method = Method::kGet,
     .path = "/api/platform/v1/admin/limits",
     .access = Access::kAdministrator,
     .summary = "Limits of the platform",
     .output = kLimits,
     .run = show_limits,
     .group = kGroup},
    {.method = Method::kPut,
     .path = "/api/platform/v1/admin/limits",
     .access = Access::kAdministrator,
     .summary = "Change limits; what is left out stays",
     .input = kLimits,
     .output = kLimits,
     .run = change_limits,
     .group = kGroup}};

}  // namespace

std::span<const Route> admin_routes() {
  return kRoutes;
}

}  // namespace app
