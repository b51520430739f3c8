#include "media/fmp4/payload_reader.h"

#include <algorithm>

#include "media/fmp4/box.h"

namespace media::fmp4 {
namespace {

constexpr std::size_t kLargeHeaderSize = 16;

bool has_large_size(base::ByteSpan head) {
  return base::ByteReader(head).u32() == 1;
}

}  // namespace

base::Expected<void> PayloadReader::read_head() {
  base::ByteReader reader(head_);
  std::uint64_t size = reader.u32();
  const std::string_view type = reader.text(4);
  if (size == 1) size = reader.u64();
  if (size < head_.size()) {
    failed_ = true;
    return base::fail(base::ErrorCode::kMalformed,
                      "a box of " + std::to_string(size) + " octets in a fragment");
  }
  is_media_ = type == "mdat";
  remaining_ = size - head_.size();
  head_.clear();
  return {};
}

base::Expected<void> PayloadReader::push(const base::Slice& data, std::vector<base::Slice>& out) {
  std::size_t at = 0;
  while (at < data.size() && !failed_) {
    const std::size_t left = data.size() - at;
    if (remaining_ > 0) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, left));
      if (is_media_) out.push_back(data.sub(at, count));
      remaining_ -= count;
      at += count;
      continue;
    }
    const bool large = head_.size() >= kBoxHeaderSize && has_large_size(head_);
    const std::size_t wanted = (large ? kLargeHeaderSize : kBoxHeaderSize) - head_.size();
    const base::ByteSpan more = data.span().subspan(at, std::min(wanted, left));
    head_.insert(head_.end(), more.begin(), more.end());
    at += more.size();
    if (head_.size() < kBoxHeaderSize) break;
    if (has_large_size(head_) && head_.size() < kLargeHeaderSize) continue;
    if (auto read = read_head(); !read) return read;
  }
  if (failed_) return base::fail(base::ErrorCode::kMalformed, "the fragment was broken before");
  return {};
}

}  // namespace media::fmp4
