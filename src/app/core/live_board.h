// Which channels are live, and how many watch them: control's list of streams, read every few
// seconds and as soon as a stream starts or ends. Kept on the home loop, asked from every thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/guarded.h"
#include "base/time.h"
#include "control/control.h"
#include "io/timer.h"

namespace app {

struct LiveChannel {
  std::string channel_arn;
  std::string stream_id;
  base::WallTime started_at{};
  std::int64_t viewers = 0;
  bool is_healthy = true;
};

class LiveBoard {
 public:
  /// Control outlives it. On the home loop, like destroying it.
  LiveBoard(control::Control& control, io::Loop& home);
  ~LiveBoard();
  LiveBoard(const LiveBoard&) = delete;
  LiveBoard& operator=(const LiveBoard&) = delete;

  /// Told on the home loop of every channel that went live or ended, before start().
  enum class Change : std::uint8_t { kStarted, kEnded };
  void when_changed(std::function<void(Change, const LiveChannel&)> listener);
  void start();

  // From any thread.
  std::optional<LiveChannel> find(std::string_view channel_arn) const;
  /// Newest first.
  std::shared_ptr<const std::vector<LiveChannel>> all() const;
  /// Rises whenever all() changes.
  std::uint64_t version() const;

  static constexpr base::Duration kRefresh = std::chrono::seconds(5);

 private:
  struct Snapshot {
    std::shared_ptr<const std::vector<LiveChannel>> list =
        std::make_shared<const std::vector<LiveChannel>>();
    std::unordered_map<std::string, std::size_t> by_arn;
    std::uint64_t version = 0;
  };
  void look();
  void ask(std::string next_token);
  void on_page(control::OwnAnswer answer);
  void finish();

  control::Control& control_;
  io::Loop& home_;
  io::Timer timer_;
  std::vector<std::function<void(Change, const LiveChannel&)>> listeners_;
  base::Guarded<std::shared_ptr<const Snapshot>> shown_;
  std::vector<LiveChannel> gathered_;
  bool is_looking_ = false;
  bool is_wanted_again_ = false;
  bool is_first_ = true;
  std::uint64_t events_ = 0;  // the subscription's token
  std::shared_ptr<LiveBoard*> self_;
};

}  // namespace app
