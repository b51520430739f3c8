#include "live/renditions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "io/loop.h"
#include "live/stream_rig_test_support.h"

namespace live {
namespace {

using namespace std::chrono_literals;
using media::pipe::Message;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::StreamRig;

// Helpers made of arithmetic: what they are sent is worked on when the test says so.
class Helpers {
 public:
  class Helper final : public HelperLink {
   public:
    Helper(Helpers& all, HelperListener& listener) : all_(all), listener_(listener) {
      all_.alive.push_back(this);
      ++all_.started;
    }
    ~Helper() override { std::erase(all_.alive, this); }
    bool send(const Message& message) override {
      waiting_.push_back(message);
      return true;
    }
    std::size_t queued() const override { return 0; }
    void work() {
      while (!waiting_.empty()) {
        const Message message = std::move(waiting_.front());
        waiting_.pop_front();
        handle(message);
      }
    }
    void crash() { listener_.on_ended("a signal"); }
    const media::pipe::TranscodeJob& job() const { return job_; }

   private:
    void handle(const Message& message) {
      if (const auto* job = std::get_if<media::pipe::TranscodeJob>(&message)) job_ = *job;
      if (const auto* end = std::get_if<media::pipe::EndOutput>(&message)) {
        const auto same = [&](const auto& output) { return output.id == end->id; };
        if (end->kind == media::TrackKind::kVideo) std::erase_if(job_.video, same);
        if (end->kind == media::TrackKind::kAudio) std::erase_if(job_.audio, same);
      }
      if (const auto* given = std::get_if<media::pipe::SourceTrack>(&message)) {
        each(given->track.kind(), [&](std::uint32_t id) {
          media::Track track = given->track;
          track.id = id;
          listener_.on_message(media::pipe::OutputTrack{track});
        });
      }
      if (const auto* given = std::get_if<media::pipe::SourceSample>(&message)) give(*given);
    }
    void give(const media::pipe::SourceSample& given) {
      const bool video = given.kind == media::TrackKind::kVideo;
      media::Sample sample = given.sample;
      const media::Ticks time =
          video ? sample.pts : media::rescale(sample.pts, 48'000, media::kVideoTimescale);
      if (time < job_.deliver_from) return;
      if (video && !began_) sample.keyframe = true;
      began_ = began_ || video;
      sample.dts = sample.pts;
      each(given.kind, [&](std::uint32_t id) {
        listener_.on_message(media::pipe::OutputSample{given.kind, id, sample});
      });
    }
    template <class Use>
    void each(media::TrackKind kind, Use use) {
      std::vector<std::uint32_t> ids;
      if (kind == media::TrackKind::kVideo) {
        for (const auto& output : job_.video) ids.push_back(output.id);
      } else {
        for (const auto& output : job_.audio) ids.push_back(output.id);
      }
      for (const std::uint32_t id : ids) use(id);
    }

    Helpers& all_;
    HelperListener& listener_;
    media::pipe::TranscodeJob job_;
    bool began_ = false;
    std::deque<Message> waiting_;
  };

  HelperFactory factory() {
    return [this](HelperListener& listener) { return std::make_unique<Helper>(*this, listener); };
  }
  void work() {
    for (Helper* helper : std::vector(alive)) helper->work();
  }

  std::vector<Helper*> alive;
  unsigned started = 0;
};

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
