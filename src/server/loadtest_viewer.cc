#include "server/loadtest_viewer.h"

#include <fmt/format.h>

#include <algorithm>

#include "io/loop.h"

namespace server::loadtest {
namespace {

constexpr std::size_t kMaxPlaylist = 1 << 20;
constexpr std::size_t kMaxWanted = 32;
constexpr std::chrono::seconds kRetry{1};
constexpr std::chrono::milliseconds kLateSlack{100};

base::Duration from_seconds(double seconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

}  // namespace

void WatchFigures::merge(const WatchFigures& other) {
  parked += other.parked;
  playing += other.playing;
  requests += other.requests;
  bytes += other.bytes;
  pieces += other.pieces;
  late += other.late;
  expired += other.expired;
  failures.merge(other.failures);
  playlist.merge(other.playlist);
  media.merge(other.media);
  join.merge(other.join);
  frame.merge(other.frame);
}

base::Expected<std::shared_ptr<const ViewerPlaylist>> PlaylistCache::read(const std::string& text) {
  if (playlist_ != nullptr && text == text_) return playlist_;
  auto parsed = read_playlist(text);
  if (!parsed) return base::fail(std::move(parsed.error()));
  text_ = text;
  playlist_ = std::make_shared<const ViewerPlaylist>(std::move(*parsed));
  return playlist_;
}

LoadViewer::LoadViewer(io::Loop& loop, ViewerOptions options, PlaylistCache& cache,
                       WatchFigures& figures)
    : options_(std::move(options)),
      cache_(cache),
      figures_(figures),
      playlists_(loop, *options_.target, options_.tls, options_.source, figures.bytes, *this),
      timer_(loop) {
  if (options_.mode == WatchMode::kPark) return;
  LoadConnection::Listener& listener = *this;
  media_ = std::make_unique<LoadConnection>(loop, *options_.target, options_.tls, options_.source,
                                            figures.bytes, listener);
}

void LoadViewer::start() {
  if (closed_) return;
  began_ = io::Loop::precise_now();
  ask_playlist(Step::kFirst, options_.path);
}

void LoadViewer::close() {
  if (step_ == Step::kParked && playlists_.is_busy()) --figures_.parked;
  closed_ = true;
  timer_.cancel();
  playlists_.close();
  if (media_ != nullptr) media_->close();
}

void LoadViewer::ask_playlist(Step step, std::string_view path) {
  step_ = step;
  body_.clear();
  ++figures_.requests;
  if (step == Step::kParked) ++figures_.parked;
  asked_playlist_ = io::Loop::precise_now();
  playlists_.get(path);
}

void LoadViewer::on_body(LoadConnection& from, std::uint16_t status, base::ByteSpan data) {
  if (&from == &playlists_) {
    if (body_.size() + data.size() <= kMaxPlaylist) body_.append(base::as_text(data));
    return;
  }
  if (!options_.reads_stamps || !joined_ || status != 200) return;
  const base::WallTime now = io::Loop::wall_now();
  stamps_.receive(data, [&](base::WallTime stamp) { figures_.frame.add(now - stamp); });
}

void LoadViewer::on_answer(LoadConnection& from, std::uint16_t status) {
  if (closed_) return;
  if (&from == &playlists_) {
    on_playlist(status);
    return;
  }
  stamps_.reset();
  if (status == 200 || status == 206) {
    on_piece();
  } else {
    figures_.failures.add(fmt::format("media answered with {}", status));
    schedule_.reset();
  }
  if (!wanted_.empty()) wanted_.pop_front();
  fetch_next();
}

void LoadViewer::on_failed(LoadConnection& from, std::string_view reason) {
  if (closed_) return;
  figures_.failures.add(reason);
  if (&from == &playlists_) {
    if (step_ == Step::kParked) --figures_.parked;
    start_again();
    return;
  }
  // What was being fetched is given up; the rest goes on over a new connection.
  stamps_.reset();
  schedule_.reset();
  wanted_.clear();
}

// From the first playlist on, after a while: as a player does that has lost its stream.
void LoadViewer::start_again() {
  positioned_ = false;
  timer_.start(kRetry, [this] { ask_playlist(Step::kFirst, options_.path); });
}

void LoadViewer::on_playlist(std::uint16_t status) {
  const bool held = step_ == Step::kReload && options_.mode == WatchMode::kLowLatency;
  if (step_ == Step::kParked) {
    --figures_.parked;
  } else if (!held) {
    figures_.playlist.add(io::Loop::precise_now() - asked_playlist_);
  }
  if (step_ == Step::kParked && status == 503) {
    ++figures_.expired;
    ask_playlist(Step::kMedia, path_);
    return;
  }
  if (status != 200) {
    figures_.failures.add(fmt::format("playlist answered with {}", status));
    start_again();
    return;
  }
  const auto playlist = cache_.read(body_);
  if (!playlist) {
    figures_.failures.add(playlist.error().message);
    start_again();
    return;
  }
  if (step_ == Step::kFirst) {
    std::optional<std::string> next = options_.path;
    if ((*playlist)->is_multivariant) {
      next = resolve(options_.path, (*playlist)->best()->uri);
    }
    if (!next) {
      figures_.failures.add("the variant is on another server");
      return;
    }
    path_ = *next;
    if ((*playlist)->is_multivariant) {
      ask_playlist(Step::kMedia, path_);
      return;
    }
  }
  use(**playlist);
}

void LoadViewer::use(const ViewerPlaylist& playlist) {
  if (options_.mode == WatchMode::kPark) {
    if (playlist.ended) {
      figures_.failures.add("the broadcast has ended");
      return;
    }
    // The farthest segment that a server has to hold a reload for.
    const std::uint64_t last = playlist.next_part > 0 ? playlist.next_msn : playlist.next_msn - 1;
    ask_playlist(Step::kParked, fmt::format("{}?_HLS_msn={}", path_, last + 2));
    return;
  }
  const std::size_t before = wanted_.size();
  queue_news(playlist);
  const bool news = wanted_.size() > before;
  if (media_ != nullptr && !media_->is_busy()) fetch_next();
  if (playlist.ended) {
    figures_.failures.add("the broadcast has ended");
    return;
  }
  reload(playlist, news);
}

void LoadViewer::reload(const ViewerPlaylist& playlist, bool news) {
  if (options_.mode == WatchMode::kLowLatency && playlist.can_block) {
    ask_playlist(Step::kReload, fmt::format("{}?_HLS_msn={}&_HLS_part={}", path_, playlist.next_msn,
                                            playlist.next_part));
    return;
  }
  // Section 6.3.4: after the target duration, or half of it if nothing had changed.
  const double wait = std::max(0.1, playlist.target_duration * (news ? 1.0 : 0.5));
  timer_.start_at(asked_playlist_ + from_seconds(wait),
                  [this] { ask_playlist(Step::kReload, path_); });
}

bool LoadViewer::is_new(const ViewerPlaylist::Piece& piece) const {
  if (piece.msn != seen_msn_) return piece.msn > seen_msn_;
  return static_cast<std::int64_t>(piece.part) > seen_part_;
}

void LoadViewer::queue_news(const ViewerPlaylist& playlist) {
  const bool parts = options_.mode == WatchMode::kLowLatency && !playlist.parts.empty();
  const auto& pieces = parts ? playlist.parts : playlist.segments;
  piece_target_ = parts ? playlist.part_target : playlist.target_duration;
  if (pieces.empty()) return;
  std::size_t first = pieces.size();
  if (!positioned_) {
    // At the edge; what is older has been missed.
    first = pieces.size() - 1;
    schedule_.reset();
    positioned_ = true;
  } else {
    while (first > 0 && is_new(pieces[first - 1])) --first;
  }
  const auto add = [&](Wanted wanted) {
    if (wanted_.size() < kMaxWanted) {
      wanted_.push_back(std::move(wanted));
    } else {
      figures_.failures.add("fell behind: more than 32 pieces to fetch");
      schedule_.reset();
    }
  };
  const auto path_of = [&](std::string_view uri) { return resolve(path_, uri).value_or("/"); };
  if (!playlist.map_uri.empty() && playlist.map_uri != map_) {
    map_ = playlist.map_uri;
    add({.path = path_of(map_)});
  }
  for (; first < pieces.size(); ++first) {
    const ViewerPlaylist::Piece& piece = pieces[first];
    add({piece.msn, piece.part, piece.duration, path_of(piece.uri)});
    seen_msn_ = piece.msn;
    seen_part_ = piece.part;
  }
  if (parts && options_.hints && !playlist.hint_uri.empty()) {
    add({playlist.next_msn, playlist.next_part, playlist.part_target, path_of(playlist.hint_uri),
         true});
    seen_msn_ = playlist.next_msn;
    seen_part_ = playlist.next_part;
  }
}

void LoadViewer::fetch_next() {
  if (closed_ || wanted_.empty() || media_->is_busy()) return;
  ++figures_.requests;
  asked_media_ = io::Loop::precise_now();
  media_->get(wanted_.front().path);
}

void LoadViewer::on_piece() {
  if (wanted_.empty() || wanted_.front().duration == 0) return;  // an initialisation segment
  const Wanted& piece = wanted_.front();
  const base::MonotonicTime now = io::Loop::precise_now();
  if (!piece.hinted) figures_.media.add(now - asked_media_);
  ++figures_.pieces;
  if (!joined_) {
    joined_ = true;
    ++figures_.playing;
    figures_.join.add(now - began_);
  }
  // How far this piece is behind the media before it; the smallest such distance is the schedule.
  media_seconds_ += piece.duration;
  const base::Duration behind = (now - began_) - from_seconds(media_seconds_);
  if (!schedule_ || behind < *schedule_) schedule_ = behind;
  if (behind - *schedule_ > from_seconds(piece_target_) + kLateSlack) ++figures_.late;
}

}  // namespace server::loadtest
