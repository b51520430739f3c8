#include "app/letters/oidc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <map>
#include <string>

#include "app/app_rig_test_support.h"
#include "app/letters/oidc_test_support.h"
#include "base/base64.h"
#include "base/crypto.h"
#include "wire/http/url.h"

namespace app {
namespace {

namespace json = boost::json;
using test::OidcProviderHost;
using test::OidcSigner;
using test::Told;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kBase = "/api/platform/v1/oidc";

const OidcSigner& signer() {
  static const OidcSigner key = OidcSigner::p256("k1");
  return key;
}

class OidcTest : public ::testing::Test {
 protected:
  // What a browser knows between leaving and coming back.
  struct Away {
    std::string cookie;
    std::map<std::string, std::string> query;  // of the provider's address
  };

  PlatformSettings settings() const {
    PlatformSettings made = test::easy_settings();
    made.auto_verify = false;
    made.oidc = {{.id = "kino",
                  .name = "Kino",
                  .issuer = host_.issuer(),
                  .client_id = "rostrum",
                  .client_secret = "s3cret"}};
    return made;
  }
  test::PlatformRig& rig() {
    if (!rig_) {
      host_.set_keys(test::key_set({signer()}));
      rig_.emplace(settings());
    }
    return *rig_;
  }
  Away leave(const std::string& next = "/following") {
    const Told told =
        rig().get(std::string(kBase) + "/kino/start?next=" + wire::http::percent_encode(next));
    EXPECT_EQ(told.status, 302);
    const std::string place(told.headers.get("Location"));
    EXPECT_THAT(place, StartsWith(host_.issuer() + "/authorize?"));
    Away away{.cookie = told.cookie("rostrum_oidc"), .query = {}};
    const auto query = wire::http::Query::parse(place.substr(place.find('?') + 1));
    for (const auto& [name, value] : query->all()) away.query[name] = value;
    return away;
  }
  json::object claims(const Away& away, const std::string& subject = "42") const {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(io::Loop::wall_now().time_since_epoch())
            .count();
    return {{"iss", host_.issuer()},
            {"aud", "rostrum"},
            {"sub", subject},
            {"exp", now + 300},
            {"iat", now},
            {"nonce", away.query.at("nonce")},
            {"email", "anna@example.org"},
            {"email_verified", true},
            {"preferred_username", "anna.k"}};
  }
  Told come_back(const Away& away, const std::string& query) {
    return rig().ask({.target = std::string(kBase) + "/kino/callback?" + query,
                      .headers = {{"Cookie", away.cookie}}});
  }
  Told come_back(const Away& away) {
    return come_back(away, "code=c%2B1&state=" + away.query.at("state"));
  }
  static std::string place(const Told& told) { return std::string(told.headers.get("Location")); }

  OidcProviderHost host_;
  std::optional<test::PlatformRig> rig_;
};

TEST_F(OidcTest, SomebodyNewChoosesANameAndComesBack) {
  const Away away = leave();
  EXPECT_EQ(away.query.at("response_type"), "code");
  EXPECT_EQ(away.query.at("client_id"), "rostrum");
  EXPECT_EQ(away.query.at("scope"), "openid email profile");
  EXPECT_EQ(away.query.at("code_challenge_method"), "S256");
  EXPECT_EQ(away.query.at("redirect_uri"),
            "http://live.example.org/api/platform/v1/oidc/kino/callback");
  host_.set_token(signer().sign(claims(away)));
  const Told back = come_back(away);
  ASSERT_EQ(back.status, 302) << back.body;
  EXPECT_EQ(place(back), "/register?finish=1");
  // The verifier that was sent belongs to the challenge.
  const auto form = wire::http::Query::parse(host_.asked_with());
  EXPECT_EQ(form->find("code"), "c+1");
  EXPECT_EQ(form->find("grant_type"), "authorization_code");
  EXPECT_EQ(base::to_base64url(base::sha256(base::as_bytes(*form->find("code_verifier")))),
            away.query.at("code_challenge"));
  EXPECT_EQ(host_.authorization(), "Basic " + base::to_base64(base::as_bytes("rostrum:s3cret")));

  const std::string pending = back.cookie("rostrum_oidc_new");
  const Told shown =
      rig().ask({.target = std::string(kBase) + "/pending", .headers = {{"Cookie", pending}}});
  EXPECT_EQ(shown.text("email"), "anna@example.org");
  EXPECT_EQ(shown.text("provider"), "Kino");
  EXPECT_EQ(shown.text("suggestedName"), "anna.k");
  EXPECT_EQ(rig().get(std::string(kBase) + "/pending").status, 404);
  const Told wrong = rig().ask({.method = "POST",
                                .target = std::string(kBase) + "/finish",
                                .json = json::object{{"name", "x"}},
                                .headers = {{"Cookie", pending}}});
  EXPECT_EQ(wrong.status, 400) << wrong.body;
  const Told made = rig().ask({.method = "POST",
                               .target = std::string(kBase) + "/finish",
                               .json = json::object{{"name", "anna.k"}},
                               .headers = {{"Cookie", pending}}});
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.text("next"), "/following");
  EXPECT_FALSE(made.text("csrfToken").empty());
  const Told session =
      rig().ask({.target = "/api/platform/v1/session", .headers = {{"Cookie", made.cookie()}}});
  EXPECT_THAT(session.body, HasSubstr("\"anna.k\""));

  // The second time is short, whatever the address says now.
  const Away again = leave("/anna.k?tab=about");
  json::object moved = claims(again);
  moved["email"] = "other@example.org";
  host_.set_token(signer().sign(moved));
  const Told home = come_back(again);
  EXPECT_EQ(place(home), "/anna.k?tab=about");
  EXPECT_FALSE(home.cookie().empty());
}

TEST_F(OidcTest, AnAddressMakesTwoOneOnlyWhereBothHaveProvenIt) {
  // Registered, but never proven.
  ASSERT_EQ(
      rig()
          .send("POST", "/api/platform/v1/accounts",
                {{"name", "anna"}, {"email", "anna@example.org"}, {"password", "Secret-word-1"}})
          .status,
      201);
  Away away = leave();
  host_.set_token(signer().sign(claims(away)));
  EXPECT_EQ(place(come_back(away)), "/register?finish=1");

  ASSERT_TRUE(rig().sql().run("UPDATE app_accounts SET state = 'active'"));
  // The provider does not vouch for it.
  away = leave();
  json::object unproven = claims(away);
  unproven["email_verified"] = false;
  host_.set_token(signer().sign(unproven));
  EXPECT_EQ(place(come_back(away)), "/register?finish=1");
  // Both do.
  away = leave();
  host_.set_token(signer().sign(claims(away)));
  const Told linked = come_back(away);
  EXPECT_EQ(place(linked), "/following");
  const Told session =
      rig().ask({.target = "/api/platform/v1/session", .headers = {{"Cookie", linked.cookie()}}});
  EXPECT_THAT(session.body, HasSubstr("\"anna\""));

  ASSERT_TRUE(rig().sql().run("UPDATE app_accounts SET state = 'suspended'"));
  away = leave();
  host_.set_token(signer().sign(claims(away)));
  const Told suspended = come_back(away);
  EXPECT_EQ(place(suspended), "/login?problem=suspended");
  EXPECT_EQ(suspended.cookie(), "");
}

TEST_F(OidcTest, WhatIsNotOfThisBrowserIsNotTaken) {
  const Away away = leave();
  host_.set_token(signer().sign(claims(away)));
  const std::string state = "state=" + away.query.at("state");
  EXPECT_EQ(place(come_back({.cookie = "", .query = {}}, "code=c&" + state)),
            "/login?problem=expired");
  EXPECT_EQ(place(come_back(away, "code=c&state=other")), "/login?problem=expired");
  EXPECT_EQ(place(come_back(away, "code=c")), "/login?problem=expired");
  std::string changed = away.cookie;
  changed[changed.size() - 5] = changed[changed.size() - 5] == 'A' ? 'B' : 'A';
  EXPECT_EQ(place(come_back({.cookie = changed, .query = {}}, "code=c&" + state)),
            "/login?problem=expired");
  // The cookie of what follows is no cookie of this.
  const std::string other = "rostrum_oidc_new" + away.cookie.substr(away.cookie.find('='));
  EXPECT_EQ(
      rig().ask({.target = std::string(kBase) + "/pending", .headers = {{"Cookie", other}}}).status,
      404);
  EXPECT_EQ(place(come_back(away, "error=access_denied&" + state)), "/login?problem=denied");
  EXPECT_EQ(place(come_back(away, "error=server_error&" + state)), "/login?problem=provider");
  EXPECT_EQ(place(come_back(away, "code=c&iss=https%3A%2F%2Fevil.example&" + state)),
            "/login?problem=provider");
  EXPECT_EQ(place(come_back(away)), "/register?finish=1") << "it was good all the time";
  EXPECT_EQ(rig().get(std::string(kBase) + "/nobody/start").status, 404);
  EXPECT_EQ(rig().get(std::string(kBase) + "/nobody/callback").status, 404);
}

TEST_F(OidcTest, TokensThatAreWrongSignNobodyIn) {
  const OidcSigner stranger = OidcSigner::p256("k1");
  Away away = leave();
  host_.set_token(stranger.sign(claims(away)));
  EXPECT_EQ(place(come_back(away)), "/login?problem=provider");
  json::object replayed = claims(away);
  replayed["nonce"] = "of another sign-in";
  host_.set_token(signer().sign(replayed));
  EXPECT_EQ(place(come_back(away)), "/login?problem=provider");
  host_.set_token("");
  EXPECT_EQ(place(come_back(away)), "/login?problem=provider");
}

TEST_F(OidcTest, NewKeysAreFetchedButNotForEveryNameThatSomebodyMakesUp) {
  Away away = leave();
  host_.set_token(signer().sign(claims(away)));
  (void)come_back(away);
  EXPECT_EQ(host_.key_requests(), 1);
  const OidcSigner next = OidcSigner::p256("k2");
  host_.set_keys(test::key_set({signer(), next}));
  host_.set_token(next.sign(claims(away)));
  EXPECT_EQ(place(come_back(away)), "/login?problem=provider") << "they were asked just now";
  EXPECT_EQ(host_.key_requests(), 1);

  // At another time.
  OidcClient client;
  const OidcProvider provider = settings().oidc[0];
  OidcAttempt attempt = new_oidc_attempt("http://live.example.org/x");
  const base::WallTime now = io::Loop::wall_now();
  Away direct{.cookie = "", .query = {{"nonce", attempt.nonce}}};
  host_.set_keys(test::key_set({signer()}));
  host_.set_token(signer().sign(claims(direct)));
  ASSERT_TRUE(client.redeem(provider, attempt, "c", now));
  host_.set_keys(test::key_set({signer(), next}));
  host_.set_token(next.sign(claims(direct)));
  EXPECT_FALSE(client.redeem(provider, attempt, "c", now + std::chrono::seconds(29)));
  EXPECT_TRUE(client.redeem(provider, attempt, "c", now + std::chrono::seconds(30)));
}

TEST_F(OidcTest, NobodyIsSentAnywhereElse) {
  const std::pair<const char*, const char*> rows[] = {
      {"/following", "/following"},
      {"/a?b=c#d", "/a?b=c#d"},
      {"", "/"},
      {"following", "/"},
      {"//evil.example", "/"},
      {"/\\evil.example", "/"},
      {"\\\\evil.example", "/"},
      {"https://evil.example", "/"},
      {"javascript:alert(1)", "/"},
      {"/\t/evil.example", "/"},
      {"/a b", "/"},
      {" /a", "/"},
  };
  for (const auto& [wish, place] : rows) EXPECT_EQ(safe_next(wish), place) << wish;
  EXPECT_EQ(safe_next("/" + std::string(500, 'a')), "/");

  const Away away = leave("//evil.example");
  host_.set_token(signer().sign(claims(away)));
  const Told back = come_back(away);
  const Told made = rig().ask({.method = "POST",
                               .target = std::string(kBase) + "/finish",
                               .json = json::object{{"name", "anna.k"}},
                               .headers = {{"Cookie", back.cookie("rostrum_oidc_new")}}});
  EXPECT_EQ(made.text("next"), "/");
}

TEST_F(OidcTest, AProviderThatIsNotThere) {
  PlatformSettings broken = settings();
  {
    const OidcProviderHost gone;
    broken.oidc[0].issuer = gone.issuer();
  }
  test::PlatformRig alone(broken);
  EXPECT_EQ(place(alone.get(std::string(kBase) + "/kino/start")), "/login?problem=provider");
}

}  // namespace
}  // namespace app
