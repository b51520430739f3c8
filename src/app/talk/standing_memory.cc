#include "app/talk/standing_memory.h"

#include <fmt/format.h>

namespace app {
namespace {

std::string key_of(std::string_view owner, std::string_view account) {
  return fmt::format("{}/{}", owner, account);
}

}  // namespace

std::optional<Standing> StandingMemory::find(std::string_view owner, std::string_view account,
                                             base::WallTime now) const {
  const std::string key = key_of(owner, account);
  return state_.with([&](const State& state) -> std::optional<Standing> {
    const auto found = state.entries.find(key);
    if (found == state.entries.end()) return std::nullopt;
    const base::WallTime read_at = found->second.read_at;
    // A clock that was set back makes nothing last longer.
    if (now < read_at || now - read_at >= kLifetime) return std::nullopt;
    return found->second.standing;
  });
}

std::uint64_t StandingMemory::changes() const {
  return state_.with([](const State& state) { return state.changes; });
}

void StandingMemory::remember(std::string_view owner, std::string_view account,
                              const Standing& standing, std::uint64_t changes_before,
                              base::WallTime now) {
  std::string key = key_of(owner, account);
  state_.with([&](State& state) {
    if (state.changes != changes_before) return;
    const auto [place, is_new] = state.entries.try_emplace(key);
    place->second = {standing, now};
    if (is_new) state.order.push_back(std::move(key));
    // Names that were forgotten are skipped here.
    while (state.order.size() > capacity_) {
      state.entries.erase(state.order.front());
      state.order.pop_front();
    }
  });
}

void StandingMemory::forget(std::string_view owner, std::string_view account) {
  const std::string key = key_of(owner, account);
  state_.with([&](State& state) {
    ++state.changes;
    // It stays in the order, and its place in the map with it: known, but too old to count.
    const auto found = state.entries.find(key);
    if (found != state.entries.end()) found->second.read_at = {};
  });
}

std::size_t StandingMemory::size() const {
  return state_.with([](const State& state) { return state.entries.size(); });
}

}  // namespace app
