// The door of record: broadcasts are kept while they are made (Recorder), and watched again while
// they go on and afterwards (Replay).
//
// What is kept goes through a spool, a folder of this machine: every part is on disk when it has
// been made, so that a recording outlives a crash of the server and a store of objects that cannot
// be reached. From there finished segments go to the object store in the service's layout (keys
// "ivs/v1/<account>/<channel>/<year>/<month>/<day>/<hour>/<minute>/<recording>/...").
//
// The recorder has a thread of its own, where it may wait for a disk. Viewers are served on
// whatever loop their connection is on.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "base/slice.h"
#include "base/time.h"
#include "media/made_part.h"
#include "media/types.h"
#include "wire/http/message.h"
#include "wire/http/responder.h"

namespace io {
class Loop;
class LoopGroup;
class ObjectStore;
}  // namespace io

namespace record {

// ---- what is recorded -------------------------------------------------------------------------

/// By height: 160 to 360, to 480, to 720, to 1080.
enum class ResolutionClass : std::uint8_t { kLowest, kSd, kHd, kFullHd };

struct ThumbnailPlan {
  bool enabled = true;
  std::chrono::seconds interval{60};
  bool sequential = true;  // media/thumbnails/thumb<N>.jpg
  bool latest = false;     // media/latest_thumbnail/thumb.jpg
  /// Pictures of the rendition of this class; absent: of the source.
  std::optional<ResolutionClass> resolution;
};

/// What a broadcast's channel asks for; fixed when the broadcast begins.
struct Plan {
  base::ChannelId channel;
  std::string channel_arn;
  std::string channel_name;
  std::string account;
  std::string bucket;
  enum class Renditions : std::uint8_t { kAll, kNone, kCustom } renditions = Renditions::kAll;
  std::vector<ResolutionClass> custom;
  ThumbnailPlan thumbnails;
  /// A broadcast that begins within this time after the last one goes into the same recording.
  base::Duration reconnect_window{};
  /// Only for going back in a running broadcast: nothing leaves the spool, nobody is told, and only
  /// the last so many seconds are kept. 0: a recording.
  base::Duration time_shift{};
};

/// One quality of a recording.
struct RecordedRendition {
  std::string name;  // "720p30": its folder
  std::uint32_t width = 0, height = 0;
  double frame_rate = 0;
  std::uint32_t bandwidth = 0;
  std::vector<std::string> codecs;
};

/// What is known of a recording; told when it changes, and asked for when somebody wants to watch.
struct Facts {
  std::string recording;  // 12 characters, the last part of the prefix
  std::string session;    // 16 characters: recording_session_id of events
  base::ChannelId channel;
  std::string channel_arn;
  std::string channel_name;
  std::string bucket;
  std::string prefix;                   // without a slash at either end
  std::vector<base::StreamId> streams;  // merged into it, in order
  base::WallTime started_at{};
  std::optional<base::WallTime> ended_at;  // absent: it goes on, or waits for its end
  base::Duration duration{};
  std::uint64_t bytes = 0;  // of media and pictures
  media::PartContainer container = media::PartContainer::kMpegTs;
  std::vector<RecordedRendition> renditions;
  std::uint32_t thumbnails = 0;  // thumb0.jpg to thumb<n-1>.jpg
  std::chrono::seconds thumbnail_interval{60};
  bool time_shift = false;
};

/// A change of state, in the order of their happening for one recording.
struct Notice {
  enum class Kind : std::uint8_t {
    kStarted,  // its first segment is in the store
    kGoesOn,   // figures of a running one, every few seconds; no event of the service
    kEnded,    // everything is in the store
    kStartFailed,
    kEndFailed,  // ended, but something is missing
    kTimeShift,  // a window back into a running broadcast opens or moves on
    kTimeShiftOver
  };
  Kind kind = Kind::kStarted;
  base::StreamId stream;  // the newest one
  std::string reason;     // of failures: a sentence without secrets
  Facts facts;
};

// ---- viewers ----------------------------------------------------------------------------------

struct ReplayView {
  base::ChannelId channel;
  std::string token;   // secret; empty if there is none
  std::string origin;  // of the page
  std::string remote_address;
};
struct ReplayGrant {
  std::string session;  // stands in addresses; "-" where anybody may watch
  std::optional<std::uint32_t> max_height;
};
struct ReplayRefusal {
  std::uint16_t status = 403;
  std::string code;
  std::string sentence;
};

/// Says who may watch; one for each loop, used there only. The channel's own rules.
class ReplayAdmission {
 public:
  using Answer = std::move_only_function<void(std::expected<ReplayGrant, ReplayRefusal>)>;
  virtual ~ReplayAdmission() = default;
  virtual void authorise_replay(ReplayView view, Answer answer) = 0;
  /// For everything else: at once.
  virtual std::expected<std::optional<std::uint32_t>, ReplayRefusal> check_replay(
      const base::ChannelId& channel, std::string_view session, std::string_view origin) = 0;
};

struct ReplayRequest {
  const wire::http::Request* http = nullptr;  // valid during the call
  std::string_view remote_address;            // valid during the call
};

/// The viewers' side on one loop.
class Replay {
 public:
  virtual ~Replay() = default;
  /// Answers now or later. Paths begin with kReplayPrefix. Returns a handle to cancel by, 0 if it
  /// was answered.
  virtual std::uint64_t request(const ReplayRequest& request, wire::http::Responder& responder,
                                std::uint64_t token) = 0;
  virtual void cancel(std::uint64_t handle) = 0;
};

/// <prefix><recording>.m3u8[?token=] is the multivariant playlist, .mp4 the download, .vtt the
/// seek bar's pictures; what they refer to stands below <prefix><recording>/<session>/. See
/// docs/recording.md.
inline constexpr std::string_view kReplayPrefix = "/api/video/v1/recordings/";

// ---- the engine -------------------------------------------------------------------------------

struct Settings {
  std::string spool;  // a folder; made if it is missing
  /// Octets the spool may hold; more, or a full disk, ends the recordings that wait there with a
  /// failure.
  std::uint64_t max_spool = std::uint64_t{20} << 30;
  /// Media that may wait in memory for the disk, for all broadcasts together.
  std::size_t max_waiting = std::size_t{256} << 20;
  /// About the length of a recorded segment.
  base::Duration segment = std::chrono::seconds(10);
  /// The helper program that makes thumbnails; empty: none are made.
  std::string helper;
};

/// Who is above; outlives the engine.
class Above {
 public:
  virtual ~Above() = default;
  /// On the recorder's thread.
  virtual void on_notice(const Notice& notice) = 0;
  /// Where objects are kept. Asked on each loop that needs one, and on the recorder's; null if
  /// nothing is configured (then only time-shift works).
  virtual std::unique_ptr<io::ObjectStore> make_store(io::Loop& loop) = 0;
  /// What was told of a recording by its id; nothing if there is none (any more). From any thread;
  /// answers on `reply_to`.
  virtual void find(const std::string& recording, io::Loop& reply_to,
                    std::move_only_function<void(std::optional<Facts>)> done) = 0;
  /// Asked once for each loop when the engine is made.
  virtual ReplayAdmission& replay_admission(io::Loop& loop) = 0;
};

/// A part of a recording that becomes one of its own.
struct ClipRequest {
  std::string recording;
  base::Duration start{};  // from its beginning; cut at the keyframe at or before
  base::Duration end{};
};

class Recorder {
 public:
  /// Takes up what a crash left in the spool: such recordings are finished, and told of.
  static base::Expected<std::unique_ptr<Recorder>> create(io::LoopGroup& loops, Settings settings,
                                                          Above& above);
  /// After drain(), when the loops have stopped.
  virtual ~Recorder() = default;

  /// A broadcast begins: its parts are kept from now on. From any thread; the sink is used on one.
  virtual std::unique_ptr<media::PartSink> open(Plan plan, base::StreamId stream,
                                                base::WallTime started_at) = 0;
  /// On any loop of the group: the viewers' side there.
  virtual Replay& replay(io::Loop& loop) = 0;
  /// Makes a recording out of a part of one. `done` gets its facts, on the recorder's thread.
  /// kNotFound; kInvalid: nothing lies between start and end; kLimit: too many at once.
  virtual void clip(ClipRequest request,
                    std::move_only_function<void(base::Expected<Facts>)> done) = 0;
  /// Deletes everything below its prefix. `done` on the recorder's thread. kConflict while it goes
  /// on.
  virtual void remove(Facts facts, std::move_only_function<void(base::Expected<void>)> done) = 0;
  /// Finishes what is open (recordings that wait for their reconnect window go on at the next
  /// start), stores what it can within seconds and keeps the rest in the spool. From any thread;
  /// `done` on `reply_to`.
  virtual void drain(io::Loop& reply_to, std::move_only_function<void()> done) = 0;
};

}  // namespace record
