// The gzip content coding (RFC 1952), for bodies that are made once and sent to many.
#pragma once

#include "base/bytes.h"

namespace wire::http {

/// `level` 1 (fast) to 9 (small). The output is the same for the same input: it carries no time.
base::Bytes gzip(base::ByteSpan data, int level);

}  // namespace wire::http
