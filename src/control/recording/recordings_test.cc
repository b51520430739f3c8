#include <gmock/gmock.h>

#include <future>

#include "control/recording/recording_rig_test_support.h"

namespace control {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class RecordingsTest : public test::RecordingRig {
 protected:
  /// Ids of a page, and where the next one begins.
  std::vector<std::string> listed(const std::string& input, std::string* next = nullptr) {
    const auto output = call("ListRecordings", input, recording_handlers());
    EXPECT_TRUE(output) << (output ? "" : output.error().message);
    std::vector<std::string> list;
    if (!output) return list;
    for (const auto& entry : output->at("recordings").as_array()) {
      list.push_back(text_of(entry.as_object(), "recordingId"));
    }
    if (next != nullptr) *next = text_of(*output, "nextToken");
    return list;
  }
};
ROSTRUM_INSTANTIATE_SQL_TEST(RecordingsTest);

TEST_P(RecordingsTest, AreShownWithEverything) {
  settings_.recording.keep = std::chrono::hours(24);
  add_recording("recordingAAA", {});
  const std::string shown = text("GetRecording", R"({"recordingId":"recordingAAA"})");
  EXPECT_EQ(
      shown,
      R"({"recording":{"recordingId":"recordingAAA","sessionId":"sessionSESSION16",)"
      R"("channelArn":"arn:aws:ivs:local:000000000000:channel/channel00001",)"
      R"("channelName":"the-channel","state":"ENDED","streamIds":["st-aaaaaaaaaaaaaaaaaaaaaaa"],)"
      R"("startedAt":"2027-01-15T08:00:00.000Z","durationMs":10500,"sizeBytes":1000,)"
      R"("container":"FRAGMENTED_MP4","renditions":[{"name":"720p30","bandwidth":3000000,)"
      R"("width":1280,"height":720,"frameRate":2.997E1,"codecs":"avc1.4d401f,mp4a.40.2"},)"
      R"({"name":"audio_only","bandwidth":64000,"codecs":"mp4a.40.2"}],"thumbnailCount":3,)"
      R"("bucketName":"bucket",)"
      R"("keyPrefix":"ivs/v1/000000000000/channel00001/2027/1/15/8/0/recordingAAA",)"
      R"("endedAt":"2027-01-15T08:00:10.000Z","expiresAt":"2027-01-16T08:00:10Z",)"
      R"("playbackUrl":"https://live.example.com/api/video/v1/recordings/recordingAAA.m3u8",)"
      R"("downloadUrl":"https://live.example.com/api/video/v1/recordings/recordingAAA.mp4",)"
      R"("storyboardUrl":"https://live.example.com/api/video/v1/recordings/recordingAAA.vtt",)"
      R"("thumbnailUrl":"https://live.example.com/api/video/v1/recordings/recordingAAA.jpg"}})");
  EXPECT_THAT(text("GetRecording", R"({"recordingId":"recordingZZZ"})"),
              StartsWith("ResourceNotFoundException"));
}

TEST_P(RecordingsTest, WhatGoesOnHasNoEndAndWhatHasNoMediaNoAddresses) {
  settings_.recording.keep = std::chrono::hours(24);
  RecordingRow row;
  row.facts = facts();
  row.facts.renditions.clear();
  row.facts.thumbnails = 0;
  put(row);
  const std::string shown = text("GetRecording", R"({"recordingId":"recordingAAA"})");
  EXPECT_THAT(shown, HasSubstr(R"("state":"RECORDING")"));
  for (const char* member : {"endedAt", "expiresAt", "playbackUrl", "downloadUrl", "storyboardUrl",
                             "thumbnailUrl", "stateReason", "clipOf", "\"name\""}) {
    EXPECT_THAT(shown, Not(HasSubstr(member)));
  }
}

TEST_P(RecordingsTest, AreListedNewestFirstInPages) {
  for (int i = 0; i < 7; ++i) {
    // Three at the same instant: their ids decide.
    add_recording("recording00" + std::to_string(i), std::chrono::seconds(i < 3 ? 0 : i));
  }
  std::vector<std::string> all;
  std::string next;
  do {
    const std::string input = next.empty() ? std::string(R"({"maxResults":2})")
                                           : R"({"maxResults":2,"nextToken":")" + next + "\"}";
    for (std::string& id : listed(input, &next)) all.push_back(std::move(id));
  } while (!next.empty() && all.size() < 100);
  EXPECT_THAT(all, ElementsAre("recording006", "recording005", "recording004", "recording003",
                               "recording002", "recording001", "recording000"));
  EXPECT_THAT(text("ListRecordings", R"({"nextToken":"abc"})"), StartsWith("ValidationException"));
}

TEST_P(RecordingsTest, FiltersNarrow) {
  const std::string arn = make_arn(home_, "channel", kChannel.str());
  add_recording("recordingAAA", {});
  RecordingRow other;
  other.facts = facts("recordingBBB");
  other.facts.channel = base::ChannelId("channel00002");
  other.facts.streams = {test::kSecondStream};
  put(other);
  EXPECT_EQ(listed("{}").size(), 2U);
  EXPECT_THAT(listed(R"({"channelArn":")" + arn + "\"}"), ElementsAre("recordingAAA"));
  EXPECT_THAT(listed(R"({"state":"RECORDING"})"), ElementsAre("recordingBBB"));
  EXPECT_THAT(listed(R"({"state":"FAILED"})"), IsEmpty());
  EXPECT_THAT(listed(R"({"streamId":"st-bbbbbbbbbbbbbbbbbbbbbbb"})"), ElementsAre("recordingBBB"));
  EXPECT_THAT(listed(R"({"state":"RECORDING","channelArn":")" + arn + "\"}"), IsEmpty());
  // The channel has gone, or is there and has none; one that never was is an error.
  add_channel();
  run("DELETE FROM recordings");
  EXPECT_THAT(listed(R"({"channelArn":")" + arn + "\"}"), IsEmpty());
  EXPECT_THAT(text("ListRecordings",
                   R"({"channelArn":"arn:aws:ivs:local:000000000000:channel/channel00009"})"),
              StartsWith("ResourceNotFoundException"));
}

TEST_P(RecordingsTest, AreDeletedWithTheirObjects) {
  add_recording("recordingAAA", {});
  EXPECT_EQ(text("DeleteRecording", R"({"recordingId":"recordingAAA"})"), "{}");
  ASSERT_EQ(recorder_.removed.size(), 1U);
  EXPECT_EQ(recorder_.removed[0].prefix, facts().prefix);
  EXPECT_THAT(ids(), IsEmpty());
  EXPECT_EQ(run("SELECT count(*) FROM recording_streams").integer(0, 0), 0);
  EXPECT_THAT(text("DeleteRecording", R"({"recordingId":"recordingAAA"})"),
              StartsWith("ResourceNotFoundException"));
}

TEST_P(RecordingsTest, WhatGoesOnIsNotDeleted) {
  RecordingRow row;
  row.facts = facts();
  put(row);
  EXPECT_THAT(text("DeleteRecording", R"({"recordingId":"recordingAAA"})"),
              StartsWith("ConflictException"));
  EXPECT_THAT(recorder_.removed, IsEmpty());
  EXPECT_TRUE(load());
}

TEST_P(RecordingsTest, AFailedRemovalIsTriedAgain) {
  add_recording("recordingAAA", {});
  recorder_.removal = base::fail(base::ErrorCode::kIo, "no route to the store");
  const std::string failed = text("DeleteRecording", R"({"recordingId":"recordingAAA"})");
  EXPECT_THAT(failed, StartsWith("InternalServerException"));
  // It is gone for everybody, but not forgotten.
  EXPECT_THAT(text("GetRecording", R"({"recordingId":"recordingAAA"})"),
              StartsWith("ResourceNotFoundException"));
  EXPECT_THAT(listed("{}"), IsEmpty());
  EXPECT_THAT(ids(), ElementsAre("recordingAAA"));
  recorder_.removal = base::Expected<void>{};
  EXPECT_EQ(text("DeleteRecording", R"({"recordingId":"recordingAAA"})"), "{}");
  EXPECT_THAT(ids(), IsEmpty());
}

TEST_P(RecordingsTest, ClipsBecomeRecordings) {
  add_recording("recordingAAA", {});
  recorder_.clip_facts = facts("recordingCLP");
  recorder_.clip_facts->ended_at = test::kRecordStart + std::chrono::seconds(3);
  const std::string made =
      text("CreateRecordingClip",
           R"({"recordingId":"recordingAAA","startMs":1000,"endMs":3500,"name":"goal ⚽"})");
  EXPECT_THAT(made, HasSubstr(R"("recordingId":"recordingCLP")"));
  EXPECT_THAT(made, HasSubstr(R"("clipOf":"recordingAAA")"));
  EXPECT_THAT(made, HasSubstr(R"("name":"goal ⚽")"));
  EXPECT_THAT(made, HasSubstr(R"("state":"ENDED")"));
  ASSERT_EQ(recorder_.clips.size(), 1U);
  EXPECT_EQ(recorder_.clips[0].recording, "recordingAAA");
  EXPECT_EQ(recorder_.clips[0].start, std::chrono::seconds(1));
  EXPECT_EQ(recorder_.clips[0].end, std::chrono::milliseconds(3500));
  EXPECT_EQ(load("recordingCLP")->name, "goal ⚽");
  EXPECT_THAT(events(), IsEmpty());
}

TEST_P(RecordingsTest, ClipsFailAsTheyShould) {
  const auto ask = [&](std::int64_t start, std::int64_t end) {
    return text("CreateRecordingClip", R"({"recordingId":"recordingAAA","startMs":)" +
                                           std::to_string(start) + R"(,"endMs":)" +
                                           std::to_string(end) + "}");
  };
  EXPECT_THAT(ask(0, 5), StartsWith("ResourceNotFoundException"));
  add_recording("recordingAAA", {});
  EXPECT_THAT(ask(5, 5), StartsWith("ValidationException"));
  EXPECT_THAT(recorder_.clips, IsEmpty());
  const std::pair<base::ErrorCode, std::string> rows[] = {
      {base::ErrorCode::kNotFound, "ResourceNotFoundException"},
      {base::ErrorCode::kInvalid, "ValidationException"},
      {base::ErrorCode::kLimit, "ThrottlingException"},
      {base::ErrorCode::kConflict, "ConflictException"},
      {base::ErrorCode::kIo, "InternalServerException"}};
  for (const auto& [code, name] : rows) {
    recorder_.clip_facts = base::fail(code, "because");
    EXPECT_THAT(ask(0, 5), StartsWith(name));
  }
  EXPECT_THAT(ids(), ElementsAre("recordingAAA"));
}

TEST_P(RecordingsTest, PagesShowWhatIsOverOfOpenChannels) {
  add_channel();
  add_recording("recordingAAA", std::chrono::seconds(0));
  add_recording("recordingBBB", std::chrono::seconds(60));
  add_recording("recordingCCC", std::chrono::seconds(120));
  RecordingRow running;
  running.facts = facts("recordingRUN");
  put(running);
  RecordingRow empty;
  empty.facts = facts("recordingNIL");
  empty.state = RecordingRow::State::kFailed;
  empty.facts.duration = {};
  put(empty);
  const auto list = [&](const std::string& before, std::size_t limit) {
    std::promise<std::vector<std::string>> answer;
    desk_->list_for_pages(kChannel, before, limit, [&](auto found) {
      std::vector<std::string> listed;
      EXPECT_TRUE(found && !found->reaches_back_to);
      if (found) {
        for (const RecordingListing& one : found->recordings) listed.push_back(one.id);
      }
      answer.set_value(std::move(listed));
    });
    return answer.get_future().get();
  };
  EXPECT_THAT(list("", 2), ElementsAre("recordingCCC", "recordingBBB"));
  EXPECT_THAT(list("recordingBBB", 2), ElementsAre("recordingAAA"));
  run("UPDATE channels SET authorized = 1");
  EXPECT_THAT(list("", 2), IsEmpty());
  std::promise<bool> is_missing;
  desk_->list_for_pages(base::ChannelId("another"), "", 5, [&](auto found) {
    is_missing.set_value(!found && found.error().code == base::ErrorCode::kNotFound);
  });
  EXPECT_TRUE(is_missing.get_future().get());
}

TEST_P(RecordingsTest, OneGoesBackInWhatIsOnAsFarAsItReaches) {
  settings_.recording.time_shift = std::chrono::minutes(5);
  const base::WallTime now = test::kRecordStart + std::chrono::minutes(20);
  record::Notice window = notice(record::Notice::Kind::kTimeShift);
  window.facts.time_shift = true;
  desk_->book().on_notice(window, now);
  EXPECT_FALSE(desk_->reach_of(kChannel, now)) << "nothing is live";
  live::StreamEvent begins;
  begins.channel = kChannel;
  begins.stream = test::kStream;
  begins.at = test::kRecordStart;
  board_.on_event(begins);
  begins.kind = live::StreamEvent::Kind::kStreamStart;
  board_.on_event(begins);
  EXPECT_EQ(desk_->reach_of(kChannel, now), now - std::chrono::minutes(5));
  EXPECT_EQ(desk_->reach_of(kChannel, test::kRecordStart + std::chrono::minutes(2)),
            test::kRecordStart);
  window.kind = record::Notice::Kind::kTimeShiftOver;
  desk_->book().on_notice(window, now);
  desk_->book().on_notice(notice(record::Notice::Kind::kStarted), now);
  EXPECT_EQ(desk_->reach_of(kChannel, now), test::kRecordStart);
  settle();
}

}  // namespace
}  // namespace control
