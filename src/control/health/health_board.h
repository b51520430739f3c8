// The figures of all streams as they are now, for GetStreamHealth: taken with the metrics every
// five seconds, and while somebody asks, twice a second at most, whatever number of askers there
// are. Knows the recent past of each stream and since when each condition holds.
//
// Made and destroyed with control; figures come on control's loop, questions from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/guarded.h"
#include "base/ids.h"
#include "base/time.h"
#include "control/health/explain.h"
#include "control/health/stream_past.h"
#include "live/live.h"

namespace control {

using StreamList = std::shared_ptr<const std::vector<live::StreamStatus>>;

class HealthBoard {
 public:
  /// Takes figures and gives them to on_figures(), soon and once; false if that cannot be done.
  using Refresh = std::function<bool()>;
  /// How old figures may be that are answered with.
  static constexpr base::Duration kFresh = std::chrono::milliseconds(500);

  explicit HealthBoard(Refresh refresh) : refresh_(std::move(refresh)) {}

  /// `at` and `now` are the same moment on two clocks.
  void on_figures(StreamList streams, base::WallTime at, base::MonotonicTime now);
  /// Nobody will bring figures any more: whoever waits is answered with what there is.
  void stop();

  struct View {
    live::StreamStatus status;
    base::WallTime at{};
    std::vector<HealthNote> notes;
  };
  /// Nothing if the channel has no broadcast. `done` is called at once, or on control's loop.
  using Answer = std::move_only_function<void(std::optional<View>)>;
  void ask(const base::ChannelId& channel, base::MonotonicTime now, Answer done);

 private:
  struct Known {
    base::StreamId stream;
    StreamPast past;
    Conditions conditions;
    Since since{};
  };
  struct Waiting {
    base::ChannelId channel;
    Answer done;
  };
  struct State {
    StreamList streams;
    std::unordered_map<std::string, std::size_t> by_channel;
    base::WallTime at{};
    base::MonotonicTime taken{};
    std::unordered_map<std::string, Known> known;
    std::vector<Waiting> waiting;
    bool is_asking = false;
    bool stopped = false;
  };
  static std::optional<View> view(const State& state, const base::ChannelId& channel);
  static void learn(State& state);
  void give_up();

  const Refresh refresh_;
  base::Guarded<State> state_;
};

}  // namespace control
