// What NATS takes as servers, subjects and message ids. For io/nats.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace io {

struct NatsServers {
  std::vector<std::string> all;  // URLs
  std::string shown;             // hosts and ports, without users and passwords
  bool tls = false;
};

/// `nats://` and `tls://` URLs separated by commas. kInvalid, with nothing of the text.
base::Expected<NatsServers> parse_nats_urls(std::string_view text);

/// Up to 255 octets: tokens between dots, none of them empty or a wildcard. kInvalid.
base::Expected<void> check_nats_subject(std::string_view subject);
/// Up to 255 octets without blanks and control characters; may be empty. kInvalid.
base::Expected<void> check_nats_message_id(std::string_view id);

}  // namespace io
