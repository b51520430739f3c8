// Access keys: who signs requests, and what each may do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "control/api_error.h"
#include "control/control.h"
#include "control/model.h"
#include "io/sql.h"

namespace control {

class SecretBox;

struct AccessKey {
  std::string id;
  std::string secret;  // opened
  std::string name;
  bool read_only = false;
  std::string service;   // empty: all
  std::string resource;  // ARN pattern; empty: all
  std::int64_t requests_per_second = 0;
  std::int64_t requests_per_day = 0;
};

/// Nothing if there is no such key.
base::Expected<std::optional<AccessKey>> find_access_key(io::SqlConnection& sql,
                                                         const SecretBox& box, std::string_view id);

/// Whether the key's rights cover the operation, apart from resources.
ApiResult<void> may_call(const AccessKey& key, const Service& service, const Operation& operation);
/// Whether they cover every resource that the input names.
ApiResult<void> may_touch(const AccessKey& key, const Operation& operation,
                          const boost::json::object& input);

}  // namespace control
