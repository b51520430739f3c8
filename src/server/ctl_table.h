// Answers of the API for people: lists of structures as aligned tables, a structure as lines of
// name and value, what is nested indented below its name. Text from the server is made printable.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "control/model.h"

namespace boost::json {
class object;
class value;
}  // namespace boost::json

namespace server::ctl {

/// The first row is the headings. Columns stand two spaces apart; if they take more than `width`
/// columns (0: no bound) the widest are cut, those that hold ARNs at their beginning.
std::string render_table(const std::vector<std::vector<std::string>>& rows, std::size_t width);

/// Lines of name and value, aligned, `indent` columns in.
std::string render_lines(const std::vector<std::pair<std::string, std::string>>& lines,
                         std::size_t indent = 0);

/// Members in the order of `shape`, then those that it does not know; nested ones last. Absent and
/// null members are left out. A structure with nothing but one list or one structure shows that
/// one's content.
std::string render(const control::Shape& shape, const boost::json::object& answer,
                   std::size_t width);

/// A value in one line: text bare, lists with commas, maps and structures as name=value.
std::string in_one_line(const boost::json::value& value);

/// JSON with two spaces of indentation and a line end.
std::string indented_json(const boost::json::value& value);

}  // namespace server::ctl
