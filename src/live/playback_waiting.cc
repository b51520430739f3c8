// The part of LoopPlayback that looks after requests which wait.
#include <algorithm>
#include <utility>

#include "io/loop.h"
#include "live/playback.h"

namespace live {
namespace {

using wire::http::Response;

constexpr auto kUnsubscribeAfter = std::chrono::seconds(30);
constexpr auto kTick = std::chrono::milliseconds(500);

}  // namespace

LoopPlayback::Waiter LoopPlayback::waiter_for(const Asking& asking, Wants wants,
                                              base::Duration patience) const {
  Waiter waiter;
  waiter.view = &asking.view;
  waiter.connection = &asking.connection;
  waiter.token = asking.token;
  waiter.deadline = loop_.now() + patience;
  waiter.rendition = asking.path.rendition;
  waiter.wants = wants;
  waiter.container = asking.path.container;
  waiter.audience = asking.audience();
  return waiter;
}

LoopPlayback::Waiter LoopPlayback::hold(const Asking& asking, Wants wants,
                                        base::Duration patience) const {
  Waiter waiter = waiter_for(asking, wants, patience);
  waiter.held =
      std::make_unique<Held>(Held{asking.http, std::string(asking.remote_address), asking.bounds});
  return waiter;
}

std::uint64_t LoopPlayback::park(Waiter waiter) {
  const std::uint64_t handle = next_handle_++;
  View& view = *waiter.view;
  if (!place(handle, std::move(waiter))) return 0;
  view.waiting.push_back(handle);
  keep_ticking();
  return handle;
}

// False if it was answered on the spot.
bool LoopPlayback::place(std::uint64_t handle, Waiter waiter) {
  const bool undecided = waiter.wants == Wants::kGrant;
  waiters_.emplace(handle, std::move(waiter));
  if (!undecided) return true;
  ask_admission(handle);
  return waiters_.contains(handle);
}

void LoopPlayback::cancel(std::uint64_t handle) {
  waiters_.erase(handle);
  for (Serving* serving = serving_; serving != nullptr; serving = serving->outer) {
    if (serving->handle == handle) serving->cancelled = true;
  }
}

void LoopPlayback::announce(const base::ChannelId& channel) {
  if (find(channel.str()) != nullptr) return;
  views_.emplace(channel.str(), std::make_unique<View>(channel, viewer_budget_));
}

void LoopPlayback::update(std::shared_ptr<const ChannelSnapshot> snapshot) {
  View* view = find(snapshot->channel.str());
  if (view == nullptr) return;
  view->snapshot = std::move(snapshot);
  // It may come for a subscription that was made before the channel was withdrawn.
  if (!view->subscribed) {
    view->subscribed = true;
    view->last_request = loop_.now();
    keep_ticking();
  }
  serve_all(*view);
}

void LoopPlayback::serve_all(View& view) {
  std::vector<std::uint64_t> waiting = std::exchange(view.waiting, {});
  std::vector<std::uint64_t> still;
  for (const std::uint64_t handle : waiting) {
    const auto found = waiters_.find(handle);
    if (found == waiters_.end()) continue;
    if (found->second.wants == Wants::kGrant) {
      still.push_back(handle);
      continue;
    }
    // Serving may lead to new requests: the waiter is taken out for the time being.
    Waiter waiter = std::move(found->second);
    waiters_.erase(found);
    if (!serve_or_cancelled(view, handle, waiter)) still.push_back(handle);
  }
  if (view.waiting.empty()) {
    view.waiting = std::move(still);
  } else {
    view.waiting.insert(view.waiting.end(), still.begin(), still.end());
  }
}

// True if the waiter is done with, for whatever reason; otherwise it is in the table again.
bool LoopPlayback::serve_or_cancelled(View& view, std::uint64_t handle, Waiter& waiter) {
  Serving here{handle, false, serving_};
  serving_ = &here;
  bool done = false;
  if (waiter.wants == Wants::kSnapshot) {
    const std::unique_ptr<Held> held = std::move(waiter.held);
    // It could be parsed before.
    const PlaybackPath path = *parse_playback_path(held->http.path);
    Rest rest = answer({view, held->http, held->remote_address, path, held->bounds,
                        *waiter.connection, waiter.token});
    done = !rest;
    if (rest) waiter = std::move(*rest);
  } else {
    done = serve(view, waiter);
  }
  serving_ = here.outer;
  if (done || here.cancelled) return true;
  return !place(handle, std::move(waiter));
}

bool LoopPlayback::serve(View& view, Waiter& waiter) {
  const auto* found = view.snapshot->find(waiter.rendition);
  if (found == nullptr) {
    waiter.connection->respond(waiter.token, not_found(nullptr));
    return true;
  }
  const std::shared_ptr<const Window> window = *found;
  switch (waiter.wants) {
    case Wants::kSnapshot:
    case Wants::kGrant:
      break;
    case Wants::kFirst:
      if (window->starting && !window->ended) return false;
      waiter.connection->respond(waiter.token,
                                 playlist_response(window->playlist(waiter.container, waiter.skip),
                                                   waiter.gzip, false, *window, waiter.audience));
      return true;
    case Wants::kPlaylist:
      if (!window->ended &&
          !window->has(waiter.position.msn,
                       waiter.whole_segment ? std::nullopt : std::optional(waiter.position.part))) {
        return false;
      }
      waiter.connection->respond(
          waiter.token, playlist_response(window->playlist(waiter.container, waiter.skip),
                                          waiter.gzip, !window->ended, *window, waiter.audience));
      return true;
    case Wants::kPart: {
      if (const auto part = window->part(waiter.position)) {
        waiter.connection->respond(
            waiter.token, media_response(*window, waiter.container, {part->bytes(waiter.container)},
                                         waiter.audience));
        return true;
      }
      if (!window->ended && window->next == waiter.position) return false;
      waiter.connection->respond(waiter.token, not_found(nullptr));
      return true;
    }
    case Wants::kSegment: {
      if (window->segment(waiter.position.msn) == nullptr) {
        if (!window->ended) return false;
        waiter.connection->respond(waiter.token, not_found(nullptr));
        return true;
      }
      Rest rest = start_tail(std::move(waiter), *window);
      if (rest) waiter = std::move(*rest);
      return !rest;
    }
    case Wants::kSegmentTail:
      return serve_tail(waiter, *window);
  }
  return true;
}

bool LoopPlayback::serve_tail(Waiter& waiter, const Window& window) {
  const auto segment = window.segment(waiter.position.msn);
  if (segment == nullptr || waiter.connection->queued_bytes() > settings_.max_viewer_backlog) {
    waiter.connection->abort(waiter.token);
    return true;
  }
  while (waiter.position.part < segment->parts.size()) {
    if (is_cancelled()) return true;
    waiter.connection->append(waiter.token,
                              segment->parts[waiter.position.part]->bytes(waiter.container));
    ++waiter.position.part;
  }
  // Once bytes have gone out the end of the segment decides, not a deadline.
  waiter.deadline = loop_.now() + settings_.reconnect_window;
  if (is_cancelled()) return true;
  if (!segment->complete && !window.ended) return false;
  waiter.connection->finish(waiter.token);
  return true;
}

void LoopPlayback::withdraw(const base::ChannelId& channel) {
  const auto found = views_.find(channel.str());
  if (found == views_.end()) return;
  const std::unique_ptr<View> view = std::move(found->second);
  views_.erase(found);
  for (const std::uint64_t handle : view->waiting) {
    const auto waiting = waiters_.find(handle);
    if (waiting == waiters_.end()) continue;
    const Waiter waiter = std::move(waiting->second);
    waiters_.erase(waiting);
    if (waiter.wants == Wants::kSegmentTail) {
      waiter.connection->abort(waiter.token);
    } else {
      waiter.connection->respond(waiter.token,
                                 not_found(waiter.held != nullptr ? &waiter.held->http : nullptr));
    }
  }
}

// Requests that waited too long, viewers that left, channels that nobody here watches any more.
void LoopPlayback::keep_ticking() {
  if (ticker_.is_running()) return;
  ticker_.start(kTick, [this] {
    if (look_after(loop_.now())) keep_ticking();
  });
}

void LoopPlayback::give_up(const Waiter& waiter) {
  const wire::http::Request* http = waiter.held != nullptr ? &waiter.held->http : nullptr;
  if (waiter.wants == Wants::kSegmentTail) {
    waiter.connection->abort(waiter.token);
  } else if (waiter.wants == Wants::kGrant) {
    waiter.connection->respond(
        waiter.token, failure(503, http, "authorization_timeout",
                              "whether you may watch could not be found out in time; try again"));
  } else {
    waiter.connection->respond(
        waiter.token, failure(503, http, "timeout", "nothing new came in time; try again"));
  }
}

bool LoopPlayback::look_after(base::MonotonicTime now) {
  std::vector<std::uint64_t> late;
  for (const auto& [handle, waiter] : waiters_) {
    if (waiter.deadline <= now) late.push_back(handle);
  }
  for (const std::uint64_t handle : late) {
    const auto found = waiters_.find(handle);
    if (found == waiters_.end()) continue;
    const Waiter waiter = std::move(found->second);
    waiters_.erase(found);
    give_up(waiter);
  }
  bool busy = !waiters_.empty();
  for (const auto& [name, view] : views_) {
    view->viewers.forget_gone(now);
    std::erase_if(view->waiting, [&](std::uint64_t handle) { return !waiters_.contains(handle); });
    if (!view->subscribed) continue;
    if (view->waiting.empty() && now - view->last_request > kUnsubscribeAfter) {
      view->subscribed = false;
      view->snapshot.reset();
      source_.unsubscribe(view->channel, loop_.index());
    } else {
      busy = true;
    }
  }
  return busy;
}

}  // namespace live
