// Checks the input of an operation against its shape: required members, types, lengths, bounds,
// patterns and enumerations. Unknown members are passed over, null counts as absent.
#pragma once

#include <boost/json/object.hpp>

#include "control/api_error.h"
#include "control/model.h"

namespace control {

/// ValidationException with the first breach, named by its path ("viewerSessions[2].viewerId").
/// Values of sensitive members are never repeated.
ApiResult<void> validate(const Shape& shape, const boost::json::object& input);

}  // namespace control
