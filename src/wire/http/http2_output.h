// How response bodies leave an HTTP/2 connection without being copied. Internal to Http2Connection.
#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.h"
#include "base/slice.h"

namespace wire::http {

/// Slices waiting to be sent, taken by octets.
class SliceQueue {
 public:
  void push(base::Slice slice);
  std::size_t size() const { return size_; }
  /// Moves the first `count` octets (at most size()) to `out`, by reference.
  void take(std::size_t count, std::vector<base::Slice>& out);
  void clear();

 private:
  std::vector<base::Slice> slices_;
  std::size_t first_ = 0;  // slices_ before it are gone
  std::size_t size_ = 0;
};

/// Collects one take_output(): small pieces (frame headers, header blocks) share one buffer, body
/// slices are referenced, in the order of the calls.
class OutputCollector {
 public:
  /// `out` is appended to; complete only after finish().
  explicit OutputCollector(std::vector<base::Slice>& out) : out_(out) {}

  void copy(base::ByteSpan data);
  void reference(SliceQueue& queue, std::size_t count);
  /// Octets collected.
  std::size_t size() const { return size_; }
  void finish();

 private:
  struct Run {
    std::size_t index;  // in out_
    std::size_t start;  // in small_
  };
  std::vector<base::Slice>& out_;
  std::vector<Run> runs_;
  base::Bytes small_;
  std::size_t size_ = 0;
};

}  // namespace wire::http
