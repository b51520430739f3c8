#include "wire/aws/s3_answers.h"

#include <gtest/gtest.h>

namespace wire::aws {
namespace {

using base::ErrorCode;

TEST(S3Answers, ReadsErrors) {
  const auto error = parse_s3_error(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<Error><Code>NoSuchKey</Code><Message>The resource &quot;x&quot; is not there</Message>"
      "<Resource>/bucket/x</Resource><RequestId>4442587FB7D0A2F9</RequestId></Error>");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "NoSuchKey");
  EXPECT_EQ(error->message, "The resource \"x\" is not there");
  // A message within something else is not the message.
  EXPECT_EQ(parse_s3_error("<Error><Code>A</Code><Detail><Message>no</Message></Detail></Error>")
                ->message,
            "");
  for (const std::string_view other : {"", "Bad gateway", "<html><body>no</body></html>",
                                       "<Error><Code>A</Code>", "{\"Code\": \"A\"}"}) {
    EXPECT_FALSE(parse_s3_error(other)) << other;
  }
}

TEST(S3Answers, WhatGoesToLogsIsShortAndPrintable) {
  const auto error =
      parse_s3_error("<Error><Code>" + std::string(1000, 'C') + "</Code><Message>a\nb\xc3\xa4" +
                     std::string(1000, 'M') + "</Message></Error>");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code.size(), 128U);
  EXPECT_EQ(error->message.size(), 512U);
  EXPECT_TRUE(error->message.starts_with("a?b??M"));
}

TEST(S3Answers, KindsOfErrors) {
  const struct {
    std::uint16_t status;
    std::string_view code;
    ErrorCode expected;
  } rows[] = {
      {404, "NoSuchKey", ErrorCode::kNotFound},
      {404, "NoSuchBucket", ErrorCode::kNotFound},
      {404, "", ErrorCode::kNotFound},
      {403, "AccessDenied", ErrorCode::kUnauthorized},
      {403, "SignatureDoesNotMatch", ErrorCode::kUnauthorized},
      {403, "RequestTimeTooSkewed", ErrorCode::kUnauthorized},
      {400, "ExpiredToken", ErrorCode::kUnauthorized},
      {401, "", ErrorCode::kUnauthorized},
      {503, "SlowDown", ErrorCode::kLimit},
      {503, "", ErrorCode::kIo},
      {500, "InternalError", ErrorCode::kIo},
      {400, "RequestTimeout", ErrorCode::kTimeout},
      {504, "", ErrorCode::kTimeout},
      {429, "", ErrorCode::kLimit},
      {400, "EntityTooLarge", ErrorCode::kLimit},
      {507, "", ErrorCode::kDiskFull},
      {507, "XMinioStorageFull", ErrorCode::kDiskFull},
      {403, "QuotaExceeded", ErrorCode::kDiskFull},
      {409, "OperationAborted", ErrorCode::kConflict},
      {501, "NotImplemented", ErrorCode::kUnsupported},
      {301, "PermanentRedirect", ErrorCode::kInvalid},
      {307, "", ErrorCode::kInvalid},
      {400, "InvalidArgument", ErrorCode::kInvalid},
      {101, "", ErrorCode::kMalformed},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(s3_error_code(row.status, row.code), row.expected) << row.status << row.code;
  }
}

// As the API reference shows it.
TEST(S3Answers, ReadsListings) {
  const auto listing = parse_s3_listing(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
      "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>quotes</Name>"
      "<Prefix>E</Prefix><StartAfter>ExampleGuide.pdf</StartAfter><KeyCount>2</KeyCount>"
      "<MaxKeys>2</MaxKeys><IsTruncated>true</IsTruncated>"
      "<Contents><Key>Example&amp;Object.txt</Key><LastModified>2013-09-17T18:07:53.000Z"
      "</LastModified><ETag>&quot;599bab3ed2c697f1d26842727561fd94&quot;</ETag><Size>857</Size>"
      "<StorageClass>STANDARD</StorageClass><Owner><ID>k</ID><Key>not this</Key></Owner></Contents>"
      "<Contents><Size>0</Size><Key> a b</Key><LastModified>2013-09-17T18:07:53Z</LastModified>"
      "</Contents></ListBucketResult>");
  ASSERT_TRUE(listing) << listing.error().message;
  EXPECT_TRUE(listing->is_truncated);
  ASSERT_EQ(listing->objects.size(), 2U);
  EXPECT_EQ(listing->objects[0].key, "Example&Object.txt");
  EXPECT_EQ(listing->objects[0].size, 857U);
  EXPECT_EQ(base::to_rfc3339(listing->objects[0].modified_at), "2013-09-17T18:07:53Z");
  EXPECT_EQ(listing->objects[1].key, " a b");

  const auto empty =
      parse_s3_listing("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->objects.empty());
  EXPECT_FALSE(empty->is_truncated);
}

TEST(S3Answers, RefusesOtherListings) {
  const auto with = [](std::string_view contents) {
    return "<ListBucketResult>" + std::string(contents) + "</ListBucketResult>";
  };
  const std::string time = "<LastModified>2013-09-17T18:07:53Z</LastModified>";
  const std::string rows[] = {
      "",
      "<Error><Code>x</Code></Error>",
      "<Other><ListBucketResult/></Other>",
      with("<Contents><Size>1</Size>" + time + "</Contents>"),
      with("<Contents><Key>k</Key>" + time + "</Contents>"),
      with("<Contents><Key>k</Key><Size>-1</Size>" + time + "</Contents>"),
      with("<Contents><Key>k</Key><Size>1x</Size>" + time + "</Contents>"),
      with("<Contents><Key>k</Key><Size>99999999999999999999</Size>" + time + "</Contents>"),
      with("<Contents><Key>k</Key><Size>1</Size><LastModified>now</LastModified></Contents>"),
  };
  for (const std::string& document : rows) {
    const auto listing = parse_s3_listing(document);
    ASSERT_FALSE(listing) << document;
    EXPECT_EQ(listing.error().code, ErrorCode::kMalformed);
  }
  std::string many;
  for (int i = 0; i < 1001; ++i)
    many += "<Contents><Key>k</Key><Size>1</Size>" + time + "</Contents>";
  EXPECT_EQ(parse_s3_listing(with(many)).error().code, ErrorCode::kLimit);
}

TEST(S3Answers, ReadsIdsOfUploads) {
  const auto id = parse_s3_upload_id(
      "<InitiateMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<Bucket>b</Bucket><Key>k</Key><UploadId>VXBs+/=_</UploadId>"
      "</InitiateMultipartUploadResult>");
  ASSERT_TRUE(id);
  EXPECT_EQ(*id, "VXBs+/=_");
  for (const std::string& text :
       {std::string(), std::string("a b"), std::string("a\xc3\xa4"), std::string(2049, 'x')}) {
    EXPECT_EQ(parse_s3_upload_id("<InitiateMultipartUploadResult><UploadId>" + text +
                                 "</UploadId></InitiateMultipartUploadResult>")
                  .error()
                  .code,
              ErrorCode::kMalformed);
  }
  EXPECT_FALSE(parse_s3_upload_id("<html><UploadId>x</UploadId></html>"));
}

TEST(S3Answers, ReadsListsOfUploads) {
  const std::string upload = "<Upload><Key>a&amp;b</Key><UploadId>x</UploadId></Upload>";
  const auto list = [](const std::string& uploads) {
    return parse_s3_uploads("<ListMultipartUploadsResult>" + uploads +
                            "</ListMultipartUploadsResult>");
  };
  ASSERT_TRUE(list(""));
  EXPECT_TRUE(list("")->empty());
  const auto two = list(upload + upload);
  ASSERT_TRUE(two);
  ASSERT_EQ(two->size(), 2U);
  EXPECT_EQ((*two)[1].key, "a&b");
  EXPECT_EQ((*two)[1].id, "x");
  EXPECT_EQ(list("<Upload><Key>a</Key></Upload>").error().code, ErrorCode::kMalformed);
  EXPECT_EQ(parse_s3_uploads("<html/>").error().code, ErrorCode::kMalformed);
  std::string many;
  for (int i = 0; i < 1001; ++i) many += upload;
  EXPECT_EQ(list(many).error().code, ErrorCode::kLimit);
}

TEST(S3Answers, TellsWhetherAnUploadIsComplete) {
  EXPECT_TRUE(
      parse_s3_completed(" \n\n<CompleteMultipartUploadResult><ETag>\"x-2\"</ETag>"
                         "</CompleteMultipartUploadResult>"));
  EXPECT_TRUE(parse_s3_completed("<?xml version=\"1.0\"?>\n  \n<CompleteMultipartUploadResult/>"));
  const auto code = [](std::string_view document) {
    return parse_s3_completed(document).error().code;
  };
  EXPECT_EQ(code("<Error><Code>InternalError</Code></Error>"), ErrorCode::kIo);
  EXPECT_EQ(code("  <Error><Code>SlowDown</Code></Error>"), ErrorCode::kLimit);
  EXPECT_EQ(code("<Error><Code>NoSuchUpload</Code></Error>"), ErrorCode::kNotFound);
  EXPECT_EQ(code(""), ErrorCode::kMalformed);
  EXPECT_EQ(code("<CompleteMultipartUploadResult>"), ErrorCode::kMalformed);
  EXPECT_EQ(code("<html/>"), ErrorCode::kMalformed);
}

}  // namespace
}  // namespace wire::aws
