// A call whose work is done on another thread and whose result comes back to the loop: shared by
// everything that has a WorkThread. For .cc files.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "base/error.h"
#include "io/loop.h"
#include "io/work_thread.h"

namespace io {

/// Shared by the caller's handle, the thread and the task that answers. `done` is touched on the
/// loop only.
template <class Result>
struct WorkCall {
  using Done = std::move_only_function<void(base::Expected<Result>)>;
  std::atomic<bool> given_up{false};
  Done done;
};

/// What the caller holds: destroying it gives up.
template <class Handle, class Result>
class WorkHandle final : public Handle {
 public:
  explicit WorkHandle(std::shared_ptr<WorkCall<Result>> call) : call_(std::move(call)) {}
  ~WorkHandle() override {
    call_->given_up = true;
    call_->done = nullptr;
  }

 private:
  std::shared_ptr<WorkCall<Result>> call_;
};

template <class Result>
void answer_call(Loop& loop, std::shared_ptr<WorkCall<Result>> call,
                 base::Expected<Result> result) {
  loop.post([call = std::move(call), result = std::move(result)]() mutable {
    auto done = std::move(call->done);  // whoever waits may destroy the handle
    if (done && !call->given_up) done(std::move(result));
  });
}

/// `work(given_up, stopping)` gives the result; it may end early once one of the two flags is set.
/// Nothing is done if `checked` is an error, which is the answer then; kLimit if too much waits.
/// `done` is called once, never from inside this call.
template <class Handle, class Result, class Work>
std::unique_ptr<Handle> begin_work(Loop& loop, WorkThread& thread, base::Expected<void> checked,
                                   std::size_t octets, Work work,
                                   typename WorkCall<Result>::Done done) {
  auto call = std::make_shared<WorkCall<Result>>();
  call->done = std::move(done);
  if (!checked) {
    answer_call(loop, call, base::Expected<Result>(base::fail(std::move(checked.error()))));
  } else if (!thread.give(octets, [&loop, &stopping = thread.stopping(), call,
                                   work = std::move(work)]() mutable {
               if (call->given_up) return WorkThread::Tell();
               return WorkThread::Tell(
                   [&loop, call, result = work(call->given_up, stopping)]() mutable {
                     answer_call(loop, std::move(call), std::move(result));
                   });
             })) {
    answer_call(
        loop, call,
        base::Expected<Result>(base::fail(base::ErrorCode::kLimit, "too much waits for the disk")));
  }
  return std::make_unique<WorkHandle<Handle, Result>>(std::move(call));
}

}  // namespace io
