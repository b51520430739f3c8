#include "record/replay_answers.h"

#include <fmt/format.h>

#include <utility>

#include "base/time.h"
#include "wire/http/playback_failure.h"

namespace record {
namespace {

using wire::http::Request;
using wire::http::Response;

std::string_view visibility(std::string_view session) {
  return session == kOpenSession ? "public" : "private";
}

}  // namespace

Response replay_failure(std::uint16_t status, const Request& request, std::string_view code,
                        std::string_view sentence) {
  Response response = wire::http::playback_failure(status, &request, code, sentence);
  if (status == 503) response.headers.add("Retry-After", "1");
  return response;
}

Response replay_refused(const ReplayRefusal& refusal, const Request& request) {
  Response response = replay_failure(refusal.status, request, refusal.code, refusal.sentence);
  // What one viewer is refused another may be given, whatever the status.
  response.headers.set("Cache-Control", "no-store");
  return response;
}

Response replay_error(const base::Error& error, const Request& request) {
  using base::ErrorCode;
  switch (error.code) {
    case ErrorCode::kNotFound:
      return replay_failure(404, request, "not_found", error.message);
    case ErrorCode::kUnsupported:
      return replay_failure(422, request, "not_possible", error.message);
    case ErrorCode::kInvalid:
      return replay_failure(400, request, "bad_request", error.message);
    case ErrorCode::kMalformed:
      return replay_failure(500, request, "damaged", "the recording is damaged here");
    default:
      return replay_failure(503, request, "not_available",
                            "the recording cannot be read at the moment");
  }
}

void add_brief_caching(Response& response, std::string_view session, int seconds) {
  response.headers.add("Cache-Control",
                       fmt::format("{}, max-age={}", visibility(session), seconds));
}

void add_lasting_caching(Response& response, std::string_view session) {
  response.headers.add("Cache-Control",
                       fmt::format("{}, max-age=31536000, immutable", visibility(session)));
  // What is bound to a session may be refused to pages of another origin.
  if (session != kOpenSession) response.headers.add("Vary", "Origin");
}

std::string disposition_of(const Facts& facts) {
  std::string name;
  for (const char c : facts.channel_name) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '_' || c == '.';
    name += plain ? c : '_';
    if (name.size() == 64) break;
  }
  if (name.empty() || name.front() == '.') name.insert(0, "recording");
  return fmt::format("attachment; filename=\"{}-{}.mp4\"", name,
                     base::to_rfc3339(facts.started_at).substr(0, 10));
}

}  // namespace record
