#include "live/live.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <thread>
#include <unordered_map>

#include "base/check.h"
#include "io/chores.h"
#include "io/loop.h"
#include "live/channel.h"
#include "live/helper_link.h"
#include "live/metrics.h"
#include "live/playback.h"
#include "live/playback_path.h"
#include "live/rendition_budget.h"
#include "live/rendition_measurement.h"

namespace live {
namespace {

// Runs on the loop itself when already there: one hop less for viewers at a channel's home.
void run_on(io::Loop& loop, io::Loop& current, io::Loop::Task task) {
  if (&loop == &current) {
    task();
  } else {
    loop.post(std::move(task));
  }
}

class Engine;

// What one loop does: it is home to some channels and serves viewers of all.
class LoopSide final : public ChannelHost, public SnapshotSource {
 public:
  LoopSide(Engine& engine, io::Loop& loop, const Settings& settings, ViewAdmission& admission,
           RenditionBudget& budget, HelperFactory helpers)
      : engine_(engine),
        loop_(loop),
        settings_(settings),
        playback_(loop, settings, *this, admission),
        workshop_{settings.renditions, budget, std::move(helpers)} {}

  // ChannelHost
  bool wants_snapshots(const base::ChannelId& channel) override;
  bool is_watched(const base::ChannelId& channel) override {
    return !homes_.at(channel).subscribers.empty();
  }
  Renditions::Workshop* workshop() override {
    return settings_.renditions.helper.empty() ? nullptr : &workshop_;
  }
  void on_snapshot(std::shared_ptr<const ChannelSnapshot> snapshot) override;
  void on_idle(const base::ChannelId& channel) override;
  void on_event(const StreamEvent& event) override;
  std::unique_ptr<media::PartSink> record(const PublishGrant& grant, const base::StreamId& stream,
                                          base::WallTime started_at) override;
  // SnapshotSource
  void subscribe(const base::ChannelId& channel, unsigned loop) override;
  void unsubscribe(const base::ChannelId& channel, unsigned loop) override;

  void add_subscriber(const base::ChannelId& channel, unsigned loop);
  void remove_subscriber(const base::ChannelId& channel, unsigned loop);
  base::Expected<std::unique_ptr<Ingest>> open(const PublishGrant& grant, IngestOptions options,
                                               IngestOwner& owner);
  void drain();
  Channel* find(const base::ChannelId& channel);
  std::vector<StreamStatus> status() const;
  LoopPlayback& playback() { return playback_; }
  io::Loop& loop() { return loop_; }

 private:
  struct Home {
    std::unique_ptr<Channel> channel;
    std::shared_ptr<const ChannelSnapshot> snapshot;  // the latest, null if that was not needed
    std::set<unsigned> subscribers;                   // loops
    bool announced = false;
  };

  void remove(const base::ChannelId& channel);

  Engine& engine_;
  io::Loop& loop_;
  const Settings& settings_;
  LoopPlayback playback_;
  Renditions::Workshop workshop_;
  std::unordered_map<base::ChannelId, Home, base::IdHash> homes_;
  bool draining_ = false;
};

class Engine final : public Live {
 public:
  Engine(io::LoopGroup& loops, Settings settings, const Above& above)
      : settings_(std::move(settings)),
        events_(*above.events),
        record_(above.record),
        budget_(settings_.renditions, std::thread::hardware_concurrency()) {
    const RenditionSettings& renditions = settings_.renditions;
    if (!renditions.helper.empty() && renditions.mode != RenditionSettings::Mode::kOff) {
      measurement_ =
          std::make_unique<RenditionMeasurement>(loops.at(0), chores_, renditions, budget_);
    }
    for (std::size_t i = 0; i < loops.size(); ++i) {
      io::Loop& loop = loops.at(i);
      sides_.push_back(
          std::make_unique<LoopSide>(*this, loop, settings_, above.view_admission(loop), budget_,
                                     helper_processes(loop, chores_, renditions.helper)));
    }
  }

  io::Loop& home_of(const base::ChannelId& channel) override { return home_side(channel).loop(); }

  base::Expected<std::unique_ptr<Ingest>> open_ingest(const PublishGrant& grant,
                                                      IngestOptions options,
                                                      IngestOwner& owner) override {
    LoopSide& side = home_side(grant.channel);
    DCHECK(side.loop().is_current());
    return side.open(grant, std::move(options), owner);
  }

  Playback& playback(io::Loop& loop) override { return side(loop.index()).playback(); }

  std::string playback_path(const base::ChannelId& channel) const override {
    return multivariant_path(settings_.region, settings_.account, channel.str());
  }

  base::Expected<void> put_metadata(const base::ChannelId& channel, std::string payload) override {
    LoopSide& side = home_side(channel);
    DCHECK(side.loop().is_current());
    Channel* found = side.find(channel);
    return found == nullptr ? not_broadcasting() : found->put_metadata(std::move(payload));
  }

  base::Expected<void> stop(const base::ChannelId& channel) override {
    LoopSide& side = home_side(channel);
    DCHECK(side.loop().is_current());
    Channel* found = side.find(channel);
    return found == nullptr ? not_broadcasting() : found->stop();
  }

  base::Expected<base::WallTime> insert_ad_break(const base::ChannelId& channel, std::string id,
                                                 std::chrono::seconds duration) override {
    LoopSide& side = home_side(channel);
    DCHECK(side.loop().is_current());
    Channel* found = side.find(channel);
    if (found == nullptr) return not_broadcasting();
    return found->insert_ad_break(std::move(id), duration);
  }

  void status(io::Loop& reply_to,
              std::move_only_function<void(std::vector<StreamStatus>)> done) override;
  RenditionLoad rendition_status() const override { return budget_.load(); }
  void drain(io::Loop& reply_to, std::move_only_function<void()> done) override;

  LoopSide& side(std::size_t index) { return *sides_.at(index); }
  LoopSide& home_side(const base::ChannelId& channel) {
    return side(base::IdHash{}(channel) % sides_.size());
  }
  template <class Do>
  void on_every_loop(io::Loop& current, Do action) {
    for (const auto& side : sides_) {
      run_on(side->loop(), current, [action, &playback = side->playback()] { action(playback); });
    }
  }
  StreamEvents& events() { return events_; }
  std::unique_ptr<media::PartSink> record(const PublishGrant& grant, const base::StreamId& stream,
                                          base::WallTime started_at) const {
    return record_ ? record_(grant, stream, started_at) : nullptr;
  }

 private:
  const Settings settings_;
  StreamEvents& events_;
  const decltype(Above::record) record_;
  io::Chores chores_;
  RenditionBudget budget_;
  std::unique_ptr<RenditionMeasurement> measurement_;
  std::vector<std::unique_ptr<LoopSide>> sides_;
};

base::Expected<std::unique_ptr<Ingest>> LoopSide::open(const PublishGrant& grant,
                                                       IngestOptions options, IngestOwner& owner) {
  if (draining_) return base::fail(base::ErrorCode::kLimit, "the server is shutting down");
  if (publisher_gauge().value() >= static_cast<std::int64_t>(settings_.max_publishers)) {
    return base::fail(base::ErrorCode::kLimit, "the server has as many publishers as it takes");
  }
  Home& home = homes_[grant.channel];
  if (home.channel == nullptr) {
    home.channel = std::make_unique<Channel>(loop_, settings_, grant.channel, *this);
  }
  return home.channel->open(grant, std::move(options), owner);
}

bool LoopSide::wants_snapshots(const base::ChannelId& channel) {
  Home& home = homes_.at(channel);
  if (!home.announced || !home.subscribers.empty()) return true;
  home.snapshot.reset();
  return false;
}

void LoopSide::on_snapshot(std::shared_ptr<const ChannelSnapshot> snapshot) {
  Home& home = homes_.at(snapshot->channel);
  home.snapshot = snapshot;
  if (!home.announced) {
    home.announced = true;
    engine_.on_every_loop(loop_, [channel = snapshot->channel](LoopPlayback& playback) {
      playback.announce(channel);
    });
  }
  for (const unsigned index : home.subscribers) {
    LoopSide& side = engine_.side(index);
    run_on(side.loop(), loop_, [&side, snapshot] { side.playback().update(snapshot); });
  }
}

void LoopSide::on_idle(const base::ChannelId& channel) {
  // The channel asked for this itself: it may not be destroyed under its own feet.
  loop_.post([this, channel] { remove(channel); });
}

void LoopSide::remove(const base::ChannelId& channel) {
  const auto found = homes_.find(channel);
  if (found == homes_.end() || !found->second.channel->is_over()) return;
  if (found->second.announced) {
    engine_.on_every_loop(loop_, [channel](LoopPlayback& playback) { playback.withdraw(channel); });
  }
  homes_.erase(found);
}

void LoopSide::on_event(const StreamEvent& event) {
  engine_.events().on_event(event);
}

std::unique_ptr<media::PartSink> LoopSide::record(const PublishGrant& grant,
                                                  const base::StreamId& stream,
                                                  base::WallTime started_at) {
  return engine_.record(grant, stream, started_at);
}

void LoopSide::subscribe(const base::ChannelId& channel, unsigned loop) {
  LoopSide& home = engine_.home_side(channel);
  run_on(home.loop(), loop_, [&home, channel, loop] { home.add_subscriber(channel, loop); });
}

void LoopSide::unsubscribe(const base::ChannelId& channel, unsigned loop) {
  LoopSide& home = engine_.home_side(channel);
  run_on(home.loop(), loop_, [&home, channel, loop] { home.remove_subscriber(channel, loop); });
}

void LoopSide::add_subscriber(const base::ChannelId& channel, unsigned loop) {
  const auto found = homes_.find(channel);
  if (found == homes_.end()) return;  // it is being withdrawn everywhere
  Home& home = found->second;
  home.subscribers.insert(loop);
  home.channel->on_watched();
  if (home.snapshot == nullptr) home.snapshot = home.channel->snapshot();
  if (home.snapshot == nullptr) return;  // its first part will come
  LoopSide& side = engine_.side(loop);
  run_on(side.loop(), loop_,
         [&side, snapshot = home.snapshot] { side.playback().update(snapshot); });
}

void LoopSide::remove_subscriber(const base::ChannelId& channel, unsigned loop) {
  const auto found = homes_.find(channel);
  if (found != homes_.end()) found->second.subscribers.erase(loop);
}

Channel* LoopSide::find(const base::ChannelId& channel) {
  const auto found = homes_.find(channel);
  return found == homes_.end() ? nullptr : found->second.channel.get();
}

void LoopSide::drain() {
  draining_ = true;
  for (auto& [id, home] : homes_) {
    home.channel->end({base::ErrorCode::kClosed, "the server is shutting down"});
  }
}

std::vector<StreamStatus> LoopSide::status() const {
  std::vector<StreamStatus> all;
  for (const auto& [id, home] : homes_) all.push_back(home.channel->status());
  return all;
}

// Home loops tell their streams first, then every loop adds the viewers it sees.
void Engine::status(io::Loop& reply_to,
                    std::move_only_function<void(std::vector<StreamStatus>)> done) {
  struct Gathering {
    std::vector<StreamStatus> streams;
    std::unordered_map<base::ChannelId, std::vector<ViewerSample>, base::IdHash> viewers;
    std::size_t missing = 0;
    std::move_only_function<void(std::vector<StreamStatus>)> done;
  };
  // Shared by the tasks that fill it, which all run on `reply_to`.
  auto gathering = std::make_shared<Gathering>();
  gathering->missing = sides_.size() * 2;
  gathering->done = std::move(done);
  const auto arrived = [gathering] {
    if (--gathering->missing > 0) return;
    for (StreamStatus& stream : gathering->streams) {
      ViewerCount count = merge(std::move(gathering->viewers[stream.channel]));
      stream.viewers = count.viewers;
      stream.viewers_by_country = std::move(count.by_country);
    }
    gathering->done(std::move(gathering->streams));
  };
  for (const auto& owned : sides_) {
    LoopSide* side = owned.get();
    side->loop().post([side, &reply_to, gathering, arrived] {
      std::vector<StreamStatus> streams = side->status();
      reply_to.post([gathering, arrived, streams = std::move(streams)]() mutable {
        std::ranges::move(streams, std::back_inserter(gathering->streams));
        arrived();
      });
    });
    side->loop().post([side, &reply_to, gathering, arrived] {
      reply_to.post([gathering, arrived, samples = side->playback().viewer_samples()]() mutable {
        for (auto& [channel, sample] : samples) {
          gathering->viewers[channel].push_back(std::move(sample));
        }
        arrived();
      });
    });
  }
}

void Engine::drain(io::Loop& reply_to, std::move_only_function<void()> done) {
  auto missing = std::make_shared<std::size_t>(sides_.size());  // touched on reply_to only
  auto finished = std::make_shared<std::move_only_function<void()>>(std::move(done));
  for (const auto& owned : sides_) {
    LoopSide* side = owned.get();
    side->loop().post([side, &reply_to, missing, finished] {
      side->drain();
      reply_to.post([missing, finished] {
        if (--*missing == 0) (*finished)();
      });
    });
  }
}

}  // namespace

std::string_view to_string(Protocol protocol) {
  switch (protocol) {
    case Protocol::kRtmp:
      return "rtmp";
    case Protocol::kRtmps:
      return "rtmps";
    case Protocol::kSrt:
      return "srt";
    case Protocol::kWebRtc:
      return "webrtc";
  }
  return "unknown";
}

std::string_view to_string(StreamEvent::Kind kind) {
  switch (kind) {
    case StreamEvent::Kind::kSessionCreated:
      return "session created";
    case StreamEvent::Kind::kStreamStart:
      return "stream started";
    case StreamEvent::Kind::kSessionEnded:
      return "session ended";
    case StreamEvent::Kind::kStreamEnd:
      return "stream ended";
    case StreamEvent::Kind::kStreamFailure:
      return "stream failed";
    case StreamEvent::Kind::kTakeover:
      return "stream taken over";
    case StreamEvent::Kind::kTakeoverFailure:
      return "stream takeover failed";
    case StreamEvent::Kind::kIngestLost:
      return "publisher lost";
    case StreamEvent::Kind::kIngestBack:
      return "publisher back";
    case StreamEvent::Kind::kLimitBreach:
      return "limit breached";
    case StreamEvent::Kind::kStarvationStart:
      return "starvation started";
    case StreamEvent::Kind::kStarvationEnd:
      return "starvation ended";
    case StreamEvent::Kind::kAdBreakInserted:
      return "ad break inserted";
    case StreamEvent::Kind::kRenditionsChange:
      return "renditions changed";
  }
  return "unknown";
}

std::unique_ptr<Live> Live::create(io::LoopGroup& loops, Settings settings, const Above& above) {
  CHECK(above.events != nullptr);
  return std::make_unique<Engine>(loops, std::move(settings), above);
}

}  // namespace live
