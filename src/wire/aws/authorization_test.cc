#include "wire/aws/authorization.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "wire/aws/sigv4_test_support.h"

namespace wire::aws {
namespace {

using std::string_view;

constexpr string_view kHead = "POST /GetChannel\nHost: localhost\nX-Amz-Date: 20260505T215538Z\n";
constexpr string_view kCredential =
    "Credential=AKIDEXAMPLE000000001/20260505/eu-central-1/ivs/aws4_request";

std::string parse_outcome(const http::Request& request) {
  const auto parsed = parse_authorization(request);
  if (parsed) return "";
  return std::string(name_of(parsed.error().error)) + ": " + parsed.error().message;
}

http::Request with_authorization(std::string_view value, std::string_view head = kHead) {
  return request_from(std::string(head) + "Authorization: " + std::string(value) + "\n\n{}");
}

TEST(AuthorizationTest, ReadsEveryPart) {
  const auto request =
      with_authorization("AWS4-HMAC-SHA256 Signature=abc,SignedHeaders=host;x-amz-date,, \t" +
                         std::string(kCredential));
  const auto parsed = parse_authorization(request);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(parsed->access_key_id, "AKIDEXAMPLE000000001");
  EXPECT_EQ(parsed->date, "20260505");
  EXPECT_EQ(parsed->region, "eu-central-1");
  EXPECT_EQ(parsed->service, "ivs");
  EXPECT_EQ(parsed->signed_headers, (std::vector<string_view>{"host", "x-amz-date"}));
  EXPECT_EQ(parsed->signature, "abc");
  EXPECT_EQ(base::to_rfc3339(parsed->time), "2026-05-05T21:55:38Z");
  EXPECT_EQ(to_amz_date(parsed->time), parsed->amz_date);
  EXPECT_FALSE(parsed->content_sha256.has_value());
  EXPECT_FALSE(parsed->security_token.has_value());
}

TEST(AuthorizationTest, RefusesWhatIsIncomplete) {
  const std::string credential(kCredential);
  const std::string names = "SignedHeaders=host;x-amz-date";
  const std::string rest = names + ", Signature=abc";
  std::string many = "SignedHeaders=a0";
  for (int i = 0; i < 70; ++i) many += ";b" + std::to_string(100 + i);
  const struct {
    std::string value;
    string_view sentence;
  } rows[] = {
      {"Bearer secret", "must begin with 'AWS4-HMAC-SHA256'"},
      {"AWS4-ECDSA-P256-SHA256 " + credential + ", " + rest, "must begin with"},
      {"AWS4-HMAC-SHA256" + credential + ", " + rest, "must begin with"},
      {"", "must begin with"},
      {"AWS4-HMAC-SHA256", "lacks 'Credential' 'Signature' 'SignedHeaders'."},
      {"AWS4-HMAC-SHA256 " + rest, "lacks 'Credential'."},
      {"AWS4-HMAC-SHA256 Credential=, " + rest, "lacks 'Credential'."},
      {"AWS4-HMAC-SHA256 " + credential + ", " + names, "lacks 'Signature'."},
      {"AWS4-HMAC-SHA256 " + credential + ", Signature=abc", "lacks 'SignedHeaders'."},
      {"AWS4-HMAC-SHA256 " + credential + ", " + rest + ", " + names, "repeats 'SignedHeaders'"},
      {"AWS4-HMAC-SHA256 " + credential + ", " + rest + ", Extra=1", "a part that is none of"},
      {"AWS4-HMAC-SHA256 " + credential + ", " + rest + ", junk", "a part that is none of"},
      {"AWS4-HMAC-SHA256 Credential=AKID/20260505/eu-central-1/ivs, " + rest, "not 4."},
      {"AWS4-HMAC-SHA256 " + credential + "/more, " + rest, "not 6."},
      {"AWS4-HMAC-SHA256 Credential=/20260505/eu-central-1/ivs/aws4_request, " + rest,
       "no access key id"},
      {"AWS4-HMAC-SHA256 Credential=AK ID/20260505/eu-central-1/ivs/aws4_request, " + rest,
       "no access key id"},
      {"AWS4-HMAC-SHA256 Credential=" + std::string(129, 'A') +
           "/20260505/eu-central-1/ivs/aws4_request, " + rest,
       "no access key id"},
      {"AWS4-HMAC-SHA256 " + credential + ", SignedHeaders=x-amz-date;host, Signature=abc",
       "must be sorted"},
      {"AWS4-HMAC-SHA256 " + credential + ", SignedHeaders=host;host;x-amz-date, Signature=abc",
       "must be sorted, each name once"},
      {"AWS4-HMAC-SHA256 " + credential + ", SignedHeaders=Host;x-amz-date, Signature=abc",
       "names 'Host'"},
      {"AWS4-HMAC-SHA256 " + credential + ", SignedHeaders=host;;x-amz-date, Signature=abc",
       "names ''"},
      {"AWS4-HMAC-SHA256 " + credential + ", SignedHeaders=host;x-amz-date;, Signature=abc",
       "names ''"},
      {"AWS4-HMAC-SHA256 " + credential + ", " + many + ", Signature=abc", "more than 64"},
      {"AWS4-HMAC-SHA256 " + credential + ", " + names + ", Signature=" + std::string(4096, 'a'),
       "more than 4096 octets"},
  };
  for (const auto& row : rows) {
    const std::string result = parse_outcome(with_authorization(row.value));
    EXPECT_TRUE(result.starts_with("IncompleteSignature: ")) << row.value << "\n" << result;
    EXPECT_NE(result.find(row.sentence), std::string::npos) << row.value << "\n" << result;
    EXPECT_EQ(result.find("secret"), std::string::npos);
  }
}

TEST(AuthorizationTest, RefusesAScopeThatContradictsItself) {
  EXPECT_EQ(parse_outcome(with_authorization(
                "AWS4-HMAC-SHA256 Credential=AKID/20260505/eu-central-1/ivs/aws5_request, "
                "SignedHeaders=host;x-amz-date, Signature=abc")),
            "InvalidSignatureException: The Credential's scope must end with 'aws4_request', not "
            "'aws5_request'.");
  EXPECT_EQ(parse_outcome(with_authorization(
                "AWS4-HMAC-SHA256 Credential=AKID/20260504/eu-central-1/ivs/aws4_request, "
                "SignedHeaders=host;x-amz-date, Signature=abc")),
            "InvalidSignatureException: The date in the Credential's scope is not that of the "
            "request: '20260504' != '20260505'.");
}

TEST(AuthorizationTest, DemandsThatTheRightFieldsAreSigned) {
  const std::string start = "AWS4-HMAC-SHA256 " + std::string(kCredential);
  EXPECT_EQ(parse_outcome(with_authorization(start + ",SignedHeaders=x-amz-date,Signature=a")),
            "InvalidSignatureException: 'host' must be among the SignedHeaders.");
  EXPECT_EQ(parse_outcome(with_authorization(start + ",SignedHeaders=host,Signature=a")),
            "InvalidSignatureException: The field 'X-Amz-Date' is in the request but not signed.");
  EXPECT_EQ(parse_outcome(with_authorization(
                start + ",SignedHeaders=content-type;host;x-amz-date,Signature=a")),
            "InvalidSignatureException: The field 'content-type' was signed but is not in the "
            "request; has a proxy removed it?");
  const std::string head(kHead);
  const std::string good = start + ",SignedHeaders=host;x-amz-date,Signature=a";
  EXPECT_EQ(parse_outcome(with_authorization(good)), "");
  // A network in front may add its own.
  EXPECT_EQ(parse_outcome(with_authorization(good, head + "X-Amz-Cf-Id: abc\n")), "");
  EXPECT_EQ(parse_outcome(with_authorization(good, head + "X-Amzn-Trace-Id: abc\n")), "");
  for (const string_view name :
       {"X-Amz-Security-Token", "x-amz-content-sha256", "X-AMZ-Target", "X-Amz-"}) {
    EXPECT_TRUE(parse_outcome(with_authorization(good, head + std::string(name) + ": abc\n"))
                    .starts_with("InvalidSignatureException: The field '"))
        << name;
  }
}

TEST(AuthorizationTest, RefusesRepeatedFields) {
  const std::string value =
      "AWS4-HMAC-SHA256 " + std::string(kCredential) + ",SignedHeaders=host;x-amz-date,Signature=a";
  for (const std::string name :
       {"Authorization", "X-Amz-Date", "Date", "X-Amz-Content-Sha256", "X-Amz-Security-Token"}) {
    const std::string twice = name + ": 20260505T215538Z\n" + name + ": 20260505T215538Z\n";
    const std::string result = parse_outcome(with_authorization(value, std::string(kHead) + twice));
    EXPECT_EQ(result, "IncompleteSignature: The request has more than one " + name + " field.");
  }
}

TEST(AuthorizationTest, ReadsTimesStrictly) {
  const std::string value =
      "AWS4-HMAC-SHA256 " + std::string(kCredential) + ",SignedHeaders=host,Signature=a";
  const std::string head = "GET /\nHost: localhost\n";
  EXPECT_EQ(parse_outcome(with_authorization(value, head)),
            "IncompleteSignature: The request has neither an X-Amz-Date nor a Date field.");
  EXPECT_EQ(parse_outcome(with_authorization(value, head + "Date: 20260505T000000Z\n")), "");
  EXPECT_EQ(
      parse_outcome(with_authorization(value, head + "Date: Tue, 05 May 2026 21:55:38 GMT\n")), "");
  for (const string_view bad :
       {"Tue, 05 May 2026 21:55:38 CET", "Tue, 05 Mai 2026 21:55:38 GMT",
        "Tue, 05 ayJ 2026 21:55:38 GMT", "Tue, 31 Jun 2026 21:55:38 GMT",
        "Tue, 05 May 2026 24:00:00 GMT", "Tue, 5 May 2026 21:55:38 GMT", "now", ""}) {
    EXPECT_TRUE(parse_outcome(with_authorization(value, head + "Date: " + std::string(bad) + "\n"))
                    .starts_with("IncompleteSignature: '"))
        << bad;
  }
  for (const string_view bad :
       {"20260505T215538", "20260505T215538z", "20260505 215538Z", "2026-05-05T21:55:38Z",
        "20261305T215538Z", "20260500T215538Z", "20260230T000000Z", "20260505T245538Z",
        "20260505T216038Z", "20260505T215560Z", "2026O505T215538Z", "20260505T215538ZZ"}) {
    EXPECT_FALSE(parse_amz_date(bad)) << bad;
  }
  const AmzDate leap = to_amz_date(parse_amz_date("20240229T235959Z").value());
  EXPECT_EQ(string_view(leap.data(), leap.size()), "20240229T235959Z");
  // A broken X-Amz-Date is not made good by a Date.
  EXPECT_TRUE(
      parse_outcome(with_authorization(value, head + "X-Amz-Date: Tue, 05 May 2026 21:55:38 "
                                                     "GMT\nDate: 20260505T000000Z\n"))
          .starts_with("IncompleteSignature: '"));
}

TEST(AuthorizationTest, SentencesShowOnlyPrintableAndShortValues) {
  const std::string result = parse_outcome(
      with_authorization("AWS4-HMAC-SHA256 Credential=AKID/20260505/r/s/\x01\xc3\xa9" +
                         std::string(500, 'x') + ", SignedHeaders=host, Signature=a"));
  EXPECT_NE(result.find("not '???xxx"), std::string::npos) << result;
  EXPECT_LT(result.size(), 200U);
}

}  // namespace
}  // namespace wire::aws
