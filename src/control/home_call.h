// Asking a channel's home loop from a worker's thread, waiting for the answer.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "base/ids.h"
#include "io/loop.h"
#include "live/live.h"

namespace control {

/// What `ask` gives on the channel's home loop; nothing if the loop does not answer in time (the
/// server is ending). Never from a media loop.
template <class Ask>
auto ask_home(live::Live& live, const base::ChannelId& channel, Ask ask)
    -> std::optional<decltype(ask())> {
  constexpr std::chrono::seconds kPatience{5};
  using Answer = decltype(ask());
  // Shared: whoever is later finds it still there.
  auto answer = std::make_shared<std::promise<Answer>>();
  std::future<Answer> future = answer->get_future();
  live.home_of(channel).post(
      [answer, ask = std::move(ask)]() mutable { answer->set_value(ask()); });
  if (future.wait_for(kPatience) != std::future_status::ready) return std::nullopt;
  return future.get();
}

}  // namespace control
