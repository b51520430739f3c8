// What a vote costs between the request and the acknowledgement: checked, queued, written in a
// group commit (SQLite in a temporary folder) and counted.
#include <benchmark/benchmark.h>

#include <latch>
#include <memory>
#include <string>

#include "app/overlays/overlay_schema.h"
#include "app/overlays/poll_desk.h"
#include "base/check.h"
#include "io/files.h"
#include "io/sql.h"
#include "io/sql_workers.h"

namespace {

using namespace std::chrono_literals;

template <class T>
T must(base::Expected<T> made) {
  CHECK(made.has_value());
  return std::move(*made);
}

const base::WallTime kStart{std::chrono::seconds(1'800'000'000)};

struct Hall {
  Hall() : folder(must(io::TemporaryDirectory::create())) {
    database = must(io::SqlDatabase::open({.url = "sqlite:" + folder.path() + "/votes.db"}));
    auto connection = must(database->connect());
    CHECK(app::migrate_overlays(*connection).has_value());
    workers = must(io::SqlWorkers::create(*database, {}));
    desk = std::make_unique<app::PollDesk>(*workers);
  }
  void open(const std::string& id) {
    app::PollRecord poll;
    poll.id = id;
    poll.account = "owner";
    poll.channel_arn = "arn:aws:ivs:local:0:channel/Channel00001";
    poll.room_arn = "arn:aws:ivschat:local:0:room/Room00000001";
    poll.question = "Tea or coffee?";
    poll.options = {"Tea", "Coffee"};
    poll.started_at = kStart;
    poll.closes_at = poll.expires_at = kStart + 1h;
    std::latch opened(1);
    desk->open(std::move(poll), [&](const app::Outcome<void>& done) {
      CHECK(done.has_value());
      opened.count_down();
    });
    opened.wait();
  }

  io::TemporaryDirectory folder;
  std::unique_ptr<io::SqlDatabase> database;
  std::unique_ptr<io::SqlWorkers> workers;
  std::unique_ptr<app::PollDesk> desk;
};

/// Ten thousand at once; until the last one is acknowledged.
void votes_of_a_crowd(benchmark::State& state) {
  constexpr std::ptrdiff_t kVoters = 10'000;
  Hall hall;
  int round = 0;
  for (auto _ : state) {
    const std::string id = "poll" + std::to_string(++round);
    hall.open(id);
    std::latch answered(kVoters);
    for (std::ptrdiff_t i = 0; i < kVoters; ++i) {
      hall.desk->vote({.account = "owner",
                       .poll = id,
                       .voter = "a:" + std::to_string(i),
                       .address = {},
                       .choice = static_cast<std::size_t>(i % 2)},
                      kStart, [&](const app::Outcome<app::PollView>& told) {
                        CHECK(told.has_value());
                        answered.count_down();
                      });
    }
    answered.wait();
    CHECK(hall.desk->find("owner", {})->counts == (std::vector<std::int64_t>{5'000, 5'000}));
    (void)hall.desk->stop("owner");
    (void)hall.desk->tick(kStart);
  }
  state.SetItemsProcessed(state.iterations() * kVoters);
}
BENCHMARK(votes_of_a_crowd)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

/// What a channel's page asks for.
void the_poll_of_a_page(benchmark::State& state) {
  Hall hall;
  hall.open("poll");
  for (auto _ : state) benchmark::DoNotOptimize(hall.desk->find("owner", "a:1")->json());
}
BENCHMARK(the_poll_of_a_page)->Unit(benchmark::kMicrosecond);

}  // namespace
