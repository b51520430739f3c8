#include "control/metric_series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/metric_prometheus.h"

namespace control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Home kHome{.region = "eu-west-1", .account = "123456789012"};
constexpr base::WallTime kNow{std::chrono::seconds(1'800'000'000)};
constexpr live::CountryCode kGermany = {'D', 'E'};

live::CountryCode country_of(const std::string& address) {
  return address == "192.0.2.1" ? kGermany : live::CountryCode{};
}

live::StreamStatus stream(std::string channel) {
  live::StreamStatus status;
  status.channel = base::ChannelId(std::move(channel));
  status.started_at = kNow - std::chrono::hours(1);
  status.live = true;
  status.measured = true;
  status.health = live::Health::kHealthy;
  status.bitrate = 3'128'000;
  status.video_bitrate = 3'000'000;
  status.audio_bitrate = 128'000;
  status.frame_rate = 29.97;
  status.keyframe_interval = std::chrono::seconds(2);
  status.viewers = 7;
  status.viewers_by_country = {{kGermany, 5}, {{}, 2}};
  status.remote_address = "192.0.2.1";
  return status;
}

double sum(const Board& board, std::string_view subject, Measure measure,
           std::string qualifier = {}) {
  const auto at = board.find(subject);
  if (at == board.end()) return -1;
  const Aggregate* found = at->second.find({measure, std::move(qualifier)});
  return found == nullptr ? -1 : found->sum;
}

TEST(Measure, TakesEveryFigureOfAChannel) {
  auto second = stream("second");
  second.health = live::Health::kStarving;
  second.remote_address = "203.0.113.9";
  second.started_at = kNow - std::chrono::seconds(2);
  second.keyframe_interval = {};
  const Board board = measure({stream("first"), second}, country_of, kNow, std::chrono::seconds(5));
  EXPECT_EQ(sum(board, "first", Measure::kViews), 7);
  EXPECT_EQ(sum(board, "first", Measure::kDelivered), 35);
  EXPECT_EQ(sum(board, "first", Measure::kDeliveredByCountry, "DE"), 25);
  EXPECT_EQ(sum(board, "first", Measure::kDeliveredByCountry, "UNKNOWN"), 10);
  EXPECT_EQ(sum(board, "first", Measure::kInput), 5);
  EXPECT_EQ(sum(board, "second", Measure::kInput), 2);
  EXPECT_EQ(sum(board, "first", Measure::kVideoBitrate), 3'000'000);
  EXPECT_EQ(sum(board, "first", Measure::kAudioBitrate), 128'000);
  EXPECT_EQ(sum(board, "first", Measure::kFrameRate), 29.97);
  EXPECT_EQ(sum(board, "first", Measure::kKeyframeInterval), 2);
  EXPECT_EQ(sum(board, "second", Measure::kKeyframeInterval), -1);
  EXPECT_EQ(sum(board, "", Measure::kStreams), 2);
  EXPECT_EQ(sum(board, "", Measure::kStreamsByHealth, "HEALTHY"), 1);
  EXPECT_EQ(sum(board, "", Measure::kStreamsByHealth, "STARVING"), 1);
  EXPECT_EQ(sum(board, "", Measure::kStreamsByHealth, "UNKNOWN"), 0);
  EXPECT_EQ(sum(board, "", Measure::kStreamsByCountry, "DE"), 1);
  EXPECT_EQ(sum(board, "", Measure::kStreamsByCountry, "UNKNOWN"), 1);
  EXPECT_EQ(sum(board, "", Measure::kInput), 7);
  // One sample of the whole, but a sample of each stream.
  EXPECT_EQ(*board.at("").find({Measure::kViews, ""}), Aggregate::of(14));
  EXPECT_EQ(*board.at("").find({Measure::kBitrate, ""}),
            (Aggregate{6'256'000, 3'128'000, 3'128'000, 2}));
}

TEST(Measure, AChannelWithoutItsPublisherCountsForItsViewers) {
  auto away = stream("away");
  away.live = false;
  const Board board = measure({away}, country_of, kNow, std::chrono::seconds(5));
  EXPECT_EQ(sum(board, "away", Measure::kViews), 7);
  EXPECT_EQ(sum(board, "away", Measure::kInput), -1);
  EXPECT_EQ(sum(board, "away", Measure::kBitrate), -1);
  EXPECT_EQ(sum(board, "", Measure::kStreams), 0);
  EXPECT_TRUE(measure({}, country_of, kNow, std::chrono::seconds(5)).empty());
}

TEST(MetricPlace, IsFoundByNameAndDimensions) {
  struct Row {
    MetricName metric;
    std::string found;  // subject, measure, qualifier, unit
  };
  const std::string arn = "arn:aws:ivs:eu-west-1:123456789012:channel/abc";
  const std::vector<Row> rows = {
      {{"AWS/IVS", "ConcurrentViews", {}}, "/1//Count"},
      {{"AWS/IVS", "ConcurrentViews", {{"Channel", "abc"}}}, "abc/1//Count"},
      {{"AWS/IVS", "ConcurrentViews", {{"Channel", arn}}}, "abc/1//Count"},
      {{"AWS/IVS", "ConcurrentViews", {{"Channel", "arn:aws:ivs:x:y:channel/abc"}}}, ""},
      {{"AWS/IVS", "ConcurrentViews", {{"Channel", "abc"}, {"Channel", "abc"}}}, ""},
      {{"AWS/IVS", "ConcurrentViews", {{"Track", "Track0"}}}, ""},
      {{"AWS/IVS", "IngestFramerate", {{"Track", "Track0"}, {"Channel", "abc"}}},
       "abc/11//Count/Second"},
      {{"AWS/IVS", "IngestFramerate", {{"Channel", "abc"}, {"Track", "Track1"}}}, ""},
      {{"AWS/IVS", "IngestFramerate", {}}, "/11//Count/Second"},
      {{"AWS/IVS", "IngestVideoBitrate", {}}, ""},
      {{"AWS/IVS", "KeyframeInterval", {{"Channel", "abc"}}}, "abc/12//Seconds"},
      {{"AWS/IVS", "LiveDeliveredTime", {{"ViewerCountryCode", "DE"}, {"Channel", "abc"}}},
       "abc/6/DE/Seconds"},
      {{"AWS/IVS", "ConcurrentStreams", {{"Health", "HEALTHY"}}}, "/3/HEALTHY/Count"},
      {{"AWS/IVS", "ConcurrentStreams", {{"StreamerCountryCode", "FR"}}}, "/4/FR/Count"},
      {{"AWS/IVS", "RecordedTime", {}}, "/23//Seconds"},
      {{"AWS/IVS", "RecordedTime", {{"Channel", "abc"}}}, "abc/23//Seconds"},
      {{"AWS/IVS", "RecordedTime", {{"Track", "Track0"}, {"Channel", "abc"}}}, ""},
      {{"AWS/EC2", "ConcurrentViews", {}}, ""},
      {{"AWS/Usage",
        "ResourceCount",
        {{"Service", "IVS"},
         {"Type", "Resource"},
         {"Resource", "ConcurrentViews"},
         {"Class", "None"}}},
       "/1//Count"},
      {{"AWS/Usage", "ResourceCount", {}}, ""},
  };
  for (const Row& row : rows) {
    const auto place = place_of(kHome, row.metric);
    const std::string found =
        place ? place->subject + "/" + std::to_string(static_cast<int>(place->slot.measure)) + "/" +
                    place->slot.qualifier + "/" + std::string(place->unit)
              : "";
    EXPECT_EQ(found, row.found) << row.metric.name;
  }
}

TEST(MetricPlace, IsTheInverseOfItsNames) {
  const Board board = measure({stream("first")}, country_of, kNow, std::chrono::seconds(5));
  std::size_t names = 0;
  for (const auto& [subject, points] : board) {
    for (const Point& point : points.all()) {
      const auto known = names_of(subject, point.slot);
      EXPECT_FALSE(known.empty()) << static_cast<int>(point.slot.measure);
      for (const MetricName& name : known) {
        const auto place = place_of(kHome, name);
        ASSERT_TRUE(place) << name.name;
        EXPECT_EQ(place->subject, subject);
        EXPECT_EQ(place->slot, point.slot);
        ++names;
      }
    }
  }
  // 14 of the channel (two countries), 10 of the account, 2 of the usage.
  EXPECT_EQ(names, 14U + 10U + 2U);
}

TEST(Prometheus, ShowsLiveChannelsAndForgetsOthers) {
  PrometheusSeries series(country_of);
  const std::vector<live::StreamStatus> streams = {stream("first"), stream("second")};
  for (int i = 0; i < 3; ++i) {
    series.count(measure(streams, country_of, kNow, std::chrono::seconds(5)));
  }
  const std::string text = series.text(streams);
  for (const std::string_view line : {
           "# TYPE ivs_concurrent_views gauge\n",
           "ivs_concurrent_views{channel=\"first\"} 7\n",
           "ivs_concurrent_streams{health=\"HEALTHY\"} 2\n",
           "ivs_concurrent_streams{health=\"STARVING\"} 0\n",
           "ivs_concurrent_streams_by_country{streamer_country_code=\"DE\"} 2\n",
           "ivs_ingest_bitrate{channel=\"second\"} 3128000\n",
           "ivs_ingest_video_bitrate{channel=\"first\",track=\"Track0\"} 3000000\n",
           "ivs_ingest_framerate{channel=\"first\",track=\"Track0\"} 29.97\n",
           "ivs_keyframe_interval_seconds{channel=\"first\",track=\"Track0\"} 2\n",
           "# TYPE ivs_live_delivered_seconds_total counter\n",
           "ivs_live_delivered_seconds_total{channel=\"first\",viewer_country_code=\"DE\"} 75\n",
           "ivs_live_input_seconds_total{channel=\"second\"} 15\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  series.count(measure({stream("first")}, country_of, kNow, std::chrono::seconds(5)));
  const std::string later = series.text({stream("first")});
  EXPECT_THAT(later, HasSubstr("ivs_live_input_seconds_total{channel=\"first\"} 20\n"));
  EXPECT_THAT(later, Not(HasSubstr("second\"")));
}

TEST(RepairMeter, CountsWhatIsNew) {
  RepairMeter meter;
  auto first = stream("first");
  first.stream = base::StreamId("st-1");
  first.repairs.gaps = 2;
  first.dropped.undecodable = 7;
  const auto measured = [&] {
    Board board;
    meter.measure({first}, board);
    return std::pair(sum(board, "first", Measure::kGaps),
                     sum(board, "first", Measure::kDroppedSamples));
  };
  EXPECT_EQ(measured(), std::pair(2.0, 7.0));
  EXPECT_EQ(measured(), std::pair(0.0, 0.0));
  first.repairs.gaps = 3;
  first.dropped.displaced = 1;
  // While nobody publishes there are no samples; what happened then is told with the next one.
  first.live = false;
  EXPECT_EQ(measured(), std::pair(-1.0, -1.0));
  first.live = true;
  EXPECT_EQ(measured(), std::pair(1.0, 1.0));
  // Another broadcast begins anew.
  first.stream = base::StreamId("st-2");
  first.repairs.gaps = 1;
  first.dropped = {};
  EXPECT_EQ(measured(), std::pair(1.0, 0.0));
}

TEST(RepairMeter, HasANamespaceOfItsOwn) {
  const auto place =
      place_of(kHome, {.space = "Rostrum", .name = "Gaps", .dimensions = {{"Channel", "first"}}});
  ASSERT_TRUE(place);
  EXPECT_EQ(place->subject, "first");
  EXPECT_EQ(place->slot, (Slot{Measure::kGaps, {}}));
  EXPECT_FALSE(
      place_of(kHome, {.space = "AWS/IVS", .name = "Gaps", .dimensions = {{"Channel", "first"}}}));
}

// A broadcast that has just begun has no bitrate yet: that is not a bitrate of 0.
TEST(Measure, FiguresThatAreNotMeasuredAreNotThere) {
  auto status = stream("first");
  status.measured = false;
  const Board board = measure({status}, country_of, kNow, std::chrono::seconds(5));
  EXPECT_EQ(sum(board, "first", Measure::kBitrate), -1);
  EXPECT_EQ(sum(board, "first", Measure::kFrameRate), -1);
  EXPECT_EQ(sum(board, "first", Measure::kInput), 5);
}

}  // namespace
}  // namespace control
