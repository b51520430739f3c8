#include "chat/history_ring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chat/chat_test_support.h"

namespace chat {
namespace {

Entry entry(int number, Entry::Kind kind = Entry::Kind::kMessage) {
  const std::string id = "id" + std::to_string(number);
  return {.room = {},
          .kind = kind,
          .position = number,
          .id = id,
          .payload = base::Slice::take(R"({"Type":"MESSAGE","Id":")" + id + R"(","Content":"x"})")};
}

std::string ids_of(const HistoryRing::Excerpt& excerpt) {
  std::string ids;
  for (const base::Slice& frame : excerpt.frames) {
    for (const std::string& text : texts_of(frame.text())) {
      const Heard heard(text);
      EXPECT_EQ(heard["History"], "true");
      ids += (ids.empty() ? "" : " ") + heard["Id"];
    }
  }
  return ids;
}

TEST(HistoryRing, KeepsTheNewest) {
  HistoryRing ring(3);
  for (int i = 1; i <= 5; ++i) ring.add(entry(i));
  EXPECT_EQ(ring.size(), 3U);
  EXPECT_FALSE(ring.contains("id2"));
  EXPECT_EQ(ids_of(ring.excerpt(10, "")), "id3 id4 id5");
  EXPECT_EQ(ids_of(ring.excerpt(2, "")), "id4 id5");
  EXPECT_EQ(ids_of(ring.excerpt(0, "")), "");
  HistoryRing none(0);
  none.add(entry(1));
  EXPECT_EQ(ids_of(none.excerpt(5, "")), "");
}

TEST(HistoryRing, Since) {
  HistoryRing ring(4);
  for (int i = 1; i <= 5; ++i) ring.add(entry(i));
  struct Row {
    const char* since;
    const char* ids;
    bool is_complete;
  };
  for (const Row& row : {Row{"id2", "id3 id4 id5", true},
                         {"id4", "id5", true},
                         {"id5", "", true},
                         {"id1", "id5", false},
                         {"what", "id5", false}}) {
    const auto excerpt = ring.excerpt(1, row.since);
    EXPECT_EQ(ids_of(excerpt), row.ids) << row.since;
    EXPECT_EQ(excerpt.is_complete, row.is_complete) << row.since;
  }
}

TEST(HistoryRing, WhatIsDeletedDoesNotComeButIsRemembered) {
  HistoryRing ring(4);
  for (int i = 1; i <= 4; ++i) ring.add(entry(i));
  EXPECT_TRUE(ring.remove("id3"));
  EXPECT_FALSE(ring.remove("id3"));
  EXPECT_EQ(ids_of(ring.excerpt(10, "")), "id1 id2 id4");
  const auto behind = ring.excerpt(0, "id3");
  EXPECT_EQ(ids_of(behind), "id4");
  EXPECT_TRUE(behind.is_complete);
  // Once older ones have been pushed out as well, something may be missing.
  for (int i = 5; i <= 8; ++i) ring.add(entry(i));
  EXPECT_FALSE(ring.excerpt(0, "id3").is_complete);
}

TEST(HistoryRing, AFrameIsMadeOnce) {
  HistoryRing ring(4);
  ring.add(entry(1));
  const auto* first = ring.excerpt(1, "").frames.at(0).data();
  EXPECT_EQ(ring.excerpt(1, "").frames.at(0).data(), first);
}

TEST(HistoryRing, ReactionsAreOfMessagesAndComeWithThem) {
  HistoryRing ring(4);
  Entry counts = entry(3, Entry::Kind::kReactions);
  counts.about = "id1";
  counts.payload = base::Slice::unowned(R"({"x":3})");
  ring.load({entry(1), entry(2, Entry::Kind::kEvent), counts});
  EXPECT_EQ(ring.size(), 2U);
  EXPECT_EQ(ring.reactions("id2"), nullptr);
  EXPECT_EQ(ring.reactions("id9"), nullptr);
  ASSERT_NE(ring.reactions("id1"), nullptr);
  (void)ring.reactions("id1")->give("ann", "x");
  const auto excerpt = ring.excerpt(5, "");
  ASSERT_EQ(excerpt.reactions.size(), 1U);
  EXPECT_EQ(excerpt.reactions[0].first, "id1");
  EXPECT_EQ(excerpt.reactions[0].second->counts_json(), R"({"x":4})");
}

TEST(Reactions, OneOfEachKindForEachUser) {
  ReactionBudget budget;
  Reactions reactions(budget);
  EXPECT_EQ(reactions.give("ann", "👍"), Reactions::Outcome::kChanged);
  EXPECT_EQ(reactions.give("ann", "👍"), Reactions::Outcome::kSame);
  EXPECT_EQ(reactions.give("ann", "🎉"), Reactions::Outcome::kChanged);
  EXPECT_EQ(reactions.give("ben", "👍"), Reactions::Outcome::kChanged);
  EXPECT_EQ(reactions.counts_json(), R"({"👍":2,"🎉":1})");
  EXPECT_EQ(reactions.take_back("ben", "🎉"), Reactions::Outcome::kSame);
  EXPECT_EQ(reactions.take_back("ann", "🎉"), Reactions::Outcome::kChanged);
  EXPECT_EQ(reactions.counts_json(), R"({"👍":2})");
}

TEST(Reactions, AreBounded) {
  ReactionBudget budget{70};
  {
    Reactions reactions(budget);
    for (std::size_t i = 0; i < Reactions::kMostKinds; ++i) {
      EXPECT_EQ(reactions.give("ann", std::to_string(i)), Reactions::Outcome::kChanged);
    }
    EXPECT_EQ(reactions.give("ann", "more"), Reactions::Outcome::kFull);
    for (int i = 0; i < 6; ++i) {
      EXPECT_EQ(reactions.give("u" + std::to_string(i), "0"), Reactions::Outcome::kChanged);
    }
    EXPECT_EQ(reactions.give("ben", "0"), Reactions::Outcome::kFull);
    EXPECT_EQ(reactions.take_back("u0", "0"), Reactions::Outcome::kChanged);
    EXPECT_EQ(reactions.give("ben", "0"), Reactions::Outcome::kChanged);
  }
  EXPECT_EQ(budget.left, 70U);
}

TEST(Reactions, CountsThatWereKept) {
  ReactionBudget budget;
  Reactions reactions(budget);
  EXPECT_TRUE(reactions.load(R"({"👍":2,"🎉":1})"));
  EXPECT_EQ(reactions.counts_json(), R"({"👍":2,"🎉":1})");
  for (const char* json : {"", "[]", "{\"a\":0}", "{\"a\":-1}", "{\"a\":\"1\"}", "{\"a\":1.5}"}) {
    EXPECT_FALSE(reactions.load(json)) << json;
  }
  EXPECT_EQ(reactions.counts_json(), R"({"👍":2,"🎉":1})");
}

}  // namespace
}  // namespace chat
