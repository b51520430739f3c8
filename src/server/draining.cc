#include "server/draining.h"

#include <algorithm>
#include <utility>

#include "base/metrics.h"
#include "server/http_session.h"

namespace server {
namespace {

constexpr std::chrono::milliseconds kCheck{20};
// How long after its playlist's next turn a viewer may think before it is taken to be done.
constexpr std::chrono::seconds kReadingPause{1};

}  // namespace

Draining::Draining(io::Loop& main, Parts parts, Times times, std::move_only_function<void()> done)
    : main_(main),
      parts_(parts),
      segment_(times.segment),
      done_(std::move(done)),
      timer_(main),
      deadline_(main.now() + times.longest) {
  for (const auto& services : parts_.services) {
    services->loop().post([&services = *services] { services.stop_ingest(); });
  }
  parts_.live.drain(main_, [this] {
    parts_.live.status(main_, [this](const std::vector<live::StreamStatus>& streams) {
      const bool watched = std::any_of(streams.begin(), streams.end(),
                                       [](const auto& stream) { return stream.viewers > 0; });
      // A viewer asks for the playlist once a segment, or has only now been told the end.
      last_request_ = main_.now();
      watched ? let_viewers_finish() : close_viewers();
    });
  });
}

void Draining::let_viewers_finish() {
  static base::Counter& requests =
      base::metrics().counter("rostrum_http_requests_total", "HTTP requests received");
  const base::MonotonicTime now = main_.now();
  if (std::exchange(seen_requests_, requests.value()) != requests.value()) last_request_ = now;
  if (now - last_request_ >= segment_ + kReadingPause || now >= deadline_) {
    close_viewers();
    return;
  }
  timer_.start(kCheck, [this] { let_viewers_finish(); });
}

void Draining::close_viewers() {
  loops_that_listen_ = parts_.services.size();
  for (const auto& services : parts_.services) {
    services->loop().post([this, &services = *services] {
      services.drain_http();
      main_.post([this] {
        if (--loops_that_listen_ == 0) drop_members();
      });
    });
  }
}

// Clients of chat come back at once and give up after a few refusals. So they are dropped when
// nobody is let in any more: those who wait for the API before they come find the next server. What
// was said is kept first.
void Draining::drop_members() {
  parts_.chat.drain(main_, [this] {
    for (const auto& services : parts_.services) {
      services->loop().post([&services = *services] { services.drop_chat(); });
    }
    finish_recordings();
  });
}

void Draining::finish_recordings() {
  parts_.recorder.drain(main_, [this] { wait_for_viewers(); });
}

void Draining::wait_for_viewers() {
  if (open_connections().value() == 0 || main_.now() >= deadline_) {
    done_();
    return;
  }
  timer_.start(kCheck, [this] { wait_for_viewers(); });
}

}  // namespace server
