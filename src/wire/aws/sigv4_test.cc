#include "wire/aws/sigv4.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "wire/aws/sigv4_test_support.h"

namespace wire::aws {
namespace {

using std::string_view;

const Credentials kCredentials{std::string(kTestKeyId), std::string(kTestSecret), ""};
const ScopeRule kRule{.service = "ivs", .region = "eu-central-1"};
constexpr SigningScope kScope{.region = "eu-central-1", .service = "ivs"};

base::WallTime at(string_view amz_date) {
  return parse_amz_date(amz_date).value();
}
const base::WallTime kNow = at("20260505T215538Z");

http::Request channel_request() {
  return request_from(
      "POST /GetChannel\nHost: localhost:8080\nContent-Type: application/json\n\n"
      "{\"arn\":\"arn:aws:ivs:eu-central-1:123456789012:channel/abcdABCDefgh\"}");
}

void sign_into(http::Request& request, const SigningScope& scope = kScope,
               const Credentials& credentials = kCredentials, base::WallTime now = kNow) {
  const auto added = sign(request, credentials, scope, now);
  ASSERT_TRUE(added.has_value());
  for (std::size_t i = 0; i < added->size(); ++i) {
    request.headers.add((*added)[i].name, (*added)[i].value);
  }
}

http::Request signed_request() {
  http::Request request = channel_request();
  sign_into(request);
  return request;
}

/// The whole way of a server that knows only kTestKeyId: "" or "Name: sentence".
std::string outcome(const http::Request& request, const ScopeRule& rule = kRule,
                    base::WallTime now = kNow) {
  const auto text = [](const Refusal& refusal) {
    return std::string(name_of(refusal.error)) + ": " + refusal.message;
  };
  const auto parsed = parse_authorization(request);
  if (!parsed) return text(parsed.error());
  if (parsed->access_key_id != kTestKeyId) return text(unrecognized_client());
  const auto key = derive_signing_key(kTestSecret, parsed->date, parsed->region, parsed->service);
  const auto verified = verify(*parsed, request, key, rule, now);
  return verified ? "" : text(verified.error());
}

std::string name_in(const std::string& outcome) {
  return outcome.substr(0, outcome.find(':'));
}

TEST(SigV4Test, AcceptsWhatItSigned) {
  EXPECT_EQ(outcome(signed_request()), "");
  for (const auto payload : {PayloadHeader::kOmit, PayloadHeader::kSend}) {
    for (const auto style : {PathStyle::kEncodedAgain, PathStyle::kAsReceived}) {
      http::Request request = channel_request();
      request.target = "/a%3Ab//c?x=%20&x=1";
      SigningScope scope = kScope;
      scope.payload = payload;
      scope.path_style = style;
      sign_into(request, scope, {std::string(kTestKeyId), std::string(kTestSecret), "TOKEN/+="});
      ScopeRule rule = kRule;
      rule.path_style = style;
      EXPECT_EQ(outcome(request, rule), "");
      EXPECT_EQ(parse_authorization(request)->security_token, "TOKEN/+=");
      EXPECT_EQ(request.headers.has("X-Amz-Content-Sha256"), payload == PayloadHeader::kSend);
      rule.path_style =
          style == PathStyle::kAsReceived ? PathStyle::kEncodedAgain : PathStyle::kAsReceived;
      EXPECT_EQ(name_in(outcome(request, rule)), "InvalidSignatureException");
    }
  }
}

TEST(SigV4Test, TakesTheHostOfHttp2) {
  http::Request request = signed_request();
  request.headers.remove("Host");
  request.version = http::Version::k2;
  EXPECT_EQ(outcome(request), "");
  request.host = "localhost";
  EXPECT_EQ(name_in(outcome(request)), "InvalidSignatureException");
}

TEST(SigV4Test, HasFiveMinutesOfPatience) {
  const http::Request request = signed_request();
  const struct {
    std::chrono::seconds later;
    string_view starts;
  } rows[] = {
      {std::chrono::seconds(300), ""},
      {std::chrono::seconds(-300), ""},
      {std::chrono::seconds(301),
       "InvalidSignatureException: Signature expired: 20260505T215538Z is now earlier than "
       "20260505T215539Z (20260505T220039Z - 300 s)."},
      {std::chrono::seconds(-301),
       "InvalidSignatureException: Signature not yet current: 20260505T215538Z is still later "
       "than 20260505T215537Z (20260505T215037Z + 300 s)."},
      {std::chrono::hours(24 * 365), "InvalidSignatureException: Signature expired: "},
  };
  for (const auto& row : rows) {
    const std::string result = outcome(request, kRule, kNow + row.later);
    EXPECT_TRUE(row.starts.empty() ? result.empty() : result.starts_with(row.starts)) << result;
  }
}

TEST(SigV4Test, ChecksTheScope) {
  const http::Request request = signed_request();
  EXPECT_EQ(outcome(request, {.service = "ivschat", .region = ""}),
            "InvalidSignatureException: The Credential must be scoped to the service 'ivschat', "
            "not 'ivs'.");
  EXPECT_EQ(outcome(request, {.service = "ivs", .region = "us-west-2"}),
            "InvalidSignatureException: The Credential must be scoped to the region 'us-west-2', "
            "not 'eu-central-1'.");
  EXPECT_EQ(outcome(request, {.service = "", .region = ""}), "");
}

// The Date field is an alternative to X-Amz-Date, in both of its forms.
TEST(SigV4Test, TakesTheTimeFromDate) {
  for (const string_view date : {"20260505T215538Z", "Tue, 05 May 2026 21:55:38 GMT"}) {
    http::Request request = channel_request();
    request.headers.add("Date", date);
    const std::vector<string_view> names = {"content-type", "date", "host"};
    const auto canonical =
        canonical_request({.method = request.method,
                           .path = request.raw_path(),
                           .query = request.query(),
                           .host = request.host,
                           .headers = request.headers,
                           .signed_headers = names,
                           .payload_hash = base::to_hex(base::sha256(request.body.span()))});
    ASSERT_TRUE(canonical.has_value());
    const auto key = derive_signing_key(kTestSecret, "20260505", "eu-central-1", "ivs");
    const std::string to_sign =
        string_to_sign(to_amz_date(kNow), "eu-central-1", "ivs", *canonical);
    request.headers.add(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=" + std::string(kTestKeyId) +
            "/20260505/eu-central-1/ivs/aws4_request,SignedHeaders=content-type;date;host,"
            "Signature=" +
            base::to_hex(base::hmac_sha256(key, base::as_bytes(to_sign))));
    EXPECT_EQ(outcome(request), "");
  }
}

TEST(SigV4Test, FoldsSpaceAndJoinsRepeatedFields) {
  http::Request request = channel_request();
  request.headers.add("X-Amz-Meta", "a  b");
  request.headers.add("x-amz-meta", "c");
  sign_into(request);
  EXPECT_EQ(outcome(request), "");
  const std::string authorization(request.headers.get("Authorization"));

  http::Request folded = channel_request();
  folded.headers.add("X-Amz-Date", "20260505T215538Z");
  folded.headers.add("X-AMZ-META", " \ta \t b,c ");
  folded.headers.add("Authorization", authorization);
  EXPECT_EQ(outcome(folded), "");
  folded.headers.set("X-Amz-Meta", "ab,c");
  EXPECT_EQ(name_in(outcome(folded)), "InvalidSignatureException");
}

TEST(SigV4Test, ChecksThePayloadHeader) {
  http::Request request = channel_request();
  SigningScope scope = kScope;
  scope.payload = PayloadHeader::kSend;
  sign_into(request, scope);
  EXPECT_EQ(outcome(request), "");

  request.body = base::Slice::unowned("{}");
  EXPECT_EQ(outcome(request),
            "InvalidSignatureException: X-Amz-Content-Sha256 is not the hash of "
            "the body that arrived.");
  for (const string_view special : {"UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}) {
    request.headers.set("X-Amz-Content-Sha256", special);
    EXPECT_EQ(outcome(request), "InvalidSignatureException: X-Amz-Content-Sha256 is '" +
                                    std::string(special) + "': the body must be signed here.");
  }
}

TEST(SigV4Test, RefusesPresignedRequestsWithAWord) {
  http::Request request = channel_request();
  EXPECT_EQ(outcome(request),
            "MissingAuthenticationTokenException: The request has no Authorization field.");
  request.target = "/GetChannel?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00";
  EXPECT_EQ(outcome(request),
            "MissingAuthenticationTokenException: Signatures in the query string are not accepted "
            "here; sign with the Authorization field.");
}

TEST(SigV4Test, AnUnreadableQueryIsIncomplete) {
  http::Request request = signed_request();
  request.target += "?a=%";
  EXPECT_EQ(name_in(outcome(request)), "IncompleteSignature");
}

TEST(SigV4Test, NamesAndStatusesAreThoseOfAws) {
  const struct {
    CommonError error;
    string_view name;
    int status;
  } rows[] = {
      {CommonError::kMissingAuthenticationToken, "MissingAuthenticationTokenException", 403},
      {CommonError::kIncompleteSignature, "IncompleteSignature", 403},
      {CommonError::kUnrecognizedClient, "UnrecognizedClientException", 403},
      {CommonError::kExpiredToken, "ExpiredTokenException", 403},
      {CommonError::kRequestExpired, "RequestExpired", 400},
      {CommonError::kUnknownOperation, "UnknownOperationException", 404},
      {CommonError::kThrottling, "ThrottlingException", 429},
      {CommonError::kInternalServer, "InternalServerException", 500},
      {CommonError::kValidation, "ValidationException", 400},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(name_of(row.error), row.name);
    EXPECT_EQ(status_of(row.error), row.status);
  }
  http::Request request = channel_request();
  sign_into(request, kScope, {"AKIDANOTHER", "x", ""});
  EXPECT_TRUE(outcome(request).starts_with("UnrecognizedClientException: "));
}

// A request of random parts. Only characters that mean themselves may be changed below, so that
// every change is one of meaning.
class RandomRequests {
 public:
  std::string word(std::size_t least, std::size_t most) {
    static constexpr string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFG0123456789";
    std::string text(number(least, most), ' ');
    for (char& c : text) c = kLetters[number(0, kLetters.size() - 1)];
    return text;
  }
  std::size_t number(std::size_t least, std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(least, most)(random_);
  }

  http::Request make() {
    http::Request request;
    request.method = std::array{http::Method::kGet, http::Method::kPost, http::Method::kPut,
                                http::Method::kDelete}[number(0, 3)];
    for (std::size_t i = number(1, 4); i > 0; --i) {
      request.target += "/" + word(1, 8) + (number(0, 2) == 0 ? "%3A" + word(1, 3) : "");
    }
    char separator = '?';
    for (std::size_t i = number(0, 4); i > 0; --i) {
      request.target += separator + word(1, 3) + "=" + word(0, 3);
      if (number(0, 3) == 0) request.target += "%20" + word(1, 2);
      separator = '&';
    }
    request.host = word(3, 12) + ":8080";
    request.headers.add("Host", request.host);
    for (std::size_t i = number(0, 4); i > 0; --i) {
      request.headers.add("X-" + word(1, 6), word(1, 5) + "  " + word(1, 5));
    }
    request.body = base::Slice::take(word(0, 200));
    return request;
  }

 private:
  std::mt19937 random_{20260505};
};

char another(char c) {
  return c == 'z' ? 'y' : 'z';
}

TEST(SigV4Test, EveryChangeOfARandomRequestIsRefused) {
  RandomRequests random;
  for (int round = 0; round < 60; ++round) {
    const http::Request unsigned_request = random.make();
    http::Request request = unsigned_request;
    SigningScope scope = kScope;
    scope.payload = round % 2 == 0 ? PayloadHeader::kOmit : PayloadHeader::kSend;
    sign_into(request, scope);
    ASSERT_EQ(outcome(request), "") << request.target;

    http::Request changed = request;
    changed.method = http::Method::kPatch;
    EXPECT_NE(outcome(changed), "");
    for (std::size_t i = 1; i < request.target.size(); ++i) {
      if (string_view("/?&=%").find(request.target[i]) != string_view::npos) continue;
      if (request.target[i - 1] == '%' || (i > 1 && request.target[i - 2] == '%')) continue;
      changed = request;
      changed.target[i] = another(changed.target[i]);
      EXPECT_NE(outcome(changed), "") << request.target << " at " << i;
    }
    for (std::size_t i = 0; i < request.host.size(); ++i) {
      changed = request;
      changed.host[i] = another(changed.host[i]);
      EXPECT_NE(outcome(changed), "");
    }
    for (std::size_t i = 0; i < request.body.size(); ++i) {
      std::string body(request.body.text());
      body[i] = another(body[i]);
      changed = request;
      changed.body = base::Slice::take(std::move(body));
      EXPECT_NE(outcome(changed), "");
    }
    changed = request;
    changed.body = base::Slice::take(std::string(request.body.text()) + "x");
    EXPECT_NE(outcome(changed), "");
    for (std::size_t field = 0; field < request.headers.size(); ++field) {
      const std::string name(request.headers[field].name);
      if (name == "Host") continue;
      const std::string value(request.headers.get(name));
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == ' ') continue;
        std::string other = value;
        other[i] = another(other[i]);
        changed = request;
        changed.headers.set(name, other);
        EXPECT_NE(outcome(changed), "") << name << " at " << i;
      }
      changed = request;
      changed.headers.remove(name);
      EXPECT_NE(outcome(changed), "") << name;
    }
    changed = request;
    changed.headers.add("X-Amz-Extra", "1");
    EXPECT_NE(outcome(changed), "");
  }
}

}  // namespace
}  // namespace wire::aws
