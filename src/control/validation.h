// Checks the input of an operation against its shape: required members, types, lengths, bounds,
// patterns and enumerations. Unknown members are passed over, null counts as absent. No text has
// U+0000: PostgreSQL keeps none.
#pragma once

#include <boost/json/object.hpp>

#include "control/api_error.h"
#include "control/model.h"

namespace control {

/// ValidationException with the first breach, named by its path ("viewerSessions[2].viewerId").
/// Values of sensitive members are never repeated.
ApiResult<void> validate(const Shape& shape, const boost::json::object& input);

/// Takes out what validate() passed over, at any depth: unknown members, and those that are null.
/// What handlers keep as JSON then holds only what the model knows.
void prune(const Shape& shape, boost::json::object& input);

}  // namespace control
