#include "app/core/live_board.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "base/rfc3339.h"
#include "io/loop.h"

namespace app {
namespace {

namespace json = boost::json;

// Channels that can be live at a time, for this list: beyond them the newest are shown.
constexpr std::size_t kMostLive = 20'000;

std::string text_of(const json::object& from, std::string_view name) {
  const json::value* value = from.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

LiveBoard::LiveBoard(control::Control& control, io::Loop& home)
    : control_(control),
      home_(home),
      timer_(home),
      shown_(std::make_shared<const Snapshot>()),
      self_(std::make_shared<LiveBoard*>(this)) {}

LiveBoard::~LiveBoard() {
  if (events_ != 0) control_.unsubscribe_events(events_);
}

void LiveBoard::when_changed(std::function<void(Change, const LiveChannel&)> listener) {
  listeners_.push_back(std::move(listener));
}

void LiveBoard::start() {
  events_ = control_.subscribe_events(
      [weak = std::weak_ptr(self_), &home = home_](const control::EventNotice& event) {
        if (event.detail_type != "IVS Stream State Change") return;
        home.post([weak] {
          if (const auto alive = weak.lock()) (*alive)->look();
        });
      });
  look();
}

void LiveBoard::look() {
  if (is_looking_) {
    is_wanted_again_ = true;
    return;
  }
  is_looking_ = true;
  is_wanted_again_ = false;
  gathered_.clear();
  ask({});
}

void LiveBoard::ask(std::string next_token) {
  json::object input{{"maxResults", 100}};
  if (!next_token.empty()) input["nextToken"] = next_token;
  control_.call({.operation = "ListStreams", .input = std::move(input)},
                [weak = std::weak_ptr(self_), &home = home_](control::OwnAnswer answer) {
                  home.post([weak, answer = std::move(answer)]() mutable {
                    if (const auto alive = weak.lock()) (*alive)->on_page(std::move(answer));
                  });
                });
}

void LiveBoard::on_page(control::OwnAnswer answer) {
  if (!answer.ok()) {
    base::log_warn("what is live could not be listed", {{"reason", answer.message}});
    is_looking_ = false;
    timer_.start(kRefresh, [this] { look(); });
    return;
  }
  if (const json::value* streams = answer.output.if_contains("streams");
      streams != nullptr && streams->is_array()) {
    for (const json::value& entry : streams->get_array()) {
      const json::object& stream = entry.as_object();
      if (text_of(stream, "state") != "LIVE") continue;
      LiveChannel channel;
      channel.channel_arn = text_of(stream, "channelArn");
      channel.stream_id = text_of(stream, "streamId");
      channel.is_healthy = text_of(stream, "health") != "STARVING";
      const auto started = base::parse_rfc3339(text_of(stream, "startTime"));
      if (started) channel.started_at = *started;
      if (const json::value* count = stream.if_contains("viewerCount");
          count != nullptr && count->is_int64()) {
        channel.viewers = count->get_int64();
      }
      gathered_.push_back(std::move(channel));
    }
  }
  const std::string next = text_of(answer.output, "nextToken");
  if (!next.empty() && gathered_.size() < kMostLive) return ask(next);
  finish();
}

void LiveBoard::finish() {
  is_looking_ = false;
  std::ranges::sort(gathered_, [](const LiveChannel& a, const LiveChannel& b) {
    return std::tie(b.started_at, a.channel_arn) < std::tie(a.started_at, b.channel_arn);
  });
  const auto before = shown_.with([](const auto& shown) { return shown; });
  auto now = std::make_shared<Snapshot>();
  now->list = std::make_shared<const std::vector<LiveChannel>>(std::move(gathered_));
  gathered_ = {};
  for (std::size_t i = 0; i < now->list->size(); ++i) now->by_arn[now->list->at(i).channel_arn] = i;
  now->version = before->version + 1;
  shown_.with([&](auto& shown) { shown = now; });

  // What was live when we started went live before.
  if (!std::exchange(is_first_, false)) {
    for (const LiveChannel& channel : *now->list) {
      if (!before->by_arn.contains(channel.channel_arn)) {
        for (const auto& listener : listeners_) listener(Change::kStarted, channel);
      }
    }
    for (const LiveChannel& channel : *before->list) {
      if (!now->by_arn.contains(channel.channel_arn)) {
        for (const auto& listener : listeners_) listener(Change::kEnded, channel);
      }
    }
  }
  if (is_wanted_again_) return look();
  timer_.start(kRefresh, [this] { look(); });
}

std::optional<LiveChannel> LiveBoard::find(std::string_view channel_arn) const {
  const auto shown = shown_.with([](const auto& now) { return now; });
  const auto found = shown->by_arn.find(std::string(channel_arn));
  if (found == shown->by_arn.end()) return std::nullopt;
  return shown->list->at(found->second);
}

std::shared_ptr<const std::vector<LiveChannel>> LiveBoard::all() const {
  return shown_.with([](const auto& now) { return now; })->list;
}

std::uint64_t LiveBoard::version() const {
  return shown_.with([](const auto& now) { return now; })->version;
}

}  // namespace app
