// The viewers' side on one loop (record.h, Replay): looks recordings up, lets viewers in, and
// answers, at once or piece by piece as fast as each viewer reads. On its loop only.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "io/timer.h"
#include "record/record.h"
#include "record/replay_body.h"
#include "record/replay_files.h"
#include "record/replay_library.h"
#include "record/replay_movies.h"
#include "record/replay_path.h"
#include "record/workshop.h"
#include "wire/http/representation.h"

namespace record {

class LoopReplay final : public Replay {
 public:
  /// Either store may be null.
  LoopReplay(io::Loop& loop, const Shelf& shelf, Above& above,
             std::unique_ptr<io::ObjectStore> spool, std::unique_ptr<io::ObjectStore> store);
  ~LoopReplay() override;

  // Replay
  std::uint64_t request(const ReplayRequest& request, wire::http::Responder& responder,
                        std::uint64_t token) override;
  void cancel(std::uint64_t handle) override;

 private:
  using Handle = std::uint64_t;

  /// A request until its answer has been given away.
  struct Job {
    Handle handle = 0;
    wire::http::Request http;
    std::string remote_address;
    wire::http::Responder* responder = nullptr;
    std::uint64_t token = 0;
    ReplayPath path;  // into http.path
    ReplayEntry entry;
    std::string session;
    std::optional<std::uint32_t> max_height;
    base::MonotonicTime deadline{};  // of what is asked above

    // While it is being sent:
    std::unique_ptr<ReplayBody> body;
    std::uint64_t left = 0;  // octets that were announced and are still to come
    bool asked = false;      // the body for its next piece
    bool pumping = false;

    const CatalogRendition* rendition() const { return entry.catalog->rendition(path.rendition); }
  };
  struct RenderedPlaylist {
    std::shared_ptr<const Catalog> catalog;
    base::Slice text;
    base::Slice gzip;
    bool ended = false;
  };
  struct PlaylistShelf {
    std::optional<RenderedPlaylist> rendered;
    std::shared_ptr<const Catalog> rendering;  // what is being rendered now
    std::vector<Handle> waiting;               // for that
    base::MonotonicTime last_used{};
  };
  struct Whole {  // of what is answered: the same for files and movies
    std::string_view content_type;
    std::string tag;
    std::uint64_t size = 0;
  };

  Job* find(Handle handle);
  /// Answers and forgets the job.
  void respond(Handle handle, wire::http::Response response);
  void refuse(Handle handle, std::uint16_t status, std::string_view code,
              std::string_view sentence);
  void fail(Handle handle, const base::Error& error);

  // Who may watch what (replay_loop.cc)
  void begin(Job& job);
  void on_entry(Handle handle, base::Expected<ReplayEntry> entry);
  void let_in(Job& job);
  void on_grant(Handle handle, std::expected<ReplayGrant, ReplayRefusal> grant);

  // Answers (replay_loop_answers.cc)
  void answer(Job& job);
  void answer_multivariant(Job& job);
  void answer_playlist(Job& job);
  void on_rendered(const std::string& key, RenderedPlaylist rendered);
  void give_playlist(Job& job, const RenderedPlaylist& playlist);
  void answer_media(Job& job);
  void answer_picture(Job& job);
  void answer_storyboard(Job& job);
  void answer_movie(Job& job);
  void on_movie(Handle handle, base::Expected<ReplayMovies::Movie> movie);
  void make_playlist_room();

  // Sending (replay_loop_sending.cc)
  void send_file(Job& job, ReplayFile file, std::uint64_t offset, std::uint64_t length,
                 std::string_view content_type, std::string tag);
  /// The head of an answer of so many octets, and which of them are wanted. The job is answered if
  /// there is nothing to send.
  std::optional<wire::http::ByteRange> open_answer(Job& job, const Whole& whole,
                                                   wire::http::Response& response);
  void send_at_once(Job& job, wire::http::Response response, ReplayFile file, std::uint64_t offset,
                    std::uint64_t length);
  void send_body(Job& job, wire::http::Response response, std::unique_ptr<ReplayBody> body,
                 std::uint64_t length);
  void pump(Handle handle);
  void on_piece(Handle handle, base::Expected<std::vector<base::Slice>> piece);
  void tick();
  void keep_ticking();

  io::Loop& loop_;
  ReplayAdmission& admission_;
  ReplayFiles files_;
  Workshop workshop_;
  ReplayLibrary library_;
  ReplayMovies movies_;
  std::map<std::string, PlaylistShelf> playlists_;
  std::unordered_map<Handle, std::unique_ptr<Job>> jobs_;
  Handle next_handle_ = 1;
  std::unordered_set<Handle> throttled_;  // whose viewers have enough to read
  std::unordered_set<Handle> asking_;     // that wait for an answer from above
  io::Timer ticker_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // weakly held by what is asked
};

}  // namespace record
