#include "app/overlays/overlay_runner.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "base/log.h"
#include "io/loop.h"

namespace app {
namespace {

namespace json = boost::json;

json::object shown_poll(const PollRecord& poll) {
  json::array answers(poll.options.begin(), poll.options.end());
  return {{"kind", to_string(OverlayKind::kPoll)},
          {"data", json::object{{"question", poll.question},
                                {"answers", std::move(answers)},
                                {"duration", poll.duration.count()},
                                {"results", poll.is_hidden ? "hidden" : "live"},
                                {"visitors", poll.takes_visitors}}},
          {"startedAt", base::to_rfc3339_ms(poll.started_at)},
          {"expiresAt", base::to_rfc3339_ms(poll.expires_at)}};
}

std::unexpected<Refusal> refusal_of(const control::OwnAnswer& answer) {
  if (answer.error == "ChannelNotBroadcasting" || answer.error == "ResourceNotFoundException") {
    return refuse(409, "NotLive", "Go live first: overlays are shown on your stream.");
  }
  if (answer.error == "ThrottlingException") {
    return refuse(429, "TooManyRequests", "That was too often. Wait a moment and try again.");
  }
  if (answer.error == "ValidationException") {
    return refuse(413, "TooLarge", "This overlay is too long to be sent. Shorten its texts.");
  }
  return broken("an overlay was not sent", answer);
}

}  // namespace

OverlayRunner::OverlayRunner(Services services)
    : services_(std::move(services)), self_(std::make_shared<OverlayRunner*>(this)) {}

base::Expected<void> OverlayRunner::resume(io::SqlConnection& sql) {
  auto stored = stored_actives(sql);
  if (!stored) return base::fail(std::move(stored.error()));
  actives_.with([&](auto& all) {
    for (auto& [account, active] : *stored) all.insert_or_assign(account, std::move(active));
  });
  return {};
}

void OverlayRunner::set_speaker(const std::string& account, json::object speaker) {
  speakers_.insert_or_assign(account, std::move(speaker));
}

json::value OverlayRunner::active(std::string_view account) const {
  if (const auto poll = services_.desk.find(account, {})) return shown_poll(poll->record);
  return actives_.with([&](const auto& all) -> json::value {
    const auto found = all.find(std::string(account));
    if (found == all.end()) return nullptr;
    return found->second.json();
  });
}

// ---- one step after the other -----------------------------------------------------------------

template <class Use>
std::move_only_function<void()> OverlayRunner::weakly(Use use) {
  return [weak = std::weak_ptr(self_), use = std::move(use)]() mutable {
    if (const auto alive = weak.lock()) use(**alive);
  };
}

bool OverlayRunner::enqueue(const std::string& account, std::move_only_function<void()> step) {
  Lane& lane = lanes_[account];
  if (lane.steps.size() >= kMaxSteps) return false;
  lane.steps.push_back(std::move(step));
  next(account);
  return true;
}

void OverlayRunner::next(const std::string& account) {
  Lane& lane = lanes_[account];
  if (lane.is_busy || lane.steps.empty()) return;
  lane.is_busy = true;
  auto step = std::move(lane.steps.front());
  lane.steps.pop_front();
  step();
}

void OverlayRunner::finish(const std::string& account) {
  lanes_[account].is_busy = false;
  services_.home.post(weakly([account](OverlayRunner& self) { self.next(account); }));
}

// At most so often for each account; tries again when the platform says that it was too much.
void OverlayRunner::transmit(const std::string& account, const std::string& channel_arn,
                             std::string text, int attempts, Sent done) {
  const base::WallTime now = services_.clock();
  Lane& lane = lanes_[account];
  if (now < lane.free_at) {
    delayed_.push_back({lane.free_at, [this, account, channel_arn, text = std::move(text), attempts,
                                       done = std::move(done)]() mutable {
                          transmit(account, channel_arn, std::move(text), attempts,
                                   std::move(done));
                        }});
    return;
  }
  lane.free_at = now + kSpacing;
  services_.voice.put_metadata(
      channel_arn, text,
      [weak = std::weak_ptr(self_), &home = services_.home, account, channel_arn, text, attempts,
       done = std::move(done)](control::OwnAnswer answer) mutable {
        home.post([weak = std::move(weak), account, channel_arn, text, attempts,
                   answer = std::move(answer), done = std::move(done)]() mutable {
          const auto alive = weak.lock();
          if (alive == nullptr) return;
          OverlayRunner& self = **alive;
          if (answer.error != "ThrottlingException" || attempts <= 1) {
            return done(std::move(answer));
          }
          self.lanes_[account].free_at = self.services_.clock() + kRetry;
          self.transmit(account, channel_arn, std::move(text), attempts - 1, std::move(done));
        });
      });
}

// ---- starting ---------------------------------------------------------------------------------

void OverlayRunner::start(Start wanted, Started done) {
  const std::string account = wanted.account;
  // Needed if the step cannot be taken, too.
  auto shared = std::make_shared<Started>(std::move(done));
  const bool taken = enqueue(account, [this, wanted = std::move(wanted), shared]() mutable {
    Started told = [this, account = wanted.account, shared](Outcome<json::object> outcome) mutable {
      (*shared)(std::move(outcome));
      finish(account);
    };
    if (wanted.poll) {
      start_poll(std::move(wanted), std::move(told));
    } else {
      start_metadata(std::move(wanted), std::move(told));
    }
  });
  if (!taken) {
    (*shared)(refuse(429, "TooManyRequests", "That was too often. Wait a moment and try again."));
  }
}

void OverlayRunner::start_metadata(Start wanted, Started done) {
  (void)end_poll(wanted.account);
  const std::string account = wanted.account;
  const std::string channel_arn = wanted.channel_arn;
  std::string text = std::move(wanted.metadata);
  transmit(account, channel_arn, std::move(text), kAttempts,
           [this, wanted = std::move(wanted),
            done = std::move(done)](const control::OwnAnswer& answer) mutable {
             if (!answer.ok()) return done(refusal_of(answer));
             const base::WallTime now = services_.clock();
             ActiveOverlay active{.kind = wanted.kind,
                                  .data = std::move(wanted.data),
                                  .channel_arn = wanted.channel_arn,
                                  .started_at = now,
                                  .expires_at = {}};
             if (wanted.duration.count() > 0) active.expires_at = now + wanted.duration;
             show(wanted.account, std::move(active));
             done(json::object{{"active", this->active(wanted.account)}});
           });
}

void OverlayRunner::start_poll(Start wanted, Started done) {
  (void)end_poll(wanted.account);
  const bool shows = actives_.with([&](auto& all) { return all.contains(wanted.account); });
  if (!shows) return open_poll(std::move(wanted), std::move(done));
  const std::string account = wanted.account;
  const std::string channel_arn = wanted.channel_arn;
  transmit(account, channel_arn, pack_stop(), kAttempts,
           [this, wanted = std::move(wanted),
            done = std::move(done)](const control::OwnAnswer& answer) mutable {
             if (!answer.ok()) return done(refusal_of(answer));
             hide(wanted.account);
             open_poll(std::move(wanted), std::move(done));
           });
}

void OverlayRunner::open_poll(Start wanted, Started done) {
  PollRecord poll = std::move(*wanted.poll);
  poll.started_at = services_.clock();
  poll.expires_at = poll.started_at + poll.duration;
  poll.closes_at = poll.expires_at - PollRecord::kQuietEnd;
  speakers_.insert_or_assign(wanted.account, std::move(wanted.speaker));
  services_.desk.open(poll, [weak = std::weak_ptr(self_), &home = services_.home, poll,
                             done = std::move(done)](Outcome<void> opened) mutable {
    home.post([weak = std::move(weak), poll = std::move(poll), opened = std::move(opened),
               done = std::move(done)]() mutable {
      const auto alive = weak.lock();
      if (alive == nullptr) return;
      if (!opened) return done(std::unexpected(std::move(opened.error())));
      OverlayRunner& self = **alive;
      self.services_.voice.say(poll.room_arn, self.speakers_[poll.account], start_signal(poll));
      self.publish_active(poll.account);
      json::object told{{"active", self.active(poll.account)}};
      if (const auto view = self.services_.desk.find(poll.account, {})) {
        told["poll"] = view->json();
      }
      done(std::move(told));
      self.tick(self.services_.clock());
    });
  });
}

// ---- stopping ---------------------------------------------------------------------------------

void OverlayRunner::stop(const std::string& account, const std::string& channel_arn, Stopped done) {
  auto shared = std::make_shared<Stopped>(std::move(done));  // as in start()
  const bool taken = enqueue(account, [this, account, channel_arn, shared] {
    if (end_poll(account)) {
      (*shared)({});
      return finish(account);
    }
    transmit(account, channel_arn, pack_stop(), kAttempts,
             [this, account, shared](const control::OwnAnswer& answer) {
               // Where nothing is shown to anybody any more, it is stopped.
               const bool is_gone = !answer.ok() && refusal_of(answer).error().type == "NotLive";
               if (answer.ok() || is_gone) {
                 hide(account);
                 (*shared)({});
               } else {
                 (*shared)(refusal_of(answer));
               }
               finish(account);
             });
  });
  if (!taken) {
    (*shared)(refuse(429, "TooManyRequests", "That was too often. Wait a moment and try again."));
  }
}

void OverlayRunner::send(const std::string& account, const std::string& channel_arn,
                         std::string metadata, Sent done) {
  auto shared = std::make_shared<Sent>(std::move(done));  // as in start()
  const bool taken = enqueue(
      account, [this, account, channel_arn, shared, metadata = std::move(metadata)]() mutable {
        std::string text = metadata;
        transmit(account, channel_arn, std::move(text), kAttempts,
                 [this, account, channel_arn, shared,
                  metadata = std::move(metadata)](control::OwnAnswer answer) {
                   const auto unpacked = answer.ok() ? unpack_overlay(metadata) : std::nullopt;
                   if (unpacked && unpacked->is_stop) {
                     hide(account);
                   } else if (unpacked) {
                     OverlayForm form = read_overlay(unpacked->kind, unpacked->data);
                     const base::WallTime now = services_.clock();
                     ActiveOverlay active{.kind = unpacked->kind,
                                          .data = std::move(form.data),
                                          .channel_arn = channel_arn,
                                          .started_at = now,
                                          .expires_at = {}};
                     if (form.duration.count() > 0) active.expires_at = now + form.duration;
                     show(account, std::move(active));
                   }
                   (*shared)(std::move(answer));
                   finish(account);
                 });
      });
  if (!taken) (*shared)({.status = 429, .error = "ThrottlingException", .message = "too often"});
}

void OverlayRunner::clear(const std::string& account) {
  (void)end_poll(account);
  hide(account);
}

void OverlayRunner::forget(const std::string& account) {
  services_.desk.forget(account);
  actives_.with([&](auto& all) { all.erase(account); });
  speakers_.erase(account);
}

// ---- what is shown ----------------------------------------------------------------------------

void OverlayRunner::show(const std::string& account, ActiveOverlay active) {
  write([account, active](io::SqlConnection& sql) { return store_active(sql, account, active); });
  actives_.with([&](auto& all) { all.insert_or_assign(account, std::move(active)); });
  publish_active(account);
}

void OverlayRunner::hide(const std::string& account) {
  if (!actives_.with([&](auto& all) { return all.erase(account) > 0; })) return;
  write([account](io::SqlConnection& sql) { return remove_active(sql, account); });
  publish_active(account);
}

// Only a restart asks for it.
void OverlayRunner::write(io::SqlWorkers::Write work) {
  services_.sql.write(std::move(work), [](const base::Expected<void>& done) {
    if (done) return;
    base::log_warn("what a channel shows was not written down", {{"reason", done.error().message}});
  });
}

void OverlayRunner::publish_active(const std::string& account) {
  json::value shown = active(account);
  services_.feed.publish(
      "account:" + account, "overlay",
      shown.is_object() ? shown.get_object() : json::object{{"active", nullptr}});
}

bool OverlayRunner::end_poll(const std::string& account) {
  const auto due = services_.desk.stop(account);
  if (!due) return false;
  tell(*due);
  return true;
}

void OverlayRunner::tell(const PollDesk::Due& due) {
  for (const PollSignal& signal : due.signals) {
    services_.voice.say(due.room_arn, speakers_[due.account], signal);
  }
  if (due.feed) services_.feed.publish("channel:" + due.account, "poll", *due.feed);
  if (due.is_over) publish_active(due.account);
}

void OverlayRunner::tick(base::WallTime now) {
  for (const PollDesk::Due& due : services_.desk.tick(now)) tell(due);
  const auto expired = actives_.with([&](const auto& all) {
    std::vector<std::string> accounts;
    for (const auto& [account, active] : all) {
      if (active.expires_at && now >= *active.expires_at) accounts.push_back(account);
    }
    return accounts;
  });
  for (const std::string& account : expired) hide(account);
  std::vector<Delayed> due;
  std::vector<Delayed> later;
  for (Delayed& delayed : delayed_) (delayed.at > now ? later : due).push_back(std::move(delayed));
  delayed_ = std::move(later);
  for (Delayed& delayed : due) delayed.run();
  std::erase_if(lanes_, [&](const auto& lane) {
    return !lane.second.is_busy && lane.second.steps.empty() && now >= lane.second.free_at;
  });
}

bool OverlayRunner::is_idle() const {
  return delayed_.empty() && services_.desk.is_idle() && lanes_.empty() &&
         actives_.with([](const auto& all) {
           return std::ranges::none_of(
               all, [](const auto& each) { return each.second.expires_at.has_value(); });
         });
}

std::vector<std::pair<std::string, std::string>> OverlayRunner::shown() const {
  return actives_.with([](const auto& all) {
    std::vector<std::pair<std::string, std::string>> accounts;
    for (const auto& [account, active] : all) accounts.emplace_back(account, active.channel_arn);
    return accounts;
  });
}

}  // namespace app
