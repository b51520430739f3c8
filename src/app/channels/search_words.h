// The words that channels are found by: of their names, titles and categories.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/core/refusal.h"
#include "io/sql.h"

namespace app {

/// Runs of letters and digits, ASCII letters small, each once, at most `most`; of long ones the
/// first 40 octets (whole characters). Every character beyond ASCII counts as a letter.
std::vector<std::string> search_words(std::string_view text, std::size_t most = 32);

/// Whether each word of `wanted` is the beginning of one of `words`.
bool all_begin_words(const std::vector<std::string>& wanted, const std::vector<std::string>& words);

/// Writes the words of a channel anew, within the transaction that changed it.
Outcome<void> index_channel(io::SqlConnection& sql, std::string_view account);
Outcome<void> unindex_channel(io::SqlConnection& sql, std::string_view account);
/// Accounts whose words begin with all that is wanted, at most `limit`; those with the most
/// followers first, as far as a few hundred of them tell.
Outcome<std::vector<std::string>> find_channels(io::SqlConnection& sql,
                                                const std::vector<std::string>& wanted,
                                                std::size_t limit);

}  // namespace app
