#include "app/channels/viewing_tickets.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "app/channels/channel_maker.h"
#include "base/bytes.h"
#include "io/files.h"
#include "wire/jwt/jwt.h"

namespace app {

namespace json = boost::json;

namespace {

// Tokens with a viewer's id may be good for ten minutes at most.
constexpr std::chrono::seconds kValid{595};
constexpr std::size_t kMostOfKey = 8192;

std::int64_t seconds_of(base::WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

Outcome<wire::jwt::PrivateKey> ViewingTickets::key() {
  return state_.with([&](State& state) -> Outcome<wire::jwt::PrivateKey> {
    if (state.key) return *state.key;
    const std::string path = parts_.settings.data_dir + "/platform-playback.pem";
    auto read = io::read_file(path, kMostOfKey);
    if (read) {
      auto key = wire::jwt::PrivateKey::from_pem(base::as_text(*read));
      if (!key) return broken(std::move(key.error()).with_context(path));
      state.key = *key;
      return *state.key;
    }
    if (read.error().code != base::ErrorCode::kNotFound) return broken(read.error());
    const auto key = wire::jwt::PrivateKey::generate();
    const std::string pem = key.to_pem();
    auto written = io::write_file_atomic(path, base::as_bytes(pem), 0600);
    if (!written) return broken(written.error());
    state.key = key;
    return key;
  });
}

Outcome<void> ViewingTickets::prepare() {
  if (state_.with([](const State& state) { return state.is_imported; })) return {};
  const auto own = key();
  if (!own) return std::unexpected(own.error());
  const auto answer =
      control_and_wait(parts_.control, {.operation = "ImportPlaybackKeyPair",
                                        .input = {{"name", "platform"},
                                                  {"publicKeyMaterial", own->public_key().to_pem()},
                                                  {"tags", json::object{{"app", "platform"}}}}});
  if (answer.error == "ServiceQuotaExceededException") {
    return refuse(409, "TooManyKeys",
                  "Channels for members need a playback key pair, and this server has as many as "
                  "it may have. Ask an administrator to delete one.");
  }
  // A conflict says that it was imported before.
  if (!answer.ok() && answer.error != "ConflictException") {
    return broken("ImportPlaybackKeyPair", answer);
  }
  state_.with([](State& state) { state.is_imported = true; });
  return {};
}

Outcome<std::string> ViewingTickets::issue(std::string_view channel_arn, std::string_view account,
                                           base::WallTime now) {
  const auto own = key();
  if (!own) return std::unexpected(own.error());
  const json::object claims{{"aws:channel-arn", channel_arn},
                            {"aws:access-control-allow-origin", "*"},
                            {"aws:viewer-id", account},
                            {"aws:viewer-session-version", seconds_of(now)},
                            {"exp", seconds_of(now + kValid)}};
  return wire::jwt::sign_es384(*own, json::serialize(claims));
}

Outcome<void> ViewingTickets::revoke(std::string_view channel_arn, std::string_view account,
                                     base::WallTime now) {
  const auto answer = control_and_wait(
      parts_.control, {.operation = "StartViewerSessionRevocation",
                       .input = {{"channelArn", channel_arn},
                                 {"viewerId", account},
                                 {"viewerSessionVersionsLessThanOrEqualTo", seconds_of(now)}}});
  if (!answer.ok()) return broken("StartViewerSessionRevocation", answer);
  return {};
}

}  // namespace app
