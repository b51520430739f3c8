// Requests for the tests of this folder, written as they look in HTTP/1.1.
#pragma once

#include <string>
#include <string_view>

#include "wire/http/message.h"

namespace wire::aws {

inline constexpr std::string_view kTestKeyId = "AKIDEXAMPLE000000001";
inline constexpr std::string_view kTestSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// Lines ended by '\n': "METHOD target", fields, an empty line, the body. "Host" becomes `host`;
/// the target is taken as it stands.
http::Request request_from(std::string_view text);

}  // namespace wire::aws
