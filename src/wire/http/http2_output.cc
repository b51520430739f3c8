#include "wire/http/http2_output.h"

#include <utility>

#include "base/check.h"

namespace wire::http {

void SliceQueue::push(base::Slice slice) {
  if (slice.empty()) return;
  size_ += slice.size();
  slices_.push_back(std::move(slice));
}

void SliceQueue::take(std::size_t count, std::vector<base::Slice>& out) {
  CHECK(count <= size_);
  size_ -= count;
  while (count > 0) {
    base::Slice& slice = slices_[first_];
    if (slice.size() > count) {
      out.push_back(slice.sub(0, count));
      slice = slice.sub(count);
      return;
    }
    count -= slice.size();
    out.push_back(std::move(slice));
    ++first_;
  }
  if (first_ == slices_.size()) {
    slices_.clear();
    first_ = 0;
  } else if (first_ >= 64) {
    slices_.erase(slices_.begin(), slices_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void SliceQueue::clear() {
  slices_ = {};
  first_ = size_ = 0;
}

void OutputCollector::copy(base::ByteSpan data) {
  if (runs_.empty() || runs_.back().index + 1 != out_.size()) {
    runs_.push_back({out_.size(), small_.size()});
    out_.emplace_back();
  }
  small_.insert(small_.end(), data.begin(), data.end());
  size_ += data.size();
}

void OutputCollector::reference(SliceQueue& queue, std::size_t count) {
  queue.take(count, out_);
  size_ += count;
}

void OutputCollector::finish() {
  if (runs_.empty()) return;
  const base::Slice all = base::Slice::take(std::move(small_));
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    const std::size_t end = i + 1 < runs_.size() ? runs_[i + 1].start : all.size();
    out_[runs_[i].index] = all.sub(runs_[i].start, end - runs_[i].start);
  }
}

}  // namespace wire::http
