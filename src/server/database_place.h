// Where a configuration keeps what must survive: the database and the key of its secrets.
#pragma once

#include <string>
#include <string_view>

#include "server/config.h"

namespace server {

// In data_dir.
inline constexpr std::string_view kDatabaseFile = "rostrum.db";
inline constexpr std::string_view kSecretsFile = "secrets.key";

/// As io::SqlOptions takes it. May hold a password: not for logs.
std::string database_url(const Config& config);
/// The file of a SQLite database; empty for PostgreSQL.
std::string database_path(const Config& config);
/// The key that secrets in the database are encrypted with.
std::string secrets_file(const Config& config);

}  // namespace server
