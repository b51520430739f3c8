#include "app/overlays/poll_desk.h"

#include <algorithm>
#include <unordered_map>

#include "app/address_limiter.h"
#include "base/guarded.h"
#include "base/log.h"
#include "base/metrics.h"

namespace app {
namespace {

std::string_view last_part(std::string_view arn) {
  return arn.substr(arn.find('/') + 1);
}

struct Voter {
  std::size_t choice = 0;
  bool is_counted = false;  // its vote is durable
};

struct OpenPoll {
  PollRecord record;
  PollState state = PollState::kOpen;
  std::vector<std::int64_t> counts;
  std::unordered_map<std::string, Voter> voters;
  std::unordered_map<std::string, int> visitors;  // by address
  std::size_t unwritten = 0;
  base::WallTime shown_at{};
  base::WallTime stats_at{};
  base::WallTime heartbeat_at{};
  bool is_feed_due = true;
  bool is_stats_due = false;
  bool is_being_saved = false;  // its end

  PollView view(std::string_view voter) const {
    PollView shown{record, state, counts, {}};
    const auto known = voter.empty() ? voters.end() : voters.find(std::string(voter));
    if (known != voters.end() && known->second.is_counted) shown.choice = known->second.choice;
    return shown;
  }
  bool shows_counts() const { return state != PollState::kOpen || !record.is_hidden; }
  std::vector<std::int64_t> told_counts() const {
    return shows_counts() ? counts : std::vector<std::int64_t>(counts.size());
  }
};

struct Waiting {
  Ballot ballot;
  std::string address;
  PollDesk::Counted counted;
};

struct Book {
  std::unordered_map<std::string, OpenPoll> polls;       // by id
  std::unordered_map<std::string, std::string> current;  // of accounts
  std::unordered_map<std::string, std::string> rooms;    // whose poll is on there
  std::vector<Waiting> waiting;
  bool is_writing = false;

  void enter(OpenPoll poll) {
    const PollRecord& record = poll.record;
    current[record.account] = record.id;
    rooms[std::string(last_part(record.room_arn))] = record.account;
    std::string id = record.id;
    polls.insert_or_assign(std::move(id), std::move(poll));
  }
  // Nobody sees it any more.
  void leave(const PollRecord& record) {
    current.erase(record.account);
    rooms.erase(std::string(last_part(record.room_arn)));
  }
  OpenPoll* of(std::string_view account) {
    const auto id = current.find(std::string(account));
    return id == current.end() ? nullptr : &polls.at(id->second);
  }
  const OpenPoll* of(std::string_view account) const {
    const auto id = current.find(std::string(account));
    return id == current.end() ? nullptr : &polls.at(id->second);
  }
};

base::Counter& votes_counter() {
  static base::Counter& counter = base::metrics().counter(
      "rostrum_platform_votes_total", "Votes in polls of channels that were counted");
  return counter;
}

}  // namespace

struct PollDesk::State {
  explicit State(io::SqlWorkers& workers) : sql(workers) {}
  io::SqlWorkers& sql;
  base::Guarded<Book> book;
};

PollDesk::PollDesk(io::SqlWorkers& sql) : state_(std::make_shared<State>(sql)) {}
PollDesk::~PollDesk() = default;

base::Expected<void> PollDesk::resume(io::SqlConnection& sql) {
  auto polls = unfinished_polls(sql);
  if (!polls) return base::fail(std::move(polls.error()));
  for (StoredPoll& stored : *polls) {
    OpenPoll poll;
    poll.counts.resize(stored.record.options.size());
    poll.state = stored.state;
    constexpr std::int64_t kPage = 50'000;
    std::string after;
    while (true) {
      auto ballots = ballots_of(sql, stored.record.id, after, kPage);
      if (!ballots) return base::fail(std::move(ballots.error()));
      for (Ballot& ballot : *ballots) {
        if (ballot.choice < poll.counts.size()) ++poll.counts[ballot.choice];
        after = ballot.voter;
        poll.voters.emplace(std::move(ballot.voter), Voter{ballot.choice, true});
      }
      if (static_cast<std::int64_t>(ballots->size()) < kPage) break;
    }
    poll.record = std::move(stored.record);
    state_->book.with([&](Book& book) { book.enter(std::move(poll)); });
  }
  return {};
}

std::optional<PollView> PollDesk::find(std::string_view account, std::string_view voter) const {
  return state_->book.with([&](const Book& book) -> std::optional<PollView> {
    const OpenPoll* poll = book.of(account);
    if (poll == nullptr) return std::nullopt;
    return poll->view(voter);
  });
}

std::vector<PollView> PollDesk::unsaved(std::string_view account) const {
  return state_->book.with([&](const Book& book) {
    std::vector<PollView> views;
    for (const auto& [id, poll] : book.polls) {
      if (poll.record.account == account) views.push_back(poll.view({}));
    }
    return views;
  });
}

std::optional<PollRecord> PollDesk::in_room(std::string_view room) const {
  return state_->book.with([&](const Book& book) -> std::optional<PollRecord> {
    const auto account = book.rooms.find(std::string(room));
    if (account == book.rooms.end()) return std::nullopt;
    const OpenPoll* poll = book.of(account->second);
    if (poll != nullptr && poll->state == PollState::kOpen) return poll->record;
    return std::nullopt;
  });
}

std::vector<std::pair<std::string, std::string>> PollDesk::current() const {
  return state_->book.with([](const Book& book) {
    std::vector<std::pair<std::string, std::string>> accounts;
    for (const auto& [account, id] : book.current) {
      accounts.emplace_back(account, book.polls.at(id).record.channel_arn);
    }
    return accounts;
  });
}

void PollDesk::vote(Vote vote, base::WallTime now, Counted counted) {
  bool begins = false;
  const Outcome<void> taken = state_->book.with([&](Book& book) -> Outcome<void> {
    OpenPoll* poll = book.of(vote.account);
    if (poll == nullptr || poll->record.id != vote.poll || poll->state != PollState::kOpen ||
        now >= poll->record.closes_at) {
      return refuse(409, "Closed", "This poll takes no more votes.");
    }
    if (vote.choice >= poll->counts.size()) {
      return invalid("option", "There is no such answer.");
    }
    if (poll->voters.contains(vote.voter)) {
      return refuse(409, "AlreadyVoted", "You have voted in this poll.");
    }
    if (book.waiting.size() >= kMaxWaiting || poll->voters.size() >= kMaxVoters) {
      return refuse(503, "Busy", "Too many people vote at once. Try again in a moment.");
    }
    if (!vote.address.empty()) {
      int& visitors = poll->visitors[customer_of(vote.address)];
      if (visitors >= kMaxVisitors) {
        return refuse(429, "TooManyRequests",
                      "Too many visitors of your network have voted. Sign in to vote.");
      }
      ++visitors;
    }
    poll->voters.emplace(vote.voter, Voter{vote.choice, false});
    ++poll->unwritten;
    book.waiting.push_back({{vote.poll, std::move(vote.voter), vote.choice, now},
                            std::move(vote.address),
                            std::move(counted)});
    begins = !std::exchange(book.is_writing, true);
    return {};
  });
  if (!taken) return counted(std::unexpected(taken.error()));
  if (begins) write_waiting(state_);
}

// One write is under way at a time; what comes meanwhile goes into the next one together.
void PollDesk::write_waiting(const std::shared_ptr<State>& state) {
  // Used by the write, then by what is told of its end, which comes after it on the same thread.
  auto batch = std::make_shared<std::vector<Waiting>>();
  state->book.with([&](Book& book) {
    const std::size_t count = std::min(book.waiting.size(), kMaxBatch);
    const auto end = book.waiting.begin() + static_cast<std::ptrdiff_t>(count);
    batch->assign(std::make_move_iterator(book.waiting.begin()), std::make_move_iterator(end));
    book.waiting.erase(book.waiting.begin(), end);
    if (batch->empty()) book.is_writing = false;
  });
  if (batch->empty()) return;
  std::vector<Ballot> ballots;
  ballots.reserve(batch->size());
  for (const Waiting& waiting : *batch) ballots.push_back(waiting.ballot);
  auto first = std::make_shared<std::vector<bool>>();
  state->sql.write(
      [ballots = std::move(ballots), first](io::SqlConnection& sql) -> base::Expected<void> {
        auto inserted = insert_ballots(sql, ballots);
        if (!inserted) return base::fail(std::move(inserted.error()));
        *first = std::move(*inserted);
        return {};
      },
      [state, batch, first](base::Expected<void> written) {
        if (!written) {
          base::log_warn("votes could not be stored",
                         {{"votes", batch->size()}, {"reason", written.error().message}});
        }
        std::vector<Outcome<PollView>> told;
        told.reserve(batch->size());
        state->book.with([&](Book& book) {
          for (std::size_t i = 0; i < batch->size(); ++i) {
            const Waiting& waiting = (*batch)[i];
            const auto found = book.polls.find(waiting.ballot.poll);
            if (found == book.polls.end()) {
              told.emplace_back(refuse(409, "Closed", "This poll takes no more votes."));
              continue;
            }
            OpenPoll& poll = found->second;
            --poll.unwritten;
            if (!written) {
              poll.voters.erase(waiting.ballot.voter);
              if (!waiting.address.empty()) --poll.visitors[customer_of(waiting.address)];
              told.emplace_back(broken(written.error()));
              continue;
            }
            Voter& voter = poll.voters.at(waiting.ballot.voter);
            voter.is_counted = true;
            if (!(*first)[i]) {
              told.emplace_back(refuse(409, "AlreadyVoted", "You have voted in this poll."));
              continue;
            }
            ++poll.counts.at(waiting.ballot.choice);
            poll.is_feed_due = true;
            poll.is_stats_due = true;
            votes_counter().add();
            PollView shown{poll.record, poll.state, {}, waiting.ballot.choice};
            told.emplace_back(std::move(shown));
          }
          // All that were written together see the same counts.
          for (std::size_t i = 0; i < told.size(); ++i) {
            if (told[i]) told[i]->counts = book.polls.at((*batch)[i].ballot.poll).counts;
          }
        });
        write_waiting(state);
        for (std::size_t i = 0; i < told.size(); ++i) (*batch)[i].counted(std::move(told[i]));
      });
}

void PollDesk::open(PollRecord poll, std::move_only_function<void(Outcome<void>)> done) {
  state_->sql.write(
      [poll](io::SqlConnection& sql) { return insert_poll(sql, poll); },
      [state = state_, poll, done = std::move(done)](base::Expected<void> written) mutable {
        if (!written) return done(broken(written.error()));
        state->book.with([&](Book& book) {
          OpenPoll open;
          open.record = poll;
          open.counts.resize(poll.options.size());
          open.stats_at = open.heartbeat_at = poll.started_at;
          book.enter(std::move(open));
        });
        done({});
      });
}

// Written behind the votes that came before: in the order of the writer.
void PollDesk::save(const std::shared_ptr<State>& state, const PollView& view) {
  state->sql.write([id = view.record.id, poll_state = view.state, counts = view.counts](
                       io::SqlConnection& sql) { return update_poll(sql, id, poll_state, counts); },
                   [state, id = view.record.id,
                    is_end = view.state == PollState::kClosed](base::Expected<void> written) {
                     if (!written) {
                       base::log_warn("the state of a poll could not be stored",
                                      {{"poll", id}, {"reason", written.error().message}});
                     }
                     if (!is_end) return;
                     // Until its end is durable it is known here: who asks finds it in one place or
                     // the other.
                     state->book.with([&](Book& book) {
                       const auto found = book.polls.find(id);
                       if (found == book.polls.end()) return;
                       if (written) {
                         book.polls.erase(found);
                       } else {
                         found->second.is_being_saved = false;  // the next tick() tries again
                       }
                     });
                   });
}

std::optional<PollDesk::Due> PollDesk::stop(std::string_view account) {
  return state_->book.with([&](Book& book) -> std::optional<Due> {
    OpenPoll* poll = book.of(account);
    if (poll == nullptr) return std::nullopt;
    poll->state = PollState::kClosed;
    book.leave(poll->record);  // tick() writes it down and forgets it
    return Due{.account = std::string(account),
               .room_arn = poll->record.room_arn,
               .signals = {end_signal()},
               .feed = boost::json::object{{"poll", nullptr}},
               .is_over = true};
  });
}

std::vector<PollDesk::Due> PollDesk::tick(base::WallTime now) {
  std::vector<Due> all;
  std::vector<PollView> changed;
  state_->book.with([&](Book& book) {
    for (auto& [id, poll] : book.polls) {
      const PollRecord& record = poll.record;
      Due due{.account = record.account,
              .room_arn = record.room_arn,
              .signals = {},
              .feed = {},
              .is_over = false};
      if (poll.state == PollState::kClosed) {
        if (poll.unwritten > 0 || poll.is_being_saved) continue;
        poll.is_being_saved = true;
        changed.push_back(poll.view({}));
        continue;
      }
      if (poll.state == PollState::kOpen && now >= record.expires_at && poll.unwritten == 0) {
        poll.state = PollState::kResult;
        poll.is_feed_due = poll.is_stats_due = true;
        poll.shown_at = poll.stats_at = {};
        changed.push_back(poll.view({}));
      }
      const bool is_over =
          poll.state == PollState::kResult && now >= record.expires_at + PollRecord::kResultShown;
      if (poll.is_stats_due && poll.shows_counts() && now - poll.stats_at >= kStatsInterval) {
        due.signals.push_back(stats_signal(record, poll.counts));
        poll.is_stats_due = false;
        poll.stats_at = now;
      }
      if (now - poll.heartbeat_at >= kHeartbeat && !is_over) {
        due.signals.push_back(heartbeat_signal(record, poll.told_counts()));
        poll.heartbeat_at = now;
      }
      if (is_over) {
        poll.state = PollState::kClosed;
        due.signals.push_back(end_signal());
        due.feed = boost::json::object{{"poll", nullptr}};
        due.is_over = true;
        book.leave(record);
        poll.is_being_saved = true;
        changed.push_back(poll.view({}));
      } else if (poll.is_feed_due && now - poll.shown_at >= kFeedInterval) {
        due.feed = poll.view({}).json();
        poll.is_feed_due = false;
        poll.shown_at = now;
      }
      if (!due.signals.empty() || due.feed) all.push_back(std::move(due));
    }
  });
  for (const PollView& view : changed) save(state_, view);
  return all;
}

bool PollDesk::is_idle() const {
  return state_->book.with([](const Book& book) { return book.polls.empty(); });
}

void PollDesk::forget(std::string_view account) {
  state_->book.with([&](Book& book) {
    const auto current = book.current.find(std::string(account));
    if (current == book.current.end()) return;
    const std::string id = current->second;
    book.leave(book.polls.at(id).record);
    book.polls.erase(id);
  });
}

}  // namespace app
