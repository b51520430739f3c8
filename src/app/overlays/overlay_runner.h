// What is shown on whose channel: starts, replaces, stops and expires overlays, one step after the
// other for each account, and says what belongs to polls. On the home loop but for active().
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/core/feed.h"
#include "app/core/refusal.h"
#include "app/overlays/active_overlay.h"
#include "app/overlays/overlay_kinds.h"
#include "app/overlays/poll_desk.h"
#include "base/guarded.h"
#include "base/time.h"
#include "control/control.h"
#include "io/sql_workers.h"

namespace io {
class Loop;
}

namespace app {

/// How overlays reach viewers. From the home loop; must not block.
class OverlayVoice {
 public:
  /// `done` on any thread, once.
  virtual void put_metadata(const std::string& channel_arn, const std::string& text,
                            std::move_only_function<void(control::OwnAnswer)> done) = 0;
  /// Says something in the chat of a channel as its owner. `speaker` is {userId, attributes}.
  virtual void say(const std::string& room_arn, const boost::json::object& speaker,
                   const PollSignal& signal) = 0;

 protected:
  ~OverlayVoice() = default;
};

class OverlayRunner {
 public:
  struct Services {
    io::SqlWorkers& sql;
    io::Loop& home;
    FeedHub& feed;
    PollDesk& desk;
    OverlayVoice& voice;
    std::function<base::WallTime()> clock;
  };
  explicit OverlayRunner(Services services);

  /// What was shown before a restart.
  base::Expected<void> resume(io::SqlConnection& sql);
  /// Who speaks for an account, for polls that go on.
  void set_speaker(const std::string& account, boost::json::object speaker);

  /// {kind, data, startedAt, expiresAt?} or null. From any thread.
  boost::json::value active(std::string_view account) const;

  struct Start {
    std::string account;
    std::string channel_arn;
    OverlayKind kind = OverlayKind::kNotice;
    boost::json::object data;
    std::chrono::seconds duration{0};
    std::string metadata;                 // of all but polls
    std::optional<PollRecord> poll = {};  // its times are set here
    boost::json::object speaker = {};     // of polls
  };
  /// {active, poll?}. 409 NotLive, 429, 503; `done` on the home loop.
  using Started = std::move_only_function<void(Outcome<boost::json::object>)>;
  void start(Start wanted, Started done);
  using Stopped = std::move_only_function<void(Outcome<void>)>;
  void stop(const std::string& account, const std::string& channel_arn, Stopped done);
  /// What a client of the demo packed itself.
  using Sent = std::move_only_function<void(control::OwnAnswer)>;
  void send(const std::string& account, const std::string& channel_arn, std::string metadata,
            Sent done);

  /// The broadcast ended.
  void clear(const std::string& account);
  /// The account was deleted.
  void forget(const std::string& account);
  void tick(base::WallTime now);
  /// Whether tick() has anything to do.
  bool is_idle() const;
  /// Accounts that show something, with their channels.
  std::vector<std::pair<std::string, std::string>> shown() const;

  static constexpr std::chrono::milliseconds kSpacing{100};  // of what one account sends
  static constexpr std::chrono::seconds kRetry{1};
  static constexpr int kAttempts = 4;
  static constexpr std::size_t kMaxSteps = 8;  // that wait, of one account

 private:
  struct Lane {
    std::deque<std::move_only_function<void()>> steps;
    bool is_busy = false;
    base::WallTime free_at{};
  };
  struct Delayed {
    base::WallTime at;
    std::move_only_function<void()> run;
  };
  bool enqueue(const std::string& account, std::move_only_function<void()> step);
  void next(const std::string& account);
  void finish(const std::string& account);
  void transmit(const std::string& account, const std::string& channel_arn, std::string text,
                int attempts, Sent done);
  void start_metadata(Start wanted, Started done);
  void start_poll(Start wanted, Started done);
  void open_poll(Start wanted, Started done);
  void show(const std::string& account, ActiveOverlay active);
  void write(io::SqlWorkers::Write work);
  void hide(const std::string& account);
  void publish_active(const std::string& account);
  bool end_poll(const std::string& account);
  void tell(const PollDesk::Due& due);
  template <class Use>
  std::move_only_function<void()> weakly(Use use);

  Services services_;
  base::Guarded<std::unordered_map<std::string, ActiveOverlay>> actives_;
  std::unordered_map<std::string, Lane> lanes_;
  std::unordered_map<std::string, boost::json::object> speakers_;
  std::vector<Delayed> delayed_;
  std::shared_ptr<OverlayRunner*> self_;  // for what comes back late: expired once this is gone
};

}  // namespace app
