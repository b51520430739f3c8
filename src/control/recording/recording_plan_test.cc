#include "control/recording/recording_plan.h"

#include <gmock/gmock.h>

#include "control/admission.h"
#include "control/recording/recording_rig_test_support.h"
#include "control/stream_key_record.h"

namespace control {
namespace {

using namespace std::chrono_literals;
using record::ResolutionClass;
using testing::ElementsAre;
using testing::IsEmpty;
using Renditions = record::Plan::Renditions;

class RecordingPlanTest : public test::RecordingRig {
 protected:
  /// Makes a configuration by the API, and a channel that uses it.
  void configure(const std::string& more) {
    const auto made =
        call("CreateRecordingConfiguration",
             R"({"destinationConfiguration":{"s3":{"bucketName":"my-bucket"}})" + more + "}",
             recording_configuration_handlers());
    ASSERT_TRUE(made) << made.error().message;
    const auto& configuration = made->at("recordingConfiguration").as_object();
    EXPECT_EQ(text_of(configuration, "state"), "ACTIVE");
    add_channel(false, std::string(own_id(home_, "recording-configuration",
                                          text_of(configuration, "arn"))));
  }
  std::shared_ptr<const record::Plan> plan() {
    std::shared_ptr<const record::Plan> made;
    workers_->read_and_wait([&](io::SqlConnection& sql) {
      const auto channel = load_channel(sql, kChannel.str());
      ASSERT_TRUE(channel && *channel);
      auto planned = recording_plan(sql, home_, settings_.recording, **channel);
      ASSERT_TRUE(planned) << planned.error().message;
      made = std::move(*planned);
    });
    return made;
  }
};
ROSTRUM_INSTANTIATE_SQL_TEST(RecordingPlanTest);

TEST_P(RecordingPlanTest, NothingIsRecordedUnlessTheChannelSaysSo) {
  add_channel();
  EXPECT_EQ(plan(), nullptr);
}

TEST_P(RecordingPlanTest, HasTheServicesDefaults) {
  configure("");
  const auto made = plan();
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->channel, kChannel);
  EXPECT_EQ(made->channel_arn, "arn:aws:ivs:local:000000000000:channel/channel00001");
  EXPECT_EQ(made->channel_name, "the-channel");
  EXPECT_EQ(made->account, "000000000000");
  EXPECT_EQ(made->bucket, "my-bucket");
  EXPECT_EQ(made->renditions, Renditions::kAll);
  EXPECT_THAT(made->custom, IsEmpty());
  EXPECT_TRUE(made->thumbnails.enabled);
  EXPECT_EQ(made->thumbnails.interval, 60s);
  EXPECT_TRUE(made->thumbnails.sequential);
  EXPECT_FALSE(made->thumbnails.latest);
  EXPECT_FALSE(made->thumbnails.resolution);
  EXPECT_EQ(made->reconnect_window, 0s);
  EXPECT_EQ(made->time_shift, 0s);
  EXPECT_TRUE(records_renditions(*made));
}

TEST_P(RecordingPlanTest, HasEverythingThatIsConfigured) {
  configure(R"(,"recordingReconnectWindowSeconds":300,"thumbnailConfiguration":{)"
            R"("targetIntervalSeconds":5,"storage":["LATEST"],"resolution":"LOWEST_RESOLUTION"},)"
            R"("renditionConfiguration":{"renditionSelection":"CUSTOM",)"
            R"("renditions":["FULL_HD","HD","SD"]})");
  const auto made = plan();
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->reconnect_window, 300s);
  EXPECT_EQ(made->thumbnails.interval, 5s);
  EXPECT_FALSE(made->thumbnails.sequential);
  EXPECT_TRUE(made->thumbnails.latest);
  EXPECT_EQ(made->thumbnails.resolution, ResolutionClass::kLowest);
  EXPECT_EQ(made->renditions, Renditions::kCustom);
  EXPECT_THAT(made->custom,
              ElementsAre(ResolutionClass::kFullHd, ResolutionClass::kHd, ResolutionClass::kSd));
}

TEST_P(RecordingPlanTest, MayTakeThumbnailsOnlyOrNone) {
  configure(R"(,"thumbnailConfiguration":{"recordingMode":"DISABLED"},)"
            R"("renditionConfiguration":{"renditionSelection":"NONE"})");
  const auto made = plan();
  ASSERT_NE(made, nullptr);
  EXPECT_FALSE(made->thumbnails.enabled);
  EXPECT_EQ(made->renditions, Renditions::kNone);
  EXPECT_FALSE(records_renditions(*made));
}

TEST_P(RecordingPlanTest, OneThatIsNotActiveRecordsNothing) {
  configure("");
  run("UPDATE recording_configurations SET state = 'CREATE_FAILED'");
  EXPECT_EQ(plan(), nullptr);
}

TEST_P(RecordingPlanTest, TimeShiftIsForThoseThatAreNotRecorded) {
  settings_.recording.time_shift = 30min;
  add_channel();
  const auto made = plan();
  ASSERT_NE(made, nullptr);
  EXPECT_EQ(made->time_shift, 30min);
  EXPECT_FALSE(made->thumbnails.enabled);
  EXPECT_FALSE(records_renditions(*made));
  run("DELETE FROM channels");
  configure("");
  EXPECT_EQ(plan()->time_shift, 0s);
}

TEST_P(RecordingPlanTest, APublisherGetsItWithTheLadderOfItsType) {
  configure("");
  run("UPDATE channels SET insecure_ingest = 1");
  run("INSERT INTO stream_keys (id, channel_id, fingerprint, sealed, tags, created_at) "
      "VALUES ('key', $1, $2, $3, '{}', 0)",
      {kChannel.str(), box_.fingerprint("sk_local_key"), base::Bytes{}});
  StreamRecorder streams(*platform_);
  PublishAdmission admission(loop_, *platform_, streams);
  using Ladder = live::PublishGrant::Ladder;
  struct Row {
    std::string type, preset;
    Ladder ladder;
    bool constrained, makes_renditions;
  };
  const Row rows[] = {
      {"BASIC", "", Ladder::kNone, false, false},
      {"STANDARD", "", Ladder::kStandard, false, true},
      {"ADVANCED_SD", "HIGHER_BANDWIDTH_DELIVERY", Ladder::kAdvancedSd, false, true},
      {"ADVANCED_HD", "CONSTRAINED_BANDWIDTH_DELIVERY", Ladder::kAdvancedHd, true, true}};
  for (const Row& row : rows) {
    run("UPDATE channels SET type = $1, preset = $2", {row.type, row.preset});
    std::optional<base::Expected<live::PublishGrant>> answer;
    admission.authorise_publish({.stream_key = "sk_local_key", .remote_address = "127.0.0.1"},
                                [&](auto granted) { answer = std::move(granted); });
    until([&] { return answer.has_value(); });
    ASSERT_TRUE(answer && *answer) << row.type;
    const live::PublishGrant& grant = **answer;
    EXPECT_EQ(grant.ladder, row.ladder) << row.type;
    EXPECT_EQ(grant.constrained_bandwidth, row.constrained) << row.type;
    EXPECT_EQ(grant.records_renditions, row.makes_renditions) << row.type;
    ASSERT_NE(grant.recording, nullptr) << row.type;
    EXPECT_EQ(std::static_pointer_cast<const record::Plan>(grant.recording)->bucket, "my-bucket");
  }
}

TEST_P(RecordingPlanTest, ChannelsTakeActiveConfigurationsOnly) {
  configure("");
  const auto arn = "arn:aws:ivs:local:000000000000:recording-configuration/" +
                   run("SELECT id FROM recording_configurations").text(0, 0);
  const std::string use = R"({"recordingConfigurationArn":")" + arn + "\"}";
  EXPECT_TRUE(call("CreateChannel", use, channel_handlers()));
  for (const char* state : {"CREATING", "CREATE_FAILED"}) {
    run("UPDATE recording_configurations SET state = $1", {std::string(state)});
    const auto refused = call("CreateChannel", use, channel_handlers());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().name, "ValidationException");
  }
  const std::string named = R"({"arn":")" + arn + "\"}";
  const auto in_use =
      call("DeleteRecordingConfiguration", named, recording_configuration_handlers());
  ASSERT_FALSE(in_use);
  EXPECT_EQ(in_use.error().name, "ConflictException");
  run("DELETE FROM channels");
  EXPECT_TRUE(call("DeleteRecordingConfiguration", named, recording_configuration_handlers()));
}

}  // namespace
}  // namespace control
