#include "wire/http/http2_client_test_support.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace wire::http::testing {
namespace {

std::uint8_t* octets_of(std::string_view text) {
  return const_cast<std::uint8_t*>(base::as_bytes(text).data());
}

}  // namespace

struct Http2Client::Session {
  nghttp2_session* session = nullptr;
  ~Session() { nghttp2_session_del(session); }
};

Http2Client::Http2Client(std::uint32_t window) : session_(std::make_unique<Session>()) {
  nghttp2_session_callbacks* callbacks = nullptr;
  CHECK(nghttp2_session_callbacks_new(&callbacks) == 0);
  nghttp2_session_callbacks_set_on_header_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                    std::uint8_t, void* user_data) {
        auto& answer = static_cast<Http2Client*>(user_data)->answers_[frame->hd.stream_id];
        answer.fields[std::string(base::as_text({name, name_size}))] =
            base::as_text({value, value_size});
        return 0;
      });
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
      callbacks, [](nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                    std::size_t size, void* user_data) {
        static_cast<Http2Client*>(user_data)->answers_[id].body += base::as_text({data, size});
        return 0;
      });
  nghttp2_session_callbacks_set_on_frame_recv_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* user_data) {
        auto& client = *static_cast<Http2Client*>(user_data);
        if (frame->hd.type == NGHTTP2_GOAWAY) {
          client.got_goaway_ = true;
          client.goaway_code_ = frame->goaway.error_code;
        } else if (frame->hd.type == NGHTTP2_RST_STREAM) {
          client.answers_[frame->hd.stream_id].reset_code = frame->rst_stream.error_code;
        } else if ((frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
                   (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
          client.answers_[frame->hd.stream_id].is_complete = true;
        }
        return 0;
      });
  CHECK(nghttp2_session_client_new(&session_->session, callbacks, this) == 0);
  nghttp2_session_callbacks_del(callbacks);
  const std::array<nghttp2_settings_entry, 1> settings{
      {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window}}};
  CHECK(nghttp2_submit_settings(session_->session, NGHTTP2_FLAG_NONE, settings.data(),
                                settings.size()) == 0);
}

Http2Client::~Http2Client() = default;

std::int32_t Http2Client::request(std::string_view method, std::string_view path,
                                  const Fields& extra, std::string body) {
  std::vector<nghttp2_nv> fields;
  const auto add = [&](std::string_view name, std::string_view value) {
    fields.push_back({octets_of(name), octets_of(value), name.size(), value.size(), 0});
  };
  add(":method", method);
  add(":scheme", "https");
  add(":authority", "example.org");
  add(":path", path);
  for (const auto& [name, value] : extra) add(name, value);
  nghttp2_data_provider provider{};
  provider.read_callback = [](nghttp2_session*, std::int32_t id, std::uint8_t* buffer,
                              std::size_t length, std::uint32_t* flags, nghttp2_data_source*,
                              void* user_data) -> ssize_t {
    std::string& upload = static_cast<Http2Client*>(user_data)->uploads_[id];
    const std::size_t count = std::min(length, upload.size());
    std::copy_n(upload.begin(), count, buffer);
    upload.erase(0, count);
    if (upload.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
  };
  const std::int32_t id =
      nghttp2_submit_request(session_->session, nullptr, fields.data(), fields.size(),
                             body.empty() ? nullptr : &provider, nullptr);
  CHECK(id > 0);
  uploads_[id] = std::move(body);
  return id;
}

void Http2Client::reset(std::int32_t stream) {
  CHECK(nghttp2_submit_rst_stream(session_->session, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL) ==
        0);
}

void Http2Client::ping() {
  CHECK(nghttp2_submit_ping(session_->session, NGHTTP2_FLAG_NONE, nullptr) == 0);
}

std::string Http2Client::take_output() {
  std::string out;
  const std::uint8_t* data = nullptr;
  for (;;) {
    const ssize_t size = nghttp2_session_mem_send(session_->session, &data);
    CHECK(size >= 0);
    if (size == 0) return out;
    out += base::as_text({data, static_cast<std::size_t>(size)});
  }
}

bool Http2Client::receive(base::ByteSpan data) {
  return nghttp2_session_mem_recv(session_->session, data.data(), data.size()) ==
         static_cast<ssize_t>(data.size());
}

void Http2Client::exchange(Connection& server, std::size_t piece) {
  for (bool moved = true; moved;) {
    moved = false;
    const std::string sent = take_output();
    for (std::size_t at = 0; at < sent.size(); at += piece) {
      moved = true;
      // The server's state shows what became of it.
      (void)server.receive(base::as_bytes(std::string_view(sent).substr(at, piece)));
    }
    while (server.has_output()) {
      std::vector<base::Slice> out;
      server.take_output(out, 20'000);
      for (const base::Slice& slice : out) {
        moved = true;
        CHECK(receive(slice.span()));
      }
    }
  }
}

}  // namespace wire::http::testing
