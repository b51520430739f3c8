#include "record/disk_syncer.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace record {

DiskSyncer::DiskSyncer(io::Loop& home) : home_(home) {
  thread_.start();
}

DiskSyncer::~DiskSyncer() {
  thread_.stop_and_join();
}

void DiskSyncer::sync(io::Descriptor file, Done done) {
  if (waiting_ >= kMaxWaiting) {
    home_.post([done = std::move(done)]() mutable { done({}); });
    return;
  }
  ++waiting_;
  thread_.at(0).post([this, file = std::move(file), done = std::move(done)]() mutable {
    base::Expected<void> result;
    // Some file systems cannot, and say so by EINVAL.
    if (::fsync(file.get()) != 0 && errno != EINVAL && errno != EROFS) {
      result = base::fail(io::system_error("cannot write to the recording spool", errno));
    }
    file.reset();
    home_.post([this, result = std::move(result), done = std::move(done)]() mutable {
      --waiting_;
      done(std::move(result));
    });
  });
}

}  // namespace record
