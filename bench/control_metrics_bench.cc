// What metrics over time cost: CPU time of the whole process, which is what a sample of all streams
// and its share of the roll-up take, every 5 seconds; and of answering a dashboard.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/check.h"
#include "control/metric_store.h"
#include "control/metric_tables.h"
#include "io/files.h"
#include "io/sql.h"
#include "io/sql_workers.h"

namespace {

constexpr std::int64_t kStart = 1'800'000'000;

struct Rig {
  Rig() : folder(io::TemporaryDirectory::create()) {
    CHECK(folder.has_value());
    auto opened = io::SqlDatabase::open({.url = "sqlite:" + folder->path() + "/metrics.db"});
    CHECK(opened.has_value());
    database = std::move(*opened);
    auto connected = database->connect();
    CHECK(connected.has_value());
    sql = std::move(*connected);
    CHECK(control::migrate_metrics(*sql).has_value());
    auto started = io::SqlWorkers::create(*database, {});
    CHECK(started.has_value());
    workers = std::move(*started);
    store = control::MetricStore::create(*workers, {.region = "local", .account = "1"}, {});
  }

  // One sample, and whatever it sets in motion.
  void sample(const std::vector<live::StreamStatus>& streams) {
    store->sample(streams, base::WallTime(std::chrono::seconds(now)));
    now += control::kTick;
    for (int i = 0; i < 2; ++i) {
      (void)workers->write_and_wait([](io::SqlConnection&) { return base::Expected<void>{}; });
      workers->read_and_wait([](io::SqlConnection&) {});
    }
  }

  base::Expected<io::TemporaryDirectory> folder;
  std::unique_ptr<io::SqlDatabase> database;
  std::unique_ptr<io::SqlConnection> sql;
  std::unique_ptr<io::SqlWorkers> workers;
  std::unique_ptr<control::MetricStore> store;
  std::int64_t now = kStart;
};

std::vector<live::StreamStatus> streams(std::int64_t count) {
  std::vector<live::StreamStatus> all(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < all.size(); ++i) {
    live::StreamStatus& stream = all[i];
    stream.channel = base::ChannelId(fmt::format("channel{:05}", i));
    stream.live = true;
    stream.health = live::Health::kHealthy;
    stream.video_bitrate = 2'500'000 + i * 37;
    stream.audio_bitrate = 128'000 + i;
    stream.bitrate = stream.video_bitrate + stream.audio_bitrate;
    stream.frame_rate = 29.97;
    stream.keyframe_interval = std::chrono::seconds(2);
    stream.viewers = 100;
    stream.viewers_by_country = {{{'D', 'E'}, 50}, {{'F', 'R'}, 30}, {{'U', 'S'}, 20}};
  }
  return all;
}

// Divide the time by 5 s for the share of a core.
void sample_streams(benchmark::State& state) {
  Rig rig;
  auto all = streams(state.range(0));
  for (auto _ : state) {
    for (live::StreamStatus& stream : all) stream.video_bitrate ^= 0x155;
    rig.sample(all);
  }
}
BENCHMARK(sample_streams)
    ->Arg(1)
    ->Arg(200)
    ->Arg(2'000)
    ->MeasureProcessCPUTime()
    ->Iterations(240)
    ->Unit(benchmark::kMicrosecond);

// Five metrics of one channel among 200, over the last 20 minutes, by GetMetricData.
void ask_for_a_channel(benchmark::State& state) {
  Rig rig;
  const auto all = streams(200);
  for (int i = 0; i < 240; ++i) rig.sample(all);
  std::string body;
  for (const char* name : {"IngestVideoBitrate", "IngestAudioBitrate", "IngestFramerate",
                           "KeyframeInterval", "ConcurrentViews"}) {
    body += fmt::format(
        R"({}{{"Id":"m{}","MetricStat":{{"Metric":{{"Namespace":"AWS/IVS","MetricName":"{}",
           "Dimensions":[{{"Name":"Channel","Value":"channel00100"}}]}},
           "Period":{},"Stat":"Average"}}}})",
        body.empty() ? "" : ",", body.size(), name, state.range(0));
  }
  wire::http::Request request;
  request.method = wire::http::Method::kPost;
  CHECK(request.set_target("/").has_value());
  request.headers.add("X-Amz-Target", "GraniteServiceVersion20100801.GetMetricData");
  request.body = base::Slice::take(fmt::format(
      R"({{"MetricDataQueries":[{}],"StartTime":{},"EndTime":{}}})", body, kStart, rig.now));
  for (auto _ : state) {
    const auto response =
        rig.store->answer(*rig.sql, request, base::WallTime(std::chrono::seconds(rig.now)));
    CHECK(response.status == 200);
    benchmark::DoNotOptimize(response);
  }
}
BENCHMARK(ask_for_a_channel)->Arg(5)->Arg(60)->Unit(benchmark::kMicrosecond);

}  // namespace
