#include "wire/aws/s3_answers.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <span>
#include <utility>

#include "base/rfc3339.h"
#include "wire/aws/xml_reader.h"

namespace wire::aws {
namespace {

using base::ErrorCode;
using std::string_view;
using Token = XmlReader::Token;

constexpr std::size_t kMaxObjects = 1000;
constexpr std::size_t kMaxUploadId = 2048;

/// Calls `leaf(path, text)` at the end of each element, with the names from the root on and the
/// text that stood in the element itself. False if the document is broken or `leaf` says so.
template <class Leaf>
bool read_leaves(string_view document, Leaf leaf) {
  XmlReader reader(document);
  std::vector<string_view> path;
  std::vector<std::string> texts;  // of each open element
  while (true) {
    switch (reader.next()) {
      case Token::kStart:
        path.push_back(reader.name());
        texts.emplace_back();
        break;
      case Token::kText:
        texts.back() += reader.text();
        break;
      case Token::kEnd:
        if (!leaf(std::span<const string_view>(path), texts.back())) return false;
        path.pop_back();
        texts.pop_back();
        break;
      case Token::kDone:
        return true;
      case Token::kBroken:
        return false;
    }
  }
}

bool is_path(std::span<const string_view> path, std::initializer_list<string_view> expected) {
  return std::ranges::equal(path, expected);
}

std::string printable(string_view text, std::size_t most) {
  std::string out(text.substr(0, most));
  std::ranges::replace_if(out, [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

bool parse_number(string_view text, std::uint64_t& out) {
  const char* const end = text.data() + text.size();
  const auto [read_to, error] = std::from_chars(text.data(), end, out);
  return error == std::errc() && read_to == end;
}

bool is_upload_id(string_view text) {
  return !text.empty() && text.size() <= kMaxUploadId &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

std::optional<S3Error> parse_s3_error(string_view document) {
  S3Error out;
  bool is_error = false;
  const bool whole = read_leaves(document, [&](auto path, const std::string& text) {
    if (is_path(path, {"Error", "Code"})) out.code = printable(text, 128);
    if (is_path(path, {"Error", "Message"})) out.message = printable(text, 512);
    if (is_path(path, {"Error"})) is_error = true;
    return true;
  });
  if (!whole || !is_error) return std::nullopt;
  return out;
}

ErrorCode s3_error_code(std::uint16_t status, string_view code) {
  static constexpr struct {
    string_view name;
    ErrorCode code;
  } kNames[] = {
      {"NoSuchKey", ErrorCode::kNotFound},
      {"NoSuchBucket", ErrorCode::kNotFound},
      {"NoSuchUpload", ErrorCode::kNotFound},
      {"AccessDenied", ErrorCode::kUnauthorized},
      {"InvalidAccessKeyId", ErrorCode::kUnauthorized},
      {"SignatureDoesNotMatch", ErrorCode::kUnauthorized},
      {"ExpiredToken", ErrorCode::kUnauthorized},
      {"InvalidToken", ErrorCode::kUnauthorized},
      {"RequestTimeTooSkewed", ErrorCode::kUnauthorized},
      {"EntityTooLarge", ErrorCode::kLimit},
      {"SlowDown", ErrorCode::kLimit},
      {"RequestTimeout", ErrorCode::kTimeout},
      // What was sent did not come as it was sent, or was lost there.
      {"BadDigest", ErrorCode::kIo},
      {"XAmzContentSHA256Mismatch", ErrorCode::kIo},
      {"IncompleteBody", ErrorCode::kIo},
      {"InvalidPart", ErrorCode::kIo},
      // Not of AWS, whose disks have no end.
      {"InsufficientStorage", ErrorCode::kDiskFull},
      {"QuotaExceeded", ErrorCode::kDiskFull},
      {"XMinioStorageFull", ErrorCode::kDiskFull},
      {"InvalidBucketName", ErrorCode::kInvalid},
      {"KeyTooLongError", ErrorCode::kInvalid},
  };
  for (const auto& known : kNames) {
    if (code == known.name) return known.code;
  }
  switch (status) {
    case 401:
    case 403:
      return ErrorCode::kUnauthorized;
    case 404:
    case 410:
      return ErrorCode::kNotFound;
    case 408:
    case 504:
      return ErrorCode::kTimeout;
    case 409:
    case 412:
      return ErrorCode::kConflict;
    case 413:
    case 429:
      return ErrorCode::kLimit;
    case 405:
    case 501:
      return ErrorCode::kUnsupported;
    case 507:
      return ErrorCode::kDiskFull;
    default:
      break;
  }
  if (status >= 500) return ErrorCode::kIo;
  // Redirects lead to the bucket's region, which a setting should name.
  return status >= 300 ? ErrorCode::kInvalid : ErrorCode::kMalformed;
}

base::Expected<S3Listing> parse_s3_listing(string_view document) {
  S3Listing out;
  S3Listing::Object object;
  bool is_listing = false, has_size = false, has_time = false;
  base::Error error{ErrorCode::kMalformed, "the store's list is not what S3 answers"};
  const bool whole = read_leaves(document, [&](auto path, const std::string& text) {
    if (is_path(path, {"ListBucketResult", "Contents", "Key"})) object.key = text;
    if (is_path(path, {"ListBucketResult", "Contents", "Size"})) {
      has_size = parse_number(text, object.size);
    }
    if (is_path(path, {"ListBucketResult", "Contents", "LastModified"})) {
      const auto time = base::parse_rfc3339(text);
      has_time = time.has_value();
      object.modified_at = time.value_or(base::WallTime{});
    }
    if (is_path(path, {"ListBucketResult", "Contents"})) {
      if (object.key.empty() || !has_size || !has_time) return false;
      if (out.objects.size() == kMaxObjects) {
        error = {ErrorCode::kLimit, "the store's list has more objects than were asked for"};
        return false;
      }
      out.objects.push_back(std::exchange(object, {}));
      has_size = has_time = false;
    }
    if (is_path(path, {"ListBucketResult", "IsTruncated"})) out.is_truncated = text == "true";
    if (is_path(path, {"ListBucketResult"})) is_listing = true;
    return true;
  });
  if (!whole || !is_listing) return base::fail(std::move(error));
  return out;
}

base::Expected<std::string> parse_s3_upload_id(string_view document) {
  std::string id;
  const bool whole = read_leaves(document, [&](auto path, const std::string& text) {
    if (is_path(path, {"InitiateMultipartUploadResult", "UploadId"})) id = text;
    return true;
  });
  if (!whole || !is_upload_id(id)) {
    return base::fail(ErrorCode::kMalformed, "the store's answer names no upload");
  }
  return id;
}

base::Expected<std::vector<S3Upload>> parse_s3_uploads(string_view document) {
  std::vector<S3Upload> out;
  S3Upload upload;
  bool is_listing = false;
  base::Error error{ErrorCode::kMalformed, "the store's list of uploads is not what S3 answers"};
  const bool whole = read_leaves(document, [&](auto path, const std::string& text) {
    if (is_path(path, {"ListMultipartUploadsResult", "Upload", "Key"})) upload.key = text;
    if (is_path(path, {"ListMultipartUploadsResult", "Upload", "UploadId"})) upload.id = text;
    if (is_path(path, {"ListMultipartUploadsResult", "Upload"})) {
      if (upload.key.empty() || !is_upload_id(upload.id)) return false;
      if (out.size() == kMaxObjects) {
        error = {ErrorCode::kLimit, "the store's list has more uploads than can be"};
        return false;
      }
      out.push_back(std::exchange(upload, {}));
    }
    if (is_path(path, {"ListMultipartUploadsResult"})) is_listing = true;
    return true;
  });
  if (!whole || !is_listing) return base::fail(std::move(error));
  return out;
}

std::string s3_completion(const std::vector<std::string>& etags) {
  std::string out = "<CompleteMultipartUpload>";
  out.reserve(out.size() + etags.size() * 110 + 32);
  for (std::size_t i = 0; i < etags.size(); ++i) {
    out += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>";
    for (const char c : etags[i]) {
      switch (c) {
        case '&':
          out += "&amp;";
          break;
        case '<':
          out += "&lt;";
          break;
        case '>':
          out += "&gt;";
          break;
        default:
          out += c;
      }
    }
    out += "</ETag></Part>";
  }
  return out + "</CompleteMultipartUpload>";
}

base::Expected<void> parse_s3_completed(string_view document) {
  // White space comes while the store is at work, also before everything else.
  document.remove_prefix(std::min(document.find_first_not_of(" \t\r\n"), document.size()));
  bool is_done = false;
  const bool whole = read_leaves(document, [&](auto path, const std::string&) {
    if (is_path(path, {"CompleteMultipartUploadResult"})) is_done = true;
    return true;
  });
  if (whole && is_done) return {};
  const auto error = parse_s3_error(document);
  if (!error) {
    return base::fail(ErrorCode::kMalformed, "the store's answer to an upload is not what S3 says");
  }
  // The status stands for one that came too late to be sent.
  return base::fail(s3_error_code(500, error->code), "the store answered 200 " + error->code);
}

}  // namespace wire::aws
