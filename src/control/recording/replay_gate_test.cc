#include "control/recording/replay_gate.h"

#include <gmock/gmock.h>

#include "control/recording/past_access.h"
#include "control/recording/recording_rig_test_support.h"
#include "wire/jwt/jwt.h"

namespace control {
namespace {

using testing::StartsWith;

class ReplayGateTest : public test::RecordingRig {
 protected:
  ReplayGateTest() : gate_(desk_->replay_admission(loop_)), live_(gates_->of(loop_)) {}

  void import_key() {
    const wire::jwt::PublicKey half = key_.public_key();
    run("INSERT INTO playback_key_pairs (id, name, public_key, fingerprint, tags, created_at) "
        "VALUES ('key', '', $1, $2, '{}', 0)",
        {half.to_pem(), half.fingerprint()});
  }
  std::string token(const std::string& more = {}) {
    const auto now =
        std::chrono::floor<std::chrono::seconds>(io::Loop::wall_now().time_since_epoch());
    return wire::jwt::sign_es384(
        key_, "{\"aws:channel-arn\":\"" + make_arn(home_, "channel", kChannel.str()) +
                  "\",\"exp\":" + std::to_string(now.count() + 300) + more + "}");
  }
  /// The session, or the code of the refusal.
  std::string replay(const std::string& token, const std::string& origin = {}) {
    std::optional<std::string> answer;
    gate_.authorise_replay(
        {.channel = kChannel, .token = token, .origin = origin, .remote_address = "192.0.2.1"},
        [&](auto granted) {
          if (granted) max_height_ = granted->max_height;
          answer = granted ? granted->session : granted.error().code;
        });
    until([&] { return answer.has_value(); });
    return answer.value_or("");
  }
  std::string watch(const std::string& token) {
    std::optional<std::string> answer;
    live_.authorise_view(
        {.channel = kChannel, .token = token, .origin = {}, .remote_address = "192.0.2.1"},
        [&](auto granted) { answer = granted ? granted->session : granted.error().code; });
    until([&] { return answer.has_value(); });
    return answer.value_or("");
  }
  /// "", or the code of the refusal.
  std::string check(const std::string& session, const std::string& origin = {}) {
    const auto bounds = gate_.check_replay(kChannel, session, origin);
    return bounds ? "" : bounds.error().code;
  }
  void delete_channel() {
    const std::string arn = make_arn(home_, "channel", kChannel.str());
    const auto deleted = call("DeleteChannel", R"({"arn":")" + arn + "\"}", channel_handlers());
    ASSERT_TRUE(deleted) << deleted.error().message;
    settle();
  }

  const wire::jwt::PrivateKey key_ = wire::jwt::PrivateKey::generate();
  record::ReplayAdmission& gate_;
  live::ViewAdmission& live_;
  std::optional<std::uint32_t> max_height_;
};
ROSTRUM_INSTANTIATE_SQL_TEST(ReplayGateTest);

constexpr std::size_t kShortest = 50;  // of a session

TEST_P(ReplayGateTest, OpenChannelsNeedNothing) {
  add_channel();
  EXPECT_EQ(replay(""), "-");
  EXPECT_EQ(check("-"), "");
  EXPECT_EQ(check("made-up"), "playback_auth_error");
}

TEST_P(ReplayGateTest, SessionsAreTheSameAsForWhatIsLive) {
  add_channel(true);
  import_key();
  EXPECT_EQ(replay(""), "invalid_playback_auth_token");
  EXPECT_EQ(check("-"), "playback_auth_error");
  const std::string session = replay(token(",\"aws:maximum-resolution\":\"HD\""));
  ASSERT_GT(session.size(), kShortest);
  EXPECT_EQ(max_height_, 720U);
  EXPECT_EQ(gate_.check_replay(kChannel, session, ""), 720U);
  EXPECT_TRUE(live_.check_session(kChannel, session, ""));
  const std::string live = watch(token());
  ASSERT_GT(live.size(), kShortest);
  EXPECT_EQ(check(live), "");
}

TEST_P(ReplayGateTest, RevokedViewersSeeNoRecordingsEither) {
  add_channel(true);
  import_key();
  const std::string alice = token(",\"aws:viewer-id\":\"alice\"");
  const std::string session = replay(alice);
  ASSERT_EQ(check(session), "");
  gates_->revoke(kChannel, "alice", 0);
  until([&] { return check(session) != ""; });
  EXPECT_EQ(check(session), "playback_auth_error");
  EXPECT_EQ(replay(alice), "playback_auth_error");
}

TEST_P(ReplayGateTest, LookingARecordingUpPreparesTheGate) {
  add_channel();
  add_recording("recordingAAA", {});
  bool is_found = false;
  desk_->find("recordingAAA", loop_, [&](std::optional<record::Facts> facts) {
    is_found = facts.has_value();
    EXPECT_EQ(check("-"), "");
  });
  until([&] { return is_found; });
}

TEST_P(ReplayGateTest, RecordingsOfAnOpenChannelStayOpenWhenItIsDeleted) {
  add_channel();
  add_recording("recordingAAA", {});
  delete_channel();
  EXPECT_EQ(replay(""), "-");
  EXPECT_EQ(check("-"), "");
}

TEST_P(ReplayGateTest, ThoseOfAPrivateOneStillNeedATokenForItsArn) {
  add_channel(true);
  add_recording("recordingAAA", {});
  import_key();
  delete_channel();
  EXPECT_EQ(replay(""), "invalid_playback_auth_token");
  EXPECT_EQ(check("-"), "playback_auth_error");
  EXPECT_GT(replay(token()).size(), kShortest);
}

TEST_P(ReplayGateTest, APolicyHoldsAlthoughItHasGone) {
  add_channel();
  add_recording("recordingAAA", {});
  run("INSERT INTO playback_restriction_policies (id, name, countries, origins, strict_origin, "
      "tags, created_at) VALUES ('policy', '', '[]', '[\"https://ours.example\"]', 1, '{}', 0)");
  run("UPDATE channels SET restriction_policy = 'policy'");
  delete_channel();
  run("DELETE FROM playback_restriction_policies");
  EXPECT_EQ(replay(""), "playback_auth_error");
  EXPECT_EQ(replay("", "https://theirs.example"), "playback_auth_error");
  const std::string session = replay("", "https://ours.example");
  EXPECT_GT(session.size(), kShortest);
  EXPECT_EQ(check(session, "https://ours.example"), "");
  EXPECT_EQ(check(session, ""), "playback_auth_error");
}

TEST_P(ReplayGateTest, ADeletedChannelWithoutRecordingsIsNotThere) {
  add_channel();
  delete_channel();
  EXPECT_EQ(replay(""), "not_found");
}

}  // namespace
}  // namespace control
