#include "control/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <unordered_map>

#include "base/log.h"
#include "base/metrics.h"
#include "control/access_keys.h"
#include "control/cloudwatch_logs.h"
#include "control/endpoints.h"
#include "control/metric_store.h"
#include "control/validation.h"
#include "io/loop.h"
#include "io/sql_workers.h"
#include "wire/aws/sigv4.h"

namespace control {

namespace json = boost::json;
using wire::http::Method;
using wire::http::Request;
using wire::http::Response;

namespace {

constexpr std::string_view kTags = "/tags/";
constexpr std::string_view kMonitoring = "monitoring";
constexpr std::string_view kLogs = "logs";
constexpr std::size_t kMaxSigningKeys = 4096;

const Handler* find_handler(std::string_view name) {
  static const std::unordered_map<std::string_view, const Handler*> all = [] {
    std::unordered_map<std::string_view, const Handler*> handlers;
    for (const auto part : {access_key_handlers(),
                            ad_configuration_handlers(),
                            channel_handlers(),
                            event_handlers(),
                            logging_configuration_handlers(),
                            playback_key_handlers(),
                            recording_configuration_handlers(),
                            recording_handlers(),
                            restriction_policy_handlers(),
                            revocation_handlers(),
                            room_handlers(),
                            room_message_handlers(),
                            room_moderation_handlers(),
                            room_people_handlers(),
                            server_status_handlers(),
                            stream_handlers(),
                            stream_health_handlers(),
                            stream_key_handlers(),
                            stream_session_handlers(),
                            tag_handlers()}) {
      for (const Handler& handler : part) handlers.emplace(handler.operation, &handler);
    }
    return handlers;
  }();
  const auto found = all.find(name);
  return found == all.end() ? nullptr : found->second;
}

std::string random_request_id() {
  const std::string hex = base::to_hex(base::random_octets(16));
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

const Operation* route(const Request& request) {
  const std::string_view path = request.raw_path();
  if (path.starts_with(kTags)) {
    // The same three operations in each service: the resource tells whose.
    const auto arn = wire::http::percent_decode(path.substr(kTags.size()));
    const bool is_chat = arn && arn->starts_with("arn:aws:ivschat:");
    const Service& service = is_chat ? ivschat_service() : ivs_service();
    switch (request.method) {
      case Method::kGet:
        return find_operation(service, "ListTagsForResource");
      case Method::kPost:
        return find_operation(service, "TagResource");
      case Method::kDelete:
        return find_operation(service, "UntagResource");
      default:
        return nullptr;
    }
  }
  const Operation* named =
      request.method == Method::kPost && path.size() > 1 ? find_operation(path.substr(1)) : nullptr;
  return named != nullptr && named->uri == path ? named : nullptr;
}

ApiError refusal(const wire::aws::Refusal& reason) {
  return {std::string(wire::aws::name_of(reason.error)), reason.message,
          wire::aws::status_of(reason.error)};
}

std::uint16_t status_of(const Operation* operation, const ApiError& error) {
  if (error.status != 0) return error.status;
  const Service& service = operation != nullptr ? service_of(*operation) : ivs_service();
  const auto found = std::ranges::find(service.errors, error.name, &ErrorShape::name);
  return found != service.errors.end() ? found->status : 500;
}

ApiObject read_body(const Request& request) {
  const std::string_view text = base::as_text(request.body.span());
  if (text.empty()) return json::object();
  boost::system::error_code failed;
  json::parse_options options;
  options.max_depth = 16;
  json::value value = json::parse(text, failed, {}, options);
  if (failed) return invalid("the body is not valid JSON");
  if (!value.is_object()) return invalid("the body must be a JSON object");
  return std::move(value.get_object());
}

// The tag routes name their resource in the path and, for deleting, the keys in the query.
ApiResult<void> read_target(const Request& request, json::object& input) {
  const std::string_view path = request.raw_path();
  if (!path.starts_with(kTags)) return {};
  auto arn = wire::http::percent_decode(path.substr(kTags.size()));
  if (!arn) return invalid("the path is not encoded properly");
  input["resourceArn"] = *arn;
  if (request.method != Method::kDelete) return {};
  auto query = request.parse_query();
  if (!query) return invalid(query.error().message);
  if (query->count("tagKeys") == 0) return invalid("tagKeys is required");
  json::array keys;
  for (const auto& [name, value] : query->all()) {
    if (name == "tagKeys") keys.emplace_back(value);
  }
  input["tagKeys"] = std::move(keys);
  return {};
}

void add_common_headers(Response& response, std::string_view request_id) {
  response.headers.add("x-amzn-RequestId", request_id);
  response.headers.add("Cache-Control", "no-cache, no-store");
  response.headers.add("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("X-Frame-Options", "DENY");
}

void count(std::string_view operation, std::string_view outcome) {
  base::metrics()
      .counter("rostrum_api_requests_total", "Requests to the API by outcome",
               {{"operation", std::string(operation)}, {"outcome", std::string(outcome)}})
      .add();
}

// Not one of our services, but answered as Amazon's own would.
bool is_foreign(const Request& request) {
  return MetricStore::is_request(request) || is_cloudwatch_logs(request);
}

std::string_view foreign_service(const Request& request) {
  return is_cloudwatch_logs(request) ? kLogs : kMonitoring;
}

}  // namespace

Response api_response(const Operation& operation, const json::object& output,
                      std::string_view request_id) {
  Response response = operation.output == nullptr
                          ? Response::with_status(operation.success_status)
                          : Response::with_body(operation.success_status, "application/json",
                                                base::Slice::take(json::serialize(output)));
  add_common_headers(response, request_id);
  return response;
}

// Both spellings of the sentence: the models have one, most clients print the other.
Response api_error_response(const ApiError& error, std::uint16_t status,
                            std::string_view request_id) {
  json::object body{
      {"__type", error.name}, {"exceptionMessage", error.message}, {"message", error.message}};
  if (error.name == "ValidationException") {
    body["reason"] = error.field.empty() ? "OTHER" : "FIELD_VALIDATION_FAILED";
    if (!error.field.empty()) {
      body["fieldList"] =
          json::array{json::object{{"name", error.field}, {"message", error.message}}};
    }
  }
  if (!error.resource_type.empty()) {
    body["resourceId"] = error.resource_id;
    body["resourceType"] = error.resource_type;
  }
  if (error.limit != 0) body["limit"] = error.limit;
  Response response =
      Response::with_body(status, "application/json", base::Slice::take(json::serialize(body)));
  response.headers.add("x-amzn-ErrorType", error.name);
  add_common_headers(response, request_id);
  return response;
}

/// One request on its way.
struct Api::Work {
  ApiRequest request;
  Control::Reply reply;
  /// Set for routes of our own: only asks whether the caller may.
  std::move_only_function<void(std::optional<Response>)> authorised;
  /// Set for calls of our own: gets the answer in place of `reply`.
  std::move_only_function<void(OwnAnswer)> told;
  std::string request_id = random_request_id();
  const Operation* operation = nullptr;  // null for CloudWatch's
  const Handler* handler = nullptr;
  AccessKey caller;
  Endpoints endpoints;
  json::object input;
  json::object output;
  std::optional<ApiError> error;
  std::vector<std::move_only_function<void()>> after_commit;
  std::move_only_function<void(json::object, Call::Finish)> later;

  void fail(const ApiError& reason) {
    const std::uint16_t status = status_of(operation, reason);
    count(operation != nullptr ? operation->name : foreign_service(request.http), reason.name);
    if (told) {
      told({.status = status,
            .error = reason.name,
            .message = reason.message,
            .is_disk_full = reason.is_disk_full});
      return;
    }
    Response response = refusal_of(reason, status);
    if (authorised) {
      authorised(std::move(response));
    } else {
      reply(std::move(response));
    }
  }
  Response refusal_of(const ApiError& reason, std::uint16_t status) const {
    if (operation == nullptr && is_cloudwatch_logs(request.http)) {
      return refuse_logs_call({reason.name, reason.message, status});
    }
    return operation != nullptr || !MetricStore::is_request(request.http)
               ? api_error_response(reason, status, request_id)
               : MetricStore::refuse(request.http, reason.name, status, reason.message);
  }
  void succeed() {
    count(operation->name, "ok");
    if (told) {
      told({.status = operation->success_status, .output = std::move(output)});
      return;
    }
    reply(api_response(*operation, output, request_id));
  }
  /// What the handler gave is durable.
  static void complete(const std::shared_ptr<Work>& work) {
    for (auto& follow : work->after_commit) follow();
    if (!work->later) return work->succeed();
    auto later = std::exchange(work->later, {});
    later(std::move(work->output), [work](ApiObject output) {
      if (!output) return work->fail(output.error());
      work->output = std::move(*output);
      work->succeed();
    });
  }
};

/// Signing keys that were derived before.
struct Api::Signer {
  struct Entry {
    base::Sha256Digest secret;
    wire::aws::SigningKey key;
  };
  base::Guarded<std::unordered_map<std::string, Entry>> keys;

  wire::aws::SigningKey key_for(const AccessKey& access,
                                const wire::aws::Authorization& signed_by) {
    const std::string name =
        fmt::format("{}/{}/{}/{}", access.id, signed_by.date, signed_by.region, signed_by.service);
    // A key id may come back with another secret: never after a restore, but who knows.
    const base::Sha256Digest secret = base::sha256(base::as_bytes(access.secret));
    const auto known = keys.with([&](const auto& all) -> std::optional<wire::aws::SigningKey> {
      const auto found = all.find(name);
      if (found == all.end() || found->second.secret != secret) return std::nullopt;
      return found->second.key;
    });
    if (known) return *known;
    const wire::aws::SigningKey made = wire::aws::derive_signing_key(
        access.secret, signed_by.date, signed_by.region, signed_by.service);
    keys.with([&](auto& all) {
      if (all.size() >= kMaxSigningKeys) all.clear();
      all.insert_or_assign(name, Entry{secret, made});
    });
    return made;
  }
};

Api::Api(Platform& platform, MetricStore& metrics)
    : platform_(platform), metrics_(metrics), signer_(std::make_unique<Signer>()) {}

Api::~Api() = default;

bool Api::is_api(const Request& request) {
  return route(request) != nullptr || request.raw_path().starts_with(kTags) ||
         is_foreign(request) ||
         // Whoever signs a request wants an answer in the API's form.
         (request.method == Method::kPost &&
          request.headers.get("authorization").starts_with("AWS4-"));
}

void Api::handle(ApiRequest request, Control::Reply reply) {
  auto work = std::make_shared<Work>();
  work->request = std::move(request);
  work->reply = std::move(reply);
  const Request& http = work->request.http;
  work->operation = route(http);
  if (work->operation == nullptr && !is_foreign(http)) {
    work->fail({"UnknownOperationException", "there is no such operation", 404});
    return;
  }
  if (work->operation != nullptr) work->handler = find_handler(work->operation->name);
  if (!platform_.sql.read([this, work](io::SqlConnection& sql) { run(work, sql); })) {
    work->fail({"ThrottlingException", "too many requests wait; try again", 429});
  }
}

void Api::call(OwnCall call, std::move_only_function<void(OwnAnswer)> done) {
  auto work = std::make_shared<Work>();
  work->told = std::move(done);
  work->operation = find_operation(call.operation);
  if (work->operation == nullptr) {
    work->told({.status = 404,
                .error = "UnknownOperationException",
                .message = "there is no operation " + call.operation});
    return;
  }
  work->handler = find_handler(work->operation->name);
  work->input = std::move(call.input);
  work->request.http.host = std::move(call.host);
  work->request.is_secure = call.is_secure;
  if (!platform_.sql.read(
          [this, work](io::SqlConnection& sql) { check_input_and_execute(work, sql); })) {
    work->fail({"ThrottlingException", "too many requests wait; try again", 429});
  }
}

void Api::authorise(ApiRequest request, std::string operation,
                    std::move_only_function<void(std::optional<Response>)> done) {
  auto work = std::make_shared<Work>();
  work->request = std::move(request);
  work->authorised = std::move(done);
  work->operation = find_operation(operation);
  if (!platform_.sql.read([this, work](io::SqlConnection& sql) { run(work, sql); })) {
    work->fail({"ThrottlingException", "too many requests wait; try again", 429});
  }
}

ApiResult<AccessKey> Api::authenticate(const Request& request, std::string_view service,
                                       io::SqlConnection& sql, base::WallTime now) {
  auto signed_by = wire::aws::parse_authorization(request);
  if (!signed_by) return std::unexpected(refusal(signed_by.error()));
  auto key = find_access_key(sql, platform_.secrets, signed_by->access_key_id);
  if (!key) return internal(key.error());
  if (!*key) return std::unexpected(refusal(wire::aws::unrecognized_client()));
  if (signed_by->security_token) {
    return api_fail("UnrecognizedClientException",
                    "this server issues no session tokens: sign with an access key alone", 403);
  }
  wire::aws::ScopeRule rule;
  // Our own operations may be signed like those beside which they stand, and those on tags like
  // any of the services that have them.
  const bool is_shared =
      service == rostrum_service().signing_name || request.raw_path().starts_with(kTags);
  const bool is_theirs = signed_by->service == ivs_service().signing_name ||
                         signed_by->service == ivschat_service().signing_name;
  rule.service = is_shared && is_theirs ? std::string_view(signed_by->service) : service;
  rule.region = platform_.settings.signing_region;
  // The scope first: a wrong one needs no key derived.
  if (auto fits = wire::aws::check_scope(*signed_by, rule, now); !fits) {
    return std::unexpected(refusal(fits.error()));
  }
  const wire::aws::SigningKey signing = signer_->key_for(**key, *signed_by);
  if (auto verified = wire::aws::verify(*signed_by, request, signing, rule, now); !verified) {
    return std::unexpected(refusal(verified.error()));
  }
  return std::move(**key);
}

ApiResult<void> Api::throttle(const AccessKey& key, std::string_view operation, double service_rate,
                              io::SqlConnection& sql, base::WallTime now) {
  const base::MonotonicTime steady = io::Loop::precise_now();
  const bool as_service = platform_.settings.limits == LimitsMode::kIvs;
  const double rate =
      as_service && service_rate > 0 ? service_rate : platform_.settings.requests_per_second;
  if (rate > 0 && !platform_.limiter.take(fmt::format("{}/{}", key.id, operation), rate,
                                          std::max(rate, 1.0), steady)) {
    auto error =
        throttled(fmt::format("at most {} {} a second for one access key", rate, operation));
    error.error().limit = static_cast<std::int64_t>(rate);
    return error;
  }
  if (key.requests_per_second > 0) {
    const auto most = static_cast<double>(key.requests_per_second);
    if (!platform_.limiter.take(fmt::format("plan/{}", key.id), most, most, steady)) {
      return throttled(fmt::format("the usage plan of this access key allows {} requests a second",
                                   key.requests_per_second));
    }
  }
  if (key.requests_per_day <= 0) return {};
  const std::int64_t day = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
  const bool is_known = usage_.with([&](auto& all) {
    const auto found = all.find(key.id);
    return found != all.end() && found->second.day == day;
  });
  std::int64_t before = 0;
  if (!is_known) {
    auto rows = sql.run("SELECT requests FROM access_key_usage WHERE key_id = $1 AND day = $2",
                        {key.id, day});
    if (!rows) return internal(rows.error());
    if (!rows->empty()) before = rows->integer(0, 0);
  }
  const bool allowed = usage_.with([&](auto& all) {
    Usage& usage = all[key.id];
    if (usage.day != day) usage = {day, before, before};
    if (usage.requests >= key.requests_per_day) return false;
    ++usage.requests;
    return true;
  });
  if (!allowed) {
    return throttled(fmt::format("the usage plan of this access key allows {} requests a day (UTC)",
                                 key.requests_per_day));
  }
  count_usage(key, now);
  return {};
}

// A crash forgets at most a thousandth of the plan.
void Api::count_usage(const AccessKey& key, base::WallTime) {
  const std::int64_t step = std::max<std::int64_t>(1, key.requests_per_day / 1000);
  const auto due = usage_.with([&](auto& all) -> std::optional<Usage> {
    Usage& usage = all[key.id];
    if (usage.requests - usage.written < step) return std::nullopt;
    usage.written = usage.requests;
    return usage;
  });
  if (!due) return;
  platform_.sql.write(
      [id = key.id, usage = *due](io::SqlConnection& sql) -> base::Expected<void> {
        auto kept = sql.run(
            "INSERT INTO access_key_usage (key_id, day, requests) VALUES ($1, $2, $3) "
            "ON CONFLICT (key_id, day) DO UPDATE SET requests = excluded.requests",
            {id, usage.day, usage.requests});
        if (!kept) return base::fail(std::move(kept.error()));
        return {};
      },
      [](base::Expected<void> written) {
        if (!written) {
          base::log_warn("usage was not written", {{"reason", written.error().message}});
        }
      });
}

void Api::run(std::shared_ptr<Work> work, io::SqlConnection& sql) {
  const Request& http = work->request.http;
  const base::WallTime now = io::Loop::wall_now();
  const Operation* operation = work->operation;
  const std::string_view service =
      operation != nullptr ? service_of(*operation).signing_name : foreign_service(http);
  auto caller = authenticate(http, service, sql, now);
  if (!caller) return work->fail(caller.error());
  work->caller = std::move(*caller);
  if (operation == nullptr) {
    // Figures and logs are about everything: a key for one service or resource is not enough.
    const bool asks_logs = is_cloudwatch_logs(http);
    if (!work->caller.service.empty() || !work->caller.resource.empty()) {
      return work->fail(
          {"AccessDeniedException",
           fmt::format("this access key does not cover {}", asks_logs ? "logs" : "metrics"), 403});
    }
    if (auto may = throttle(work->caller, service, 0, sql, now); !may) {
      return work->fail(may.error());
    }
    if (asks_logs) return answer_logs(std::move(work));
    return work->reply(metrics_.answer(sql, http, now));
  }
  if (auto may = may_call(work->caller, service_of(*operation), *operation); !may) {
    return work->fail(may.error());
  }
  // PutMetadata is limited for each channel, by itself.
  const double service_rate = operation->name == "PutMetadata" ? 0 : operation->default_tps;
  if (auto may = throttle(work->caller, operation->name, service_rate, sql, now); !may) {
    return work->fail(may.error());
  }
  if (work->authorised) {
    if (auto may = may_touch(work->caller, *operation, {}); !may) return work->fail(may.error());
    return work->authorised(std::nullopt);
  }
  auto input = read_body(http);
  if (!input) return work->fail(input.error());
  work->input = std::move(*input);
  if (auto read = read_target(http, work->input); !read) return work->fail(read.error());
  if (auto may = may_touch(work->caller, *operation, work->input); !may) {
    return work->fail(may.error());
  }
  check_input_and_execute(std::move(work), sql);
}

void Api::check_input_and_execute(std::shared_ptr<Work> work, io::SqlConnection& sql) {
  const Shape& shape = *work->operation->input;
  if (auto valid = validate(shape, work->input); !valid) return work->fail(valid.error());
  prune(shape, work->input);
  work->endpoints =
      endpoints_for(platform_.settings, work->request.http.host, work->request.is_secure);
  execute(std::move(work), sql);
}

// With everything that was said before the question.
void Api::answer_logs(std::shared_ptr<Work> work) {
  after_chat_is_written(platform_, [this, work] {
    const bool taken = platform_.sql.read([this, work](io::SqlConnection& sql) {
      work->reply(answer_cloudwatch_logs(work->request.http, {.sql = sql, .home = platform_.home}));
    });
    if (!taken) work->fail({"ThrottlingException", "too many requests wait; try again", 429});
  });
}

void Api::execute(std::shared_ptr<Work> work, io::SqlConnection& sql) {
  const auto call_on = [this](Work& w, io::SqlConnection& connection) -> ApiResult<void> {
    Call call{.operation = *w.operation,
              .input = w.input,
              .caller = w.caller,
              .endpoints = w.endpoints,
              .platform = platform_,
              .sql = connection,
              .now = io::Loop::wall_now()};
    auto output = w.handler->run(call);
    if (!output) return std::unexpected(output.error());
    w.output = std::move(*output);
    w.after_commit = std::move(call.after_commit);
    w.later = std::move(call.later);
    return {};
  };
  if (work->handler->kind == Handler::Kind::kRead) {
    auto done = call_on(*work, sql);
    if (!done) return work->fail(done.error());
    return Work::complete(work);
  }
  platform_.sql.write(
      [work, call_on](io::SqlConnection& connection) -> base::Expected<void> {
        work->error.reset();
        auto done = call_on(*work, connection);
        if (done) return {};
        work->error = done.error();
        return base::fail(base::ErrorCode::kInvalid, done.error().name);
      },
      [work](base::Expected<void> written) {
        if (written) {
          Work::complete(work);
        } else if (work->error) {
          work->fail(*work->error);
        } else if (written.error().code == base::ErrorCode::kLimit) {
          work->fail({"ThrottlingException", "too many changes wait; try again", 429});
        } else {
          work->fail(internal(written.error()).error());
        }
      });
}

}  // namespace control
