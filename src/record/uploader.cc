#include "record/uploader.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace record {

void Uploader::pump(base::MonotonicTime now) {
  now_ = std::max(now_, now);
  if (store_ == nullptr) return;
  drop_overdue();
  if (now_ < retry_at_) return;
  // While a store fails one thing at a time is enough to find out when it does no more.
  const std::size_t at_once = failures_ > 0 ? 1 : kAtOnce;
  while (running_.size() < at_once) {
    auto job = plan_.next();
    if (!job) return;
    start(std::move(*job));
  }
}

void Uploader::start(StoreJob job) {
  running_.push_back({.job = std::move(job), .began = now_, .pending = nullptr});
  const auto which = std::prev(running_.end());
  auto done = [this, which](base::Expected<void> result) { finish(which, std::move(result)); };
  // The job keeps what it puts: it may have to be put again.
  if (const auto* object = std::get_if<io::PutObject>(&which->job.put)) {
    which->pending = store_->put(*object, std::move(done));
  } else {
    which->pending = store_->put_file(std::get<io::PutFile>(which->job.put), std::move(done));
  }
}

void Uploader::finish(std::list<Running>::iterator which, base::Expected<void> result) {
  // Not destroyed before the end: this may run inside its callback.
  std::list<Running> ended;
  ended.splice(ended.end(), running_, which);
  StoreJob& job = ended.front().job;
  if (result) {
    failures_ = 0;
    pause_ = kFirstPause;
    retry_at_ = now_;
    plan_.done(job);
    owner_.on_stored(job);
  } else {
    ++failures_;
    retry_at_ = now_ + pause_;
    pause_ = std::min(pause_ * 2, kLongestPause);
    const StoreJob told = job;
    plan_.failed(std::move(job));
    owner_.on_store_failure(told, result.error());
  }
  owner_.on_upload_over();
}

void Uploader::drop_overdue() {
  std::list<Running> overdue;
  for (auto it = running_.begin(); it != running_.end();) {
    const auto one = it++;
    if (now_ - one->began > kDeadline) overdue.splice(overdue.end(), running_, one);
  }
  for (Running& one : overdue) {
    ++failures_;
    retry_at_ = now_ + pause_;
    one.pending.reset();
    const StoreJob told = one.job;
    plan_.failed(std::move(one.job));
    owner_.on_store_failure(
        told, base::Error{base::ErrorCode::kTimeout, "the object store did not answer"});
  }
  if (!overdue.empty()) pause_ = std::min(pause_ * 2, kLongestPause);
}

}  // namespace record
