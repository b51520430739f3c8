// Text for a terminal: how wide it is there, cut to fit, and nothing in it that steers a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace server::ctl {

/// Columns that UTF-8 text takes: two for East Asian wide characters and emoji, none for combining
/// marks (Unicode's East Asian Width, in ranges). What is not UTF-8 takes one an octet.
std::size_t display_width(std::string_view text);

/// Control characters and those that turn the direction of writing as \n, \t or \u{9b}; octets that
/// are not UTF-8 as U+FFFD.
std::string printable(std::string_view text);

enum class Keep { kBeginning, kEnd };
/// At most `width` columns, with an ellipsis for what was cut off. `width` is at least 1.
std::string fit(std::string_view text, std::size_t width, Keep keep = Keep::kBeginning);

/// Columns of the terminal that standard output is; 0 if it is none: then nothing is cut.
std::size_t terminal_width();
/// Whether standard error is a terminal: for progress.
bool shows_progress();

}  // namespace server::ctl
