// What the platform says of itself: its name and looks, what it offers, its terms, and the document
// of its routes.
#pragma once

#include <span>

#include "app/core/route.h"

namespace app {

std::span<const Route> about_routes();

}  // namespace app
