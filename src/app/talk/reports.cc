// Reports: what somebody finds wrong in a channel, for those who moderate it and for the platform's
// moderators. What a message said is read from the room, not believed.
#include <boost/json/array.hpp>
#include <chrono>
#include <set>

#include "app/letters/account_notices.h"
#include "app/letters/notifier.h"
#include "app/talk/talk_routes.h"

namespace app::talk {
namespace {

namespace json = boost::json;

constexpr std::int64_t kReportsOfDay = 20;  // of one person
constexpr std::size_t kReportsOfPage = 50;
constexpr std::int64_t kMostStaff = 200;  // who are told of a report
constexpr int kMaxPages = 10;             // of the room's history that is looked through
constexpr std::int64_t kMessagesOfPage = 200;
constexpr std::chrono::hours kKept{24 * 180};  // what was handled
constexpr std::chrono::hours kDay{24};

struct Message {
  std::string user;
  std::string text;
};

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// Newest first: reports are about what was just said.
Outcome<std::optional<Message>> message_of(Call& call, const std::string& room,
                                           const std::string& user, const std::string& id) {
  json::object input{{"roomIdentifier", room}, {"maxResults", kMessagesOfPage}};
  if (!user.empty()) input["userId"] = user;
  for (int page = 0; page < kMaxPages; ++page) {
    const control::OwnAnswer answer = call.control("ListRoomMessages", input);
    if (!answer.ok()) return refusal_of(answer, "The chat");
    for (const json::value& entry : answer.output.at("messages").as_array()) {
      const json::object& message = entry.as_object();
      if (text_at(message, "id") != id || text_at(message, "type") != "MESSAGE") continue;
      return Message{text_at(message, "userId"), text_at(message, "content")};
    }
    if (!answer.output.contains("nextToken")) break;
    input["nextToken"] = answer.output.at("nextToken");
  }
  return std::nullopt;
}

constexpr std::string_view kColumns =
    "id, owner, person, reporter, message_id, message_text, reason, details, state, note, "
    "created_at";

json::object shown(Call& call, const io::SqlResult& rows, std::size_t row, bool for_platform) {
  json::object report{{"id", std::to_string(rows.integer(row, 0))},
                      {"channel", name_of(call, rows.text(row, 1))},
                      {"reason", rows.text(row, 6)},
                      {"details", rows.text(row, 7)},
                      {"text", rows.text(row, 5)},
                      {"messageId", rows.text(row, 4)},
                      {"at", base::to_rfc3339(time_from(rows.integer(row, 10)))},
                      {"state", rows.text(row, 8)}};
  if (!rows.text(row, 2).empty()) report["person"] = name_of(call, rows.text(row, 2));
  // A channel's owner does not learn who complained.
  if (for_platform) {
    report["by"] = name_of(call, rows.text(row, 3));
    report["note"] = rows.text(row, 9);
  }
  return report;
}

Outcome<Answer> page_of(Call& call, const std::string& owner) {
  static const std::string kOfOne = "SELECT " + std::string(kColumns) +
                                    " FROM app_chat_reports WHERE owner = $4 AND id < $1 AND "
                                    "($2 = '' OR state = $2) ORDER BY id DESC LIMIT $3";
  static const std::string kOfState = "SELECT " + std::string(kColumns) +
                                      " FROM app_chat_reports WHERE state = $2 AND id < $1 "
                                      "ORDER BY id DESC LIMIT $3";
  static const std::string kOfAll = "SELECT " + std::string(kColumns) +
                                    " FROM app_chat_reports WHERE id < $1 "
                                    "ORDER BY id DESC LIMIT $2";
  auto before = place_after(call);
  if (!before) return std::unexpected(std::move(before.error()));
  const std::string state = call.text("state");
  const io::SqlValue most = static_cast<std::int64_t>(kReportsOfPage);
  auto rows = !owner.empty()   ? call.sql.run(kOfOne, {*before, state, most, owner})
              : !state.empty() ? call.sql.run(kOfState, {*before, state, most})
                               : call.sql.run(kOfAll, {*before, most});
  if (!rows) return broken(rows.error());
  json::array reports;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    reports.push_back(shown(call, *rows, row, owner.empty()));
  }
  json::object answer{{"reports", std::move(reports)}};
  if (rows->size() == kReportsOfPage) {
    answer["next"] = std::to_string(rows->integer(rows->size() - 1, 0));
  }
  return Answer(std::move(answer));
}

struct NewReport {
  std::string owner;
  std::string person;
  std::string reporter;
  std::string message_id;
  std::string text;
  std::string reason;
  std::string details;
};

struct Kept {
  std::int64_t id = 0;
  bool is_new = false;
};

// The one that there is already if the same person has reported the same.
Outcome<Kept> keep(io::SqlConnection& sql, const NewReport& report, base::WallTime now) {
  auto known = sql.run(
      "SELECT id FROM app_chat_reports WHERE reporter = $1 AND created_at > $2 AND owner = $3 AND "
      "person = $4 AND message_id = $5 AND state = 'open' LIMIT 1",
      {report.reporter, microseconds(now - kDay), report.owner, report.person, report.message_id});
  if (!known) return broken(known.error());
  if (!known->empty()) return Kept{.id = known->integer(0, 0)};
  auto count =
      sql.run("SELECT count(*) FROM app_chat_reports WHERE reporter = $1 AND created_at > $2",
              {report.reporter, microseconds(now - kDay)});
  if (!count) return broken(count.error());
  if (count->integer(0, 0) >= kReportsOfDay) {
    Refusal refusal{429, "TooManyReports", "You have reported a lot today. Try again tomorrow."};
    refusal.retry_after = 3'600;
    return std::unexpected(std::move(refusal));
  }
  auto pruned = sql.run(
      "DELETE FROM app_chat_reports WHERE state IN ('resolved', 'dismissed') AND handled_at < $1",
      {microseconds(now - kKept)});
  if (!pruned) return broken(pruned.error());
  auto made = sql.run(
      "INSERT INTO app_chat_reports (owner, person, reporter, message_id, message_text, reason, "
      "details, state, note, handled_by, handled_at, created_at) VALUES "
      "($1, $2, $3, $4, $5, $6, $7, 'open', '', '', 0, $8) RETURNING id",
      {report.owner, report.person, report.reporter, report.message_id, report.text, report.reason,
       report.details, microseconds(now)});
  if (!made) return broken(made.error());
  return Kept{.id = made->integer(0, 0), .is_new = true};
}

// Whoever handles it: the platform's moderators, and where a message was reported the owner and
// those whom the owner named, these unless it is about the owner; not who reports, nor whom it is
// about.
Outcome<std::vector<AccountNotice>> notify(io::SqlConnection& sql, const NewReport& report,
                                           base::WallTime now) {
  auto staff = sql.run(
      "SELECT id FROM app_accounts WHERE role IN ('moderator', 'administrator') AND state = "
      "'active' ORDER BY created_at LIMIT $1",
      {kMostStaff});
  if (!staff) return broken(staff.error());
  std::set<std::string> readers;
  for (std::size_t row = 0; row < staff->size(); ++row) readers.insert(staff->text(row, 0));
  if (!report.message_id.empty()) {
    readers.insert(report.owner);
    auto people = list_people(sql, report.owner);
    if (!people) return broken(people.error());
    for (const ChatPerson& helper : *people) {
      if (helper.role != ChatRole::kModerator || report.person == report.owner) continue;
      auto ban = find_ban(sql, report.owner, helper.account, now);
      if (!ban) return broken(ban.error());
      if (!*ban) readers.insert(helper.account);
    }
  }
  readers.erase(report.reporter);
  readers.erase(report.person);
  std::vector<AccountNotice> notices;
  for (const std::string& reader : readers) {
    auto put = put_account_notice(sql, reader, kReportNotice, report.owner, now);
    if (!put) return broken(put.error());
    notices.push_back(std::move(*put));
  }
  return notices;
}

}  // namespace

Outcome<Answer> report(Call& call) {
  auto owner = call.parts.accounts->find_by_name(call.sql, call.text("channel"));
  if (!owner) return std::unexpected(std::move(owner.error()));
  if (!*owner) return invalid("channel", "There is no such channel.");
  NewReport made;
  made.owner = (*owner)->id;
  made.reporter = call.me().id;
  made.reason = call.text("reason");
  const std::string details = call.text("details");
  made.details = trimmed(details);
  std::string user;
  if (call.has("person")) {
    auto person = call.parts.accounts->find_by_name(call.sql, call.text("person"));
    if (!person) return std::unexpected(std::move(person.error()));
    if (!*person) return invalid("person", "There is nobody of that name.");
    made.person = (*person)->id;
    user = (*person)->name;
  }
  if (call.has("messageId")) {
    made.message_id = call.text("messageId");
    auto channel = call.parts.channels->find(call.sql, made.owner);
    if (!channel) return std::unexpected(std::move(channel.error()));
    if (!*channel || (*channel)->room_arn.empty()) {
      return invalid("messageId", "There is no such message.");
    }
    auto message = message_of(call, (*channel)->room_arn, user, made.message_id);
    if (!message) return std::unexpected(std::move(message.error()));
    // A message that a moderator was faster to delete is still worth a report about its author.
    if (!*message && made.person.empty()) {
      return invalid("messageId", "There is no such message any more.");
    }
    if (*message) {
      made.text = (*message)->text;
      if (made.person.empty()) {
        auto author = call.parts.accounts->find_by_name(call.sql, (*message)->user);
        if (!author) return std::unexpected(std::move(author.error()));
        if (*author) made.person = (*author)->id;
      }
    }
  }
  if (made.person == made.reporter) return invalid("person", "That is you.");
  std::int64_t id = 0;
  std::vector<AccountNotice> notices;
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    notices.clear();
    auto kept = keep(sql, made, call.now);
    if (!kept) return std::unexpected(std::move(kept.error()));
    id = kept->id;
    if (!kept->is_new) return {};
    auto put = notify(sql, made, call.now);
    if (!put) return std::unexpected(std::move(put.error()));
    notices = std::move(*put);
    return {};
  });
  if (!written) return std::unexpected(std::move(written.error()));
  call.parts.notifier->told(call.sql, notices);
  Answer answer(json::object{{"id", std::to_string(id)}});
  answer.status = 201;
  return answer;
}

Outcome<Answer> list_reports(Call& call) {
  auto place = moderated_place_of(call);
  if (!place) return std::unexpected(std::move(place.error()));
  return page_of(call, place->owner.id);
}

Outcome<Answer> list_all_reports(Call& call) {
  return page_of(call, {});
}

namespace {

Outcome<std::int64_t> captured_id(const Call& call) {
  std::int64_t id = 0;
  const std::string& text = call.capture("id");
  for (const char c : text) {
    if (c < '0' || c > '9' || text.size() > 18) return not_found("There is no such report.");
    id = id * 10 + (c - '0');
  }
  return id;
}

// `owner`: of the channel whose reports these are; empty: of any.
Outcome<Answer> handle(Call& call, const std::string& owner) {
  static const std::string kStatement =
      "UPDATE app_chat_reports SET state = $2, note = CASE WHEN $3 = '' THEN note ELSE $3 END, "
      "handled_by = $4, handled_at = $5 WHERE id = $1 RETURNING " +
      std::string(kColumns);
  auto id = captured_id(call);
  if (!id) return std::unexpected(std::move(id.error()));
  io::SqlResult rows;
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    if (!owner.empty()) {
      auto found =
          sql.run("SELECT person FROM app_chat_reports WHERE id = $1 AND owner = $2", {*id, owner});
      if (!found) return broken(found.error());
      if (found->empty()) return not_found("There is no such report.");
      const std::string& person = found->text(0, 0);
      if (person.empty() || person == owner || person == call.me().id) {
        return forbidden(
            "Only moderators of the platform handle reports about a channel, its "
            "owner, or oneself.");
      }
    }
    auto changed = sql.run(kStatement, {*id, call.text("state"), call.text("note"), call.me().id,
                                        microseconds(call.now)});
    if (!changed) return broken(changed.error());
    rows = std::move(*changed);
    return {};
  });
  if (!written) return std::unexpected(std::move(written.error()));
  if (rows.empty()) return not_found("There is no such report.");
  return Answer(shown(call, rows, 0, owner.empty()));
}

}  // namespace

Outcome<Answer> handle_report(Call& call) {
  return handle(call, {});
}

Outcome<Answer> handle_own_report(Call& call) {
  auto place = moderated_place_of(call);
  if (!place) return std::unexpected(std::move(place.error()));
  return handle(call, place->owner.id);
}

}  // namespace app::talk
