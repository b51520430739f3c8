#include "control/event_feed.h"

#include "base/log.h"
#include "control/event_store.h"

namespace control {
namespace {

constexpr std::int64_t kBatch = 256;

std::uint64_t as_sequence(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}

}  // namespace

void EventFeed::add(std::uint64_t token, Control::EventLine subscriber) {
  Subscriber& added = subscribers_[token];
  added.call = std::move(subscriber);
  if (told_) {
    added.knows_start = true;
    added.call({.sequence = as_sequence(*told_)});
  } else {
    look();
  }
}

void EventFeed::look() {
  if (subscribers_.empty()) {
    told_.reset();
    return;
  }
  if (reading_) {
    again_ = true;
    return;
  }
  if (!told_) {
    reading_ = sql_.read([](io::SqlConnection& sql) { return event_store::last_sequence(sql); },
                         [this](base::Expected<std::int64_t> last) {
                           reading_ = false;
                           if (last) on_start(*last);
                           if (last) look_again();
                         });
    return;
  }
  reading_ =
      sql_.read([after = *told_](
                    io::SqlConnection& sql) { return event_store::following(sql, after, kBatch); },
                [this](base::Expected<std::vector<KeptEvent>> events) {
                  reading_ = false;
                  if (!events) {
                    base::log_error("events cannot be read", {{"reason", events.error().message}});
                    return;  // the next event looks again
                  }
                  if (subscribers_.empty() || !told_) return;
                  for (KeptEvent& event : *events) {
                    told_ = event.sequence;
                    const EventNotice notice{
                        .sequence = as_sequence(event.sequence),
                        .channel_arn = std::move(event.resource),
                        .detail_type = std::move(event.detail_type),
                        .envelope = std::make_shared<const std::string>(std::move(event.envelope))};
                    for (const auto& [token, subscriber] : subscribers_) subscriber.call(notice);
                  }
                  if (std::cmp_equal(events->size(), kBatch)) again_ = true;
                  look_again();
                });
}

void EventFeed::on_start(std::int64_t sequence) {
  told_ = sequence;
  for (auto& [token, subscriber] : subscribers_) {
    if (subscriber.knows_start) continue;
    subscriber.knows_start = true;
    subscriber.call({.sequence = as_sequence(sequence)});
  }
}

void EventFeed::look_again() {
  if (std::exchange(again_, false)) look();
}

}  // namespace control
