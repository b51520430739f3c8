// Viewers of one loop: answers requests from snapshots and parks those that ask for what is about
// to exist, or whose right to watch is being found out. Nothing is allocated for a channel that is
// not live. On its loop only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "io/timer.h"
#include "live/live.h"
#include "live/playback_answers.h"
#include "live/playback_path.h"
#include "live/playback_viewers.h"
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
  LoopPlayback(io::Loop& loop, const Settings& settings, SnapshotSource& source,
               ViewAdmission& admission);
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
  /// Viewers of each channel on this loop in the last seconds; channels without any are left out.
  std::vector<std::pair<base::ChannelId, ViewerSample>> viewer_samples() const;
  /// Answers those who have waited too long at `now` and forgets viewers and channels that nobody
  /// asks for. The ticker calls it; false if there is nothing to look after.
  bool look_after(base::MonotonicTime now);
  std::size_t waiting() const { return waiters_.size(); }

 private:
  enum class Wants : std::uint8_t {
    kSnapshot,  // any of its channel
    kGrant,     // the admission's answer
    kFirst,     // the playlist of what is starting
    kPlaylist,
    kPart,
    kSegment,
    kSegmentTail
  };

  struct View {
    View(base::ChannelId id, ViewerBudget& budget) : channel(std::move(id)), viewers(budget) {}

    base::ChannelId channel;
    std::shared_ptr<const ChannelSnapshot> snapshot;
    bool subscribed = false;
    base::MonotonicTime last_request{};
    std::vector<std::uint64_t> waiting;  // handles; some may have been cancelled
    ViewerTable viewers;
  };
  /// A request while it is being answered.
  struct Asking {
    View& view;
    const wire::http::Request& http;
    std::string_view remote_address;
    PlaybackPath path;
    SessionBounds bounds;
    ViewerConnection& connection;
    std::uint64_t token = 0;

    Audience audience() const { return audience_of(path.session); }
    bool respond(wire::http::Response response) const {
      connection.respond(token, std::move(response));
      return true;
    }
  };
  /// What must be kept of a request that cannot be looked at yet.
  struct Held {
    wire::http::Request http;
    std::string remote_address;
    SessionBounds bounds;
  };
  struct Waiter {
    View* view = nullptr;
    ViewerConnection* connection = nullptr;
    std::uint64_t token = 0;
    base::MonotonicTime deadline{};
    PartPosition position;  // what is waited for; for a tail the next part to send
    std::string rendition;  // short: no allocation
    Wants wants = Wants::kPlaylist;
    Container container = Container::kTs;
    Audience audience = Audience::kEverybody;
    bool whole_segment = false;  // a playlist that must hold the segment, not just a part
    bool skip = false;
    bool gzip = false;
    std::unique_ptr<Held> held;  // only for kSnapshot and kGrant
  };
  /// A waiter that is being served is not in the table: its connection may cancel it meanwhile.
  struct Serving {
    std::uint64_t handle = 0;
    bool cancelled = false;
    Serving* outer = nullptr;
  };
  using Waiters = std::unordered_map<std::uint64_t, Waiter>;
  /// Nothing if the request was answered, otherwise what has to be parked.
  using Rest = std::optional<Waiter>;

  // Answering (playback.cc)
  std::uint64_t begin(const PlaybackRequest& request, ViewerConnection& connection,
                      std::uint64_t token);
  Rest answer(const Asking& asking);
  Rest answer_playlist(const Asking& asking, const Window& window);
  Rest answer_media(const Asking& asking, const Window& window);
  Rest answer_segment(const Asking& asking, const Window& window, std::uint64_t msn);
  Rest start_tail(Waiter waiter, const Window& window);
  /// May answer the waiter before it returns.
  void ask_admission(std::uint64_t handle);
  void on_decision(std::uint64_t handle, const std::expected<ViewGrant, ViewRefusal>& decision);
  void count_viewer(const Asking& asking);
  View* find(std::string_view channel);

  // Waiting (playback_waiting.cc)
  Waiter waiter_for(const Asking& asking, Wants wants, base::Duration patience) const;
  Waiter hold(const Asking& asking, Wants wants, base::Duration patience) const;
  /// Returns its handle, or 0 if it was answered on the spot.
  std::uint64_t park(Waiter waiter);
  bool place(std::uint64_t handle, Waiter waiter);
  /// True if the waiter is done with and must be forgotten.
  bool serve(View& view, Waiter& waiter);
  bool serve_tail(Waiter& waiter, const Window& window);
  bool is_cancelled() const { return serving_ != nullptr && serving_->cancelled; }
  bool serve_or_cancelled(View& view, std::uint64_t handle, Waiter& waiter);
  void serve_all(View& view);
  void give_up(const Waiter& waiter);
  void keep_ticking();

  io::Loop& loop_;
  const Settings& settings_;
  SnapshotSource& source_;
  ViewAdmission& admission_;
  ViewerBudget viewer_budget_;
  std::map<std::string, std::unique_ptr<View>, std::less<>> views_;
  Waiters waiters_;
  std::uint64_t next_handle_ = 1;
  Serving* serving_ = nullptr;  // innermost, on the stack
  io::Timer ticker_;
};

}  // namespace live
