#include "control/s3_object_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "base/check.h"
#include "control/s3_file_upload.h"
#include "control/s3_requests.h"
#include "io/file_pieces.h"
#include "io/loop.h"
#include "wire/aws/authorization.h"
#include "wire/aws/s3_answers.h"
#include "wire/http/absolute_url.h"
#include "wire/http/url.h"

namespace control {
namespace {

using base::ErrorCode;
using wire::http::Method;

// Octets that are hashed elsewhere than on the loop, and may take long.
constexpr std::size_t kMuch = 64 << 10;
constexpr std::size_t kMaxListAnswer = std::size_t{4} << 20;  // a thousand of the longest keys

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

std::uint64_t number_of(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [read_to, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && read_to == end ? value : 0;
}

// "bytes 10-19/100"; some services say nothing.
bool is_range_from(const wire::http::Headers& headers, std::uint64_t offset) {
  const std::string_view range = headers.get("Content-Range");
  return range.empty() || range.starts_with(fmt::format("bytes {}-", offset));
}

class S3ObjectStore final : public io::ObjectStore {
 public:
  S3ObjectStore(io::Loop& loop, S3Settings settings, HttpClient::Options http,
                std::function<base::WallTime()> now)
      : loop_(loop),
        requests_(std::move(settings), std::move(now)),
        http_(loop, std::move(http)),
        pieces_(loop),
        files_(loop, http_, requests_, pieces_) {}

  std::unique_ptr<Pending> put(io::PutObject object, Done<void> done) override {
    S3Request request{.method = Method::kPut, .body = std::move(object.content)};
    request.headers.add("Content-Type", object.content_type);
    std::size_t size = 0;
    for (const base::Slice& piece : request.body) size += piece.size();
    auto checked = requests_.place(object.name, request);
    if (checked && size > kMaxObject) {
      checked = base::fail(ErrorCode::kLimit,
                           fmt::format("the object has more than {} octets", kMaxObject));
    }
    const auto read = [](const HttpClient::Answer& answer) -> base::Expected<void> {
      if (!is_success(answer)) return base::fail(s3_error_of(answer));
      return {};
    };
    if (!checked || size < kMuch) {
      return send<void>(std::move(checked), std::move(request), std::move(done), read);
    }
    request.is_large = true;
    auto call = std::make_unique<Call>();
    auto content = request.body;
    call->hashing =
        pieces_.hash(std::move(content), [this, call = call.get(), request = std::move(request),
                                          done = std::move(done), read](auto hash) mutable {
          Done<void> then = std::move(done);  // it may destroy the call, and with it this function
          if (!hash) return then(base::fail(std::move(hash.error())));
          request.sha256 = *hash;
          auto ready = requests_.sign(std::move(request));
          if (!ready) return then(base::fail(std::move(ready.error())));
          call->request = start<void>(std::move(*ready), std::move(then), read);
        });
    return call;
  }

  std::unique_ptr<Pending> put_file(io::PutFile file, Done<void> done) override {
    S3Request request;
    auto checked = requests_.place(file.name, request);
    if (!checked) return refuse(std::move(checked.error()), std::move(done));
    return files_.begin(std::move(file), std::move(done));
  }

  std::unique_ptr<Pending> get(io::GetObject object, Done<base::Slice> done) override {
    S3Request request{.method = Method::kGet};
    const std::size_t most = std::min(object.max_size, kMaxObject);
    request.max_answer = std::max(most, kMaxS3ErrorAnswer);
    const bool is_part = object.offset > 0 || object.length;
    // A range cannot be empty: of nothing, one octet is asked for and left away. One more than
    // allowed is enough to see that there are too many.
    const std::uint64_t wanted =
        std::clamp<std::uint64_t>(object.length.value_or(UINT64_MAX), 1, std::uint64_t{most} + 1);
    request.is_large = !is_part || wanted > kMuch;
    const std::uint64_t last = object.offset + std::min(wanted - 1, UINT64_MAX - object.offset);
    if (is_part) request.headers.add("Range", fmt::format("bytes={}-{}", object.offset, last));
    auto checked = requests_.place(object.name, request);
    return send<base::Slice>(
        std::move(checked), std::move(request), std::move(done),
        [most, is_part, object](HttpClient::Answer& answer) -> base::Expected<base::Slice> {
          if (is_part && answer.status == 416) return base::Slice();  // behind the end
          if (!is_success(answer)) return base::fail(s3_error_of(answer));
          std::string content = std::move(answer.body);
          if (answer.status == 206 && !is_range_from(answer.headers, object.offset)) {
            return base::fail(ErrorCode::kMalformed, "the store gave another part of the object");
          }
          if (is_part && answer.status != 206) {  // no ranges here: the whole object
            content.erase(0, static_cast<std::size_t>(
                                 std::min<std::uint64_t>(object.offset, content.size())));
          }
          if (object.length && *object.length < content.size()) {
            content.resize(static_cast<std::size_t>(*object.length));
          }
          if (content.size() > most) {
            return base::fail(ErrorCode::kLimit,
                              fmt::format("the object has {} octets, which is more than was "
                                          "asked for",
                                          content.size()));
          }
          return base::Slice::take(std::move(content));
        });
  }

  std::unique_ptr<Pending> head(io::ObjectName name, Done<io::ObjectInfo> done) override {
    S3Request request{.method = Method::kHead};
    auto checked = requests_.place(name, request);
    return send<io::ObjectInfo>(
        std::move(checked), std::move(request), std::move(done),
        [key = name.key](const HttpClient::Answer& answer) -> base::Expected<io::ObjectInfo> {
          if (!is_success(answer)) return base::fail(s3_error_of(answer));
          const auto modified = wire::aws::parse_http_date(answer.headers.get("Last-Modified"));
          return io::ObjectInfo{.key = key,
                                .size = number_of(answer.headers.get("Content-Length")),
                                .modified_at = modified.value_or(base::WallTime{})};
        });
  }

  std::unique_ptr<Pending> list(io::ListObjects which, Done<io::ObjectPage> done) override {
    S3Request request{.method = Method::kGet, .max_answer = kMaxListAnswer};
    request.query = fmt::format("list-type=2&max-keys={}", which.limit);
    const auto add = [&request](std::string_view name, std::string_view value) {
      if (value.empty()) return;
      request.query += fmt::format("&{}={}", name, wire::http::percent_encode(value));
    };
    add("prefix", which.prefix);
    add("start-after", which.after);
    auto checked = io::check_list(which);
    if (checked) checked = requests_.place_bucket(which.bucket, request);
    return send<io::ObjectPage>(
        std::move(checked), std::move(request), std::move(done),
        [](const HttpClient::Answer& answer) -> base::Expected<io::ObjectPage> {
          if (!is_success(answer)) return base::fail(s3_error_of(answer));
          auto listing = wire::aws::parse_s3_listing(answer.body);
          if (!listing) return base::fail(std::move(listing.error()));
          io::ObjectPage page;
          for (auto& object : listing->objects) {
            page.objects.push_back({std::move(object.key), object.size, object.modified_at});
          }
          if (listing->is_truncated && !page.objects.empty()) page.next = page.objects.back().key;
          return page;
        });
  }

  std::unique_ptr<Pending> remove(io::ObjectName name, Done<void> done) override {
    S3Request request{.method = Method::kDelete};
    auto checked = requests_.place(name, request);
    return send<void>(std::move(checked), std::move(request), std::move(done),
                      [](const HttpClient::Answer& answer) -> base::Expected<void> {
                        if (is_success(answer)) return {};
                        base::Error error = s3_error_of(answer);
                        // Some services say that it is not there; of the bucket that is an error.
                        const bool is_gone =
                            answer.status == 404 && !error.message.ends_with("NoSuchBucket");
                        if (is_gone) return {};
                        return base::fail(std::move(error));
                      });
  }

 private:
  class Call final : public Pending {
   public:
    std::unique_ptr<io::FilePieces::Pending> hashing;
    std::unique_ptr<HttpClient::PendingRequest> request;
  };
  template <class Result>
  class Refused final : public Pending {
   public:
    explicit Refused(Done<Result> done) : done_(std::make_shared<Done<Result>>(std::move(done))) {}
    std::weak_ptr<Done<Result>> done() const { return done_; }

   private:
    std::shared_ptr<Done<Result>> done_;  // shared with the answer while that is given
  };

  /// `read` makes the result of an answer.
  template <class Result, class Read>
  std::unique_ptr<Pending> send(base::Expected<void> checked, S3Request request, Done<Result> done,
                                Read read) {
    DCHECK(loop_.is_current());
    base::Expected<HttpClient::Request> ready =
        checked ? requests_.sign(std::move(request)) : base::fail(std::move(checked.error()));
    if (!ready) return refuse(std::move(ready.error()), std::move(done));
    auto call = std::make_unique<Call>();
    call->request = start<Result>(std::move(*ready), std::move(done), std::move(read));
    return call;
  }
  template <class Result, class Read>
  std::unique_ptr<HttpClient::PendingRequest> start(HttpClient::Request request, Done<Result> done,
                                                    Read read) {
    return http_.send(std::move(request), [done = std::move(done), read = std::move(read)](
                                              base::Expected<HttpClient::Answer> answer) mutable {
      // `done` may destroy the call, and with it this function.
      Done<Result> then = std::move(done);
      if (!answer) {
        then(base::fail(std::move(answer.error())));
      } else {
        then(read(*answer));
      }
    });
  }
  template <class Result>
  std::unique_ptr<Pending> refuse(base::Error error, Done<Result> done) {
    auto refused = std::make_unique<Refused<Result>>(std::move(done));
    loop_.post([done = refused->done(), error = std::move(error)]() mutable {
      const auto then = done.lock();
      if (then != nullptr) (*then)(base::fail(std::move(error)));
    });
    return refused;
  }

  io::Loop& loop_;
  const S3Requests requests_;
  HttpClient http_;
  io::FilePieces pieces_;
  S3FileUploads files_;
};

}  // namespace

base::Expected<void> check_s3_settings(const S3Settings& settings) {
  const auto invalid = [](std::string_view what) {
    return base::fail(ErrorCode::kInvalid, std::string(what));
  };
  const auto endpoint = wire::http::parse_http_url(settings.endpoint);
  if (!endpoint) return base::fail(base::Error(endpoint.error()).with_context("endpoint"));
  if (endpoint->path != "/") return invalid("endpoint: a path or query cannot stand there");
  const bool is_region =
      !settings.region.empty() && settings.region.size() <= 64 &&
      std::ranges::all_of(settings.region, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
      });
  if (!is_region) return invalid("region: small letters, digits and hyphens, as in 'us-east-1'");
  const std::string_view id = settings.access_key_id;
  if (id.empty() || id.size() > 128 || !is_printable(id) || id.find_first_of("/,=") != id.npos) {
    return invalid("access_key_id: 1 to 128 letters and digits");
  }
  if (settings.secret_access_key.empty() || settings.secret_access_key.size() > 256 ||
      !is_printable(settings.secret_access_key)) {
    return invalid("secret_access_key: 1 to 256 printable characters without spaces");
  }
  if (settings.session_token.size() > 4096 || !is_printable(settings.session_token)) {
    return invalid("session_token: at most 4096 printable characters without spaces");
  }
  if (settings.timeout < std::chrono::seconds(1) || settings.timeout > std::chrono::hours(1)) {
    return invalid("timeout: from one second to an hour");
  }
  const S3Settings::Upload& upload = settings.upload;
  if (upload.single > io::ObjectStore::kMaxObject || upload.part == 0 ||
      upload.part > io::ObjectStore::kMaxObject || upload.at_once == 0 || upload.at_once > 16 ||
      upload.memory == 0 || upload.attempts == 0 || upload.attempts > 10 ||
      upload.pause > std::chrono::minutes(1)) {
    return invalid("upload: at most 64 MiB in one piece, 1 to 16 parts at once, 1 to 10 attempts");
  }
  return {};
}

base::Expected<std::unique_ptr<io::ObjectStore>> open_s3_object_store(
    io::Loop& loop, S3Settings settings, HttpClient::Options http,
    std::function<base::WallTime()> now) {
  if (auto checked = check_s3_settings(settings); !checked) {
    return base::fail(std::move(checked.error()));
  }
  return std::make_unique<S3ObjectStore>(loop, std::move(settings), std::move(http),
                                         std::move(now));
}

}  // namespace control
