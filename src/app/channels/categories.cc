#include "app/channels/categories.h"

#include <algorithm>

#include "io/loop.h"

namespace app {
namespace {

constexpr std::string_view kFirst[] = {
    "Just Chatting",   "Talk Shows & Podcasts", "Live Shopping",
    "Sports & Gaming", "Conferences & Events",  "Music",
    "Art & Crafts",    "Food & Cooking",        "Science & Technology",
    "Education",       "Travel & Outdoors"};

}  // namespace

Outcome<Categories::Names> Categories::names(io::SqlConnection& sql) {
  const base::MonotonicTime now = io::Loop::precise_now();
  Names known = state_.with([&](State& state) -> Names {
    if (!state.names || state.until <= now) {
      // One reads; the others are told what was.
      state.until = now + kKeep;
      return nullptr;
    }
    return state.names;
  });
  if (known) return known;
  auto rows = sql.run(
      "SELECT DISTINCT category FROM app_channels WHERE category <> '' ORDER BY category LIMIT $1",
      {kMost});
  if (!rows) return broken(rows.error());
  auto names = std::make_shared<std::vector<std::string>>(std::begin(kFirst), std::end(kFirst));
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const std::string& name = rows->text(i, 0);
    if (std::ranges::find(*names, name) == names->end()) names->push_back(name);
  }
  state_.with([&](State& state) { state.names = names; });
  return Names(std::move(names));
}

}  // namespace app
