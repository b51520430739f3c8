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

}  // namespace wire::aws
