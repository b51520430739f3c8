#include "control/chat_log_object.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/chat_log_test_support.h"
#include "io/sql_test_support.h"
#include "wire/http/gzip.h"

namespace control {
namespace {

using namespace std::chrono_literals;
using chat_logs::Lane;
using test::chat_time;
using test::lines_of;
using test::said;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ChatLogObjectTest : public io::test::SqlTest {
 protected:
  ChatLogObjectTest() : database_(open()), rows_(connect()) {
    rows_.s3_configuration("configS3", "logs");
    rows_.firehose_configuration("configFirehose", "stream");
    rows_.configuration("configWatch", R"({"cloudWatchLogs":{"logGroupName":"/chat"}})");
  }
  std::unique_ptr<io::SqlConnection> connect() {
    auto connection = database_->connect();
    CHECK(connection.has_value());
    return std::move(*connection);
  }
  ChatLogTimes at(base::Duration after) const {
    return {.now = chat_time(after), .until = chat_time(after) - settings_.settle};
  }
  ChatLogFindings find(const ChatLogTimes& times, const std::string& owner = "me") {
    chat_logs::Cursor cursor;
    auto found = find_chat_logs(rows_.sql(), cursor, settings_, owner, times);
    EXPECT_TRUE(found.has_value()) << found.error().message;
    EXPECT_TRUE(found->was_last_page);
    return std::move(*found);
  }
  // Looks, and keeps its marks as they should be.
  ChatLogFindings look(base::Duration after) {
    ChatLogFindings found = find(at(after));
    rows_.write([&](io::SqlConnection& sql) -> base::Expected<void> {
      for (const Lane& lane : found.without_mark) {
        if (auto added = chat_logs::add_mark(sql, lane); !added) return added;
      }
      for (const auto& end : found.ends) {
        if (auto set = chat_logs::set_end(sql, end.lane, end.position); !set) return set;
      }
      for (const Lane& lane : found.finished) {
        if (auto removed = chat_logs::remove_mark(sql, lane.key); !removed) return removed;
      }
      return {};
    });
    return found;
  }
  static std::vector<std::string> names(const std::vector<Lane>& lanes) {
    std::vector<std::string> out;
    for (const Lane& lane : lanes)
      out.push_back(lane.key.room.str() + "/" + lane.key.configuration);
    return out;
  }
  std::vector<std::string> due(base::Duration after) { return names(look(after).due); }
  std::optional<ChatLogObject> make(const Lane& lane, const ChatLogTimes& times) {
    auto made = make_chat_log_object(rows_.sql(), lane, settings_, times);
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return std::move(*made);
  }
  static std::string text(const ChatLogObject& object) {
    std::string out;
    for (const base::Slice& piece : object.put.content) out += piece.text();
    return out;
  }
  bool claim(const Lane& lane, std::int64_t planned, const std::string& owner,
             base::Duration after) {
    bool claimed = false;
    rows_.write([&](io::SqlConnection& sql) {
      const base::WallTime now = chat_time(after);
      auto done = chat_logs::claim(sql, lane, planned, owner, now, now + 2min);
      claimed = done && *done;
      return done;
    });
    return claimed;
  }
  bool advance(const Lane& lane, const std::string& owner) {
    bool advanced = false;
    rows_.write([&](io::SqlConnection& sql) {
      auto done = chat_logs::advance(sql, lane.key, owner);
      advanced = done && *done;
      return done;
    });
    return advanced;
  }
  bool is_delivered(const std::string& room) {
    const auto delivered = chat_logs::is_delivered(rows_.sql(), chat::RoomId(room));
    EXPECT_TRUE(delivered.has_value());
    return *delivered;
  }

  ChatLogSettings settings_{.account = "123456789012", .region = "eu-north-1"};
  std::unique_ptr<io::SqlDatabase> database_;
  test::ChatRows rows_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(ChatLogObjectTest);

TEST_P(ChatLogObjectTest, AStretchOfTimeIsDueWhenItIsOver) {
  rows_.room("roomAAAAAAAA", {"configS3", "configFirehose", "configWatch"});
  EXPECT_THAT(due(0s), IsEmpty());
  EXPECT_THAT(rows_.marks(),
              ElementsAre("roomAAAAAAAA/configFirehose: 0", "roomAAAAAAAA/configS3: 0"));
  rows_.say({said("roomAAAAAAAA", 61s)});
  EXPECT_THAT(due(71s), IsEmpty());  // the ten seconds are over, but others may still write
  EXPECT_THAT(due(72s), ElementsAre("roomAAAAAAAA/configFirehose"));
  EXPECT_THAT(due(301s), ElementsAre("roomAAAAAAAA/configFirehose"));
  EXPECT_THAT(due(302s), ElementsAre("roomAAAAAAAA/configS3", "roomAAAAAAAA/configFirehose"));
  ChatLogTimes flush{.now = chat_time(61s), .until = chat_time(61s), .all_windows = true};
  EXPECT_THAT(names(find(flush).due),
              ElementsAre("roomAAAAAAAA/configS3", "roomAAAAAAAA/configFirehose"));
  flush.until = chat_time(60s);
  EXPECT_THAT(find(flush).due, IsEmpty());
}

TEST_P(ChatLogObjectTest, WhatWasSaidBeforeIsNotLogged) {
  rows_.say({said("roomAAAAAAAA", 10s), said("roomAAAAAAAA", 20s)});
  rows_.room("roomAAAAAAAA", {"configS3"}, 20s);
  const auto found = look(1h);
  ASSERT_EQ(found.due.size(), 1U);
  const auto object = make(found.due[0], at(1h));
  ASSERT_TRUE(object);
  EXPECT_EQ(object->entries, 1U);
  EXPECT_EQ(text(*object), base::as_text(wire::http::gzip(
                               base::as_bytes(lines_of({said("roomAAAAAAAA", 20s)})), 6)));
  // A later change of the room moves nothing.
  rows_.run("UPDATE rooms SET updated_at = updated_at + 1000000000");
  EXPECT_EQ(look(1h).due[0].position, found.due[0].position);
}

TEST_P(ChatLogObjectTest, ObjectsAsTheServiceLaysThemOut) {
  rows_.room("roomAAAAAAAA", {"configS3", "configFirehose"});
  const std::vector<chat::Entry> entries = {said("roomAAAAAAAA", 301s),
                                            said("roomAAAAAAAA", 302s, chat::Entry::Kind::kEvent),
                                            said("roomAAAAAAAA", 599s)};
  rows_.say(entries);
  rows_.say({said("roomAAAAAAAA", 600s)});
  const auto found = look(1h);
  ASSERT_EQ(found.due.size(), 2U);
  const auto s3 = make(found.due[0], at(1h));
  ASSERT_TRUE(s3);
  EXPECT_EQ(s3->put.name.bucket, "logs");
  EXPECT_THAT(s3->put.name.key,
              ::testing::MatchesRegex(
                  "AWSLogs/123456789012/IVSChatLogs/1.0/eu-north-1/room_roomAAAAAAAA/2027/01/15/08/"
                  "123456789012_IVSChatLogs_1.0_eu-north-1_room_roomAAAAAAAA_20270115T0805Z_"
                  "[0-9a-f]+\\.log\\.gz"));
  EXPECT_EQ(s3->put.content_type, "application/gzip");
  EXPECT_EQ(text(*s3), base::as_text(wire::http::gzip(base::as_bytes(lines_of(entries)), 6)));
  EXPECT_EQ(s3->last, entries[2].position);
  const auto firehose = make(found.due[1], at(1h));
  ASSERT_TRUE(firehose);
  EXPECT_EQ(firehose->put.name.bucket, "stream");
  EXPECT_TRUE(firehose->put.name.key.starts_with("2027/01/15/08/stream-1-2027-01-15-08-05-01-"));
  EXPECT_EQ(text(*firehose),
            R"({"event_timestamp":"2027-01-15T08:05:01.000Z","type":"MESSAGE","version":"1.0",)"
            R"("payload":{"Content":"at 1800000301000000000"}})"
            "\n"
            R"({"event_timestamp":"2027-01-15T08:05:02.000Z","type":"EVENT","version":"1.0",)"
            R"("payload":{"Content":"at 1800000302000000000"}})"
            "\n");
}

TEST_P(ChatLogObjectTest, LargeStretchesBecomeSeveralObjects) {
  rows_.room("roomAAAAAAAA", {"configFirehose"});
  std::vector<chat::Entry> entries;
  for (int i = 0; i < 1'000; ++i) entries.push_back(said("roomAAAAAAAA", 1ms * (i + 1)));
  rows_.say(entries);
  const std::string all = lines_of(entries);
  settings_.max_object = 100 << 10;
  std::string together;
  Lane lane = look(1h).due.at(0);
  int objects = 0;
  while (const auto object = make(lane, at(1h))) {
    EXPECT_LE(text(*object).size(), settings_.max_object);
    together += text(*object);
    lane.position = object->last;
    ++objects;
  }
  EXPECT_EQ(together, all);
  EXPECT_EQ(objects, static_cast<int>(all.size() / settings_.max_object) + 1);
  // At least one line goes, however long.
  settings_.max_object = 1;
  lane.position = 0;
  EXPECT_EQ(make(lane, at(1h))->entries, 1U);
}

TEST_P(ChatLogObjectTest, WhatWasPlannedIsMadeAgainAsItWas) {
  rows_.room("roomAAAAAAAA", {"configS3"});
  rows_.say({said("roomAAAAAAAA", 1s), said("roomAAAAAAAA", 2s)});
  const Lane lane = look(1h).due.at(0);
  const auto first = make(lane, at(1h));
  ASSERT_TRUE(claim(lane, first->last, "me", 1h));
  rows_.say({said("roomAAAAAAAA", 3s)});

  EXPECT_THAT(find(at(1h), "other").due, IsEmpty());  // somebody is at work
  const auto found = find(at(1h + 2min), "other");    // who has died
  ASSERT_EQ(found.due.size(), 1U);
  const auto again = make(found.due[0], at(1h + 2min));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->put.name.key, first->put.name.key);
  EXPECT_EQ(text(*again), text(*first));
  EXPECT_EQ(again->last, first->last);

  // Both think that it is theirs: one moves the mark, once.
  ASSERT_TRUE(claim(found.due[0], again->last, "other", 1h + 2min));
  EXPECT_FALSE(advance(lane, "me"));
  EXPECT_TRUE(advance(found.due[0], "other"));
  EXPECT_FALSE(advance(found.due[0], "other"));
  EXPECT_FALSE(claim(lane, first->last, "me", 1h + 3min));  // it is not where it was
  const Lane rest = look(1h + 3min).due.at(0);
  EXPECT_EQ(make(rest, at(1h + 3min))->entries, 1U);
}

TEST_P(ChatLogObjectTest, ARoomMayStopToUseAConfiguration) {
  rows_.room("roomAAAAAAAA", {"configS3", "configFirehose"});
  EXPECT_THAT(due(0s), IsEmpty());
  rows_.say({said("roomAAAAAAAA", 3s)});
  rows_.attach("roomAAAAAAAA", {"configFirehose"});
  // What was said by then is delivered, without waiting for the end of its five minutes.
  const auto found = look(5s);
  EXPECT_THAT(names(found.due), ElementsAre("roomAAAAAAAA/configS3"));
  rows_.say({said("roomAAAAAAAA", 6s)});
  const Lane lane = look(9s).due.at(0);
  const auto object = make(lane, at(9s));
  ASSERT_TRUE(object);
  EXPECT_EQ(object->entries, 1U);
  ASSERT_TRUE(claim(lane, object->last, "me", 9s));
  ASSERT_TRUE(advance(lane, "me"));
  EXPECT_THAT(due(10s), IsEmpty());
  EXPECT_THAT(rows_.marks(), ElementsAre("roomAAAAAAAA/configFirehose: 0"));
}

TEST_P(ChatLogObjectTest, AConfigurationThatIsUsedAgainGoesOn) {
  rows_.room("roomAAAAAAAA", {"configS3"});
  EXPECT_THAT(due(0s), IsEmpty());
  rows_.say({said("roomAAAAAAAA", 3s)});
  rows_.attach("roomAAAAAAAA", {});
  EXPECT_EQ(due(5s).size(), 1U);
  rows_.attach("roomAAAAAAAA", {"configS3"});
  rows_.say({said("roomAAAAAAAA", 6s)});
  EXPECT_THAT(due(8s), IsEmpty());  // its end is forgotten
  const Lane lane = look(1h).due.at(0);
  EXPECT_EQ(make(lane, at(1h))->entries, 2U);
}

TEST_P(ChatLogObjectTest, RoomsThatAreDeletedAreDeliveredAtOnce) {
  rows_.room("roomAAAAAAAA", {"configS3", "configWatch"});
  EXPECT_TRUE(is_delivered("roomAAAAAAAA"));
  EXPECT_TRUE(is_delivered("roomNobody00"));
  EXPECT_THAT(due(0s), IsEmpty());
  rows_.say({said("roomAAAAAAAA", 3s)});
  EXPECT_FALSE(is_delivered("roomAAAAAAAA"));
  EXPECT_THAT(due(5s), IsEmpty());
  rows_.run("UPDATE rooms SET deleted_at = 1");
  const Lane lane = look(5s).due.at(0);
  const auto object = make(lane, at(5s));
  ASSERT_TRUE(object);
  ASSERT_TRUE(claim(lane, object->last, "me", 5s));
  EXPECT_FALSE(is_delivered("roomAAAAAAAA"));
  ASSERT_TRUE(advance(lane, "me"));
  EXPECT_TRUE(is_delivered("roomAAAAAAAA"));
  // Then everything of it goes.
  rows_.run("DELETE FROM rooms");
  EXPECT_THAT(due(6s), IsEmpty());
  EXPECT_THAT(rows_.marks(), IsEmpty());
}

TEST_P(ChatLogObjectTest, WhatIsForgottenIsNotWaitedFor) {
  rows_.room("roomAAAAAAAA", {"configS3"});
  EXPECT_THAT(due(0s), IsEmpty());
  rows_.say({said("roomAAAAAAAA", 3s)});
  rows_.write([](io::SqlConnection& sql) -> base::Expected<void> {
    auto pruned = chat_history::prune(sql, chat_time(1h));
    if (!pruned) return base::fail(std::move(pruned.error()));
    return {};
  });
  EXPECT_THAT(due(1h), IsEmpty());
  EXPECT_TRUE(is_delivered("roomAAAAAAAA"));
}

TEST_P(ChatLogObjectTest, ManyLanesComePageByPage) {
  std::vector<chat::Entry> entries;
  rows_.write([&](io::SqlConnection&) -> base::Expected<void> {
    for (int i = 0; i < 600; ++i) {
      const std::string room = fmt::format("room{:08}", i);
      rows_.room(room, {"configS3", "configFirehose"});
      if (i % 3 == 0) entries.push_back(said(room, 1s));
    }
    return {};
  });
  rows_.say(entries);
  chat_logs::Cursor cursor;
  std::size_t pages = 0, lanes = 0;
  bool was_last = false;
  while (!was_last) {
    const auto found = find_chat_logs(rows_.sql(), cursor, settings_, "me", at(1h));
    ASSERT_TRUE(found.has_value());
    was_last = found->was_last_page;
    lanes += found->due.size();
    ++pages;
  }
  EXPECT_EQ(lanes, 400U);
  EXPECT_EQ(pages, 3U);
}

}  // namespace
}  // namespace control
