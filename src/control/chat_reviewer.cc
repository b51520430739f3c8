#include "control/chat_reviewer.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <unordered_map>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "base/utf8.h"
#include "control/http_client.h"
#include "control/webhook.h"
#include "io/loop.h"
#include "wire/http/absolute_url.h"

namespace control {
namespace {

namespace json = boost::json;
using base::ErrorCode;

constexpr std::size_t kMaxAnswer = 64 << 10;
constexpr std::size_t kMaxAttributes = 1'024;  // octets, names and values together
constexpr std::size_t kMaxUris = 1'000;        // told apart in figures
constexpr std::chrono::minutes kBetweenWarnings{1};

using Done = std::move_only_function<void(base::Expected<chat::ReviewResult>)>;

json::object object_of(const chat::Attributes& attributes) {
  json::object out;
  for (const auto& [name, value] : attributes) out[name] = value;
  return out;
}

std::unexpected<base::Error> senseless(std::string message) {
  return base::fail(ErrorCode::kMalformed, "the review handler's answer: " + std::move(message));
}

base::Expected<chat::Attributes> read_attributes(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return senseless("Attributes is no object");
  chat::Attributes attributes;
  std::size_t octets = 0;
  for (const auto& [name, text] : *object) {
    if (!text.is_string()) return senseless("an attribute is no text");
    octets += name.size() + text.get_string().size();
    attributes.emplace_back(std::string(name), std::string(text.get_string()));
  }
  if (octets > kMaxAttributes) return senseless("more than 1 KB of attributes");
  return attributes;
}

class Reviewer final : public ChatReviewer {
 public:
  Reviewer(io::Loop& loop, Options options)
      : loop_(loop),
        options_(std::move(options)),
        client_(
            loop,
            {.trusted = options_.trusted_certificates, .max_idle = 64, .max_idle_per_server = 32}) {
    if (!options_.now) options_.now = &io::Loop::wall_now;
  }

  void review(chat::ReviewRequest request, io::Loop& reply_to, Done done) override {
    // Whoever is asked when this has gone answers itself.
    loop_.post([weak = std::weak_ptr<Reviewer*>(self_), request = std::move(request), &reply_to,
                done = std::move(done)]() mutable {
      if (const auto alive = weak.lock()) {
        (*alive)->ask(std::move(request), reply_to, std::move(done));
      } else {
        answer(reply_to, std::move(done), closed());
      }
    });
  }
  void stop() override {
    stopped_ = true;
    for (auto& [number, flight] : std::exchange(flights_, {})) {
      flight.pending.reset();
      answer(*flight.reply_to, std::move(flight.done), closed());
    }
  }
  const FailuresByUri& failures() const override { return failures_; }

 private:
  struct Flight {
    chat::ReviewRequest request;
    io::Loop* reply_to = nullptr;
    Done done;
    std::unique_ptr<HttpClient::PendingRequest> pending;
  };

  static base::Expected<chat::ReviewResult> closed() {
    return base::fail(ErrorCode::kClosed, "reviews have ended");
  }
  static void answer(io::Loop& reply_to, Done done, base::Expected<chat::ReviewResult> result) {
    reply_to.post([done = std::move(done), result = std::move(result)]() mutable {
      done(std::move(result));
    });
  }

  void ask(chat::ReviewRequest request, io::Loop& reply_to, Done done);
  void on_answer(std::uint64_t number, base::Expected<HttpClient::Answer> got);
  Failures& failures_of(const std::string& uri);
  void warn(const std::string& uri, const base::Error& error);

  io::Loop& loop_;
  Options options_;
  FailuresByUri failures_;
  std::map<std::string, base::MonotonicTime, std::less<>> warned_at_;  // by URI
  bool stopped_ = false;
  std::uint64_t last_number_ = 0;
  HttpClient client_;
  std::unordered_map<std::uint64_t, Flight> flights_;  // they end before their client
  base::Counter& asked_ =
      base::metrics().counter("rostrum_chat_reviews_total", "Messages given to review handlers");
  const std::shared_ptr<Reviewer*> self_ = std::make_shared<Reviewer*>(this);
};

void Reviewer::ask(chat::ReviewRequest request, io::Loop& reply_to, Done done) {
  if (stopped_) return answer(reply_to, std::move(done), closed());
  asked_.add();
  const auto refuse = [&](base::Error error) {
    ++failures_of(request.handler).invocations;
    warn(request.handler, error);
    answer(reply_to, std::move(done), base::fail(std::move(error)));
  };
  const auto handler = options_.handlers.find(function_of(request.handler));
  if (handler == options_.handlers.end()) {
    return refuse({ErrorCode::kNotFound, "no review handler has the name of the function"});
  }
  if (flights_.size() >= options_.max_under_way) {
    return refuse({ErrorCode::kLimit, "too many reviews are under way"});
  }
  const std::string body = review_body(request);
  const std::string timestamp = fmt::format(
      "{}",
      std::chrono::duration_cast<std::chrono::seconds>(options_.now().time_since_epoch()).count());
  HttpClient::Request http{.method = wire::http::Method::kPost,
                           .url = handler->second.url,
                           .headers = {},
                           .body = {base::Slice::copy_of(base::as_bytes(body))},
                           .timeout = handler->second.timeout,
                           .max_answer = kMaxAnswer,
                           .cut_answer = false,
                           .repeatable = true};
  http.headers.add("Content-Type", "application/json");
  http.headers.add("User-Agent", "Rostrum-Webhook/1");
  http.headers.add("Rostrum-Timestamp", timestamp);
  if (!handler->second.secret.empty()) {
    http.headers.add("Rostrum-Signature",
                     webhook_signature(handler->second.secret, timestamp, body));
  }
  const std::uint64_t number = ++last_number_;
  Flight& flight = flights_[number];
  flight.request = std::move(request);
  flight.reply_to = &reply_to;
  flight.done = std::move(done);
  flight.pending =
      client_.send(std::move(http), [this, number](base::Expected<HttpClient::Answer> got) {
        on_answer(number, std::move(got));
      });
}

void Reviewer::on_answer(std::uint64_t number, base::Expected<HttpClient::Answer> got) {
  auto node = flights_.extract(number);
  Flight& flight = node.mapped();
  if (got && (got->status < 200 || got->status > 299)) {
    got = base::fail(ErrorCode::kIo,
                     fmt::format("the review handler answered with status {}", got->status));
  }
  base::Expected<chat::ReviewResult> result;
  if (got) {
    result = read_review(got->body, flight.request);
    if (!result) ++failures_of(flight.request.handler).invalid_responses;
  } else {
    result = base::fail(std::move(got.error()));
    ++failures_of(flight.request.handler).invocations;
  }
  if (!result) warn(flight.request.handler, result.error());
  answer(*flight.reply_to, std::move(flight.done), std::move(result));
}

ChatReviewer::Failures& Reviewer::failures_of(const std::string& uri) {
  const auto known = failures_.find(uri);
  if (known != failures_.end()) return known->second;
  return failures_[failures_.size() < kMaxUris ? uri : "OTHER"];
}

// Once a minute for each handler.
void Reviewer::warn(const std::string& uri, const base::Error& error) {
  const base::MonotonicTime now = loop_.now();
  const auto known = warned_at_.find(uri);
  if (known != warned_at_.end() && now - known->second < kBetweenWarnings) return;
  if (known == warned_at_.end() && warned_at_.size() >= kMaxUris) warned_at_.clear();
  warned_at_.insert_or_assign(uri, now);
  base::log_warn("a message could not be reviewed", {{"handler", uri}, {"reason", error.message}});
}

}  // namespace

std::string_view function_of(std::string_view arn) {
  std::string_view rest = arn;
  const auto take = [&rest] {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
  };
  if (take() != "arn") return {};
  if (take().empty()) return {};  // aws, aws-cn, ...
  if (take() != "lambda") return {};
  (void)take();  // whatever region: it runs nowhere
  (void)take();  // and account
  if (take() != "function") return {};
  const std::string_view name = take();
  const std::string_view alias = take();
  (void)alias;  // the same handler
  return rest.empty() ? name : std::string_view{};
}

std::string review_body(const chat::ReviewRequest& request) {
  return json::serialize(json::object{{"Content", request.content},
                                      {"MessageId", request.message_id},
                                      {"RoomArn", request.room_arn},
                                      {"Attributes", object_of(request.attributes)},
                                      {"Sender",
                                       {{"UserId", request.user_id},
                                        {"Attributes", object_of(request.user_attributes)},
                                        {"Ip", request.address}}}});
}

base::Expected<chat::ReviewResult> read_review(std::string_view body,
                                               const chat::ReviewRequest& given) {
  boost::system::error_code failure;
  json::parse_options options;
  options.max_depth = 8;
  const json::value value = json::parse(body, failure, {}, options);
  const json::object* object = failure ? nullptr : value.if_object();
  if (object == nullptr) return senseless("no JSON object");
  chat::ReviewResult result{
      .allowed = true, .content = given.content, .attributes = given.attributes};
  const json::value* verdict = object->if_contains("ReviewResult");
  if (verdict == nullptr || !verdict->is_string() ||
      (verdict->get_string() != "ALLOW" && verdict->get_string() != "DENY")) {
    return senseless("ReviewResult is neither ALLOW nor DENY");
  }
  result.allowed = verdict->get_string() == "ALLOW";
  const json::value* content = object->if_contains("Content");
  if (content != nullptr && !content->is_null()) {
    if (!content->is_string()) return senseless("Content is no text");
    result.content = std::string(content->get_string());
    if (result.allowed && result.content.empty()) return senseless("Content is empty");
  }
  const json::value* attributes = object->if_contains("Attributes");
  if (attributes != nullptr && !attributes->is_null()) {
    auto read = read_attributes(*attributes);
    if (!read) return base::fail(std::move(read.error()));
    result.attributes = std::move(*read);
  }
  if (result.allowed) return result;
  if (attributes != nullptr) {
    for (const auto& [name, text] : result.attributes) {
      if (name == "Reason") result.reason = text;
    }
  }
  result.content.clear();
  result.attributes.clear();
  return result;
}

base::Expected<std::unique_ptr<ChatReviewer>> ChatReviewer::create(io::Loop& loop,
                                                                   Options options) {
  for (const auto& [name, handler] : options.handlers) {
    if (auto url = wire::http::parse_http_url(handler.url); !url) {
      return base::fail(ErrorCode::kInvalid,
                        fmt::format("the URL of the review handler {} cannot be used", name));
    }
    if (handler.timeout <= base::Duration::zero()) {
      return base::fail(ErrorCode::kInvalid,
                        fmt::format("the review handler {} has no time to answer", name));
    }
  }
  return std::make_unique<Reviewer>(loop, std::move(options));
}

}  // namespace control
