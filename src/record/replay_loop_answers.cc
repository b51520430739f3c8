// What is answered to whom was let in. See replay_loop.h.
#include <algorithm>
#include <charconv>
#include <utility>

#include "io/loop.h"
#include "record/layout.h"
#include "record/replay_answers.h"
#include "record/replay_loop.h"
#include "record/replay_metrics.h"
#include "record/replay_playlists.h"
#include "wire/http/gzip.h"

namespace record {
namespace {

using Kind = ReplayPath::Kind;
using wire::http::Response;

constexpr std::size_t kMaxPlaylists = 64;
constexpr int kFinishedSeconds = 60;  // a recording may be removed
constexpr int kGrowingSeconds = 1;

std::string_view type_of_media(const CatalogRendition& rendition, const ReplayPath& path) {
  const bool audio = rendition.info.height == 0;
  if (path.container == media::PartContainer::kMpegTs) return "video/mp2t";
  if (audio) return "audio/mp4";
  return path.kind == Kind::kPiece ? "video/iso.segment" : "video/mp4";
}

bool exceeds(const std::optional<std::uint32_t>& max_height, const CatalogRendition& rendition) {
  return max_height && shorter_edge(rendition.info) > *max_height;
}

/// Null if it is not there.
const CatalogSegment* segment_of(const CatalogRendition& rendition, std::uint64_t number) {
  std::size_t begin = 0;
  std::size_t end = rendition.segments.size();
  while (begin < end) {
    const std::size_t middle = begin + (end - begin) / 2;
    if (rendition.segments[middle].number < number) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  if (begin == rendition.segments.size() || rendition.segments[begin].number != number) {
    return nullptr;
  }
  return &rendition.segments[begin];
}

/// Milliseconds as 90 kHz; nothing for what is no such number.
std::optional<media::Ticks> milliseconds(std::string_view text) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > kMost) {
    return std::nullopt;
  }
  return static_cast<media::Ticks>(value * (media::kVideoTimescale / 1000));
}

/// The largest pictures that may be seen, of those with media.
std::optional<std::size_t> best_rendition(const Catalog& catalog,
                                          const std::optional<std::uint32_t>& max_height) {
  std::optional<std::size_t> best;
  const auto rank = [&](std::size_t i) {
    const RecordedRendition& info = catalog.renditions[i].info;
    return std::pair(shorter_edge(info), info.bandwidth);
  };
  for (std::size_t i = 0; i < catalog.renditions.size(); ++i) {
    const CatalogRendition& rendition = catalog.renditions[i];
    if (rendition.segments.empty() || exceeds(max_height, rendition)) continue;
    if (!best || rank(i) > rank(*best)) best = i;
  }
  return best;
}

}  // namespace

void LoopReplay::answer(Job& job) {
  switch (job.path.kind) {
    case Kind::kMultivariant:
      return answer_multivariant(job);
    case Kind::kStoryboard:
      return answer_storyboard(job);
    case Kind::kThumbnail:
    case Kind::kPoster:
      return answer_picture(job);
    case Kind::kMovie:
      return answer_movie(job);
    case Kind::kPlaylist:
    case Kind::kSegment:
    case Kind::kPiece:
    case Kind::kInit:
      break;
  }
  const CatalogRendition* rendition = job.rendition();
  if (rendition == nullptr) {
    return refuse(job.handle, 404, "not_found", "the recording has no such rendition");
  }
  if (exceeds(job.max_height, *rendition)) {
    return refuse(job.handle, 403, "resolution_not_allowed",
                  "the pictures are larger than this viewer may see");
  }
  if (job.path.kind == Kind::kPlaylist) return answer_playlist(job);
  answer_media(job);
}

void LoopReplay::answer_multivariant(Job& job) {
  const ReplayEntry& entry = job.entry;
  auto text = render_multivariant(
      *entry.catalog, session_folder(entry.facts->recording, job.session), job.max_height);
  if (!text) {
    return refuse(job.handle, 403, "resolution_not_allowed",
                  "the pictures are larger than this viewer may see");
  }
  replay_views().add();
  Response response = Response::with_body(200, kPlaylistType, base::Slice::take(*std::move(text)));
  add_brief_caching(response, job.session, kGrowingSeconds);
  response.headers.add("Vary", "Origin");
  respond(job.handle, std::move(response));
}

void LoopReplay::answer_playlist(Job& job) {
  const Handle handle = job.handle;
  const std::string key = job.entry.facts->recording + "/" + std::string(job.path.rendition);
  if (!playlists_.contains(key)) make_playlist_room();
  PlaylistShelf& shelf = playlists_[key];
  shelf.last_used = loop_.now();
  if (shelf.rendered && shelf.rendered->catalog == job.entry.catalog) {
    const RenderedPlaylist rendered = *shelf.rendered;
    return give_playlist(job, rendered);
  }
  shelf.waiting.push_back(handle);
  if (shelf.rendering != nullptr) return;  // that, or a newer one
  shelf.rendering = job.entry.catalog;
  workshop_.run(
      [entry = job.entry, rendition = std::string(job.path.rendition)] {
        const ReplayGoesOn how = goes_on(*entry.catalog, *entry.facts);
        std::string text = render_replay_playlist(*entry.catalog->rendition(rendition), how);
        RenderedPlaylist rendered;
        rendered.catalog = entry.catalog;
        rendered.gzip = base::Slice::take(wire::http::gzip(base::as_bytes(text), 1));
        rendered.text = base::Slice::take(std::move(text));
        rendered.ended = how == ReplayGoesOn::kEnded;
        return rendered;
      },
      [this, key](RenderedPlaylist rendered) { on_rendered(key, std::move(rendered)); });
}

void LoopReplay::on_rendered(const std::string& key, RenderedPlaylist rendered) {
  const auto found = playlists_.find(key);
  if (found == playlists_.end()) return;
  found->second.rendered = rendered;
  found->second.rendering = nullptr;
  for (const Handle handle : std::exchange(found->second.waiting, {})) {
    // A playlist that grew while it was rendered: whoever joined gets the rest with the next one.
    if (Job* job = find(handle)) give_playlist(*job, rendered);
  }
}

void LoopReplay::give_playlist(Job& job, const RenderedPlaylist& playlist) {
  const bool gzip = wire::http::choose_coding(job.http, {wire::http::ContentCoding::kGzip}) ==
                    wire::http::ContentCoding::kGzip;
  Response response = Response::with_body(200, kPlaylistType, gzip ? playlist.gzip : playlist.text);
  if (gzip) response.headers.add("Content-Encoding", "gzip");
  response.headers.add("Vary",
                       job.session == kOpenSession ? "Accept-Encoding" : "Accept-Encoding, Origin");
  add_brief_caching(response, job.session, playlist.ended ? kFinishedSeconds : kGrowingSeconds);
  respond(job.handle, std::move(response));
}

void LoopReplay::make_playlist_room() {
  if (playlists_.size() < kMaxPlaylists) return;
  auto oldest = playlists_.end();
  for (auto shelf = playlists_.begin(); shelf != playlists_.end(); ++shelf) {
    if (shelf->second.rendering != nullptr) continue;
    if (oldest == playlists_.end() || shelf->second.last_used < oldest->second.last_used) {
      oldest = shelf;
    }
  }
  if (oldest != playlists_.end()) playlists_.erase(oldest);
}

void LoopReplay::answer_media(Job& job) {
  const ReplayPath& path = job.path;
  const CatalogRendition& rendition = *job.rendition();
  const std::string_view type = type_of_media(rendition, path);
  std::string tag(path.rendition);
  tag += "-" + job.http.path.substr(job.http.path.rfind('/') + 1);
  if (path.kind == Kind::kInit) {
    const bool there = path.number < rendition.generations.size() &&
                       rendition.generations[path.number].init_bytes > 0;
    if (!there) {
      return refuse(job.handle, 404, "not_found", "no such initialization segment");
    }
    ReplayFile file = init_file(job.entry, rendition, static_cast<std::uint32_t>(path.number));
    const std::uint64_t size = file.size;
    return send_file(job, std::move(file), 0, size, type, std::move(tag));
  }
  const CatalogSegment* segment = segment_of(rendition, path.number);
  const bool whole = path.kind == Kind::kSegment;
  if (segment == nullptr || (whole && !segment->complete) ||
      (!whole && path.piece >= segment->pieces.size()) ||
      rendition.generations.at(segment->generation).container != path.container) {
    return refuse(job.handle, 404, "not_found", "the recording has no such segment, or not yet");
  }
  ReplayFile file = segment_file(job.entry, rendition, *segment);
  std::uint64_t offset = 0;
  std::uint64_t length = segment->bytes;
  if (!whole) {
    offset = segment->pieces[path.piece].offset;
    length = segment->pieces[path.piece].length;
  }
  if (offset + length > file.size) {
    return refuse(job.handle, 500, "damaged", "the recording is damaged here");
  }
  send_file(job, std::move(file), offset, length, type, std::move(tag));
}

void LoopReplay::answer_picture(Job& job) {
  const Handle handle = job.handle;
  const ReplayEntry& entry = job.entry;
  const auto& pictures = entry.catalog->thumbnails;
  const bool poster = job.path.kind == Kind::kPoster;
  // Where only the latest picture is kept, nothing is counted: it is in the store, or not yet.
  const bool latest = poster && pictures.empty() && !entry.facts->time_shift;
  const std::uint64_t number = poster ? pictures.size() - 1 : job.path.number;
  if (!latest && (pictures.empty() || number >= pictures.size())) {
    return refuse(handle, 404, "not_found", "there is no such picture of the recording");
  }
  const auto index = static_cast<std::uint32_t>(number);
  // How large they are nobody knows before: they are read whole, and so small that it does not
  // matter.
  files_.picture(
      {.recording = entry.facts->recording,
       .spool_key = entry.in_spool && !latest ? spool_thumbnail_key(index) : std::string(),
       .bucket = entry.facts->time_shift ? std::string() : entry.facts->bucket,
       .key = latest ? latest_thumbnail_key(entry.facts->prefix)
                     : thumbnail_key(entry.facts->prefix, index)},
      [this, handle, poster, latest, index](base::Expected<base::Slice> data) {
        if (!data) return fail(handle, data.error());
        Job* waiting = find(handle);
        if (waiting == nullptr) return;
        Response response = Response::with_body(200, kJpegType, *std::move(data));
        if (poster && !waiting->entry.catalog->ended) {
          add_brief_caching(response, waiting->session, kGrowingSeconds);
        } else if (poster) {
          add_brief_caching(response, waiting->session, kFinishedSeconds);
        } else {
          add_lasting_caching(response, waiting->session);
        }
        if (!latest) response.headers.add("ETag", "\"" + thumbnail_name(index) + "\"");
        if (!wire::http::apply_if_none_match(waiting->http, response)) {
          wire::http::apply_range(waiting->http, response);
        }
        respond(handle, std::move(response));
      });
}

void LoopReplay::answer_storyboard(Job& job) {
  const ReplayEntry& entry = job.entry;
  std::string text =
      render_storyboard(*entry.catalog, session_folder(entry.facts->recording, job.session));
  Response response =
      Response::with_body(200, "text/vtt; charset=utf-8", base::Slice::take(std::move(text)));
  // With a token in its address the answer is for whoever has it.
  add_brief_caching(response, job.session,
                    entry.catalog->ended ? kFinishedSeconds : kGrowingSeconds);
  response.headers.add("Vary", "Origin");
  respond(job.handle, std::move(response));
}

void LoopReplay::answer_movie(Job& job) {
  // A token lets somebody in once, a movie is fetched by many requests for ranges: they get an
  // address with the session that the token has opened.
  if (job.path.session.empty() && job.session != kOpenSession) {
    std::string address = session_folder(job.entry.facts->recording, job.session);
    address += kReplayMovie;
    char separator = '?';
    for (const char* name : {"rendition", "start", "end"}) {
      const auto value = job.http.query_parameter(name);
      if (!value) continue;
      address += std::exchange(separator, '&');
      address += std::string(name) + "=" + wire::http::percent_encode(*value);
    }
    Response response = Response::with_status(302);
    response.headers.add("Location", address);
    response.headers.add("Cache-Control", "no-store");
    return respond(job.handle, std::move(response));
  }
  const Catalog& catalog = *job.entry.catalog;
  MovieRange range;
  for (const auto& [name, value] :
       {std::pair("start", &range.start), std::pair("end", &range.end)}) {
    const auto text = job.http.query_parameter(name);
    if (!text) continue;
    const auto time = milliseconds(*text);
    if (!time) {
      return refuse(job.handle, 400, "bad_request", "start and end are milliseconds");
    }
    *value = *time;
  }
  if (range.end <= range.start) {
    return refuse(job.handle, 400, "bad_request", "end has to lie behind start");
  }
  std::optional<std::size_t> index = best_rendition(catalog, job.max_height);
  if (const auto name = job.http.query_parameter("rendition")) {
    const CatalogRendition* rendition = catalog.rendition(*name);
    if (rendition == nullptr) {
      return refuse(job.handle, 404, "not_found", "the recording has no such rendition");
    }
    index = static_cast<std::size_t>(rendition - catalog.renditions.data());
  }
  if (!index || exceeds(job.max_height, catalog.renditions[*index])) {
    return refuse(job.handle, 403, "resolution_not_allowed",
                  "the pictures are larger than this viewer may see");
  }
  movies_.get(job.entry, *index, range,
              [this, handle = job.handle](base::Expected<ReplayMovies::Movie> movie) {
                on_movie(handle, std::move(movie));
              });
}

void LoopReplay::on_movie(Handle handle, base::Expected<ReplayMovies::Movie> movie) {
  if (!movie) return fail(handle, movie.error());
  Job* job = find(handle);
  if (job == nullptr) return;
  Response response;
  add_brief_caching(response, job->session, kFinishedSeconds);
  response.headers.add("Vary", "Origin");
  response.headers.add("Content-Disposition", disposition_of(*movie->entry.facts));
  const bool audio = movie->entry.catalog->renditions[movie->rendition].info.height == 0;
  const auto range = open_answer(
      *job, {audio ? "audio/mp4" : "video/mp4", movie->tag, movie->plan->size}, response);
  if (!range) return;
  auto body = movie_body(files_, workshop_, movie->entry, movie->rendition, movie->plan,
                         range->offset, range->length);
  send_body(*job, std::move(response), std::move(body), range->length);
}

}  // namespace record
