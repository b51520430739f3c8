#include "control/health/health_board.h"

#include <utility>

namespace control {
namespace {

// More who wait are answered with what there is.
constexpr std::size_t kMostWaiting = 1000;

}  // namespace

// What has begun, goes on and has ended since the figures before.
void HealthBoard::learn(State& state) {
  std::unordered_map<std::string, Known> before = std::exchange(state.known, {});
  state.by_channel.clear();
  for (std::size_t i = 0; i < state.streams->size(); ++i) {
    const live::StreamStatus& status = (*state.streams)[i];
    const std::string& channel = status.channel.str();
    state.by_channel.emplace(channel, i);
    Known known;
    if (auto found = before.extract(channel); found && found.mapped().stream == status.stream) {
      known = std::move(found.mapped());
    }
    known.stream = status.stream;
    const Conditions now = find_conditions(status, known.past, state.at);
    for (std::size_t c = 0; c < kConditions; ++c) {
      if (now[c] && !known.conditions[c]) known.since[c] = state.at;
    }
    known.conditions = now;
    known.past.add(status, state.at);
    state.known.emplace(channel, std::move(known));
  }
}

void HealthBoard::on_figures(StreamList streams, base::WallTime at, base::MonotonicTime now) {
  std::vector<Waiting> waiting;
  std::vector<std::optional<View>> views;
  state_.with([&](State& state) {
    state.streams = std::move(streams);
    state.at = at;
    state.taken = now;
    state.is_asking = false;
    learn(state);
    waiting = std::exchange(state.waiting, {});
    views.reserve(waiting.size());
    for (const Waiting& one : waiting) views.push_back(view(state, one.channel));
  });
  for (std::size_t i = 0; i < waiting.size(); ++i) waiting[i].done(std::move(views[i]));
}

void HealthBoard::stop() {
  state_.with([](State& state) { state.stopped = true; });
  give_up();
}

void HealthBoard::give_up() {
  std::vector<Waiting> waiting;
  state_.with([&](State& state) {
    state.is_asking = false;
    waiting = std::exchange(state.waiting, {});
  });
  for (Waiting& one : waiting) one.done(std::nullopt);
}

std::optional<HealthBoard::View> HealthBoard::view(const State& state,
                                                   const base::ChannelId& channel) {
  const auto place = state.by_channel.find(channel.str());
  if (place == state.by_channel.end()) return std::nullopt;
  const live::StreamStatus& status = (*state.streams)[place->second];
  const Known& known = state.known.at(channel.str());
  return View{status, state.at,
              explain(known.conditions, status, known.past, known.since, state.at)};
}

void HealthBoard::ask(const base::ChannelId& channel, base::MonotonicTime now, Answer done) {
  std::optional<View> found;
  bool wait = false;
  bool refresh = false;
  state_.with([&](State& state) {
    const bool fresh = state.streams != nullptr && now - state.taken < kFresh;
    wait = !fresh && !state.stopped && state.waiting.size() < kMostWaiting;
    if (wait) {
      refresh = !std::exchange(state.is_asking, true);
      state.waiting.push_back({channel, std::move(done)});
    } else if (state.streams != nullptr) {
      found = view(state, channel);
    }
  });
  if (!wait) return done(std::move(found));
  if (refresh && !refresh_()) give_up();
}

}  // namespace control
