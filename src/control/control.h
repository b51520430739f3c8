// The door of control: the IVS-shaped APIs, the resources behind them, who may publish and watch,
// events and metrics. Owns what is known about channels; live asks it and tells it.
//
// Requests are answered on worker threads (io::SqlWorkers); media loops are never blocked.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/time.h"
#include "chat/chat.h"
#include "live/live.h"
#include "record/record.h"
#include "wire/http/message.h"

namespace io {
class Loop;
class SqlConnection;
class SqlDatabase;
class SqlWorkers;
}  // namespace io

namespace control {

enum class LimitsMode : std::uint8_t {
  kGenerous,  // only what is part of the contract, and what the operator sets
  kIvs,       // the service's own rates and quotas
};

/// A target of an event rule.
struct TargetSettings {
  std::string id;
  std::string url;      // http(s):// of a webhook, nats:// of a NATS server
  std::string subject;  // NATS
  std::string secret;   // signs webhooks
};

/// An event rule from the configuration: it stands beside those made by the API, unchangeable.
struct RuleSettings {
  std::string name;
  std::string pattern;  // JSON
  std::vector<TargetSettings> targets;
};

/// Where a review handler is that rooms name by the ARN of a Lambda function.
struct ReviewHandlerSettings {
  std::string function;  // its name
  std::string url;
  std::string secret;  // signs the requests; empty: unsigned
  base::Duration timeout = std::chrono::milliseconds(200);
};

/// Where objects are kept: recordings, logs of chat.
struct ObjectStoreSettings {
  std::string folder;  // used unless there is an endpoint
  /// Of any service that speaks S3: "https://s3.eu-central-1.amazonaws.com".
  std::string endpoint;
  std::string region = "us-east-1";
  std::string access_key_id;
  std::string secret_access_key;  // secret
  bool virtual_host = false;  // https://bucket.endpoint/key in place of https://endpoint/bucket/key
};

struct ChatSettings {
  /// How long a token may be used to connect; 0: until its session ends.
  base::Duration token_validity{};
  /// What was said is kept this long; 0: for ever.
  base::Duration history_keep = std::chrono::hours(24 * 30);
  /// Entries of a room that the engine holds in memory: chat::Settings::history.
  std::size_t history = 200;
  /// Chat logs become an object of S3 for each such stretch of time: a divisor of an hour.
  std::chrono::seconds log_interval = std::chrono::minutes(5);
  std::vector<ReviewHandlerSettings> review_handlers;
};

/// What the operator says of recordings; what each channel says is its recording configuration.
struct RecordingSettings {
  /// How far back viewers of a running broadcast may go that is not recorded; 0: not at all.
  base::Duration time_shift{};
  /// Recordings are removed this long after they ended; 0: never.
  base::Duration keep{};
  /// The oldest are removed when all of them have more octets than this; 0: never.
  std::uint64_t keep_bytes = 0;
};

struct Settings {
  std::string region = "local";
  std::string account = "000000000000";
  /// Of this program, as it is told to operators.
  std::string version = {};
  /// File with the key that secrets in the database are encrypted with; made if it is missing.
  std::string secrets_file;
  /// Where viewers reach us, without a slash at the end; empty: what each request names.
  std::string public_url;
  /// What channels name as their ingest endpoint; empty: the host of each request.
  std::string ingest_endpoint;
  std::uint16_t srt_port = 0;  // set by Control::start
  LimitsMode limits = LimitsMode::kGenerous;
  /// Requests a second and key for one operation in the generous mode; 0: no limit.
  double requests_per_second = 0;
  /// Which region a signature may name; empty: any.
  std::string signing_region;
  /// A MaxMind database of countries; empty: countries are not known.
  std::string country_database;
  base::Duration session_history = std::chrono::hours(24 * 60);
  std::uint64_t max_concurrent_streams = 0;  // 0: no limit
  std::uint64_t max_concurrent_views = 0;
  std::uint32_t max_pixels = 0;
  std::uint32_t max_edge = 0;
  std::uint64_t max_bitrate = 0;  // bit/s
  std::vector<RuleSettings> rules;
  ChatSettings chat;
  ObjectStoreSettings objects;
  RecordingSettings recording;
};

/// A channel that the configuration (or the demo) declares: made, or brought to this state, at
/// every start.
struct DeclaredChannel {
  base::ChannelId id;
  std::string name;
  std::string stream_key;  // secret
  std::string passphrase;  // secret; empty: SRT needs none
  std::string type = "STANDARD";
  bool insecure_ingest = false;
  bool low_latency = true;
  bool fragmented_mp4 = false;
  std::uint64_t max_bitrate = 0;  // bit/s; 0: the type's own
};

/// What the pages show of a channel.
struct ChannelListing {
  base::ChannelId id;
  std::string name;
  bool authorized = false;
};

/// What the pages show of a recording that is over, newest first in lists.
struct RecordingListing {
  std::string id;
  std::string name;  // of a clip; empty: the channel's
  base::WallTime started_at{};
  base::Duration duration{};
  bool is_clip = false;
  bool has_thumbnails = false;
};
struct ChannelRecordings {
  std::vector<RecordingListing> recordings;
  /// Its broadcast can be watched from this moment on (record.h: live.<channel>.m3u8).
  std::optional<base::WallTime> reaches_back_to;
};

/// A request to the API and where it came from.
struct ApiRequest {
  wire::http::Request http;
  std::string remote_address;
  bool is_secure = false;
};

/// A call of an operation by a part of this program, which needs no key: it may do everything, at
/// any rate.
struct OwnCall {
  std::string operation;
  boost::json::object input;
  /// How the one that it is for reached us: what endpoints in the answer name, unless the
  /// configuration says.
  std::string host = {};
  bool is_secure = false;
};
struct OwnAnswer {
  std::uint16_t status = 200;
  boost::json::object output = {};
  std::string error = {};     // "ResourceNotFoundException"; empty: it succeeded
  std::string message = {};   // of the error
  bool is_disk_full = false;  // why it failed
  bool ok() const { return error.empty(); }
};

struct AccessKeySecret {
  std::string id;
  std::string secret;
};

/// Rights and limits of a new access key.
struct AccessKeyOptions {
  std::string name = {};
  bool read_only = false;
  std::string service = {};   // empty: all
  std::string resource = {};  // ARN pattern; empty: all
  std::int64_t requests_per_second = 0;
  std::int64_t requests_per_day = 0;
};

/// What the SRT handshake needs to know before there is a connection.
struct SrtEntry {
  base::ChannelId channel;
  std::string passphrase;  // secret; empty: the caller must come without
};

/// An event that was recorded.
struct EventNotice {
  std::uint64_t sequence = 0;  // rises with every event
  std::string channel_arn = {};
  std::string detail_type = {};
  std::shared_ptr<const std::string> envelope = {};  // one line of JSON
};

class Control {
 public:
  /// `sql` outlives its work (stop()); what waits there then is run before this is destroyed: end
  /// `sql` first. Its database was prepared. Sessions that a crash left open are ended.
  static base::Expected<std::unique_ptr<Control>> create(Settings settings, io::SqlWorkers& sql);
  virtual ~Control() = default;

  // Set-up, before the loops run, in this order.
  virtual base::Expected<void> declare(const std::vector<DeclaredChannel>& channels) = 0;
  /// For live::Live::create. The gates for viewers are made here.
  virtual live::Live::Above above() = 0;
  /// For chat::Chat::create. Outlives what is made with it.
  virtual chat::Above& chat_above() = 0;
  /// For record::Recorder::create. Outlives what is made with it.
  virtual record::Above& recorder_above() = 0;
  /// Who records; it outlives stop(). Without it nothing is recorded.
  virtual void set_recorder(record::Recorder& recorder) = 0;
  /// From now on events are delivered, metrics are taken, and old recordings removed. `srt_port` is
  /// what channels name, 0 if SRT is off.
  virtual void start(live::Live& live, chat::Chat& chat, std::uint16_t srt_port) = 0;
  /// Stops deliveries; call when live and the recorder have drained.
  virtual void stop() = 0;

  /// For publishers on that loop; made when it is asked for first, before the loops run.
  virtual live::Admission& admission(io::Loop& loop) = 0;
  /// Blocks for the database: only from libsrt's own thread. kUnauthorized if the key is not known
  /// or the channel has no passphrase and needs one.
  virtual base::Expected<SrtEntry> find_srt(const std::string& stream_key) = 0;

  /// Whether the request is one for the API (POST /Operation, /tags/, our own signed routes).
  virtual bool is_api(const wire::http::Request& request) const = 0;
  using Reply = std::move_only_function<void(wire::http::Response)>;
  /// Answers on a worker's thread; `reply` has to get the response to where it belongs.
  virtual void handle(ApiRequest request, Reply reply) = 0;
  /// Answers on a worker's thread, which `done` must not block.
  virtual void call(OwnCall call, std::move_only_function<void(OwnAnswer)> done) = 0;
  /// Checks signature and rights of a request to a route of our own, as if it called `operation`.
  /// `done` gets the refusal, or nothing if it may; on a worker's thread.
  virtual void authorise(
      ApiRequest request, std::string operation,
      std::move_only_function<void(std::optional<wire::http::Response>)> done) = 0;

  /// Channels for the pages, at most `limit`, live ones first. On a worker's thread.
  virtual void list_channels(std::size_t limit,
                             std::move_only_function<void(std::vector<ChannelListing>)> done) = 0;
  virtual void find_channel(const base::ChannelId& id,
                            std::move_only_function<void(std::optional<ChannelListing>)> done) = 0;

  /// What anybody may see of a channel's past broadcasts, at most `limit`, older than the recording
  /// `before` unless that is empty. Nothing is told of private channels. On a worker's thread;
  /// kNotFound.
  virtual void list_recordings(
      const base::ChannelId& channel, std::string before, std::size_t limit,
      std::move_only_function<void(base::Expected<ChannelRecordings>)> done) = 0;

  /// The service's metrics of what is live, in Prometheus' text form; new every five seconds. From
  /// any thread.
  virtual std::string metrics_text() const = 0;

  // Chat of channels, for pages: one room for each channel, made when it is asked for first.

  /// Lets a person into the room of a channel.
  struct ChatEntry {
    base::ChannelId channel;
    /// A text of CreateRoomInvite: decides user, role and capabilities. Empty: a visitor.
    std::string invite;
    /// What an earlier answer gave: the same person again. Empty or expired: a new one.
    std::string visitor;
    std::string display_name;
    bool may_send = true;  // visitors
  };
  struct ChatEntryGrant {
    std::string token;
    std::string user_id;
    std::string display_name;
    std::string visitor;
    chat::Role role = chat::Role::kNone;
    chat::Capabilities capabilities;
    base::WallTime token_expires_at{};
    base::WallTime session_ends_at{};
    std::int64_t max_length = 0;  // code points of a message
    std::string room_arn;
    /// A time-out: the person is not let in before this, and nothing else is here.
    std::optional<base::WallTime> banned_until;
  };
  /// On a worker's thread. kNotFound: no such channel; kUnauthorized: the invitation; kConflict:
  /// banned; kUnsupported: the channel is private, and this is no invitation; kInvalid: the name.
  virtual void enter_chat(ChatEntry entry,
                          std::move_only_function<void(base::Expected<ChatEntryGrant>)> done) = 0;
  /// What was said in a channel's room between two instants, oldest first, behind the entry `after`
  /// if given; frames as they were sent. On a worker's thread; kNotFound.
  virtual void chat_messages(
      const base::ChannelId& channel, base::WallTime from, base::WallTime until, std::string after,
      std::size_t limit,
      std::move_only_function<void(base::Expected<std::vector<chat::Entry>>)> done) = 0;

  /// What is said in all rooms, in the order of each: messages, events and reactions. Called on
  /// media loops: it must not block, nor say anything itself. Before the loops run.
  virtual void listen_to_chat(std::function<void(const chat::Entry&)> listener) = 0;

  /// Every event as it happens, in order: for dashboards. `subscriber` is called on any thread and
  /// must not block, first with the sequence of the last event before those it will get, and no
  /// envelope. The token ends it; a call that is under way may still come.
  using EventLine = std::function<void(const EventNotice&)>;
  virtual std::uint64_t subscribe_events(EventLine subscriber) = 0;
  virtual void unsubscribe_events(std::uint64_t token) = 0;
  /// Kept events behind `after`, in order, at most `limit`. On a worker's thread.
  virtual void events_after(
      std::uint64_t after, std::size_t limit,
      std::move_only_function<void(base::Expected<std::vector<EventNotice>>)> done) = 0;
};

/// Brings the tables to the newest version: once, before workers are made.
base::Expected<void> prepare_database(io::SqlDatabase& database);

/// Makes a key directly in the database: at first start, and for the command line. kInvalid for
/// options that the API refuses, kLimit if there are too many keys.
base::Expected<AccessKeySecret> create_access_key(io::SqlConnection& sql,
                                                  const std::string& secrets_file,
                                                  const AccessKeyOptions& options);
/// A key as lists show it.
struct AccessKeyListing {
  std::string id;
  AccessKeyOptions options;
  base::WallTime created_at{};
};
/// Oldest first.
base::Expected<std::vector<AccessKeyListing>> list_access_keys(io::SqlConnection& sql);
enum class LastKey : std::uint8_t { kKeep, kDelete };
/// A running server refuses the key from then on. kNotFound; kConflict if `last` says to keep the
/// last key without any restriction and this is it.
base::Expected<void> delete_access_key(io::SqlConnection& sql, const std::string& id, LastKey last);
base::Expected<bool> has_access_keys(io::SqlConnection& sql);
base::Expected<bool> has_channels(io::SqlConnection& sql);

/// The service's quota of messages a second, all rooms together.
std::size_t chat_sends_per_second();

}  // namespace control
