// Against a real nats-server, which each test starts for itself.
#include "io/nats_stream.h"

#include <gtest/gtest.h>
#include <nats/nats.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "io/io_test_support.h"
#include "io/nats.h"
#include "io/nats_test_support.h"

namespace io {
namespace {

using base::ErrorCode;
using namespace std::chrono_literals;

struct Recorder final : NatsStreamReader::Handler {
  explicit Recorder(Loop& on) : loop(on) {}
  void on_message(NatsStreamReader::Message message) override {
    EXPECT_TRUE(loop.is_current());
    EXPECT_GT(message.timestamp, last_timestamp);
    last_timestamp = message.timestamp;
    last_sequence = message.sequence;
    heard.emplace_back(message.payload.text());
    subject = message.subject;
    octets += message.payload.size();
  }
  void on_missed() override {
    EXPECT_TRUE(loop.is_current());
    heard.emplace_back("missed");
  }
  Loop& loop;
  std::vector<std::string> heard;
  std::string subject;
  std::uint64_t last_sequence = 0;
  std::int64_t last_timestamp = 0;
  std::size_t octets = 0;
};

class NatsStreamTest : public ::testing::Test {
 protected:
  NatsStreamReader::Options options() {
    return {.url = server_.url(), .stream = "ROOMS", .subjects = "rooms.*", .heartbeat = 200ms};
  }
  std::unique_ptr<NatsStreamReader> reader(Recorder& to,
                                           std::optional<NatsStreamReader::Options> with = {}) {
    auto made = NatsStreamReader::create(loop_, with ? *with : options(), to);
    CHECK(made.has_value());
    return std::move(*made);
  }
  std::unique_ptr<NatsPublisher> publisher() {
    auto made = NatsPublisher::create(loop_, {.url = server_.url(), .timeout = 10s});
    CHECK(made.has_value());
    return std::move(*made);
  }
  // "" or what went wrong.
  std::string publish(NatsPublisher& to, const std::string& payload) {
    std::optional<std::string> out;
    to.publish("rooms.a", payload, "", [&](const base::Expected<void>& result) {
      out = result ? "" : result.error().message;
    });
    EXPECT_TRUE(test::drive(loop_, [&] { return out.has_value(); }, 20s));
    return out.value_or("no answer");
  }
  bool drive_until(const std::function<bool()>& done) { return test::drive(loop_, done, 20s); }
  // What the server knows, without our code.
  void purge() {
    natsConnection* connection = nullptr;
    jsCtx* context = nullptr;
    CHECK(natsConnection_ConnectTo(&connection, server_.url().c_str()) == NATS_OK);
    CHECK(natsConnection_JetStream(&context, connection, nullptr) == NATS_OK);
    CHECK(js_PurgeStream(context, "ROOMS", nullptr, nullptr) == NATS_OK);
    jsCtx_Destroy(context);
    natsConnection_Destroy(connection);
  }

  using Words = std::vector<std::string>;
  Loop loop_;
  test::NatsServer server_{loop_};
};

TEST_F(NatsStreamTest, ReadersMakeTheStreamAndHearTheSame) {
  server_.start();
  Recorder one(loop_);
  Recorder two(loop_);
  auto first = reader(one);
  auto second = reader(two);
  EXPECT_FALSE(first->is_connected());
  ASSERT_TRUE(drive_until([&] { return first->is_connected() && second->is_connected(); }));
  auto nats = publisher();
  EXPECT_EQ(publish(*nats, "hello"), "");
  EXPECT_EQ(publish(*nats, std::string("\0\xff", 2)), "");
  EXPECT_EQ(publish(*nats, ""), "");
  ASSERT_TRUE(drive_until([&] { return one.heard.size() == 3 && two.heard.size() == 3; }));
  EXPECT_EQ(one.heard, (Words{"hello", std::string("\0\xff", 2), ""}));
  EXPECT_EQ(two.heard, one.heard);
  EXPECT_EQ(one.last_timestamp, two.last_timestamp);
  EXPECT_EQ(one.last_sequence, 3U);
  EXPECT_EQ(one.subject, "rooms.a");

  // One that comes later hears what the stream still has.
  Recorder late(loop_);
  auto third = reader(late);
  ASSERT_TRUE(drive_until([&] { return late.heard.size() == 3; }));
  EXPECT_EQ(late.heard, one.heard);
  EXPECT_EQ(late.last_timestamp, one.last_timestamp);
}

TEST_F(NatsStreamTest, ManyInOrderWhileTheLoopIsSlow) {
  server_.start();
  Recorder slow(loop_);
  auto with = options();
  with.max_waiting_bytes = 10'000;
  auto nats_reader = reader(slow, with);
  ASSERT_TRUE(drive_until([&] { return nats_reader->is_connected(); }));
  // From a loop of its own, so that nothing is handled here meanwhile.
  constexpr int kCount = 20'000;
  {
    Loop other;
    auto made = NatsPublisher::create(other, {.url = server_.url(), .max_waiting = kCount});
    int done = 0;
    for (int i = 0; i < kCount; ++i) {
      (*made)->publish("rooms.a", std::to_string(i) + std::string(200, '.'), "",
                       [&](const base::Expected<void>& result) { done += result ? 1 : 0; });
    }
    ASSERT_TRUE(test::drive(other, [&] { return done == kCount; }, 30s));
  }
  ASSERT_TRUE(drive_until([&] { return slow.heard.size() >= kCount; })) << slow.heard.size();
  ASSERT_EQ(slow.heard.size(), std::size_t{kCount});
  for (int i = 0; i < kCount; ++i) {
    ASSERT_EQ(slow.heard[static_cast<std::size_t>(i)], std::to_string(i) + std::string(200, '.'));
  }
}

TEST_F(NatsStreamTest, AStreamThatIsLostWithItsServerIsMadeAnew) {
  server_.start();
  Recorder heard(loop_);
  auto nats_reader = reader(heard);
  ASSERT_TRUE(drive_until([&] { return nats_reader->is_connected(); }));
  auto nats = publisher();
  EXPECT_EQ(publish(*nats, "before"), "");
  EXPECT_EQ(publish(*nats, "and"), "");
  ASSERT_TRUE(drive_until([&] { return heard.heard.size() == 2; }));
  server_.kill();
  ASSERT_TRUE(drive_until([&] { return !nats_reader->is_connected() && !nats->is_connected(); }));
  server_.start();
  ASSERT_TRUE(drive_until([&] { return nats_reader->is_connected() && nats->is_connected(); }));
  EXPECT_EQ(publish(*nats, "after"), "");
  ASSERT_TRUE(drive_until([&] { return heard.heard.size() == 4; }));
  EXPECT_EQ(heard.heard, (Words{"before", "and", "missed", "after"}));
  EXPECT_EQ(heard.last_sequence, 1U);
}

TEST_F(NatsStreamTest, GoesOnWhereItWasAndTellsOfGaps) {
  server_.start();
  Recorder heard(loop_);
  auto with = options();
  with.max_waiting_bytes = 1;  // one message at a time: what follows waits at the server
  with.heartbeat = 100ms;
  auto nats_reader = reader(heard, with);
  ASSERT_TRUE(drive_until([&] { return nats_reader->is_connected(); }));
  // Nothing is handled here while another loop publishes and the stream forgets.
  Loop other;
  auto made = NatsPublisher::create(other, {.url = server_.url()});
  const auto say = [&](const std::string& what, int count) {
    int begun = 0;
    int done = 0;
    while (begun < count) {
      // All together would be more than may wait in the publisher.
      const int until = std::min(begun + 50, count);
      for (; begun < until; ++begun) {
        (*made)->publish("rooms.a", what, "", [&](const base::Expected<void>& result) {
          if (!result) ADD_FAILURE() << result.error().message;
          ++done;
        });
      }
      CHECK(test::drive(other, [&] { return done == begun; }, 20s));
    }
  };
  // More than is under way between the server and the reader.
  say(std::string(100'000, 'x'), 800);
  purge();
  say("end", 1);
  ASSERT_TRUE(drive_until([&] { return !heard.heard.empty() && heard.heard.back() == "end"; }))
      << heard.heard.size();
  EXPECT_EQ(std::ranges::count(heard.heard, "missed"), 1) << heard.heard.size();
  EXPECT_LT(heard.heard.size(), 802U);
  EXPECT_EQ(heard.last_sequence, 801U);
}

TEST_F(NatsStreamTest, AnotherReaderOfAStreamThatWasMadeByHand) {
  server_.start();
  natsConnection* connection = nullptr;
  jsCtx* context = nullptr;
  ASSERT_EQ(natsConnection_ConnectTo(&connection, server_.url().c_str()), NATS_OK);
  ASSERT_EQ(natsConnection_JetStream(&context, connection, nullptr), NATS_OK);
  jsStreamConfig config;
  ASSERT_EQ(jsStreamConfig_Init(&config), NATS_OK);
  const char* subjects[] = {"rooms.>"};
  config.Name = "ROOMS";
  config.Subjects = subjects;
  config.SubjectsLen = 1;
  ASSERT_EQ(js_AddStream(nullptr, context, &config, nullptr, nullptr), NATS_OK);
  Recorder heard(loop_);
  auto nats_reader = reader(heard);
  auto nats = publisher();
  EXPECT_EQ(publish(*nats, "kept in a file"), "");
  ASSERT_TRUE(drive_until([&] { return heard.heard.size() == 1; }));
  // Kept over a restart: nothing is missed, nothing comes twice.
  server_.kill();
  ASSERT_TRUE(drive_until([&] { return !nats_reader->is_connected() && !nats->is_connected(); }));
  server_.start();
  ASSERT_TRUE(drive_until([&] { return nats_reader->is_connected() && nats->is_connected(); }));
  EXPECT_EQ(publish(*nats, "after"), "");
  ASSERT_TRUE(drive_until([&] { return heard.heard.size() == 2; }));
  EXPECT_EQ(heard.heard, (Words{"kept in a file", "after"}));
  jsCtx_Destroy(context);
  natsConnection_Destroy(connection);
}

TEST_F(NatsStreamTest, WaitsForAServerThatComesLaterOrGetsJetStream) {
  Recorder heard(loop_);
  auto nats_reader = reader(heard);
  server_.start({});  // without JetStream
  server_.kill();
  EXPECT_FALSE(nats_reader->is_connected());
  server_.start();
  ASSERT_TRUE(drive_until([&] { return nats_reader->is_connected(); }));
  EXPECT_TRUE(heard.heard.empty());
}

TEST_F(NatsStreamTest, DestructionCallsNobody) {
  server_.start();
  Recorder heard(loop_);
  auto nats_reader = reader(heard);
  ASSERT_TRUE(drive_until([&] { return nats_reader->is_connected(); }));
  {
    Loop other;
    auto made = NatsPublisher::create(other, {.url = server_.url()});
    bool is_done = false;
    (*made)->publish("rooms.a", "x", "", [&](const base::Expected<void>&) { is_done = true; });
    ASSERT_TRUE(test::drive(other, [&] { return is_done; }));
  }
  nats_reader.reset();
  // A second reader hears it: by then the first would have.
  Recorder later(loop_);
  auto second = reader(later);
  ASSERT_TRUE(drive_until([&] { return later.heard.size() == 1; }));
  EXPECT_TRUE(heard.heard.empty());
}

TEST(NatsStreamOptions, ThatCannotWork) {
  Loop loop;
  Recorder nobody(loop);
  const auto code = [&](NatsStreamReader::Options with) {
    const auto made = NatsStreamReader::create(loop, with, nobody);
    EXPECT_FALSE(made);
    if (made) return std::string();
    EXPECT_EQ(made.error().code, ErrorCode::kInvalid);
    return made.error().message;
  };
  EXPECT_EQ(code({.url = "http://u:hunter2@host", .stream = "A"}).find("hunter2"),
            std::string::npos);
  for (const char* name : {"", "a.b", "a b", "*", ">", "a/b"}) {
    EXPECT_EQ(code({.url = "nats://host", .stream = name}), "not a NATS stream") << name;
  }
}

}  // namespace
}  // namespace io
