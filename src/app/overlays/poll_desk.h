// The polls that are open now: takes votes and counts them, and knows what is due when. A vote is
// durable before it is acknowledged; votes that come together are written together. What it wants
// to be said or shown it gives out of tick(), which its owner calls on the home loop with the time.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/core/refusal.h"
#include "app/overlays/ballot_store.h"
#include "app/overlays/poll_record.h"
#include "app/overlays/poll_signals.h"
#include "base/time.h"
#include "io/sql_workers.h"

namespace app {

/// A poll as it stands.
struct PollView {
  PollRecord record;
  PollState state = PollState::kOpen;
  std::vector<std::int64_t> counts;
  std::optional<std::size_t> choice;  // of whoever asked

  boost::json::object json() const { return poll_json(record, counts, state, choice); }
};

class PollDesk {
 public:
  /// What follows from the time that has passed, in this order.
  struct Due {
    std::string account;
    std::string room_arn;
    std::vector<PollSignal> signals;          // to be said in the owner's name
    std::optional<boost::json::object> feed;  // for the channel's page; without a poll: it is over
    bool is_over = false;
  };

  explicit PollDesk(io::SqlWorkers& sql);
  ~PollDesk();
  PollDesk(const PollDesk&) = delete;
  PollDesk& operator=(const PollDesk&) = delete;

  /// Goes on with the polls that a former run left open.
  base::Expected<void> resume(io::SqlConnection& sql);

  // From any thread.

  /// From memory; nothing if the account has no poll now. `voter` empty: nobody.
  std::optional<PollView> find(std::string_view account, std::string_view voter) const;
  /// The account's polls whose end is not in the database yet: the one that is open, too.
  std::vector<PollView> unsaved(std::string_view account) const;
  /// Whose poll is open in a room, by the last part of the room's ARN.
  std::optional<PollRecord> in_room(std::string_view room) const;
  /// Accounts that have a poll, with the channels that it is on.
  std::vector<std::pair<std::string, std::string>> current() const;
  /// Told on any thread once the vote is durable, or why it does not count: 409 AlreadyVoted,
  /// 409 Closed, 400, 429 (too many visitors behind one address), 503.
  using Counted = std::move_only_function<void(Outcome<PollView>)>;
  struct Vote {
    std::string account;  // whose poll
    std::string poll;
    std::string voter;
    std::string address;  // of visitors; empty: of somebody with an account
    std::size_t choice = 0;
  };
  void vote(Vote vote, base::WallTime now, Counted counted);

  // From the home loop.

  /// Once it is durable `done` is told on any thread. One poll for an account at a time.
  void open(PollRecord poll, std::move_only_function<void(Outcome<void>)> done);
  /// At once, without a result. What it gives is due now; nothing if there is no poll.
  std::optional<Due> stop(std::string_view account);
  std::vector<Due> tick(base::WallTime now);
  /// Whether tick() has anything to do.
  bool is_idle() const;
  /// The account was deleted, with its polls.
  void forget(std::string_view account);

  static constexpr std::size_t kMaxVoters = 1'000'000;  // of one poll
  static constexpr std::size_t kMaxWaiting = 50'000;    // votes, all polls together
  static constexpr std::size_t kMaxBatch = 2'000;
  static constexpr int kMaxVisitors = 100;  // of one address, in one poll
  static constexpr std::chrono::milliseconds kFeedInterval{250};
  static constexpr std::chrono::seconds kStatsInterval{1};
  static constexpr std::chrono::seconds kHeartbeat{4};

 private:
  struct State;
  static void write_waiting(const std::shared_ptr<State>& state);
  static void save(const std::shared_ptr<State>& state, const PollView& view);

  // Shared with writes that are under way when this goes.
  std::shared_ptr<State> state_;
};

}  // namespace app
