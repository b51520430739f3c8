#include "app/channels/asset_store.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "app/channels/schema.h"
#include "app/people/accounts.h"
#include "base/base64url.h"
#include "base/ids.h"
#include "base/log.h"
#include "io/filter.h"
#include "io/loop.h"

namespace app {
namespace {

constexpr std::string_view kBucket = "pictures";
constexpr std::size_t kIdLength = 24;
constexpr std::size_t kSecret = 32;
// Pages that were loaded before still name what was replaced.
constexpr std::chrono::hours kKeepReplaced{1};

struct Made {
  std::string media_type;
  std::int64_t width = 0;
  std::int64_t height = 0;
  base::ByteSpan octets;
};

// "image/png 256 256", a line end, and the file.
std::optional<Made> made_of(base::ByteSpan output) {
  const std::string_view text = base::as_text(output);
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  const std::size_t first = line.find(' ');
  const std::size_t second = line.find(' ', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
  Made made{.media_type = std::string(line.substr(0, first)), .octets = output.subspan(end + 1)};
  const auto number = [](std::string_view digits, std::int64_t& value) {
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return read.ec == std::errc() && value > 0;
  };
  const bool is_whole = number(line.substr(first + 1, second - first - 1), made.width) &&
                        number(line.substr(second + 1), made.height) && !made.octets.empty();
  if (!is_whole) return std::nullopt;
  return made;
}

std::unexpected<Refusal> too_large(std::size_t most) {
  return refuse(413, "TooLarge",
                fmt::format("The picture may have {:.0f} MB at most.",
                            static_cast<double>(most) / (1 << 20)));
}

std::unexpected<Refusal> refusal_of(const io::FilterResult& result) {
  switch (result.exit_code) {
    case 3:
      return refuse(415, "WrongType", "Choose a picture in the format JPEG, PNG or WebP.");
    case 5:
      return refuse(413, "TooLarge", "The picture has too many pixels. Make it smaller first.");
    default:
      return refuse(422, "BadPicture", "The picture cannot be read. The file may be damaged.");
  }
}

io::ObjectName object_of(std::string_view id) {
  return {.bucket = std::string(kBucket), .key = std::string(id)};
}

}  // namespace

std::string asset_url(std::string_view id) {
  return fmt::format("/api/platform/v1/assets/{}", id);
}

AssetStore::AssetStore(Parts& parts)
    : parts_(parts),
      files_(parts.settings.data_dir + "/assets"),
      secret_(base::random_octets(kSecret)) {}

AssetStore& AssetStore::of(Call& call) {
  return static_cast<AssetStore&>(*call.parts.assets);
}

base::Expected<void> AssetStore::set_up(io::SqlConnection& sql) {
  if (auto made = make_asset_tables(sql); !made) return made;
  parts_.accounts->add_belongings(
      {.erase = [](io::SqlConnection& connection, const Account& account) -> Outcome<void> {
         // Long ago: the next sweep takes them, and nobody is shown them any more.
         auto replaced =
             connection.run("UPDATE app_assets SET replaced_at = 0 WHERE owner = $1", {account.id});
         if (!replaced) return broken(replaced.error());
         return {};
       },
       .after =
           [this](const Account&) {
             (void)parts_.slow.give(
                 [this](io::SqlConnection& own) { sweep(own, io::Loop::wall_now()); });
           }});
  return {};
}

Outcome<Asset> AssetStore::keep_picture(Call& call, const std::string& owner, std::string_view kind,
                                        base::ByteSpan octets, const Form& form) {
  if (octets.size() > form.max_octets) return too_large(form.max_octets);
  if (octets.empty()) return refuse(422, "BadPicture", "The file is empty.");
  std::vector<std::string> arguments{parts_.settings.helper, "picture"};
  if (form.width > 0 && form.height > 0) {
    arguments.emplace_back("--cover");
    arguments.push_back(fmt::format("{}x{}", form.width, form.height));
  }
  const auto result = io::run_filter(std::move(arguments), octets);
  if (!result && result.error().code == base::ErrorCode::kTimeout) {
    return refuse(422, "BadPicture", "The picture took too long to read.");
  }
  if (!result) return broken(result.error());
  if (result->exit_code == 1) {
    base::log_warn("a picture could not be made anew", {{"reason", result->errors}});
  }
  if (result->exit_code != 0 || result->signal != 0) return refusal_of(*result);
  const auto made = made_of(result->output);
  if (!made) return broken(base::Error{base::ErrorCode::kMalformed, "rostrum-av gave no picture"});

  const std::string id = base::random_alphanumeric(kIdLength);
  const std::string what(kind);
  // The row first, as one that was replaced: what a crash leaves is swept.
  auto begun = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto inserted = sql.run(
        "INSERT INTO app_assets (id, owner, kind, media_type, width, height, octets, uploaded_at, "
        "replaced_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        {id, owner, what, made->media_type, made->width, made->height,
         static_cast<std::int64_t>(made->octets.size()), column_of(call.now)});
    if (!inserted) return broken(inserted.error());
    return {};
  });
  if (!begun) return std::unexpected(std::move(begun.error()));
  const auto put =
      files_.put({.name = object_of(id), .content = {base::Slice::copy_of(made->octets)}});
  if (!put) return broken(put.error());
  auto kept = call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto replaced = sql.run(
        "UPDATE app_assets SET replaced_at = $3 WHERE owner = $1 AND kind = $2 AND replaced_at IS "
        "NULL",
        {owner, what, column_of(call.now)});
    if (!replaced) return broken(replaced.error());
    auto shown = sql.run("UPDATE app_assets SET replaced_at = NULL WHERE id = $1", {id});
    if (!shown) return broken(shown.error());
    return {};
  });
  if (!kept) return std::unexpected(std::move(kept.error()));
  sweep(call.sql, call.now);
  return Asset{.id = id,
               .url = asset_url(id),
               .width = made->width,
               .height = made->height,
               .uploaded_at = call.now};
}

Outcome<std::optional<Asset>> AssetStore::find(io::SqlConnection& sql, std::string_view owner,
                                               std::string_view kind) {
  auto rows = sql.run(
      "SELECT id, width, height, uploaded_at FROM app_assets WHERE owner = $1 AND kind = $2 AND "
      "replaced_at IS NULL ORDER BY uploaded_at DESC, id LIMIT 1",
      {std::string(owner), std::string(kind)});
  if (!rows) return broken(rows.error());
  if (rows->empty()) return std::nullopt;
  return Asset{.id = rows->text(0, 0),
               .url = asset_url(rows->text(0, 0)),
               .width = rows->integer(0, 1),
               .height = rows->integer(0, 2),
               .uploaded_at = time_in(rows->integer(0, 3))};
}

Outcome<void> AssetStore::remove(Call& call, const std::string& owner, std::string_view kind) {
  const std::string what(kind);
  return call.write([&](io::SqlConnection& sql) -> Outcome<void> {
    auto replaced = sql.run(
        "UPDATE app_assets SET replaced_at = $3 WHERE owner = $1 AND kind = $2 AND replaced_at IS "
        "NULL",
        {owner, what, column_of(call.now)});
    if (!replaced) return broken(replaced.error());
    return {};
  });
}

Outcome<std::optional<AssetStore::Served>> AssetStore::load(io::SqlConnection& sql,
                                                            std::string_view id) {
  const std::string key(id);
  auto known = memory_.with([&](const Memory& memory) -> std::optional<Served> {
    const auto found = memory.known.find(key);
    if (found == memory.known.end()) return std::nullopt;
    return found->second;
  });
  if (known) return known;
  auto rows = sql.run("SELECT media_type FROM app_assets WHERE id = $1", {key});
  if (!rows) return broken(rows.error());
  if (rows->empty()) return std::nullopt;
  auto octets = files_.get({.name = object_of(id)});
  if (!octets && octets.error().code == base::ErrorCode::kNotFound) return std::nullopt;
  if (!octets) return broken(octets.error());
  const Served served{.octets = *octets, .media_type = rows->text(0, 0)};
  memory_.with([&](Memory& memory) {
    if (memory.octets + served.octets.size() > kMemory) memory = {};
    if (memory.known.emplace(key, served).second) memory.octets += served.octets.size();
  });
  return served;
}

void AssetStore::sweep(io::SqlConnection& sql, base::WallTime now) {
  constexpr std::int64_t kAtOnce = 50;
  auto rows =
      sql.run("SELECT id FROM app_assets WHERE replaced_at < $1 ORDER BY replaced_at LIMIT $2",
              {column_of(now - kKeepReplaced), kAtOnce});
  if (!rows) return;  // the next one who uploads sweeps, too
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const std::string& id = rows->text(i, 0);
    if (auto gone = files_.remove(object_of(id)); !gone) {
      base::log_warn("a picture stays", {{"reason", gone.error().message}});
      continue;
    }
    memory_.with([&](Memory& memory) {
      const auto found = memory.known.find(id);
      if (found == memory.known.end()) return;
      memory.octets -= found->second.octets.size();
      memory.known.erase(found);
    });
    (void)write_and_wait(parts_.sql, [&](io::SqlConnection& writer) -> Outcome<void> {
      auto removed = writer.run("DELETE FROM app_assets WHERE id = $1", {id});
      if (!removed) return broken(removed.error());
      return {};
    });
  }
}

std::string AssetStore::sign(const Leave& leave, base::WallTime until) const {
  const std::string text = fmt::format("{}.{}.{}", leave.account, leave.kind, column_of(until));
  const auto tag = base::hmac_sha256(secret_, base::as_bytes(text));
  return text + "." + base::to_base64url(tag);
}

std::optional<AssetStore::Leave> AssetStore::check(std::string_view text,
                                                   base::WallTime now) const {
  const std::size_t last = text.rfind('.');
  if (last == std::string_view::npos) return std::nullopt;
  const auto tag = base::from_base64url(text.substr(last + 1));
  text = text.substr(0, last);
  if (!tag || !base::equal_in_constant_time(base::hmac_sha256(secret_, base::as_bytes(text)), *tag))
    return std::nullopt;
  const std::size_t first = text.find('.');
  const std::size_t second = text.find('.', first + 1);
  std::int64_t until = 0;
  const std::string_view digits = text.substr(second + 1);
  (void)std::from_chars(digits.data(), digits.data() + digits.size(), until);
  if (time_in(until) <= now) return std::nullopt;
  return Leave{.account = std::string(text.substr(0, first)),
               .kind = std::string(text.substr(first + 1, second - first - 1))};
}

}  // namespace app
