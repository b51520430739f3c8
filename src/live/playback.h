// Viewers of one loop: answers requests from snapshots and parks those that ask for what is about
// to exist. Nothing is allocated for a channel that is not live. On its loop only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "io/timer.h"
#include "live/live.h"
#include "live/stream.h"

namespace io {
class Loop;
}

namespace live {

/// How a loop gets at a channel whose home is elsewhere (or here).
class SnapshotSource {
 public:
  virtual ~SnapshotSource() = default;
  /// Starts sending snapshots of the channel to this loop; the present one comes at once or soon.
  virtual void subscribe(const base::ChannelId& channel, unsigned loop) = 0;
  virtual void unsubscribe(const base::ChannelId& channel, unsigned loop) = 0;
};

class LoopPlayback final : public Playback {
 public:
  LoopPlayback(io::Loop& loop, const Settings& settings, SnapshotSource& source);
  ~LoopPlayback() override;

  // Playback
  std::uint64_t request(const PlaybackRequest& request, ViewerConnection& connection,
                        std::uint64_t token) override;
  void cancel(std::uint64_t handle) override;

  /// The channel can be played from now on.
  void announce(const base::ChannelId& channel);
  void update(std::shared_ptr<const ChannelSnapshot> snapshot);
  /// The channel is gone; whoever waits gets 404.
  void withdraw(const base::ChannelId& channel);
  /// Viewers of each channel on this loop in the last seconds.
  std::vector<std::pair<base::ChannelId, std::uint32_t>> viewer_counts() const;
  /// Answers those who have waited too long at `now` and forgets viewers and channels that nobody
  /// asks for. The ticker calls it; false if there is nothing to look after.
  bool look_after(base::MonotonicTime now);
  std::size_t waiting() const { return waiters_.size(); }

 private:
  struct Target {
    std::string_view rendition;
    Container container = Container::kTs;
    std::string_view file;
  };
  enum class Wants : std::uint8_t { kSnapshot, kPlaylist, kPart, kSegment, kSegmentTail };

  struct View;
  struct Waiter {
    View* view = nullptr;
    ViewerConnection* connection = nullptr;
    std::uint64_t token = 0;
    base::MonotonicTime deadline{};
    PartPosition position;  // what is waited for; for a tail the next part to send
    std::string rendition;  // short: no allocation
    Wants wants = Wants::kPlaylist;
    Container container = Container::kTs;
    bool whole_segment = false;  // a playlist that must hold the segment, not just a part
    bool skip = false;
    bool gzip = false;
    bool head_only = false;
    std::unique_ptr<wire::http::Request> held;  // only while waiting for the first snapshot
  };
  /// A waiter that is being served is not in the table: its connection may cancel it meanwhile.
  struct Serving {
    std::uint64_t handle = 0;
    bool cancelled = false;
    Serving* outer = nullptr;
  };
  using Waiters = std::unordered_map<std::uint64_t, Waiter>;

  struct View {
    base::ChannelId channel;
    std::shared_ptr<const ChannelSnapshot> snapshot;
    bool subscribed = false;
    base::MonotonicTime last_request{};
    std::vector<std::uint64_t> waiting;  // handles; some may have been cancelled
    std::unordered_map<std::uint64_t, base::MonotonicTime> viewers;  // by hash
  };

  std::uint64_t begin(const PlaybackRequest& request, ViewerConnection& connection,
                      std::uint64_t token);
  std::uint64_t answer(View& view, const wire::http::Request& request, ViewerConnection& connection,
                       std::uint64_t token);
  std::uint64_t answer_file(View& view, const wire::http::Request& request, const Target& target,
                            ViewerConnection& connection, std::uint64_t token);
  std::uint64_t answer_playlist(View& view, const wire::http::Request& request,
                                const Window& window, const Target& target,
                                ViewerConnection& connection, std::uint64_t token);
  std::uint64_t answer_media(View& view, const wire::http::Request& request, const Window& window,
                             const Target& target, ViewerConnection& connection,
                             std::uint64_t token);
  wire::http::Response multivariant(const View& view, const wire::http::Request& request) const;
  std::uint64_t park(View& view, Waiter waiter);
  std::uint64_t start_tail(View& view, Waiter waiter, const Window& window);
  /// True if the waiter is done with and must be forgotten.
  bool serve(View& view, Waiter& waiter);
  bool serve_tail(Waiter& waiter, const Window& window);
  bool is_cancelled() const { return serving_ != nullptr && serving_->cancelled; }
  bool serve_or_cancelled(View& view, std::uint64_t handle, Waiter& waiter);
  void serve_all(View& view);
  void count_viewer(View& view, std::string_view viewer);
  void tick();
  View* find(std::string_view channel);

  io::Loop& loop_;
  const Settings& settings_;
  SnapshotSource& source_;
  std::map<std::string, std::unique_ptr<View>, std::less<>> views_;
  Waiters waiters_;
  std::uint64_t next_handle_ = 1;
  Serving* serving_ = nullptr;  // innermost, on the stack
  io::Timer ticker_;
};

}  // namespace live
