// What the results service of polls answers, byte for byte as existing pages know it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "app/poll_request.h"
#include "base/slice.h"
#include "wire/http/message.h"

namespace app {

/// An answer and how many gave it.
using AnswerCount = std::pair<std::string, std::int64_t>;
/// Names and texts in the order in which they are to be written.
using PollItems = std::vector<std::pair<std::string, std::string>>;

/// 200 {"state":"success"}.
wire::http::Response success_reply();
wire::http::Response refusal_reply(PollRefusal refusal);
/// 429, as the tutorial's gateway says it.
wire::http::Response too_many_requests_reply();

/// {"state":"success","items":{...}}, with the answers that someone gave.
base::Slice requestor_body(const PollItems& items);
/// {"state":"success","items":{...},"responses":{...}}, with the answers to one poll and how often
/// each was given.
base::Slice poll_body(const PollItems& items, const std::vector<AnswerCount>& counts);
/// 200 with such a body.
wire::http::Response items_reply(base::Slice body);

/// One event of the stream: `data: {"poll_id":...,"responses":{...},"total":N}`.
base::Slice counts_event(std::string_view poll_id, const std::vector<AnswerCount>& counts);

}  // namespace app
