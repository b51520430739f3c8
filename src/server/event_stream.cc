#include "server/event_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/metrics.h"

namespace server {
namespace {

using control::EventNotice;
using wire::http::Request;
using wire::http::Response;

constexpr std::chrono::milliseconds kPause{100};
// The pause after which browsers come back.
constexpr std::string_view kBeginning = "retry: 2000\n\n";

base::Gauge& streams() {
  static base::Gauge& gauge =
      base::metrics().gauge("rostrum_event_streams", "Open streams of server-sent events");
  return gauge;
}

/// Part of a connection's answer.
class SessionSink final : public EventStream::Sink {
 public:
  SessionSink(HttpSession& session, wire::http::RequestId id) : session_(session), id_(id) {}
  void send(base::Slice data) override { session_.append(id_, std::move(data)); }
  std::size_t backlog() const override { return session_.backlog(); }
  void end() override { session_.finish(id_); }

 private:
  HttpSession& session_;
  const wire::http::RequestId id_;
};

Response refusal(std::string_view sentence) {
  return wire::http::error_response(400, sentence, wire::http::ErrorFormat::kJson);
}

/// Where a reader goes on; an error if it says so in a way that is no number.
base::Expected<std::optional<std::uint64_t>> resumes_after(const Request& request) {
  const auto parameter = request.query_parameter("after");
  const std::string text =
      parameter ? *parameter : std::string(request.headers.get("Last-Event-ID"));
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [read_to, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || read_to != end) {
    return base::fail(base::ErrorCode::kInvalid, "after is not the id of an event");
  }
  return value;
}

void begin(HttpSession& session, wire::http::RequestId id, control::Control& control,
           std::optional<std::uint64_t> after, std::string channel, bool is_head) {
  Response response = Response::with_status(200);
  response.headers.add("Content-Type", "text/event-stream");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Accel-Buffering", "no");  // for proxies that would collect it
  if (is_head) {
    session.respond(id, std::move(response));
    return;
  }
  response.streaming = true;
  response.body.push_back(base::Slice::unowned(kBeginning));
  session.respond(id, std::move(response));
  auto stream =
      std::make_shared<EventStream>(session.loop(), event_source_of(control),
                                    std::make_unique<SessionSink>(session, id), std::move(channel));
  // The session keeps it, until it is over or nobody reads.
  session.when_cancelled(id, [stream] { stream->stop(); });
  stream->start(after);
}

}  // namespace

EventSource event_source_of(control::Control& control) {
  return {.subscribe =
              [&control](control::Control::EventLine line) {
                return control.subscribe_events(std::move(line));
              },
          .unsubscribe = [&control](std::uint64_t token) { control.unsubscribe_events(token); },
          .read =
              [&control](std::uint64_t after, std::size_t limit, EventSource::Read done) {
                control.events_after(after, limit, std::move(done));
              }};
}

base::Slice event_text(const EventNotice& notice) {
  return base::Slice::take(fmt::format("id: {}\nevent: {}\ndata: {}\n\n", notice.sequence,
                                       notice.detail_type, *notice.envelope));
}

EventStream::EventStream(io::Loop& loop, EventSource source, std::unique_ptr<Sink> sink,
                         std::string channel)
    : loop_(loop),
      source_(std::move(source)),
      sink_(std::move(sink)),
      channel_(std::move(channel)),
      pause_(loop) {}

void EventStream::start(std::optional<std::uint64_t> after) {
  sent_ = after;
  streams().add(1);
  token_ = source_.subscribe([&loop = loop_, weak = weak_from_this()](const EventNotice& notice) {
    loop.post([weak, notice] {
      if (const auto stream = weak.lock()) stream->on_notice(notice);
    });
  });
}

void EventStream::stop() {
  if (!token_) return;
  source_.unsubscribe(*token_);
  token_.reset();
  pause_.cancel();
  streams().add(-1);
}

void EventStream::end() {
  stop();
  sink_->end();
}

void EventStream::on_notice(const EventNotice& notice) {
  if (!token_) return;
  newest_ = std::max(newest_, notice.sequence);
  if (notice.envelope == nullptr) {
    // From here on everything is told: what came before has to be read, if it is wanted.
    sent_ = std::min(sent_.value_or(newest_), newest_);
    catch_up();
  } else if (is_live_ && notice.sequence > *sent_) {
    send(notice);
    if (sink_->backlog() > kMaxBacklog) end();
  }
}

void EventStream::catch_up() {
  is_live_ = *sent_ >= newest_;
  if (is_live_) return;
  if (sink_->backlog() > kCalmBacklog) {
    pause_.start(kPause, [this] { catch_up(); });
    return;
  }
  source_.read(*sent_, kPiece,
               [&loop = loop_, weak = weak_from_this(),
                newest = newest_](base::Expected<std::vector<EventNotice>> events) mutable {
                 loop.post([weak = std::move(weak), newest, events = std::move(events)]() mutable {
                   const auto stream = weak.lock();
                   if (stream != nullptr) stream->on_missed(std::move(events), newest);
                 });
               });
}

void EventStream::on_missed(base::Expected<std::vector<EventNotice>> events, std::uint64_t newest) {
  if (!token_) return;
  if (!events) {
    end();
    return;
  }
  for (const EventNotice& notice : *events) send(notice);
  // Less than was asked for: up to there is nothing more, or it is not kept any longer.
  if (events->size() < kPiece) sent_ = std::max(*sent_, newest);
  catch_up();
}

void EventStream::send(const EventNotice& notice) {
  sent_ = notice.sequence;
  if (channel_.empty() || channel_ == notice.channel_arn) sink_->send(event_text(notice));
}

void serve_events(HttpSession& session, wire::http::RequestId id, Request&& request,
                  control::Control& control) {
  auto after = resumes_after(request);
  if (!after) {
    session.respond(id, refusal(after.error().message));
    return;
  }
  std::string channel = request.query_parameter("channelArn").value_or("");
  const bool is_head = request.method == wire::http::Method::kHead;
  control::ApiRequest asked{std::move(request), session.peer_ip(), session.is_secure()};
  control.authorise(
      std::move(asked), "ListEvents",
      [&loop = session.loop(), &control, weak = session.self(), id, after = *after,
       channel = std::move(channel), is_head](std::optional<Response> refused) mutable {
        loop.post([&control, weak = std::move(weak), id, after, channel = std::move(channel),
                   is_head, refused = std::move(refused)]() mutable {
          const auto alive = weak.lock();
          if (alive == nullptr) return;
          if (refused) {
            (*alive)->respond(id, std::move(*refused));
          } else {
            begin(**alive, id, control, after, std::move(channel), is_head);
          }
        });
      });
}

}  // namespace server
