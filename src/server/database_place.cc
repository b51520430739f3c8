#include "server/database_place.h"

#include <fmt/format.h>

namespace server {

std::string database_url(const Config& config) {
  if (!config.database.url.empty()) return config.database.url;
  return fmt::format("sqlite:{}/{}", config.data_dir, kDatabaseFile);
}

std::string database_path(const Config& config) {
  constexpr std::string_view kSqlite = "sqlite:";
  const std::string url = database_url(config);
  return url.starts_with(kSqlite) ? url.substr(kSqlite.size()) : std::string();
}

std::string secrets_file(const Config& config) {
  return fmt::format("{}/{}", config.data_dir, kSecretsFile);
}

}  // namespace server
