#include "io/local_object_store.h"

#include <atomic>
#include <functional>
#include <optional>
#include <utility>

#include "base/check.h"
#include "io/files.h"
#include "io/loop.h"
#include "io/object_files.h"
#include "io/work_call.h"
#include "io/work_thread.h"

namespace io {
namespace {

using base::ErrorCode;

constexpr std::chrono::hours kAbandonedAfter{24};

class LocalObjectStore final : public ObjectStore {
 public:
  LocalObjectStore(Loop& loop, const std::string& root, const LocalObjectStoreOptions& options)
      : loop_(loop),
        files_(root),
        thread_("objects", {.tasks = options.max_waiting, .octets = options.max_waiting_octets}) {
    (void)thread_.give(0, [this, before = Loop::wall_now() - kAbandonedAfter] {
      files_.clean_up(before);
      return WorkThread::Tell();
    });
  }

  std::unique_ptr<Pending> put(PutObject object, Done<void> done) override {
    auto checked = check(object.name);
    std::size_t octets = 0;
    for (const base::Slice& piece : object.content) octets += piece.size();
    if (checked && octets > kMaxObject) {
      checked = base::fail(ErrorCode::kLimit,
                           "the object has more than " + std::to_string(kMaxObject) + " octets");
    }
    return begin<void>(
        thread_, std::move(checked), octets,
        [this, object = std::move(object)](const auto&...) { return files_.put(object); },
        std::move(done));
  }
  std::unique_ptr<Pending> put_file(PutFile file, Done<void> done) override {
    auto checked = check(file.name);
    // Large files may have to be written back or copied: nobody else waits for that.
    if (!large_) large_.emplace("large objects", WorkThread::Limits());
    return begin<void>(
        *large_, std::move(checked), 0,
        [this, file = std::move(file)](const std::atomic<bool>& given_up,
                                       const std::atomic<bool>& stopping) {
          return files_.put_file(file, given_up, stopping);
        },
        std::move(done));
  }
  std::unique_ptr<Pending> get(GetObject object, Done<base::Slice> done) override {
    auto checked = check(object.name);
    object.max_size = std::min(object.max_size, kMaxObject);
    return begin<base::Slice>(
        thread_, std::move(checked), 0,
        [this, object = std::move(object)](const auto&...) { return files_.get(object); },
        std::move(done));
  }
  std::unique_ptr<Pending> head(ObjectName name, Done<ObjectInfo> done) override {
    auto checked = check(name);
    return begin<ObjectInfo>(
        thread_, std::move(checked), 0,
        [this, name = std::move(name)](const auto&...) { return files_.head(name); },
        std::move(done));
  }
  std::unique_ptr<Pending> list(ListObjects which, Done<ObjectPage> done) override {
    auto checked = check_list(which);
    return begin<ObjectPage>(
        thread_, std::move(checked), 0,
        [this, which = std::move(which)](const auto&...) { return files_.list(which); },
        std::move(done));
  }
  std::unique_ptr<Pending> remove(ObjectName name, Done<void> done) override {
    auto checked = check(name);
    return begin<void>(
        thread_, std::move(checked), 0,
        [this, name = std::move(name)](const auto&...) { return files_.remove(name); },
        std::move(done));
  }

 private:
  static base::Expected<void> check(const ObjectName& name) {
    auto checked = check_object_name(name);
    if (checked && name.key.substr(0, name.key.find('/')) == ObjectFiles::kIncoming) {
      return base::fail(ErrorCode::kInvalid, "no key can begin with .incoming");
    }
    return checked;
  }

  template <class Result, class Work>
  std::unique_ptr<Pending> begin(WorkThread& thread, base::Expected<void> checked,
                                 std::size_t octets, Work work, Done<Result> done) {
    DCHECK(loop_.is_current());
    return begin_work<Pending, Result>(loop_, thread, std::move(checked), octets, std::move(work),
                                       std::move(done));
  }

  Loop& loop_;
  const ObjectFiles files_;
  WorkThread thread_;                // last, with the next: they use the others
  std::optional<WorkThread> large_;  // made when first needed
};

}  // namespace

base::Expected<std::unique_ptr<ObjectStore>> open_local_object_store(
    Loop& loop, const std::string& root, const LocalObjectStoreOptions& options) {
  CHECK(options.max_waiting > 0);
  if (auto made = make_directories(root); !made) return base::fail(std::move(made.error()));
  return std::make_unique<LocalObjectStore>(loop, root, options);
}

}  // namespace io
