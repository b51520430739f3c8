// The door of app: applications that come with the product. So far the results service of polls
// that run in step with the video: the three routes that pages written for the tutorial's service
// call, and a stream of counts that is made once for all viewers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/slice.h"
#include "base/time.h"
#include "wire/http/message.h"

namespace io {
class Loop;
class SqlWorkers;
}  // namespace io

namespace app {

struct PollSettings {
  /// What the routes stand below; begins with a slash and does not end with one.
  std::string prefix = "/PROD";
  /// A poll whose last answer is older goes, with all its answers. 0: never.
  base::Duration keep = std::chrono::hours(24 * 30);
  /// Whether /poll-get tells who gave which answer, as the tutorial's service does. Without, its
  /// `items` are always empty, and nobody learns an id that another person votes with.
  bool list_voters = true;
  std::size_t max_polls = 10'000;
  std::size_t max_voters = 1'000'000;  // of one poll
  std::size_t max_answers = 64;        // distinct ones, of one poll
  /// Requests of one address (IPv6: of one /64) for each second, and how many it may have saved up.
  /// A hall full of people, or a whole mobile network, can stand behind one address. 0: no limit.
  double requests_per_second = 2'000;
  double burst = 20'000;
};

/// A request and where it came from.
struct PollRequest {
  wire::http::Request http;
  std::string remote_address;
};

/// Hands the counts of polls to the viewers of one media loop. The service makes an update once
/// and posts it once to each loop, however many voters and viewers there are: when counts changed,
/// at most four times a second. Made, used and destroyed on its loop (or while that does not run),
/// before the service is destroyed.
class PollFeed {
 public:
  virtual ~PollFeed() = default;

  /// Takes one event in the form of text/event-stream, or says false when the viewer is behind with
  /// reading: then it is offered the newest counts a little later, in place of these. May remove
  /// any viewer, itself too.
  using Viewer = std::move_only_function<bool(const base::Slice& event)>;
  /// Shows the viewer the counts as soon as they are known, which may be inside this call, and
  /// each time they changed. The token is never 0. kLimit if too many polls are watched.
  virtual base::Expected<std::uint64_t> add(const std::string& poll_id, Viewer viewer) = 0;
  /// No effect if that viewer was removed before.
  virtual void remove(std::uint64_t token) = 0;
};

/// Takes votes and counts them. An answer is durable before it is acknowledged; votes that come
/// together are written together. handle() and the questions about requests may be called from
/// every thread; the rest, and the object's life, belong to its home loop.
class PollResults {
 public:
  /// Brings its tables to the newest version, on the calling thread. Destroy it before `sql` and
  /// `home`, while `home` does not run or from its thread.
  static base::Expected<std::unique_ptr<PollResults>> create(PollSettings settings,
                                                             io::SqlWorkers& sql, io::Loop& home);
  virtual ~PollResults() = default;

  /// Whether a path (decoded) is one of ours. Preflights (OPTIONS) for it are ours, too: existing
  /// pages ask for a request field that is not usually allowed.
  virtual bool handles(std::string_view path) const = 0;

  /// Gets the response on any thread, exactly once, unless the service ends before. It carries its
  /// own cross-origin fields and has to be sent as it is: some answers must have none.
  using Reply = std::move_only_function<void(wire::http::Response)>;
  virtual void handle(PollRequest request, Reply reply) = 0;

  /// The id of the poll whose counts a request wants as a stream: then add a viewer to the loop's
  /// feed and answer with poll_stream_head(). Otherwise handle() has the answer.
  virtual std::optional<std::string> stream_of(const wire::http::Request& request) const = 0;
  /// From any thread, while that loop does not run or from its thread.
  virtual std::unique_ptr<PollFeed> feed(io::Loop& loop) = 0;
};

/// The head of the stream's response; its body stays open.
wire::http::Response poll_stream_head();

}  // namespace app
