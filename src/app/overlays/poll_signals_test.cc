#include "app/overlays/poll_signals.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "app/overlays/overlay_kinds.h"

namespace app {
namespace {

namespace json = boost::json;

PollRecord poll_of(std::string question, std::vector<std::string> options) {
  PollRecord poll;
  poll.id = "poll";
  poll.channel_arn = "arn:aws:ivs:local:000000000000:channel/AbCdEfGhIjKl";
  poll.question = std::move(question);
  poll.options = std::move(options);
  poll.duration = std::chrono::seconds(15);
  poll.started_at = base::WallTime(std::chrono::milliseconds(1'800'000'000'123));
  poll.expires_at = poll.started_at + poll.duration;
  return poll;
}

std::string value(const PollSignal& signal, std::string_view name) {
  for (const auto& [known, text] : signal.attributes) {
    if (known == name) return text;
  }
  return "-";
}

TEST(PollSignals, AsTheDemoHasThem) {
  const PollRecord poll = poll_of("Tea or coffee?", {"Tea", "Coffee"});
  const PollSignal start = start_signal(poll);
  EXPECT_EQ(value(start, "eventType"), "START_POLL");
  EXPECT_EQ(value(start, "pollStreamActionData"),
            R"({"duration":15,"expiry":"2027-01-15T08:00:15.123Z","startTime":1800000000123,)"
            R"("question":"Tea or coffee?","votes":[{"option":"Tea","count":0,"key":"0"},)"
            R"({"option":"Coffee","count":0,"key":"1"}],"voters":{},"isActive":true,)"
            R"("pollCreatorId":"abcdefghijkl"})");
  const PollSignal stats = stats_signal(poll, {3, 1});
  EXPECT_EQ(value(stats, "eventType"), "SEND_VOTE_STATS");
  EXPECT_EQ(value(stats, "updatedVotes"),
            R"([{"option":"Tea","count":3,"key":"0"},{"option":"Coffee","count":1,"key":"1"}])");
  const PollSignal beat = heartbeat_signal(poll, {3, 1});
  EXPECT_EQ(value(beat, "eventType"), "HEART_BEAT");
  EXPECT_EQ(value(beat, "question"), "Tea or coffee?");
  EXPECT_EQ(value(beat, "duration"), "15");
  EXPECT_EQ(value(beat, "startTime"), "1800000000123");
  EXPECT_EQ(value(beat, "expiry"), "2027-01-15T08:00:15.123Z");
  EXPECT_EQ(value(beat, "pollCreatorId"), "abcdefghijkl");
  EXPECT_EQ(value(beat, "voters"), "{}");
  EXPECT_EQ(end_signal().content, "end poll");
  EXPECT_EQ(value(end_signal(), "eventType"), "END_POLL");
}

TEST(PollSignals, HeartbeatsAlwaysFit) {
  const std::vector<std::int64_t> counts(5, 999'999);
  for (const std::string& letter : {std::string("x"), std::string("ä"), std::string("\"")}) {
    std::string question;
    for (int i = 0; i < 256; ++i) question += letter;
    std::vector<std::string> options;
    for (int i = 0; i < 5; ++i) options.push_back(std::string(39, 'o') + std::to_string(i));
    const PollSignal beat = heartbeat_signal(poll_of(question, options), counts);
    EXPECT_LE(octets_of(beat), kMaxOverlayOctets);
    const bool is_cut = letter == "ä";
    EXPECT_EQ(value(beat, "question").ends_with("…"), is_cut);
    if (is_cut) {
      EXPECT_GT(octets_of(beat), kMaxOverlayOctets - 8);
    }
  }
}

TEST(PollSignals, WhatAPollHasAtItsLimitsIsTooLongOnlyWithUnusualLetters) {
  std::vector<std::string> options;
  for (int i = 0; i < 5; ++i) options.push_back(std::string(39, 'o') + std::to_string(i));
  EXPECT_LE(octets_of(start_signal(poll_of(std::string(256, 'q'), options))), kMaxOverlayOctets);
  EXPECT_GT(octets_of(start_signal(poll_of(std::string(256, '"'), options))), kMaxOverlayOctets);
}

TEST(PollSignals, VotesAreRead) {
  const std::string frame =
      R"({"Type":"MESSAGE","Id":"x","Attributes":{"eventType":"SUBMIT_VOTE","voter":"abc",)"
      R"("option":"Tea","duration":"15","startTime":"1800000000123"},"Content":"Tea",)"
      R"("Sender":{"UserId":"anna"}})";
  EXPECT_TRUE(may_be_vote(frame));
  const auto vote = read_vote(frame);
  ASSERT_TRUE(vote.has_value());
  EXPECT_EQ(vote->user_id, "anna");
  EXPECT_EQ(vote->option, "Tea");
  EXPECT_EQ(vote->start_time, 1'800'000'000'123);
}

TEST(PollSignals, NothingElseIsAVote) {
  EXPECT_FALSE(may_be_vote(R"({"Type":"MESSAGE","Content":"hello"})"));
  for (const char* frame :
       {"SUBMIT_VOTE", "[]", R"({"Content":"SUBMIT_VOTE"})",
        R"({"Attributes":{"eventType":"SEND_MESSAGE","option":"a"},"Sender":{"UserId":"u"}})",
        R"({"Attributes":{"eventType":"SUBMIT_VOTE"},"Sender":{"UserId":"u"}})",
        R"({"Attributes":{"eventType":"SUBMIT_VOTE","option":"a"},"Sender":{}})",
        R"({"Attributes":{"eventType":"SUBMIT_VOTE","option":7},"Sender":{"UserId":"u"}})",
        R"({"Attributes":{"eventType":"SUBMIT_VOTE","option":"a","startTime":"x"},)"
        R"("Sender":{"UserId":"u"}})"}) {
    EXPECT_FALSE(read_vote(frame).has_value()) << frame;
  }
}

}  // namespace
}  // namespace app
