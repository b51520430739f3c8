#include "server/loadtest_rooms.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "server/ctl_words.h"

namespace server::loadtest {
namespace {

namespace json = boost::json;

/// What a room may have by the service's model; more is asked for in our own way.
constexpr std::int64_t kMaxModelRate = 100;
constexpr std::size_t kProgressEach = 1000;

base::Expected<std::string> text_in(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) {
    return base::fail(base::ErrorCode::kMalformed, fmt::format("an answer has no {}", name));
  }
  return std::string(value->get_string());
}

}  // namespace

base::Expected<LoadRooms> LoadRooms::create(Options options,
                                            const std::function<void(std::size_t)>& progress) {
  auto client = ctl::Client::create(std::move(options.access));
  if (!client) return base::fail(base::ErrorCode::kInvalid, std::move(client.error().message));
  LoadRooms rooms(std::move(*client));
  std::vector<std::string> arns = {options.room};
  if (options.room.empty()) {
    if (auto made = rooms.make_rooms(options); !made) return base::fail(made.error());
    arns = rooms.made_;
  }
  for (std::uint32_t i = 0; i < options.members; ++i) {
    auto answer = rooms.call("CreateChatToken", {{"roomIdentifier", arns[i % arns.size()]},
                                                 {"userId", fmt::format("user-{}", i)},
                                                 {"capabilities", json::array{"SEND_MESSAGE"}},
                                                 {"sessionDurationInMinutes", 180}});
    if (!answer) return base::fail(std::move(answer.error()));
    auto token = text_in(*answer, "token");
    if (!token) return base::fail(std::move(token.error()));
    rooms.tokens_.push_back(std::move(*token));
    if (rooms.tokens_.size() % kProgressEach == 0) progress(rooms.tokens_.size());
  }
  return rooms;
}

base::Expected<void> LoadRooms::make_rooms(const Options& options) {
  // A little more than what comes, since a second here is not a second there.
  const auto rate = static_cast<std::int64_t>(std::ceil(options.rate * 1.1)) + 1;
  for (std::uint32_t i = 0; i < options.rooms; ++i) {
    auto room =
        call("CreateRoom", {{"name", fmt::format("loadtest-{}", i)},
                            {"maximumMessageRatePerSecond", std::min(rate, kMaxModelRate)}});
    if (!room) return base::fail(std::move(room.error()));
    auto arn = text_in(*room, "arn");
    if (!arn) return base::fail(std::move(arn.error()));
    made_.push_back(std::move(*arn));
    if (rate <= kMaxModelRate) continue;
    auto raised =
        call("PutRoomModeration", {{"roomIdentifier", made_.back()},
                                   {"moderation", {{"maximumMessageRatePerSecond", rate}}}});
    if (!raised) return base::fail(std::move(raised.error()));
  }
  return {};
}

base::Expected<json::object> LoadRooms::call(std::string_view operation,
                                             const json::object& input) {
  const control::Operation* const found = ctl::find_operation(operation);
  CHECK(found != nullptr);
  auto answer = client_->call(*found, input);
  if (!answer) {
    return base::fail(base::ErrorCode::kIo,
                      fmt::format("{}: {}", operation, answer.error().message));
  }
  return std::move(*answer);
}

LoadRooms::~LoadRooms() {
  for (const std::string& arn : made_) {
    if (client_ != nullptr)
      (void)call("DeleteRoom", {{"identifier", arn}});  // the server may be gone
  }
}

}  // namespace server::loadtest
