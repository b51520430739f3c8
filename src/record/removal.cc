#include "record/removal.h"

#include <utility>

namespace record {

Removal::Removal(io::ObjectStore& store, std::string bucket, std::deque<std::string> prefixes,
                 Done done)
    : store_(store),
      bucket_(std::move(bucket)),
      prefixes_(std::move(prefixes)),
      done_(std::move(done)) {}

void Removal::start() {
  list_page();
}

void Removal::list_page() {
  if (prefixes_.empty()) {
    finish({});
    return;
  }
  listing_ =
      store_.list({.bucket = bucket_, .prefix = prefixes_.front(), .after = after_, .limit = 1000},
                  [this](base::Expected<io::ObjectPage> page) { on_page(std::move(page)); });
}

void Removal::on_page(base::Expected<io::ObjectPage> page) {
  const auto listed = std::move(listing_);  // this runs inside of it
  if (!page) {
    if (++failures_ >= kAttempts && page.error().code != base::ErrorCode::kNotFound) {
      finish(base::fail(std::move(page.error()).with_context("cannot list the recording")));
      return;
    }
    // Where there is no bucket there is nothing to be removed.
    if (page.error().code == base::ErrorCode::kNotFound) prefixes_.clear();
    list_page();
    return;
  }
  for (io::ObjectInfo& object : page->objects) keys_.push_back(std::move(object.key));
  more_ = !page->next.empty();
  after_ = page->next;
  remove_some();
}

void Removal::remove_some() {
  while (!keys_.empty() && removing_.size() < kAtOnce) {
    std::string key = std::move(keys_.front());
    keys_.pop_front();
    const auto which = removing_.insert(removing_.end(), nullptr);
    *which = store_.remove({.bucket = bucket_, .key = key},
                           [this, which, key](base::Expected<void> result) {
                             on_removed(which, key, std::move(result));
                           });
  }
  if (!removing_.empty()) return;
  if (!more_) {
    prefixes_.pop_front();
    after_.clear();
  }
  list_page();
}

void Removal::on_removed(std::list<std::unique_ptr<io::ObjectStore::Pending>>::iterator which,
                         const std::string& key, base::Expected<void> result) {
  const auto ended = std::move(*which);  // this runs inside of it
  removing_.erase(which);
  if (!result) {
    if (++failures_ >= kAttempts) {
      finish(base::fail(std::move(result.error()).with_context("cannot remove the recording")));
      return;
    }
    keys_.push_back(key);
  }
  remove_some();
}

void Removal::finish(base::Expected<void> result) {
  removing_.clear();
  Done done = std::move(done_);
  if (done) done(std::move(result));
}

}  // namespace record
