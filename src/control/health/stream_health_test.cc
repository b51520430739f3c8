#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log_tail.h"
#include "control/health/event_notes.h"
#include "control/metric_series.h"
#include "control/metric_tables.h"
#include "control/recording/recording_rig_test_support.h"
#include "control/stream_recorder.h"

namespace control {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr base::WallTime kNow = test::kRecordStart;
constexpr std::int64_t kSeconds = 1'800'000'000;
constexpr std::int64_t kStarted = kSeconds - 60;

class StreamHealthTest : public test::RecordingRig {
 protected:
  const std::string arn_ = make_arn(home_, "channel", kChannel.str());
  const std::string named_ =
      R"({"channelArn":")" + arn_ + R"(","streamId":")" + test::kStream.str() + R"("})";

  /// As the API runs what only reads: outside of a transaction.
  ApiObject ask(std::string_view name, const std::string& input) {
    const Operation* operation = find_operation(name);
    const Handler* handler = nullptr;
    for (const auto part : {stream_health_handlers(), server_status_handlers()}) {
      for (const Handler& one : part) {
        if (one.operation == name) handler = &one;
      }
    }
    CHECK(operation != nullptr && handler != nullptr);
    const json::object body = json::parse(input).as_object();
    if (auto valid = validate(*operation->input, body); !valid) {
      return std::unexpected(valid.error());
    }
    ApiObject output;
    std::move_only_function<void(json::object, Call::Finish)> later;
    workers_->read_and_wait([&](io::SqlConnection& sql) {
      Call made{*operation, body, caller_, endpoints_, *platform_, sql, kNow};
      output = handler->run(made);
      later = std::move(made.later);
    });
    if (output && later) {
      later(std::move(*output), [&](ApiObject done) { output = std::move(done); });
    }
    if (output) {
      // As it is sent.
      const json::object sent = json::parse(json::serialize(*output)).as_object();
      const auto fits = validate(*operation->output, sent);
      EXPECT_TRUE(fits) << fits.error().message << json::serialize(*output);
    }
    return output;
  }
  std::string failure(std::string_view name, const std::string& input) {
    const auto output = ask(name, input);
    return output ? json::serialize(*output) : output.error().name;
  }

  live::StreamStatus status() const {
    live::StreamStatus status;
    status.channel = kChannel;
    status.stream = test::kStream;
    status.started_at = base::WallTime(std::chrono::seconds(kStarted));
    status.live = true;
    status.measured = true;
    status.health = live::Health::kHealthy;
    status.video_bitrate = 3'000'000;
    status.audio_bitrate = 128'000;
    status.bitrate = 3'128'000;
    status.frame_rate = 30;
    status.keyframe_interval = std::chrono::seconds(4);
    status.viewers = 6;
    status.protocol = "rtmp";
    live::TrackStatus video;
    video.name = "video 0";
    video.codec = "avc1.64001F";
    video.width = 1280;
    video.height = 720;
    live::TrackStatus audio;
    audio.name = "audio 0";
    audio.codec = "mp4a.40.2";
    audio.sample_rate = 48'000;
    audio.channels = 2;
    status.tracks = {video, audio};
    return status;
  }
  void tell(live::StreamEvent::Kind kind, live::StreamEvent event = {}) {
    event.kind = kind;
    event.channel = kChannel;
    event.stream = test::kStream;
    event.at = base::WallTime(std::chrono::seconds(kStarted + told_++));
    StreamRecorder(*platform_).on_event(event);
    settle();
  }
  void begin() {
    add_channel();
    tell(live::StreamEvent::Kind::kSessionCreated);
    live::StreamEvent start;
    start.status = std::make_shared<const live::StreamStatus>(status());
    tell(live::StreamEvent::Kind::kStreamStart, start);
  }
  void measured_at(std::int64_t at, std::uint64_t video, double rate, std::uint64_t gaps) {
    live::StreamStatus now = status();
    now.video_bitrate = video;
    now.frame_rate = rate;
    now.repairs.gaps = gaps;
    Board board = measure({now}, {}, kNow, std::chrono::seconds(5));
    repairs_.measure({now}, board);
    ASSERT_TRUE(workers_->write_and_wait(
        [&](io::SqlConnection& sql) { return insert_tick(sql, at, encode_board(board)); }));
  }
  void bring(live::StreamStatus one) {
    health_.on_figures(std::make_shared<const std::vector<live::StreamStatus>>(1, std::move(one)),
                       kNow, io::Loop::precise_now());
  }

  RepairMeter repairs_;
  int told_ = 0;
};
ROSTRUM_INSTANTIATE_SQL_TEST(StreamHealthTest);

const json::object& series(const json::object& output, std::string_view name) {
  for (const json::value& one : output.at("series").as_array()) {
    if (one.at("name").as_string() == name) return one.as_object();
  }
  throw std::out_of_range(std::string(name));
}

TEST_P(StreamHealthTest, SeriesOfASession) {
  begin();
  measured_at(kStarted, 2'000'000, 30, 0);
  measured_at(kStarted + 5, 4'000'000, 28, 2);
  measured_at(kStarted + 20, 3'000'000, 29, 3);
  const auto output = ask("GetStreamMetrics", named_);
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_EQ(output->at("period"), 5);
  EXPECT_EQ(output->at("startTime"), "2027-01-15T07:59:00Z");
  EXPECT_EQ(output->at("endTime"), "2027-01-15T08:00:00Z");
  const json::object& video = series(*output, "IngestVideoBitrate");
  EXPECT_EQ(json::serialize(video.at("timestamps")),
            "[1799999940,1799999945,1799999950,1799999955,1799999960]");
  EXPECT_EQ(video.at("values"), (json::array{2e6, 4e6, 4e6, 4e6, 3e6}));
  EXPECT_EQ(video.at("average"), 3e6);
  EXPECT_EQ(video.at("unit"), "Bits/Second");
  EXPECT_EQ(series(*output, "IngestFramerate").at("average"), 29.0);
  EXPECT_EQ(series(*output, "Gaps").at("values"), (json::array{0.0, 2.0, 1.0}));
  EXPECT_EQ(series(*output, "KeyframeInterval").at("values"), (json::array{4.0, 4.0, 4.0}));
  EXPECT_EQ(series(*output, "ConcurrentViews").at("values"), (json::array{6.0, 6.0, 6.0}));
  // The encoder's settings as they were announced, and the average of the interval.
  ASSERT_EQ(output->at("notes").as_array().size(), 1u);
  EXPECT_EQ(output->at("notes").at(0).at("code"), "KEYFRAME_INTERVAL");
  const auto minute = ask("GetStreamMetrics", R"({"channelArn":")" + arn_ + R"(","streamId":")" +
                                                  test::kStream.str() + R"(","period":60})");
  ASSERT_TRUE(minute);
  EXPECT_EQ(series(*minute, "IngestVideoBitrate").at("values"), (json::array{3e6}));
}

TEST_P(StreamHealthTest, EventsOfASessionAreExplained) {
  begin();
  live::StreamEvent breach;
  breach.breach = {live::StreamEvent::Breach::Limit::kIngestBitrate, 8'500'000, 500'000};
  tell(live::StreamEvent::Kind::kLimitBreach, breach);
  tell(live::StreamEvent::Kind::kIngestLost);
  tell(live::StreamEvent::Kind::kIngestBack);
  const auto output = ask("GetStreamMetrics", named_);
  ASSERT_TRUE(output);
  std::vector<std::string> told;
  for (const json::value& event : output->at("events").as_array()) {
    told.push_back(text_of(event.as_object(), "severity") + " " +
                   text_of(event.as_object(), "title"));
  }
  EXPECT_THAT(
      told, ElementsAre("INFO Session created", "INFO Stream started", "ERROR Bitrate limit breach",
                        "WARNING Connection lost", "SUCCESS Connection back"));
  EXPECT_THAT(std::string(output->at("events").at(2).at("explanation").as_string()),
              HasSubstr("sent 9.0 Mbit/s; this channel takes 8.5"));
  // Others are not told of what only we know.
  EXPECT_EQ(events().size(), 3u);
  const auto session = stream_session_handlers();
  const std::string service =
      text("GetStreamSession", R"({"channelArn":")" + arn_ + R"("})", session);
  EXPECT_THAT(service, HasSubstr("Ingest Bitrate"));
  EXPECT_THAT(service, ::testing::Not(HasSubstr(std::string(kIngestLost))));
}

TEST_P(StreamHealthTest, ABroadcastAsItIsNow) {
  begin();
  live::StreamStatus now = status();
  now.repairs.jumps = 1;
  now.dropped.displaced = 3;
  now.encoder.name = "obs";
  now.encoder_figures = live::EncoderFigures{.rendered = 600, .output = 590, .delay = {}};
  now.renditions.push_back({.name = "source", .is_source = true, .width = 1280, .height = 720});
  now.renditions.push_back({.name = "480p30", .state = live::RenditionStatus::State::kShed});
  bring(now);
  const auto output = ask("GetStreamHealth", R"({"channelArn":")" + arn_ + R"("})");
  ASSERT_TRUE(output) << output.error().message;
  const json::object& report = output->at("health").as_object();
  EXPECT_EQ(report.at("state"), "LIVE");
  EXPECT_EQ(report.at("health"), "HEALTHY");
  EXPECT_EQ(report.at("streamId").as_string(), test::kStream.str());
  EXPECT_EQ(report.at("time"), "2027-01-15T08:00:00.000Z");
  EXPECT_EQ(report.at("videoBitrate"), 3'000'000);
  EXPECT_EQ(report.at("frameRate"), 30.0);
  EXPECT_EQ(report.at("keyframeIntervalMs"), 4000);
  EXPECT_EQ(report.at("viewerCount"), 6);
  EXPECT_EQ(report.at("encoder"), "obs");
  EXPECT_EQ(json::serialize(report.at("repairs")),
            R"({"gaps":0,"jumps":1,"overlaps":0,"droppedSamples":3})");
  EXPECT_EQ(report.at("encoderFigures").at("framesRendered"), 600);
  EXPECT_EQ(report.at("tracks").at(1).at("kind"), "AUDIO");
  EXPECT_EQ(report.at("renditions").at(0).at("state"), "SOURCE");
  EXPECT_EQ(report.at("renditions").at(1).at("state"), "SHED");
  std::vector<std::string> codes;
  for (const json::value& note : report.at("notes").as_array()) {
    codes.push_back(text_of(note.as_object(), "code"));
  }
  EXPECT_THAT(codes, ElementsAre("KEYFRAME_INTERVAL", "RENDITIONS_SHED", "TIMESTAMP_JUMP"));
}

TEST_P(StreamHealthTest, WhatIsNotLive) {
  EXPECT_EQ(failure("GetStreamHealth", R"({"channelArn":")" + arn_ + R"("})"),
            "ResourceNotFoundException");
  add_channel();
  EXPECT_EQ(failure("GetStreamHealth", R"({"channelArn":")" + arn_ + R"("})"),
            R"({"health":{"channelArn":")" + arn_ +
                R"(","state":"OFFLINE","time":"2027-01-15T08:00:00.000Z"}})");
  EXPECT_EQ(failure("GetStreamHealth", named_), "ResourceNotFoundException");
  EXPECT_EQ(failure("GetStreamMetrics", named_), "ResourceNotFoundException");
  add_session(test::kStream, true);
  EXPECT_THAT(failure("GetStreamHealth", named_), HasSubstr(R"("state":"OFFLINE")"));
  // It was long ago, and nothing is there any more.
  const auto output = ask("GetStreamMetrics", named_);
  ASSERT_TRUE(output);
  EXPECT_EQ(output->at("period"), 3600);
  EXPECT_TRUE(series(*output, "IngestFramerate").at("values").as_array().empty());
  EXPECT_EQ(series(*output, "IngestFramerate").count("average"), 0u);
}

TEST_P(StreamHealthTest, WhatCannotBeAsked) {
  begin();
  const std::string named = named_.substr(0, named_.size() - 1);
  EXPECT_EQ(failure("GetStreamMetrics", named + R"(,"period":7})"), "ValidationException");
  EXPECT_EQ(failure("GetStreamMetrics", named + R"(,"startTime":"2027-01-15T08:00:00Z",)"
                                                R"("endTime":"2027-01-15T07:59:00Z"})"),
            "ValidationException");
}

TEST_P(StreamHealthTest, TheServerItself) {
  const auto status = ask("GetServerStatus", "{}");
  ASSERT_TRUE(status);
  const json::object& load = status->at("status").at("load").as_object();
  EXPECT_GE(load.at("cpuCores").to_number<int>(), 1);
  EXPECT_EQ(load.at("streams").to_number<int>(), 0);
  base::log_warn("something for the tail");
  const auto lines = ask("ListLogLines", R"({"level":"WARNING","maxResults":1})");
  ASSERT_TRUE(lines);
  EXPECT_EQ(lines->at("lines").at(0).at("text"), "something for the tail");
  const auto none =
      ask("ListLogLines", json::serialize(json::object{{"after", lines->at("last")}}));
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->at("lines").as_array().empty());
}

}  // namespace
}  // namespace control
