// GET /api/rostrum/v1/events: every event as a server-sent event (WHATWG HTML, section 9.2), for
// dashboards. `id` is the event's sequence, `event` its detail type, `data` its envelope. Who comes
// back with Last-Event-ID (or ?after=) gets what was missed, as far as it is kept; ?channelArn=
// leaves only one channel's. On the loop of its connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/slice.h"
#include "control/control.h"
#include "io/loop.h"
#include "io/timer.h"
#include "server/http_session.h"

namespace server {

/// Where events come from: control, or a test.
struct EventSource {
  std::function<std::uint64_t(control::Control::EventLine)> subscribe;
  std::function<void(std::uint64_t)> unsubscribe;
  using Read = std::move_only_function<void(base::Expected<std::vector<control::EventNotice>>)>;
  std::function<void(std::uint64_t after, std::size_t limit, Read done)> read;
};
EventSource event_source_of(control::Control& control);

/// One reader's stream: first what was missed, in pieces and only as fast as it is read, then what
/// happens. A reader that falls behind is sent away and comes back for the rest.
class EventStream : public std::enable_shared_from_this<EventStream> {
 public:
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual void send(base::Slice data) = 0;
    /// Octets that were sent and not read yet.
    virtual std::size_t backlog() const = 0;
    /// Ends the stream; may destroy the EventStream once its call has returned.
    virtual void end() = 0;
  };
  static constexpr std::size_t kMaxBacklog = 1 << 20;
  /// While more waits, nothing is read from what was kept.
  static constexpr std::size_t kCalmBacklog = 64 << 10;
  static constexpr std::size_t kPiece = 100;

  EventStream(io::Loop& loop, EventSource source, std::unique_ptr<Sink> sink, std::string channel);
  ~EventStream() { stop(); }
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  /// Begins behind `after`, or with the next event.
  void start(std::optional<std::uint64_t> after);
  /// Nothing is sent from here on.
  void stop();

 private:
  void on_notice(const control::EventNotice& notice);
  void on_missed(base::Expected<std::vector<control::EventNotice>> events, std::uint64_t newest);
  void catch_up();
  void send(const control::EventNotice& notice);
  void end();

  io::Loop& loop_;
  const EventSource source_;
  const std::unique_ptr<Sink> sink_;
  const std::string channel_;  // an ARN; empty: all
  io::Timer pause_;
  std::optional<std::uint64_t> token_;
  std::optional<std::uint64_t> sent_;  // the last event that the reader has, or does not want
  std::uint64_t newest_ = 0;           // that we know of
  bool is_live_ = false;               // has all that was missed
};

/// The text of one event.
base::Slice event_text(const control::EventNotice& notice);

/// Answers the request once control allows it (as ListEvents).
void serve_events(HttpSession& session, wire::http::RequestId id, wire::http::Request&& request,
                  control::Control& control);

}  // namespace server
