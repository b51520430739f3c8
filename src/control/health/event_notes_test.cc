#include "control/health/event_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace control {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

struct Row {
  std::string_view name;
  Severity severity;
  std::string_view title;
};

TEST(EventNotes, EveryEventHasItsWords) {
  using enum Severity;
  const Row rows[] = {
      {"Session Created", kInfo, "Session created"},
      {"Session Ended", kInfo, "Session ended"},
      {"Stream Start", kInfo, "Stream started"},
      {"Stream End", kInfo, "Stream ended"},
      {"Recording Start", kInfo, "Recording started"},
      {"Recording End", kInfo, "Recording ended"},
      {"Starvation End", kSuccess, "Good stability"},
      {"Starvation Start", kError, "Poor stability"},
      {"Stream Failure", kError, "Stream failure"},
      {"Ingest Bitrate", kError, "Bitrate limit breach"},
      {"Ingest Resolution", kError, "Resolution limit breach"},
      {"Concurrent Broadcasts", kError, "Critical system error"},
      {"Concurrent Viewers", kError, "Critical system error"},
      {"Recording Start Failure", kError, "Recording start failure"},
      {"Recording End Failure", kError, "Recording end failure"},
      {"Stream Takeover", kInfo, "Taken over"},
      {"Stream Takeover Failure", kWarning, "Takeover refused"},
      {"Ad Break Inserted", kInfo, "Advertising break"},
      {"Ingest Lost", kWarning, "Connection lost"},
      {"Ingest Back", kSuccess, "Connection back"},
      {"Rendition Change", kInfo, "Qualities changed"},
  };
  for (const Row& row : rows) {
    const EventNote note = explain_event(row.name, "", {});
    EXPECT_EQ(note.severity, row.severity) << row.name;
    EXPECT_EQ(note.title, row.title);
    EXPECT_TRUE(note.explanation.ends_with('.')) << row.name;
  }
}

TEST(EventNotes, SayTheLimit) {
  EXPECT_THAT(
      explain_event("Ingest Bitrate", "", {{"limit_value", 8'500'000}, {"exceeded_by", 1'000'000}})
          .explanation,
      HasSubstr("sent 9.5 Mbit/s; this channel takes 8.5"));
  EXPECT_THAT(
      explain_event(
          "Ingest Resolution", "",
          {{"limit_value", 2'088'960}, {"exceeded_by", 1000}, {"limit_unit", "total pixels"}})
          .explanation,
      HasSubstr("2089960 pixels"));
  EXPECT_THAT(
      explain_event("Ingest Resolution", "",
                    {{"limit_value", 1920}, {"exceeded_by", 80}, {"limit_unit", "pixels per edge"}})
          .explanation,
      HasSubstr("edge of the picture had 2000"));
}

TEST(EventNotes, SayWhatTheEventSaid) {
  EXPECT_THAT(explain_event("Stream Failure", "", {{"reason", "no keyframes"}}).explanation,
              HasSubstr("The reason: no keyframes."));
  EXPECT_THAT(explain_event("Ad Break Inserted", "", {{"duration_seconds", 30}}).explanation,
              HasSubstr("30 seconds"));
  EXPECT_EQ(explain_event("Rendition Change", "", {{"reason", "720p30 is left out."}}).explanation,
            "720p30 is left out.");
  for (const char* code : {"StreamTakeoverMediaMismatch", "StreamTakeoverInvalidPriority",
                           "StreamTakeoverLimitBreached"}) {
    EXPECT_NE(explain_event("Stream Takeover Failure", code, {}).explanation,
              explain_event("Stream Takeover Failure", "", {}).explanation)
        << code;
  }
}

TEST(EventNotes, WhatIsNotKnownIsItsOwnTitle) {
  const EventNote note = explain_event("Stage Fright", "", {});
  EXPECT_EQ(note.title, "Stage Fright");
  EXPECT_EQ(note.severity, Severity::kInfo);
}

// Details of another form than expected are passed over.
TEST(EventNotes, OddDetails) {
  EXPECT_TRUE(explain_event("Ingest Bitrate", "", {{"limit_value", "much"}})
                  .explanation.ends_with("Lower its bitrate."));
  EXPECT_TRUE(
      explain_event("Stream Failure", "", {{"reason", json::array{}}}).explanation.ends_with("."));
}

}  // namespace
}  // namespace control
