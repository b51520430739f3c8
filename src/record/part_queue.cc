#include "record/part_queue.h"

#include <utility>

namespace record {
namespace {

// Parts share their samples with the live window: what they keep from being freed.
std::size_t octets_of(const media::MadePart& part) {
  std::size_t octets = 1024;
  for (const std::vector<media::Sample>& track : part.media->samples()) {
    for (const media::Sample& sample : track) octets += sample.data.size() + sizeof(sample);
  }
  return octets;
}

}  // namespace

class PartQueue::Sink final : public media::PartSink {
 public:
  Sink(std::shared_ptr<PartQueue> queue, std::uint64_t id) : queue_(std::move(queue)), id_(id) {}
  ~Sink() override { end(); }

  void on_part(const media::MadePart& part) override {
    if (!ended_) queue_->push({.sink = id_, .what = part}, octets_of(part));
  }
  void on_end() override { end(); }

 private:
  void end() {
    if (!std::exchange(ended_, true)) queue_->push({.sink = id_, .what = SinkEnded{}}, 0);
  }

  // Shared: sinks belong to broadcasts, which may end after the recorder.
  const std::shared_ptr<PartQueue> queue_;
  const std::uint64_t id_;
  bool ended_ = false;
};

std::unique_ptr<media::PartSink> PartQueue::open(Plan plan, base::StreamId stream,
                                                 base::WallTime started_at) {
  const std::uint64_t id = waiting_.with([](Waiting& waiting) { return ++waiting.last_sink; });
  push({.sink = id,
        .what =
            SinkBegan{
                .plan = std::move(plan), .stream = std::move(stream), .started_at = started_at}},
       0);
  return std::make_unique<Sink>(shared_from_this(), id);
}

void PartQueue::push(SinkEvent event, std::size_t octets) {
  // Posted under the lock: afterwards the loop may be gone.
  waiting_.with([&](Waiting& waiting) {
    if (waiting.closed) return;
    if (octets > 0) {
      if (waiting.overflowed.contains(event.sink)) return;
      if (waiting.octets + octets > max_waiting_) {
        waiting.overflowed.insert(event.sink);
        event.what = SinkOverflowed{};
        octets = 0;
      }
    } else if (std::holds_alternative<SinkEnded>(event.what)) {
      waiting.overflowed.erase(event.sink);
    }
    waiting.octets += octets;
    waiting.events.push_back(std::move(event));
    if (waiting.events.size() == 1) loop_.post([self = shared_from_this()] { self->run(); });
  });
}

void PartQueue::run() {
  std::size_t octets = 0;
  std::vector<SinkEvent> events;
  waiting_.with([&](Waiting& waiting) {
    if (waiting.closed) return;
    events = std::exchange(waiting.events, {});
    octets = waiting.octets;
  });
  if (events.empty()) return;
  take_(std::move(events));
  // What came meanwhile still waits.
  waiting_.with([&](Waiting& waiting) { waiting.octets -= octets; });
}

void PartQueue::close() {
  waiting_.with([](Waiting& waiting) {
    waiting.closed = true;
    waiting.events.clear();
  });
}

}  // namespace record
