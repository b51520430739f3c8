// From the broadcasts' threads to the recorder's: what their sinks are given, in order, in bounded
// memory. A broadcast never waits here: what finds no room is lost, and its recording is told.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <variant>
#include <vector>

#include "base/guarded.h"
#include "base/ids.h"
#include "base/time.h"
#include "io/loop.h"
#include "media/made_part.h"
#include "record/record.h"

namespace record {

/// What happened to one broadcast; `sink` tells them apart.
struct SinkBegan {
  Plan plan;
  base::StreamId stream;
  base::WallTime started_at{};
};
struct SinkEnded {};
struct SinkOverflowed {};
struct SinkEvent {
  std::uint64_t sink = 0;
  std::variant<SinkBegan, media::MadePart, SinkEnded, SinkOverflowed> what;
};

/// Made by the recorder; shared with the sinks, which may outlive it.
class PartQueue : public std::enable_shared_from_this<PartQueue> {
 public:
  using Take = std::function<void(std::vector<SinkEvent>)>;

  /// `take` is called on `loop` with everything that waits. `max_waiting` octets of media.
  PartQueue(io::Loop& loop, std::size_t max_waiting, Take take)
      : loop_(loop), max_waiting_(max_waiting), take_(std::move(take)) {}

  /// From any thread.
  std::unique_ptr<media::PartSink> open(Plan plan, base::StreamId stream,
                                        base::WallTime started_at);
  /// Nothing is handed on any more; what comes is dropped. On the loop's thread, or when it has
  /// stopped.
  void close();

 private:
  class Sink;
  struct Waiting {
    std::vector<SinkEvent> events;
    std::size_t octets = 0;  // of parts that wait or are being written
    std::set<std::uint64_t> overflowed;
    std::uint64_t last_sink = 0;
    bool closed = false;
  };

  void push(SinkEvent event, std::size_t octets);
  void run();

  io::Loop& loop_;
  const std::size_t max_waiting_;
  const Take take_;
  base::Guarded<Waiting> waiting_;
};

}  // namespace record
