#include "record/thumbnailer.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "io/loop.h"

namespace record {

using base::ErrorCode;

Thumbnailer::Thumbnailer(io::Loop& loop, io::Chores& chores, std::string helper)
    : loop_(loop), chores_(chores), helper_(std::move(helper)) {}

Thumbnailer::~Thumbnailer() = default;

void Thumbnailer::make(media::Track track, media::Sample sample, std::uint32_t max_width,
                       std::uint32_t max_height, Done done) {
  if (is_stuck()) stop("it does not answer");
  if (waiting_.size() >= kMaxWaiting) {
    refuse(std::move(done), "too many thumbnails are wanted at once");
    return;
  }
  if (process_ == nullptr) {
    if (loop_.now() < start_after_) {
      refuse(std::move(done), "the helper program for thumbnails is not there");
      return;
    }
    reader_ = media::pipe::Reader();
    process_ = io::PipeProcess::start(
        loop_, chores_, {.arguments = {helper_, "thumbnails"}, .niceness = 10}, *this);
  }
  const std::uint64_t id = ++last_id_;
  const auto octets = media::pipe::encode(media::pipe::PictureRequest{.id = id,
                                                                      .track = std::move(track),
                                                                      .sample = std::move(sample),
                                                                      .max_width = max_width,
                                                                      .max_height = max_height});
  if (!process_->write(octets)) {
    refuse(std::move(done), "the helper program for thumbnails is too slow");
    return;
  }
  waiting_.emplace(id, Waiting{.since = loop_.now(), .done = std::move(done)});
}

void Thumbnailer::refuse(Done done, const std::string& why) {
  loop_.post([done = std::move(done), why]() mutable { done(base::fail(ErrorCode::kLimit, why)); });
}

bool Thumbnailer::is_stuck() const {
  return !waiting_.empty() && loop_.now() - waiting_.begin()->second.since > kPatience;
}

void Thumbnailer::on_output(base::Slice data) {
  std::vector<media::pipe::Message> messages;
  const auto read = reader_.feed(std::move(data), messages);
  for (media::pipe::Message& message : messages) {
    auto* picture = std::get_if<media::pipe::Picture>(&message);
    if (picture == nullptr) continue;
    const auto found = waiting_.find(picture->id);
    if (found == waiting_.end()) continue;
    pause_ = kFirstPause;
    Done done = std::move(found->second.done);
    waiting_.erase(found);
    done(std::move(*picture));
  }
  if (!read) stop(read.error().message);
}

void Thumbnailer::on_error_line(std::string_view line) {
  base::log_debug("thumbnails", {{"line", line}});
}

void Thumbnailer::on_exit(const std::string& how) {
  stop(how);
}

// Who waits is told; the next request starts it again, but not at once.
void Thumbnailer::stop(const std::string& why) {
  base::log_warn("helper program for thumbnails has ended, recordings go on without",
                 {{"reason", why}});
  process_.reset();
  start_after_ = loop_.now() + pause_;
  pause_ = std::min(pause_ * 2, kLongestPause);
  for (auto& [id, waiting] : std::exchange(waiting_, {})) refuse(std::move(waiting.done), why);
}

}  // namespace record
