#include "app/poll_results.h"

#include <algorithm>
#include <span>
#include <utility>

#include "app/poll_reply.h"
#include "base/check.h"
#include "base/log.h"
#include "base/metrics.h"
#include "io/loop.h"

namespace app {
namespace {

using base::Expected;

// Votes in one write: enough that ten thousand need few, little enough that the writes of others
// come between them.
constexpr std::size_t kMaxBatch = 512;
// Beyond these, requests are answered as if the database could not be asked.
constexpr std::size_t kMaxWaitingVotes = 100'000;
constexpr std::size_t kMaxWaitingQuestions = 20'000;
// Questions under way at a time: the readers are there for others, too.
constexpr std::size_t kMaxAsking = 16;

constexpr base::Duration kFirstExpiry = std::chrono::minutes(1);
constexpr base::Duration kExpiryEvery = std::chrono::hours(1);
constexpr base::Duration kExpiryPause = std::chrono::milliseconds(100);
constexpr std::int64_t kExpiryStep = 2'000;

struct PollMetrics {
  base::Counter& votes =
      base::metrics().counter("rostrum_poll_votes_total", "Answers to polls that were stored");
  base::Counter& refused = base::metrics().counter(
      "rostrum_poll_votes_refused_total", "Answers to polls that a limit or an error kept out");
  base::Counter& limited = base::metrics().counter("rostrum_poll_limited_total",
                                                   "Poll requests beyond the rate of an address");
};

PollMetrics& counters() {
  static PollMetrics instance;
  return instance;
}

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

}  // namespace

PollService::PollService(PollSettings settings, io::SqlWorkers& sql, io::Loop& home)
    : settings_(std::move(settings)),
      limits_{settings_.max_polls, settings_.max_voters, settings_.max_answers},
      sql_(sql),
      home_(home),
      limiter_(settings_.requests_per_second, settings_.burst),
      board_(home,
             [this](const std::string& poll_id, std::function<void(base::Slice)> done) {
               return ask(
                   [poll_id](io::SqlConnection& connection) -> Expected<base::Slice> {
                     auto counts = read_counts(connection, poll_id);
                     if (!counts) return base::fail(counts.error());
                     return counts_event(poll_id, *counts);
                   },
                   [done = std::move(done)](Expected<base::Slice> event) {
                     done(event ? std::move(*event) : base::Slice());
                   });
             }),
      expiry_timer_(home),
      self_(std::make_shared<PollService*>(this)) {
  if (settings_.keep > base::Duration::zero()) expire_later(kFirstExpiry);
}

bool PollService::handles(std::string_view path) const {
  return is_poll_path(settings_.prefix, path);
}

std::optional<std::string> PollService::stream_of(const wire::http::Request& request) const {
  auto call = read_poll_request(settings_.prefix, request);
  auto* stream = std::get_if<StreamPoll>(&call);
  if (stream == nullptr) return std::nullopt;
  return std::move(stream->poll_id);
}

std::unique_ptr<PollFeed> PollService::feed(io::Loop& loop) {
  return std::make_unique<LoopPollFeed>(static_cast<PollSource&>(*this), loop);
}

// Runs `task` on the home loop, if there still is a service then. From any thread.
void PollService::post(Task task) const {
  home_.post([weak = std::weak_ptr(self_), task = std::move(task)]() mutable {
    if (const auto alive = weak.lock()) task(**alive);
  });
}

void PollService::handle(PollRequest request, Reply reply) {
  PollCall call = read_poll_request(settings_.prefix, request.http);
  if (const auto* refusal = std::get_if<PollRefusal>(&call);
      refusal != nullptr && *refusal == PollRefusal::kPreflight) {
    reply(refusal_reply(*refusal));
    return;
  }
  post([call = std::move(call), address = std::move(request.remote_address),
        reply = std::move(reply)](PollService& service) mutable {
    if (!service.limiter_.allow(address, service.home_.now())) {
      counters().limited.add();
      reply(too_many_requests_reply());
      return;
    }
    service.run(std::move(call), std::move(reply));
  });
}

void PollService::run(PollCall call, Reply reply) {
  std::visit(Overloaded{
                 [&](PutAnswer& answer) { put(std::move(answer), std::move(reply)); },
                 [&](GetRequestor& asked) { get_requestor(std::move(asked), std::move(reply)); },
                 [&](GetPoll& asked) { get_poll(asked.poll_id, std::move(reply)); },
                 // Whoever brings this here has no way to keep a response open.
                 [&](StreamPoll&) { reply(refusal_reply(PollRefusal::kFail)); },
                 [&](PollRefusal& refusal) { reply(refusal_reply(refusal)); },
             },
             call);
}

void PollService::put(PutAnswer answer, Reply reply) {
  if (waiting_.size() >= kMaxWaitingVotes) {
    counters().refused.add();
    reply(refusal_reply(PollRefusal::kBroke));
    return;
  }
  // Every vote has a time of its own, so that the newest of a person are in order.
  last_vote_at_ = std::max(last_vote_at_ + std::chrono::microseconds(1), io::Loop::wall_now());
  waiting_.push_back({{std::move(answer.poll_id), std::move(answer.requestor_id),
                       std::move(answer.response), last_vote_at_},
                      std::move(reply)});
  if (!is_writing_) write_waiting();
}

// One write is under way at a time; what comes meanwhile goes into the next one together.
void PollService::write_waiting() {
  if (waiting_.empty()) return;
  is_writing_ = true;
  const std::size_t count = std::min(waiting_.size(), kMaxBatch);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<Waiting> batch(std::make_move_iterator(waiting_.begin()),
                             std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);

  std::vector<PollVote> votes;
  votes.reserve(batch.size());
  for (const Waiting& waiting : batch) votes.push_back(waiting.vote);
  // Written by `work` and read by `done`, which comes after it on the same thread.
  auto taken = std::make_shared<std::vector<bool>>();
  sql_.write(
      [votes = std::move(votes), taken,
       limits = limits_](io::SqlConnection& connection) -> Expected<void> {
        auto written = write_votes(connection, limits, votes);
        if (!written) return base::fail(written.error());
        *taken = std::move(*written);
        return {};
      },
      [weak = std::weak_ptr(self_), &home = home_, taken,
       batch = std::move(batch)](Expected<void> done) mutable {
        Expected<std::vector<bool>> result = std::move(*taken);
        if (!done) result = base::fail(done.error());
        home.post([weak = std::move(weak), batch = std::move(batch),
                   result = std::move(result)]() mutable {
          if (const auto alive = weak.lock()) {
            (*alive)->on_written(std::move(batch), std::move(result));
          }
        });
      });
}

void PollService::on_written(std::vector<Waiting> batch, Expected<std::vector<bool>> taken) {
  is_writing_ = false;
  write_waiting();
  if (!taken) {
    base::log_warn("answers to polls could not be stored",
                   {{"answers", batch.size()}, {"reason", taken.error().message}});
  }
  const std::string* last = nullptr;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const bool stored = taken && (*taken)[i];
    (stored ? counters().votes : counters().refused).add();
    if (stored && (last == nullptr || *last != batch[i].vote.poll_id)) {
      last = &batch[i].vote.poll_id;
      board_.changed(*last);
    }
    batch[i].reply(stored ? success_reply() : refusal_reply(PollRefusal::kBroke));
  }
}

void PollService::get_requestor(GetRequestor call, Reply reply) {
  // The reply is needed if the question cannot be asked, too.
  auto shared = std::make_shared<Reply>(std::move(reply));
  const bool asked = ask(
      [id = std::move(call.requestor_id)](io::SqlConnection& connection) -> Expected<base::Slice> {
        auto items = read_requestor(connection, id);
        if (!items) return base::fail(items.error());
        return requestor_body(*items);
      },
      [shared](Expected<base::Slice> body) {
        (*shared)(body ? items_reply(std::move(*body)) : refusal_reply(PollRefusal::kInternal));
      });
  if (!asked) (*shared)(refusal_reply(PollRefusal::kInternal));
}

void PollService::get_poll(const std::string& poll_id, Reply reply) {
  Wanted& wanted = wanted_[poll_id];
  wanted.next.push_back(std::move(reply));
  if (wanted.reading.empty()) read_poll_for(poll_id);
}

void PollService::read_poll_for(const std::string& poll_id) {
  Wanted& wanted = wanted_.at(poll_id);
  wanted.reading = std::exchange(wanted.next, {});
  const auto answer = [this, poll_id](const Expected<base::Slice>& body) {
    const auto found = wanted_.find(poll_id);
    CHECK(found != wanted_.end());
    std::vector<Reply> replies = std::exchange(found->second.reading, {});
    if (found->second.next.empty()) {
      wanted_.erase(found);
    } else {
      read_poll_for(poll_id);
    }
    for (Reply& reply : replies) {
      reply(body ? items_reply(*body) : refusal_reply(PollRefusal::kInternal));
    }
  };
  const bool asked = ask(
      [poll_id,
       voters = settings_.list_voters](io::SqlConnection& connection) -> Expected<base::Slice> {
        auto content = read_poll(connection, poll_id, voters);
        if (!content) return base::fail(content.error());
        return poll_body(content->items, content->counts);
      },
      answer);
  if (!asked) answer(base::fail(base::ErrorCode::kLimit, "too many questions wait"));
}

// False if too many wait: neither was called nor will be.
bool PollService::ask(Question question, Answer answer) {
  if (asked_.size() >= kMaxWaitingQuestions) return false;
  asked_.push_back({std::move(question), std::move(answer)});
  ask_next();
  return true;
}

void PollService::ask_next() {
  while (asking_ < kMaxAsking && !asked_.empty()) {
    Asked asked = std::move(asked_.front());
    asked_.pop_front();
    ++asking_;
    // If the readers have no room the question is destroyed unasked, and so says nothing itself.
    auto answer = std::make_shared<Answer>(std::move(asked.answer));
    const bool begun =
        sql_.read([weak = std::weak_ptr(self_), &home = home_, answer,
                   question = std::move(asked.question)](io::SqlConnection& connection) mutable {
          home.post([weak = std::move(weak), answer, body = question(connection)]() mutable {
            const auto alive = weak.lock();
            if (alive == nullptr) return;
            --(*alive)->asking_;
            (*answer)(std::move(body));
            (*alive)->ask_next();
          });
        });
    if (!begun) {
      --asking_;
      // Not inside ask(): whoever asks may be in the middle of something.
      post([answer](PollService&) {
        (*answer)(base::fail(base::ErrorCode::kLimit, "the database has too much to do"));
      });
    }
  }
}

void PollService::watch(io::Loop& loop, std::weak_ptr<LoopPollFeed*> feed,
                        const std::string& poll_id) {
  post([&loop, feed = std::move(feed), poll_id](PollService& service) {
    service.board_.watch(loop, feed, poll_id);
  });
}

void PollService::unwatch(io::Loop& loop, const std::string& poll_id) {
  post([&loop, poll_id](PollService& service) { service.board_.unwatch(loop, poll_id); });
}

void PollService::expire_later(base::Duration after) {
  expiry_timer_.start(after, [this] { expire(); });
}

void PollService::expire() {
  const base::WallTime before =
      io::Loop::wall_now() - std::chrono::duration_cast<std::chrono::microseconds>(settings_.keep);
  auto step = std::make_shared<ExpiryStep>();  // as in write_waiting()
  sql_.write(
      [step, before](io::SqlConnection& connection) -> Expected<void> {
        auto done = expire_votes(connection, before, kExpiryStep);
        if (!done) return base::fail(done.error());
        *step = std::move(*done);
        return {};
      },
      [weak = std::weak_ptr(self_), &home = home_, step](Expected<void> done) mutable {
        home.post([weak = std::move(weak), step, ok = done.has_value()] {
          const auto alive = weak.lock();
          if (alive == nullptr) return;
          const bool more = ok && !step->poll_id.empty();
          if (more) (*alive)->board_.changed(step->poll_id);
          (*alive)->expire_later(more ? kExpiryPause : kExpiryEvery);
        });
      });
}

base::Expected<std::unique_ptr<PollResults>> PollResults::create(PollSettings settings,
                                                                 io::SqlWorkers& sql,
                                                                 io::Loop& home) {
  Expected<void> migrated;
  sql.read_and_wait([&](io::SqlConnection& connection) { migrated = migrate_polls(connection); });
  if (!migrated) return base::fail(std::move(migrated.error()).with_context("polls"));
  return std::make_unique<PollService>(std::move(settings), sql, home);
}

}  // namespace app
