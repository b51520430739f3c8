// Opens the store of objects that the settings name.
#pragma once

#include <memory>

#include "base/error.h"
#include "control/control.h"
#include "io/object_store.h"

namespace control {

/// A folder of this machine, or a service that speaks S3. On `loop`, which outlives it. kInvalid.
base::Expected<std::unique_ptr<io::ObjectStore>> open_object_store(
    io::Loop& loop, const ObjectStoreSettings& settings);

}  // namespace control
