#include "io/object_store.h"

#include <algorithm>

#include "base/utf8.h"

namespace io {
namespace {

constexpr std::size_t kMaxBucket = 128;
constexpr std::size_t kMaxKey = 1024;
constexpr std::size_t kMaxSegment = 255;
constexpr std::size_t kMaxPage = 1000;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_control(char c) {
  return (c >= 0 && c < ' ') || c == '\x7f';
}
bool is_of_bucket(char c) {
  return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
}

std::unexpected<base::Error> invalid(std::string_view what, std::string_view name,
                                     std::string_view why) {
  std::string shown(name.substr(0, 64));
  std::ranges::replace_if(shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  return base::fail(base::ErrorCode::kInvalid,
                    std::string(what) + " '" + shown + "' " + std::string(why));
}

}  // namespace

base::Expected<void> check_bucket(std::string_view bucket) {
  if (bucket.empty() || bucket.size() > kMaxBucket || !is_alphanumeric(bucket.front()) ||
      !std::ranges::all_of(bucket, is_of_bucket)) {
    return invalid("bucket", bucket,
                   "must have 1 to 128 letters, digits, dots, underscores and hyphens");
  }
  return {};
}

base::Expected<void> check_object_name(const ObjectName& name) {
  if (auto bucket = check_bucket(name.bucket); !bucket) return bucket;
  const std::string_view key = name.key;
  if (key.empty() || key.size() > kMaxKey) return invalid("key", key, "must have 1 to 1024 octets");
  if (!base::is_utf8(key)) return invalid("key", key, "is not UTF-8");
  if (std::ranges::any_of(key, is_control)) return invalid("key", key, "has control characters");
  for (std::size_t start = 0; start <= key.size();) {
    const std::size_t end = std::min(key.find('/', start), key.size());
    const std::string_view segment = key.substr(start, end - start);
    start = end + 1;
    if (segment.empty() || segment == "." || segment == "..") {
      return invalid("key", key, "has an empty segment, or '.' or '..' for one");
    }
    if (segment.size() > kMaxSegment) {
      return invalid("key", key, "has a segment of more than 255 octets");
    }
  }
  return {};
}

base::Expected<void> check_list(const ListObjects& which) {
  if (auto bucket = check_bucket(which.bucket); !bucket) return bucket;
  for (const std::string_view text :
       {std::string_view(which.prefix), std::string_view(which.after)}) {
    if (text.size() > kMaxKey) return invalid("prefix", text, "has more than 1024 octets");
    if (!base::is_utf8(text)) return invalid("prefix", text, "is not UTF-8");
    if (std::ranges::any_of(text, is_control))
      return invalid("prefix", text, "has control characters");
  }
  if (which.limit == 0 || which.limit > kMaxPage) {
    return base::fail(base::ErrorCode::kInvalid, "a page has 1 to 1000 objects");
  }
  return {};
}

}  // namespace io
