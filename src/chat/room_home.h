// One room at its home: decides who comes in, what is said and in which order, and keeps the
// newest of it. What is accepted goes to the bus; everything that changes the room happens when it
// comes back, so that all nodes agree. Owned by Homes, on its loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/attendance.h"
#include "chat/chat.h"
#include "chat/figure_counters.h"
#include "chat/frames.h"
#include "chat/history_ring.h"
#include "chat/home_calls.h"
#include "chat/member_calls.h"
#include "chat/message_filter.h"
#include "chat/node_rate.h"
#include "chat/rate_bucket.h"
#include "chat/recorder.h"
#include "chat/review_queue.h"
#include "chat/room_rules.h"
#include "chat/used_tokens.h"
#include "chat/utterance.h"
#include "io/coarse_timer.h"
#include "io/timer.h"

namespace chat {

/// What the rooms of one loop have in common.
struct HomeServices {
  io::Loop& loop;
  const Settings& settings;
  Above& above;
  MemberCalls& members;
  Recorder& recorder;
  UsedTokens& used_tokens;
  NodeRate& node_rate;
  FigureCounters& counters;
};

class RoomHome {
 public:
  /// Called once: when what was said applies here, or with the reason why it never will.
  using Applied = std::move_only_function<void(base::Expected<void>)>;

  class Host {
   public:
    /// Gives it to the bus. It may come back to RoomHome::said from inside.
    virtual void publish(RoomHome& room, Utterance utterance, Applied applied) = 0;
    /// The room is not needed any more: destroys it, but not from inside.
    virtual void forget(RoomHome& room) = 0;
    /// What is said in the room from here on gets positions above this one.
    virtual void rise_above(RoomHome& room, std::int64_t position) = 0;
    /// How many are here now; for other nodes.
    virtual void count(RoomHome& room, Headcount here) = 0;
    /// How many are in the room on other nodes.
    virtual Headcount elsewhere(const RoomId& room) const = 0;

   protected:
    ~Host() = default;
  };

  RoomHome(RoomId id, const HomeServices& services, Host& host);
  ~RoomHome();
  RoomHome(const RoomHome&) = delete;
  RoomHome& operator=(const RoomHome&) = delete;

  const RoomId& id() const { return id_; }
  /// Asks for the record, the first time; before anything else.
  void open();
  /// Calls `task` with null once the room is open, at once if it is; or with why it cannot be.
  void when_open(std::move_only_function<void(const base::Error*)> task);

  // Of members (room_door.cc, room_actions.cc)
  void ask_in(Applicant applicant);
  void act(Seat seat, std::shared_ptr<const Person> person, ClientFrame frame);
  void gone(Seat seat, const Person& person);

  // Of others; the room is open. `done` gets the id of the event.
  void send_event(std::string_view name, const Attributes& attributes, Chat::Done done);
  void say(const Sender& sender, std::string_view content, const Attributes& attributes,
           Chat::Done done);
  void delete_message(std::string message_id, std::string_view reason, Chat::Done done);
  void disconnect_user(std::string user_id, std::string_view reason, Chat::Done done);
  Presence presence(std::size_t most_users) const;

  /// What came from the bus (room_said.cc). `applied` may be empty.
  void said(Utterance utterance, std::int64_t position, bool is_own, Applied applied);
  /// Something did not come from the bus (room_catch_up.cc): what lasts is asked for it.
  void missed();
  /// Here or on other nodes.
  void presence_changed();

  static constexpr std::size_t kMostWaiting = 50'000;  // while the room is being opened
  static constexpr std::size_t kMostChanges = 100;     // under way at a time
  static constexpr std::chrono::seconds kPresenceInterval{2};
  static constexpr std::chrono::seconds kReactionsInterval{1};
  static constexpr std::chrono::seconds kReactionsRecordInterval{2};

 private:
  using Task = std::move_only_function<void(const base::Error*)>;
  /// Somebody who asked for something and waits for the answer.
  struct Actor {
    Seat seat;
    std::shared_ptr<const Person> person;  // immutable, shared with the connection's loop
    std::string request_id;
  };
  /// A change that an actor made and that the record will show when it is read next.
  struct Cause {
    Actor actor;
    RoomChange change;
    bool is_answered = false;
  };
  struct Refresh {
    std::vector<Cause> causes;
    std::vector<Applied> applied;
    bool is_own = false;
  };

  // Life (room_home.cc)
  void on_loaded(base::Expected<RoomRecord> record);
  void run_waiting(const base::Error* error);
  void apply_moderation(const RoomRecord& record);
  void close(std::string_view reason);
  void keep_or_forget();
  std::weak_ptr<RoomHome*> self() const { return self_; }

  // Speaking (room_home.cc)
  /// Gives each loop with members the frame.
  void broadcast(Action action, const base::Slice& frame, bool is_extended);
  /// An event of our own for extended members.
  std::string notice_json(std::string_view name, const Attributes& attributes,
                          std::string_view request_id = {}) const;
  void notify(const std::string& json);
  void tell(const Seat& seat, const std::string& json);
  void tell_error(const Actor& actor, int code, std::string_view message,
                  std::optional<base::Duration> retry_after = {});
  /// What becomes of a failure that somebody in the room caused.
  void tell_failure(const Actor& actor, const base::Error& error);

  // Coming and going (room_door.cc)
  std::optional<Refusal> refusal_of(const Applicant& applicant);
  void let_in(const Applicant& applicant);
  Greeting greeting_for(const Applicant& applicant);
  Attributes limits() const;
  void end_connections(std::string_view user_id, const std::string& reason);
  Headcount headcount() const;
  void tell_presence();
  std::string presence_json() const;
  std::string pinned_json(std::string_view request_id) const;

  // Actions (room_actions.cc)
  void on(const Actor& actor, SendMessage message);
  void on(const Actor& actor, const DeleteMessage& action);
  void on(const Actor& actor, const DisconnectUser& action);
  void on(const Actor& actor, const React& action);
  void on(const Actor& actor, const PinMessage& action);
  void on(const Actor& actor, const UnpinMessage& action);
  void on(const Actor& actor, const BanUser& action);
  void on(const Actor& actor, const UnbanUser& action);
  void on(const Actor& actor, const SetSlowMode& action);
  void review(const Actor& actor, SendMessage message);
  void on_reviewed(ReviewedMessage message, const base::Expected<ReviewResult>& result);
  void say_message(const Actor& actor, std::string id, const SendMessage& message);
  void say_event(Utterance utterance, std::string_view name, const Attributes& attributes,
                 std::string_view request_id, Chat::Done done);
  /// Calls `done` with the id of what was said, or with why it was not.
  void publish(Utterance utterance, Chat::Done done);
  Chat::Done failure_to(const Actor& actor);
  void change(const Actor& actor, RoomChange change);

  // What was said (room_said.cc)
  void apply(const Utterance& utterance, std::int64_t position, bool is_own, Applied& applied);
  void keep(Action action, Entry::Kind kind, const Utterance& utterance, std::int64_t position,
            bool is_own);
  /// The pinned message was deleted.
  void unpin_deleted(bool is_own);
  base::Expected<void> react(const Utterance& utterance, bool is_own);
  void record_reactions(const Utterance& utterance, std::int64_t position, bool is_own);
  void tell_reactions(const std::string& message_id, Reactions& reactions);
  /// Does what is due now and can be put off; false if nothing is left.
  bool do_chores();
  void need_chores();

  // What is heard before the past is known (room_catch_up.cc)
  struct Early {
    Utterance utterance;
    std::int64_t position = 0;
    bool is_own = false;
    Applied applied;
  };
  void wait_for_past(Early early);
  /// Puts what the record does not know yet into its history, and forgets what it knows.
  void merge_early(RoomRecord& record);
  void apply_early();
  void fail_early(const base::Error& error);
  void catch_up();
  void on_past(base::Expected<RoomRecord> record);

  // Changes of the record (room_reload.cc)
  /// Whoever came while the record was being read.
  void answer_applicants();
  void refresh(bool is_own, Applied applied);
  void begin_refresh();
  void on_refreshed(base::Expected<RoomRecord> record);
  void apply_record(const RoomRecord& record, Refresh& refresh);
  void apply_bans(const RuleChanges& changes, Refresh& refresh);
  void answer_causes(const Refresh& refresh);
  static Attributes attributes_of(const Ban& ban);

  enum class State : std::uint8_t { kLoading, kOpen, kClosed };

  const RoomId id_;
  const HomeServices& services_;
  Host& host_;
  State state_ = State::kLoading;
  bool is_asked_for_ = false;
  std::vector<Task> waiting_;  // while loading
  std::vector<Early> early_;   // while loading or catching up
  bool is_catching_up_ = false;
  int failed_catch_ups_ = 0;

  RoomRules rules_;
  MessageFilter filter_;
  RateBucket rate_;
  HistoryRing history_;
  Attendance attendance_;
  ReviewQueue reviews_;
  std::optional<Entry> pinned_;
  std::int64_t last_position_ = 0;

  std::size_t changes_under_way_ = 0;
  Refresh next_refresh_;  // what the next reading of the record is for
  Refresh refresh_;       // what the one under way is for
  bool is_refreshing_ = false;
  std::vector<Applicant> applicants_;  // meanwhile
  bool must_refresh_ = false;
  int failed_refreshes_ = 0;

  Headcount told_;
  base::MonotonicTime told_presence_at_{};
  bool presence_is_due_ = false;
  std::vector<std::string> reacted_;          // messages with reactions to tell or to record
  std::unique_ptr<io::Timer> chores_timer_;   // made when first needed
  std::unique_ptr<io::Timer> refresh_timer_;  // made when first needed
  std::unique_ptr<io::Timer> past_timer_;     // made when first needed
  io::CoarseTimer idle_timer_;
  // For answers that come late: expired once this is gone. This loop alone uses it.
  std::shared_ptr<RoomHome*> self_;
};

}  // namespace chat
