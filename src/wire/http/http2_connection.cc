#include "wire/http/http2_connection.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "wire/http/http2_output.h"
#include "wire/http/http2_stream.h"

namespace wire::http {
namespace {

/// Acknowledgements (of pings and settings) that may wait for a peer that does not read.
constexpr std::size_t kMaxOutboundAcks = 256;

bool has_no_body(std::uint16_t status) {
  return status == 204 || status == 304;
}

/// Fields that belong to HTTP/1 connections (RFC 9113 section 8.2.2).
bool is_connection_specific(std::string_view name) {
  return name == "connection" || name == "keep-alive" || name == "proxy-connection" ||
         name == "transfer-encoding" || name == "upgrade";
}

std::uint8_t* octets_of(std::string_view text) {
  // nghttp2 takes pointers to mutable octets and only reads them.
  return const_cast<std::uint8_t*>(base::as_bytes(text).data());
}

std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return base::as_text({data, size});
}

/// The fields of one response as nghttp2 wants them, with the text behind them.
class FieldList {
 public:
  explicit FieldList(std::size_t text_size, std::size_t count) {
    names_.reserve(text_size);
    fields_.reserve(count);
  }
  /// `value` must outlive this.
  void add(std::string_view name, std::string_view value) {
    fields_.push_back(
        {octets_of(name), octets_of(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  /// `name` in any case.
  void add_lower(std::string_view name, std::string_view value) {
    const std::size_t start = names_.size();
    for (const char c : name) names_ += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    const std::string_view lower = std::string_view(names_).substr(start);
    if (!is_connection_specific(lower)) add(lower, value);
  }
  const std::vector<nghttp2_nv>& all() const { return fields_; }

 private:
  std::string names_;  // reserved in full: views into it stay valid
  std::vector<nghttp2_nv> fields_;
};

template <auto kDelete>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    kDelete(object);
  }
};

}  // namespace

class Http2Connection::Session {
 public:
  Session(Listener& listener, const ServerOptions& options, const DateText& date);

  base::Expected<void> receive(base::ByteSpan data);
  void respond(std::int32_t id, Response response);
  void append(std::int32_t id, base::Slice data);
  void finish(std::int32_t id);
  void abort(std::int32_t id);
  void take_output(std::vector<base::Slice>& out, std::size_t budget);
  void drain();
  void close();

  bool has_output() const {
    return may_have_output_ && nghttp2_session_want_write(session_.get()) != 0;
  }
  bool is_finished() const {
    return is_broken_ || (nghttp2_session_want_read(session_.get()) == 0 &&
                          nghttp2_session_want_write(session_.get()) == 0);
  }
  bool is_receiving() const;
  std::size_t open_requests() const;
  std::size_t queued_bytes() const { return queued_bytes_; }

 private:
  using Callbacks =
      std::unique_ptr<nghttp2_session_callbacks, Deleter<nghttp2_session_callbacks_del>>;
  using Option = std::unique_ptr<nghttp2_option, Deleter<nghttp2_option_del>>;

  static Session& self(void* user_data) { return *static_cast<Session*>(user_data); }
  static Callbacks make_callbacks();
  static ssize_t read_body(nghttp2_session*, std::int32_t id, std::uint8_t*, std::size_t length,
                           std::uint32_t* flags, nghttp2_data_source*, void* user_data);
  int send_body(std::int32_t id, base::ByteSpan frame_header, std::size_t length);
  void on_frame(const nghttp2_frame& frame);
  void on_stream_closed(std::int32_t id);
  void request_is_complete(std::int32_t id, Http2Stream& stream);
  void refuse(std::int32_t id, Http2Stream& stream);
  void push(Http2Stream& stream, base::Slice data);
  void resume(std::int32_t id, Http2Stream& stream);
  Http2Stream* find(std::int32_t id);
  Http2Stream* find_open(std::int32_t id);

  Listener& listener_;
  const ServerOptions& options_;
  const DateText& date_;
  std::unordered_map<std::int32_t, Http2Stream> streams_;
  std::size_t queued_bytes_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t resets_ = 0;
  OutputCollector* collector_ = nullptr;  // during take_output()
  std::size_t budget_ = 0;
  bool may_have_output_ = true;
  bool is_broken_ = false;
  bool is_closing_ = false;
  // Last: its destruction may still call back.
  std::unique_ptr<nghttp2_session, Deleter<nghttp2_session_del>> session_;
};

Http2Connection::Session::Callbacks Http2Connection::Session::make_callbacks() {
  nghttp2_session_callbacks* raw = nullptr;
  CHECK(nghttp2_session_callbacks_new(&raw) == 0);
  Callbacks callbacks(raw);
  nghttp2_session_callbacks_set_on_begin_headers_callback(
      raw, [](nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
        Session& session = self(user_data);
        if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
          session.streams_.try_emplace(frame->hd.stream_id, session.options_);
        }
        return 0;
      });
  nghttp2_session_callbacks_set_on_header_callback(
      raw, [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
              std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
              std::uint8_t, void* user_data) {
        Http2Stream* const stream = self(user_data).find(frame->hd.stream_id);
        if (stream != nullptr && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
          stream->on_field(text_of(name, name_size), text_of(value, value_size));
        }
        return 0;
      });
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
      raw, [](nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
              std::size_t size, void* user_data) {
        Session& session = self(user_data);
        Http2Stream* const stream = session.find(id);
        if (stream == nullptr || stream->refusal() != 0) return 0;
        stream->on_body({data, size});
        if (stream->refusal() != 0) session.refuse(id, *stream);
        return 0;
      });
  nghttp2_session_callbacks_set_on_frame_recv_callback(
      raw, [](nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
        self(user_data).on_frame(*frame);
        return 0;
      });
  nghttp2_session_callbacks_set_on_frame_send_callback(
      raw, [](nghttp2_session* session, const nghttp2_frame* frame, void*) {
        // A refused upload is not read to its end (RFC 9113 section 8.1).
        const bool ends = (frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) &&
                          (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
        if (ends && nghttp2_session_get_stream_remote_close(session, frame->hd.stream_id) == 0) {
          CHECK(nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id,
                                          NGHTTP2_NO_ERROR) == 0);
        }
        return 0;
      });
  nghttp2_session_callbacks_set_on_stream_close_callback(
      raw, [](nghttp2_session*, std::int32_t id, std::uint32_t, void* user_data) {
        self(user_data).on_stream_closed(id);
        return 0;
      });
  nghttp2_session_callbacks_set_send_data_callback(
      raw, [](nghttp2_session*, nghttp2_frame* frame, const std::uint8_t* header,
              std::size_t length, nghttp2_data_source*, void* user_data) {
        static constexpr std::size_t kFrameHeader = 9;
        return self(user_data).send_body(frame->hd.stream_id, {header, kFrameHeader}, length);
      });
  return callbacks;
}

Http2Connection::Session::Session(Listener& listener, const ServerOptions& options,
                                  const DateText& date)
    : listener_(listener), options_(options), date_(date) {
  const Callbacks callbacks = make_callbacks();
  nghttp2_option* raw_option = nullptr;
  CHECK(nghttp2_option_new(&raw_option) == 0);
  const Option option(raw_option);
  nghttp2_option_set_max_outbound_ack(raw_option, kMaxOutboundAcks);
  nghttp2_option_set_no_closed_streams(raw_option, 1);
  nghttp2_session* raw = nullptr;
  CHECK(nghttp2_session_server_new2(&raw, callbacks.get(), this, raw_option) == 0);
  session_.reset(raw);
  const std::array<nghttp2_settings_entry, 4> settings{{
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options.max_streams},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(options.max_header)},
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  }};
  CHECK(nghttp2_submit_settings(raw, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) == 0);
}

base::Expected<void> Http2Connection::Session::receive(base::ByteSpan data) {
  if (is_broken_ || is_closing_) return {};
  may_have_output_ = true;
  const ssize_t used = nghttp2_session_mem_recv(session_.get(), data.data(), data.size());
  if (used < 0) {
    is_broken_ = true;
    return base::fail(base::ErrorCode::kMalformed,
                      std::string("HTTP/2: ") + nghttp2_strerror(static_cast<int>(used)));
  }
  if (resets_ > options_.max_resets + answered_ / 2) {
    CHECK(nghttp2_session_terminate_session(session_.get(), NGHTTP2_ENHANCE_YOUR_CALM) == 0);
    return base::fail(base::ErrorCode::kLimit,
                      "HTTP/2: " + std::to_string(resets_) + " streams reset by the peer");
  }
  return {};
}

void Http2Connection::Session::on_frame(const nghttp2_frame& frame) {
  if (frame.hd.type != NGHTTP2_HEADERS && frame.hd.type != NGHTTP2_DATA) return;
  Http2Stream* const stream = find(frame.hd.stream_id);
  if (stream == nullptr) return;
  const bool ends_stream = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
  if (frame.hd.type == NGHTTP2_HEADERS && frame.headers.cat == NGHTTP2_HCAT_REQUEST) {
    stream->on_head_complete(listener_, ends_stream);
    if (stream->refusal() != 0) return refuse(frame.hd.stream_id, *stream);
  }
  if (ends_stream && stream->refusal() == 0) request_is_complete(frame.hd.stream_id, *stream);
}

void Http2Connection::Session::request_is_complete(std::int32_t id, Http2Stream& stream) {
  stream.is_delivered = true;
  listener_.on_request(RequestId{static_cast<std::uint64_t>(id)}, stream.take_request());
}

void Http2Connection::Session::refuse(std::int32_t id, Http2Stream& stream) {
  respond(id, error_response(stream.refusal(), stream.reason()));
}

void Http2Connection::Session::on_stream_closed(std::int32_t id) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  // Taken out first: the listener may call back with this id.
  const auto closed = streams_.extract(found);
  Http2Stream& stream = closed.mapped();
  queued_bytes_ -= stream.queue.size();
  if (stream.is_complete && stream.queue.size() == 0) {
    ++answered_;
    return;
  }
  ++resets_;
  if (stream.is_delivered && !stream.is_complete) {
    listener_.on_cancelled(RequestId{static_cast<std::uint64_t>(id)});
  }
}

void Http2Connection::Session::respond(std::int32_t id, Response response) {
  Http2Stream* const stream = find_open(id);
  if (stream == nullptr) return;
  CHECK(!stream->is_answered);
  CHECK(response.status >= 200 && response.status <= 999);
  stream->is_answered = true;

  const std::string status = std::to_string(response.status);
  const std::string length = std::to_string(response.body_size());
  FieldList fields(response.headers.text_size(), response.headers.size() + 3);
  fields.add(":status", status);
  for (std::size_t i = 0; i < response.headers.size(); ++i) {
    fields.add_lower(response.headers[i].name, response.headers[i].value);
  }
  fields.add("date", date_.text());
  const bool may_have_body = !has_no_body(response.status);
  if (may_have_body && !response.streaming) fields.add("content-length", length);

  const bool sends_body =
      may_have_body && !stream->is_head() && (response.streaming || response.body_size() > 0);
  if (sends_body) {
    for (base::Slice& slice : response.body) push(*stream, std::move(slice));
  }
  stream->is_complete = !sends_body || !response.streaming;
  nghttp2_data_provider provider{};
  provider.read_callback = read_body;
  CHECK(nghttp2_submit_response(session_.get(), id, fields.all().data(), fields.all().size(),
                                sends_body ? &provider : nullptr) == 0);
  may_have_output_ = true;
}

void Http2Connection::Session::append(std::int32_t id, base::Slice data) {
  Http2Stream* const stream = find_open(id);
  if (stream == nullptr) return;
  CHECK(stream->is_answered);
  push(*stream, std::move(data));
  resume(id, *stream);
}

void Http2Connection::Session::finish(std::int32_t id) {
  Http2Stream* const stream = find_open(id);
  if (stream == nullptr) return;
  CHECK(stream->is_answered);
  stream->is_complete = true;
  resume(id, *stream);
}

void Http2Connection::Session::abort(std::int32_t id) {
  Http2Stream* const stream = find_open(id);
  if (stream == nullptr) return;
  stream->is_complete = true;
  queued_bytes_ -= stream->queue.size();
  stream->queue.clear();
  CHECK(nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, id, NGHTTP2_INTERNAL_ERROR) ==
        0);
  may_have_output_ = true;
}

void Http2Connection::Session::push(Http2Stream& stream, base::Slice data) {
  queued_bytes_ += data.size();
  stream.queue.push(std::move(data));
}

void Http2Connection::Session::resume(std::int32_t id, Http2Stream& stream) {
  may_have_output_ = true;
  if (!std::exchange(stream.is_deferred, false)) return;
  // Fails only for a stream that nghttp2 is about to reset, where nothing is to be sent.
  (void)nghttp2_session_resume_data(session_.get(), id);
}

ssize_t Http2Connection::Session::read_body(nghttp2_session*, std::int32_t id, std::uint8_t*,
                                            std::size_t length, std::uint32_t* flags,
                                            nghttp2_data_source*, void* user_data) {
  Http2Stream* const stream = self(user_data).find(id);
  if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  const std::size_t count = std::min(length, stream->queue.size());
  const bool is_last = stream->is_complete && count == stream->queue.size();
  if (count == 0 && !is_last) {
    stream->is_deferred = true;
    return NGHTTP2_ERR_DEFERRED;
  }
  *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (is_last) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(count);
}

int Http2Connection::Session::send_body(std::int32_t id, base::ByteSpan frame_header,
                                        std::size_t length) {
  Http2Stream* const stream = find(id);
  if (stream == nullptr || stream->queue.size() < length) {
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }
  CHECK(collector_ != nullptr);
  collector_->copy(frame_header);
  collector_->reference(stream->queue, length);
  queued_bytes_ -= length;
  return collector_->size() < budget_ ? 0 : NGHTTP2_ERR_PAUSE;
}

void Http2Connection::Session::take_output(std::vector<base::Slice>& out, std::size_t budget) {
  DCHECK(collector_ == nullptr);
  if (is_closing_) return;
  OutputCollector collector(out);
  collector_ = &collector;
  budget_ = budget;
  bool is_drained = false;
  while (!is_drained && collector.size() < budget) {
    const std::size_t before = collector.size();
    const std::uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_.get(), &data);
    if (size < 0) {
      is_broken_ = true;
      break;
    }
    if (size > 0) collector.copy({data, static_cast<std::size_t>(size)});
    // Zero after referenced body octets may be a pause for the budget.
    is_drained = size == 0 && (collector.size() == before || collector.size() < budget);
  }
  collector_ = nullptr;
  collector.finish();
  if (is_drained || is_broken_) may_have_output_ = false;
}

bool Http2Connection::Session::is_receiving() const {
  return std::any_of(streams_.begin(), streams_.end(), [](const auto& entry) {
    return !entry.second.is_delivered && entry.second.refusal() == 0;
  });
}

std::size_t Http2Connection::Session::open_requests() const {
  return static_cast<std::size_t>(std::count_if(
      streams_.begin(), streams_.end(),
      [](const auto& entry) { return entry.second.is_delivered && !entry.second.is_complete; }));
}

void Http2Connection::Session::drain() {
  may_have_output_ = true;
  CHECK(nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE,
                              nghttp2_session_get_last_proc_stream_id(session_.get()),
                              NGHTTP2_NO_ERROR, nullptr, 0) == 0);
}

void Http2Connection::Session::close() {
  is_broken_ = is_closing_ = true;
  may_have_output_ = false;
  queued_bytes_ = 0;
  const auto open = std::exchange(streams_, {});
  for (const auto& [id, stream] : open) {
    if (stream.is_delivered && !stream.is_complete) {
      listener_.on_cancelled(RequestId{static_cast<std::uint64_t>(id)});
    }
  }
}

Http2Stream* Http2Connection::Session::find(std::int32_t id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : &found->second;
}

Http2Stream* Http2Connection::Session::find_open(std::int32_t id) {
  Http2Stream* const stream = find(id);
  return stream == nullptr || stream->is_complete ? nullptr : stream;
}

Http2Preface looks_like_http2(base::ByteSpan first_bytes) {
  static constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  const std::string_view start = base::as_text(first_bytes).substr(0, kPreface.size());
  if (!kPreface.starts_with(start)) return Http2Preface::kNo;
  return start.size() == kPreface.size() ? Http2Preface::kYes : Http2Preface::kNeedMore;
}

namespace {
std::int32_t stream_of(RequestId id) {
  return static_cast<std::int32_t>(id);
}
}  // namespace

Http2Connection::Http2Connection(Listener& listener, const ServerOptions& options,
                                 const DateText& date)
    : session_(std::make_unique<Session>(listener, options, date)) {}
Http2Connection::~Http2Connection() = default;
base::Expected<void> Http2Connection::receive(base::ByteSpan data) {
  return session_->receive(data);
}
void Http2Connection::respond(RequestId id, Response response) {
  session_->respond(stream_of(id), std::move(response));
}
void Http2Connection::append(RequestId id, base::Slice data) {
  session_->append(stream_of(id), std::move(data));
}
void Http2Connection::finish(RequestId id) {
  session_->finish(stream_of(id));
}
void Http2Connection::abort(RequestId id) {
  session_->abort(stream_of(id));
}
void Http2Connection::take_output(std::vector<base::Slice>& out, std::size_t budget) {
  session_->take_output(out, budget);
}
bool Http2Connection::has_output() const {
  return session_->has_output();
}
std::size_t Http2Connection::queued_bytes() const {
  return session_->queued_bytes();
}
bool Http2Connection::wants_input() const {
  return !session_->is_finished();
}
bool Http2Connection::is_receiving() const {
  return session_->is_receiving();
}
std::size_t Http2Connection::open_requests() const {
  return session_->open_requests();
}
bool Http2Connection::should_close() const {
  return session_->is_finished();
}
void Http2Connection::drain() {
  session_->drain();
}
void Http2Connection::close() {
  session_->close();
}

}  // namespace wire::http
