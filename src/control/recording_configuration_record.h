// Recording configurations for others: the snapshot that a stream session keeps.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/error.h"
#include "control/arn.h"
#include "io/sql.h"

namespace control {

/// The whole configuration as answers show it; empty if there is none.
base::Expected<boost::json::object> recording_configuration_object(io::SqlConnection& sql,
                                                                   const Home& home,
                                                                   const std::string& id);

}  // namespace control
