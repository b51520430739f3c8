// The certificate of the https and rtmps listeners: the configured one, or a development
// certificate that is made at the first start and kept in the data folder.
#pragma once

#include <memory>

#include "base/error.h"
#include "io/tls.h"
#include "server/config.h"

namespace server {

base::Expected<std::unique_ptr<io::TlsContext>> make_tls_context(const Config& config);

}  // namespace server
