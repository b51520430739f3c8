// What counts as one emoji: the form of UTS #51 (emoji sequences), over the blocks in which emoji
// stand rather than a list of today's, so that next year's need no change here.
#pragma once

#include <string_view>

namespace chat {

/// A character with its selectors, skin tone and tags, several joined by U+200D, a flag or a
/// keycap. `text` may be anything.
bool is_one_emoji(std::string_view text);

}  // namespace chat
