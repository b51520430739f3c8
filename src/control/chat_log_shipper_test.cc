#include "control/chat_log_shipper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "control/chat_log_test_support.h"
#include "io/io_test_support.h"
#include "io/local_object_store.h"
#include "io/sql_test_support.h"
#include "io/sql_workers.h"

namespace control {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using io::test::drive;
using test::chat_time;
using test::lines_of;
using test::said;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr std::string_view kRoom = "roomAAAAAAAA";

// The real workers, whose writes can be told to fail.
class Workers final : public io::SqlWorkers {
 public:
  explicit Workers(io::SqlDatabase& database) {
    auto workers = io::SqlWorkers::create(database, {});
    CHECK(workers.has_value());
    workers_ = std::move(*workers);
  }
  bool read(Read task) override { return workers_->read(std::move(task)); }
  void write(Write work, Done done) override {
    if (is_away) {
      ++refused;
      if (done) done(base::fail(ErrorCode::kClosed, "the database is away"));
      return;
    }
    workers_->write(std::move(work), std::move(done));
  }
  void read_patiently(Read) override { CHECK(false && "not used here"); }

  bool is_away = false;
  int refused = 0;

 private:
  std::unique_ptr<io::SqlWorkers> workers_;
};

class ChatLogShipperTest : public io::test::SqlTest {
 protected:
  ChatLogShipperTest() : database_(open()), rows_(connect()), store_(loop_) {
    rows_.s3_configuration("configS3", "logs");
    rows_.firehose_configuration("configFirehose", "stream");
    rows_.firehose_configuration("configOther", "other");
    set_now(0s);
  }
  ~ChatLogShipperTest() override { shipper_.reset(); }

  std::unique_ptr<io::SqlConnection> connect() {
    auto connection = database_->connect();
    CHECK(connection.has_value());
    return std::move(*connection);
  }
  void set_now(base::Duration after) { now_ = chat_time(after).time_since_epoch().count(); }
  std::unique_ptr<ChatLogShipper> make(io::SqlWorkers& workers, io::ObjectStore& store) {
    ChatLogSettings settings{.account = "123456789012", .region = "local"};
    settings.look_every = 2ms;
    settings.max_object = max_object_;
    return ChatLogShipper::create(
        loop_, workers, store,
        {.settings = settings,
         .now = [this] { return base::WallTime(std::chrono::microseconds(now_.load())); },
         .random = [] { return 1.0; }});
  }
  void start() {
    shipper_ = make(workers_, store_);
    shipper_->start();
  }
  void flush() {
    bool flushed = false;
    shipper_->flush([&] { flushed = true; });
    EXPECT_FALSE(flushed);
    ASSERT_TRUE(drive(loop_, [&] { return flushed; }));
  }
  // A round of looking is over: the mark of a new room is there.
  void look_around() {
    const std::string room = fmt::format("sentinel{:04}", ++sentinels_);
    rows_.room(room, {"configOther"});
    ASSERT_TRUE(drive(loop_, [&] {
      return std::ranges::any_of(rows_.marks(),
                                 [&](const std::string& mark) { return mark.starts_with(room); });
    }));
  }
  std::string room() const { return std::string(kRoom); }

  std::size_t max_object_ = std::size_t{1} << 20;
  io::Loop loop_;
  std::atomic<std::int64_t> now_{0};
  int sentinels_ = 0;
  std::unique_ptr<io::SqlDatabase> database_;
  test::ChatRows rows_;
  Workers workers_{*database_};
  test::ToldStore store_;
  std::unique_ptr<ChatLogShipper> shipper_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(ChatLogShipperTest);

TEST_P(ChatLogShipperTest, DeliversWhenItIsTime) {
  rows_.room(room(), {"configFirehose"});
  rows_.say({said(room(), 1s), said(room(), 2s)});
  set_now(11s);
  start();
  look_around();
  look_around();
  EXPECT_EQ(store_.attempts, 0);
  set_now(12s);
  ASSERT_TRUE(drive(loop_, [&] { return store_.puts.size() == 1; }));
  EXPECT_EQ(store_.text("stream"), lines_of({said(room(), 1s), said(room(), 2s)}));
  ASSERT_TRUE(
      drive(loop_, [&] { return rows_.marks()[0] == "roomAAAAAAAA/configFirehose: 2000"; }));
  // Nothing new, nothing more.
  set_now(1h);
  look_around();
  look_around();
  EXPECT_EQ(store_.attempts, 1);
}

TEST_P(ChatLogShipperTest, AFlushDeliversEverything) {
  rows_.room(room(), {"configS3", "configFirehose"});
  rows_.room("roomBBBBBBBB", {"configFirehose"});
  start();
  flush();
  EXPECT_THAT(store_.puts, IsEmpty());
  rows_.say({said(room(), 1s), said(room(), 2s), said("roomBBBBBBBB", 3s)});
  set_now(3s);
  flush();
  ASSERT_EQ(store_.puts.size(), 3U);
  rows_.say({said(room(), 4s)});
  set_now(4s);
  flush();
  flush();
  ASSERT_EQ(store_.puts.size(), 5U);
  std::vector<std::string> keys;
  for (const auto& put : store_.puts) keys.push_back(put.bucket + "/" + put.key);
  std::ranges::sort(keys);
  EXPECT_EQ(std::ranges::unique(keys).begin(), keys.end());
  // Two at the same time are both told; one that is not started has nothing to do.
  int told = 0;
  shipper_->flush([&] { ++told; });
  shipper_->flush([&] { ++told; });
  ASSERT_TRUE(drive(loop_, [&] { return told == 2; }));
  shipper_->stop();
  flush();
}

TEST_P(ChatLogShipperTest, KeepsTheOrderOverManyObjectsAndPages) {
  max_object_ = 2'000;
  std::vector<chat::Entry> entries;
  for (int i = 1; i <= 1'000; ++i) entries.push_back(said(room(), 10ms * i));
  rows_.write([&](io::SqlConnection&) -> base::Expected<void> {
    for (int i = 0; i < 700; ++i) rows_.room(fmt::format("quiet{:07}", i), {"configS3"});
    return {};
  });
  rows_.room(room(), {"configFirehose"});
  rows_.say(entries);
  set_now(1h);
  start();
  flush();
  EXPECT_EQ(store_.text("stream"), lines_of(entries));
  EXPECT_GT(store_.puts.size(), 50U);
}

TEST_P(ChatLogShipperTest, AStoreThatIsAwayLosesNothing) {
  rows_.room(room(), {"configFirehose", "configOther"});
  std::vector<chat::Entry> entries;
  const auto speak = [&](int from, int to) {
    std::vector<chat::Entry> more;
    for (int i = from; i < to; ++i) more.push_back(said(room(), 1s * i));
    rows_.say(more);
    entries.insert(entries.end(), more.begin(), more.end());
    set_now(1s * to + 20s);
  };
  bool is_away = true;
  ErrorCode code = ErrorCode::kUnauthorized;
  store_.refuse = [&](const std::string& bucket) -> std::optional<ErrorCode> {
    if (is_away && bucket == "stream") return code;
    return std::nullopt;
  };
  speak(1, 50);
  start();
  const auto errors = [&] {
    const auto found = shipper_->errors().find("configFirehose");
    return found == shipper_->errors().end() ? ChatLogShipper::Errors{} : found->second;
  };
  ASSERT_TRUE(drive(loop_, [&] { return errors().all() == 1; }));
  // It is tried again after a second, then two: not before.
  ASSERT_TRUE(drive(loop_, [&] { return store_.text("other") == lines_of(entries); }));
  look_around();
  look_around();
  EXPECT_EQ(errors().all(), 1U);
  code = ErrorCode::kNotFound;
  speak(50, 60);
  ASSERT_TRUE(drive(loop_, [&] { return errors().all() == 2; }));
  code = ErrorCode::kIo;
  set_now(1h);
  ASSERT_TRUE(drive(loop_, [&] { return errors().all() == 3; }));
  EXPECT_EQ(errors().access_denied, 1U);
  EXPECT_EQ(errors().not_found, 1U);
  EXPECT_EQ(errors().other, 1U);
  // A flush tries it once more, and ends.
  flush();
  EXPECT_EQ(errors().all(), 4U);
  EXPECT_EQ(store_.text("stream"), "");

  is_away = false;
  speak(4'000, 4'100);
  set_now(3h);
  ASSERT_TRUE(drive(loop_, [&] { return store_.text("stream") == lines_of(entries); }));
  ASSERT_TRUE(drive(loop_, [&] { return store_.text("other") == lines_of(entries); }));
  EXPECT_FALSE(shipper_->errors().contains("configOther"));
}

TEST_P(ChatLogShipperTest, ACrashBetweenPutAndMarkDeliversTheSameObjectAgain) {
  rows_.room(room(), {"configFirehose"});
  rows_.say({said(room(), 1s), said(room(), 2s)});
  set_now(1min);
  start();
  // From the put on nothing can be written: neither the mark nor that the lane is free.
  store_.refuse = [&](const std::string&) -> std::optional<ErrorCode> {
    workers_.is_away = true;
    return std::nullopt;
  };
  ASSERT_TRUE(drive(loop_, [&] { return workers_.refused > 0; }));
  EXPECT_EQ(store_.puts.size(), 1U);
  shipper_.reset();
  workers_.is_away = false;
  store_.refuse = [](const std::string&) { return std::nullopt; };

  // More of the same ten seconds, which comes into an object of its own.
  rows_.say({said(room(), 3s)});
  start();
  look_around();
  look_around();
  EXPECT_EQ(store_.puts.size(), 1U);  // the dead one may be alive
  set_now(4min);
  ASSERT_TRUE(drive(loop_, [&] { return store_.puts.size() == 3; }));
  EXPECT_EQ(store_.puts[1].key, store_.puts[0].key);
  EXPECT_EQ(store_.puts[1].content, store_.puts[0].content);
  EXPECT_NE(store_.puts[2].key, store_.puts[0].key);
  EXPECT_EQ(store_.puts[2].content, lines_of({said(room(), 3s)}));
}

TEST_P(ChatLogShipperTest, AMarkThatCannotBeWrittenIsWrittenLater) {
  rows_.room(room(), {"configFirehose"});
  rows_.say({said(room(), 1s)});
  set_now(1min);
  start();
  store_.refuse = [&](const std::string&) -> std::optional<ErrorCode> {
    workers_.is_away = true;
    return std::nullopt;
  };
  ASSERT_TRUE(drive(loop_, [&] { return workers_.refused > 0; }));
  workers_.is_away = false;
  store_.refuse = [](const std::string&) { return std::nullopt; };
  ASSERT_TRUE(
      drive(loop_, [&] { return rows_.marks()[0] == "roomAAAAAAAA/configFirehose: 1000"; }));
  flush();
  EXPECT_EQ(store_.puts.size(), 1U);
}

TEST_P(ChatLogShipperTest, StoppedInTheMiddleItBeginsAgain) {
  rows_.room(room(), {"configFirehose"});
  rows_.say({said(room(), 1s)});
  set_now(1min);
  store_.is_silent = true;
  start();
  ASSERT_TRUE(drive(loop_, [&] { return store_.attempts == 1; }));
  bool flushed = false;
  shipper_->flush([&] { flushed = true; });
  // The store keeps it waiting; others go on.
  look_around();
  EXPECT_FALSE(flushed);
  shipper_->stop();
  store_.is_silent = false;
  rows_.say({said(room(), 2s)});
  shipper_->start();  // at once: it gave the lane back
  ASSERT_TRUE(drive(loop_, [&] { return store_.puts.size() == 2; }));
  EXPECT_EQ(store_.puts[0].content, lines_of({said(room(), 1s)}));
  EXPECT_EQ(store_.puts[1].content, lines_of({said(room(), 2s)}));
  EXPECT_FALSE(flushed);
}

TEST_P(ChatLogShipperTest, OneSilentStoreDoesNotStopTheOthers) {
  rows_.room(room(), {"configS3", "configFirehose"});
  rows_.say({said(room(), 1s)});
  set_now(1h);
  store_.is_silent = true;
  start();
  ASSERT_TRUE(drive(loop_, [&] { return store_.attempts == 2; }));
  store_.is_silent = false;
  rows_.room("roomBBBBBBBB", {"configFirehose"});
  rows_.say({said("roomBBBBBBBB", 2s)});
  ASSERT_TRUE(drive(loop_, [&] { return store_.puts.size() == 1; }));
  EXPECT_EQ(store_.text("stream"), lines_of({said("roomBBBBBBBB", 2s)}));
}

TEST_P(ChatLogShipperTest, SeveralServersShareTheWork) {
  max_object_ = 1'000;
  std::vector<chat::Entry> entries;
  std::string expected;
  for (int i = 0; i < 10; ++i) {
    const std::string name = fmt::format("room{:08}", i);
    rows_.room(name, {"configFirehose"});
    for (int k = 1; k <= 50; ++k) entries.push_back(said(name, 100ms * k));
  }
  rows_.say(entries);
  set_now(1min);
  Workers other_workers(*database_);
  test::ToldStore other_store(loop_);
  const auto other = make(other_workers, other_store);
  start();
  other->start();
  ASSERT_TRUE(drive(loop_, [&] {
    const auto size = [](const test::ToldStore& store) { return store.text("stream").size(); };
    return size(store_) + size(other_store) >= lines_of(entries).size();
  }));
  flush();
  // Each line once, whoever brought it.
  const std::string all = store_.text("stream") + other_store.text("stream");
  EXPECT_EQ(all.size(), lines_of(entries).size());
  for (const chat::Entry& entry : entries) {
    EXPECT_NE(all.find(lines_of({entry})), std::string::npos);
  }
}

TEST_P(ChatLogShipperTest, IntoAFolder) {
  rows_.room(room(), {"configS3", "configFirehose"});
  rows_.say({said(room(), 1s)});
  set_now(2s);
  auto local = io::open_local_object_store(loop_, folder() + "/objects");
  ASSERT_TRUE(local) << local.error().message;
  shipper_ = make(workers_, **local);
  shipper_->start();
  flush();
  std::vector<std::string> found;
  for (const std::string bucket : {"logs", "stream"}) {
    bool listed = false;
    const auto pending = (*local)->list({.bucket = bucket}, [&](auto page) {
      listed = true;
      ASSERT_TRUE(page.has_value());
      for (const auto& object : page->objects) found.push_back(object.key);
    });
    ASSERT_TRUE(drive(loop_, [&] { return listed; }));
  }
  EXPECT_THAT(found,
              ElementsAre(StartsWith("AWSLogs/123456789012/IVSChatLogs/1.0/local/room_roomAAAAAAAA/"
                                     "2027/01/15/08/123456789012_IVSChatLogs_1.0_local_"),
                          StartsWith("2027/01/15/08/stream-1-2027-01-15-08-00-01-")));
  shipper_.reset();
}

}  // namespace
}  // namespace control
