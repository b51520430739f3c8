// The addresses that resources name: of this deployment, or derived from the request.
#pragma once

#include <string>
#include <string_view>

#include "control/control.h"

namespace control {

struct Endpoints {
  std::string public_url;  // "https://live.example.com", without a slash at the end
  std::string ingest;      // what channels name as ingestEndpoint
  std::string srt;         // "srt://live.example.com:9000", empty if SRT is off
};

Endpoints endpoints_for(const Settings& settings, std::string_view host, bool is_secure);

}  // namespace control
