// The engine on one loop with publishers made of arithmetic, for tests from outside its door. Test
// code only.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/loop.h"
#include "live/stream_rig_test_support.h"
#include "live/view_admission_test_support.h"

namespace live::testing {

struct Owner final : IngestOwner {
  void on_ended(const base::Error& reason) override { ended.push_back(reason.message); }
  std::vector<std::string> ended;
};

/// Written on home loops, read by the test.
struct Events final : StreamEvents {
  void on_event(const StreamEvent& event) override {
    const std::lock_guard lock(mutex);
    kinds.push_back(event.kind);
    details.push_back(event.detail);
    all.push_back(event);
  }
  std::size_t count(StreamEvent::Kind kind) {
    const std::lock_guard lock(mutex);
    return static_cast<std::size_t>(std::count(kinds.begin(), kinds.end(), kind));
  }
  std::optional<StreamEvent> last(StreamEvent::Kind kind) {
    const std::lock_guard lock(mutex);
    const auto found = std::find(kinds.rbegin(), kinds.rend(), kind);
    if (found == kinds.rend()) return std::nullopt;
    return all[static_cast<std::size_t>(kinds.rend() - found) - 1];
  }
  bool told(const std::string& detail) {
    const std::lock_guard lock(mutex);
    return std::find(details.begin(), details.end(), detail) != details.end();
  }
  std::mutex mutex;
  std::vector<StreamEvent::Kind> kinds;
  std::vector<std::string> details;
  std::vector<StreamEvent> all;
};

struct Viewer final : ViewerConnection {
  void respond(std::uint64_t, wire::http::Response response) override {
    ++answers;
    status = response.status;
    body.clear();
    for (const auto& slice : response.body) body += slice.text();
    if (next) next();
  }
  void append(std::uint64_t, base::Slice data) override { body += data.text(); }
  void finish(std::uint64_t) override {}
  std::size_t queued_bytes() const override { return 0; }
  void abort(std::uint64_t) override {}
  std::function<void()> next;
  std::size_t answers = 0;
  int status = 0;
  std::string body;
};

/// An encoder behind an Ingest.
class Publishing {
 public:
  Publishing(std::unique_ptr<Ingest> ingest, EncoderSettings settings = {}, double source = 100)
      : ingest_(std::move(ingest)), encoder_(settings, source, 1) {
    EncoderInfo info;
    info.name = "test";
    info.frame_rate = settings.rate;
    ingest_->encoder(info);
    EXPECT_TRUE(
        ingest_->track(video_track(settings.rate, settings.width, settings.width * 9 / 16)));
    EXPECT_TRUE(ingest_->track(audio_track()));
  }
  base::Expected<void> run(double seconds) {
    const double until = encoder_.arrival() + seconds;
    while (encoder_.arrival() < until) {
      const Encoder::Output out = encoder_.next();
      if (auto taken = ingest_->sample(out.key.kind, 0, out.sample); !taken) return taken;
    }
    return {};
  }
  Ingest& ingest() { return *ingest_; }
  void lose() { ingest_.reset(); }
  void finish() {
    ingest_->finish();
    ingest_.reset();
  }

 private:
  std::unique_ptr<Ingest> ingest_;
  Encoder encoder_;
};

/// One loop, driven by hand: everything happens on this thread.
class LiveRig : public ::testing::Test {
 protected:
  LiveRig() : loops_(1) {
    admission_.sessions[{"abcDEF123456", "-"}] = {};
    make({});
  }
  ~LiveRig() override { settle(); }
  void make(Settings settings) {
    live_ = Live::create(loops_, std::move(settings),
                         {&events_, [this](io::Loop&) -> ViewAdmission& { return admission_; }});
  }
  base::Expected<std::unique_ptr<Ingest>> open(Owner& owner, std::uint32_t priority = 0) {
    PublishGrant grant = grant_;
    grant.channel = channel_;
    IngestOptions options;
    options.remote_address = "192.0.2.7";
    options.clock = kRtmpClock;
    options.priority = priority;
    return live_->open_ingest(grant, options, owner);
  }
  void settle() {
    for (int i = 0; i < 10; ++i) (void)loops_.at(0).run_once(std::chrono::milliseconds(0));
  }
  template <class Done>
  bool drive(Done done, base::Duration patience = std::chrono::seconds(10)) {
    const auto until = io::Loop::precise_now() + patience;
    while (!done()) {
      if (io::Loop::precise_now() > until) return false;
      (void)loops_.at(0).run_once(std::chrono::milliseconds(20));
    }
    return true;
  }
  std::string get(const std::string& file, const std::string& folder = "v0/fmp4/") {
    wire::http::Request request;
    EXPECT_TRUE(request.set_target("/api/video/v1/s/-/abcDEF123456/" + folder + file));
    (void)live_->playback(loops_.at(0)).request({&request, "me"}, viewer_, ++token_);
    settle();
    return viewer_.body;
  }

  const base::ChannelId channel_{"abcDEF123456"};
  PublishGrant grant_;
  io::LoopGroup loops_;
  Events events_;
  FakeViewAdmission admission_;
  std::unique_ptr<Live> live_;
  Viewer viewer_;
  std::uint64_t token_ = 0;
  Owner first_, second_, third_;
};

}  // namespace live::testing
