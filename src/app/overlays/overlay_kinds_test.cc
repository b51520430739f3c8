#include "app/overlays/overlay_kinds.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace app {
namespace {

namespace json = boost::json;

json::object parsed(std::string_view text) {
  return json::parse(text).as_object();
}

std::string fields(const OverlayForm& form) {
  std::string names;
  for (const OverlayProblem& problem : form.problems) names += problem.field + " ";
  return names;
}

const std::string kLong257(257, 'x');

TEST(OverlayKinds, FormsByTheirRules) {
  struct Row {
    OverlayKind kind;
    std::string input;
    std::string problems;
  };
  const Row rows[] = {
      {OverlayKind::kQuiz, R"({"question":"Q","answers":["a","b","c"],"correctAnswerIndex":2})",
       ""},
      {OverlayKind::kQuiz, R"({"question":"Q","answers":["a","b"]})", "answers "},
      {OverlayKind::kQuiz, R"({"question":"Q","answers":["1","2","3","4","5","6"]})", "answers "},
      {OverlayKind::kQuiz, R"({"question":"Q","answers":["a"," a ","c"]})", "answers "},
      {OverlayKind::kQuiz, R"({"question":"Q","answers":["a","b",""]})", "answers "},
      {OverlayKind::kQuiz, R"({"question":" ","answers":["a","b","c"],"correctAnswerIndex":3})",
       "question correctAnswerIndex "},
      {OverlayKind::kQuiz, R"({"question":"Q","answers":["a","b","c"],"duration":4})", "duration "},
      {OverlayKind::kQuiz, R"({"question":"Q","answers":["a","b","c"],"duration":5.5})",
       "duration "},
      {OverlayKind::kQuiz, R"({"question":")" + kLong257 + R"(","answers":["a","b","c"]})",
       "question "},
      {OverlayKind::kPoll, R"({"question":"Q","answers":["a","b"],"duration":120})", ""},
      {OverlayKind::kPoll, R"({"question":"Q","answers":["a"],"duration":121})",
       "answers duration "},
      {OverlayKind::kPoll,
       R"({"question":"Q","answers":["a","12345678901234567890123456789012345678901"]})",
       "answers "},
      {OverlayKind::kNotice, R"({"title":"T","message":"M","duration":30})", ""},
      {OverlayKind::kNotice, R"({"title":"1234567890123456789012345","message":""})",
       "title message "},
      {OverlayKind::kProduct,
       R"({"title":"T","price":"$10","imageUrl":"https://example.org/i.png","description":"D"})",
       ""},
      {OverlayKind::kProduct,
       R"({"title":"T","price":"$10000000000","imageUrl":"javascript:alert","description":"D"})",
       "price imageUrl "},
      {OverlayKind::kProduct,
       R"({"title":"T","price":"1","imageUrl":"https://a b/","description":"D"})", "imageUrl "},
      {OverlayKind::kProduct, R"({"title":3})", "title price imageUrl description "},
      {OverlayKind::kAmazonProduct,
       R"({"title":"T","productURL":"https://example.org/dp/1","images":{}})", ""},
      {OverlayKind::kAmazonProduct, R"({"title":"T","productURL":"data:text/html,x"})",
       "productURL "},
      {OverlayKind::kCelebration, R"({"duration":99})", ""},
  };
  for (const Row& row : rows) {
    const OverlayForm form = read_overlay(row.kind, parsed(row.input));
    EXPECT_EQ(fields(form), row.problems) << row.input;
    for (const OverlayProblem& problem : form.problems) EXPECT_FALSE(problem.message.empty());
  }
}

TEST(OverlayKinds, OnlyWhatBelongsToTheKindGoesOut) {
  const OverlayForm quiz = read_overlay(
      OverlayKind::kQuiz,
      parsed(R"({"evil":1,"answers":[" a ","b",3,"c"],"question":" Q ","correctAnswerIndex":1})"));
  EXPECT_EQ(json::serialize(quiz.data),
            R"({"question":"Q","answers":["a","b","c"],"correctAnswerIndex":1,"duration":15})");
  EXPECT_EQ(quiz.duration, std::chrono::seconds(15));
  const OverlayForm item = read_overlay(
      OverlayKind::kAmazonProduct,
      parsed(R"({"images":{"large":{"url":"https://e.org/l"},"small":{"url":"javascript:1"}},
                 "title":"T","price":{"displayAmount":"$1","x":1},"productURL":"https://e.org/p",
                 "merchantInfo":"M","other":{}})"));
  EXPECT_EQ(json::serialize(item.data),
            R"({"images":{"large":{"url":"https://e.org/l"}},"title":"T",)"
            R"("price":{"displayAmount":"$1"},"productURL":"https://e.org/p","merchantInfo":"M"})");
  EXPECT_EQ(item.duration.count(), 0);
}

TEST(OverlayKinds, PackedAsTheDemoPacks) {
  const OverlayForm celebration = read_overlay(OverlayKind::kCelebration, {});
  EXPECT_EQ(pack_overlay(OverlayKind::kCelebration, celebration.data),
            "N4IgJghgLhIFyjAVwE7QJYHsB28CMADAL4A0I2EAtgKbwgDG1ANtQEZpRa5FA===");
  EXPECT_EQ(pack_stop(), "HYVwNmQ=");
}

TEST(OverlayKinds, WhatClientsPackedIsUnderstood) {
  const auto stop = unpack_overlay("HYVwNmQ=");
  ASSERT_TRUE(stop.has_value());
  EXPECT_TRUE(stop->is_stop);
  const auto notice = unpack_overlay(
      pack_overlay(OverlayKind::kNotice, {{"title", "T"}, {"message", "M"}, {"duration", 5}}));
  ASSERT_TRUE(notice.has_value());
  EXPECT_EQ(notice->kind, OverlayKind::kNotice);
  EXPECT_EQ(notice->data.at("title"), "T");
  EXPECT_FALSE(unpack_overlay("plain text").has_value());
  EXPECT_FALSE(unpack_overlay(pack_overlay(OverlayKind::kPoll, {})).has_value());
}

TEST(OverlayKinds, NamesThereAndBack) {
  for (const char* name : {"quiz", "poll", "product", "amazon_product", "notice", "celebration"}) {
    const auto kind = overlay_kind(name);
    ASSERT_TRUE(kind.has_value()) << name;
    EXPECT_EQ(to_string(*kind), name);
  }
  EXPECT_FALSE(overlay_kind("Quiz").has_value());
}

}  // namespace
}  // namespace app
