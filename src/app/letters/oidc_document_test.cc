#include "app/letters/oidc_document.h"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <functional>
#include <string>

#include "app/letters/oidc_test_support.h"

namespace app {
namespace {

namespace json = boost::json;
using test::OidcSigner;

constexpr std::int64_t kNow = 1'800'000'000;
constexpr std::string_view kIssuer = "https://id.example.org";

const OidcSigner& rsa() {
  static const OidcSigner signer = OidcSigner::rsa("r1");
  return signer;
}
const OidcSigner& curve() {
  static const OidcSigner signer = OidcSigner::p256("e1");
  return signer;
}

OidcExpectation expectation() {
  return {.issuer = std::string(kIssuer),
          .client_id = "rostrum",
          .nonce = "n-1",
          .now = base::WallTime(std::chrono::seconds(kNow))};
}
json::object claims() {
  return {{"iss", kIssuer},
          {"aud", "rostrum"},
          {"sub", "42"},
          {"exp", kNow + 300},
          {"iat", kNow},
          {"nonce", "n-1"},
          {"email", "a@b.example"},
          {"email_verified", true},
          {"preferred_username", "anna"}};
}
std::vector<OidcKey> keys() {
  auto read = read_keys(test::key_set({rsa(), curve()}));
  EXPECT_TRUE(read.has_value());
  return std::move(*read);
}

TEST(OidcDocumentTest, TokensOfBothKindsAreRead) {
  for (const OidcSigner& signer : {rsa(), curve()}) {
    const auto person = read_id_token(signer.sign(claims()), keys(), expectation());
    ASSERT_TRUE(person.has_value()) << person.error().message;
    EXPECT_EQ(person->subject, "42");
    EXPECT_EQ(person->email, "a@b.example");
    EXPECT_EQ(person->name, "anna");
  }
}

TEST(OidcDocumentTest, AKeyWithoutANameStandsForAllOfItsKind) {
  const OidcSigner other = OidcSigner::rsa("");
  const OidcSigner nameless = OidcSigner::rsa("");
  const auto several = read_keys(test::key_set({other, nameless, curve()}));
  ASSERT_TRUE(several.has_value());
  EXPECT_TRUE(read_id_token(nameless.sign(claims()), *several, expectation()));
  EXPECT_FALSE(read_id_token(rsa().sign(claims(), {{"kid", ""}}), *several, expectation()));
}

TEST(OidcDocumentTest, AnAddressCountsOnlyWhereTheProviderVouchesForIt) {
  const std::pair<json::value, std::string> rows[] = {
      {true, "a@b.example"}, {"true", "a@b.example"}, {false, ""},
      {"false", ""},         {nullptr, ""},           {1, ""},
  };
  for (const auto& [verified, email] : rows) {
    json::object changed = claims();
    changed["email_verified"] = verified;
    const auto person = read_id_token(rsa().sign(changed), keys(), expectation());
    ASSERT_TRUE(person.has_value());
    EXPECT_EQ(person->email, email) << json::serialize(verified);
  }
  json::object absent = claims();
  absent.erase("email_verified");
  EXPECT_EQ(read_id_token(rsa().sign(absent), keys(), expectation())->email, "");
}

TEST(OidcDocumentTest, EveryClaimIsChecked) {
  struct Row {
    const char* what;
    std::function<void(json::object&)> change;
    bool is_good = false;
  };
  const Row rows[] = {
      {"as it is", [](json::object&) {}, true},
      {"another issuer", [](json::object& c) { c["iss"] = "https://evil.example"; }},
      {"no issuer", [](json::object& c) { c.erase("iss"); }},
      {"for another", [](json::object& c) { c["aud"] = "other"; }},
      {"for nobody", [](json::object& c) { c.erase("aud"); }},
      {"for a list of us", [](json::object& c) { c["aud"] = json::array{"rostrum"}; }, true},
      {"for several, without a party",
       [](json::object& c) { c["aud"] = json::array{"rostrum", "other"}; }},
      {"for several, ours",
       [](json::object& c) {
         c["aud"] = json::array{"rostrum", "other"};
         c["azp"] = "rostrum";
       },
       true},
      {"for several, another's",
       [](json::object& c) {
         c["aud"] = json::array{"rostrum", "other"};
         c["azp"] = "other";
       }},
      {"for a list of others", [](json::object& c) { c["aud"] = json::array{"other"}; }},
      {"another party", [](json::object& c) { c["azp"] = "other"; }},
      {"a party that is none", [](json::object& c) { c["azp"] = 7; }},
      {"over", [](json::object& c) { c["exp"] = kNow - 61; }},
      {"just over", [](json::object& c) { c["exp"] = kNow - 60; }, true},
      {"for ever", [](json::object& c) { c.erase("exp"); }},
      {"a text as its end", [](json::object& c) { c["exp"] = "tomorrow"; }},
      {"of the future", [](json::object& c) { c["iat"] = kNow + 61; }},
      {"old", [](json::object& c) { c["iat"] = kNow - 601; }},
      {"of no time", [](json::object& c) { c.erase("iat"); }},
      {"not yet", [](json::object& c) { c["nbf"] = kNow + 61; }},
      {"since just now", [](json::object& c) { c["nbf"] = kNow; }, true},
      {"another question", [](json::object& c) { c["nonce"] = "n-2"; }},
      {"no question", [](json::object& c) { c.erase("nonce"); }},
      {"nobody", [](json::object& c) { c.erase("sub"); }},
      {"an empty name", [](json::object& c) { c["sub"] = ""; }},
      {"a number", [](json::object& c) { c["sub"] = 42; }},
      {"a long name", [](json::object& c) { c["sub"] = std::string(256, 'x'); }},
  };
  for (const Row& row : rows) {
    json::object changed = claims();
    row.change(changed);
    const auto person = read_id_token(rsa().sign(changed), keys(), expectation());
    EXPECT_EQ(person.has_value(), row.is_good) << row.what;
    if (!person) EXPECT_EQ(person.error().code, base::ErrorCode::kUnauthorized) << row.what;
  }
  OidcExpectation nothing_asked = expectation();
  nothing_asked.nonce = "";
  json::object empty = claims();
  empty["nonce"] = "";
  EXPECT_FALSE(read_id_token(rsa().sign(empty), keys(), nothing_asked));
}

TEST(OidcDocumentTest, SignaturesOfStrangersAreNone) {
  const OidcSigner stranger = OidcSigner::rsa("r1");  // the name of ours
  EXPECT_EQ(read_id_token(stranger.sign(claims()), keys(), expectation()).error().code,
            base::ErrorCode::kUnauthorized);
  EXPECT_EQ(
      read_id_token(OidcSigner::p256("new").sign(claims()), keys(), expectation()).error().code,
      base::ErrorCode::kNotFound)
      << "there may be a new key";
  // One key's name on another's signature, and kinds that do not fit.
  EXPECT_FALSE(read_id_token(rsa().sign(claims(), {{"kid", "e1"}}), keys(), expectation()));
  EXPECT_FALSE(read_id_token(rsa().sign(claims(), {{"alg", "ES256"}, {"kid", "e1"}}), keys(),
                             expectation()));
  for (const char* algorithm : {"none", "HS256", "RS512", "PS256", "ES384", ""}) {
    EXPECT_EQ(read_id_token(rsa().sign(claims(), {{"alg", algorithm}}), keys(), expectation())
                  .error()
                  .code,
              base::ErrorCode::kUnauthorized)
        << algorithm;
  }
  std::string token = rsa().sign(claims());
  token[token.size() / 2] = token[token.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(read_id_token(token, keys(), expectation()));
  EXPECT_FALSE(read_id_token("", keys(), expectation()));
  EXPECT_FALSE(read_id_token("a.b.c", keys(), expectation()));
  EXPECT_FALSE(read_id_token(std::string(kMaxIdToken + 1, 'a'), keys(), expectation()));
}

TEST(OidcDocumentTest, KeysThatWeCannotUseArePassedOver) {
  struct Row {
    const char* what;
    std::function<void(json::object&)> change;
    std::size_t count = 0;
  };
  const Row rows[] = {
      {"as it is", [](json::object&) {}, 1},
      {"for no use in particular", [](json::object& k) { k.erase("use"); }, 1},
      {"for encryption", [](json::object& k) { k["use"] = "enc"; }},
      {"of no kind", [](json::object& k) { k.erase("kty"); }},
      {"a secret", [](json::object& k) { k["kty"] = "oct"; }},
      {"for another algorithm", [](json::object& k) { k["alg"] = "RS512"; }},
      {"without a name", [](json::object& k) { k.erase("kid"); }, 1},
      {"not base64", [](json::object& k) { k["n"] = "%%%"; }},
      {"too short", [](json::object& k) { k["n"] = std::string(100, 'A'); }},
      {"an even exponent", [](json::object& k) { k["e"] = "AQAA"; }},
      {"the exponent one", [](json::object& k) { k["e"] = "AQ"; }},
      {"no exponent", [](json::object& k) { k.erase("e"); }},
      {"a curve's", [](json::object& k) { k["kty"] = "EC"; }},
  };
  for (const Row& row : rows) {
    json::object key = rsa().jwk();
    row.change(key);
    const auto read = read_keys(json::serialize(json::object{{"keys", json::array{key}}}));
    ASSERT_TRUE(read.has_value()) << row.what;
    EXPECT_EQ(read->size(), row.count) << row.what;
  }
  json::object point = curve().jwk();
  EXPECT_EQ(read_keys(json::serialize(json::object{{"keys", json::array{point}}}))->size(), 1U);
  json::object off = point;
  off["y"] = off["x"];
  EXPECT_EQ(read_keys(json::serialize(json::object{{"keys", json::array{off}}}))->size(), 0U);
  json::object other = point;
  other["crv"] = "P-384";
  EXPECT_EQ(
      read_keys(json::serialize(json::object{{"keys", json::array{other, 7, nullptr}}}))->size(),
      0U);
  const OidcSigner weak = OidcSigner::rsa("weak", 1024);
  EXPECT_EQ(read_keys(test::key_set({weak}))->size(), 0U) << "1024 bits are no proof";

  json::array many;
  for (int i = 0; i < 50; ++i) many.push_back(point);
  EXPECT_EQ(read_keys(json::serialize(json::object{{"keys", many}}))->size(), kMaxOidcKeys);
  for (const char* document : {"", "[]", "{}", R"({"keys":{}})", "nonsense"}) {
    EXPECT_EQ(read_keys(document).error().code, base::ErrorCode::kMalformed) << document;
  }
}

TEST(OidcDocumentTest, Discovery) {
  const json::object good{{"issuer", kIssuer},
                          {"authorization_endpoint", "https://id.example.org/a?tenant=1"},
                          {"token_endpoint", "https://id.example.org/t"},
                          {"jwks_uri", "https://keys.example.org/k"}};
  const auto found = read_discovery(json::serialize(good), kIssuer);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(found->jwks_uri, "https://keys.example.org/k");
  EXPECT_FALSE(found->secret_in_body);
  EXPECT_TRUE(read_discovery(json::serialize(good), "https://id.example.org/"))
      << "a slash at the end is not told apart";

  json::object body = good;
  body["token_endpoint_auth_methods_supported"] = json::array{"client_secret_post"};
  EXPECT_TRUE(read_discovery(json::serialize(body), kIssuer)->secret_in_body);
  body["token_endpoint_auth_methods_supported"] =
      json::array{"client_secret_post", "client_secret_basic"};
  EXPECT_FALSE(read_discovery(json::serialize(body), kIssuer)->secret_in_body);

  EXPECT_FALSE(read_discovery(json::serialize(good), "https://other.example"));
  for (const char* name : {"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"}) {
    for (const json::value& wrong :
         {json::value(nullptr), json::value("http://id.example.org/x"), json::value(""),
          json::value(7), json::value("javascript:alert(1)")}) {
      json::object changed = good;
      changed[name] = wrong;
      EXPECT_FALSE(read_discovery(json::serialize(changed), kIssuer)) << name;
    }
  }
  EXPECT_FALSE(read_discovery("nonsense", kIssuer));
}

TEST(OidcDocumentTest, AddressesOfProviders) {
  const std::pair<const char*, bool> rows[] = {
      {"https://id.example.org", true},
      {"http://id.example.org", false},
      {"http://localhost:8000/x", true},
      {"http://127.0.0.1", true},
      {"http://[::1]:80/", true},
      {"http://127.0.0.1.example.org", false},
      {"http://localhost.example.org", false},
      {"ftp://localhost", false},
      {"", false},
      {"https://user@id.example.org", false},
  };
  for (const auto& [url, is_good] : rows) EXPECT_EQ(is_provider_url(url), is_good) << url;
}

TEST(OidcDocumentTest, TheTokenInAnAnswer) {
  EXPECT_EQ(*id_token_in(R"({"id_token":"a.b.c","access_token":"x"})"), "a.b.c");
  for (const char* document : {"", "{}", R"({"id_token":7})", "[]"}) {
    EXPECT_FALSE(id_token_in(document)) << document;
  }
}

}  // namespace
}  // namespace app
