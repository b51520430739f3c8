// What S3 answers in XML (Amazon S3 API reference: REST error responses, ListObjectsV2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace wire::aws {

/// The body of an answer that says no. What is missing is empty; at most 128 and 512 octets,
/// printable ASCII (else '?'): both come from outside and go to logs.
struct S3Error {
  std::string code;  // "NoSuchKey"
  std::string message;
};
/// Nothing if this is no such document: proxies answer what they like.
std::optional<S3Error> parse_s3_error(std::string_view document);

/// What kind of failure an answer is, by its status and, if there is one, its code.
base::ErrorCode s3_error_code(std::uint16_t status, std::string_view code);

struct S3Listing {
  struct Object {
    std::string key;
    std::uint64_t size = 0;
    base::WallTime modified_at{};
  };
  std::vector<Object> objects;
  bool is_truncated = false;
};
/// kMalformed for other documents, objects without key or size; kLimit for over 1000 objects.
base::Expected<S3Listing> parse_s3_listing(std::string_view document);

// Uploads in several parts (CreateMultipartUpload, ListMultipartUploads, CompleteMultipartUpload).

/// The id of an upload that has begun: 1 to 2048 octets of printable ASCII; else kMalformed.
base::Expected<std::string> parse_s3_upload_id(std::string_view document);

struct S3Upload {
  std::string key;
  std::string id;
};
/// Uploads that have begun and not ended. kMalformed for other documents; kLimit for over 1000.
base::Expected<std::vector<S3Upload>> parse_s3_uploads(std::string_view document);

/// What asks for the parts 1 to n, by the ETag of each as it was received, to be put together.
std::string s3_completion(const std::vector<std::string>& etags);
/// What an answer with status 200 to that says: it may have gone wrong all the same. The error is
/// that of its code; kMalformed for other documents.
base::Expected<void> parse_s3_completed(std::string_view document);

}  // namespace wire::aws
