// The door of live: broadcasts come in through an Ingest, viewers' requests through a Playback.
//
// Every channel has one home loop for life (home_of); its Ingest is made, used and destroyed
// there. Viewers are served on whatever loop their connection is on, from snapshots.
#pragma once

#include <array>
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
#include "base/time.h"
#include "live/timeline.h"
#include "media/made_part.h"
#include "media/types.h"
#include "wire/http/message.h"
#include "wire/http/responder.h"

namespace io {
class Loop;
class LoopGroup;
}  // namespace io

namespace live {

// ---- admission: answered by whoever knows the channels -------------------------------------

enum class Protocol { kRtmp, kRtmps, kSrt, kWebRtc };
std::string_view to_string(Protocol protocol);

/// What a publisher presents.
struct PublishRequest {
  Protocol protocol = Protocol::kRtmp;
  std::string stream_key;  // secret
  std::string remote_address;
};

/// What it may do, fixed for the life of its Ingest.
struct PublishGrant {
  base::ChannelId channel;
  std::string channel_name;
  /// Highest average ingest bitrate in bit/s over ten seconds.
  std::uint64_t max_bitrate = 8'500'000;
  /// Highest picture size: total pixels, and pixels of the longer edge.
  std::uint32_t max_pixels = 1920 * 1088;
  std::uint32_t max_edge = 1920;
  enum class DefaultContainer { kTs, kFmp4 } container = DefaultContainer::kTs;
  /// Normal: players are offered whole segments only.
  enum class LatencyMode { kLow, kNormal } latency = LatencyMode::kLow;
  /// Which renditions are made of the broadcast beside its own (live/ladder.h has their sizes).
  enum class Ladder : std::uint8_t { kNone, kStandard, kAdvancedSd, kAdvancedHd };
  Ladder ladder = Ladder::kNone;
  /// The lower bitrates of the ADVANCED ladders.
  bool constrained_bandwidth = false;
  /// The broadcast is recorded: Above::record is asked for a sink, and given this.
  std::shared_ptr<const void> recording;
  /// Renditions are wanted even if nobody watches (they are recorded).
  bool records_renditions = false;
};

/// Says who may publish. Asked on any loop; answers on the same loop, at once or later.
class Admission {
 public:
  using Answer = std::move_only_function<void(base::Expected<PublishGrant>)>;
  virtual ~Admission() = default;
  virtual void authorise_publish(PublishRequest request, Answer answer) = 0;
};

// ---- ingest ---------------------------------------------------------------------------------

/// What the encoder says of itself.
struct EncoderInfo {
  std::string name;
  double frame_rate = 0;
  std::uint32_t video_bitrate = 0;  // bit/s, 0 if not told
  std::uint32_t audio_bitrate = 0;
  /// False if the encoder said that there is no audio: nobody waits for it then.
  bool may_have_audio = true;
};

/// What the encoder counts while it broadcasts, where it tells that inside its pictures
/// (media/codec/bpm.h); since its publisher came.
struct EncoderFigures {
  std::uint64_t rendered = 0;  // pictures composed
  std::uint64_t lagged = 0;    // composed too late: the machine was too busy
  std::uint64_t dropped = 0;   // left out because the network was too slow
  std::uint64_t output = 0;    // sent, all renditions together
  std::uint64_t skipped = 0;   // left out by the encoder of the main rendition: it was too slow
  /// From composing the newest told picture to handing it to the network; 0 if not told.
  base::Duration delay{};
  bool operator==(const EncoderFigures&) const = default;
};

/// Samples of a publisher that did not get into the stream.
struct DroppedSamples {
  std::uint64_t undecodable = 0;  // pictures before the first keyframe
  std::uint64_t displaced = 0;    // sound for a time that had its sound, or before the beginning
  std::uint64_t refused = 0;      // exceeded a limit
  std::uint64_t total() const { return undecodable + displaced + refused; }
  void operator+=(const DroppedSamples& other) {
    undecodable += other.undecodable;
    displaced += other.displaced;
    refused += other.refused;
  }
  bool operator==(const DroppedSamples&) const = default;
};

struct IngestOptions {
  Protocol protocol = Protocol::kRtmp;
  std::string remote_address;
  SourceClock clock;
  /// Takeover priority, 0 for none (stream takeover: a higher one replaces a lower one).
  std::uint32_t priority = 0;
};

/// Whoever owns an Ingest. Called on the home loop, never from inside a call into the Ingest.
class IngestOwner {
 public:
  virtual ~IngestOwner() = default;
  /// The broadcast was ended from our side: close the connection and destroy the Ingest.
  virtual void on_ended(const base::Error& reason) = 0;
};

/// One publisher's way in. Destroying it without finish() means that the publisher was lost: the
/// stream waits for it to come back.
class Ingest {
 public:
  virtual ~Ingest() = default;
  /// The stream this publisher feeds; for logs.
  virtual const base::StreamId& stream() const = 0;
  /// A track begins, or its configuration changes. `track.id` counts audio and video apart.
  /// kUnsupported or kLimit: the publisher has to be refused.
  virtual base::Expected<void> track(const media::Track& track) = 0;
  /// A coded sample with dts and pts in the clock of IngestOptions. kLimit: too much, refuse.
  virtual base::Expected<void> sample(media::TrackKind kind, std::uint32_t track,
                                      const media::Sample& sample) = 0;
  virtual void encoder(const EncoderInfo& info) = 0;
  /// Timed metadata at a source time.
  virtual void text(const media::TimedText& text, std::int64_t source_time) = 0;
  /// Captions that came beside the video; they are put into the picture that follows.
  virtual void captions(const media::CaptionData& captions, std::int64_t source_time) = 0;
  /// The publisher ended its broadcast on purpose.
  virtual void finish() = 0;
};

// ---- viewers' admission ----------------------------------------------------------------------

/// ISO 3166 alpha-2, or two zero octets if nobody knows.
using CountryCode = std::array<char, 2>;

/// What a viewer presents when it asks for a channel's multivariant playlist.
struct ViewRequest {
  base::ChannelId channel;
  std::string token;   // secret; empty if there is none
  std::string origin;  // of the page, as the browser says; empty if it says nothing
  std::string remote_address;
};

/// What it may see.
struct ViewGrant {
  /// Stands in the addresses of everything that the playlist refers to: letters, digits and
  /// "-._~" (but not "." or ".."), at most 3,000 of them. Whoever knows it may watch.
  std::string session{kOpenSession};
  /// Renditions whose pictures have a longer shorter edge are left out. The same that
  /// check_session says of this session.
  std::optional<std::uint32_t> max_height;
  /// The session of a channel that anybody may watch.
  static constexpr std::string_view kOpenSession = "-";
};

/// Why it may not, in the words of the service: {"error": sentence, "error_code": code}.
struct ViewRefusal {
  std::uint16_t status = 403;
  std::string code;
  std::string sentence;
};

/// How far a session reaches.
struct SessionBounds {
  std::optional<std::uint32_t> max_height;  // as in ViewGrant
};

/// Says who may watch. One for each loop, used on that loop only.
class ViewAdmission {
 public:
  using Answer = std::move_only_function<void(std::expected<ViewGrant, ViewRefusal>)>;
  virtual ~ViewAdmission() = default;
  /// Asked once for each request for the multivariant playlist of a live channel. Answers at once
  /// or later, on this loop, while the engine lives. An answer that takes too long, or whose
  /// viewer has left, has no effect any more.
  virtual void authorise_view(ViewRequest request, Answer answer) = 0;
  /// Asked for everything else: at once, at the cost of a table look-up.
  virtual std::expected<SessionBounds, ViewRefusal> check_session(const base::ChannelId& channel,
                                                                  std::string_view session,
                                                                  std::string_view origin) = 0;
  /// Where a viewer is; asked once for each new viewer, for counting.
  virtual CountryCode country_of(std::string_view remote_address) = 0;
};

// ---- playback -------------------------------------------------------------------------------

/// Whoever carries viewers' requests, usually an HTTP connection.
using ViewerConnection = wire::http::Responder;

struct PlaybackRequest {
  const wire::http::Request* http = nullptr;  // valid during the call
  std::string_view remote_address;            // without port; valid during the call
};

/// The viewers' side on one loop.
class Playback {
 public:
  virtual ~Playback() = default;
  /// Answers now, or later if the request is for something that is about to exist. Paths begin
  /// with kPlaybackPrefix. Returns a handle to cancel by, 0 if it was answered.
  virtual std::uint64_t request(const PlaybackRequest& request, ViewerConnection& connection,
                                std::uint64_t token) = 0;
  /// Forgets a request whose connection has gone. No effect on an answered one.
  virtual void cancel(std::uint64_t handle) = 0;
};

inline constexpr std::string_view kPlaybackPrefix = "/api/video/v1/";

// ---- events and status ----------------------------------------------------------------------

enum class Health : std::uint8_t { kUnknown, kHealthy, kStarving };

struct TrackStatus {
  std::string name;   // "video 0"
  std::string codec;  // RFC 6381
  std::uint32_t width = 0, height = 0;
  double frame_rate = 0;
  std::uint32_t sample_rate = 0, channels = 0;
};

/// One quality that viewers can choose.
struct RenditionStatus {
  enum class State : std::uint8_t {
    kRunning,
    kStarting,  // players are told of it already
    kShed,      // left out, because this machine cannot carry it now
    kIdle       // nobody watches
  };
  std::string name;        // "720p30", "audio_only"
  bool is_source = false;  // the publisher's own
  State state = State::kRunning;
  std::uint32_t width = 0, height = 0;  // 0 without pictures
  double frame_rate = 0;
  std::uint32_t bitrate = 0;  // bit/s: measured, or what it is made with
};

struct StreamStatus {
  base::ChannelId channel;
  base::StreamId stream;
  base::WallTime started_at;
  bool live = false;  // a publisher is connected and something can be played
  Health health = Health::kUnknown;
  /// The figures of the last seconds say something: media has come for half a second or more.
  bool measured = false;
  std::uint64_t bitrate = 0;        // bit/s over the last seconds, all tracks
  std::uint64_t video_bitrate = 0;  // bit/s over the last seconds
  std::uint64_t audio_bitrate = 0;
  double frame_rate = 0;               // pictures a second over the last seconds
  base::Duration keyframe_interval{};  // between the last two keyframes, 0 if not known
  std::uint32_t viewers = 0;
  /// The same by country, unordered; their sum is `viewers`.
  std::vector<std::pair<CountryCode, std::uint32_t>> viewers_by_country;
  EncoderInfo encoder;
  std::string protocol;
  std::string remote_address;  // of the publisher
  std::vector<TrackStatus> tracks;
  /// Of the whole stream, all its publishers.
  TimelineRepairs repairs;
  DroppedSamples dropped;
  /// Media time a second of clock over the last seconds; nothing if not known yet.
  std::optional<double> pace;
  base::Duration silence{};       // since the publisher's last sample
  std::uint64_t max_bitrate = 0;  // what the publisher may send, bit/s; 0 if there is none
  std::optional<EncoderFigures> encoder_figures;
  /// What is made and could be made of it, the source first, then from the top.
  std::vector<RenditionStatus> renditions;
  std::size_t window_bytes = 0;
};

struct StreamEvent {
  enum class Kind {
    kSessionCreated,
    kStreamStart,
    kSessionEnded,
    kStreamEnd,
    kStreamFailure,
    kTakeover,
    kTakeoverFailure,
    kIngestLost,
    kIngestBack,
    kLimitBreach,
    kStarvationStart,
    kStarvationEnd,
    kAdBreakInserted,
    kRenditionsChange  // of what is made beside the source; detail is a sentence for the streamer
  };
  Kind kind = Kind::kSessionCreated;
  base::ChannelId channel;
  base::StreamId stream;
  base::WallTime at{};
  std::string detail;  // reason or code, no secrets

  /// With kLimitBreach.
  struct Breach {
    enum class Limit : std::uint8_t { kIngestBitrate, kTotalPixels, kPixelsPerEdge };
    Limit limit = Limit::kIngestBitrate;
    std::int64_t value = 0;        // the limit itself, in bit/s or pixels
    std::int64_t exceeded_by = 0;  // the same unit, above 0
  };
  std::optional<Breach> breach;
  /// With kAdBreakInserted.
  struct AdBreak {
    std::string id;
    base::Duration duration{};
    base::WallTime starts_at{};
  };
  std::optional<AdBreak> ad_break;
  /// With kRenditionsChange: names of renditions, from the top.
  struct Renditions {
    std::vector<std::string> running;
    std::vector<std::string> missing;  // wanted, and not made
  };
  std::optional<Renditions> renditions;
  /// With kStreamStart and kTakeover: what comes in.
  std::shared_ptr<const StreamStatus> status;
};
std::string_view to_string(StreamEvent::Kind kind);

/// Told about every change of state; on the home loop of the channel.
class StreamEvents {
 public:
  virtual ~StreamEvents() = default;
  virtual void on_event(const StreamEvent& event) = 0;
};

// ---- the engine -----------------------------------------------------------------------------

/// A clip that can be played over and over, made by load_slate.
class Slate;
/// Reads an MPEG-TS file with H.264 and AAC as a slate. Not on a media loop (it reads a file).
base::Expected<std::shared_ptr<const Slate>> load_slate(const std::string& path);

/// How renditions are made (PublishGrant::ladder).
struct RenditionSettings {
  enum class Mode : std::uint8_t {
    kOff,
    kWatched,  // while somebody watches the channel, or its renditions are recorded
    kAlways
  };
  Mode mode = Mode::kOff;
  /// The helper program, rostrum-av; empty: no renditions, and no sound that has to be converted.
  std::string helper;
  std::string encoder = "libx264";  // a name of libavcodec
  std::string preset = "veryfast";
  /// What all renditions together may cost, in cores of this machine; 0: measured at start, one
  /// core less than there are.
  double cores = 0;
  /// Where the measurement is kept between starts; empty: nowhere.
  std::string measurements;
  /// What happens when the budget is used up.
  enum class Policy : std::uint8_t { kDegrade, kRefuse } policy = Policy::kDegrade;
};

/// What the renditions of all channels cost, and what they may.
struct RenditionLoad {
  bool enabled = false;
  bool measured = false;  // costs were measured on this machine; otherwise they are estimates
  std::string encoder;
  std::string preset;
  double cores = 0;            // what they may cost, in cores of this machine
  double used = 0;             // what those that run are counted with
  std::uint32_t channels = 0;  // that have renditions now
  std::uint32_t running = 0;   // renditions
  std::uint32_t shed = 0;      // wanted, and left out
};

struct Settings {
  std::string region = "local";
  std::string account = "000000000000";
  base::Duration part = std::chrono::milliseconds(200);
  base::Duration segment = std::chrono::seconds(2);
  base::Duration window = std::chrono::seconds(12);
  /// How long a lost publisher may stay away before its stream ends; also how long one may be
  /// connected without sending media.
  base::Duration reconnect_window = std::chrono::seconds(30);
  base::Duration max_stream_duration = std::chrono::hours(48);
  /// Publishers at the same time, over all channels.
  std::size_t max_publishers = 10'000;
  /// How long a finished broadcast can still be played to its end.
  base::Duration ended_kept = std::chrono::seconds(60);
  /// A streaming response whose viewer is further behind than this is cut.
  std::size_t max_viewer_backlog = 4 << 20;
  /// Played in advertising breaks; null: the broadcast itself goes on.
  std::shared_ptr<const Slate> slate;
  RenditionSettings renditions;
};

class Live {
 public:
  /// Who is above; all outlive the engine.
  struct Above {
    StreamEvents* events = nullptr;
    /// Asked once for each loop, when the engine is made.
    std::function<ViewAdmission&(io::Loop&)> view_admission;
    /// Asked on the home loop when a broadcast begins that has PublishGrant::recording; who takes
    /// its parts, all renditions, until it ends. May be null, and may answer null.
    std::function<std::unique_ptr<media::PartSink>(const PublishGrant&, const base::StreamId&,
                                                   base::WallTime started_at)>
        record = nullptr;
  };
  /// The loops outlive this object; it is destroyed after they have stopped.
  static std::unique_ptr<Live> create(io::LoopGroup& loops, Settings settings, const Above& above);
  virtual ~Live() = default;

  virtual io::Loop& home_of(const base::ChannelId& channel) = 0;
  /// On the home loop. kConflict: somebody else is publishing. kLimit: the server is draining.
  virtual base::Expected<std::unique_ptr<Ingest>> open_ingest(const PublishGrant& grant,
                                                              IngestOptions options,
                                                              IngestOwner& owner) = 0;
  /// On any loop of the group: the viewers' side there.
  virtual Playback& playback(io::Loop& loop) = 0;
  /// Path of a channel's multivariant playlist.
  virtual std::string playback_path(const base::ChannelId& channel) const = 0;

  /// On the home loop: timed metadata from outside the broadcast. kNotFound if nothing is live.
  virtual base::Expected<void> put_metadata(const base::ChannelId& channel,
                                            std::string payload) = 0;
  /// On the home loop: ends the broadcast and disconnects its publisher, who may come back.
  /// kNotFound if nothing is live.
  virtual base::Expected<void> stop(const base::ChannelId& channel) = 0;
  /// On the home loop: an advertising break of whole seconds from the next segment on, marked in
  /// the playlists; the slate of the settings is played meanwhile if there is one. Gives when it
  /// starts. kNotFound if nothing is live, kConflict while one runs, kUnsupported unless MPEG-TS is
  /// the channel's container.
  virtual base::Expected<base::WallTime> insert_ad_break(const base::ChannelId& channel,
                                                         std::string id,
                                                         std::chrono::seconds duration) = 0;
  /// Gathers the state of all streams and calls `done` on `reply_to`. From any thread.
  virtual void status(io::Loop& reply_to,
                      std::move_only_function<void(std::vector<StreamStatus>)> done) = 0;
  /// What renditions cost. From any thread.
  virtual RenditionLoad rendition_status() const = 0;
  /// Ends every broadcast properly (last parts out, playlists ended) and takes no new ones; calls
  /// `done` on `reply_to`. From any thread.
  virtual void drain(io::Loop& reply_to, std::move_only_function<void()> done) = 0;
};

}  // namespace live
