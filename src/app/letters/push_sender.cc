#include "app/letters/push_sender.h"

#include <memory>
#include <utility>

#include "base/crypto.h"
#include "base/log.h"
#include "base/metrics.h"
#include "io/loop.h"

namespace app {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kMaxFailures = 8;  // in a row; then the browser is given up
constexpr std::size_t kMaxOrigins = 1000;
constexpr auto kTokenLife = 12h;                 // the standard allows a day
constexpr const char* kKeepAtService = "14400";  // s: who comes later finds the stream over

void count(const char* result) {
  base::metrics()
      .counter("rostrum_platform_push_total", "Messages to browsers by Web Push",
               {{"result", result}})
      .add();
}

}  // namespace

bool PushSender::send(std::vector<PushTarget> targets, std::string text, std::string topic,
                      std::move_only_function<void()> told) {
  const std::size_t octets = targets.size() * (text.size() + 512);
  auto message = std::make_shared<Message>(Message{.targets = std::move(targets),
                                                   .text = std::move(text),
                                                   .topic = std::move(topic),
                                                   .told = std::move(told)});
  return thread_.give(octets, [this, message]() -> io::WorkThread::Tell {
    if (!deliver(*message)) return {};
    return std::move(message->told);
  });
}

bool PushSender::deliver(const Message& message) {
  for (const PushTarget& target : message.targets) {
    if (thread_.stopping().load()) return false;
    note(target, tell(target, message));
  }
  return true;
}

PushSender::Result PushSender::tell(const PushTarget& target, const Message& message) {
  const auto body =
      encrypt_push(message.text, target.subscription, P256Key::generate(), base::random_octets(16));
  if (!body) return Result::kGone;  // its key is none: nobody can be told there
  const auto answer = fetcher_.run({
      .method = "POST",
      .url = target.subscription.endpoint,
      .headers = {{"TTL", kKeepAtService},
                  {"Urgency", "normal"},
                  {"Topic", message.topic},
                  {"Content-Type", "application/octet-stream"},
                  {"Content-Encoding", "aes128gcm"},
                  {"Authorization", authorization(io::origin_of(target.subscription.endpoint))}},
      .body = std::string(base::as_text(*body)),
      .time_limit = 5s,
      .max_body = 16 << 10,
      .reach = target.is_local ? io::FetchReach::kAnywhere : io::FetchReach::kPublic,
  });
  if (!answer) {
    base::log_debug("a browser was not told", {{"reason", answer.error().message}});
    return Result::kFailed;
  }
  if (answer->status == 404 || answer->status == 410) return Result::kGone;
  if (answer->status >= 200 && answer->status < 300) return Result::kTaken;
  base::log_debug(
      "a browser was not told",
      {{"service", io::origin_of(target.subscription.endpoint)}, {"status", answer->status}});
  return Result::kFailed;
}

void PushSender::note(const PushTarget& target, Result result) {
  count(result == Result::kTaken ? "taken" : result == Result::kGone ? "gone" : "failed");
  const bool is_over =
      result == Result::kGone || (result == Result::kFailed && target.failures + 1 >= kMaxFailures);
  if (!is_over && result == Result::kTaken && target.failures == 0) return;
  const auto written = sql_.write_and_wait([&](io::SqlConnection& sql) {
    if (is_over) return remove_push_target(sql, {}, target.subscription.endpoint);
    return set_push_failures(sql, target.subscription.endpoint,
                             result == Result::kTaken ? 0 : target.failures + 1);
  });
  if (!written) {
    base::log_warn("a browser's state was not written", {{"reason", written.error().message}});
  }
}

std::string PushSender::authorization(const std::string& origin) {
  const base::WallTime now = io::Loop::wall_now();
  const auto known = fields_.find(origin);
  if (known != fields_.end() && known->second.until > now + 1h) return known->second.field;
  if (fields_.size() >= kMaxOrigins) fields_.clear();
  const Known made{.field = vapid_authorization(key_, origin, contact_, now + kTokenLife),
                   .until = now + kTokenLife};
  fields_.insert_or_assign(origin, made);
  return made.field;
}

}  // namespace app
