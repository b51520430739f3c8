// What people set and see of notices, the browsers that are told, and the end of letters.
#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>
#include <functional>
#include <limits>

#include "app/letters/account_notices.h"
#include "app/letters/digest_hour.h"
#include "app/letters/letter_key.h"
#include "app/letters/local_client.h"
#include "app/letters/notice_store.h"
#include "app/letters/notice_view.h"
#include "app/letters/notifier.h"
#include "app/letters/post.h"
#include "base/base64.h"
#include "wire/http/absolute_url.h"

namespace app {
namespace {

namespace json = boost::json;
using wire::http::Method;
using Type = Field::Type;
using Need = Field::Need;

constexpr std::int64_t kListed = 30;
constexpr std::int64_t kMostUnseen = 100;

Outcome<void> outcome_of(base::Expected<void> done) {
  if (!done) return broken(done.error());
  return {};
}

template <class T>
Outcome<T> outcome_of(base::Expected<T> given) {
  if (!given) return broken(given.error());
  return std::move(*given);
}

Outcome<Answer> nothing_after(Outcome<void> done) {
  if (!done) return std::unexpected(std::move(done.error()));
  return Answer::nothing();
}

json::object describe(const NoticeSettings& settings) {
  return {{"page", settings.page}, {"push", settings.push}, {"digest", to_string(settings.digest)}};
}

Outcome<Answer> read_settings(Call& call) {
  auto settings = outcome_of(read_notice_settings(call.sql, call.me().id));
  if (!settings) return std::unexpected(std::move(settings.error()));
  return Answer(describe(*settings));
}

Outcome<Answer> write_settings(Call& call) {
  NoticeSettings now_set;
  auto written = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto settings = outcome_of(read_notice_settings(sql, call.me().id));
    if (!settings) return std::unexpected(std::move(settings.error()));
    now_set = {.page = call.flag("page", settings->page),
               .push = call.flag("push", settings->push),
               .digest = call.has("digest")
                             ? digest_from(call.text("digest")).value_or(settings->digest)
                             : settings->digest};
    return outcome_of(write_notice_settings(sql, call.me().id, now_set, call.site_url(),
                                            next_digest_hour(call.now)));
  });
  if (!written) return std::unexpected(std::move(written.error()));
  return Answer(describe(now_set));
}

// Those that are for this account alone, which are few: all stand in the first page.
Outcome<void> add_own(Call& call, base::WallTime seen_at, json::array& notices) {
  auto own = outcome_of(account_notices(call.sql, call.me().id));
  if (!own) return std::unexpected(std::move(own.error()));
  auto shown = show_account_notices(call.parts, call.sql, *own, seen_at);
  if (!shown) return std::unexpected(std::move(shown.error()));
  for (json::value& notice : *shown) notices.push_back(std::move(notice));
  std::ranges::sort(notices, std::ranges::greater(), [](const json::value& notice) {
    // All of one length and in UTC.
    return std::string_view(notice.as_object().at("at").as_string());
  });
  return {};
}

Outcome<Answer> list(Call& call) {
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  if (call.has("after")) {
    const std::string after = call.text("after");
    const auto [end, failed] = std::from_chars(after.data(), after.data() + after.size(), before);
    if (failed != std::errc() || end != after.data() + after.size()) {
      return invalid("after", "That is no place in this list.");
    }
  }
  auto settings = outcome_of(read_notice_settings(call.sql, call.me().id));
  if (!settings) return std::unexpected(std::move(settings.error()));
  const std::string& me = call.me().id;
  SeenState seen;
  std::vector<LiveStart> starts;
  if (settings->page) {
    auto read = outcome_of(read_seen(call.sql, me, call.now));
    if (!read) return std::unexpected(std::move(read.error()));
    seen = *read;
    auto listed = outcome_of(starts_for(call.sql, me, before, kListed, call.now));
    if (!listed) return std::unexpected(std::move(listed.error()));
    starts = std::move(*listed);
  } else {
    auto read = outcome_of(read_seen_at(call.sql, me));
    if (!read) return std::unexpected(std::move(read.error()));
    seen.seen_at = *read;
  }
  auto notices = show_notices(call.parts, call.sql, starts, seen.seen_at);
  if (!notices) return std::unexpected(std::move(notices.error()));
  auto own = outcome_of(count_account_notices(call.sql, me, seen.seen_at));
  if (!own) return std::unexpected(std::move(own.error()));
  if (!call.has("after")) {
    if (auto added = add_own(call, seen.seen_at, *notices); !added) {
      return std::unexpected(std::move(added.error()));
    }
  }
  json::object body{{"notices", std::move(*notices)},
                    {"unseen", std::min(seen.unseen + *own, kMostUnseen)}};
  if (static_cast<std::int64_t>(starts.size()) == kListed) {
    body["next"] = std::to_string(starts.back().id);
  }
  return Answer(std::move(body));
}

Outcome<Answer> see(Call& call) {
  return nothing_after(call.write(
      [&](io::SqlConnection& sql) { return outcome_of(mark_seen(sql, call.me().id, call.now)); }));
}

std::unexpected<Refusal> no_push() {
  return not_found("Web Push is not set up on this server.");
}

Outcome<Answer> push_key(Call& call) {
  if (call.parts.notifier->push_key().empty()) return no_push();
  return Answer(json::object{{"publicKey", call.parts.notifier->push_key()}});
}

// Where we would send to: https, so that nobody on the way learns who is told. A service on this
// machine may do without, for whoever sits here.
Outcome<bool> is_local_endpoint(const Call& call, const std::string& endpoint) {
  const auto url = wire::http::parse_http_url(endpoint);
  if (!url) return invalid("endpoint", "That is no address of a push service.");
  const bool is_local = is_loopback_host(
      url->host.find(':') == std::string::npos ? url->host : "[" + url->host + "]");
  if (is_local && is_local_client(call.request)) return true;
  if (is_local || !url->is_secure()) {
    return invalid("endpoint", "A push service is reached by https.");
  }
  return false;
}

Outcome<Answer> add_browser(Call& call) {
  if (call.parts.notifier->push_key().empty()) return no_push();
  const std::string endpoint = call.text("endpoint");
  auto local = is_local_endpoint(call, endpoint);
  if (!local) return std::unexpected(std::move(local.error()));
  const json::object& keys = call.input.at("keys").as_object();
  const auto key = base::from_base64(keys.at("p256dh").as_string());
  const auto auth = base::from_base64(keys.at("auth").as_string());
  if (!key || !is_p256_point(*key)) {
    return invalid("keys.p256dh", "That is no key of a browser.");
  }
  if (!auth || auth->size() != 16) {
    return invalid("keys.auth", "That is no secret of a browser.");
  }
  return nothing_after(call.write([&](io::SqlConnection& sql) {
    return outcome_of(add_push_target(
        sql, call.me().id, {.endpoint = endpoint, .key = *key, .auth = *auth}, *local, call.now));
  }));
}

Outcome<Answer> remove_browser(Call& call) {
  return nothing_after(call.write([&](io::SqlConnection& sql) {
    return outcome_of(remove_push_target(sql, call.me().id, call.text("endpoint")));
  }));
}

Outcome<Answer> unsubscribe(Call& call) {
  const auto account = call.parts.post->key().read_signed("unsubscribe", call.text("code"));
  if (!account) return invalid("code", "That link is not complete. Copy all of it.");
  return nothing_after(
      call.write([&](io::SqlConnection& sql) { return outcome_of(end_digest(sql, *account)); }));
}

constexpr Field kSettings[] = {
    {"page", Type::kBoolean, {}, 0, 0, "Notices in the page"},
    {"push", Type::kBoolean, {}, 0, 0, "Web Push to the browsers of this account"},
    {"digest",
     Type::kText,
     {},
     0,
     0,
     "Letters: one for each start, or one a day",
     "off|instant|daily"}};
constexpr Field kAfter[] = {{"after", Type::kText, {}, 1, 20, "`next` of the former page"}};
constexpr Field kNotice[] = {
    {"id", Type::kText},
    {"kind",
     Type::kText,
     {},
     0,
     0,
     "A followed channel is live, something of a channel was reported, or "
     "one's own broadcast was refused since too many channels are live",
     "live|report|refused"},
    {"channel", Type::kObject, {}, 0, 0, "A card, as in the directory"},
    {"at", Type::kText, {}, 0, 0, "RFC 3339"},
    {"seen", Type::kBoolean},
    {"count", Type::kInteger, {}, 0, 0, "How often since it was seen; not of kind live"},
    {"url", Type::kText, {}, 0, 0, "The page where something is done about it; not of kind live"}};
constexpr Field kNotices[] = {{"notices", Type::kList, {}, 0, 0, "Newest first", {}, kNotice},
                              {"unseen", Type::kInteger, {}, 0, 0, "How many; 100 stands for more"},
                              {"next", Type::kText, {}, 0, 0, "Absent at the end"}};
constexpr Field kKey[] = {{"publicKey", Type::kText, {}, 0, 0, "applicationServerKey, base64url"}};
constexpr Field kBrowserKeys[] = {{"p256dh", Type::kText, Need::kRequired, 1, 200, "base64url"},
                                  {"auth", Type::kText, Need::kRequired, 1, 100, "base64url"}};
constexpr Field kBrowser[] = {
    {"endpoint", Type::kText, Need::kRequired, 1, 2000, "The push service's address"},
    {"keys", Type::kObject, Need::kRequired, 0, 0, {}, {}, kBrowserKeys}};
constexpr Field kEndpoint[] = {{"endpoint", Type::kText, Need::kRequired, 1, 2000}};
constexpr Field kCode[] = {{"code", Type::kText, Need::kRequired, 1, 200, "Of the letter's link"}};

constexpr std::string_view kGroup = "Notices";
constexpr Route kRoutes[] = {
    {.method = Method::kGet,
     .path = "/api/platform/v1/me/notifications",
     .access = Access::kSignedIn,
     .summary = "How one is told that a followed channel is live",
     .output = kSettings,
     .run = read_settings,
     .group = kGroup},
    {.method = Method::kPut,
     .path = "/api/platform/v1/me/notifications",
     .access = Access::kSignedIn,
     .summary = "Choose how one is told; what is left out stays",
     .input = kSettings,
     .output = kSettings,
     .run = write_settings,
     .group = kGroup},
    {.method = Method::kGet,
     .path = "/api/platform/v1/notices",
     .access = Access::kSignedIn,
     .summary = "Which followed channels went live, and what else one is told",
     .input = kAfter,
     .output = kNotices,
     .run = list,
     .group = kGroup},
    {.method = Method::kPost,
     .path = "/api/platform/v1/notices/seen",
     .access = Access::kSignedIn,
     .summary = "All notices until now are seen",
     .run = see,
     .group = kGroup},
    {.method = Method::kGet,
     .path = "/api/platform/v1/push/key",
     .summary = "The key that browsers subscribe to Web Push with",
     .output = kKey,
     .run = push_key,
     .group = kGroup},
    {.method = Method::kPut,
     .path = "/api/platform/v1/me/push",
     .access = Access::kSignedIn,
     .summary = "Tell this browser, too; of an account's browsers the ten newest stay",
     .input = kBrowser,
     .run = add_browser,
     .group = kGroup},
    {.method = Method::kDelete,
     .path = "/api/platform/v1/me/push",
     .access = Access::kSignedIn,
     .summary = "Tell this browser no more",
     .input = kEndpoint,
     .run = remove_browser,
     .group = kGroup},
    {.method = Method::kPost,
     .path = "/api/platform/v1/unsubscribe",
     .summary = "End the letters about live channels",
     .input = kCode,
     .run = unsubscribe,
     .group = kGroup},
    {.method = Method::kPost,
     .path = "/api/platform/v1/unsubscribe/now",
     .summary = "The same for mail programs: the code stands in the query (RFC 8058)",
     .input = kCode,
     .run = unsubscribe,
     .body = Body::kOctets,
     .max_body = 4 << 10,
     .group = kGroup},
};

}  // namespace

std::span<const Route> Notifier::routes() {
  return kRoutes;
}

}  // namespace app
