// One viewer of a load test: reads playlists, fetches what is new, counts. Two connections, as
// players have: one for playlists, one for media. Owned by its worker, on the worker's loop.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "io/timer.h"
#include "server/loadtest_client.h"
#include "server/loadtest_playlist.h"
#include "server/loadtest_stamp.h"
#include "server/loadtest_statistics.h"

namespace server::loadtest {

/// What the viewers of one worker have counted so far.
struct WatchFigures {
  std::int64_t parked = 0;    // reloads that the server is holding now
  std::uint64_t playing = 0;  // viewers that got media, ever
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;    // received, heads included
  std::uint64_t pieces = 0;   // parts or segments
  std::uint64_t late = 0;     // of these
  std::uint64_t expired = 0;  // parked reloads that the server gave up
  Failures failures;
  Histogram playlist;  // from request to answer, of reloads that are not held
  Histogram media;     // the same for media that was listed
  Histogram join;      // from the first request to the end of the first piece of media
  Histogram frame;     // age of pictures when their bytes arrive, after the first piece

  void merge(const WatchFigures& other);
};

/// Remembers the playlist read last: most viewers get the same.
class PlaylistCache {
 public:
  base::Expected<std::shared_ptr<const ViewerPlaylist>> read(const std::string& text);

 private:
  std::string text_;
  std::shared_ptr<const ViewerPlaylist> playlist_;  // shared by viewers of one loop
};

enum class WatchMode { kLowLatency, kPlain, kPark };

struct ViewerOptions {
  const Target* target = nullptr;
  const io::TlsContext* tls = nullptr;
  std::string path;  // of the first playlist
  WatchMode mode = WatchMode::kLowLatency;
  bool hints = false;
  bool reads_stamps = false;
  std::optional<io::Address> source;
};

class LoadViewer final : private LoadConnection::Listener {
 public:
  LoadViewer(io::Loop& loop, ViewerOptions options, PlaylistCache& cache, WatchFigures& figures);

  void start();
  void close();

 private:
  // What the playlist connection waits for.
  enum class Step { kFirst, kMedia, kReload, kParked };

  void on_body(LoadConnection& from, std::uint16_t status, base::ByteSpan data) override;
  void on_answer(LoadConnection& from, std::uint16_t status) override;
  void on_failed(LoadConnection& from, std::string_view reason) override;

  void ask_playlist(Step step, std::string_view path);
  void on_playlist(std::uint16_t status);
  void use(const ViewerPlaylist& playlist);
  void reload(const ViewerPlaylist& playlist, bool news);
  void queue_news(const ViewerPlaylist& playlist);
  void fetch_next();
  void on_piece();
  void start_again();

  struct Wanted {
    std::uint64_t msn = 0;
    std::uint32_t part = 0;
    double duration = 0;  // 0 for an initialisation segment
    std::string path;
    bool hinted = false;
  };
  bool is_new(const ViewerPlaylist::Piece& piece) const;

  const ViewerOptions options_;
  PlaylistCache& cache_;
  WatchFigures& figures_;
  LoadConnection playlists_;
  std::unique_ptr<LoadConnection> media_;
  io::Timer timer_;
  Step step_ = Step::kFirst;
  std::string path_;  // of the media playlist
  std::string body_;  // of a playlist
  std::string map_;
  std::deque<Wanted> wanted_;  // the first one is being fetched
  bool positioned_ = false;
  std::uint64_t seen_msn_ = 0;  // the newest piece that was queued
  std::int64_t seen_part_ = -1;
  double piece_target_ = 0;  // seconds
  base::MonotonicTime began_{};
  base::MonotonicTime asked_playlist_{};
  base::MonotonicTime asked_media_{};
  bool joined_ = false;
  double media_seconds_ = 0;                // of the pieces since the schedule was set
  std::optional<base::Duration> schedule_;  // the earliest piece so far, behind media_seconds_
  StampReader stamps_;
  bool closed_ = false;
};

}  // namespace server::loadtest
