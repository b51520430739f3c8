// The live platform's hot path with 100,000 accounts, each with a channel, of which 1,000 are live:
// a channel's page as a whole request (CPU of the process), what is live put on its shelf, a page
// of the directory, and search.
#include <benchmark/benchmark.h>

#include <boost/json/array.hpp>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "app/app.h"
#include "app/channels/channel_service.h"
#include "app/channels/search_words.h"
#include "app/core/feed.h"
#include "app/core/live_board.h"
#include "base/check.h"
#include "control/control.h"
#include "io/files.h"
#include "io/loop.h"
#include "io/sql.h"
#include "io/sql_crew.h"
#include "io/sql_workers.h"

namespace {

constexpr int kAccounts = 100'000;
constexpr int kLive = 1'000;

template <class T>
T must(base::Expected<T> made) {
  CHECK(made.has_value());
  return std::move(*made);
}

class World {
 public:
  World() {
    settings_.data_dir = folder_.path();
    settings_.requests_per_second = 0;
    settings_.record = false;
    database_ = must(io::SqlDatabase::open({.url = "sqlite:" + folder_.path() + "/rostrum.db"}));
    CHECK(control::prepare_database(*database_).has_value());
    workers_ = must(io::SqlWorkers::create(*database_, {}));
    control::Settings below;
    below.secrets_file = folder_.path() + "/secrets.key";
    below.objects.folder = folder_.path() + "/objects";
    control_ = must(control::Control::create(std::move(below), *workers_));
    platform_ =
        must(app::Platform::create(settings_, *database_, *workers_, *control_, loops_.at(0)));
    sql_ = must(database_->connect());
    fill();
    quick_ = must(io::SqlCrew::create(*database_, {.name = "quick"}));
    slow_ = must(io::SqlCrew::create(*database_, {.name = "slow"}));
    live_ = std::make_unique<app::LiveBoard>(*control_, loops_.at(0));
    parts_ = std::make_unique<app::Parts>(
        app::Parts{settings_, *workers_, *control_, loops_.at(0), *quick_, *slow_, feed_, *live_});
    channels_ = std::make_unique<app::ChannelService>(*parts_);
    loops_.start();
  }
  ~World() {
    loops_.stop_and_join();
    quick_.reset();
    slow_.reset();
    channels_.reset();
    live_.reset();
    platform_.reset();
    workers_.reset();
    control_.reset();
  }

  std::size_t page(const std::string& target) {
    app::PlatformRequest request{.http = {}, .remote_address = "203.0.113.9"};
    request.http.method = wire::http::Method::kGet;
    CHECK(request.http.set_target(target).has_value());
    request.http.host = "live.example.org";
    std::promise<std::size_t> answered;
    auto answer = answered.get_future();
    platform_->handle(std::move(request), [&answered](wire::http::Response response) {
      CHECK(response.status == 200);
      answered.set_value(response.body_size());
    });
    return answer.get();
  }

  io::SqlConnection& sql() { return *sql_; }
  app::ChannelService& channels() { return *channels_; }
  const std::vector<app::LiveChannel>& live() const { return shown_; }

 private:
  void run(std::string_view statement, std::initializer_list<io::SqlValue> values = {}) {
    const auto done = sql_->run(statement, values);
    CHECK(done.has_value());
  }

  // Channels that are live are channels of control, too.
  void fill() {
    std::vector<std::string> arns;
    for (int i = 0; i < kLive; ++i) {
      const auto made =
          app::control_and_wait(*control_, {.operation = "CreateChannel",
                                            .input = {{"name", "c" + std::to_string(i)}},
                                            .host = "live.example.org"});
      CHECK(made.ok());
      arns.emplace_back(made.output.at("channel").at("arn").as_string());
    }
    CHECK(sql_->begin(true).has_value());
    for (int i = 0; i < kAccounts; ++i) {
      const std::string number = std::to_string(i);
      const std::string id = "account" + number;
      const std::string arn =
          i < kLive ? arns[static_cast<std::size_t>(i)] : "arn:aws:ivs:local:0:channel/" + number;
      run("INSERT INTO app_accounts (id, name, name_key, email, email_key, password, role, state, "
          "reason, avatar, color, language, generation, created_at, seen_at) VALUES ($1, $2, $2, "
          "$3, $3, '', 'streamer', 'active', '', 'bear', 'blue', '', 0, 0, 0)",
          {id, "name" + number, number + "@example.org"});
      run("INSERT INTO app_channels (account, channel_arn, room_arn, stream_key_arn, title, "
          "category, followers, created_at) VALUES ($1, $2, $3, '', $4, 'Music', $5, 0)",
          {id, arn, "room" + number, "Title number " + number + " of many", std::int64_t{i % 100}});
      for (const std::string& word : {"name" + number, std::string("title"), std::string("number"),
                                      number, std::string("of"), std::string("many")}) {
        run("INSERT INTO app_channel_words (word, account) VALUES ($1, $2)", {word, id});
      }
    }
    CHECK(sql_->commit().has_value());
    for (int i = 0; i < kLive; ++i) {
      shown_.push_back({.channel_arn = arns[static_cast<std::size_t>(i)],
                        .stream_id = "st-" + std::to_string(i),
                        .started_at = base::WallTime(std::chrono::seconds(1'000'000 - i)),
                        .viewers = i});
    }
  }

  io::TemporaryDirectory folder_ = must(io::TemporaryDirectory::create());
  app::PlatformSettings settings_;
  io::LoopGroup loops_{1};
  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlWorkers> workers_;
  std::unique_ptr<control::Control> control_;
  std::unique_ptr<app::Platform> platform_;
  std::unique_ptr<io::SqlConnection> sql_;
  std::unique_ptr<io::SqlCrew> quick_;
  std::unique_ptr<io::SqlCrew> slow_;
  app::FeedHub feed_;
  std::unique_ptr<app::LiveBoard> live_;
  std::unique_ptr<app::Parts> parts_;
  std::unique_ptr<app::ChannelService> channels_;
  std::vector<app::LiveChannel> shown_;
};

World& world() {
  static World made;
  return made;
}

void BM_ChannelPage(benchmark::State& state) {
  World& all = world();
  int i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        all.page("/api/platform/v1/channels/name" + std::to_string(i++ % kLive)));
  }
}
BENCHMARK(BM_ChannelPage)->MeasureProcessCPUTime()->UseRealTime();

void BM_DirectoryRequest(benchmark::State& state) {
  World& all = world();
  for (auto _ : state) benchmark::DoNotOptimize(all.page("/api/platform/v1/directory"));
}
BENCHMARK(BM_DirectoryRequest)->MeasureProcessCPUTime()->UseRealTime();

void BM_Search(benchmark::State& state) {
  World& all = world();
  int i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        all.page("/api/platform/v1/search?q=name" + std::to_string(i++ % 1'000)));
  }
}
BENCHMARK(BM_Search)->MeasureProcessCPUTime()->UseRealTime();

void BM_SearchForACommonWord(benchmark::State& state) {
  World& all = world();
  for (auto _ : state) benchmark::DoNotOptimize(all.page("/api/platform/v1/search?q=title"));
}
BENCHMARK(BM_SearchForACommonWord)->MeasureProcessCPUTime()->UseRealTime();

// Once for each version of what is live: every five seconds, or when something starts or ends.
void BM_FillShelf(benchmark::State& state) {
  World& all = world();
  std::uint64_t version = 0;
  for (auto _ : state) {
    const auto shelf = all.channels().fill_shelf(all.sql(), ++version, all.live());
    CHECK(shelf.has_value() && (*shelf)->entries().size() == kLive);
    benchmark::DoNotOptimize((*shelf)->page("", "").size());
  }
}
BENCHMARK(BM_FillShelf)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);

void BM_DirectoryPage(benchmark::State& state) {
  World& all = world();
  const auto shelf = all.channels().fill_shelf(all.sql(), 1, all.live());
  CHECK(shelf.has_value());
  for (auto _ : state) benchmark::DoNotOptimize((*shelf)->page("", "").size());
}
BENCHMARK(BM_DirectoryPage);

}  // namespace
