// Playback key pairs: the public halves that playback tokens are verified with.
#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "base/ids.h"
#include "control/call.h"
#include "control/listing.h"
#include "control/platform.h"
#include "control/viewer_gates.h"
#include "wire/jwt/jwt.h"

namespace control {
namespace {

namespace json = boost::json;

constexpr std::size_t kIdLength = 12;
constexpr std::size_t kMaxMaterial = 8192;

json::object key_object(const Call& call, const io::SqlResult& rows, std::size_t row,
                        bool with_fingerprint) {
  json::object object{{"arn", make_arn(call.platform.home, "playback-key", rows.text(row, 0))},
                      {"name", rows.text(row, 1)},
                      {"tags", parse_kept(rows.text(row, 3))}};
  if (with_fingerprint) object["fingerprint"] = rows.text(row, 2);
  return object;
}

void tell_viewers(Call& call) {
  call.after_commit.emplace_back([&platform = call.platform] { platform.viewers.forget_keys(); });
}

ApiObject import_key_pair(Call& call) {
  const std::string material = text_of(call.input, "publicKeyMaterial");
  if (material.size() > kMaxMaterial) return invalid("publicKeyMaterial is too long for a key");
  auto key = wire::jwt::PublicKey::from_pem(material);
  if (!key) return invalid(fmt::format("publicKeyMaterial: {}", key.error().message));
  auto counted = call.sql.run("SELECT count(*) FROM playback_key_pairs");
  if (!counted) return internal(counted.error());
  auto same =
      call.sql.run("SELECT 1 FROM playback_key_pairs WHERE fingerprint = $1", {key->fingerprint()});
  if (!same) return internal(same.error());
  if (!same->empty()) return conflict("this key was imported already");
  // Part of the contract in every mode: each token is tried against every key.
  const std::int64_t most = service_quota("playbackKeyPairs");
  if (counted->integer(0, 0) >= most) {
    return quota_exceeded(fmt::format("there may be at most {} playback key pairs", most));
  }
  const std::string id = base::random_alphanumeric(kIdLength);
  const std::string tags = json_of(call.input, "tags", "{}");
  auto made = call.sql.run(
      "INSERT INTO playback_key_pairs (id, name, public_key, fingerprint, tags, created_at) "
      "VALUES ($1, $2, $3, $4, $5, $6)",
      {id, text_of(call.input, "name"), material, key->fingerprint(), tags,
       std::int64_t{call.now.time_since_epoch().count()}});
  if (!made) return internal(made.error());
  tell_viewers(call);
  return json::object{
      {"keyPair", json::object{{"arn", make_arn(call.platform.home, "playback-key", id)},
                               {"name", text_of(call.input, "name")},
                               {"fingerprint", key->fingerprint()},
                               {"tags", parse_kept(tags)}}}};
}

ApiObject get_key_pair(Call& call) {
  const std::string arn = text_of(call.input, "arn");
  auto rows =
      call.sql.run("SELECT id, name, fingerprint, tags FROM playback_key_pairs WHERE id = $1",
                   {std::string(own_id(call.platform.home, "playback-key", arn))});
  if (!rows) return internal(rows.error());
  if (rows->empty()) return not_found(fmt::format("there is no playback key pair {}", arn));
  return json::object{{"keyPair", key_object(call, *rows, 0, true)}};
}

ApiObject delete_key_pair(Call& call) {
  const std::string arn = text_of(call.input, "arn");
  auto deleted = call.sql.run("DELETE FROM playback_key_pairs WHERE id = $1",
                              {std::string(own_id(call.platform.home, "playback-key", arn))});
  if (!deleted) return internal(deleted.error());
  if (deleted->changed == 0) return not_found(fmt::format("there is no playback key pair {}", arn));
  tell_viewers(call);
  return json::object{};
}

ApiObject list_key_pairs(Call& call) {
  return listing(call,
                 "SELECT id, name, fingerprint, tags FROM playback_key_pairs WHERE id > $1 ORDER "
                 "BY id LIMIT $2",
                 "keyPairs", [&](const io::SqlResult& rows, std::size_t row) {
                   return key_object(call, rows, row, false);
                 });
}

}  // namespace

std::span<const Handler> playback_key_handlers() {
  using enum Handler::Kind;
  static constexpr Handler kHandlers[] = {
      {"ImportPlaybackKeyPair", kWrite, import_key_pair},
      {"GetPlaybackKeyPair", kRead, get_key_pair},
      {"DeletePlaybackKeyPair", kWrite, delete_key_pair},
      {"ListPlaybackKeyPairs", kRead, list_key_pairs},
  };
  return kHandlers;
}

}  // namespace control
