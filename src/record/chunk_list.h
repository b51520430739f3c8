// A list that grows at its end, may be cut at its front, and is cheap to copy: copies share all
// chunks but the last, the only one that ever changes. Snapshots of long recordings are made of it.
// A copy is a value of its own: it may be read on another thread while this one goes on.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "base/check.h"

namespace record {

template <class T>
class ChunkList {
 public:
  ChunkList() = default;
  ChunkList(const ChunkList& other)
      : chunks_(other.chunks_), first_(other.first_), size_(other.size_) {
    own_last();
  }
  ChunkList& operator=(const ChunkList& other) {
    if (this != &other) *this = ChunkList(other);
    return *this;
  }
  ChunkList(ChunkList&& other) noexcept = default;
  ChunkList& operator=(ChunkList&& other) noexcept = default;
  ~ChunkList() = default;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// `index` must be below size().
  const T& operator[](std::size_t index) const {
    DCHECK(index < size_);
    const std::size_t at = index + first_;
    return (*chunks_[at / kChunk])[at % kChunk];
  }
  const T& back() const { return (*this)[size_ - 1]; }

  void push_back(T value) {
    if ((first_ + size_) % kChunk == 0) {
      chunks_.push_back(std::make_shared<std::vector<T>>());
      chunks_.back()->reserve(kChunk);
    }
    chunks_.back()->push_back(std::move(value));
    ++size_;
  }
  /// The last one, to be changed; there must be one. Valid until the list is changed.
  T& last() {
    CHECK(size_ > 0);
    return chunks_.back()->back();
  }
  void pop_back() {
    CHECK(size_ > 0);
    chunks_.back()->pop_back();
    --size_;
    if (!chunks_.back()->empty()) return;
    chunks_.pop_back();
    own_last();
  }
  void drop_front(std::size_t count) {
    CHECK(count <= size_);
    first_ += count;
    size_ -= count;
    const std::size_t whole = first_ / kChunk;
    chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(whole));
    first_ %= kChunk;
  }

 private:
  static constexpr std::size_t kChunk = 32;

  // Makes the last chunk one that no other list has.
  void own_last() {
    if (chunks_.empty()) return;
    auto copy = std::make_shared<std::vector<T>>();
    copy->reserve(kChunk);
    *copy = *chunks_.back();
    chunks_.back() = std::move(copy);
  }

  // Whole ones are shared with copies and never change.
  std::vector<std::shared_ptr<std::vector<T>>> chunks_;
  std::size_t first_ = 0;  // elements of the first chunk that were dropped
  std::size_t size_ = 0;
};

}  // namespace record
