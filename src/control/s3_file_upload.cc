#include "control/s3_file_upload.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "base/check.h"
#include "io/loop.h"
#include "wire/aws/s3_answers.h"
#include "wire/http/url.h"

namespace control {
namespace {

using base::ErrorCode;
using wire::http::Method;

constexpr std::size_t kMaxAborts = 64;
constexpr std::size_t kMostPieces = 32;  // on their way at once, however small
constexpr std::size_t kMaxEtag = 256;
constexpr std::size_t kMaxUploadsAnswer = std::size_t{4} << 20;
// Some services take no more parts; those that follow S3 to the letter take ten times as many.
constexpr std::uint64_t kUsualParts = 1000;
constexpr std::uint64_t kMostParts = 10'000;
constexpr std::uint64_t kLargePart = std::uint64_t{32} << 20;
// Putting the parts together takes the store a while.
constexpr unsigned kPatience = 4;

bool is_etag(std::string_view text) {
  return !text.empty() && text.size() <= kMaxEtag &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

std::string upload_query(const std::string& id) {
  return "uploadId=" + wire::http::percent_encode(id);
}

}  // namespace

std::uint64_t s3_part_size(std::uint64_t size, std::uint64_t usual) {
  const auto for_parts = [size](std::uint64_t parts) { return (size + parts - 1) / parts; };
  return std::max({usual, std::min(for_parts(kUsualParts), kLargePart), for_parts(kMostParts)});
}

/// Room that was taken for a piece.
class S3FileUploads::Room {
 public:
  Room(S3FileUploads& uploads, std::uint64_t octets) : uploads_(uploads), octets_(octets) {}
  ~Room() { uploads_.give_room(octets_); }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

 private:
  S3FileUploads& uploads_;
  const std::uint64_t octets_;
};

class S3FileUploads::Upload final : public Pending {
 public:
  Upload(S3FileUploads& all, io::PutFile file, Done done)
      : all_(all), file_(std::move(file)), done_(std::move(done)) {
    opening_ = all_.pieces_.open(file_.path, [this](base::Expected<io::FilePieces::Opened> opened) {
      on_open(std::move(opened));
    });
  }
  ~Upload() override {
    all_.forget(*this);
    if (!id_.empty()) all_.abort(file_.name, id_);
  }

  /// There may be room in memory now.
  void pump() {
    while (next_ < count_ && parts_.size() < upload().at_once &&
           all_.take_room(*this, next_length())) {
      parts_.push_back(std::make_unique<Part>(all_, next_, next_length()));
      ++next_;
      read(*parts_.back());
    }
  }
  /// Octets of the part that comes next.
  std::uint64_t next_length() const { return std::min(part_, size_ - next_ * part_); }

 private:
  struct Part {
    Part(S3FileUploads& all, std::uint64_t index_, std::uint64_t length_)
        : room(all, length_), index(index_), length(length_) {}
    const Room room;
    const std::uint64_t index;  // from 0 on
    const std::uint64_t length;
    std::unique_ptr<io::FilePieces::Pending> reading;
    std::unique_ptr<S3Attempts> sending;
  };

  const S3Settings::Upload& upload() const { return all_.requests_.settings().upload; }
  std::unique_ptr<S3Attempts> send(S3Request request, unsigned attempts, S3Attempts::Done done,
                                   S3Attempts::Judge judge = {}) {
    return std::make_unique<S3Attempts>(all_.loop_, all_.http_, all_.requests_, std::move(request),
                                        attempts, std::move(done), std::move(judge));
  }
  // The names were checked when the file was put.
  S3Request of_object(Method method, std::string query) const {
    S3Request request{.method = method, .query = std::move(query)};
    CHECK(all_.requests_.place(file_.name, request).has_value());
    return request;
  }

  void on_open(base::Expected<io::FilePieces::Opened> opened) {
    if (!opened) return finish(base::fail(std::move(opened.error())));
    opened_ = std::move(opened->file);
    size_ = opened->size;
    if (size_ > io::ObjectStore::kMaxFile) {
      return finish(base::fail(ErrorCode::kLimit, fmt::format("the file has more than {} octets",
                                                              io::ObjectStore::kMaxFile)));
    }
    if (size_ <= upload().single) {
      part_ = size_;
      count_ = 1;
      return pump();
    }
    part_ = s3_part_size(size_, upload().part);
    count_to_be_ = (size_ + part_ - 1) / part_;
    look_for_leftovers();
  }

  // Nobody else puts this object: what has begun is what a crash has left.
  void look_for_leftovers() {
    S3Request request{.method = Method::kGet,
                      .query = "prefix=" + wire::http::percent_encode(file_.name.key) + "&uploads=",
                      .max_answer = kMaxUploadsAnswer};
    CHECK(all_.requests_.place_bucket(file_.name.bucket, request).has_value());
    step_ = send(std::move(request), 1, [this](base::Expected<HttpClient::Answer> answer) {
      if (!answer && is_passing(answer.error().code)) {
        return finish(base::fail(std::move(answer.error())));
      }
      // Not every service has such lists, and not every key may see them.
      if (answer) {
        if (const auto uploads = wire::aws::parse_s3_uploads(answer->body)) {
          for (const wire::aws::S3Upload& left : *uploads) {
            if (left.key == file_.name.key) all_.abort(file_.name, left.id);
          }
        }
      }
      create();
    });
  }

  void create() {
    S3Request request = of_object(Method::kPost, "uploads=");
    request.headers.add("Content-Type", file_.content_type);
    step_ = send(std::move(request), upload().attempts,
                 [this](base::Expected<HttpClient::Answer> answer) {
                   if (!answer) return finish(base::fail(std::move(answer.error())));
                   auto id = wire::aws::parse_s3_upload_id(answer->body);
                   if (!id) return finish(base::fail(std::move(id.error())));
                   id_ = std::move(*id);
                   count_ = count_to_be_;
                   etags_.resize(count_);
                   pump();
                 });
  }

  void read(Part& part) {
    const std::uint64_t offset = part.index * part_;
    const auto length = static_cast<std::size_t>(part.length);
    part.reading = all_.pieces_.read(opened_, offset, length,
                                     [this, &part](base::Expected<io::FilePieces::Piece> piece) {
                                       if (!piece)
                                         return finish(base::fail(std::move(piece.error())));
                                       send_part(part, std::move(*piece));
                                     });
  }
  void send_part(Part& part, io::FilePieces::Piece piece) {
    S3Request request = of_object(
        Method::kPut,
        id_.empty() ? "" : fmt::format("partNumber={}&{}", part.index + 1, upload_query(id_)));
    if (id_.empty()) request.headers.add("Content-Type", file_.content_type);
    request.body = {std::move(piece.content)};
    request.sha256 = piece.sha256;
    request.is_large = true;
    part.sending = send(std::move(request), id_.empty() ? 1 : upload().attempts,
                        [this, &part](base::Expected<HttpClient::Answer> answer) {
                          if (!answer) return finish(base::fail(std::move(answer.error())));
                          on_sent(part, *answer);
                        });
  }
  void on_sent(const Part& part, const HttpClient::Answer& answer) {
    if (id_.empty()) return finish({});
    const std::string_view etag = answer.headers.get("ETag");
    if (!is_etag(etag)) {
      return finish(base::fail(ErrorCode::kMalformed, "the store's answer to a part has no ETag"));
    }
    etags_[part.index] = etag;
    std::erase_if(parts_, [&](const auto& other) { return other.get() == &part; });
    if (++sent_ == count_) {
      complete();
    } else {
      pump();
    }
  }

  void complete() {
    S3Request request = of_object(Method::kPost, upload_query(id_));
    request.headers.add("Content-Type", "application/xml");
    request.body = {base::Slice::take(wire::aws::s3_completion(etags_))};
    request.is_large = true;
    request.patience = kPatience;
    step_ = send(
        std::move(request), upload().attempts,
        [this](base::Expected<HttpClient::Answer> answer) {
          if (answer) return done();
          // An attempt whose answer was lost may have done it; the next one finds no upload then.
          const bool may_be_done = is_passing(answer.error().code) || step_->made() > 1;
          if (!may_be_done) return finish(base::fail(std::move(answer.error())));
          look_whether_done(std::move(answer.error()));
        },
        [](const HttpClient::Answer& answer) {
          return wire::aws::parse_s3_completed(answer.body);
        });
  }
  void look_whether_done(base::Error error) {
    step_ = send(of_object(Method::kHead, ""), 1,
                 [this, error = std::move(error)](base::Expected<HttpClient::Answer> answer) {
                   if (answer && is_this_upload(answer->headers)) return done();
                   finish(base::fail(error));
                 });
  }
  // An older object of that name has another size or other parts.
  bool is_this_upload(const wire::http::Headers& headers) const {
    const std::string_view length = headers.get("Content-Length");
    std::uint64_t size = 0;
    const char* const end = length.data() + length.size();
    const auto [read_to, error] = std::from_chars(length.data(), end, size);
    return error == std::errc() && read_to == end && size == size_ &&
           headers.get("ETag").contains(fmt::format("-{}", count_));
  }

  void done() {
    id_.clear();  // nothing to take back
    finish({});
  }
  // The last thing that happens: whoever waits may destroy this.
  void finish(base::Expected<void> result) {
    if (!id_.empty()) {
      // The bucket was there; what is not there is an upload that somebody else took back.
      if (!result && result.error().code == ErrorCode::kNotFound) {
        result = base::fail(ErrorCode::kIo, std::move(result.error().message));
      }
      all_.abort(file_.name, std::exchange(id_, {}));
    }
    all_.forget(*this);
    count_ = 0;
    parts_.clear();
    opened_.reset();
    auto then = std::move(done_);
    then(std::move(result));
  }

  S3FileUploads& all_;
  const io::PutFile file_;
  Done done_;
  std::unique_ptr<io::FilePieces::Pending> opening_;
  std::shared_ptr<const io::FilePieces::File> opened_;  // shared with what is being read
  std::uint64_t size_ = 0;
  std::uint64_t part_ = 0;
  std::uint64_t count_to_be_ = 0;
  std::uint64_t count_ = 0;  // of parts; 0 until they may be sent
  std::uint64_t next_ = 0;
  std::uint64_t sent_ = 0;
  std::string id_;  // of the upload; empty: in one piece, or nothing to take back
  std::vector<std::string> etags_;
  std::unique_ptr<S3Attempts> step_;
  std::vector<std::unique_ptr<Part>> parts_;  // in memory
};

S3FileUploads::S3FileUploads(io::Loop& loop, HttpClient& http, const S3Requests& requests,
                             io::FilePieces& pieces)
    : loop_(loop), http_(http), requests_(requests), pieces_(pieces), turn_(loop) {}

S3FileUploads::~S3FileUploads() = default;

std::unique_ptr<S3FileUploads::Pending> S3FileUploads::begin(io::PutFile file, Done done) {
  return std::make_unique<Upload>(*this, std::move(file), std::move(done));
}

bool S3FileUploads::has_room(std::uint64_t octets) const {
  if (pieces_in_memory_ == 0) return true;
  return pieces_in_memory_ < kMostPieces &&
         in_memory_ + octets <= requests_.settings().upload.memory;
}

bool S3FileUploads::take_room(Upload& who, std::uint64_t octets) {
  // Who has parts on their way does not overtake those who wait.
  const bool is_turn = waiting_.empty() || served_ == &who;
  if (!is_turn || !has_room(octets)) {
    if (std::ranges::find(waiting_, &who) == waiting_.end()) waiting_.push_back(&who);
    return false;
  }
  in_memory_ += octets;
  ++pieces_in_memory_;
  return true;
}

void S3FileUploads::give_room(std::uint64_t octets) {
  in_memory_ -= octets;
  --pieces_in_memory_;
  if (!waiting_.empty()) turn_.start(base::Duration::zero(), [this] { serve(); });
}

void S3FileUploads::serve() {
  while (!waiting_.empty()) {
    Upload* const next = waiting_.front();
    if (!has_room(next->next_length())) return;
    waiting_.pop_front();
    served_ = next;
    next->pump();
    served_ = nullptr;
  }
}

void S3FileUploads::forget(const Upload& who) {
  std::erase(waiting_, &who);
}

void S3FileUploads::abort(const io::ObjectName& name, const std::string& id) {
  if (aborts_.size() >= kMaxAborts) return;
  S3Request request{.method = Method::kDelete, .query = upload_query(id)};
  CHECK(requests_.place(name, request).has_value());
  aborts_.emplace_front();
  const auto here = aborts_.begin();
  *here = std::make_unique<S3Attempts>(
      loop_, http_, requests_, std::move(request), requests_.settings().upload.attempts,
      [this, here](const base::Expected<HttpClient::Answer>&) { aborts_.erase(here); });
}

}  // namespace control
