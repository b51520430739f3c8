// Work that an object of a loop puts off until the running handler has returned, for example to
// report a failed write outside of the call that failed. Costs two pointers in the object.
#pragma once

namespace io {

class DeferredList;

class Deferred {
 public:
  Deferred(const Deferred&) = delete;
  Deferred& operator=(const Deferred&) = delete;

  /// May destroy the object.
  virtual void on_deferred() = 0;

 protected:
  Deferred() = default;
  ~Deferred() { unlink(); }
  /// Forgets a call that is due.
  void unlink() {
    if (next_ == nullptr) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = nullptr;
  }

 private:
  friend class DeferredList;

  Deferred* previous_ = nullptr;
  Deferred* next_ = nullptr;
};

/// First in, first out. An element unlinks itself when it is destroyed.
class DeferredList {
 public:
  DeferredList() { head_.previous_ = head_.next_ = &head_; }
  ~DeferredList() {
    while (pop() != nullptr) {
    }
    head_.previous_ = head_.next_ = nullptr;
  }
  DeferredList(const DeferredList&) = delete;
  DeferredList& operator=(const DeferredList&) = delete;

  bool empty() const { return head_.next_ == &head_; }
  /// Does nothing if `element` is in a list already.
  void push(Deferred& element) {
    if (element.next_ != nullptr) return;
    element.previous_ = head_.previous_;
    element.next_ = &head_;
    head_.previous_->next_ = &element;
    head_.previous_ = &element;
  }
  /// Takes the oldest element out; null if there is none.
  Deferred* pop() {
    if (empty()) return nullptr;
    Deferred* first = head_.next_;
    first->unlink();
    return first;
  }
  /// Takes over all elements of `other`.
  void take(DeferredList& other) {
    while (Deferred* element = other.pop()) push(*element);
  }

 private:
  struct Head final : Deferred {
    void on_deferred() override {}
  };
  Head head_;
};

}  // namespace io
