// What a password has to have.
#pragma once

#include <string_view>

#include "app/core/refusal.h"

namespace app {

/// 8 to 256 characters with a capital letter, a small one, a digit and a symbol: 400 WeakPassword
/// with a sentence that names everything that is missing. `field`: the input it is about. Letters
/// and symbols beyond ASCII count as symbols.
Outcome<void> check_new_password(std::string_view password, std::string_view field = "password");

}  // namespace app
