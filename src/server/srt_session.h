// One SRT publisher: connection, MPEG-TS demuxer and ingest put together. Lives on the home loop of
// its channel from the beginning: the stream id names the channel before there is a connection.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "io/srt.h"
#include "live/live.h"
#include "media/mpegts/demuxer.h"
#include "server/config.h"
#include "server/session_set.h"
#include "server/srt_stream_name.h"

namespace control {
class Control;
}

namespace server {

class SrtSession;

struct SrtContext {
  io::Loop* loop = nullptr;
  live::Live* live = nullptr;
  live::Admission* admission = nullptr;
  SessionSet<SrtSession>* sessions = nullptr;
};

/// Starts the listener that config.srt describes; sessions appear on the loops that `context_of`
/// tells the contexts of.
base::Expected<std::unique_ptr<io::SrtListener>> listen_for_srt(
    const Config& config, control::Control& control, live::Live& live,
    std::function<SrtContext&(io::Loop&)> context_of);

class SrtSession final : private io::SrtConnection::Handler,
                         private media::mpegts::DemuxerListener,
                         private live::IngestOwner {
 public:
  SrtSession(SrtContext& context, std::unique_ptr<io::SrtConnection> connection);
  ~SrtSession() override;

  /// Asks for admission and begins; call once it is in its set.
  void begin();

 private:
  // io::SrtConnection::Handler
  void on_data(base::ByteSpan data) override;
  void on_closed(const base::Error& reason) override;
  // media::mpegts::DemuxerListener
  void on_program(std::size_t videos, std::size_t audios) override;
  void on_track(const media::Track& track) override;
  void on_sample(const media::Track& track, media::Sample sample) override;
  void on_text(media::Ticks pts, media::TimedText text) override;
  void on_unsupported(const std::string& what) override;
  // live::IngestOwner
  void on_ended(const base::Error& reason) override;

  void on_admission(base::Expected<live::PublishGrant> answer);
  void refuse(const base::Error& reason);
  void note(base::Expected<void> result);

  SrtContext& context_;
  std::unique_ptr<io::SrtConnection> connection_;
  const std::string remote_;
  const SrtStreamName name_;
  media::mpegts::Demuxer demuxer_;
  std::unique_ptr<live::Ingest> ingest_;
  live::EncoderInfo encoder_;
  std::size_t videos_ = 0;  // as the programme's map has it
  bool has_video_ = false;  // a video track has come
  std::string unsupported_;
  std::optional<base::Error> failure_;
  base::Bytes early_;                  // what came before the admission's answer
  std::shared_ptr<SrtSession*> self_;  // answers that come late find null here
};

}  // namespace server
