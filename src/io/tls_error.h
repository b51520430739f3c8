// OpenSSL's error queue as an Error; for the files of io that call OpenSSL.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace io {

/// kIo with `what` and the oldest queued reason; empties the queue of the thread.
base::Error take_tls_error(std::string_view what);

}  // namespace io
