#include "app/overlays/poll_record.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <numeric>

namespace app {

namespace json = boost::json;

std::string_view to_string(PollState state) {
  switch (state) {
    case PollState::kOpen:
      return "open";
    case PollState::kResult:
      return "result";
    case PollState::kClosed:
      return "closed";
  }
  return "";
}

PollResult result_of(const std::vector<std::int64_t>& counts) {
  PollResult result;
  result.total = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  if (result.total == 0) return result;
  const auto highest = std::ranges::max_element(counts);
  result.is_tie = std::ranges::count(counts, *highest) > 1;
  if (!result.is_tie) result.winner = static_cast<std::size_t>(highest - counts.begin());
  return result;
}

json::object poll_json(const PollRecord& poll, const std::vector<std::int64_t>& counts,
                       PollState state, std::optional<std::size_t> choice) {
  const bool shows_counts = state != PollState::kOpen || !poll.is_hidden;
  json::array options;
  for (std::size_t i = 0; i < poll.options.size(); ++i) {
    json::object option{{"text", poll.options[i]}};
    if (shows_counts) option["votes"] = counts[i];
    options.emplace_back(std::move(option));
  }
  const PollResult result = result_of(counts);
  json::object shown{{"id", poll.id},
                     {"question", poll.question},
                     {"options", std::move(options)},
                     {"total", result.total},
                     {"duration", poll.duration.count()},
                     {"startedAt", base::to_rfc3339_ms(poll.started_at)},
                     {"closesAt", base::to_rfc3339_ms(poll.closes_at)},
                     {"expiresAt", base::to_rfc3339_ms(poll.expires_at)},
                     {"state", to_string(state)},
                     {"results", poll.is_hidden ? "hidden" : "live"},
                     {"visitors", poll.takes_visitors},
                     {"isTie", state != PollState::kOpen && result.is_tie}};
  if (state != PollState::kOpen && result.winner) shown["winner"] = *result.winner;
  if (choice) shown["myChoice"] = *choice;
  return shown;
}

}  // namespace app
