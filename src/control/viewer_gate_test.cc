#include "control/viewer_gate.h"

#include <gtest/gtest.h>

#include <set>

#include "control/arn.h"
#include "io/loop.h"

namespace control {
namespace {

const base::ChannelId kChannel("channel00001");

// Answers at once what the test has put here; a token is its own claims' viewer id.
class Host final : public ViewerGateHost {
 public:
  void load(const base::ChannelId& channel) override { loads.push_back(channel.str()); }
  void renew(const io::Loop&, const base::ChannelId& channel, const std::string& session) override {
    renewals.emplace_back(channel.str(), session);
  }
  void verify(io::Loop&, std::string token, std::shared_ptr<const PlaybackKeys>,
              Verified done) override {
    ++verifications;
    if (token.empty()) {
      done(std::unexpected(token_refused("token contains an invalid number of segments")));
      return;
    }
    PlaybackClaims claims;
    claims.channel_arn = channel_arn(kChannel);
    claims.expires = std::numeric_limits<std::int64_t>::max();
    if (token == "single") claims.single_use = "u";
    if (token != "single" && token != "plain" && token != "strict") claims.viewer = token;
    if (!claims.viewer.empty() || !claims.single_use.empty()) {
      claims.expires =
          std::chrono::floor<std::chrono::seconds>(io::Loop::wall_now().time_since_epoch())
              .count() +
          60;
    }
    if (token == "strict") {
      claims.strict_origin = true;
      claims.origins = {"https://a.example"};
    }
    done(std::move(claims));
  }
  void use_up(io::Loop&, const PlaybackClaims& claims, Used done) override {
    if (used.insert(claims.single_use).second) {
      done({});
    } else {
      done(std::unexpected(view_refused("the token was used before")));
    }
  }
  live::CountryCode country_of(std::string_view address) override {
    return address == "de" ? live::CountryCode{'D', 'E'} : live::CountryCode{};
  }
  bool has_room() override { return room; }
  std::string channel_arn(const base::ChannelId& channel) const override {
    return make_arn({"local", "000000000000"}, "channel", channel.str());
  }

  std::vector<std::string> loads;
  std::vector<std::pair<std::string, std::string>> renewals;
  std::set<std::string> used;
  int verifications = 0;
  bool room = true;
};

class ViewerGateTest : public testing::Test {
 protected:
  void allow(ChannelAccess access) {
    gate_.update_keys(std::make_shared<PlaybackKeys>());
    gate_.update(kChannel, std::make_shared<ChannelAccess>(std::move(access)));
  }
  // The session, or the code of the refusal.
  std::string view(const std::string& token, const std::string& origin = {},
                   const std::string& address = "192.0.2.1") {
    const auto result = std::make_shared<std::string>("waits");  // outlives those who wait
    gate_.authorise_view({kChannel, token, origin, address}, [result](auto answer) {
      *result = answer ? answer->session : answer.error().code;
    });
    return *result;
  }
  std::string child(const std::string& session, const std::string& origin = {}) {
    const auto checked = gate_.check_session(kChannel, session, origin);
    return checked ? "" : checked.error().code;
  }

  io::Loop loop_;
  Host host_;
  // A session as it would have been signed that long ago.
  std::string session_of_age(std::chrono::seconds age, const std::string& viewer = {}) {
    ViewerSessionSigner signer(key_);
    ViewerSession session;
    session.issued_at =
        std::chrono::floor<std::chrono::seconds>(io::Loop::wall_now().time_since_epoch() - age)
            .count();
    session.viewer = viewer;
    return signer.sign(session, kChannel.str());
  }

  const base::Bytes key_ = base::Bytes(32, 7);
  ViewerGate gate_{loop_, host_, key_};
};

TEST_F(ViewerGateTest, OpenChannelsNeedNoSession) {
  allow({});
  EXPECT_EQ(view(""), "-");
  EXPECT_EQ(view("whatever"), "-");
  EXPECT_EQ(child("-"), "");
  EXPECT_EQ(host_.verifications, 0);
}

TEST_F(ViewerGateTest, WaitsForAChannelThatItDoesNotKnow) {
  std::vector<std::string> answers;
  for (int i = 0; i < 3; ++i) {
    gate_.authorise_view({kChannel, "", "", ""}, [&](auto answer) {
      answers.push_back(answer ? answer->session : answer.error().code);
    });
  }
  EXPECT_TRUE(answers.empty());
  EXPECT_EQ(host_.loads.size(), 1U);
  EXPECT_EQ(child("-"), "not_available");
  EXPECT_EQ(host_.loads.size(), 1U);
  allow({});
  EXPECT_EQ(answers, std::vector<std::string>(3, "-"));
}

// After a restart players go on with the addresses that they have.
TEST_F(ViewerGateTest, LearnsOfAChannelFromItsSessions) {
  const std::string session = session_of_age(std::chrono::seconds(5));
  EXPECT_EQ(child(session), "not_available");
  EXPECT_EQ(child(session), "not_available");
  EXPECT_EQ(host_.loads.size(), 1U);
  allow({.authorized = true});
  EXPECT_EQ(child(session), "");
  EXPECT_EQ(host_.loads.size(), 1U);
}

TEST_F(ViewerGateTest, KeysMayComeBehindTheChannel) {
  std::vector<std::string> answers;
  const auto ask = [&](const base::ChannelId& channel, const std::string& token) {
    gate_.authorise_view({channel, token, "", ""}, [&](auto answer) {
      answers.push_back(answer ? (answer->session == "-" ? "open" : "session")
                               : answer.error().code);
    });
  };
  const base::ChannelId open("channel00002");
  ask(kChannel, "plain");
  ask(open, "");
  gate_.update(kChannel, std::make_shared<ChannelAccess>(ChannelAccess{.authorized = true}));
  EXPECT_TRUE(answers.empty());
  // Whoever needs no key does not wait for them.
  gate_.update(open, std::make_shared<ChannelAccess>());
  EXPECT_EQ(answers, (std::vector<std::string>{"open"}));
  gate_.update_keys(std::make_shared<PlaybackKeys>());
  EXPECT_EQ(answers, (std::vector<std::string>{"open", "session"}));
  EXPECT_EQ(host_.loads.size(), 2U);
}

TEST_F(ViewerGateTest, LostKeysAreAskedForAgain) {
  allow({.authorized = true});
  gate_.keys_failed();
  EXPECT_EQ(view("plain"), "waits");
  EXPECT_EQ(host_.loads.size(), 1U);
  std::string said;
  gate_.authorise_view({kChannel, "plain", "", ""},
                       [&](auto answer) { said = answer ? "session" : answer.error().code; });
  gate_.keys_failed();
  EXPECT_EQ(said, "not_available");
  EXPECT_EQ(view("plain"), "waits");
  EXPECT_EQ(host_.loads.size(), 2U);
  allow({.authorized = true});
  EXPECT_GT(view("plain").size(), 40U);
}

TEST_F(ViewerGateTest, TellsThoseWhoWaitThatThereIsNothing) {
  std::string said;
  const auto ask = [&] {
    gate_.authorise_view({kChannel, "", "", ""}, [&](auto answer) { said = answer.error().code; });
  };
  ask();
  gate_.load_failed(kChannel);
  EXPECT_EQ(said, "not_available");
  ask();
  gate_.update(kChannel, nullptr);
  EXPECT_EQ(said, "not_found");
}

TEST_F(ViewerGateTest, PrivateChannelsNeedATokenAndThenASession) {
  allow({.authorized = true});
  EXPECT_EQ(view(""), "invalid_playback_auth_token");
  EXPECT_EQ(child("-"), "playback_auth_error");
  const std::string session = view("plain");
  EXPECT_GT(session.size(), 40U);
  EXPECT_EQ(child(session), "");
  EXPECT_EQ(child(session + "x"), "playback_auth_error");
  EXPECT_EQ(view(std::string(2049, 'x')), "invalid_playback_auth_token");
  // Another loop has never seen the session and can read it all the same.
  ViewerGate other(loop_, host_, key_);
  other.update_keys(std::make_shared<PlaybackKeys>());
  other.update(kChannel, std::make_shared<ChannelAccess>(ChannelAccess{.authorized = true}));
  EXPECT_TRUE(other.check_session(kChannel, session, ""));
  // It is worth nothing for another channel.
  const base::ChannelId second("channel00002");
  gate_.update(second, std::make_shared<ChannelAccess>(ChannelAccess{.authorized = true}));
  EXPECT_FALSE(gate_.check_session(second, session, ""));
}

TEST_F(ViewerGateTest, VerifiesATokenOnceUntilTheKeysChange) {
  allow({.authorized = true});
  EXPECT_NE(view("plain"), view("plain"));
  EXPECT_EQ(host_.verifications, 1);
  gate_.update_keys(std::make_shared<PlaybackKeys>());
  (void)view("plain");
  EXPECT_EQ(host_.verifications, 2);
}

TEST_F(ViewerGateTest, SingleUseTokensWorkOnce) {
  allow({.authorized = true});
  EXPECT_GT(view("single").size(), 40U);
  EXPECT_EQ(view("single"), "playback_auth_error");
}

TEST_F(ViewerGateTest, RevokedViewersAreOut) {
  allow({.authorized = true});
  const std::string alice = view("alice");
  const std::string bob = view("bob");
  gate_.revoke(kChannel, "alice", 0);
  EXPECT_EQ(child(alice), "playback_auth_error");
  EXPECT_EQ(child(bob), "");
  EXPECT_EQ(view("alice"), "playback_auth_error");
  EXPECT_GT(view("bob").size(), 40U);
}

TEST_F(ViewerGateTest, RevokesUpToAVersion) {
  allow({.authorized = true});
  const std::string alice = view("alice");
  gate_.revoke(kChannel, "alice", 3);
  gate_.revoke(kChannel, "alice", 1);
  EXPECT_EQ(child(alice), "playback_auth_error");
  // What was loaded since has it, or more.
  allow({.authorized = true, .revoked = {{"alice", 3}}});
  EXPECT_EQ(child(alice), "playback_auth_error");
  EXPECT_EQ(view("alice"), "playback_auth_error");
  // A channel that nobody knows needs no list of those who are revoked: it will be loaded.
  gate_.revoke(base::ChannelId("channel00002"), "alice", 3);
}

// What could not be read again may have changed: nobody is let in on what was known before.
TEST_F(ViewerGateTest, ForgetsWhatMayBeOld) {
  allow({.authorized = true});
  const std::string session = view("plain");
  gate_.load_failed(kChannel);
  EXPECT_EQ(child(session), "not_available");
  EXPECT_EQ(view("plain"), "waits");
  EXPECT_EQ(host_.loads.size(), 1U);
}

// A session may last for hours while its requests move from one loop to another.
TEST_F(ViewerGateTest, TellsOthersOfSessionsThatGrowOld) {
  using std::chrono::seconds;
  allow({.authorized = true});
  EXPECT_EQ(child(session_of_age(seconds(60))), "");
  EXPECT_TRUE(host_.renewals.empty());
  const std::string old = session_of_age(seconds(3000), "alice");
  EXPECT_EQ(child(old), "");
  EXPECT_EQ(child(old), "");
  ASSERT_EQ(host_.renewals.size(), 1U);
  EXPECT_EQ(host_.renewals[0], std::pair(kChannel.str(), old));
  // An address that nobody has used for an hour is dead, unless another loop says otherwise.
  const std::string older = session_of_age(seconds(3700), "alice");
  EXPECT_EQ(child(older), "playback_auth_error");
  gate_.on_renewal(kChannel, older);
  EXPECT_EQ(child(older), "");
  EXPECT_EQ(host_.renewals.size(), 1U);
  gate_.revoke(kChannel, "alice", 0);
  gate_.on_renewal(kChannel, older);
  EXPECT_EQ(child(older), "playback_auth_error");
  gate_.on_renewal(kChannel, "nonsense");
  EXPECT_EQ(gate_.known_sessions(), 3U);
}

TEST_F(ViewerGateTest, StrictOriginsAreCheckedEveryTime) {
  allow({.authorized = true});
  EXPECT_EQ(view("strict"), "playback_auth_error");
  EXPECT_EQ(view("strict", "https://b.example"), "playback_auth_error");
  const std::string session = view("strict", "https://a.example");
  EXPECT_EQ(child(session, "https://a.example"), "");
  EXPECT_EQ(child(session), "playback_auth_error");
  EXPECT_EQ(child(session, "https://b.example"), "playback_auth_error");
}

TEST_F(ViewerGateTest, PoliciesRestrictCountriesAndOrigins) {
  allow({.policy = RestrictionPolicy{{"FR"}, {"https://a.example"}, false}});
  EXPECT_EQ(view("", "", "de"), "playback_auth_error");
  EXPECT_EQ(view("", "https://b.example"), "playback_auth_error");
  const std::string session = view("", "https://a.example");
  EXPECT_GT(session.size(), 40U);
  EXPECT_EQ(child("-"), "playback_auth_error");
  EXPECT_EQ(child(session), "");
  // The policy becomes strict while somebody watches.
  allow({.policy = RestrictionPolicy{{"FR"}, {"https://a.example"}, true}});
  EXPECT_EQ(child(session), "playback_auth_error");
  EXPECT_EQ(child(session, "https://a.example"), "");
}

TEST_F(ViewerGateTest, FullHousesRefuse) {
  allow({});
  host_.room = false;
  EXPECT_EQ(view(""), "playback_auth_error");
  // Whoever is in stays.
  EXPECT_EQ(child("-"), "");
}

TEST_F(ViewerGateTest, HoldsManySessions) {
  allow({.authorized = true});
  std::vector<std::string> sessions;
  for (int i = 0; i < 10'000; ++i) sessions.push_back(view("viewer" + std::to_string(i)));
  EXPECT_EQ(gate_.known_sessions(), 10'000U);
  for (const std::string& session : sessions) EXPECT_EQ(child(session), "");
}

}  // namespace
}  // namespace control
