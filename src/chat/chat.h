// The door of chat: rooms of any size. Owns who is in a room, what is said there and in which
// order, rates, bans and roles as they apply now, and the newest history; what lasts is kept by
// whoever stands above (Above), which also knows which rooms there are and whom a token lets in.
//
// Every room has a home loop for life, which decides what is said and in which order. A frame is
// encoded there once and posted once to each loop that has members; that loop writes it to them,
// several frames in one write when much is said. Nothing here blocks.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/slice.h"
#include "base/time.h"

namespace io {
class Loop;
class LoopGroup;
}  // namespace io

namespace chat {

using RoomId = base::Id<struct RoomTag>;  // the last part of a room's ARN, 12 alphanumerics

/// Names and values in the order in which they were given; at most 1 KB together.
using Attributes = std::vector<std::pair<std::string, std::string>>;

// ---- people ---------------------------------------------------------------------------------

/// What a person is in a room; each may do what those before it may.
enum class Role : std::uint8_t {
  kNone,
  kVip,        // slow mode and the built-in filters do not apply
  kModerator,  // may delete, disconnect, ban, pin
  kOwner,
};
std::string_view to_string(Role role);  // "NONE", "VIP", "MODERATOR", "OWNER"
std::optional<Role> role_of(std::string_view text);

struct Capabilities {
  bool send_message = false;
  bool delete_message = false;
  bool disconnect_user = false;
};

/// What a token says, once it was found genuine.
struct Pass {
  RoomId room;
  std::string user_id;    // at most 128 characters
  Attributes attributes;  // shown beside everything the user says
  Capabilities capabilities;
  Role role = Role::kNone;  // from the token; a role kept for the user counts if it is higher
  std::string token_id;     // a token opens one connection
  base::WallTime expires_at{};
  base::WallTime session_ends_at{};
};

struct Ban {
  std::string user_id;
  std::optional<base::WallTime> until;  // absent: until it is lifted
  std::string reason;
};

// ---- rooms ----------------------------------------------------------------------------------

/// The built-in review of messages. Everything off is the default.
struct Moderation {
  std::vector<std::string> blocked_words;     // whole words, without regard to case and accents
  std::vector<std::string> blocked_patterns;  // RE2
  enum class Links : std::uint8_t { kAllow, kDeny } links = Links::kAllow;
  /// The same text of one user again within this time is refused; 0: allowed.
  std::chrono::seconds repeated_text{0};
  /// Between two messages of one user; 0: off.
  std::chrono::seconds slow_mode{0};
  /// Who may speak, by the attributes of the token: `follower` or `verified` is "true".
  enum class Speakers : std::uint8_t {
    kEverybody,
    kFollowers,
    kVerified
  } speakers = Speakers::kEverybody;
  /// Users whose attribute `accountCreatedAt` (RFC 3339) is younger than this may not speak; 0:
  /// off.
  std::chrono::seconds new_account{0};
};

/// kInvalid with a sentence for a value that cannot work: a pattern that is none, too many words.
base::Expected<void> check_moderation(const Moderation& moderation);

/// A review by somebody outside, before a message is said.
struct Review {
  std::string handler;  // the ARN that the room names
  bool allow_on_failure = true;
};

/// One thing that was said. `payload` is the frame's JSON as everybody gets it.
struct Entry {
  enum class Kind : std::uint8_t {
    kMessage,
    kEvent,
    /// Not said, but changed: `payload` are the reactions to the message `about`.
    kReactions,
  };
  RoomId room;
  Kind kind = Kind::kMessage;
  /// Rises within a room; nanoseconds since 1970 or a little more.
  std::int64_t position = 0;
  std::string id;  // 12 alphanumerics
  base::WallTime at{};
  std::string user_id = {};  // who said it; empty for events
  std::string about = {};    // the message that an event deletes, or that reactions are for
  base::Slice payload;
};

/// All that is known above about a room.
struct RoomRecord {
  RoomId id;
  std::string arn;
  std::int32_t max_rate = 10;     // messages a second, all users together
  std::int32_t max_length = 500;  // code points
  std::optional<Review> review;
  Moderation moderation;
  std::vector<Ban> bans;
  std::vector<std::pair<std::string, Role>> roles;  // by user id
  std::optional<Entry> pinned;
  /// The newest of what was said, oldest first, at most Settings::history; deleted messages are
  /// not in it. Read when the room is opened, not when it is reloaded.
  std::vector<Entry> history;
  /// Never go behind this.
  std::int64_t last_position = 0;
};

/// A change that somebody in the room asked for, to be kept above.
struct RoomChange {
  enum class Kind : std::uint8_t { kBan, kUnban, kPin, kUnpin, kSlowMode } kind = Kind::kBan;
  Ban ban = {};                       // kBan; kUnban: the user
  std::string message_id = {};        // kPin
  std::chrono::seconds slow_mode{0};  // kSlowMode
  std::string by = {};                // user id of the moderator
};

struct ReviewRequest {
  std::string handler;
  std::string room_arn;
  std::string message_id;
  std::string content;
  Attributes attributes;
  std::string user_id;
  Attributes user_attributes;
  std::string address;  // without port
};
/// What may be said instead, or why not.
struct ReviewResult {
  bool allowed = true;
  std::string content = {};    // 1 to the room's length in code points
  Attributes attributes = {};  // at most 1 KB
  std::string reason = {};     // of a refusal, shown to the sender
};

/// What the engine asks and tells. Every call comes from a media loop and must not block; an
/// asynchronous answer is given once, on the loop named, never from inside the call.
class Above {
 public:
  virtual ~Above() = default;

  /// Reads a token: signature, form, times. kUnauthorized with a sentence for the client.
  virtual base::Expected<Pass> check_token(std::string_view token, base::WallTime now) const = 0;
  /// kNotFound if there is no such room. `with_history` when the room is opened.
  virtual void load_room(const RoomId& room, bool with_history, io::Loop& reply_to,
                         std::move_only_function<void(base::Expected<RoomRecord>)> done) = 0;
  /// An error (late, unreachable, senseless) means that the room's fallback decides.
  virtual void review(ReviewRequest request, io::Loop& reply_to,
                      std::move_only_function<void(base::Expected<ReviewResult>)> done) = 0;
  /// Keeps a change; the room is then reloaded by Chat::reload. kNotFound, kConflict, kLimit.
  virtual void change_room(const RoomId& room, RoomChange change, io::Loop& reply_to,
                           std::move_only_function<void(base::Expected<void>)> done) = 0;
  /// Keeps what was said: history and logs. In the order of each room.
  virtual void record(std::vector<Entry> entries) = 0;
};

// ---- between nodes --------------------------------------------------------------------------

/// How many are in a room.
struct Headcount {
  std::uint64_t connections = 0;
  std::uint64_t users = 0;
  bool operator==(const Headcount&) const = default;
};

/// Carries what rooms say to all nodes, in one order for each room; with one node, back to itself.
class Bus {
 public:
  struct Said {
    RoomId room;
    base::Slice payload;        // the engine's own form
    std::int64_t position = 0;  // rises within the room
    bool is_own = false;        // this node said it
  };
  /// What a shared bus tells a room besides.
  struct Note {
    enum class Kind : std::uint8_t {
      /// Answers listen(): from here on all is heard. What was said lately has just been given to
      /// `receive`, as not this node's own.
      kListening,
      kMissed,     // something that was said before this did not arrive
      kElsewhere,  // how many are in the room on other nodes changed
    };
    RoomId room;
    Kind kind = Kind::kListening;
    Headcount elsewhere = {};
  };
  virtual ~Bus() = default;
  /// Once, before loops run; `receive` is called on the room's home loop (`home_of`).
  virtual void start(std::function<io::Loop&(const RoomId&)> home_of,
                     std::function<void(Said)> receive) = 0;
  /// From the room's home loop. `failed` is called there if it will not be delivered.
  virtual void publish(const RoomId& room, base::Slice payload,
                       std::move_only_function<void(base::Error)> failed) = 0;
  /// Members here want to hear this room, or no more.
  virtual void listen(const RoomId& room, bool wanted) = 0;

  /// Whether there may be other nodes: only then there are notes.
  virtual bool is_shared() const { return false; }
  /// Once, before start(); `take` is called on the room's home loop, in the order of what is said.
  virtual void take_notes(std::function<void(Note)> /*take*/) {}
  /// From the room's home loop: what is published from here on gets positions above this one.
  virtual void rise_above(const RoomId& room, std::int64_t position) = 0;
  /// From the room's home loop: how many are in the room on this node now.
  virtual void count(const RoomId& /*room*/, Headcount /*here*/) {}
};

// ---- connections ----------------------------------------------------------------------------

enum class MemberId : std::uint64_t {};

/// One connection to a room; implemented above. On its loop. Lives until it called leave().
class MemberConnection {
 public:
  /// Writes whole WebSocket frames now, in one go.
  virtual void write(std::span<const base::Slice> frames) = 0;
  /// Octets that were written and that the kernel has not taken yet.
  virtual std::size_t backlog() const = 0;
  /// Says goodbye with a close frame and ends the connection. Nothing is written afterwards.
  /// leave() is called later, not from inside.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  /// Ends the connection without a word, so that the client comes back. leave() is called later,
  /// not from inside.
  virtual void drop() = 0;

 protected:
  ~MemberConnection() = default;
};

/// What a connection wants beyond the service's protocol (docs/chat.md); all off for clients that
/// do not ask.
struct JoinOptions {
  bool extended = false;     // frames of our own
  std::size_t history = 0;   // the last so many entries
  std::string since = {};    // those behind the entry with this id, at most Settings::history
  std::string address = {};  // of the peer, without port
};

/// Why somebody may not come in: for the answer to the handshake.
struct Refusal {
  std::uint16_t status = 403;
  std::string message;
};

/// A member that was let in and has not been given its connection yet; one that is destroyed
/// leaves again. On its loop.
class Admission {
 public:
  virtual ~Admission() = default;
};

/// The members on one loop. Made by Chat, used on its loop.
class LoopRooms {
 public:
  virtual ~LoopRooms() = default;
  /// Checks the token and asks the room's home. `done` on this loop, possibly from inside;
  /// statuses 401 (token), 403 (banned), 404 (no room), 429 (full), 503 (not now).
  virtual void admit(
      std::string_view token, JoinOptions options,
      std::move_only_function<void(std::expected<std::unique_ptr<Admission>, Refusal>)> done) = 0;
  /// The connection speaks WebSocket from here on; history may be written from inside.
  virtual MemberId join(std::unique_ptr<Admission> admission, MemberConnection& connection) = 0;
  /// A whole text message of the client. May call the connection.
  virtual void receive(MemberId member, std::string_view text) = 0;
  /// The connection has gone.
  virtual void leave(MemberId member) = 0;
};

// ---- the engine -----------------------------------------------------------------------------

struct Settings {
  std::size_t max_connections = 0;           // on this node; 0: no limit of ours
  std::size_t max_requests_per_second = 10;  // of one connection, all actions
  /// Messages a second on this node, all rooms; 0: no limit.
  std::size_t max_sends_per_second = 0;
  std::size_t history = 200;            // entries of a room kept in memory
  std::size_t max_backlog = 256 << 10;  // octets: a member further behind is dropped
  std::size_t max_reviews = 1'000;      // of one room at a time
  std::size_t max_message = 16 << 10;   // octets of one client message
  /// How long frames may wait for others when much is said.
  std::chrono::milliseconds max_gathering{25};
  /// A room without members is forgotten after this.
  std::chrono::seconds idle_room{60};
};

/// In whose name something is said from above; nobody with that id needs to be connected.
struct Sender {
  std::string user_id;    // at most 128 characters
  Attributes attributes;  // as those of a token
};

/// Totals since the start, and what is now; the names are the service's.
struct Figures {
  std::uint64_t connections = 0;  // now
  std::uint64_t rooms = 0;        // open now
  /// By action: SEND_MESSAGE, DELETE_MESSAGE, DISCONNECT_USER, SEND_EVENT.
  struct ByAction {
    std::uint64_t send_message = 0, delete_message = 0, disconnect_user = 0, send_event = 0;
  };
  ByAction requests;
  ByAction deliveries;
};

/// Who is in a room.
struct Presence {
  std::uint64_t connections = 0;
  std::vector<std::string> users;  // sorted; at most the limit asked for
  std::uint64_t user_count = 0;
};

class Chat {
 public:
  /// The loops and `above` outlive the engine; it is destroyed after the loops have stopped.
  /// `bus` null: one node alone.
  static std::unique_ptr<Chat> create(io::LoopGroup& loops, Settings settings, Above& above,
                                      std::unique_ptr<Bus> bus = nullptr);
  virtual ~Chat() = default;

  virtual LoopRooms& rooms(io::Loop& loop) = 0;

  // From any thread. `done` is called on the room's home loop with the id of the event.
  // kNotFound: no such room. kLimit: too many at once.
  using Done = std::move_only_function<void(base::Expected<std::string>)>;
  virtual void send_event(const RoomId& room, std::string name, Attributes attributes,
                          Done done) = 0;
  /// A message like a member's, in the room's order, kept and logged as all others; neither rates
  /// nor reviews nor bans apply. kInvalid: empty, or longer than the room's messages may be.
  virtual void say(const RoomId& room, Sender sender, std::string content, Attributes attributes,
                   Done done) = 0;
  virtual void delete_message(const RoomId& room, std::string message_id, std::string reason,
                              Done done) = 0;
  /// Tells the room, whether the user is connected or not, and closes the user's connections.
  virtual void disconnect_user(const RoomId& room, std::string user_id, std::string reason,
                               Done done) = 0;
  /// The record has changed: asks above for it again, tells members that want to know, closes the
  /// connections of banned users. `done` when it applies; on the home loop.
  virtual void reload(const RoomId& room, std::move_only_function<void()> done = {}) = 0;
  /// The room was deleted: every connection is closed with 1000.
  virtual void close_room(const RoomId& room) = 0;
  /// `done` on `reply_to`. A room that is not open is empty.
  virtual void presence(const RoomId& room, std::size_t most_users, io::Loop& reply_to,
                        std::move_only_function<void(Presence)> done) = 0;
  /// Everything said so far has been given to Above::record when `done` is called, on `reply_to`.
  virtual void flush(io::Loop& reply_to, std::move_only_function<void()> done) = 0;
  virtual Figures figures() const = 0;
  /// Takes nobody in any more and drops every connection, so that clients come back elsewhere;
  /// everything said is recorded when `done` is called, on `reply_to`.
  virtual void drain(io::Loop& reply_to, std::move_only_function<void()> done) = 0;
};

}  // namespace chat
