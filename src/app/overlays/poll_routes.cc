// Polls for those who vote, and what their owner sees afterwards.
#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>

#include "app/overlays/overlay_service.h"
#include "app/talk/chat_minder.h"
#include "io/loop.h"

namespace app {
namespace {

namespace json = boost::json;
using wire::http::Method;
using wire::http::Response;
using Type = Field::Type;
using Need = decltype(Field::need);

constexpr std::string_view kGroup = "Polls";
constexpr std::int64_t kPage = 20;
constexpr std::int64_t kCsvPage = 20'000;
constexpr std::size_t kMaxCsv = 64 << 20;

constexpr Field kOption[] = {
    {"text", Type::kText},
    {"votes", Type::kInteger, Need::kOptional, 0, 0, "Absent while they are hidden"}};
constexpr Field kPollMembers[] = {
    {"id", Type::kText},
    {"question", Type::kText},
    {"options", Type::kList, Need::kRequired, 0, 0, "What can be chosen", {}, kOption},
    {"total", Type::kInteger, Need::kRequired, 0, 0, "How many have voted"},
    {"duration", Type::kInteger, Need::kRequired, 0, 0, "Seconds"},
    {"startedAt", Type::kText},
    {"closesAt", Type::kText, Need::kRequired, 0, 0, "No votes are taken from then on"},
    {"expiresAt", Type::kText, Need::kRequired, 0, 0,
     "The result is shown from then on, for ten seconds"},
    {"state", Type::kText, Need::kRequired, 0, 0, {}, "open|result|closed"},
    {"results", Type::kText, Need::kRequired, 0, 0, "Whether counts are shown before the end",
     "live|hidden"},
    {"visitors", Type::kBoolean, Need::kRequired, 0, 0, "Also without an account"},
    {"winner", Type::kInteger, Need::kOptional, 0, 0, "Index of the single highest, at the end"},
    {"isTie", Type::kBoolean},
    {"myChoice", Type::kInteger, Need::kOptional, 0, 0, "Index of what you chose"}};
constexpr Field kPoll[] = {
    {"poll", Type::kObject, Need::kOptional, 0, 0, "null: there is none", {}, kPollMembers}};
constexpr Field kAskPoll[] = {
    {"visitor", Type::kText, Need::kOptional, 0, 200, "A visitor's token"}};
constexpr Field kVote[] = {
    {"poll", Type::kText, Need::kRequired, 1, 64, "Its id"},
    {"option", Type::kInteger, Need::kRequired, 0, 15, "The index of the answer"},
    {"visitor", Type::kText, Need::kOptional, 0, 200, "The token of somebody without an account"}};
constexpr Field kVisitor[] = {{"visitor", Type::kText, Need::kRequired, 0, 0,
                               "Keep it: it stands for you in polls of this channel"}};
constexpr Field kAfter[] = {{"after", Type::kText, Need::kOptional, 0, 32, "From next"}};
constexpr Field kHistory[] = {
    {"polls", Type::kList, Need::kRequired, 0, 0, "Newest first", {}, kPollMembers},
    {"next", Type::kText, Need::kOptional, 0, 0, "Absent at the end"}};

Outcome<Account> owner_of(Call& call) {
  auto owner = call.parts.accounts->find_by_name(call.sql, call.capture("name"));
  if (!owner) return std::unexpected(std::move(owner.error()));
  if (!*owner) return not_found("There is no such channel.");
  return std::move(**owner);
}

json::object poll_or_null(const std::optional<PollView>& poll) {
  return {{"poll", poll ? json::value(poll->json()) : json::value(nullptr)}};
}

Outcome<Answer> show(Call& call) {
  const auto owner = owner_of(call);
  if (!owner) return std::unexpected(owner.error());
  OverlayService& service = overlays_of(call);
  const std::string voter =
      service.voter_of(owner->id, call.viewer, call.text("visitor"), call.now);
  return Answer(poll_or_null(service.desk().find(owner->id, voter)));
}

std::unexpected<Refusal> sign_in() {
  return refuse(401, "SignIn", "Sign in to vote.");
}

Outcome<Answer> vote(Call& call) {
  const auto owner = owner_of(call);
  if (!owner) return std::unexpected(owner.error());
  OverlayService& service = overlays_of(call);
  const auto poll = service.desk().find(owner->id, {});
  if (!poll || poll->record.id != call.text("poll")) {
    return refuse(409, "Closed", "This poll takes no more votes.");
  }
  std::string address;
  if (call.viewer) {
    auto banned = call.parts.chat->is_banned(call.sql, owner->id, call.viewer->id, call.now);
    if (!banned) return std::unexpected(std::move(banned.error()));
    if (*banned) return refuse(403, "Banned", "You are banned from this channel.");
  } else {
    if (!poll->record.takes_visitors) return sign_in();
    address = call.request.remote_address;
  }
  std::string voter = service.voter_of(owner->id, call.viewer, call.text("visitor"), call.now);
  if (voter.empty()) return sign_in();
  service.desk().vote({.account = owner->id,
                       .poll = poll->record.id,
                       .voter = std::move(voter),
                       .address = std::move(address),
                       .choice = static_cast<std::size_t>(call.integer("option"))},
                      call.now, [later = call.take_later()](Outcome<PollView> counted) mutable {
                        if (counted) {
                          later(Answer(json::object{{"poll", counted->json()}}));
                        } else {
                          later(std::unexpected(std::move(counted.error())));
                        }
                      });
  return Answer::comes_later();
}

Outcome<Answer> new_visitor(Call& call) {
  const auto owner = owner_of(call);
  if (!owner) return std::unexpected(owner.error());
  OverlayService& service = overlays_of(call);
  const auto poll = service.desk().find(owner->id, {});
  if (!poll || poll->state != PollState::kOpen) {
    return refuse(409, "Closed", "There is no poll to vote in.");
  }
  if (!poll->record.takes_visitors) return sign_in();
  auto token = service.passes().issue(owner->id, call.request.remote_address, call.now,
                                      io::Loop::precise_now());
  if (!token) {
    auto refusal = refuse(429, "TooManyRequests",
                          "Too many visitors come from your network. Sign in to vote.");
    refusal.error().retry_after = 5;
    return refusal;
  }
  return Answer(json::object{{"visitor", std::move(*token)}});
}

// ---- for the owner ----------------------------------------------------------------------------

Outcome<Answer> history(Call& call) {
  base::WallTime before = base::WallTime::max();
  if (const std::string after = call.text("after"); !after.empty()) {
    std::int64_t micros = 0;
    const char* const end = after.data() + after.size();
    if (std::from_chars(after.data(), end, micros).ptr != end) {
      return invalid("after", "This is no place in the list.");
    }
    before = base::WallTime(std::chrono::microseconds(micros));
  }
  // First what is not written yet: later it may be in neither place.
  const auto unsaved = overlays_of(call).desk().unsaved(call.me().id);
  const auto stored = polls_of(call.sql, call.me().id, before, kPage + 1);
  if (!stored) return broken(stored.error());
  json::object page;
  json::array polls;
  for (std::size_t i = 0; i < stored->size() && i < kPage; ++i) {
    const StoredPoll& poll = (*stored)[i];
    const auto newer = std::ranges::find(unsaved, poll.record.id,
                                         [](const PollView& view) { return view.record.id; });
    polls.emplace_back(newer != unsaved.end() ? newer->json()
                                              : poll_json(poll.record, poll.counts, poll.state));
  }
  if (stored->size() > kPage) {
    page["next"] =
        std::to_string((*stored)[kPage - 1].record.started_at.time_since_epoch().count());
  }
  page["polls"] = std::move(polls);
  return Answer(std::move(page));
}

// As RFC 4180 quotes, and so that no spreadsheet takes a text for a formula.
std::string cell(std::string_view text) {
  std::string quoted = "\"";
  if (!text.empty() && std::string_view("=+-@\t\r").contains(text.front())) quoted += '\'';
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  quoted += '"';
  return quoted;
}

Outcome<Answer> export_votes(Call& call) {
  const auto poll = find_poll(call.sql, call.capture("id"));
  if (!poll) return broken(poll.error());
  if (!*poll || (*poll)->record.account != call.me().id) return not_found("There is no such poll.");
  const PollRecord& record = (*poll)->record;
  std::string csv = "time,voter,option\r\n";
  std::string after;
  while (true) {
    const auto ballots = ballots_of(call.sql, record.id, after, kCsvPage);
    if (!ballots) return broken(ballots.error());
    for (const Ballot& ballot : *ballots) {
      std::string name = "visitor";
      if (ballot.voter.starts_with("a:")) {
        auto voter = call.parts.accounts->find(call.sql, ballot.voter.substr(2));
        if (!voter) return std::unexpected(std::move(voter.error()));
        name = *voter ? (*voter)->name : "";
      }
      const bool is_known = ballot.choice < record.options.size();
      csv += base::to_rfc3339_ms(ballot.at) + "," + cell(name) + "," +
             cell(is_known ? record.options[ballot.choice] : "") + "\r\n";
      after = ballot.voter;
    }
    if (static_cast<std::int64_t>(ballots->size()) < kCsvPage) break;
    if (csv.size() > kMaxCsv) return refuse(413, "TooLarge", "There are too many votes.");
  }
  Response response =
      Response::with_body(200, "text/csv; charset=utf-8", base::Slice::take(std::move(csv)));
  response.headers.add("Content-Disposition",
                       "attachment; filename=\"votes-" + record.id + ".csv\"");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Content-Type-Options", "nosniff");
  return Answer::as_it_is(std::move(response));
}

constexpr Route kRoutes[] = {
    {.method = Method::kGet,
     .path = "/api/platform/v1/channels/{name}/poll",
     .summary = "The poll of a channel now, with your own choice",
     .input = kAskPoll,
     .output = kPoll,
     .run = show,
     .group = kGroup},
    {.method = Method::kPost,
     .path = "/api/platform/v1/channels/{name}/poll/votes",
     .summary = "Votes, once; answered when the vote is written down",
     .input = kVote,
     .output = kPoll,
     .run = vote,
     .group = kGroup},
    {.method = Method::kPost,
     .path = "/api/platform/v1/channels/{name}/poll/visitor",
     .summary = "A token to vote with without an account, where the streamer allows it",
     .output = kVisitor,
     .run = new_visitor,
     .group = kGroup},
    {.method = Method::kGet,
     .path = "/api/platform/v1/me/polls",
     .access = Access::kSignedIn,
     .summary = "Your polls, newest first",
     .input = kAfter,
     .output = kHistory,
     .run = history,
     .group = kGroup},
    {.method = Method::kGet,
     .path = "/api/platform/v1/me/polls/{id}/votes.csv",
     .access = Access::kSignedIn,
     .pace = Pace::kSlow,
     .summary = "All votes of one of your polls, as CSV: time, voter, option",
     .run = export_votes,
     .group = kGroup},
};

}  // namespace

std::span<const Route> poll_routes() {
  return kRoutes;
}

}  // namespace app
