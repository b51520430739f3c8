#include "live/renditions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "io/loop.h"
#include "live/helper_rig_test_support.h"
#include "live/stream_rig_test_support.h"

namespace live {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Helpers;
using testing::StreamRig;

class RenditionsTest : public ::testing::Test, private RenditionsHost {
 protected:
  RenditionsTest() {
    settings_.mode = RenditionSettings::Mode::kWatched;
    settings_.helper = "helper";
    settings_.cores = 8;
    grant_.channel = base::ChannelId("abcDEF123456");
    grant_.ladder = PublishGrant::Ladder::kStandard;
  }
  ~RenditionsTest() override { renditions_.reset(); }

  void begin() {
    budget_.emplace(settings_, 4);
    workshop_.emplace(Renditions::Workshop{settings_, *budget_, helpers_.factory()});
    RenditionsHost& host = *this;
    renditions_ = std::make_unique<Renditions>(loop_, *workshop_, host, rig_.stream(), grant_);
    const media::Track sound = testing::audio_track();
    renditions_->plan(testing::video_track(30).video, &sound);
    rig_.publish({.rate = 30, .gop = 2});
    renditions_->on_source_changed();
  }
  // Goes on in steps of the look, with helpers that keep up or do nothing.
  void run(double seconds, bool works = true) {
    for (double left = seconds; left > 0; left -= 0.25) {
      rig_.run(0.25);
      if (works) helpers_.work();
      now_ += 250ms;
      if (watched_) renditions_->on_watched(now_);
      renditions_->look(now_);
    }
  }
  std::vector<std::string> offered() {
    std::vector<std::string> names;
    for (const auto& variant : rig_.stream().snapshot()->multivariant->variants) {
      names.push_back(variant.uri);
    }
    return names;
  }
  void expect_in_step(const std::string& name) {
    for (const auto& [msn, segment] : rig_.segments(name)) {
      const Segment& original = *rig_.segments("v0").at(msn);
      EXPECT_EQ(segment->date, original.date) << msn;
      if (segment->complete && original.complete) {
        EXPECT_EQ(segment->duration, original.duration) << msn;
      }
    }
  }

  RenditionSettings settings_;
  PublishGrant grant_;
  io::Loop loop_;
  Helpers helpers_;
  StreamRig rig_{PackagingSettings{}};
  std::optional<RenditionBudget> budget_;
  std::optional<Renditions::Workshop> workshop_;
  std::unique_ptr<Renditions> renditions_;
  base::MonotonicTime now_ = io::Loop::precise_now();
  bool watched_ = false;
  std::vector<std::string> sentences_;
  StreamEvent::Renditions told_;

 private:
  void publish() override {}
  void on_renditions_change(StreamEvent::Renditions told, std::string sentence) override {
    told_ = std::move(told);
    sentences_.push_back(std::move(sentence));
  }
};

TEST_F(RenditionsTest, AreMadeWhileSomebodyWatches) {
  begin();
  run(5);
  EXPECT_EQ(helpers_.started, 0u);
  EXPECT_EQ(renditions_->status().at(0).state, RenditionStatus::State::kIdle);
  renditions_->on_watched(now_);
  // They are offered before anything is made.
  EXPECT_THAT(offered(), ElementsAre("v0", "480p30", "360p30", "160p30", "audio"));
  EXPECT_EQ(renditions_->status().at(0).state, RenditionStatus::State::kStarting);
  run(10);
  EXPECT_EQ(helpers_.started, 1u);
  const auto& job = helpers_.alive.at(0)->job();
  ASSERT_EQ(job.video.size(), 3u);
  EXPECT_EQ(job.video[0].width, 854u);
  EXPECT_EQ(job.video[0].bitrate, 1'400'000u);
  ASSERT_EQ(job.audio.size(), 2u);
  EXPECT_EQ(job.audio[0].bitrate, 64'000u);
  EXPECT_TRUE(rig_.problems().empty()) << rig_.problem_text();
  for (const char* name : {"480p30", "360p30", "160p30"}) expect_in_step(name);
  EXPECT_EQ(renditions_->status().at(0).state, RenditionStatus::State::kRunning);
  EXPECT_EQ(budget_->load().running, 3u);
  EXPECT_GT(budget_->load().used, 0.2);
  run(25);
  EXPECT_TRUE(helpers_.alive.empty());
  EXPECT_THAT(offered(), ElementsAre("v0", "audio"));
  EXPECT_EQ(budget_->load().used, 0);
  EXPECT_TRUE(sentences_.empty());
}

TEST_F(RenditionsTest, AreMadeForARecordingThoughNobodyWatches) {
  grant_.records_renditions = true;
  begin();
  run(40);
  EXPECT_EQ(helpers_.started, 1u);
  expect_in_step("480p30");
}

TEST_F(RenditionsTest, ACrashIsNotSeen) {
  watched_ = true;
  begin();
  run(7.3);
  helpers_.alive.at(0)->crash();
  EXPECT_EQ(helpers_.started, 2u);
  run(10);
  EXPECT_TRUE(rig_.problems().empty()) << rig_.problem_text();
  expect_in_step("480p30");
  // Every picture is there, once.
  const auto made = rig_.found("480p30", 0);
  const auto source = rig_.found("v0", 0);
  ASSERT_GT(made.size(), 400u);
  EXPECT_TRUE(std::search(source.begin(), source.end(), made.begin(), made.end() - 30) !=
              source.end());
}

TEST_F(RenditionsTest, WhatKeepsCrashingIsGivenUp) {
  watched_ = true;
  begin();
  run(5);
  for (int i = 0; i < 3; ++i) helpers_.alive.at(0)->crash();
  EXPECT_TRUE(helpers_.alive.empty());
  EXPECT_EQ(helpers_.started, 3u);
  run(5);
  EXPECT_EQ(helpers_.started, 3u);
  EXPECT_THAT(offered(), ElementsAre("v0", "audio"));
  EXPECT_THAT(sentences_, ElementsAre(HasSubstr("keeps failing")));
  EXPECT_THAT(told_.running, ::testing::IsEmpty());
  EXPECT_THAT(told_.missing, ElementsAre("480p30", "360p30", "160p30"));
}

TEST_F(RenditionsTest, WhatFallsBehindIsShedFromTheTopAndTriedAgain) {
  watched_ = true;
  begin();
  run(12);
  run(2, false);
  EXPECT_THAT(sentences_, ElementsAre(HasSubstr("480p30 is left out")));
  EXPECT_THAT(offered(), ElementsAre("v0", "360p30", "160p30", "audio"));
  EXPECT_THAT(told_.running, ElementsAre("360p30", "160p30"));
  EXPECT_EQ(budget_->load().shed, 1u);
  // It does not help: the next one goes.
  run(2, false);
  EXPECT_THAT(offered(), ElementsAre("v0", "160p30", "audio"));
  // It does: a minute later one comes back, beginning with a segment of its own.
  run(50);
  EXPECT_EQ(sentences_.size(), 2u);
  run(15);
  EXPECT_THAT(sentences_.back(), HasSubstr("360p30 is made again"));
  run(65);
  EXPECT_THAT(offered(), ElementsAre("v0", "480p30", "360p30", "160p30", "audio"));
  EXPECT_EQ(helpers_.started, 3u);
  for (const char* name : {"480p30", "360p30", "160p30"}) expect_in_step(name);
}

TEST_F(RenditionsTest, ThereIsNoEndToFallingBehindButTheSource) {
  watched_ = true;
  begin();
  run(10);
  run(8, false);
  EXPECT_THAT(offered(), ElementsAre("v0", "audio"));
  EXPECT_TRUE(helpers_.alive.empty());
  EXPECT_THAT(sentences_.back(), HasSubstr("no renditions are made for now"));
  // The source went on all the time.
  EXPECT_GT(rig_.segments("v0").size(), 8u);
  run(70);
  EXPECT_EQ(helpers_.started, 2u);
}

TEST_F(RenditionsTest, WhatThereIsNoRoomForIsLeftOut) {
  settings_.cores = 0.3;
  watched_ = true;
  begin();
  run(5);
  EXPECT_THAT(offered(), ElementsAre("v0", "360p30", "160p30", "audio"));
  EXPECT_THAT(sentences_, ElementsAre(HasSubstr("no room for all")));
  EXPECT_LE(budget_->load().used, 0.3);
}

TEST_F(RenditionsTest, OrNothingIsMadeIfThatIsWanted) {
  settings_.cores = 0.3;
  settings_.policy = RenditionSettings::Policy::kRefuse;
  watched_ = true;
  begin();
  run(5);
  EXPECT_THAT(offered(), ElementsAre("v0", "audio"));
  EXPECT_THAT(sentences_, ElementsAre(HasSubstr("no room")));
  EXPECT_EQ(budget_->load().used, 0);
}

TEST_F(RenditionsTest, AdvancedStandsInForTheSourceWhileItIsWhole) {
  grant_.ladder = PublishGrant::Ladder::kAdvancedHd;
  watched_ = true;
  begin();
  run(12);
  EXPECT_THAT(offered(), ElementsAre("720p30", "480p30", "360p30", "160p30", "audio_only"));
  expect_in_step("720p30");
  expect_in_step("audio_only");
  run(2, false);
  EXPECT_THAT(offered(), ElementsAre("v0", "480p30", "360p30", "160p30", "audio_only"));
}

TEST_F(RenditionsTest, TheWindowEndsWithASourceThatStops) {
  watched_ = true;
  begin();
  run(9.5);
  rig_.stream().break_here({});
  for (int i = 0; i < 6; ++i) {
    helpers_.work();
    now_ += 250ms;
    renditions_->look(now_);
  }
  const auto window = *rig_.stream().snapshot()->find("480p30");
  EXPECT_TRUE(window->segments.back()->complete);
}

}  // namespace
}  // namespace live
