// One RTMP(S) publisher: socket, protocol, FLV and ingest put together. Begins on the loop that
// accepted it and moves, with its connection, to the home loop of its channel once the stream key
// is known to be good.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "io/coarse_timer.h"
#include "io/connection.h"
#include "live/live.h"
#include "media/flv/demuxer.h"
#include "server/session_set.h"
#include "wire/rtmp/server_session.h"

namespace server {

class RtmpSession;

/// What the sessions of one loop share.
struct RtmpContext {
  io::Loop* loop = nullptr;
  live::Live* live = nullptr;
  live::Admission* admission = nullptr;
  wire::rtmp::ServerSessionOptions options;
  SessionSet<RtmpSession>* sessions = nullptr;
  /// The context of another loop, for sessions that move there.
  std::move_only_function<RtmpContext&(io::Loop&)>* context_of = nullptr;
};

class RtmpSession final : private io::Connection::Handler,
                          private wire::rtmp::ServerListener,
                          private media::flv::FlvTrackListener,
                          private live::IngestOwner {
 public:
  /// `tls` is null for plain RTMP.
  RtmpSession(RtmpContext& context, io::Socket socket, const io::TlsContext* tls,
              std::uint64_t seed);
  ~RtmpSession() override;

  /// Of all loops, publishing or not.
  static std::int64_t open_connections();

  bool is_publishing() const { return ingest_ != nullptr; }

 private:
  // io::Connection::Handler
  void on_data(base::ByteSpan data) override;
  void on_closed(const base::Error& reason) override;
  // wire::rtmp::ServerListener
  void on_connect(const wire::rtmp::ConnectInfo& info) override;
  void on_publish(const wire::rtmp::PublishRequest& request) override;
  void on_media(wire::rtmp::MediaMessage message) override;
  void on_unpublish() override;
  // media::flv::FlvTrackListener
  void on_track(const media::Track& track) override;
  void on_sample(media::TrackKind kind, std::uint32_t track, media::Sample sample) override;
  void on_metadata(const media::flv::EncoderMetadata& metadata) override;
  void on_timed_text(std::int64_t time_us, media::TimedText text) override;
  void on_captions(std::int64_t time_us, media::CaptionData captions) override;
  void on_track_end(media::TrackKind kind, std::uint32_t track) override;
  // live::IngestOwner
  void on_ended(const base::Error& reason) override;

  void after_input(base::Expected<void> received);
  void ask_admission();
  void on_admission(base::Expected<live::PublishGrant> answer);
  void move_home(io::Loop& home);
  void open_ingest();
  void refuse(const base::Error& reason);
  void note(base::Expected<void> result);
  void flush();
  void leave(std::string_view why);
  void watch_deadline();

  RtmpContext* context_;
  const live::Protocol protocol_;
  const std::string remote_;
  std::unique_ptr<io::Connection> connection_;
  wire::rtmp::ServerSession session_;
  media::flv::FlvTrackReader reader_;
  std::unique_ptr<live::Ingest> ingest_;
  std::optional<wire::rtmp::PublishRequest> request_;  // waits for an answer
  std::optional<live::PublishGrant> grant_;
  std::uint32_t priority_ = 0;
  live::EncoderInfo encoder_;
  std::optional<base::Error> failure_;  // of the media; ends the broadcast
  std::optional<io::CoarseTimer> timer_;
  std::shared_ptr<RtmpSession*> self_;  // answers that come late find null here
};

}  // namespace server
