// Objects in any service that speaks S3: Amazon's, MinIO, Ceph, Garage, R2, Swift and others.
// Signature Version 4 with the hash of everything that is sent. Large files go in parts.
//
// An upload in parts that a crash has cut short costs room in the store until the same object is
// put again, or until a rule of the bucket (AbortIncompleteMultipartUpload) takes it back.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "control/http_client.h"
#include "io/object_store.h"

namespace io {
class Loop;
}

namespace control {

struct S3Settings {
  /// "https://s3.eu-central-1.amazonaws.com", "http://minio:9000": without path and query.
  std::string endpoint;
  std::string region = "us-east-1";
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token = {};  // empty: none
  /// Where the bucket stands.
  enum class Style : std::uint8_t {
    kPath,         // https://endpoint/bucket/key: what every service understands
    kVirtualHost,  // https://bucket.endpoint/key: what Amazon wants; only for buckets without dots
  } style = Style::kPath;
  /// For a request; where much is sent or received, for the time in which nothing moves.
  std::chrono::seconds timeout{30};
  /// Files.
  struct Upload {
    std::uint64_t single = std::uint64_t{16} << 20;  // octets that go in one piece
    std::uint64_t part = std::uint64_t{8} << 20;     // of others, or more to have fewer parts
    unsigned at_once = 3;                            // parts of one file
    std::uint64_t memory = std::uint64_t{64} << 20;  // octets on their way, of all files together
    unsigned attempts = 4;                           // for each part, while the store is in trouble
    std::chrono::milliseconds pause{500};            // before the second one; each is twice as long
  } upload = {};
};

/// kInvalid names the setting that is wrong, without its value where that is secret.
base::Expected<void> check_s3_settings(const S3Settings& settings);

/// Settings are checked as by check_s3_settings. `loop` outlives the store. `now`: UTC; null: the
/// system's clock, which must be right to some minutes.
base::Expected<std::unique_ptr<io::ObjectStore>> open_s3_object_store(
    io::Loop& loop, S3Settings settings, HttpClient::Options http = {},
    std::function<base::WallTime()> now = {});

}  // namespace control
