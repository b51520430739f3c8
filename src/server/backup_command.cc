#include "server/backup_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <system_error>

#include "io/files.h"
#include "io/sql.h"
#include "server/cli_options.h"
#include "server/database_place.h"

namespace server {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxSecrets = 4096;
constexpr unsigned kForOwner = 0600;

base::Expected<void> make_private_folder(const fs::path& folder) {
  std::error_code failed;
  const bool made = fs::create_directories(folder, failed);
  // One that was there keeps its permissions: its files are for their owner alone anyway.
  if (!failed && made) fs::permissions(folder, fs::perms::owner_all, failed);
  if (failed) {
    return base::fail(base::ErrorCode::kIo,
                      fmt::format("cannot make {}: {}", folder.string(), failed.message()));
  }
  return {};
}

base::Expected<void> copy_secrets(const std::string& from, const std::string& to) {
  const auto content = io::read_file(from, kMaxSecrets);
  if (!content) return base::fail(content.error());
  return io::write_file_atomic(to, *content, kForOwner);
}

base::Expected<std::string> write_backup(const Config& config, const std::string& place,
                                         Secrets secrets) {
  const std::string source = database_path(config);
  const std::string keys = secrets_file(config);
  if (source.empty()) {
    return base::fail(base::ErrorCode::kInvalid,
                      fmt::format("the database is PostgreSQL: pg_dump makes its backup, and {} "
                                  "has to be kept beside it",
                                  keys));
  }
  if (!io::file_exists(source)) {
    return base::fail(base::ErrorCode::kNotFound,
                      fmt::format("there is no database {}; name the server's configuration with "
                                  "-c FILE or --set data_dir=FOLDER",
                                  source));
  }
  const bool both = secrets == Secrets::kInclude;
  const fs::path target = both ? fs::path(place) / kDatabaseFile : fs::path(place);
  std::error_code ignored;  // what is not there is not the database
  if (fs::equivalent(source, target, ignored)) {
    return base::fail(base::ErrorCode::kInvalid, place + " is the database itself");
  }
  if (!both && fs::is_directory(target, ignored)) {
    return base::fail(base::ErrorCode::kInvalid,
                      place + " is a folder; name a file, or add --with-secrets");
  }
  if (both) {
    if (auto made = make_private_folder(place); !made) return base::fail(made.error());
    auto copied = copy_secrets(keys, (fs::path(place) / kSecretsFile).string());
    if (!copied) return base::fail(std::move(copied.error()));
  }
  auto database = io::SqlDatabase::open({.url = database_url(config)});
  if (!database) return base::fail(std::move(database.error()));
  if (auto copied = (*database)->back_up(target.string()); !copied) {
    return base::fail(std::move(copied.error()));
  }
  const std::uintmax_t size = fs::file_size(target, ignored);
  return both ? fmt::format("{}: database ({} octets) and secrets file; keep it secret\n", place,
                            size)
              : fmt::format(
                    "{}: database ({} octets). Stream keys and access keys in it can be "
                    "read with {} only: keep a copy of that, elsewhere\n",
                    place, size, keys);
}

}  // namespace

CommandOutput back_up(const ConfigArguments& arguments, const std::string& place, Secrets secrets) {
  const auto loaded = read_config(arguments);
  if (!loaded) {
    CommandOutput output{.exit_code = 2};
    for (const base::Error& error : loaded.error()) output.errors += error.message + "\n";
    return output;
  }
  auto written = write_backup(loaded->config, place, secrets);
  if (written) return {.output = std::move(*written)};
  return {.exit_code = written.error().code == base::ErrorCode::kInvalid ? 2 : 1,
          .errors = written.error().message + "\n"};
}

void add_backup_command(CLI::App& app, ConfigArguments& arguments, int& exit_code) {
  struct Given {
    std::string place;
    bool with_secrets = false;
  };
  // The callback runs after this function; it owns what the options are written to.
  const auto given = std::make_shared<Given>();
  CLI::App& command =
      *app.add_subcommand("backup", "Copy the database to a file while the server runs");
  add_config_options(command, arguments);
  command.add_option("file", given->place, "The copy, or with --with-secrets a folder for both")
      ->required();
  command.add_flag("--with-secrets", given->with_secrets,
                   "Make a folder with the database and the file with its key");
  command.callback([given, &arguments, &exit_code] {
    exit_code = print(back_up(arguments, given->place,
                              given->with_secrets ? Secrets::kInclude : Secrets::kLeave));
  });
}

}  // namespace server
