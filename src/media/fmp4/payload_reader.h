// Takes the media data out of fragmented MP4 as it arrives: the bodies of mdat boxes, one behind
// the other, and nothing else. With write_fragment()'s order that is every sample of the first
// track, then of the second, fragment by fragment. ISO/IEC 14496-12 section 4.2.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/slice.h"

namespace media::fmp4 {

class PayloadReader {
 public:
  /// Data in pieces of any size; what belongs to media data is appended to `out`, shared. An error
  /// is for good: kMalformed for a box that is smaller than its head, or has no end.
  base::Expected<void> push(const base::Slice& data, std::vector<base::Slice>& out);
  /// True between boxes: where a whole segment ends.
  bool is_between_boxes() const { return remaining_ == 0 && head_.empty() && !failed_; }

 private:
  base::Expected<void> read_head();

  base::Bytes head_;             // of the box that begins
  std::uint64_t remaining_ = 0;  // of the body that is being read
  bool is_media_ = false;        // it belongs to an mdat
  bool failed_ = false;
};

}  // namespace media::fmp4
