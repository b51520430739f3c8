#include "control/s3_object_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "base/check.h"
#include "io/loop.h"
#include "wire/aws/authorization.h"
#include "wire/aws/s3_answers.h"
#include "wire/aws/sigv4.h"
#include "wire/http/absolute_url.h"

namespace control {
namespace {

using base::ErrorCode;
using wire::http::Method;

constexpr std::size_t kMaxErrorAnswer = 64 << 10;
constexpr std::size_t kMaxListAnswer = std::size_t{4} << 20;  // a thousand of the longest keys

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

// Every octet but the unreserved ones and the slashes: as it is signed and as it is sent.
std::string encoded_path(std::string_view key) {
  std::string out;
  for (std::size_t start = 0; start <= key.size();) {
    const std::size_t end = std::min(key.find('/', start), key.size());
    out.append(1, '/').append(wire::http::percent_encode(key.substr(start, end - start)));
    start = end + 1;
  }
  return out;
}

base::Slice joined(const std::vector<base::Slice>& pieces) {
  if (pieces.size() == 1) return pieces.front();
  base::Bytes out;
  for (const base::Slice& piece : pieces) {
    out.insert(out.end(), piece.span().begin(), piece.span().end());
  }
  return base::Slice::take(std::move(out));
}

std::uint64_t number_of(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [read_to, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && read_to == end ? value : 0;
}

base::Error error_of(const HttpClient::Answer& answer) {
  const auto said = wire::aws::parse_s3_error(answer.body);
  if (!said) {
    return {wire::aws::s3_error_code(answer.status, ""),
            fmt::format("the store answered {}", answer.status)};
  }
  return {wire::aws::s3_error_code(answer.status, said->code),
          fmt::format("the store answered {} {}", answer.status, said->code)};
}

bool is_success(const HttpClient::Answer& answer) {
  return answer.status >= 200 && answer.status < 300;
}

class S3ObjectStore final : public io::ObjectStore {
 public:
  S3ObjectStore(io::Loop& loop, S3Settings settings, wire::http::AbsoluteUrl endpoint,
                HttpClient::Options http, std::function<base::WallTime()> now)
      : loop_(loop),
        settings_(std::move(settings)),
        credentials_{settings_.access_key_id, settings_.secret_access_key, settings_.session_token},
        endpoint_(std::move(endpoint)),
        now_(now ? std::move(now) : [] { return io::Loop::wall_now(); }),
        http_(loop, std::move(http)) {}

  std::unique_ptr<Pending> put(io::PutObject object, Done<void> done) override {
    Request request{.method = Method::kPut, .body = joined(object.content)};
    request.headers.add("Content-Type", object.content_type);
    auto checked = place(object.name, request);
    if (checked && request.body.size() > kMaxObject) {
      checked = base::fail(ErrorCode::kLimit,
                           fmt::format("the object has more than {} octets", kMaxObject));
    }
    return send<void>(std::move(checked), std::move(request), std::move(done),
                      [](const HttpClient::Answer& answer) -> base::Expected<void> {
                        if (!is_success(answer)) return base::fail(error_of(answer));
                        return {};
                      });
  }

  std::unique_ptr<Pending> put_file(io::PutFile, Done<void> done) override {
    return refuse({ErrorCode::kUnsupported, "files cannot be put there yet"}, std::move(done));
  }

  std::unique_ptr<Pending> get(io::GetObject object, Done<base::Slice> done) override {
    Request request{.method = Method::kGet};
    const std::size_t most = std::min(object.max_size, kMaxObject);
    request.max_answer = std::max(most, kMaxErrorAnswer);
    const bool is_part = object.offset > 0 || object.length;
    // A range cannot be empty: of nothing, one octet is asked for and left away. One more than
    // allowed is enough to see that there are too many.
    const std::uint64_t wanted =
        std::clamp<std::uint64_t>(object.length.value_or(1), 1, std::uint64_t{most} + 1);
    const std::uint64_t last = object.offset + std::min(wanted - 1, UINT64_MAX - object.offset);
    if (object.length) {
      request.headers.add("Range", fmt::format("bytes={}-{}", object.offset, last));
    } else if (is_part) {
      request.headers.add("Range", fmt::format("bytes={}-", object.offset));
    }
    return send<base::Slice>(
        place(object.name, request), std::move(request), std::move(done),
        [most, is_part, object](HttpClient::Answer& answer) -> base::Expected<base::Slice> {
          if (is_part && answer.status == 416) return base::Slice();  // behind the end
          if (!is_success(answer)) return base::fail(error_of(answer));
          std::string content = std::move(answer.body);
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
    Request request{.method = Method::kHead};
    auto checked = place(name, request);
    return send<io::ObjectInfo>(
        std::move(checked), std::move(request), std::move(done),
        [key = name.key](const HttpClient::Answer& answer) -> base::Expected<io::ObjectInfo> {
          if (!is_success(answer)) return base::fail(error_of(answer));
          const auto modified = wire::aws::parse_http_date(answer.headers.get("Last-Modified"));
          return io::ObjectInfo{.key = key,
                                .size = number_of(answer.headers.get("Content-Length")),
                                .modified_at = modified.value_or(base::WallTime{})};
        });
  }

  std::unique_ptr<Pending> list(io::ListObjects which, Done<io::ObjectPage> done) override {
    Request request{.method = Method::kGet, .max_answer = kMaxListAnswer};
    request.query = fmt::format("list-type=2&max-keys={}", which.limit);
    const auto add = [&request](std::string_view name, std::string_view value) {
      if (value.empty()) return;
      request.query += fmt::format("&{}={}", name, wire::http::percent_encode(value));
    };
    add("prefix", which.prefix);
    add("start-after", which.after);
    auto checked = io::check_list(which);
    if (checked) checked = place_bucket(which.bucket, request);
    return send<io::ObjectPage>(
        std::move(checked), std::move(request), std::move(done),
        [](const HttpClient::Answer& answer) -> base::Expected<io::ObjectPage> {
          if (!is_success(answer)) return base::fail(error_of(answer));
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
    Request request{.method = Method::kDelete};
    auto checked = place(name, request);
    return send<void>(std::move(checked), std::move(request), std::move(done),
                      [](const HttpClient::Answer& answer) -> base::Expected<void> {
                        if (is_success(answer)) return {};
                        base::Error error = error_of(answer);
                        // Some services say that it is not there; of the bucket that is an error.
                        const bool is_gone =
                            answer.status == 404 && !error.message.ends_with("NoSuchBucket");
                        if (is_gone) return {};
                        return base::fail(std::move(error));
                      });
  }

 private:
  struct Request {
    Method method = Method::kGet;
    std::string host = {};  // with its port
    std::string path = {};  // encoded
    std::string query = {};
    wire::http::Headers headers = {};
    base::Slice body = {};
    std::size_t max_answer = kMaxErrorAnswer;
  };
  class Call final : public Pending {
   public:
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

  base::Expected<void> place_bucket(const std::string& bucket, Request& request) const {
    if (settings_.style == S3Settings::Style::kPath) {
      request.host = endpoint_.host_field();
      request.path = "/" + bucket;
      return {};
    }
    // Names of hosts; with dots no certificate is good for them.
    const bool is_label = bucket.size() <= 63 && std::ranges::all_of(bucket, [](char c) {
                            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                          });
    if (!is_label) {
      return base::fail(ErrorCode::kInvalid,
                        fmt::format("the bucket '{}' cannot stand in a host's name", bucket));
    }
    request.host = bucket + "." + endpoint_.host_field();
    request.path = "/";
    return {};
  }
  base::Expected<void> place(const io::ObjectName& name, Request& request) const {
    if (auto checked = io::check_object_name(name); !checked) return checked;
    if (auto placed = place_bucket(name.bucket, request); !placed) return placed;
    if (request.path == "/") request.path.clear();
    request.path += encoded_path(name.key);
    return {};
  }

  base::Expected<HttpClient::Request> signed_request(Request request) const {
    wire::http::Request to_sign;
    to_sign.method = request.method;
    to_sign.host = request.host;
    to_sign.target = request.query.empty() ? request.path : request.path + "?" + request.query;
    to_sign.headers = request.headers;
    to_sign.body = request.body;
    const auto added = wire::aws::sign(to_sign, credentials_,
                                       {.region = settings_.region,
                                        .service = "s3",
                                        .path_style = wire::aws::PathStyle::kAsReceived,
                                        .payload = wire::aws::PayloadHeader::kSend},
                                       now_());
    if (!added) return base::fail(added.error());
    HttpClient::Request out{.method = request.method,
                            .url = endpoint_.scheme + "://" + request.host + to_sign.target,
                            .headers = std::move(request.headers),
                            .body = std::move(request.body),
                            .timeout = settings_.timeout,
                            .max_answer = request.max_answer};
    for (std::size_t i = 0; i < added->size(); ++i) {
      out.headers.add((*added)[i].name, (*added)[i].value);
    }
    return out;
  }

  /// `read` makes the result of an answer.
  template <class Result, class Read>
  std::unique_ptr<Pending> send(base::Expected<void> checked, Request request, Done<Result> done,
                                Read read) {
    DCHECK(loop_.is_current());
    base::Expected<HttpClient::Request> ready =
        checked ? signed_request(std::move(request)) : base::fail(std::move(checked.error()));
    if (!ready) return refuse(std::move(ready.error()), std::move(done));
    auto call = std::make_unique<Call>();
    call->request =
        http_.send(std::move(*ready), [done = std::move(done), read = std::move(read)](
                                          base::Expected<HttpClient::Answer> answer) mutable {
          // `done` may destroy the call, and with it this function.
          Done<Result> then = std::move(done);
          if (!answer) {
            then(base::fail(std::move(answer.error())));
          } else {
            then(read(*answer));
          }
        });
    return call;
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
  const S3Settings settings_;
  const wire::aws::Credentials credentials_;
  const wire::http::AbsoluteUrl endpoint_;
  const std::function<base::WallTime()> now_;
  HttpClient http_;
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
  return {};
}

base::Expected<std::unique_ptr<io::ObjectStore>> open_s3_object_store(
    io::Loop& loop, S3Settings settings, HttpClient::Options http,
    std::function<base::WallTime()> now) {
  if (auto checked = check_s3_settings(settings); !checked) {
    return base::fail(std::move(checked.error()));
  }
  auto endpoint = wire::http::parse_http_url(settings.endpoint);
  CHECK(endpoint.has_value());
  return std::make_unique<S3ObjectStore>(loop, std::move(settings), std::move(*endpoint),
                                         std::move(http), std::move(now));
}

}  // namespace control
