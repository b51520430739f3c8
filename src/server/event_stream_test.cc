#include "server/event_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "io/loop.h"

namespace server {
namespace {

using control::EventNotice;
using ::testing::ElementsAre;

EventNotice notice(std::uint64_t sequence, std::string channel = "c") {
  return {
      .sequence = sequence,
      .channel_arn = std::move(channel),
      .detail_type = "IVS Stream State Change",
      .envelope = std::make_shared<const std::string>("{\"n\":" + std::to_string(sequence) + "}")};
}

/// Keeps events, and tells them when the test says so.
struct FakeBus {
  std::vector<EventNotice> kept;
  std::map<std::uint64_t, control::Control::EventLine> subscribers;
  std::vector<std::pair<std::uint64_t, EventSource::Read>> reads;
  std::uint64_t next = 1;

  EventSource source() {
    return {.subscribe =
                [this](control::Control::EventLine line) {
                  subscribers[next] = std::move(line);
                  return next++;
                },
            .unsubscribe = [this](std::uint64_t token) { subscribers.erase(token); },
            .read = [this](std::uint64_t after, std::size_t,
                           EventSource::Read done) { reads.emplace_back(after, std::move(done)); }};
  }
  void tell(const EventNotice& what) {
    for (const auto& [token, line] : subscribers) line(what);
  }
  void happen(EventNotice what) {
    kept.push_back(what);
    tell(what);
  }
  void answer_read() {
    auto [after, done] = std::move(reads.front());
    reads.erase(reads.begin());
    std::vector<EventNotice> found;
    for (const EventNotice& event : kept) {
      if (event.sequence > after && found.size() < EventStream::kPiece) found.push_back(event);
    }
    done(std::move(found));
  }
};

struct FakeSink final : EventStream::Sink {
  struct State {
    std::vector<std::string> sent;
    std::size_t backlog = 0;
    bool ended = false;
  };
  explicit FakeSink(State& into) : state(into) {}
  void send(base::Slice data) override { state.sent.emplace_back(data.text()); }
  std::size_t backlog() const override { return state.backlog; }
  void end() override { state.ended = true; }
  State& state;
};

class EventStreamTest : public ::testing::Test {
 protected:
  void start(std::optional<std::uint64_t> after, std::string channel = {}) {
    stream_ = std::make_shared<EventStream>(loop_, bus_.source(), std::make_unique<FakeSink>(sink_),
                                            std::move(channel));
    stream_->start(after);
  }
  void begin_at(std::uint64_t sequence) {
    bus_.tell({.sequence = sequence});
    run();
  }
  void run() {
    bool reached = false;
    loop_.post([&] { reached = true; });  // behind all that was posted before
    while (!reached) (void)loop_.run_once(std::chrono::milliseconds(200));
  }
  std::vector<std::uint64_t> sequences() const {
    std::vector<std::uint64_t> out;
    for (const std::string& text : sink_.sent) out.push_back(std::stoull(text.substr(4)));
    return out;
  }

  io::Loop loop_;
  FakeBus bus_;
  FakeSink::State sink_;
  std::shared_ptr<EventStream> stream_;
};

TEST_F(EventStreamTest, TextOfAnEvent) {
  EXPECT_EQ(event_text(notice(7)).text(),
            "id: 7\nevent: IVS Stream State Change\ndata: {\"n\":7}\n\n");
}

TEST_F(EventStreamTest, WhatHappensFromNowOn) {
  bus_.kept = {notice(1), notice(2)};
  start(std::nullopt);
  begin_at(2);
  bus_.happen(notice(3));
  bus_.happen(notice(5));
  run();
  EXPECT_THAT(sequences(), ElementsAre(3, 5));
  EXPECT_TRUE(bus_.reads.empty());
}

TEST_F(EventStreamTest, WhatWasMissedThenWhatHappensWithoutGapOrRepetition) {
  for (std::uint64_t i = 1; i <= 250; ++i) bus_.kept.push_back(notice(i));
  start(20);
  begin_at(250);
  ASSERT_EQ(bus_.reads.size(), 1u);
  bus_.answer_read();
  run();
  EXPECT_EQ(sink_.sent.size(), 100u);
  // Things happen while the rest is being read.
  bus_.happen(notice(251));
  bus_.answer_read();
  bus_.happen(notice(252));
  run();
  while (!bus_.reads.empty()) {
    bus_.answer_read();
    run();
  }
  bus_.happen(notice(253));
  run();
  std::vector<std::uint64_t> expected;
  for (std::uint64_t i = 21; i <= 253; ++i) expected.push_back(i);
  EXPECT_EQ(sequences(), expected);
}

TEST_F(EventStreamTest, EventsThatAreNotKeptAnyMoreAreSkipped) {
  start(3);
  begin_at(10);
  bus_.answer_read();
  run();
  EXPECT_TRUE(bus_.reads.empty());
  bus_.happen(notice(11));
  run();
  EXPECT_THAT(sequences(), ElementsAre(11));
}

TEST_F(EventStreamTest, AnIdFromTheFutureMeansNow) {
  start(1'000'000);
  begin_at(10);
  bus_.happen(notice(11));
  run();
  EXPECT_THAT(sequences(), ElementsAre(11));
}

TEST_F(EventStreamTest, OneChannelOnly) {
  start(std::nullopt, "wanted");
  begin_at(0);
  bus_.happen(notice(1, "other"));
  bus_.happen(notice(2, "wanted"));
  run();
  EXPECT_THAT(sequences(), ElementsAre(2));
}

TEST_F(EventStreamTest, SlowReadersGetNoMoreOfThePastAndAreSentAwayFromThePresent) {
  for (std::uint64_t i = 1; i <= 150; ++i) bus_.kept.push_back(notice(i));
  start(0);
  begin_at(150);
  sink_.backlog = EventStream::kCalmBacklog + 1;
  bus_.answer_read();
  run();
  EXPECT_TRUE(bus_.reads.empty());
  EXPECT_FALSE(sink_.ended);
  sink_.backlog = 0;
  while (bus_.reads.empty()) (void)loop_.run_once(std::chrono::milliseconds(200));
  bus_.answer_read();
  run();
  EXPECT_EQ(sink_.sent.size(), 150u);
  sink_.backlog = EventStream::kMaxBacklog + 1;
  bus_.happen(notice(151));
  run();
  EXPECT_TRUE(sink_.ended);
  EXPECT_TRUE(bus_.subscribers.empty());
}

TEST_F(EventStreamTest, ABrokenDatabaseEndsIt) {
  start(0);
  begin_at(5);
  bus_.reads.front().second(base::fail(base::ErrorCode::kIo, "broken"));
  run();
  EXPECT_TRUE(sink_.ended);
}

TEST_F(EventStreamTest, NothingComesAfterItsEnd) {
  start(0);
  begin_at(5);
  bus_.happen(notice(6));
  stream_.reset();
  EXPECT_TRUE(bus_.subscribers.empty());
  bus_.answer_read();
  run();
  EXPECT_TRUE(sink_.sent.empty());
}

}  // namespace
}  // namespace server
