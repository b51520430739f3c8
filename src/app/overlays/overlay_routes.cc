// What a streamer does with overlays: drafts, checks, starting and stopping.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "app/core/live_board.h"
#include "app/overlays/overlay_service.h"
#include "base/ids.h"

namespace app {
namespace {

namespace json = boost::json;
using wire::http::Method;
using Type = Field::Type;
using Need = decltype(Field::need);

constexpr std::size_t kMaxForm = 16 << 10;
constexpr std::size_t kPollIdLength = 16;
constexpr std::string_view kGroup = "Overlays";

constexpr Field kData[] = {
    {"data", Type::kObject, Need::kRequired, 0, 0, "What the kind of overlay shows"}};
constexpr Field kOptionalData[] = {
    {"data", Type::kObject, Need::kOptional, 0, 0, "Absent: the draft of this kind"}};

constexpr Field kProblem[] = {
    {"field", Type::kText},
    {"message", Type::kText, Need::kRequired, 0, 0, "A sentence for people"}};
constexpr Field kCheck[] = {
    {"octets", Type::kInteger, Need::kRequired, 0, 0, "What it has as it is sent"},
    {"maxOctets", Type::kInteger},
    {"problems",
     Type::kList,
     Need::kRequired,
     0,
     0,
     "What stands in the way of starting",
     {},
     kProblem}};
constexpr Field kSaved[] = {
    {"savedAt", Type::kText, Need::kRequired, 0, 0, "RFC 3339"},
    {"octets", Type::kInteger, Need::kRequired, 0, 0, "What it has as it is sent"},
    {"maxOctets", Type::kInteger},
    {"problems",
     Type::kList,
     Need::kRequired,
     0,
     0,
     "What stands in the way of starting",
     {},
     kProblem}};
constexpr Field kOverview[] = {
    {"drafts", Type::kObject, Need::kRequired, 0, 0, "By kind, as they were saved"},
    {"active", Type::kObject, Need::kOptional, 0, 0,
     "{kind, data, startedAt, expiresAt?}; null: nothing"},
    {"poll", Type::kObject, Need::kOptional, 0, 0, "The poll that is open now, or null"}};
constexpr Field kStarted[] = {
    {"active", Type::kObject, Need::kRequired, 0, 0, "{kind, data, startedAt, expiresAt?}"},
    {"poll", Type::kObject, Need::kOptional, 0, 0, "Of polls"}};

Outcome<OverlayKind> kind_of(Call& call) {
  const auto kind = overlay_kind(call.capture("kind"));
  if (!kind) return not_found("There is no such kind of overlay.");
  return *kind;
}

PollRecord poll_from(const Call& call, const json::object& data, const ChannelRow* channel) {
  PollRecord poll;
  poll.id = base::random_alphanumeric(kPollIdLength);
  poll.account = call.me().id;
  poll.channel_arn = channel != nullptr ? channel->channel_arn : "x/AAAAAAAAAAAA";
  poll.room_arn = channel != nullptr ? channel->room_arn : "";
  poll.question = data.at("question").as_string();
  for (const json::value& answer : data.at("answers").as_array()) {
    poll.options.emplace_back(answer.as_string());
  }
  poll.duration = std::chrono::seconds(data.at("duration").as_int64());
  poll.is_hidden = data.at("results") == "hidden";
  poll.takes_visitors = data.at("visitors").as_bool();
  poll.started_at = call.now;
  poll.expires_at = call.now + poll.duration;
  return poll;
}

struct Checked {
  OverlayForm form;
  std::size_t octets = 0;
  std::string metadata;  // of all but polls

  json::object json() const {
    json::array problems;
    for (const OverlayProblem& problem : form.problems) {
      problems.push_back(json::object{{"field", problem.field}, {"message", problem.message}});
    }
    return {
        {"octets", octets}, {"maxOctets", kMaxOverlayOctets}, {"problems", std::move(problems)}};
  }
};

Checked check(const Call& call, OverlayKind kind, const json::object& data) {
  Checked checked{.form = read_overlay(kind, data), .octets = 0, .metadata = {}};
  if (kind == OverlayKind::kPoll) {
    // What starts it for clients that know polls by chat.
    checked.octets = octets_of(start_signal(poll_from(call, checked.form.data, nullptr)));
  } else {
    checked.metadata = pack_overlay(kind, checked.form.data);
    checked.octets = checked.metadata.size();
  }
  if (checked.octets > kMaxOverlayOctets) {
    checked.form.problems.push_back(
        {"data", fmt::format("This is {} octets too long to be sent. Shorten the texts.",
                             checked.octets - kMaxOverlayOctets)});
  }
  return checked;
}

Outcome<std::optional<json::object>> draft_of(Call& call, OverlayKind kind) {
  const auto rows =
      call.sql.run("SELECT data FROM app_overlay_drafts WHERE account = $1 AND kind = $2",
                   {call.me().id, std::string(to_string(kind))});
  if (!rows) return broken(rows.error());
  if (rows->empty()) return std::nullopt;
  boost::system::error_code failed;
  json::value data = json::parse(rows->text(0, 0), failed);
  if (failed || !data.is_object()) return std::nullopt;
  return std::move(data.get_object());
}

// ---- the routes -------------------------------------------------------------------------------

Outcome<Answer> overview(Call& call) {
  const auto rows =
      call.sql.run("SELECT kind, data FROM app_overlay_drafts WHERE account = $1", {call.me().id});
  if (!rows) return broken(rows.error());
  json::object drafts;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    boost::system::error_code failed;
    json::value data = json::parse(rows->text(i, 1), failed);
    if (!failed) drafts[rows->text(i, 0)] = std::move(data);
  }
  OverlayService& service = overlays_of(call);
  const auto poll = service.desk().find(call.me().id, "a:" + call.me().id);
  return Answer(json::object{{"drafts", std::move(drafts)},
                             {"active", service.runner().active(call.me().id)},
                             {"poll", poll ? json::value(poll->json()) : json::value(nullptr)}});
}

Outcome<Answer> save_draft(Call& call) {
  const auto kind = kind_of(call);
  if (!kind) return std::unexpected(kind.error());
  if (*kind == OverlayKind::kAmazonProduct) {
    return invalid("kind", "A product that was searched for is not kept as a draft.");
  }
  const Checked checked = check(call, *kind, call.input.at("data").as_object());
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    const auto done = sql.run(
        "INSERT INTO app_overlay_drafts (account, kind, data, saved_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (account, kind) DO UPDATE SET data = excluded.data, "
        "saved_at = excluded.saved_at",
        {call.me().id, std::string(to_string(*kind)), json::serialize(checked.form.data),
         std::int64_t{call.now.time_since_epoch().count()}});
    if (!done) return broken(done.error());
    return {};
  });
  if (!written) return std::unexpected(std::move(written.error()));
  json::object saved = checked.json();
  saved["savedAt"] = base::to_rfc3339_ms(call.now);
  return Answer(std::move(saved));
}

Outcome<Answer> check_form(Call& call) {
  const auto kind = kind_of(call);
  if (!kind) return std::unexpected(kind.error());
  return Answer(check(call, *kind, call.input.at("data").as_object()).json());
}

std::unexpected<Refusal> not_live() {
  return refuse(409, "NotLive", "Go live first: overlays are shown on your stream.");
}

// The board of what is live is a moment behind.
bool is_live(Call& call, const ChannelRow& channel) {
  if (call.parts.live.find(channel.channel_arn)) return true;
  return call.control("GetStream", {{"channelArn", channel.channel_arn}}).ok();
}

Outcome<Answer> start(Call& call) {
  const auto kind = kind_of(call);
  if (!kind) return std::unexpected(kind.error());
  json::object data;
  if (call.has("data")) {
    data = call.input.at("data").as_object();
  } else {
    auto draft = draft_of(call, *kind);
    if (!draft) return std::unexpected(std::move(draft.error()));
    if (*draft) data = std::move(**draft);
  }
  Checked checked = check(call, *kind, data);
  if (!checked.form.problems.empty()) {
    const OverlayProblem& problem = checked.form.problems.front();
    if (problem.field == "data") return refuse(413, "TooLarge", problem.message, "data");
    return invalid(problem.field, problem.message);
  }
  auto channel = call.parts.channels->find(call.sql, call.me().id);
  if (!channel) return std::unexpected(std::move(channel.error()));
  if (!*channel || (*channel)->channel_arn.empty() || !is_live(call, **channel)) return not_live();

  OverlayRunner::Start wanted{.account = call.me().id,
                              .channel_arn = (*channel)->channel_arn,
                              .kind = *kind,
                              .data = std::move(checked.form.data),
                              .duration = checked.form.duration,
                              .metadata = std::move(checked.metadata)};
  if (*kind == OverlayKind::kPoll) {
    auto owner = call.parts.accounts->find(call.sql, call.me().id);
    if (!owner) return std::unexpected(std::move(owner.error()));
    if (!*owner) return not_found("Your account is gone.");
    wanted.poll = poll_from(call, wanted.data, &**channel);
    wanted.speaker = speaker_of(**owner, (*channel)->channel_arn);
  }
  overlays_of(call).begin(std::move(wanted),
                          [later = call.take_later()](Outcome<json::object> told) mutable {
                            if (told) {
                              later(Answer(std::move(*told)));
                            } else {
                              later(std::unexpected(std::move(told.error())));
                            }
                          });
  return Answer::comes_later();
}

Outcome<Answer> stop(Call& call) {
  auto channel = call.parts.channels->find(call.sql, call.me().id);
  if (!channel) return std::unexpected(std::move(channel.error()));
  if (!*channel || (*channel)->channel_arn.empty()) return Answer::nothing();
  overlays_of(call).end(call.me().id, (*channel)->channel_arn,
                        [later = call.take_later()](Outcome<void> told) mutable {
                          if (told) {
                            later(Answer::nothing());
                          } else {
                            later(std::unexpected(std::move(told.error())));
                          }
                        });
  return Answer::comes_later();
}

constexpr Route kRoutes[] = {
    {.method = Method::kGet,
     .path = "/api/platform/v1/me/overlays",
     .access = Access::kSignedIn,
     .summary = "Drafts of your overlays, and what your channel shows now",
     .output = kOverview,
     .run = overview,
     .group = kGroup},
    {.method = Method::kPut,
     .path = "/api/platform/v1/me/overlays/{kind}/draft",
     .access = Access::kSignedIn,
     .summary = "Saves a draft, which may be unfinished",
     .input = kData,
     .output = kSaved,
     .run = save_draft,
     .max_body = kMaxForm,
     .group = kGroup},
    {.method = Method::kPost,
     .path = "/api/platform/v1/me/overlays/{kind}/check",
     .access = Access::kSignedIn,
     .summary = "What stands in the way of starting an overlay, and how many octets it has",
     .input = kData,
     .output = kCheck,
     .run = check_form,
     .max_body = kMaxForm,
     .group = kGroup},
    {.method = Method::kPost,
     .path = "/api/platform/v1/me/overlays/{kind}/start",
     .access = Access::kSignedIn,
     .pace = Pace::kSlow,
     .summary = "Shows an overlay to your viewers, in place of the one that is shown",
     .input = kOptionalData,
     .output = kStarted,
     .run = start,
     .max_body = kMaxForm,
     .group = kGroup},
    {.method = Method::kPost,
     .path = "/api/platform/v1/me/overlays/stop",
     .access = Access::kSignedIn,
     .summary = "Stops the overlay or poll that your channel shows; a poll has no result then",
     .run = stop,
     .group = kGroup},
};

}  // namespace

std::span<const Route> overlay_routes() {
  return kRoutes;
}

}  // namespace app
