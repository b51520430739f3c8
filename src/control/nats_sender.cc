// NATS targets of event rules, by io::NatsPublisher.
#include <algorithm>
#include <list>
#include <utility>

#include "control/webhook.h"
#include "io/nats.h"

namespace control {
namespace {

// Connections are kept, since to end one may take seconds.
constexpr std::size_t kMaxPublishers = 32;
constexpr std::string_view kJetStream = "?jetstream=true";

class Sender final : public NatsSender {
 public:
  explicit Sender(io::Loop& loop) : loop_(loop) {}

  void publish(const std::string& url, std::string subject, std::string payload,
               std::string message_id, Done done) override {
    auto publisher = publisher_for(url);
    if (!publisher) {
      loop_.post([weak = std::weak_ptr(alive_), done = std::move(done),
                  error = publisher.error()]() mutable {
        if (weak.lock() != nullptr) done(base::fail(std::move(error)));
      });
      return;
    }
    (*publisher)
        ->publish(std::move(subject), std::move(payload), std::move(message_id), std::move(done));
  }

 private:
  base::Expected<io::NatsPublisher*> publisher_for(const std::string& url) {
    const auto found = std::ranges::find(publishers_, url, &Known::first);
    if (found != publishers_.end()) {
      publishers_.splice(publishers_.begin(), publishers_, found);
      return publishers_.front().second.get();
    }
    const std::size_t query = std::min(url.find('?'), url.size());
    io::NatsPublisher::Options options;
    options.url = url.substr(0, query);
    options.jetstream = std::string_view(url).substr(query) == kJetStream;
    auto made = io::NatsPublisher::create(loop_, options);
    if (!made) return base::fail(std::move(made.error()));
    publishers_.emplace_front(url, std::move(*made));
    if (publishers_.size() > kMaxPublishers) publishers_.pop_back();
    return publishers_.front().second.get();
  }

  using Known = std::pair<std::string, std::unique_ptr<io::NatsPublisher>>;
  io::Loop& loop_;
  std::list<Known> publishers_;  // the most recently used first
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace

std::unique_ptr<NatsSender> make_nats_sender(io::Loop& loop) {
  return std::make_unique<Sender>(loop);
}

}  // namespace control
