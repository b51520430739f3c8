// The database of a configuration, for commands that work on it themselves, whether a server does
// or not.
#pragma once

#include <memory>

#include "base/error.h"
#include "io/sql.h"
#include "server/config.h"
#include "server/config_command.h"

namespace server {

/// What to do without a database.
enum class Missing { kFail, kMake };

/// A database that is open, and the configuration that it belongs to.
struct OpenedDatabase {
  Config config;
  std::unique_ptr<io::SqlDatabase> database;
  std::unique_ptr<io::SqlConnection> sql;
  bool is_new = false;
};

/// Blocks. kInvalid for a wrong configuration, with a sentence a line; kNotFound if there is no
/// database and none is to be made.
base::Expected<OpenedDatabase> open_database(const ConfigArguments& arguments, Missing missing);

/// How a command ends that failed: 2 for wrong use, otherwise 1.
CommandOutput failure(const base::Error& error);

}  // namespace server
