// A poll as it is counted here, and how pages see it. Values only.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace app {

enum class PollState : std::uint8_t {
  kOpen,    // until it has ended; its last two seconds take no votes
  kResult,  // the result is shown
  kClosed,
};
std::string_view to_string(PollState state);

struct PollRecord {
  std::string id;
  std::string account;  // whose channel it is on
  std::string channel_arn;
  std::string room_arn;
  std::string question;
  std::vector<std::string> options;
  std::chrono::seconds duration{0};
  bool is_hidden = false;       // counts are shown once it is over
  bool takes_visitors = false;  // without an account
  base::WallTime started_at{};
  base::WallTime closes_at{};   // for votes
  base::WallTime expires_at{};  // the result follows

  static constexpr std::chrono::seconds kQuietEnd{2};
  static constexpr std::chrono::seconds kResultShown{10};
};

struct PollResult {
  std::int64_t total = 0;
  std::optional<std::size_t> winner;  // the single highest
  bool is_tie = false;                // several share the highest, which is not 0
};
PollResult result_of(const std::vector<std::int64_t>& counts);

/// As docs/platform.md has it; `choice` is the viewer's own.
boost::json::object poll_json(const PollRecord& poll, const std::vector<std::int64_t>& counts,
                              PollState state, std::optional<std::size_t> choice = {});

}  // namespace app
