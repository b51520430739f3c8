#include "server/opened_database.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "control/control.h"
#include "io/files.h"
#include "server/database_place.h"

namespace server {

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUse = 2;

}  // namespace

base::Expected<OpenedDatabase> open_database(const ConfigArguments& arguments, Missing missing) {
  auto loaded = read_config(arguments);
  if (!loaded) {
    std::string sentences;
    for (const base::Error& error : loaded.error()) {
      sentences += (sentences.empty() ? "" : "\n") + error.message;
    }
    return base::fail(base::ErrorCode::kInvalid, std::move(sentences));
  }
  OpenedDatabase opened;
  opened.config = std::move(loaded->config);
  const std::string path = database_path(opened.config);
  opened.is_new = !path.empty() && !io::file_exists(path);
  if (opened.is_new && missing == Missing::kFail) {
    return base::fail(base::ErrorCode::kNotFound,
                      fmt::format("there is no database {}; name the server's configuration with "
                                  "-c FILE or --set data_dir=FOLDER",
                                  path));
  }
  if (missing == Missing::kMake) {
    if (auto made = io::make_directories(opened.config.data_dir); !made) {
      return base::fail(std::move(made.error()));
    }
  }
  auto database = io::SqlDatabase::open({.url = database_url(opened.config)});
  if (!database) return base::fail(std::move(database.error()));
  opened.database = std::move(*database);
  if (missing == Missing::kMake) {
    auto prepared = control::prepare_database(*opened.database);
    if (!prepared) return base::fail(std::move(prepared.error()));
  }
  auto sql = opened.database->connect();
  if (!sql) return base::fail(std::move(sql.error()));
  opened.sql = std::move(*sql);
  return opened;
}

CommandOutput failure(const base::Error& error) {
  const bool is_wrong_use = error.code == base::ErrorCode::kInvalid;
  return {.exit_code = is_wrong_use ? kWrongUse : kFailed, .errors = error.message + "\n"};
}

}  // namespace server
