#include "control/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <limits>

#include "base/base64url.h"
#include "base/bytes.h"
#include "base/crypto.h"
#include "chat/chat.h"
#include "control/chat_journal.h"
#include "control/platform.h"
#include "io/loop.h"

namespace control {

namespace json = boost::json;

namespace {

const json::value* find(const json::object& input, std::string_view name) {
  const json::value* value = input.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

constexpr std::size_t kTokenCheck = 6;

// Tells our tokens from what somebody made up or took from another list. It is no signature: where
// a list goes on is no secret and grants nothing.
base::Bytes token_check(const Operation& operation, std::string_view key) {
  const std::string text = std::string(operation.name).append("/").append(key);
  const base::Sha256Digest digest = base::sha256(base::as_bytes(text));
  return {digest.begin(), digest.begin() + kTokenCheck};
}

}  // namespace

bool has(const json::object& input, std::string_view name) {
  return find(input, name) != nullptr;
}

std::string text_of(const json::object& input, std::string_view name, std::string_view absent) {
  const json::value* value = find(input, name);
  return std::string(value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                            : absent);
}

std::int64_t integer_of(const json::object& input, std::string_view name, std::int64_t absent) {
  const json::value* value = find(input, name);
  return value != nullptr && value->is_int64() ? value->get_int64() : absent;
}

bool boolean_of(const json::object& input, std::string_view name, bool absent) {
  const json::value* value = find(input, name);
  return value != nullptr && value->is_bool() ? value->get_bool() : absent;
}

std::string json_of(const json::object& input, std::string_view name, std::string_view absent) {
  const json::value* value = find(input, name);
  return value != nullptr ? json::serialize(*value) : std::string(absent);
}

ApiResult<Page> page_of(const Call& call) {
  Page page;
  for (const Member& member : call.operation.input->members) {
    if (member.name == "maxResults" && !member.default_json.empty()) {
      page.limit = json::parse(member.default_json).to_number<std::int64_t>();
    }
  }
  page.limit = integer_of(call.input, "maxResults", page.limit);
  const std::string token = text_of(call.input, "nextToken");
  if (!token.empty()) {
    const auto octets = base::from_base64url(token);
    const bool long_enough = octets && octets->size() > kTokenCheck && octets->size() <= 256;
    if (long_enough) {
      const base::ByteSpan all(*octets);
      const std::string_view key = base::as_text(all.subspan(kTokenCheck));
      if (std::ranges::equal(all.first(kTokenCheck), token_check(call.operation, key))) {
        page.after = key;
      }
    }
    if (page.after.empty()) {
      return invalid(fmt::format("nextToken is not one that {} gave", call.operation.name));
    }
  }
  return page;
}

std::string next_token(const Operation& operation, std::string_view last_key) {
  base::Bytes octets = token_check(operation, last_key);
  octets.insert(octets.end(), last_key.begin(), last_key.end());
  return base::to_base64url(octets);
}

json::value parse_kept(std::string_view text) {
  boost::system::error_code failed;
  json::value value = json::parse(text, failed);
  return failed ? json::value(json::object()) : value;
}

void after_chat_is_written(Platform& platform, std::move_only_function<void()> next) {
  if (platform.chat == nullptr) {
    platform.loop.post(std::move(next));
    return;
  }
  platform.chat->flush(platform.loop, [&platform, next = std::move(next)]() mutable {
    platform.journal.flush([next = std::move(next)](base::Expected<void>) mutable { next(); });
  });
}

json::object after_reload(Call& call, const std::string& room, json::object output) {
  chat::Chat* const chat = call.platform.chat;
  if (chat == nullptr) return output;
  call.later = [chat, id = chat::RoomId(room)](json::object result, Call::Finish finish) {
    chat->reload(id, [result = std::move(result), finish = std::move(finish)]() mutable {
      finish(std::move(result));
    });
  };
  return output;
}

std::int64_t quota(const Call& call, std::string_view name) {
  return call.platform.settings.limits == LimitsMode::kIvs
             ? service_quota(name)
             : std::numeric_limits<std::int64_t>::max();
}

}  // namespace control
