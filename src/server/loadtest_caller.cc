#include "server/loadtest_caller.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <chrono>
#include <utility>

#include "server/ctl_client.h"

namespace server::loadtest {

namespace json = boost::json;

namespace {

constexpr std::string_view kPlace = "{n}";
constexpr std::size_t kMaxErrorBody = 4096;
constexpr std::chrono::milliseconds kPause{100};  // after a lost connection

}  // namespace

void CallFigures::merge(const CallFigures& other) {
  answers += other.answers;
  bytes += other.bytes;
  open += other.open;
  bounded = bounded || other.bounded;
  last = std::max(last, other.last);
  failures.merge(other.failures);
  latency.merge(other.latency);
}

base::Expected<CallPattern> CallPattern::create(const control::Operation& operation,
                                                std::string input,
                                                std::vector<std::string> values) {
  CallPattern pattern(operation, std::move(input), std::move(values));
  auto first = pattern.text(1);
  if (!first) return base::fail(std::move(first.error()));
  if (pattern.input_.find(kPlace) == std::string::npos) pattern.fixed_ = std::move(*first);
  return pattern;
}

base::Expected<CallPattern::Text> CallPattern::text(std::uint64_t number) const {
  const std::string written = values_.empty()
                                  ? expand_pattern(input_, number)
                                  : expand_pattern(input_, values_[(number - 1) % values_.size()]);
  boost::system::error_code failed;
  const json::value value = json::parse(written, failed);
  if (failed || !value.is_object()) {
    return base::fail(base::ErrorCode::kInvalid, "the input must be a JSON object");
  }
  auto call = ctl::write_call(*operation_, value.get_object());
  if (!call) return base::fail(base::ErrorCode::kInvalid, std::move(call.error().message));
  return Text{std::move(call->target), std::move(call->body)};
}

base::Expected<base::Slice> CallPattern::request(std::uint64_t number, const Target& target,
                                                 const wire::aws::Credentials& credentials,
                                                 std::string_view region,
                                                 base::WallTime now) const {
  Text made;
  if (!fixed_) {
    auto expanded = text(number);
    if (!expanded) return base::fail(std::move(expanded.error()));
    made = std::move(*expanded);
  }
  const Text& text = fixed_ ? *fixed_ : made;
  wire::http::Request request;
  request.method = method();
  request.target = text.target;
  request.host = target.authority();
  if (!text.body.empty()) request.headers.add("Content-Type", "application/json");
  request.body = base::Slice::copy_of(base::as_bytes(text.body));
  auto signature = wire::aws::sign(
      request, credentials,
      {.region = region, .service = control::service_of(*operation_).signing_name}, now);
  if (!signature) return base::fail(std::move(signature.error()));
  for (std::size_t i = 0; i < signature->size(); ++i) {
    request.headers.add((*signature)[i].name, (*signature)[i].value);
  }
  return base::Slice::take(wire::http::serialise_request(
      request.method, request.target, request.host, request.headers, request.body.span()));
}

std::string error_name(std::uint16_t status, std::string_view body) {
  boost::system::error_code failed;
  const json::value value = json::parse(body, failed);
  if (!failed && value.is_object()) {
    const json::value* name = value.get_object().if_contains("__type");
    if (name != nullptr && name->is_string()) return std::string(name->get_string());
  }
  return fmt::format("status {}", status);
}

LoadCaller::LoadCaller(io::Loop& loop, const Options& options, CallFigures& figures)
    : options_(options),
      figures_(figures),
      connection_(loop, *options.target, options.tls, options.source, figures.bytes, *this),
      number_(options.first),
      retry_(loop) {
  if (options.last == 0) return;
  figures_.bounded = true;
  if (options.first <= options.last) {
    figures_.open += (options.last - options.first) / options.stride + 1;
  }
}

void LoadCaller::start(base::MonotonicTime began) {
  began_ = began;
  next();
}

void LoadCaller::close() {
  retry_.cancel();
  connection_.close();
}

void LoadCaller::next() {
  if (options_.last > 0 && number_ > options_.last) return;
  auto request = options_.pattern->request(number_, *options_.target, *options_.credentials,
                                           options_.region, io::Loop::wall_now());
  number_ += options_.stride;
  if (!request) {
    end_one(request.error().message);
    retry_.start(kPause, [this] { next(); });
    return;
  }
  error_body_.clear();
  sent_ = io::Loop::precise_now();
  connection_.send(options_.pattern->method(), std::move(*request));
}

void LoadCaller::on_body(LoadConnection&, std::uint16_t status, base::ByteSpan data) {
  if (status < 300) return;
  const std::size_t room = kMaxErrorBody - std::min(kMaxErrorBody, error_body_.size());
  error_body_ += base::as_text(data.first(std::min(room, data.size())));
}

void LoadCaller::on_answer(LoadConnection&, std::uint16_t status) {
  end_one(status < 300 ? std::string() : error_name(status, error_body_));
  next();
}

void LoadCaller::on_failed(LoadConnection&, std::string_view reason) {
  end_one(reason);
  retry_.start(kPause, [this] { next(); });
}

void LoadCaller::end_one(std::string_view failure) {
  const base::MonotonicTime now = io::Loop::precise_now();
  if (options_.last > 0) --figures_.open;
  figures_.last = now - began_;
  if (!failure.empty()) {
    figures_.failures.add(failure);
    return;
  }
  ++figures_.answers;
  figures_.latency.add(now - sent_);
}

}  // namespace server::loadtest
