#include "io/local_object_store.h"

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "base/check.h"
#include "io/files.h"
#include "io/loop.h"
#include "io/object_files.h"

namespace io {
namespace {

using base::ErrorCode;

constexpr std::chrono::hours kAbandonedAfter{24};

/// One thread that does what it is given, in order.
class FileThread {
 public:
  /// Gives what is to be done once it counts as waiting no more (or nothing): whoever hears of the
  /// end finds room for the next.
  using Tell = std::move_only_function<void()>;
  using Task = std::move_only_function<Tell()>;

  explicit FileThread(const LocalObjectStoreOptions& options)
      : options_(options), thread_([this] { run(); }) {
    (void)::pthread_setname_np(thread_.native_handle(), "objects");
  }
  ~FileThread() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wanted_.notify_one();
    thread_.join();
  }
  FileThread(const FileThread&) = delete;
  FileThread& operator=(const FileThread&) = delete;

  /// False if too much waits: the task is not kept.
  bool give(std::size_t octets, Task task) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() >= options_.max_waiting) return false;
      // One that is larger than all that may wait is let through alone.
      if (octets_ > 0 && octets_ + octets > options_.max_waiting_octets) return false;
      octets_ += octets;
      waiting_.push_back({octets, std::move(task)});
    }
    wanted_.notify_one();
    return true;
  }

 private:
  struct Waiting {
    std::size_t octets = 0;
    Task task;
  };

  void run() {
    while (true) {
      Waiting next;
      {
        std::unique_lock lock(mutex_);
        wanted_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (stopping_) return;
        next = std::move(waiting_.front());
        waiting_.pop_front();
      }
      Tell tell = next.task();
      next.task = nullptr;
      {
        const std::lock_guard lock(mutex_);
        octets_ -= next.octets;
      }
      if (tell) tell();
    }
  }

  const LocalObjectStoreOptions options_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  bool stopping_ = false;  // guarded by mutex_, like what follows
  std::deque<Waiting> waiting_;
  std::size_t octets_ = 0;  // of these and of what is being done
  std::thread thread_;      // last: it uses the others
};

class LocalObjectStore final : public ObjectStore {
 public:
  LocalObjectStore(Loop& loop, const std::string& root, const LocalObjectStoreOptions& options)
      : loop_(loop), files_(root), thread_(options) {
    (void)thread_.give(0, [this, before = Loop::wall_now() - kAbandonedAfter] {
      files_.clean_up(before);
      return FileThread::Tell();
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
        std::move(checked), octets,
        [this, object = std::move(object)] { return files_.put(object); }, std::move(done));
  }
  std::unique_ptr<Pending> get(GetObject object, Done<base::Slice> done) override {
    auto checked = check(object.name);
    object.max_size = std::min(object.max_size, kMaxObject);
    return begin<base::Slice>(
        std::move(checked), 0, [this, object = std::move(object)] { return files_.get(object); },
        std::move(done));
  }
  std::unique_ptr<Pending> head(ObjectName name, Done<ObjectInfo> done) override {
    auto checked = check(name);
    return begin<ObjectInfo>(
        std::move(checked), 0, [this, name = std::move(name)] { return files_.head(name); },
        std::move(done));
  }
  std::unique_ptr<Pending> list(ListObjects which, Done<ObjectPage> done) override {
    auto checked = check_list(which);
    return begin<ObjectPage>(
        std::move(checked), 0, [this, which = std::move(which)] { return files_.list(which); },
        std::move(done));
  }
  std::unique_ptr<Pending> remove(ObjectName name, Done<void> done) override {
    auto checked = check(name);
    return begin<void>(
        std::move(checked), 0, [this, name = std::move(name)] { return files_.remove(name); },
        std::move(done));
  }

 private:
  /// Shared by the caller's handle, the thread and the task that answers. `done` is touched on the
  /// loop only.
  template <class Result>
  struct Call {
    std::atomic<bool> given_up{false};
    Done<Result> done;
  };
  template <class Result>
  class Handle final : public Pending {
   public:
    explicit Handle(std::shared_ptr<Call<Result>> call) : call_(std::move(call)) {}
    ~Handle() override {
      call_->given_up = true;
      call_->done = nullptr;
    }

   private:
    std::shared_ptr<Call<Result>> call_;
  };

  static base::Expected<void> check(const ObjectName& name) {
    auto checked = check_object_name(name);
    if (checked && name.key.substr(0, name.key.find('/')) == ObjectFiles::kIncoming) {
      return base::fail(ErrorCode::kInvalid, "no key can begin with .incoming");
    }
    return checked;
  }

  template <class Result, class Work>
  std::unique_ptr<Pending> begin(base::Expected<void> checked, std::size_t octets, Work work,
                                 Done<Result> done) {
    DCHECK(loop_.is_current());
    const auto call = std::make_shared<Call<Result>>();
    call->done = std::move(done);
    if (!checked) {
      answer(loop_, call, base::Expected<Result>(base::fail(std::move(checked.error()))));
    } else if (!thread_.give(octets, [&loop = loop_, call, work = std::move(work)]() mutable {
                 if (call->given_up) return FileThread::Tell();
                 return FileThread::Tell([&loop, call, result = work()]() mutable {
                   answer(loop, std::move(call), std::move(result));
                 });
               })) {
      answer(loop_, call,
             base::Expected<Result>(base::fail(ErrorCode::kLimit, "too much waits for the disk")));
    }
    return std::make_unique<Handle<Result>>(call);
  }
  template <class Result>
  static void answer(Loop& loop, std::shared_ptr<Call<Result>> call,
                     base::Expected<Result> result) {
    loop.post([call = std::move(call), result = std::move(result)]() mutable {
      Done<Result> done = std::move(call->done);  // whoever waits may destroy the handle
      if (done && !call->given_up) done(std::move(result));
    });
  }

  Loop& loop_;
  const ObjectFiles files_;
  FileThread thread_;  // last: it uses the others
};

}  // namespace

base::Expected<std::unique_ptr<ObjectStore>> open_local_object_store(
    Loop& loop, const std::string& root, const LocalObjectStoreOptions& options) {
  CHECK(options.max_waiting > 0);
  if (auto made = make_directories(root); !made) return base::fail(std::move(made.error()));
  return std::make_unique<LocalObjectStore>(loop, root, options);
}

}  // namespace io
