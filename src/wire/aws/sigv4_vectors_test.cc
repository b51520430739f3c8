// Signatures that others made: AWS's published test suite, botocore and the AWS SDK for
// JavaScript. The credentials are the ones of AWS's own examples.
#include <gtest/gtest.h>

#include <string>

#include "wire/aws/sigv4.h"
#include "wire/aws/sigv4_test_support.h"

namespace wire::aws {
namespace {

// The query or body of a request may hold UTF-8.
struct SuiteRow {
  std::string_view name;
  std::string_view start;   // method and target
  std::string_view fields;  // beyond Host and X-Amz-Date, each with its line end
  std::string_view body;
  std::string_view signed_headers;
  std::string_view signature;
};

constexpr SuiteRow kSuite[] = {
    {"get-vanilla", "GET /", "", "", "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"get-vanilla-query-order-key-case", "GET /?Param2=value2&Param1=value1", "", "",
     "host;x-amz-date", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"get-vanilla-query-order-value", "GET /?Param1=value2&Param1=Value1", "", "",
     "host;x-amz-date", "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"},
    {"get-vanilla-utf8-query", "GET /?\u1234=bar", "", "", "host;x-amz-date",
     "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
    {"get-unreserved", "GET /-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
     "", "", "host;x-amz-date", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
    {"get-utf8", "GET /\u1234", "", "", "host;x-amz-date",
     "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
    {"get-space", "GET /example space/", "", "", "host;x-amz-date",
     "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
    {"get-slashes", "GET //example//", "", "", "host;x-amz-date",
     "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
    {"get-slash", "GET //", "", "", "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"get-slash-dot-slash", "GET /./", "", "", "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"get-slash-pointless-dot", "GET /./example", "", "", "host;x-amz-date",
     "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
    {"get-relative", "GET /example/..", "", "", "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"get-relative-relative", "GET /example1/example2/../..", "", "", "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"get-header-value-trim", "GET /", "My-Header1:  value1\nMy-Header2: \"a   b \t c\"\n", "",
     "host;my-header1;my-header2;x-amz-date",
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {"get-header-value-order", "GET /",
     "My-Header1:value4\nMy-Header1:value1\nMY-HEADER1:value3\nMy-Header1:value2\n", "",
     "host;my-header1;x-amz-date",
     "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
    {"post-vanilla", "POST /", "", "", "host;x-amz-date",
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"post-header-value-case", "POST /", "My-Header1:VALUE1\n", "", "host;my-header1;x-amz-date",
     "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
    {"post-x-www-form-urlencoded", "POST /", "Content-Type:application/x-www-form-urlencoded\n",
     "Param1=value1", "content-type;host;x-amz-date",
     "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
};

base::WallTime at(std::string_view amz_date) {
  return parse_amz_date(amz_date).value();
}

std::string refusal_of(const std::expected<void, Refusal>& result) {
  return result ? "" : std::string(name_of(result.error().error)) + ": " + result.error().message;
}

TEST(SigV4VectorsTest, TheSuiteOfAwsVerifies) {
  const SigningKey key = derive_signing_key(kTestSecret, "20150830", "us-east-1", "service");
  EXPECT_EQ(base::to_hex(derive_signing_key(kTestSecret, "20120215", "us-east-1", "iam")),
            "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d");
  for (const SuiteRow& row : kSuite) {
    SCOPED_TRACE(row.name);
    std::string text(row.start);
    text += "\nHost:example.amazonaws.com\nX-Amz-Date:20150830T123600Z\n";
    text += row.fields;
    text += "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/";
    text += "aws4_request, SignedHeaders=" + std::string(row.signed_headers);
    text += ", Signature=" + std::string(row.signature) + "\n\n" + std::string(row.body);
    const auto request = request_from(text);
    const auto parsed = parse_authorization(request);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
    const ScopeRule rule{.service = "service", .region = "us-east-1"};
    EXPECT_EQ(refusal_of(verify(*parsed, request, key, rule, at("20150830T123900Z"))), "");
  }
}

// What sign() makes is what AWS's suite has, octet for octet.
TEST(SigV4VectorsTest, SignsAsTheSuiteOfAws) {
  const Credentials credentials{"AKIDEXAMPLE", std::string(kTestSecret), ""};
  for (const SuiteRow& row : kSuite) {
    SCOPED_TRACE(row.name);
    const auto request = request_from(std::string(row.start) + "\nHost:example.amazonaws.com\n" +
                                      std::string(row.fields) + "\n" + std::string(row.body));
    const auto added = sign(request, credentials, {.region = "us-east-1", .service = "service"},
                            at("20150830T123600Z"));
    ASSERT_TRUE(added.has_value());
    EXPECT_EQ(added->get("X-Amz-Date"), "20150830T123600Z");
    EXPECT_EQ(added->get("Authorization"),
              "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
              "SignedHeaders=" +
                  std::string(row.signed_headers) + ", Signature=" + std::string(row.signature));
  }
}

// The examples of the Amazon S3 API reference ("Signature calculations for the authorization
// header"), which are the requests of Rostrum's own S3 client: the path is encoded once.
TEST(SigV4VectorsTest, SignsAsTheExamplesOfS3) {
  const Credentials credentials{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                                ""};
  static constexpr struct {
    std::string_view start, fields, body, signed_headers, signature;
  } kRows[] = {
      {"GET /test.txt", "Range:bytes=0-9\n", "", "host;range;x-amz-content-sha256;x-amz-date",
       "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
      {"PUT /test%24file.text",
       "Date:Fri, 24 May 2013 00:00:00 GMT\nX-Amz-Storage-Class:REDUCED_REDUNDANCY\n",
       "Welcome to Amazon S3.", "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
       "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
      {"GET /?lifecycle", "", "", "host;x-amz-content-sha256;x-amz-date",
       "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
      {"GET /?max-keys=2&prefix=J", "", "", "host;x-amz-content-sha256;x-amz-date",
       "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.start);
    const auto request =
        request_from(std::string(row.start) + "\nHost:examplebucket.s3.amazonaws.com\n" +
                     std::string(row.fields) + "\n" + std::string(row.body));
    const auto added = sign(request, credentials,
                            {.region = "us-east-1",
                             .service = "s3",
                             .path_style = PathStyle::kAsReceived,
                             .payload = PayloadHeader::kSend},
                            at("20130524T000000Z"));
    ASSERT_TRUE(added.has_value());
    EXPECT_EQ(
        added->get("Authorization"),
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=" +
            std::string(row.signed_headers) + ", Signature=" + std::string(row.signature));
  }
}

struct Captured {
  std::string_view start;
  std::string_view fields;  // beyond Host, X-Amz-Date and Authorization
  std::string_view body;
  std::string_view scope;  // date, region and service
  std::string_view signed_headers;
  std::string_view signature;
  std::string_view token = "";
};

constexpr std::string_view kBotoFields = "Content-Type: application/json\n";
constexpr std::string_view kBotoTime = "20260505T215538Z";
constexpr std::string_view kBotoSigned = "content-type;host;x-amz-date";
constexpr std::string_view kTagPath =
    "/tags/arn%3Aaws%3Aivs%3Aus-west-2%3A123456789012%3Achannel%2FabcdABCDefgh";

// botocore 1.43.11. "TAGS" stands for kTagPath.
constexpr Captured kBotocore[] = {
    {"POST /GetChannel", kBotoFields,
     "{\"arn\": \"arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh\"}",
     "20260505/us-west-2/ivs", kBotoSigned,
     "d6c6ea43190f830fa5ada036b87b8aafcfd15a5d4af55f5bc829d4a5b8d19bc8"},
    {"POST /PutMetadata",
     "X-Amz-Security-Token: FwoGZXIvYXdzEXAMPLE/+TOKEN==\nContent-Type: application/json\n",
     "{\"channelArn\": \"arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh\", "
     "\"metadata\": \"{\\\"question\\\":\\\"Caf\\u00e9?\\\"}\"}",
     "20260505/us-west-2/ivs", "content-type;host;x-amz-date;x-amz-security-token",
     "d924f496f87ed2de0cc9e1b5bc3baf5490ed0601dc640faeaa462ff6f5688ac4",
     "FwoGZXIvYXdzEXAMPLE/+TOKEN=="},
    {"GET TAGS", "", "", "20260505/us-west-2/ivs", "host;x-amz-date",
     "53dbd8f2f13f22251a4842409af6f6dddb2916fadc09a420f27f8516dbd79e94"},
    {"POST TAGS", kBotoFields, "{\"tags\": {\"b\": \"2\", \"a\": \"1\"}}", "20260505/us-west-2/ivs",
     kBotoSigned, "aa363c827e12fa501ab93a1e7e25c4c314e48fdb720cdfd8451beb7502c11580"},
    {"DELETE TAGS?tagKeys=zebra&tagKeys=a%20b&tagKeys=aws%2Bx&tagKeys=a%252Fb&"
     "tagKeys=%C3%BC%3A%2F&tagKeys=a",
     "", "", "20260505/us-west-2/ivs", "host;x-amz-date",
     "0d80f7263a4903e30dabb142a0a43a478d2c2af42fd5e70c5dac795d9cc3f73e"},
    {"POST /ListRooms", kBotoFields, "{}", "20260505/us-west-2/ivschat", kBotoSigned,
     "fa2d8451b4784fa753034804f4a643148ba95eb2c08a6320d9c559a9a981fad5"},
};

constexpr std::string_view kJavaScriptTime = "20261122T021814Z";
constexpr std::string_view kJavaScriptSigned =
    "amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;"
    "x-amz-content-sha256;x-amz-date;x-amz-user-agent";

// @aws-sdk/client-ivs 3.1135.0.
constexpr Captured kJavaScript[] = {
    {"POST /GetChannel",
     "content-type: application/json\ncontent-length: 65\n"
     "x-amz-user-agent: aws-sdk-js/3.1135.0\namz-sdk-request: attempt=1; max=1\n"
     "amz-sdk-invocation-id: ff2061c1-15c9-4511-a109-3c5f5f69319d\n"
     "x-amz-content-sha256: 17157830d2f8b5f748e637b3e163f84bda5ce7f4aee94d091e0fc8d676d8494e\n",
     "{\"arn\":\"arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh\"}",
     "20261122/us-west-2/ivs", kJavaScriptSigned,
     "bffa5996efb4e170adb4a85f225374c01216d66d46cddbe802138b9ded26909e"},
    {"POST TAGS",
     "content-type: application/json\ncontent-length: 18\n"
     "x-amz-user-agent: aws-sdk-js/3.1135.0\namz-sdk-request: attempt=1; max=1\n"
     "amz-sdk-invocation-id: 924c1ffb-3f02-4190-aa68-f324096dabc1\n"
     "x-amz-content-sha256: e5327f9111168924c3c3993fe850887e737123ca78bda5496bb12dd9ff65ad6d\n",
     "{\"tags\":{\"a\":\"1\"}}", "20261122/us-west-2/ivs", kJavaScriptSigned,
     "e94077da8246e3d1cbff160fd82ea911892c659eae8d435b4b1ca3599b6bb19d"},
    {"DELETE TAGS?tagKeys=zebra&tagKeys=a%20b&tagKeys=it%27s%20%28ok%29%21%2A&"
     "tagKeys=%C3%BC%3A%2F",
     "x-amz-user-agent: aws-sdk-js/3.1135.0\namz-sdk-request: attempt=1; max=1\n"
     "amz-sdk-invocation-id: 99975698-d0a5-42e4-9b87-dfb7c4f7bda2\n"
     "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n",
     "", "20261122/us-west-2/ivs",
     "amz-sdk-invocation-id;amz-sdk-request;host;x-amz-content-sha256;x-amz-date;"
     "x-amz-user-agent",
     "bf94b83c08a18908eefbdf591c381a35bc07c77a0e0526bb5ae6429be2a8da19"},
};

constexpr std::string_view kS3Time = "20150830T123600Z";

// botocore's signer for S3.
constexpr Captured kS3[] = {
    {"GET /a%2Fb:c%20d//e/../f~",
     "X-Amz-Content-SHA256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n", "",
     "20150830/us-east-1/s3", "host;x-amz-content-sha256;x-amz-date",
     "a4031fe0d71e225aa1a6734259b565ca777b27418345e1634edcd4110297b669"},
    {"PUT /key%2Bwith%20space",
     "Content-Type: text/plain\n"
     "X-Amz-Content-SHA256: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\n",
     "hello", "20150830/us-east-1/s3", "content-type;host;x-amz-content-sha256;x-amz-date",
     "86357589195eff4ce13d0a93de50e6a8fc343fba6ca14dd8b3ad0c6ab14cb9dc"},
};

void expect_verifies(const Captured& row, std::string_view key_id, std::string_view host,
                     std::string_view time, PathStyle path_style) {
  SCOPED_TRACE(row.start);
  std::string text(row.start);
  if (const auto tags = text.find("TAGS"); tags != std::string::npos) {
    text.replace(tags, 4, kTagPath);
  }
  for (const std::string_view part :
       {std::string_view("\nHost: "), host, std::string_view("\nX-Amz-Date: "), time,
        std::string_view("\n"), row.fields,
        std::string_view("Authorization: AWS4-HMAC-SHA256 Credential="), key_id,
        std::string_view("/"), row.scope, std::string_view("/aws4_request, SignedHeaders="),
        row.signed_headers, std::string_view(", Signature="), row.signature,
        std::string_view("\n\n"), row.body}) {
    text += part;
  }
  const auto request = request_from(text);
  const auto parsed = parse_authorization(request);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(parsed->access_key_id, key_id);
  EXPECT_TRUE(row.scope.ends_with("/" + std::string(parsed->service)));
  EXPECT_EQ(parsed->security_token.value_or(""), row.token);
  const SigningKey key =
      derive_signing_key(kTestSecret, parsed->date, parsed->region, parsed->service);
  const ScopeRule rule{
      .service = parsed->service, .region = parsed->region, .path_style = path_style};
  EXPECT_EQ(refusal_of(verify(*parsed, request, key, rule, at(time))), "");

  const SigningKey wrong =
      derive_signing_key("another secret", parsed->date, parsed->region, parsed->service);
  const auto refused = verify(*parsed, request, wrong, rule, at(time));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().error, CommonError::kInvalidSignature);
}

TEST(SigV4VectorsTest, RequestsOfRealClientsVerify) {
  for (const Captured& row : kBotocore) {
    expect_verifies(row, kTestKeyId, "127.0.0.1:8080", kBotoTime, PathStyle::kEncodedAgain);
  }
  for (const Captured& row : kJavaScript) {
    expect_verifies(row, kTestKeyId, "127.0.0.1:8080", kJavaScriptTime, PathStyle::kEncodedAgain);
  }
  for (const Captured& row : kS3) {
    expect_verifies(row, "AKIDEXAMPLE", "example.amazonaws.com", kS3Time, PathStyle::kAsReceived);
  }
}

}  // namespace
}  // namespace wire::aws
