#include "app/platform.h"

#include <boost/json/serialize.hpp>
#include <utility>

#include "app/core/about.h"
#include "app/letters/refused_starts.h"
#include "base/log.h"
#include "base/metrics.h"
#include "io/loop.h"

namespace app {
namespace {

namespace json = boost::json;
using wire::http::Method;
using wire::http::Request;
using wire::http::Response;

constexpr std::string_view kFeed = "/api/platform/v1/feed";

Response json_response(std::uint16_t status, const json::value& value) {
  Response response =
      Response::with_body(status, "application/json", base::Slice::take(json::serialize(value)));
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Content-Type-Options", "nosniff");
  return response;
}

Response response_of(const Refusal& refusal, Manners manners) {
  json::object body;
  if (manners == Manners::kDemo) {
    body["__type"] = refusal.type;
    if (!refusal.message.empty()) body["message"] = refusal.message;
  } else {
    body["type"] = refusal.type;
    body["message"] = refusal.message;
    if (!refusal.field.empty()) body["field"] = refusal.field;
  }
  Response response = json_response(refusal.status, body);
  if (refusal.retry_after > 0) {
    response.headers.add("Retry-After", std::to_string(refusal.retry_after));
  }
  return response;
}

Response response_of(Answer answer) {
  if (answer.raw) return std::move(*answer.raw);
  Response response = answer.body ? json_response(answer.status, *answer.body)
                                  : Response::with_status(answer.status);
  if (!answer.body) response.headers.add("Cache-Control", "no-store");
  for (const auto& [name, value] : answer.headers) response.headers.add(name, value);
  return response;
}

void count(const Route* route, std::uint16_t status) {
  base::metrics()
      .counter("rostrum_platform_requests_total", "Requests to the live platform",
               {{"route", route != nullptr ? std::string(route->path) : "none"},
                {"status", std::to_string(status / 100) + "xx"}})
      .add();
}

Refusal too_many(std::int64_t seconds) {
  Refusal refusal{429, "TooManyRequests", "That was too often. Wait a moment and try again."};
  refusal.retry_after = seconds;
  return refusal;
}

bool is_allowed(Access access, const Viewer& viewer) {
  switch (access) {
    case Access::kAnyone:
    case Access::kSignedIn:
      return true;
    case Access::kModerator:
      return viewer.role >= Role::kModerator;
    case Access::kAdministrator:
      return viewer.role == Role::kAdministrator;
  }
  return false;
}

}  // namespace

/// A request on its way.
struct PlatformService::Asked {
  PlatformRequest request;
  Reply reply;
  Router::Match match;

  void refuse(const Refusal& refusal) {
    count(match.route, refusal.status);
    reply(response_of(refusal, match.route->manners));
  }
  void answer(Answer given) {
    Response response = response_of(std::move(given));
    count(match.route, response.status);
    reply(std::move(response));
  }
  void tell(Outcome<Answer> outcome) {
    if (outcome) {
      answer(std::move(*outcome));
    } else {
      refuse(outcome.error());
    }
  }
};

PlatformService::PlatformService(PlatformSettings settings, io::SqlWorkers& sql,
                                 control::Control& control, io::Loop& home)
    : settings_(std::move(settings)),
      sql_(sql),
      control_(control),
      home_(home),
      live_(control, home),
      limiter_(AddressLimiter(settings_.requests_per_second, settings_.requests_per_second * 5)) {}

// The crews first: what they run uses all the rest.
PlatformService::~PlatformService() {
  quick_.reset();
  slow_.reset();
}

base::Expected<void> PlatformService::set_up(io::SqlDatabase& database) {
  const auto crew = [&](const char* name, std::size_t threads, std::size_t waiting) {
    return io::SqlCrew::create(database,
                               {.name = name, .threads = threads, .max_waiting = waiting});
  };
  auto quick = crew("pages", settings_.quick_threads, 20'000);
  if (!quick) return base::fail(std::move(quick.error()));
  quick_ = std::move(*quick);
  auto slow = crew("platform", settings_.slow_threads, 500);
  if (!slow) return base::fail(std::move(slow.error()));
  slow_ = std::move(*slow);
  auto connection = database.connect();
  if (!connection) return base::fail(std::move(connection.error()));
  parts_.emplace(Parts{settings_, sql_, control_, home_, *quick_, *slow_, feed_, live_});
  parts_->router = &router_;

  base::Expected<void> done;
  const auto make = [&]<class Part>(std::unique_ptr<Part>& part, Part*& shown) {
    if (!done) return;
    auto made = Part::create(*parts_, **connection);
    if (!made) {
      done = base::fail(std::move(made.error()));
      return;
    }
    part = std::move(*made);
    shown = part.get();
  };
  make(accounts_, parts_->accounts);
  make(post_, parts_->post);
  make(notifier_, parts_->notifier);
  make(oidc_, parts_->oidc);
  make(assets_, parts_->assets);
  make(channels_, parts_->channels);
  make(chat_, parts_->chat);
  make(overlays_, parts_->overlays);
  make(products_, parts_->products);
  if (!done) return done;
  for (const auto routes :
       {about_routes(), Accounts::routes(), Accounts::demo_routes(), Post::routes(),
        Notifier::routes(), Oidc::routes(), Assets::routes(), Channels::routes(),
        Channels::demo_routes(), ChatMinder::routes(), ChatMinder::demo_routes(),
        Overlays::routes(), Overlays::demo_routes(), Products::routes(), Products::demo_routes()}) {
    router_.add(routes);
  }
  return {};
}

// Whether more of people's channels are live than the administrator allows.
bool PlatformService::is_one_too_many(io::SqlConnection& sql) const {
  const std::int64_t most = accounts_->limits().max_live;
  if (most <= 0) return false;
  std::int64_t live = 0;
  for (const LiveChannel& channel : *live_.all()) {
    const auto row = channels_->find_by_arn(sql, channel.channel_arn);
    if (row && *row) ++live;
  }
  return live > most;
}

void PlatformService::start(IngestPorts ingest) {
  parts_->ingest = ingest;
  live_.when_changed([this](LiveBoard::Change change, const LiveChannel& channel) {
    const bool started = change == LiveBoard::Change::kStarted;
    const bool given = quick_->give([this, started, channel](io::SqlConnection& sql) {
      const auto row = channels_->find_by_arn(sql, channel.channel_arn);
      if (!row || !*row) return;
      const std::string account = (*row)->account;
      if (started && is_one_too_many(sql)) {
        base::log_info("a broadcast is stopped: too many channels are live",
                       {{"channel", (*row)->channel_id()}});
        (void)control_and_wait(
            control_, {.operation = "StopStream", .input = {{"channelArn", channel.channel_arn}}});
        note_refused_start(*parts_, sql, account);
        return;
      }
      feed_.publish("channel:" + account, started ? "live" : "offline",
                    json::object{{"streamId", channel.stream_id}});
      if (started) {
        note_admitted_start(*parts_, sql, account);
        notifier_->went_live(account);
      } else {
        home_.post([this, account] { overlays_->went_offline(account); });
      }
    });
    if (!given) base::log_warn("nobody was told that a channel is live or not", {});
  });
  post_->start();
  notifier_->start();
  channels_->start();
  overlays_->start();
  live_.start();
}

bool PlatformService::handles(const Request& request) const {
  return router_.find(request.method, request.path).has_value() ||
         request.path.starts_with("/api/platform/") ||
         // A browser's question whether a page of another origin may call.
         (request.method == Method::kOptions && router_.knows_path(request.path));
}

std::size_t PlatformService::body_limit(const Request& head, std::size_t usual) const {
  const auto match = router_.find(head.method, head.path);
  return match ? match->route->max_body : usual;
}

void PlatformService::handle(PlatformRequest request, Reply reply) {
  auto match = router_.find(request.http.method, request.http.path);
  if (!match) {
    const bool other = router_.knows_path(request.http.path);
    reply(response_of(other ? Refusal{405, "MethodNotAllowed", "That cannot be done there."}
                            : Refusal{404, "NotFound", "There is no such route."},
                      Manners::kOwn));
    return;
  }
  auto asked = std::make_shared<Asked>(std::move(request), std::move(reply), std::move(*match));
  const bool allowed = limiter_.with([&](AddressLimiter& limiter) {
    return limiter.allow(customer_of(asked->request.remote_address), io::Loop::precise_now());
  });
  if (!allowed) return asked->refuse(too_many(1));
  io::SqlCrew& crew = asked->match.route->pace == Pace::kSlow ? *slow_ : *quick_;
  if (!crew.give([this, asked](io::SqlConnection& sql) { run(asked, sql); })) {
    asked->refuse({503, "Busy", "The server has too much to do. Try again in a moment.", {}, 2});
  }
}

Outcome<Call> PlatformService::admit(Asked& asked, io::SqlConnection& sql) {
  const Route& route = *asked.match.route;
  const base::WallTime now = io::Loop::wall_now();
  auto viewer = accounts_->identify(asked.request, route, sql, now);
  if (!viewer) return std::unexpected(std::move(viewer.error()));
  if (route.access != Access::kAnyone) {
    if (!*viewer) {
      return refuse(401, route.manners == Manners::kDemo ? "UnauthorizedException" : "SignIn",
                    "Sign in first.");
    }
    if (!is_allowed(route.access, **viewer)) {
      return forbidden("Your account may not do that.");
    }
  }
  auto input = read_input(route, asked.request.http);
  if (!input) {
    if (route.manners == Manners::kDemo) input.error().type = "UnexpectedException";
    return std::unexpected(std::move(input.error()));
  }
  return Call{*parts_,
              route,
              asked.request,
              std::move(asked.match.captures),
              std::move(*input),
              std::move(*viewer),
              sql,
              now,
              {}};
}

void PlatformService::run(std::shared_ptr<Asked> asked, io::SqlConnection& sql) {
  auto call = admit(*asked, sql);
  if (!call) return asked->refuse(call.error());
  call->take_later = [asked]() -> Call::Later {
    return [asked](Outcome<Answer> outcome) { asked->tell(std::move(outcome)); };
  };
  auto outcome = asked->match.route->run(*call);
  if (outcome && outcome->is_later) return;
  asked->tell(std::move(outcome));
}

bool PlatformService::is_feed(const Request& request) const {
  return request.method == Method::kGet && request.path == kFeed;
}

void PlatformService::open_feed(
    PlatformRequest request,
    std::move_only_function<void(std::expected<FeedGrant, Response>)> done) {
  auto shared = std::make_shared<std::pair<
      PlatformRequest, std::move_only_function<void(std::expected<FeedGrant, Response>)>>>(
      std::move(request), std::move(done));
  if (!quick_->give([this, shared](io::SqlConnection& sql) {
        shared->second(grant_feed(shared->first, sql));
      })) {
    shared->second(std::unexpected(response_of(
        Refusal{503, "Busy", "The server has too much to do. Try again in a moment.", {}, 5},
        Manners::kOwn)));
  }
}

// GET /api/platform/v1/feed?channel=<name>: what happens on that channel, and to the one who asks.
std::expected<Platform::FeedGrant, Response> PlatformService::grant_feed(
    const PlatformRequest& request, io::SqlConnection& sql) {
  static const Route route{.method = Method::kGet, .path = kFeed};
  const auto refused = [](const Refusal& refusal) {
    return std::unexpected(response_of(refusal, Manners::kOwn));
  };
  const base::WallTime now = io::Loop::wall_now();
  auto viewer = accounts_->identify(request, route, sql, now);
  if (!viewer) return refused(viewer.error());
  FeedGrant grant;
  grant.topics.push_back("directory");
  if (*viewer) grant.topics.push_back("account:" + (*viewer)->id);
  const auto name = request.http.query_parameter("channel");
  if (name) {
    auto owner = accounts_->find_by_name(sql, *name);
    if (!owner) return refused(owner.error());
    if (!*owner) return refused({404, "NotFound", "There is no such channel."});
    if (*viewer) {
      auto banned = chat_->is_banned(sql, (*owner)->id, (*viewer)->id, now);
      if (!banned) return refused(banned.error());
      if (*banned) return refused({403, "Banned", "You are banned from this channel."});
    }
    grant.topics.push_back("channel:" + (*owner)->id);
  }
  grant.first.push_back(feed_event("hello", json::object{{"signedIn", viewer->has_value()}}));
  return grant;
}

base::Expected<std::unique_ptr<Platform>> Platform::create(PlatformSettings settings,
                                                           io::SqlDatabase& database,
                                                           io::SqlWorkers& sql,
                                                           control::Control& control,
                                                           io::Loop& home) {
  auto made = std::make_unique<PlatformService>(std::move(settings), sql, control, home);
  if (auto done = made->set_up(database); !done) return base::fail(std::move(done.error()));
  return made;
}

}  // namespace app
