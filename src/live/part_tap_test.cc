#include "live/part_tap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "live/live_rig_test_support.h"
#include "live/stream_rig_test_support.h"

namespace live {
namespace {

using testing::kVideoKey;
using testing::Publishing;
using testing::StreamRig;

// What a sink was given.
struct Kept {
  std::vector<media::MadePart> parts;
  unsigned ends = 0;
  bool destroyed = false;

  std::map<std::string, std::vector<media::MadePart>> by_name() const {
    std::map<std::string, std::vector<media::MadePart>> sorted;
    for (const auto& part : parts) sorted[part.rendition->name].push_back(part);
    return sorted;
  }
};

class Sink final : public media::PartSink {
 public:
  explicit Sink(std::shared_ptr<Kept> kept) : kept_(std::move(kept)) {}
  ~Sink() override { kept_->destroyed = true; }
  void on_part(const media::MadePart& part) override { kept_->parts.push_back(part); }
  void on_end() override { ++kept_->ends; }

 private:
  const std::shared_ptr<Kept> kept_;  // the test looks at it when the sink has gone
};

PackagingSettings packaging() {
  return {};
}

// The part of the rig's stream that a handed one is.
const Part& original(StreamRig& rig, const std::string& rendition, std::size_t index) {
  return *rig.parts(rendition).at(index).part;
}

void expect_the_same(StreamRig& rig, const std::vector<media::MadePart>& handed,
                     const std::string& rendition) {
  ASSERT_EQ(handed.size(), rig.parts(rendition).size());
  for (std::size_t i = 0; i < handed.size(); ++i) {
    const Part& part = original(rig, rendition, i);
    const Segment& segment = *rig.segments(rendition).at(part.msn);
    EXPECT_EQ(handed[i].segment, part.msn);
    EXPECT_EQ(handed[i].index, part.index);
    EXPECT_EQ(handed[i].independent, part.independent);
    EXPECT_EQ(handed[i].start, part.start);
    EXPECT_EQ(handed[i].duration, part.duration);
    EXPECT_EQ(handed[i].discontinuity, segment.discontinuity && part.index == 0);
    EXPECT_EQ(handed[i].rendition->tracks, part.tracks->tracks());
    // The bytes are those that viewers get, not a copy of them.
    const base::Slice& seen = part.bytes(Container::kTs);
    EXPECT_EQ(handed[i].media->bytes().span().data(), seen.span().data());
    ASSERT_EQ(handed[i].media->samples().size(), part.samples.size());
    EXPECT_EQ(handed[i].media->samples()[0].size(), part.samples[0].size());
    if (part.index == 0) {
      EXPECT_EQ(handed[i].date, segment.date);
    } else {
      const auto step = std::chrono::microseconds(handed[i - 1].duration * 100 / 9);
      EXPECT_LE(abs(handed[i].date - handed[i - 1].date - step), std::chrono::microseconds(1));
    }
  }
}

TEST(PartTap, HandsOnWhatViewersGet) {
  const auto kept = std::make_shared<Kept>();
  StreamRig rig(packaging());
  rig.stream().record(std::make_unique<Sink>(kept));
  rig.publish({.rate = 30, .gop = 2});
  rig.run(9);
  rig.finish();
  EXPECT_EQ(kept->ends, 1u);
  EXPECT_TRUE(kept->destroyed);
  const auto parts = kept->by_name();
  ASSERT_THAT(parts, ::testing::SizeIs(2));
  expect_the_same(rig, parts.at("720p30"), "v0");
  expect_the_same(rig, parts.at("audio_only"), "audio");
  const media::RenditionInfo& info = *parts.at("720p30").front().rendition;
  EXPECT_TRUE(info.is_source);
  EXPECT_EQ(info.container, media::PartContainer::kMpegTs);
  EXPECT_TRUE(info.init.empty());
  EXPECT_EQ(info.width, 1280u);
  EXPECT_EQ(info.height, 720u);
  EXPECT_EQ(info.frame_rate, 30);
  EXPECT_GT(info.bandwidth, 3'000'000u);
  EXPECT_EQ(parts.at("720p30").back().rendition.get(), &info);
}

TEST(PartTap, ARenditionKeepsItsNameAndGetsAnotherDescription) {
  const auto kept = std::make_shared<Kept>();
  StreamRig rig(packaging());
  rig.stream().record(std::make_unique<Sink>(kept));
  rig.publish({.rate = 30, .gop = 2});
  rig.run(5);
  rig.change_picture(640);
  rig.run(5);
  rig.finish();
  const auto parts = kept->by_name();
  expect_the_same(rig, parts.at("720p30"), "v0");
  const media::MadePart& last = parts.at("720p30").back();
  EXPECT_NE(last.rendition, parts.at("720p30").front().rendition);
  EXPECT_EQ(last.rendition->height, 360u);
  const auto breaks = std::ranges::count_if(
      parts.at("720p30"), [](const media::MadePart& part) { return part.discontinuity; });
  EXPECT_EQ(breaks, 1);
}

TEST(PartTap, NamesOfPlannedRenditionsAreLeftToThem) {
  const auto kept = std::make_shared<Kept>();
  PartTap tap(std::make_unique<Sink>(kept), Container::kFmp4);
  tap.reserve({"720p30"});
  const auto part = std::make_shared<Part>();
  part->tracks =
      std::make_shared<const TrackSet>(7, std::vector<media::Track>{testing::video_track(30)});
  part->samples.resize(1);
  const std::shared_ptr<const Part> made = part;
  tap.on_part({"v0", true, made, false, {}});
  tap.on_part({"720p30", false, made, false, {}});
  EXPECT_EQ(kept->parts[0].rendition->name, "720p30-source");
  EXPECT_EQ(kept->parts[0].rendition->container, media::PartContainer::kFmp4);
  EXPECT_EQ(kept->parts[0].rendition->init.span().data(),
            part->tracks->init_segment().span().data());
  EXPECT_EQ(kept->parts[1].rendition->name, "720p30");
  EXPECT_FALSE(kept->parts[1].rendition->is_source);
}

TEST(PartTap, WhatMpegTsCannotCarryIsFmp4InEveryRendition) {
  const auto kept = std::make_shared<Kept>();
  PartTap tap(std::make_unique<Sink>(kept), Container::kTs);
  media::Track video = testing::video_track(30);
  std::map<TrackKey, media::Track> tracks{{kVideoKey, video}};
  media::Track& opus = tracks[testing::kAudioKey];
  opus = testing::audio_track();
  opus.codec = media::Codec::kOpus;
  tap.set_tracks(tracks);
  const auto part = std::make_shared<Part>();
  part->tracks = std::make_shared<const TrackSet>(7, std::vector<media::Track>{video});
  part->samples.resize(1);
  tap.on_part({"v0", true, part, false, {}});
  EXPECT_EQ(kept->parts[0].rendition->container, media::PartContainer::kFmp4);
}

// ---- channels ---------------------------------------------------------------------------------

class RecordedChannel : public testing::LiveRig {
 protected:
  void make_recording(Settings settings) {
    Live::Above above;
    above.events = &events_;
    above.view_admission = [this](io::Loop&) -> ViewAdmission& { return admission_; };
    above.record = [this](const PublishGrant& grant, const base::StreamId& stream,
                          base::WallTime started_at) -> std::unique_ptr<media::PartSink> {
      EXPECT_EQ(grant.recording, plan_);
      EXPECT_GT(started_at, base::WallTime{});
      streams_.push_back(stream);
      return std::make_unique<Sink>(kept_.emplace_back(std::make_shared<Kept>()));
    };
    live_.reset();
    live_ = Live::create(loops_, std::move(settings), above);
    grant_.recording = plan_;
  }

  const std::shared_ptr<const void> plan_ = std::make_shared<int>(1);
  std::vector<std::shared_ptr<Kept>> kept_;
  std::vector<base::StreamId> streams_;
};

TEST_F(RecordedChannel, OneSinkTakesTheBroadcastWhoeverPublishesIt) {
  make_recording({});
  Publishing one(*open(first_, 1));
  ASSERT_TRUE(one.run(3));
  ASSERT_EQ(kept_.size(), 1u);
  EXPECT_EQ(streams_[0], one.ingest().stream());
  const std::size_t before = kept_[0]->parts.size();
  EXPECT_GT(before, 10u);
  // Lost and back.
  one.lose();
  Publishing two(*open(first_, 1), {}, 900);
  ASSERT_TRUE(two.run(3));
  EXPECT_GT(kept_[0]->parts.size(), before + 10);
  // Taken over.
  const std::size_t earlier = kept_[0]->parts.size();
  Publishing three(*open(second_, 2), {}, 700);
  ASSERT_TRUE(three.run(3));
  EXPECT_GT(kept_[0]->parts.size(), earlier + 10);
  three.finish();
  EXPECT_EQ(kept_.size(), 1u);
  EXPECT_EQ(kept_[0]->ends, 1u);
  EXPECT_TRUE(kept_[0]->destroyed);
  std::uint64_t segment = 0;
  const auto parts = kept_[0]->by_name();
  for (const auto& part : parts.at("720p30")) {
    EXPECT_LE(part.segment, segment == 0 ? part.segment : segment + 1);
    segment = part.segment;
  }
  // The next broadcast is another one.
  Publishing four(*open(first_));
  ASSERT_TRUE(four.run(3));
  ASSERT_EQ(kept_.size(), 2u);
  EXPECT_GT(kept_[1]->parts.front().segment, segment);
  EXPECT_NE(streams_[0], streams_[1]);
}

TEST_F(RecordedChannel, WhoeverIsStoppedIsRecordedToTheEnd) {
  make_recording({});
  Publishing one(*open(first_));
  ASSERT_TRUE(one.run(3));
  ASSERT_TRUE(live_->stop(channel_));
  EXPECT_EQ(kept_.at(0)->ends, 1u);
}

TEST_F(RecordedChannel, AnEngineThatIsDestroyedDoesNotEndTheRecording) {
  make_recording({});
  Publishing one(*open(first_));
  ASSERT_TRUE(one.run(3));
  one.lose();
  live_.reset();
  EXPECT_EQ(kept_.at(0)->ends, 0u);
  EXPECT_TRUE(kept_[0]->destroyed);
  make({});
}

TEST_F(RecordedChannel, NobodyIsAskedForABroadcastThatIsNotRecorded) {
  make_recording({});
  grant_.recording = nullptr;
  Publishing one(*open(first_));
  ASSERT_TRUE(one.run(3));
  EXPECT_TRUE(kept_.empty());
}

}  // namespace
}  // namespace live
