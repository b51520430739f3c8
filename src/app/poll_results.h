// The results service of polls behind its door: see app::PollResults. Requests are read on the
// thread that brings them and then belong to the home loop, where votes gather while one write is
// under way and questions about the same poll share an answer.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/address_limiter.h"
#include "app/app.h"
#include "app/poll_board.h"
#include "app/poll_feed.h"
#include "app/poll_request.h"
#include "app/poll_store.h"
#include "io/sql_workers.h"
#include "io/timer.h"

namespace app {

class PollService final : public PollResults, private PollSource {
 public:
  PollService(PollSettings settings, io::SqlWorkers& sql, io::Loop& home);

  bool handles(std::string_view path) const override;
  void handle(PollRequest request, Reply reply) override;
  std::optional<std::string> stream_of(const wire::http::Request& request) const override;
  std::unique_ptr<PollFeed> feed(io::Loop& loop) override;

 private:
  using Task = std::move_only_function<void(PollService&)>;
  struct Waiting {
    PollVote vote;
    Reply reply;
  };
  // A question to the database: answers on a reader's thread, told on the home loop.
  using Question = std::move_only_function<base::Expected<base::Slice>(io::SqlConnection&)>;
  using Answer = std::move_only_function<void(base::Expected<base::Slice>)>;
  struct Asked {
    Question question;
    Answer answer;
  };
  // Who wants the content of a poll: those whom the read under way answers, and those who came
  // after it had begun and may know of votes that it does not see.
  struct Wanted {
    std::vector<Reply> reading;
    std::vector<Reply> next;
  };

  // PollSource
  void watch(io::Loop& loop, std::weak_ptr<LoopPollFeed*> feed,
             const std::string& poll_id) override;
  void unwatch(io::Loop& loop, const std::string& poll_id) override;

  void post(Task task) const;
  void run(PollCall call, Reply reply);
  void put(PutAnswer answer, Reply reply);
  void write_waiting();
  void on_written(std::vector<Waiting> batch, base::Expected<std::vector<bool>> taken);
  void get_requestor(GetRequestor call, Reply reply);
  void get_poll(const std::string& poll_id, Reply reply);
  void read_poll_for(const std::string& poll_id);
  bool ask(Question question, Answer answer);
  void ask_next();
  void expire_later(base::Duration after);
  void expire();

  const PollSettings settings_;
  const PollLimits limits_;
  io::SqlWorkers& sql_;
  io::Loop& home_;
  AddressLimiter limiter_;
  std::vector<Waiting> waiting_;
  bool is_writing_ = false;
  base::WallTime last_vote_at_{};
  std::deque<Asked> asked_;
  std::size_t asking_ = 0;
  std::unordered_map<std::string, Wanted> wanted_;
  PollBoard board_;
  io::Timer expiry_timer_;
  std::shared_ptr<PollService*> self_;  // for what is posted: expired once we are gone
};

}  // namespace app
