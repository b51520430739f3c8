#include "record/replay_loop.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "io/local_object_store.h"
#include "io/loop.h"
#include "record/replay_answers.h"
#include "record/replay_metrics.h"
#include "record/seams.h"

namespace record {
namespace {

using Kind = ReplayPath::Kind;
using wire::http::Method;
using wire::http::Response;

constexpr std::size_t kMaxJobs = 8192;
// Long enough for any database or store, short for a person.
constexpr auto kPatience = std::chrono::seconds(10);

}  // namespace

LoopReplay::LoopReplay(io::Loop& loop, const Shelf& shelf, Above& above,
                       std::unique_ptr<io::ObjectStore> spool,
                       std::unique_ptr<io::ObjectStore> store)
    : loop_(loop),
      admission_(above.replay_admission(loop)),
      files_(std::move(spool), std::move(store)),
      workshop_(loop),
      library_(loop, shelf, above, files_, workshop_),
      movies_(loop, files_, workshop_),
      ticker_(loop) {}

LoopReplay::~LoopReplay() {
  replay_sending().add(-static_cast<std::int64_t>(jobs_.size()));
}

LoopReplay::Job* LoopReplay::find(Handle handle) {
  const auto found = jobs_.find(handle);
  return found == jobs_.end() ? nullptr : found->second.get();
}

// The job is gone before its connection hears of the answer: that may bring a new request, or end.
void LoopReplay::respond(Handle handle, Response response) {
  const auto ended = jobs_.extract(handle);
  if (ended.empty()) return;
  replay_sending().add(-1);
  asking_.erase(handle);
  throttled_.erase(handle);
  Job& job = *ended.mapped();
  if (response.status == 200 || response.status == 206) {
    replay_sent().add(response.body_size());
  }
  job.responder->respond(job.token, std::move(response));
}

void LoopReplay::refuse(Handle handle, std::uint16_t status, std::string_view code,
                        std::string_view sentence) {
  if (Job* job = find(handle)) respond(handle, replay_failure(status, job->http, code, sentence));
}

void LoopReplay::fail(Handle handle, const base::Error& error) {
  if (Job* job = find(handle)) respond(handle, replay_error(error, job->http));
}

std::uint64_t LoopReplay::request(const ReplayRequest& request, wire::http::Responder& responder,
                                  std::uint64_t token) {
  DCHECK(loop_.is_current());
  replay_requests().add();
  const wire::http::Request& http = *request.http;
  if (http.method != Method::kGet && http.method != Method::kHead) {
    Response response = replay_failure(405, http, "bad_request", "recordings are only read");
    response.headers.add("Allow", "GET, HEAD, OPTIONS");
    responder.respond(token, std::move(response));
    return 0;
  }
  if (jobs_.size() >= kMaxJobs) {
    responder.respond(
        token, replay_failure(503, http, "not_available", "too many requests for recordings"));
    return 0;
  }
  auto job = std::make_unique<Job>();
  job->http = http;
  const auto path = parse_replay_path(job->http.path);
  if (!path) {
    responder.respond(token,
                      replay_failure(404, http, "not_found", "no such recording, or part of one"));
    return 0;
  }
  const Handle handle = next_handle_++;
  job->handle = handle;
  job->path = *path;
  job->session = path->session;
  job->remote_address = request.remote_address;
  job->responder = &responder;
  job->token = token;
  Job& kept = *job;
  jobs_.emplace(handle, std::move(job));
  replay_sending().add(1);
  begin(kept);
  return jobs_.contains(handle) ? handle : 0;
}

void LoopReplay::cancel(std::uint64_t handle) {
  DCHECK(loop_.is_current());
  if (jobs_.erase(handle) == 0) return;
  replay_sending().add(-1);
  asking_.erase(handle);
  throttled_.erase(handle);
}

void LoopReplay::begin(Job& job) {
  if (job.path.of_channel) {
    auto entry = library_.running(job.path.id);
    if (!entry) {
      return refuse(job.handle, 404, "not_found",
                    "this channel is not being recorded now, and nothing of it is held back");
    }
    return on_entry(job.handle, *std::move(entry));
  }
  job.deadline = loop_.now() + kPatience;
  asking_.insert(job.handle);
  keep_ticking();
  library_.find(job.path.id, [this, handle = job.handle](base::Expected<ReplayEntry> entry) {
    on_entry(handle, std::move(entry));
  });
}

void LoopReplay::on_entry(Handle handle, base::Expected<ReplayEntry> entry) {
  Job* job = find(handle);
  if (job == nullptr) return;  // it has left
  asking_.erase(handle);
  if (!entry) return fail(handle, entry.error());
  job->entry = *std::move(entry);
  if (job->session.empty()) return let_in(*job);
  const auto checked = admission_.check_replay(job->entry.facts->channel, job->session,
                                               job->http.headers.get("Origin"));
  if (!checked) return respond(handle, replay_refused(checked.error(), job->http));
  job->max_height = *checked;
  answer(*job);
}

void LoopReplay::let_in(Job& job) {
  // What cannot be answered anyway must not use up a token.
  const Catalog& catalog = *job.entry.catalog;
  const bool anything = std::ranges::any_of(
      catalog.renditions, [](const auto& rendition) { return !rendition.segments.empty(); });
  if (!anything) {
    return refuse(job.handle, 404, "not_found", "nothing of the recording can be watched yet");
  }
  ReplayView view;
  view.channel = job.entry.facts->channel;
  view.token = job.http.query_parameter("token").value_or("");
  view.origin = job.http.headers.get("Origin");
  view.remote_address = job.remote_address;
  job.deadline = loop_.now() + kPatience;
  asking_.insert(job.handle);
  keep_ticking();
  admission_.authorise_replay(
      std::move(view), [this, alive = std::weak_ptr(alive_),
                        handle = job.handle](std::expected<ReplayGrant, ReplayRefusal> grant) {
        if (!alive.expired()) on_grant(handle, std::move(grant));
      });
}

void LoopReplay::on_grant(Handle handle, std::expected<ReplayGrant, ReplayRefusal> grant) {
  Job* job = find(handle);
  if (job == nullptr) return;  // it has left, or had waited for too long
  asking_.erase(handle);
  if (!grant) return respond(handle, replay_refused(grant.error(), job->http));
  job->session = std::move(grant->session);
  job->max_height = grant->max_height;
  answer(*job);
}

// Whoever waited too long for what is asked above, and whoever has room again.
void LoopReplay::tick() {
  std::vector<Handle> late;
  for (const Handle handle : asking_) {
    if (jobs_.at(handle)->deadline <= loop_.now()) late.push_back(handle);
  }
  for (const Handle handle : late) {
    refuse(handle, 503, "not_available", "nobody says whether this may be watched; try again");
  }
  const std::vector<Handle> waiting(throttled_.begin(), throttled_.end());
  for (const Handle handle : waiting) pump(handle);
  keep_ticking();
}

void LoopReplay::keep_ticking() {
  // Viewers that read are looked at often; a deadline has time.
  constexpr auto kOften = std::chrono::milliseconds(15);
  constexpr auto kSeldom = std::chrono::milliseconds(500);
  if (throttled_.empty() && asking_.empty()) return;
  if (ticker_.is_running() && throttled_.empty()) return;
  ticker_.start(throttled_.empty() ? base::Duration(kSeldom) : base::Duration(kOften),
                [this] { tick(); });
}

std::unique_ptr<Replay> make_replay(io::Loop& loop, const Shelf& shelf, const Settings& settings,
                                    Above& above) {
  (void)settings;  // where the spool is, the shelf knows
  auto spool = io::open_local_object_store(loop, shelf.spool());
  if (!spool) {
    base::log_warn("running recordings cannot be watched: the spool cannot be read",
                   {{"reason", spool.error().message}});
  }
  return std::make_unique<LoopReplay>(loop, shelf, above, spool ? std::move(*spool) : nullptr,
                                      above.make_store(loop));
}

}  // namespace record
