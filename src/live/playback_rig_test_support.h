// A LoopPlayback with a broadcast, a viewer's connection and an admission around it. Test code
// only.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/loop.h"
#include "live/playback.h"
#include "live/stream_rig_test_support.h"
#include "live/view_admission_test_support.h"

namespace live::testing {

inline const base::ChannelId kChannel("abcDEF123456");
inline constexpr std::string_view kFolder = "/api/video/v1/s/-/abcDEF123456/v0/fmp4/";

/// A connection that remembers what it was told, and may react to it.
struct RecordingViewer final : ViewerConnection {
  struct Answer {
    wire::http::Response response;
    std::string body;
    bool finished = false;
    bool aborted = false;
  };
  void respond(std::uint64_t token, wire::http::Response response) override {
    EXPECT_FALSE(answers.contains(token)) << "answered twice";
    Answer& answer = answers[token];
    for (const auto& slice : response.body) answer.body += slice.text();
    answer.finished = !response.streaming;
    answer.response = std::move(response);
    if (on_respond) std::exchange(on_respond, nullptr)(token);
  }
  void append(std::uint64_t token, base::Slice data) override {
    answers.at(token).body += data.text();
    ++appended;
    if (on_append) std::exchange(on_append, nullptr)(token);
  }
  void finish(std::uint64_t token) override { answers.at(token).finished = true; }
  std::size_t queued_bytes() const override { return queued; }
  void abort(std::uint64_t token) override { answers.at(token).aborted = true; }

  int status(std::uint64_t token) const {
    const auto found = answers.find(token);
    return found == answers.end() ? 0 : found->second.response.status;
  }

  std::map<std::uint64_t, Answer> answers;
  std::function<void(std::uint64_t)> on_respond, on_append;
  std::size_t queued = 0;
  std::size_t appended = 0;
};

struct FakeSource final : SnapshotSource {
  void subscribe(const base::ChannelId&, unsigned) override {
    ++subscribed;
    if (on_subscribe) on_subscribe();
  }
  void unsubscribe(const base::ChannelId&, unsigned) override { ++unsubscribed; }
  std::function<void()> on_subscribe;
  int subscribed = 0;
  int unsubscribed = 0;
};

class PlaybackTest : public ::testing::Test {
 protected:
  PlaybackTest()
      : playback_(loop_, settings_, source_, admission_),
        rig_({.window = std::chrono::seconds(30)}) {
    rig_.publish({.rate = 30, .gop = 2});
    source_.on_subscribe = [this] { show(); };
    admission_.sessions[{kChannel.str(), "-"}] = {};
  }
  void show() { playback_.update(rig_.stream().snapshot()); }
  void run(double seconds) {
    rig_.run(seconds);
    show();
  }
  void go_live(double seconds) {
    rig_.run(seconds);
    playback_.announce(kChannel);
  }
  std::uint64_t ask(const std::string& target, std::uint64_t token,
                    std::vector<std::pair<std::string, std::string>> headers = {}) {
    wire::http::Request request;
    EXPECT_TRUE(request.set_target(target));
    for (const auto& [name, value] : headers) request.headers.add(name, value);
    return playback_.request({&request, remote_}, viewer_, token);
  }
  std::uint64_t ask_file(const std::string& file, std::uint64_t token,
                         std::vector<std::pair<std::string, std::string>> headers = {}) {
    return ask(std::string(kFolder) + file, token, std::move(headers));
  }
  std::uint32_t viewers() const {
    std::vector<ViewerSample> samples;
    for (auto& [channel, sample] : playback_.viewer_samples()) samples.push_back(sample);
    return merge(std::move(samples)).viewers;
  }
  const Window& window() { return **(latest_ = rig_.stream().snapshot())->find("v0"); }

  io::Loop loop_;
  Settings settings_;
  FakeSource source_;
  FakeViewAdmission admission_;
  LoopPlayback playback_;
  StreamRig rig_;
  RecordingViewer viewer_;
  std::shared_ptr<const ChannelSnapshot> latest_;
  std::string remote_ = "10.0.0.1";
};

}  // namespace live::testing
