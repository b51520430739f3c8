// How answers of any length are sent: small ones as a whole, long ones piece by piece while the
// viewer reads. See replay_loop.h.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "io/loop.h"
#include "record/replay_answers.h"
#include "record/replay_loop.h"
#include "record/replay_metrics.h"

namespace record {
namespace {

using wire::http::ByteRange;
using wire::http::Response;

/// Answers up to this size are given as a whole, so that a failure can still be said.
constexpr std::uint64_t kAtOnce = std::uint64_t{2} << 20;
/// Octets that wait for one viewer before its body is asked for more.
constexpr std::size_t kBacklog = std::size_t{1} << 20;

}  // namespace

std::optional<ByteRange> LoopReplay::open_answer(Job& job, const Whole& whole, Response& response) {
  response.headers.add("Content-Type", whole.content_type);
  response.headers.add("ETag", "\"" + whole.tag + "\"");
  response.headers.add("Accept-Ranges", "bytes");
  if (wire::http::apply_if_none_match(job.http, response)) {
    respond(job.handle, std::move(response));
    return std::nullopt;
  }
  const auto range = wire::http::wanted_range(job.http, response.headers.get("ETag"), whole.size);
  if (!range) return ByteRange{0, whole.size};
  response.headers.add("Content-Range", wire::http::content_range(*range, whole.size));
  if (range->length == 0) {
    response.status = 416;
    response.headers.remove("Content-Type");
    respond(job.handle, std::move(response));
    return std::nullopt;
  }
  response.status = 206;
  return range;
}

void LoopReplay::send_file(Job& job, ReplayFile file, std::uint64_t offset, std::uint64_t length,
                           std::string_view content_type, std::string tag) {
  Response response;
  add_lasting_caching(response, job.session);
  const auto range = open_answer(job, {content_type, std::move(tag), length}, response);
  if (!range) return;
  if (job.http.method != wire::http::Method::kHead && range->length <= kAtOnce) {
    return send_at_once(job, std::move(response), std::move(file), offset + range->offset,
                        range->length);
  }
  auto body = file_body(files_, std::move(file), offset + range->offset, range->length);
  send_body(job, std::move(response), std::move(body), range->length);
}

void LoopReplay::send_at_once(Job& job, Response response, ReplayFile file, std::uint64_t offset,
                              std::uint64_t length) {
  files_.read(file, offset, length,
              [this, handle = job.handle, response = std::move(response)](
                  base::Expected<std::vector<base::Slice>> parts) mutable {
                if (!parts) return fail(handle, parts.error());
                response.body = std::move(*parts);
                respond(handle, std::move(response));
              });
}

void LoopReplay::send_body(Job& job, Response response, std::unique_ptr<ReplayBody> body,
                           std::uint64_t length) {
  const Handle handle = job.handle;
  response.streaming = true;
  response.headers.add("Content-Length", std::to_string(length));
  if (job.http.method == wire::http::Method::kHead) {
    return respond(handle, std::move(response));
  }
  job.body = std::move(body);
  job.left = length;
  job.responder->respond(job.token, std::move(response));
  pump(handle);
}

void LoopReplay::pump(Handle handle) {
  Job* job = find(handle);
  if (job == nullptr || job->pumping) return;
  job->pumping = true;
  while (!job->asked && job->left > 0 && job->responder->queued_bytes() < kBacklog) {
    throttled_.erase(handle);
    job->asked = true;
    job->body->next([this, handle](base::Expected<std::vector<base::Slice>> piece) {
      on_piece(handle, std::move(piece));
    });
    job = find(handle);
    if (job == nullptr) return;
  }
  job->pumping = false;
  if (job->asked || job->left == 0) return;
  throttled_.insert(handle);
  keep_ticking();
}

void LoopReplay::on_piece(Handle handle, base::Expected<std::vector<base::Slice>> piece) {
  Job* job = find(handle);
  if (job == nullptr) return;
  job->asked = false;
  wire::http::Responder& responder = *job->responder;
  const std::uint64_t token = job->token;
  std::uint64_t size = 0;
  if (piece) {
    for (const base::Slice& slice : *piece) size += slice.size();
  }
  if (!piece || size == 0 || size > job->left) {
    if (!piece) {
      base::log_warn(
          "an answer about a recording is cut short",
          {{"recording", job->entry.facts->recording}, {"reason", piece.error().message}});
    }
    cancel(handle);
    responder.abort(token);
    return;
  }
  replay_sent().add(size);
  job->left -= size;
  const bool last = job->left == 0;
  const bool pumping = job->pumping;
  for (base::Slice& slice : *piece) {
    responder.append(token, std::move(slice));
    if (find(handle) == nullptr) return;  // the viewer has left meanwhile
  }
  if (last) {
    cancel(handle);
    responder.finish(token);
  } else if (!pumping) {
    pump(handle);
  }
}

}  // namespace record
