#include "control/recording/recording_book.h"

#include <gmock/gmock.h>

#include "control/recording/recording_rig_test_support.h"

namespace control {
namespace {

using Kind = record::Notice::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

class RecordingBookTest : public test::RecordingRig {
 protected:
  void tell(const record::Notice& notice) {
    desk_->book().on_notice(notice, test::kRecordStart + std::chrono::seconds(12));
  }
};
ROSTRUM_INSTANTIATE_SQL_TEST(RecordingBookTest);

TEST_P(RecordingBookTest, ARowComesBackAsItWas) {
  RecordingRow row;
  row.facts = facts();
  row.facts.streams = {test::kStream, test::kSecondStream};
  row.facts.ended_at = test::kRecordStart + std::chrono::microseconds(11'000'001);
  row.state = RecordingRow::State::kFailed;
  row.reason = "the disk is full";
  row.clip_of = "recordingBBB";
  row.name = "Höhepunkt";
  row.seen_at = test::kRecordStart;
  put(row);
  const auto back = load();
  ASSERT_TRUE(back);
  const record::Facts& facts = back->facts;
  EXPECT_EQ(facts.session, "sessionSESSION16");
  EXPECT_EQ(facts.channel, kChannel);
  EXPECT_EQ(facts.bucket, "bucket");
  EXPECT_EQ(facts.prefix, row.facts.prefix);
  EXPECT_THAT(facts.streams, ElementsAre(test::kStream, test::kSecondStream));
  EXPECT_EQ(facts.started_at, row.facts.started_at);
  EXPECT_EQ(facts.ended_at, row.facts.ended_at);
  EXPECT_EQ(facts.duration, row.facts.duration);
  EXPECT_EQ(facts.bytes, row.facts.bytes);
  EXPECT_EQ(facts.container, media::PartContainer::kFmp4);
  ASSERT_EQ(facts.renditions.size(), 2U);
  EXPECT_EQ(facts.renditions[0].name, "720p30");
  EXPECT_EQ(facts.renditions[0].width, 1280U);
  EXPECT_EQ(facts.renditions[0].frame_rate, 29.97);
  EXPECT_THAT(facts.renditions[0].codecs, ElementsAre("avc1.4d401f", "mp4a.40.2"));
  EXPECT_EQ(facts.renditions[1].bandwidth, 64'000U);
  EXPECT_EQ(facts.thumbnails, 3U);
  EXPECT_EQ(facts.thumbnail_interval, std::chrono::seconds(5));
  EXPECT_EQ(back->state, row.state);
  EXPECT_EQ(back->reason, row.reason);
  EXPECT_EQ(back->clip_of, row.clip_of);
  EXPECT_EQ(back->name, row.name);
  // What it is called and where it comes from never change.
  row.name.clear();
  row.clip_of.clear();
  row.facts.bytes = 1;
  put(row);
  EXPECT_EQ(load()->name, "Höhepunkt");
  EXPECT_EQ(load()->clip_of, "recordingBBB");
  EXPECT_EQ(load()->facts.bytes, 1U);
}

TEST_P(RecordingBookTest, TellsTheServicesEvents) {
  add_session(test::kStream, true);
  tell(notice(Kind::kStarted));
  tell(notice(Kind::kGoesOn));
  record::Notice end = notice(Kind::kEnded);
  end.facts.duration = std::chrono::milliseconds(61'250);
  end.facts.streams = {test::kStream, test::kSecondStream};
  tell(end);
  settle();
  const auto told = events();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].at("detail-type"), "IVS Recording State Change");
  EXPECT_EQ(told[0].at("source"), "aws.ivs");
  EXPECT_EQ(boost::json::serialize(told[0].at("resources")),
            R"(["arn:aws:ivs:local:000000000000:channel/channel00001"])");
  const std::string common =
      R"("recording_s3_bucket_name":"bucket","recording_s3_key_prefix":"ivs/v1/000000000000/)"
      R"(channel00001/2027/1/15/8/0/recordingAAA","recording_duration_ms":)";
  EXPECT_EQ(boost::json::serialize(told[0].at("detail")),
            R"({"channel_name":"the-channel","stream_id":"st-aaaaaaaaaaaaaaaaaaaaaaa",)"
            R"("recording_status":"Recording Start","recording_status_reason":"",)" +
                common + R"(0,"recording_session_id":"sessionSESSION16"})");
  EXPECT_EQ(boost::json::serialize(told[1].at("detail")),
            R"({"channel_name":"the-channel","stream_id":"st-aaaaaaaaaaaaaaaaaaaaaaa",)"
            R"("recording_status":"Recording End","recording_status_reason":"",)" +
                common +
                R"(61250,"recording_session_id":"sessionSESSION16","recording_session_stream_ids":)"
                R"(["st-aaaaaaaaaaaaaaaaaaaaaaa","st-bbbbbbbbbbbbbbbbbbbbbbb"]})");
  const auto row = load();
  ASSERT_TRUE(row);
  EXPECT_EQ(row->state, RecordingRow::State::kEnded);
  EXPECT_TRUE(row->facts.ended_at);
  const auto noted = run("SELECT name, type FROM stream_session_events ORDER BY number");
  ASSERT_EQ(noted.size(), 2U);
  EXPECT_EQ(noted.text(0, 0), "Recording Start");
  EXPECT_EQ(noted.text(0, 1), "IVS Recording State Change");
  EXPECT_EQ(noted.text(1, 0), "Recording End");
  EXPECT_EQ(run("SELECT has_error FROM stream_sessions").integer(0, 0), 0);
}

TEST_P(RecordingBookTest, FailuresSayWhyAndMarkTheirSession) {
  add_session(test::kStream, true);
  tell(notice(Kind::kStartFailed, "the bucket cannot be written to"));
  settle();
  auto told = events();
  ASSERT_EQ(told.size(), 1U);
  const auto& detail = told[0].at("detail").as_object();
  EXPECT_EQ(text_of(detail, "recording_status"), "Recording Start Failure");
  EXPECT_EQ(text_of(detail, "recording_status_reason"), "the bucket cannot be written to");
  EXPECT_EQ(text_of(detail, "recording_s3_key_prefix"), "");
  EXPECT_FALSE(detail.contains("recording_session_stream_ids"));
  EXPECT_EQ(load()->state, RecordingRow::State::kFailed);
  EXPECT_EQ(load()->reason, "the bucket cannot be written to");
  EXPECT_EQ(run("SELECT has_error FROM stream_sessions").integer(0, 0), 1);

  record::Notice lost = notice(Kind::kEndFailed, "the disk is full");
  lost.facts.recording = "recordingBBB";
  tell(lost);
  settle();
  EXPECT_THAT(statuses(),
              ElementsAre("Recording Start Failure", "Recording Start", "Recording End Failure"));
}

TEST_P(RecordingBookTest, WhatIsToldTwiceIsOneEvent) {
  add_session(test::kStream, true);
  for (int i = 0; i < 2; ++i) tell(notice(Kind::kStarted));
  for (int i = 0; i < 2; ++i) tell(notice(Kind::kEnded));
  // Figures that were under way.
  tell(notice(Kind::kGoesOn));
  settle();
  EXPECT_THAT(statuses(), ElementsAre("Recording Start", "Recording End"));
  EXPECT_EQ(load()->state, RecordingRow::State::kEnded);
}

TEST_P(RecordingBookTest, AnEndWaitsForTheEndOfItsStream) {
  add_session(test::kStream, false);
  desk_->start();
  tell(notice(Kind::kStarted));
  tell(notice(Kind::kEnded));
  settle();
  EXPECT_THAT(statuses(), ElementsAre("Recording Start"));
  run("UPDATE stream_sessions SET ended_at = 5");
  until([&] { return statuses().size() == 2; });
  EXPECT_THAT(statuses(), ElementsAre("Recording Start", "Recording End"));
  desk_->stop();
}

TEST_P(RecordingBookTest, NothingWaitsWhenTheServerStops) {
  add_session(test::kStream, false);
  desk_->start();
  tell(notice(Kind::kEnded));
  settle();
  EXPECT_THAT(statuses(), IsEmpty());
  desk_->stop();
  settle();
  EXPECT_THAT(statuses(), ElementsAre("Recording Start", "Recording End"));
}

TEST_P(RecordingBookTest, WhatIsBeingRemovedStaysAway) {
  add_recording("recordingAAA", {});
  run("UPDATE recordings SET remove_at = 1");
  tell(notice(Kind::kEnded));
  tell(notice(Kind::kGoesOn));
  settle();
  EXPECT_FALSE(load());
  EXPECT_THAT(events(), IsEmpty());
}

TEST_P(RecordingBookTest, CountsRecordedSecondsOnce) {
  const auto at = [&](Kind kind, int seconds) {
    record::Notice said = notice(kind);
    said.facts.duration = std::chrono::seconds(seconds);
    tell(said);
  };
  at(Kind::kStarted, 10);
  at(Kind::kGoesOn, 12);
  EXPECT_EQ(desk_->book().take_recorded_seconds(),
            (std::map<std::string, double>{{kChannel.str(), 12}}));
  at(Kind::kGoesOn, 15);
  at(Kind::kEnded, 20);
  EXPECT_EQ(desk_->book().take_recorded_seconds(),
            (std::map<std::string, double>{{kChannel.str(), 8}}));
  EXPECT_THAT(desk_->book().take_recorded_seconds(), IsEmpty());
  // Taken up after a restart: the hours before were counted.
  at(Kind::kGoesOn, 7200);
  EXPECT_EQ(desk_->book().take_recorded_seconds(),
            (std::map<std::string, double>{{kChannel.str(), 60}}));
}

TEST_P(RecordingBookTest, AWindowBackIsKnownButNotKept) {
  record::Notice window = notice(Kind::kTimeShift);
  window.facts.time_shift = true;
  tell(window);
  settle();
  EXPECT_TRUE(desk_->book().find_open("recordingAAA"));
  EXPECT_TRUE(desk_->book().find_open_of(kChannel));
  EXPECT_FALSE(desk_->book().find_open_of(base::ChannelId("another")));
  window.kind = Kind::kTimeShiftOver;
  tell(window);
  settle();
  EXPECT_FALSE(desk_->book().find_open_of(kChannel));
  EXPECT_THAT(ids(), IsEmpty());
  EXPECT_THAT(events(), IsEmpty());
  EXPECT_THAT(desk_->book().take_recorded_seconds(), IsEmpty());
}

TEST_P(RecordingBookTest, TheLostAreGivenUp) {
  for (const char* id : {"recordingOld", "recordingNew"}) {
    RecordingRow row;
    row.facts = facts(id);
    row.seen_at = test::kRecordStart;
    put(row);
  }
  record::Notice known = notice(Kind::kGoesOn);
  tell(known);
  settle();
  const auto give_up = [&](base::WallTime now) {
    ASSERT_TRUE(workers_->write_and_wait(
        [&](io::SqlConnection& sql) { return desk_->book().give_up_lost(sql, now); }));
  };
  run("UPDATE recordings SET seen_at = $1 WHERE id = 'recordingNew'",
      {std::int64_t{(test::kRecordStart + std::chrono::hours(2)).time_since_epoch().count()}});
  give_up(test::kRecordStart + std::chrono::hours(25));
  EXPECT_EQ(load("recordingOld")->state, RecordingRow::State::kFailed);
  EXPECT_NE(load("recordingOld")->reason, "");
  EXPECT_EQ(load("recordingNew")->state, RecordingRow::State::kRecording);
  // The recorder knows it, however long it has been silent.
  EXPECT_EQ(load()->state, RecordingRow::State::kRecording);
}

TEST_P(RecordingBookTest, IsFoundByItsId) {
  add_recording("recordingAAA", {});
  const auto find = [&](const std::string& id) {
    std::optional<std::optional<record::Facts>> found;
    desk_->find(id, loop_, [&](std::optional<record::Facts> facts) { found = std::move(facts); });
    until([&] { return found.has_value(); });
    return found.value_or(std::nullopt);
  };
  const auto known = find("recordingAAA");
  ASSERT_TRUE(known);
  EXPECT_EQ(known->prefix, facts().prefix);
  EXPECT_FALSE(find("recordingBBB"));
  run("UPDATE recordings SET remove_at = 1");
  EXPECT_FALSE(find("recordingAAA"));
  record::Notice window = notice(Kind::kTimeShift);
  window.facts.recording = "recordingBBB";
  tell(window);
  EXPECT_TRUE(find("recordingBBB"));
}

}  // namespace
}  // namespace control
