#include "control/chat_history.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/sql_test_support.h"

namespace control {
namespace {

using chat::Entry;
using chat::RoomId;
using chat_history::Choice;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const RoomId kRoom("roomAAAAAAAA");
const RoomId kOther("roomBBBBBBBB");
constexpr base::WallTime kStart{std::chrono::seconds(1'800'000'000)};

std::string id_of(int second) {
  return fmt::format("id{:010}", second);
}

Entry message(const RoomId& room, int second, std::string user = "alice") {
  const base::WallTime at = kStart + std::chrono::seconds(second);
  return {.room = room,
          .kind = Entry::Kind::kMessage,
          .position = at.time_since_epoch().count() * 1000 + 17,
          .id = id_of(second),
          .at = at,
          .user_id = std::move(user),
          .payload = base::Slice::take(fmt::format(R"({{"Content":"grüße {}"}})", second))};
}

Entry event(const RoomId& room, int second, std::string about = {}) {
  Entry entry = message(room, second, "");
  entry.kind = Entry::Kind::kEvent;
  entry.about = std::move(about);
  entry.payload = base::Slice::take(std::string(R"({"Type":"EVENT"})"));
  return entry;
}

class ChatHistoryTest : public io::test::SqlTest {
 protected:
  ChatHistoryTest() : database_(open()) {
    auto connection = database_->connect();
    CHECK(connection.has_value());
    sql_ = std::move(*connection);
    CHECK(migrate_chat_history(*sql_).has_value());
  }

  void insert(const std::vector<Entry>& entries) {
    ASSERT_TRUE(sql_->begin(true).has_value());
    const auto done = chat_history::insert(*sql_, entries);
    ASSERT_TRUE(done.has_value()) << done.error().message;
    ASSERT_TRUE(sql_->commit().has_value());
  }

  static std::vector<int> seconds_of(const base::Expected<std::vector<Entry>>& entries) {
    EXPECT_TRUE(entries.has_value());
    std::vector<int> out;
    for (const Entry& entry : entries.value()) {
      out.push_back(static_cast<int>((entry.at - kStart) / std::chrono::seconds(1)));
    }
    return out;
  }
  std::vector<int> page(const Choice& choice) {
    const auto kept = chat_history::page(*sql_, choice);
    EXPECT_TRUE(kept.has_value());
    std::vector<Entry> entries;
    for (const KeptEntry& one : kept.value()) entries.push_back(one.entry);
    return seconds_of(entries);
  }

  std::unique_ptr<io::SqlDatabase> database_;
  std::unique_ptr<io::SqlConnection> sql_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(ChatHistoryTest);

TEST_P(ChatHistoryTest, EntriesComeBackAsTheyWere) {
  const Entry said = message(kRoom, 3);
  const Entry deletes = event(kRoom, 4, "someMessage1");
  insert({said, deletes});
  const auto found = chat_history::entries_after(*sql_, kRoom, 0, 10);
  ASSERT_TRUE(found.has_value());
  ASSERT_EQ(found->size(), 2U);
  const Entry& first = found->front();
  EXPECT_EQ(first.room, kRoom);
  EXPECT_EQ(first.kind, Entry::Kind::kMessage);
  EXPECT_EQ(first.position, said.position);
  EXPECT_EQ(first.id, said.id);
  EXPECT_EQ(first.at, said.at);
  EXPECT_EQ(first.user_id, "alice");
  EXPECT_EQ(first.about, "");
  EXPECT_EQ(first.payload.text(), said.payload.text());
  EXPECT_EQ(found->back().kind, Entry::Kind::kEvent);
  EXPECT_EQ(found->back().about, "someMessage1");
}

// The sizes of the statements are 64, 8 and 1.
TEST_P(ChatHistoryTest, ManyAreWrittenAtOnce) {
  for (const int count : {0, 1, 7, 8, 9, 63, 64, 65, 1000}) {
    const RoomId room(fmt::format("room{:08}", count));
    std::vector<Entry> entries;
    for (int i = 0; i < count; ++i) entries.push_back(message(room, i));
    insert(entries);
    const auto found = chat_history::entries_after(*sql_, room, 0, 10'000);
    ASSERT_TRUE(found.has_value());
    ASSERT_EQ(found->size(), static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      EXPECT_EQ(found->at(static_cast<std::size_t>(i)).id, id_of(i));
    }
  }
}

TEST_P(ChatHistoryTest, WritingAgainChangesNothing) {
  const std::vector<Entry> entries = {message(kRoom, 1), event(kRoom, 2, id_of(1)),
                                      message(kRoom, 3)};
  insert(entries);
  insert(entries);
  EXPECT_THAT(seconds_of(chat_history::entries_after(*sql_, kRoom, 0, 10)), ElementsAre(1, 2, 3));
  EXPECT_THAT(seconds_of(chat_history::newest_entries(*sql_, kRoom, 10)), ElementsAre(2, 3));
}

TEST_P(ChatHistoryTest, WhatWasDeletedStaysForLogsOnly) {
  insert({message(kRoom, 1), message(kRoom, 2), message(kOther, 1)});
  insert({event(kRoom, 5, id_of(1))});
  EXPECT_THAT(seconds_of(chat_history::newest_entries(*sql_, kRoom, 10)), ElementsAre(2, 5));
  EXPECT_THAT(seconds_of(chat_history::newest_entries(*sql_, kRoom, 1)), ElementsAre(5));
  EXPECT_THAT(seconds_of(chat_history::newest_entries(*sql_, kOther, 10)), ElementsAre(1));
  EXPECT_THAT(seconds_of(chat_history::entries_after(*sql_, kRoom, 0, 10)), ElementsAre(1, 2, 5));
  EXPECT_THAT(page({.room = kRoom}), ElementsAre(2, 5));
  EXPECT_THAT(page({.room = kRoom, .deleted = Choice::Deleted::kShow}), ElementsAre(1, 2, 5));
  const auto found = chat_history::find(*sql_, kRoom, id_of(1));
  ASSERT_TRUE(found.has_value() && found->has_value());
  EXPECT_EQ((*found)->deleted_at, kStart + std::chrono::seconds(5));
  // An event cannot be deleted, and deleting again does not change when it was.
  insert({event(kRoom, 6, id_of(5)), event(kRoom, 7, id_of(1))});
  EXPECT_EQ((*chat_history::find(*sql_, kRoom, id_of(5)))->deleted_at, std::nullopt);
  EXPECT_EQ((*chat_history::find(*sql_, kRoom, id_of(1)))->deleted_at,
            kStart + std::chrono::seconds(5));
}

TEST_P(ChatHistoryTest, ReactionsAreNotEntries) {
  const auto reactions = [](std::string_view json) {
    Entry entry = event(kRoom, 9, id_of(1));
    entry.kind = Entry::Kind::kReactions;
    entry.payload = base::Slice::take(std::string(json));
    return entry;
  };
  insert({message(kRoom, 1), reactions(R"({"👍":1})"), reactions(R"({"👍":2})")});
  EXPECT_EQ((*chat_history::find(*sql_, kRoom, id_of(1)))->reactions, R"({"👍":2})");
  EXPECT_EQ((*chat_history::find(*sql_, kRoom, id_of(1)))->deleted_at, std::nullopt);
  insert({reactions("{}")});
  EXPECT_EQ((*chat_history::find(*sql_, kRoom, id_of(1)))->reactions, "{}");
  EXPECT_THAT(seconds_of(chat_history::entries_after(*sql_, kRoom, 0, 10)), ElementsAre(1));
}

TEST_P(ChatHistoryTest, PagesGoBothWays) {
  std::vector<Entry> entries;
  for (int i = 0; i < 10; ++i) entries.push_back(message(kRoom, i, i % 2 == 0 ? "alice" : "bob"));
  entries.push_back(event(kRoom, 10));
  entries.push_back(message(kOther, 3));
  insert(entries);
  const auto at = [](int second) { return kStart + std::chrono::seconds(second); };
  const auto position = [](int second) { return message(kRoom, second).position; };
  constexpr auto kNewest = Choice::Order::kNewestFirst;
  struct Row {
    Choice choice;
    std::vector<int> seconds;
  };
  const std::vector<Row> rows = {
      {{.room = kRoom}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
      {{.room = kRoom, .limit = 3}, {0, 1, 2}},
      {{.room = kRoom, .after = position(2), .limit = 3}, {3, 4, 5}},
      {{.room = kRoom, .order = kNewest, .limit = 3}, {10, 9, 8}},
      {{.room = kRoom, .before = position(8), .order = kNewest, .limit = 3}, {7, 6, 5}},
      {{.room = kRoom, .from = at(4), .until = at(7)}, {4, 5, 6}},
      {{.room = kRoom, .from = at(4), .until = at(7), .order = kNewest}, {6, 5, 4}},
      {{.room = kRoom, .from = at(4), .until = at(7), .after = position(5)}, {6}},
      {{.room = kRoom, .user_id = "bob"}, {1, 3, 5, 7, 9}},
      {{.room = kRoom, .user_id = "bob", .from = at(2), .order = kNewest, .limit = 2}, {9, 7}},
      {{.room = kRoom, .user_id = "carol"}, {}},
      {{.room = kRoom, .from = at(11)}, {}},
      {{.room = kRoom, .until = base::WallTime::min()}, {}},
      {{.room = kRoom, .from = base::WallTime::max()}, {}},
      {{.room = kRoom, .from = base::WallTime::min(), .until = base::WallTime::max(), .limit = 1},
       {0}},
      {{.room = kRoom, .limit = 0}, {}},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(page(rows[i].choice), rows[i].seconds) << "row " << i;
  }
}

// After the clock was set back positions are ahead of the times.
TEST_P(ChatHistoryTest, TimesDecideWhenPositionsRunAhead) {
  Entry late = message(kRoom, 5);
  late.position += 600'000'000'000;
  insert({late});
  EXPECT_THAT(
      page({.room = kRoom, .from = late.at, .until = late.at + base::WallTime::duration(1)}),
      ElementsAre(5));
}

TEST_P(ChatHistoryTest, AllRoomsTogetherAreInTheOrderOfTime) {
  insert({message(kOther, 1), message(kRoom, 1), message(kRoom, 2), message(kOther, 3)});
  const auto read = [&](const chat_history::Place& place, std::size_t limit) {
    auto entries =
        chat_history::everything_after(*sql_, place, kStart + std::chrono::seconds(3), limit);
    EXPECT_TRUE(entries.has_value());
    return std::move(entries.value());
  };
  const auto first = read({}, 2);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].room, kRoom);
  EXPECT_EQ(first[1].room, kOther);
  const auto rest = read({first[1].at, first[1].room, first[1].position}, 10);
  EXPECT_THAT(seconds_of(rest), ElementsAre(2));
  const auto at = [](int second) { return kStart + std::chrono::seconds(second); };
  EXPECT_THAT(seconds_of(chat_history::everything_before(*sql_, {at(3), {}, 0}, at(1), 10)),
              ElementsAre(2, 1, 1));
  EXPECT_THAT(seconds_of(chat_history::everything_before(
                  *sql_, {at(1), kOther, message(kOther, 1).position}, at(0), 10)),
              ElementsAre(1));
  EXPECT_THAT(seconds_of(chat_history::everything_before(*sql_, {at(9), {}, 0}, at(2), 1)),
              ElementsAre(3));
}

TEST_P(ChatHistoryTest, KnowsTheRooms) {
  EXPECT_EQ(chat_history::last_position(*sql_, kRoom).value(), 0);
  insert({message(kRoom, 7), message(kOther, 1)});
  insert({message(kRoom, 9), message(kRoom, 8)});
  EXPECT_EQ(chat_history::last_position(*sql_, kRoom).value(), message(kRoom, 9).position);
  const auto rooms = chat_history::list_rooms(*sql_, {}, 10);
  ASSERT_TRUE(rooms.has_value());
  ASSERT_EQ(rooms->size(), 2U);
  EXPECT_EQ(rooms->front().room, kRoom);
  EXPECT_EQ(rooms->front().first_at, kStart + std::chrono::seconds(7));
  EXPECT_EQ(rooms->front().last_at, kStart + std::chrono::seconds(9));
  EXPECT_EQ(chat_history::list_rooms(*sql_, kRoom, 10)->front().room, kOther);
  EXPECT_EQ(chat_history::list_rooms(*sql_, {}, 1)->size(), 1U);
}

TEST_P(ChatHistoryTest, RoomsAreForgottenInSteps) {
  std::vector<Entry> entries;
  for (int i = 0; i < 1500; ++i) entries.push_back(message(kRoom, i));
  entries.push_back(message(kOther, 1));
  insert(entries);
  EXPECT_EQ(chat_history::remove_room(*sql_, kRoom).value(), true);
  EXPECT_EQ(chat_history::remove_room(*sql_, kRoom).value(), false);
  EXPECT_THAT(seconds_of(chat_history::entries_after(*sql_, kRoom, 0, 10)), IsEmpty());
  EXPECT_EQ(chat_history::find_room(*sql_, kRoom).value().has_value(), false);
  EXPECT_THAT(seconds_of(chat_history::entries_after(*sql_, kOther, 0, 10)), ElementsAre(1));
}

TEST_P(ChatHistoryTest, OldEntriesAreForgottenInSteps) {
  std::vector<Entry> entries;
  for (int i = 0; i < 1500; ++i) entries.push_back(message(kRoom, i));
  entries.push_back(message(kOther, 2));
  insert(entries);
  const base::WallTime until = kStart + std::chrono::seconds(1200);
  EXPECT_EQ(chat_history::prune(*sql_, until).value(), true);
  EXPECT_EQ(chat_history::prune(*sql_, until).value(), false);
  EXPECT_THAT(seconds_of(chat_history::entries_after(*sql_, kRoom, 0, 1)), ElementsAre(1200));
  EXPECT_EQ(chat_history::find_room(*sql_, kOther).value().has_value(), false);
  EXPECT_EQ(chat_history::find_room(*sql_, kRoom).value().has_value(), true);
}

TEST_P(ChatHistoryTest, TextsThatNoDatabaseHoldsAreRefused) {
  Entry bad = message(kRoom, 1, std::string("a\0b", 3));
  ASSERT_TRUE(sql_->begin(true).has_value());
  const auto done = chat_history::insert(*sql_, std::array{bad});
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, base::ErrorCode::kInvalid);
  sql_->rollback();
}

}  // namespace
}  // namespace control
